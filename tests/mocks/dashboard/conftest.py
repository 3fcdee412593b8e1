"""The dashboard in process: a control port over all systems, asked like a browser asks it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping
from html import unescape
from typing import Any

import httpx
import pytest

from ixmocks.control import ControlApp
from ixmocks.engine.world import World
from ixmocks.kit import Kit

URL = "http://127.0.0.1:4710"


class Browser:
    """Keeps cookies, follows redirects, and sends forms with the token that the page had."""

    def __init__(self, kit: Kit, **options: Any) -> None:
        self.kit = kit
        urls = {name: f"http://127.0.0.1:{4711 + n}" for n, name in enumerate(kit.ports)}
        self.app = ControlApp(kit, urls=lambda: urls, **options)
        self.runner = asyncio.Runner()
        transport = httpx.ASGITransport(self.app)
        self.client = httpx.AsyncClient(transport=transport, base_url=URL, follow_redirects=True)

    def __call__(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self.runner.run(self.client.request(method, path, **options))

    def see(self, path: str) -> str:
        """The page, which must be there and must keep the policy it was sent with."""
        answer = self("GET", path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {words(answer.text)[:500]}"
        assert "'unsafe" not in answer.headers["content-security-policy"]
        tags = re.findall(r"<[a-z][^<>]*>", re.sub(r'"[^"]*"', '""', answer.text))
        assert not [tag for tag in tags if re.search(r"\s(style|on[a-z]+)=", tag)], f"{path}: inline"
        assert all("src=" in tag for tag in tags if tag.startswith("<script")), f"{path}: inline script"
        assert not re.findall(r'(?:src|href|data|action)="(?!/|#|\?)[^"]', answer.text), (
            f"{path}: leads elsewhere"
        )
        return answer.text

    def fill(self, path: str, to: str, **fields: str) -> httpx.Response:
        """Send a form of that page."""
        token = re.search(r'name="csrf" value="([^"]+)"', self.see(path))
        assert token is not None
        return self("POST", to, data={"csrf": token[1], **fields})

    def close(self) -> None:
        self.runner.run(self.client.aclose())
        self.runner.close()


def words(html: str) -> str:
    """What a person reads on a page."""
    bare = re.sub(r"<(script|style|title|svg).*?</\1>", " ", html, flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", bare))).strip()


@pytest.fixture(scope="session")
def shared() -> Kit:
    """All systems; each test has a world of its own in it."""
    return Kit("club-season", readings={"SILV-31": "none"})


@pytest.fixture(scope="session")
def browsing(shared: Kit) -> Iterator[Browser]:
    browser = Browser(shared)
    yield browser
    browser.close()


@pytest.fixture
def make(shared: Kit) -> Iterator[Callable[..., World]]:
    """Worlds that are gone after the test."""
    made: list[str] = []

    def create(**options: Any) -> World:
        name = f"t{len(made)}"
        made.append(name)
        return shared.create(name, readings={"SILV-31": "none", **options.pop("readings", {})}, **options)

    yield create
    for name in made:
        shared.worlds.delete(name)


@pytest.fixture
def world(make: Callable[..., World]) -> World:
    return make()


@pytest.fixture
def kit(shared: Kit) -> Kit:
    return shared


@pytest.fixture
def browser(browsing: Browser) -> Browser:
    return browsing


@pytest.fixture
def read() -> Callable[[str], str]:
    return words


@pytest.fixture
def visit() -> Iterator[Callable[..., Browser]]:
    """Browsers of control ports with options of their own."""
    made: list[Browser] = []

    def start(kit: Kit, **options: Any) -> Browser:
        made.append(Browser(kit, **options))
        return made[-1]

    yield start
    for one in made:
        one.close()


@pytest.fixture
def invoice() -> Mapping[str, Any]:
    """What Silvasoft takes in the scenario `club-season`."""
    return {"CustomerNumber": 100245, "Invoice_InvoiceLine": [{"TaxPc": 21, "SubTotalInclTax": 12.10}]}
