"""How do all ports of one process listen? One event loop, one socket each, bound before anybody is told."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import logging
import re
import socket
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import uvicorn

from ixmocks.engine.direct import Direct

App = Callable[[Any, Any, Any], Awaitable[None]]

GRACE_S = 1.0
"""How long an answer that is under way may take once we are told to stop."""
_ADVICE = {
    errno.EADDRINUSE: "Is ixkit running already? Choose another port with {option} N (0: any that is free).",
    errno.EACCES: "Choose a port that needs no privilege with {option} N (1024 or more; 0: any that is free).",
}


def host_problem(name: str) -> str | None:
    """Why this cannot be what clients call a server by, in their Host header; None: it can."""
    if _HOST.fullmatch(name):
        return None
    return f"{name!r} is no host name; expected one such as mocks.example, without scheme, port and path"


_HOST = re.compile(
    r"[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_-]+)*\.?|\[?[0-9a-fA-F:]*:[0-9a-fA-F:.]*\]?"
)


class PortBusy(OSError):
    """An address is taken or not ours; the message says which, and what to do."""


@dataclass(frozen=True, slots=True)
class Listening:
    """A bound socket and what will answer on it."""

    name: str
    socket: socket.socket
    url: str


def bind(name: str, host: str, port: int, *, option: str = "--port-base") -> Listening:
    """Bind one socket; port 0 takes any free one. Raises PortBusy, which names the option to choose another."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named: asyncio switches Nagle's delay off (40 ms an answer) only where it is.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(2048)
    except OSError as error:
        bound.close()
        raise PortBusy(
            f"{host}:{port} for {name}: {error.strerror or error}. "
            + _ADVICE.get(error.errno or 0, "Give an address of this machine with --host.").format(
                option=option
            )
        ) from None
    bound.setblocking(False)
    shown = f"[{host}]" if ":" in host else host
    return Listening(name, bound, f"http://{shown}:{bound.getsockname()[1]}")


class _Quiet(uvicorn.Server):
    """A server among several: the process handles signals once, for all of them."""

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]
        yield


def configure(app: App) -> uvicorn.Config:
    return uvicorn.Config(
        app, http=Direct, lifespan="off", log_config=None, access_log=False, server_header=False, date_header=False,
        ws="none", proxy_headers=False, timeout_keep_alive=30, h11_max_incomplete_event_size=64 * 1024,
        limit_concurrency=None, backlog=2048,
    )  # fmt: skip


def settle() -> None:
    """What is there at the start stays. Let the collector not look at it again, and at the rest rarely.

    States are immutable and hold no cycles, so the collector finds nothing in them, and looking
    through a full journal again and again would take a third of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run to the end, on uvloop where it is installed."""
    settle()
    factory: Callable[[], asyncio.AbstractEventLoop] | None = None
    with contextlib.suppress(ImportError):
        from uvloop import new_event_loop

        factory = new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(main)


async def serve(
    listening: Mapping[str, Listening],
    apps: Mapping[str, App],
    *,
    ready: Callable[[], None],
    stop: asyncio.Event,
) -> None:
    """Answer on all sockets until `stop` is set. `ready` is called once every one of them answers."""
    servers = {name: _Quiet(configure(app)) for name, app in apps.items()}
    tasks = [
        asyncio.create_task(server.serve(sockets=[listening[name].socket]))
        for name, server in servers.items()
    ]
    while not all(server.started for server in servers.values()):
        if any(task.done() for task in tasks):
            break
        await asyncio.sleep(0.002)
    ready()
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
    for server in servers.values():
        server.should_exit = True
    _, late = await asyncio.wait(tasks, timeout=GRACE_S)
    if late:
        await _cut(servers.values())
    await asyncio.gather(*tasks)
    waiting.cancel()


async def _cut(servers: Iterable[uvicorn.Server]) -> None:
    """Break off what still hangs: an answer held back by a fault, a request that never ends."""
    log = logging.getLogger("uvicorn.error")
    was, log.disabled = log.disabled, True  # uvicorn would report each of them as a defect, at length
    for server in servers:
        server.force_exit = True
        for connection in list(server.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()
        for task in list(server.server_state.tasks):
            task.cancel()
        await asyncio.gather(*server.server_state.tasks, return_exceptions=True)
    log.disabled = was
