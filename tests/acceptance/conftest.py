"""How does a stranger meet ixkit? By its commands and over HTTP: one `ixkit serve` here, a world for each test."""

from __future__ import annotations

import json
import os
import re
import select
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest

PATIENCE_S = 120
"""No more than a bound: whatever is waited for says itself when it is there."""
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Nothing here speaks TLS, and reading the system's certificates for each client takes 24 ms."""

Ixkit = Callable[..., subprocess.CompletedProcess[str]]
Serving = Callable[..., AbstractContextManager["Served"]]
Connect = Callable[..., httpx.Client]
Visit = Callable[..., "World"]


@dataclass(frozen=True, slots=True)
class Served:
    """A running `ixkit serve`; `facts` is what it said of itself."""

    process: subprocess.Popen[str]
    facts: Mapping[str, Any]
    log: Path

    def url(self, system: str) -> str:
        return str(self.facts["systems"][system]["url"])

    def errors(self) -> str:
        return self.log.read_text()


class World:
    """A world of its own in the served process, with a signed-in client for each system."""

    def __init__(self, control: httpx.Client, facts: Mapping[str, Any]) -> None:
        self.control, self.facts = control, facts
        self.name, self.env = str(facts["name"]), dict(facts["env"])

    @cached_property
    def silvasoft(self) -> httpx.Client:
        return client(self.env["IXKIT_SILVASOFT_URL"], headers=self.key)

    @cached_property
    def ixpole(self) -> httpx.Client:
        return client(self.env["IXKIT_IXPOLE_URL"], headers={"Authorization": f"Bearer {self.token()}"})

    @cached_property
    def riverty(self) -> httpx.Client:
        key = {"X-Subscription-Key": self.env["IXKIT_RIVERTY_SUBSCRIPTION_KEY"]}
        return client(self.env["IXKIT_RIVERTY_URL"], headers=key)

    @cached_property
    def telecomx(self) -> httpx.Client:
        login = {
            "username": self.env["IXKIT_TELECOMX_USERNAME"],
            "password": self.env["IXKIT_TELECOMX_PASSWORD"],
        }
        token = self.control.post(self.env["IXKIT_TELECOMX_URL"] + "/auth/login", json=login).json()["token"]
        return client(self.env["IXKIT_TELECOMX_URL"], headers={"Authorization": f"Bearer {token}"})

    @cached_property
    def crmcom(self) -> httpx.Client:
        """Its token stands in no header: see `crm_token`."""
        return client(self.env["IXKIT_CRMCOM_URL"] + "/crmapi/rest/v2/")

    @cached_property
    def crm_token(self) -> str:
        login = {
            name: self.env[f"IXKIT_CRMCOM_{name.upper()}"]
            for name in ("username", "password", "organisation")
        }
        return str(self.crmcom.post("authentication/token", json=login).json()["data"]["token"])

    @property
    def key(self) -> dict[str, str]:
        return {
            "ApiKey": self.env["IXKIT_SILVASOFT_API_KEY"],
            "Username": self.env["IXKIT_SILVASOFT_USERNAME"],
        }

    def token(self) -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.env["IXKIT_IXPOLE_CLIENT_ID"],
            "client_secret": self.env["IXKIT_IXPOLE_CLIENT_SECRET"],
        }
        answer = self.control.post(self.env["IXKIT_IXPOLE_URL"] + "/oauth/token", data=form)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def get(self, path: str) -> Any:
        """What the control API says of this world."""
        answer = self.control.get(f"/v1/worlds/{self.name}{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, json: Any) -> Any:
        answer = self.control.post(f"/v1/worlds/{self.name}{path}", json=json)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def set_clock(self, now: str) -> None:
        answer = self.control.put(f"/v1/worlds/{self.name}/clock", json={"set": now})
        assert answer.status_code == 200, answer.text

    def state(self) -> Any:
        return self.get("/state")["systems"]

    def events(self) -> list[Any]:
        return list(self.get("/journal")["events"])

    def event(self, answer: httpx.Response) -> Any:
        """The journal's account of that answer."""
        return self.get(f"/journal/{answer.headers['ixkit-event']}")

    def close(self) -> None:
        for name in ("silvasoft", "ixpole", "riverty", "telecomx", "crmcom"):
            if name in self.__dict__:
                self.__dict__[name].close()


def client(url: str, **options: Any) -> httpx.Client:
    return httpx.Client(base_url=url, timeout=PATIENCE_S, trust_env=False, verify=NO_TLS, **options)


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without anything that ixkit reads, and the `ixkit` of this Python first."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("IXKIT_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
    return {**kept, "PATH": path, "COLUMNS": "100", **(more or {})}


@contextmanager
def serve(folder: Path, *options: str, env: Mapping[str, str] | None = None) -> Iterator[Served]:
    """`ixkit serve` on free ports, until the block ends. It is ready when it has written its one line."""
    ours = ("--port-base", "0", "--format", "json")
    command = [sys.executable, "-m", "ixmocks.cli", "serve", *options, *ours]
    log = folder / f"serve-{os.urandom(4).hex()}.log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment(env)
        ) as process,
    ):
        try:
            assert process.stdout is not None
            assert select.select([process.stdout], [], [], PATIENCE_S)[0], "it did not say that it is ready"
            line = process.stdout.readline()
            assert line, log.read_text()
            yield Served(process, json.loads(line), log)
        finally:
            process.kill()


