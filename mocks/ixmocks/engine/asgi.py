"""How does a port listen on HTTP? A thin ASGI layer: read the bytes, perform, send (or damage) the answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from ixmocks.engine.exchange import Head, Received, Sent
from ixmocks.engine.faults import Fault, Harm, Place
from ixmocks.engine.harm import damaged
from ixmocks.engine.holds import Hold
from ixmocks.engine.port import Port, Unrecognised

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

BODY_MAX = 16 * 1024 * 1024
NOTICED_MAX = 100
"""How many turns of the loop a broken connection may take until it is noticed."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
GIVEN = "ixkit.given"
"""In a scope's state: what `Front.given` said of this request, which has been performed already."""

Problem = tuple[int, str, str]
"""Status, title and detail of an RFC 9457 answer."""


class Front:
    """The ASGI application of one system's port."""

    def __init__(self, port: Port, hosts: frozenset[str] = LOOPBACK) -> None:
        self._port = port
        self._hosts = hosts
        self._host: bytes | None = None
        """The last Host header that was ours: most clients say the same each time."""
        self.heads: dict[bytes, Head] = {}
        """Heads that were read before, by their bytes; `Direct` keeps them."""
        self.waiting: list[Any] = []
        """Connections whose answers leave at the end of this turn of the loop; `Direct` keeps them, too."""

    def given(self, received: Received) -> Sent | Unrecognised | Problem:
        """A whole request, performed where the document knows it; else what remains to be done with it."""
        problem = self._foreign(received.headers)
        return problem if problem is not None else self._port.recognise(received)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await _lifespan(scope, receive, send)
            return
        headers = tuple((bytes(name), bytes(value)) for name, value in scope["headers"])
        given = scope.get("state", {}).get(GIVEN)
        problem = self._foreign(headers) if given is None else None
        if problem is not None:
            await send_problem(send, *problem)
            return
        body, too_large = await read_body(receive, headers, BODY_MAX)
        if body is None and given is None:
            return  # the client went away in the middle of its request: nothing happened
        received = Received(
            scope["method"],
            scope["path"],
            scope["query_string"].decode("latin-1"),
            headers,
            body or b"",
            too_large,
        )
        if given is None:
            given = self._port.recognise(received)
        if isinstance(given, Sent):
            await _send(given, send, close=bool(too_large))
        elif isinstance(given[0], int):
            await send_problem(send, *given)
        else:
            await _send(await self._port.other(received, *given), send, close=bool(too_large))

    def _foreign(self, headers: tuple[tuple[bytes, bytes], ...]) -> Problem | None:
        hosts = [value for name, value in headers if name == b"host"]
        if len(hosts) == 1 and hosts[0] == self._host:
            return None
        problem = foreign_host(headers, self._hosts)
        if problem is None:
            self._host = hosts[0]
        return problem


def foreign_host(headers: tuple[tuple[bytes, bytes], ...], hosts: frozenset[str]) -> Problem | None:
    """Status, title and detail where the Host header is not ours: a web page must not reach us by a
    name of its own that resolves to this machine."""
    given = [value.decode("latin-1") for name, value in headers if name == b"host"]
    if len(given) != 1:
        return 400, "Bad Host", f"{len(given)} Host headers; expected exactly one"
    name = given[0].rsplit(":", 1)[0] if not given[0].endswith("]") else given[0]
    if name.strip("[]").lower() in hosts:
        return None
    return (
        421, "Misdirected request",
        f"this server does not answer for the host {given[0][:100]!r}; use 127.0.0.1, or start with --allow-host",
    )  # fmt: skip


async def read_body(
    receive: Receive, headers: tuple[tuple[bytes, bytes], ...], limit: int
) -> tuple[bytes | None, int]:
    """The whole body; or b"" and the limit where it is longer; or None where the client went away."""
    for name, value in headers:
        if name == b"content-length" and value.isdigit() and int(value) > limit:
            return b"", limit
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None, 0
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            return b"", limit
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks) if len(chunks) > 1 else chunk, 0


async def send_problem(send: Send, status: int, title: str, detail: str) -> None:
    """An RFC 9457 answer, for what no vendor would ever see."""
    body = json.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail}).encode()
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _send(sent: Sent, send: Send, *, close: bool = False) -> None:
    fault = sent.fault
    if fault is not None and fault.harm is not Harm.STATUS:
        await _harm(sent, fault, send)
        return
    headers = [*sent.headers, (b"connection", b"close")] if close else sent.headers
    await send({"type": "http.response.start", "status": sent.status, "headers": headers})
    await send({"type": "http.response.body", "body": sent.body})


async def _harm(sent: Sent, fault: Fault, send: Send) -> None:
    match fault.harm:
        case Harm.RESET:
            await _abort(send)
        case Harm.HANG:
            await asyncio.sleep(fault.seconds)
            await _abort(send)
        case Harm.CUT:
            await send({"type": "http.response.start", "status": sent.status, "headers": sent.headers})
            await send(
                {"type": "http.response.body", "body": sent.body[: len(sent.body) // 2], "more_body": True}
            )
            await _abort(send)
        case Harm.SLOW:
            await asyncio.sleep(fault.seconds)
            await _send(Sent(sent.status, sent.head, sent.body), send)
        case Harm.HOLD if sent.hold is not None:
            await _held(sent, sent.hold, send)
        case Harm.LATE:
            await _abort(send)
        case _:
            await _send(damaged(sent), send)


async def _held(sent: Sent, hold: Hold, send: Send) -> None:
    """Wait until somebody releases the exchange; at `sending`, half of the answer has left by then."""
    half = len(sent.body) // 2 if hold.place is Place.SENDING else -1
    if half >= 0:
        await send({"type": "http.response.start", "status": sent.status, "headers": sent.headers})
        await send({"type": "http.response.body", "body": sent.body[:half], "more_body": True})
    after = await asyncio.wrap_future(hold.outcome)
    if half < 0 or after.fault is not None:
        await _send(after, send)
    else:
        await send({"type": "http.response.body", "body": sent.body[half:]})


async def _abort(send: Send) -> None:
    """Break the connection without another byte. uvicorn's send is a method of the running cycle."""
    cycle = getattr(send, "__self__", None)
    transport = getattr(cycle, "transport", None)
    if transport is None:
        raise ConnectionAbortedError("a fault broke this connection")
    transport.abort()
    for _ in range(NOTICED_MAX):
        if getattr(cycle, "disconnected", True):
            return
        await asyncio.sleep(0)  # else uvicorn, which has not noticed yet, reports a defect of ours


async def _lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "lifespan":
        return
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
