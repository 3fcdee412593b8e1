"""A control port in front of the tiny invented system of tests/support; every answer is held against the contract."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from ixmocks.control import ControlApp, handlers
from ixmocks.engine import exact
from ixmocks.engine.document import load_document
from ixmocks.engine.operation import Routes, compile_routes
from ixmocks.kit import Kit
from support import pocket

URL = "http://127.0.0.1:4710"
POCKET_URL = "http://127.0.0.1:4711"
TOKEN = "a token of the right length"
MUTATING = ("POST", "PUT", "DELETE")


def contract() -> Routes:
    return compile_routes(load_document("control.yaml"), handlers, str)


class Control:
    """A client of one control port, in process. It fails where an answer is not what the contract says."""

    def __init__(self, kit: Kit, routes: Routes, **options: Any) -> None:
        self.kit = kit
        self.app = ControlApp(kit, urls=lambda: {"pocket": POCKET_URL}, **options)
        self.routes = routes
        self.runner = asyncio.Runner()

    def __call__(self, method: str, path: str, json: Any = None, **options: Any) -> httpx.Response:
        if json is not None:
            options["content"] = exact.dump(json)
            options["headers"] = {"Content-Type": "application/json", **options.get("headers", {})}
        return self.runner.run(self._ask(method, path, options))

    def get(self, path: str, **query: Any) -> Any:
        """The JSON value of a 200, numbers exact."""
        response = self("GET", path, params=query)
        assert response.status_code == 200, response.text
        return exact.parse(response.content)

    def post(self, path: str, json: Any = None) -> Any:
        """The JSON value of a 200 or 201."""
        response = self("POST", path, json)
        assert response.status_code in (200, 201), response.text
        return exact.parse(response.content)

    def raw(self, method: str, path: str, headers: list[tuple[bytes, bytes]], body: bytes = b"") -> int:
        """The status of a request whose headers are exactly these."""
        return self.runner.run(self._raw(method, path, headers, body))

    def worlds(self) -> Mapping[str, tuple[Any, ...]]:
        """What must not differ after a request that was refused."""
        found = (self.kit.world(name) for name in self.kit.worlds.names())
        return {
            world.name: (id(world.moment), world.moment, world.journal.written, world.faults.listed())
            for world in found
        }

    def close(self) -> None:
        self.runner.close()

    async def many(self, requests: list[tuple[str, str, Any]]) -> list[httpx.Response]:
        async with self._client() as client:
            return list(await asyncio.gather(*(client.request(m, p, json=j) for m, p, j in requests)))

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=URL)

    async def _ask(self, method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        async with self._client() as client:
            response = await client.request(method, path, **options)
        self._true_to_contract(method, path, response)
        return response

    async def _raw(self, method: str, path: str, headers: list[tuple[bytes, bytes]], body: bytes) -> int:
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": path,
            "raw_path": path.encode(), "query_string": b"", "root_path": "", "scheme": "http", "headers": headers,
            "server": ("127.0.0.1", 4710), "client": ("127.0.0.1", 50000),
        }  # fmt: skip
        await self.app(scope, receive, send)
        return int(sent[0]["status"])

    def _true_to_contract(self, method: str, path: str, response: httpx.Response) -> None:
        assert not [name for name in response.headers if name.lower().startswith("access-control-")]
        assert response.headers["x-content-type-options"] == "nosniff"
        if response.status_code >= 400:
            assert response.headers["content-type"] == "application/problem+json"
            if method != "HEAD":
                problem = response.json()
                assert problem["status"] == response.status_code
                assert problem["type"].startswith("urn:ixkit:problem:")
                assert "Traceback" not in response.text
                assert str(Path(__file__).parents[3]) not in response.text
        found = self.routes.find(method, httpx.URL(path).path)
        if found is not None:
            known, shape = found[0].answer_shape(response.status_code)
            assert known, f"{found[0].id} has no answer {response.status_code}"
            if shape is not None and response.headers["content-type"] != "text/event-stream; charset=utf-8":
                assert not shape.violations(exact.parse(response.content), found[0].id)


@pytest.fixture(scope="session")
def routes() -> Routes:
    return contract()


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    pocket.write(tmp_path)
    return Kit("documents", specs=tmp_path, systems=[pocket.SYSTEM])


@pytest.fixture
def connect(routes: Routes) -> Iterator[Callable[..., Control]]:
    made: list[Control] = []

    def make(kit: Kit, **options: Any) -> Control:
        made.append(Control(kit, routes, **options))
        return made[-1]

    yield make
    for control in made:
        control.close()


@pytest.fixture
def control(kit: Kit, connect: Callable[..., Control]) -> Control:
    return connect(kit)


@pytest.fixture
def unchanged(control: Control) -> Iterator[Control]:
    """The same, for tests in which nothing may change."""
    before = control.worlds()
    yield control
    assert control.worlds() == before