@pytest.fixture
def serving(tmp_path: Path) -> Serving:
    """Starts a server of its own: `with serving("--faithful") as served`."""

    def start(*options: str, env: Mapping[str, str] | None = None) -> AbstractContextManager[Served]:
        return serve(tmp_path, *options, env=env)

    return start


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The server that most tests share. Whatever they send it, it must not stumble."""
    folder = tmp_path_factory.mktemp("served")
    options = ("--scenario", "documents", "--reading", "SILV-31=none")
    with serve(folder, "--ready-file", str(folder / "ready.json"), *options) as running:
        yield running
        assert running.process.poll() is None, running.errors()
        running.process.terminate()
        assert running.process.wait(PATIENCE_S) == 0
        assert running.errors() == ""


@pytest.fixture(scope="session")
def control(served: Served) -> Iterator[httpx.Client]:
    with client(str(served.facts["control"])) as connected:
        yield connected


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Clients of any address; closed when the test ends."""
    with ExitStack() as clients:
        yield lambda url, **options: clients.enter_context(client(url, **options))


@pytest.fixture
def visit(connect: Connect) -> Iterator[Visit]:
    """Another server's default world, or another world of the shared one: by what it said of itself."""
    with ExitStack() as worlds:

        def enter(facts: Mapping[str, Any], control: str = "") -> World:
            entered = World(connect(control or str(facts["control"])), facts)
            worlds.callback(entered.close)
            return entered

        yield enter


@pytest.fixture
def world(control: httpx.Client) -> Iterator[World]:
    answer = control.post("/v1/worlds", json={"scenario": "documents", "readings": {"SILV-31": "none"}})
    assert answer.status_code == 201, answer.text
    made = World(control, answer.json())
    yield made
    made.close()
    assert control.delete(f"/v1/worlds/{made.name}").status_code == 204


@pytest.fixture
def ixkit(tmp_path: Path) -> Ixkit:
    """Runs `ixkit …` in an empty folder, without any IXKIT_ variable but those given."""

    def run(*arguments: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "ixmocks.cli", *arguments], cwd=tmp_path, env=environment(env), check=False,
            capture_output=True, text=True, timeout=PATIENCE_S * 2,
        )  # fmt: skip

    return run


@pytest.fixture
def shell(tmp_path: Path) -> Ixkit:
    """Runs a line as a reader would type it: in bash, in a folder of its own; an unset variable is an error."""

    def run(line: str, *, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", line], cwd=tmp_path, env=environment(env), check=False,
            capture_output=True, text=True, timeout=PATIENCE_S * 2,
        )  # fmt: skip

    return run


@pytest.fixture(scope="session")
def violations() -> Callable[[httpx.Response], list[tuple[str, str]]]:
    """Reads the header that says what was wrong: pairs of rule and place."""

    def read(answer: httpx.Response) -> list[tuple[str, str]]:
        return re.findall(r'([A-Za-z]+(?:-\d+)?);at="([^"]*)"', answer.headers["ixkit-violations"])

    return read
