"""Where do the mocks of a test run? In its process, a thread, a process of their own, or elsewhere already."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

MODES = ("thread", "inproc", "process")
START_S = 30.0
_BASE_PORT = 4710


class ServerError(RuntimeError):
    """No mocks to test against; the message says why and what to do."""


@dataclass(slots=True)
class Server:
    """The control port of some mocks, and how a client reaches each of their systems."""

    control: httpx.Client
    mode: str
    _transports: Mapping[str, httpx.BaseTransport] = field(default_factory=dict)

    def client(self, system: str, url: str) -> httpx.Client:
        """A client of one system; `url` is its address in some world."""
        return httpx.Client(base_url=url, transport=self._transports.get(system), trust_env=False, timeout=30)

    @property
    def is_reachable(self) -> bool:
        """Whether another process can reach it."""
        return self.mode != "inproc"


@contextmanager
def running(mode: str = "thread", url: str = "", scenario: str = "documents") -> Iterator[Server]:
    """The mocks, until the block ends; or those that answer at ``url``. Raises ServerError."""
    if url:
        with elsewhere(url) as server:
            yield server
        return
    if mode not in MODES:
        raise ServerError(f"mode {mode!r}: expected one of {', '.join(MODES)}")
    with {"thread": in_thread, "inproc": inside, "process": as_process}[mode](scenario) as server:
        yield server


@contextmanager
def inside(scenario: str) -> Iterator[Server]:
    """In this process, without a socket: the quickest, and for this process only."""
    from ixmocks.control import ControlApp
    from ixmocks.engine.asgi import Front
    from ixmocks.kit import Kit
    from ixpytest.inside import Inside, looping

    kit = Kit(scenario)
    urls = {name: f"http://127.0.0.1:{_BASE_PORT + 1 + number}" for number, name in enumerate(kit.ports)}
    control_url = f"http://127.0.0.1:{_BASE_PORT}"
    with looping() as loop:
        transports = {name: Inside(Front(port), loop) for name, port in kit.ports.items()}
        app = Inside(ControlApp(kit, urls=lambda: urls), loop)
        with httpx.Client(base_url=control_url, transport=app, trust_env=False) as control:
            yield Server(control, "inproc", transports)


@contextmanager
def in_thread(scenario: str) -> Iterator[Server]:
    """On real sockets, from a thread of this process; each worker of pytest-xdist has its own."""
    from ixmocks.commands import bind_all, serve_kit
    from ixmocks.engine.asgi import LOOPBACK
    from ixmocks.kit import Kit

    kit = Kit(scenario)
    listening = bind_all(kit, "127.0.0.1", 0)
    urls = {name: listens.url for name, listens in listening.items()}
    loop, up = asyncio.new_event_loop(), threading.Event()
    stop = asyncio.Event()
    main = serve_kit(kit, listening, LOOPBACK, None, urls, up.set, stop)
    thread = threading.Thread(target=loop.run_until_complete, args=(main,), name="ixkit", daemon=True)
    thread.start()
    if not up.wait(START_S):
        raise ServerError(f"the mocks did not start within {START_S:.0f} s")
    try:
        with httpx.Client(base_url=urls["control"], trust_env=False, timeout=90) as control:
            yield Server(control, "thread")
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(START_S)
        loop.close()


@contextmanager
def as_process(scenario: str) -> Iterator[Server]:
    """`ixkit serve` in a process of its own, on free ports."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.json"
        command = [
            sys.executable, "-c", "from ixmocks.cli import main; main()", "serve", "--port-base", "0", "--scenario",
            scenario, "--ready-file", str(ready), "--format", "json",
        ]  # fmt: skip
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            line = process.stdout.readline()  # it says where it is once everything answers, or ends
            if not line:
                raise ServerError(f"ixkit serve ended: {process.communicate()[1].strip()[-500:]}")
            with httpx.Client(base_url=json.loads(line)["control"], trust_env=False, timeout=90) as control:
                yield Server(control, "process")
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=10)
            if process.poll() is None:
                process.kill()
                process.communicate()


@contextmanager
def elsewhere(url: str) -> Iterator[Server]:
    """The mocks whose control port is at this address, for instance a service of a CI job."""
    token = os.environ.get("IXKIT_CONTROL_TOKEN")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=90) as control:
        try:
            answer = control.get("/readyz")
        except httpx.HTTPError as error:
            raise ServerError(
                f"nothing answers at {url} ({error}); start `ixkit serve`, or give the address of its control port"
            ) from None
        if answer.status_code != 200:
            raise ServerError(
                f"{url}/readyz says {answer.status_code}; expected the control port of `ixkit serve`"
            )
        yield Server(control, "url")


def ask(control: httpx.Client, method: str, path: str, json: Any = None, **query: Any) -> Any:
    """What the control API answers, numbers exact. Raises ControlError with its own words where it says no."""
    from ixmocks.engine import exact

    params = {name: value for name, value in query.items() if value is not None}
    content = None if json is None else exact.dump(json)
    headers = {} if json is None else {"Content-Type": "application/json"}
    answer = control.request(method, path, content=content, headers=headers, params=params)
    if answer.status_code >= 400:
        problem = answer.json()
        raise ControlError(
            f"{method} {path}: {problem.get('title', answer.status_code)}: {problem.get('detail', '')}"
        )
    return exact.parse(answer.content) if answer.content else None


class ControlError(ValueError):
    """The control API refused a call; the message says why."""
