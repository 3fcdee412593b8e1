"""How is a whole request answered without a detour? On the connection itself, as soon as its last byte is there.

uvicorn gives every request a task, an event and four messages, which cost as much as the work that is
asked for. Here uvicorn still parses, keeps alive, shuts down and closes; but a plain request is performed in
the turn of the loop in which it is complete. All that is not plain goes uvicorn's way, through `Front`:
faults, pipelined requests, HEAD, bodies of unknown length, clients that read slower than we write.

The answers of one turn leave together at its end: who waits for several of them is woken once and not by each.
"""

from __future__ import annotations

import logging
from asyncio import TimerHandle, Transport
from typing import Any
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from ixmocks.engine.asgi import BODY_MAX, GIVEN, Front, Problem
from ixmocks.engine.exchange import Head, Received, Sent
from ixmocks.engine.heads import head_of
from ixmocks.engine.port import Unrecognised

log = logging.getLogger("ixkit")

IDLE_S = 30.0
"""How long a connection may say nothing between two requests."""
WHOLE_S = 30.0
"""How long a request may take from its first byte to its last."""
HEADS_MAX, HEAD_MAX = 256, 4096
"""So many heads of at most so many bytes are remembered."""
_GLANCE_S = 5.0
_END = b"\r\n\r\n"
_CLOSE = b"connection: close\r\n"
_UNLIKE = frozenset({b"HEAD", b"CONNECT"})
"""Methods whose answers are unlike those of all others."""
_KEEPING = frozenset({b"connection", b"proxy-connection"})
_TELLING = _KEEPING | {b"expect", b"transfer-encoding", b"content-length"}
"""Headers that say how a request is to be read or answered."""


class Direct(HttpToolsProtocol):
    """A connection to one port. Any other application than a `Front` is served as uvicorn does."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._front = self.app if isinstance(self.app, Front) else None
        self._plain = False
        self._telling: list[tuple[bytes, bytes]] = []
        self._chunks: list[bytes] = []
        self._since = self.loop.time()
        self._reading = False
        self._packet: bytes | None = None
        """What arrives just now, where a request begins with it."""
        self._given: Sent | Unrecognised | Problem | None = None
        """What was done already about a request whose head was known."""
        self._glance: TimerHandle | None = None
        self._unsent = b""
        """An answer that leaves at the end of this turn of the loop."""

    # ---- who takes too long -------------------------------------------------------------------

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._since = self.loop.time()
        self._glance = self.loop.call_later(_GLANCE_S, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._glance is not None:
            self._glance.cancel()
        self._unsent = b""
        super().connection_lost(exc)

    def _look(self) -> None:
        """Part with a client that sends nothing, or a request drop by drop."""
        if self.transport.is_closing():
            return
        patience = WHOLE_S if self._reading else IDLE_S
        if self.loop.time() - self._since >= patience and (self._reading or not self._is_busy()):
            self.transport.close()
            return
        self._glance = self.loop.call_later(_GLANCE_S, self._look)

    def _is_busy(self) -> bool:
        """Whether an answer is under way that took uvicorn's way."""
        cycle: Any = self.cycle  # None until there was one, whatever its declared type says
        return cycle is not None and not cycle.response_complete

    # ---- a head that was read before ----------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        if self._front is None or self._reading:
            super().data_received(data)
            return
        end = data.find(_END) + len(_END)
        head = self._front.heads.get(data[:end])
        if head is None or len(data) - end != head.length or self.flow.write_paused or self._is_busy():
            self._packet = data
            super().data_received(data)
            self._packet = None
            return
        self._unset_keepalive_if_required()
        self._since = self.loop.time()
        given, lines = self._performed(
            Received(head.method, head.path, head.query, head.headers, data[end:], head=head)
        )
        if lines is None:
            self._given = given
            super().data_received(data)  # no plain answer: uvicorn has to know the request after all
            return
        assert isinstance(given, Sent)
        self.server_state.total_requests += 1
        self._send_soon(b"".join((*lines, b"\r\n", given.body)))

    def _remember(self, received: Received) -> None:
        """So that an equal head need not be read again: of a request that came alone and in one piece."""
        assert self._front is not None
        data, heads = self._packet, self._front.heads
        if data is None:
            return
        end = data.find(_END) + len(_END)
        if end > HEAD_MAX or len(data) - end != len(received.body):
            return
        if len(heads) >= HEADS_MAX:
            heads.clear()
        heads[data[:end]] = Head(
            received.method, received.path, received.query, received.headers, len(received.body)
        )

    # ---- what the parser finds ----------------------------------------------------------------

    def on_message_begin(self) -> None:
        self._since, self._reading = self.loop.time(), True
        self._telling = []
        if self._front is None:
            super().on_message_begin()
            return
        self.url = b""
        self.expect_100_continue = False
        self.headers = []

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        self.headers.append((name, value))
        if name in _TELLING:
            self._telling.append((name, value))
            if name == b"expect" and value.lower() == b"100-continue":
                self.expect_100_continue = True

    def on_headers_complete(self) -> None:
        if self._front is None:
            super().on_headers_complete()
            return
        self._plain = self._given is not None or self._is_plain()
        self._chunks = []
        if not self._plain:
            self._as_uvicorn()

    def on_body(self, body: bytes) -> None:
        if self._plain:
            self._chunks.append(body)
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._since, self._reading = self.loop.time(), False
        if self._plain:
            self._answer()
        else:
            super().on_message_complete()

    # ---- the answer ---------------------------------------------------------------------------

    def _is_plain(self) -> bool:
        if self.expect_100_continue or self.flow.write_paused:
            return False
        if self._is_busy():
            return False  # an earlier request is still being answered: this one waits its turn
        if self.parser.get_method() in _UNLIKE:
            return False
        for name, value in self._telling:
            if name == b"transfer-encoding":
                return False
            if name == b"content-length" and not (value.isdigit() and int(value) <= BODY_MAX):
                return False
            if name in _KEEPING and self.parser.should_upgrade():
                return False
        return True

    def _stays(self) -> bool:
        """Whether the connection is kept. Before HTTP/1.1 a client has to ask for it, which uvicorn does not hear."""
        if not self.parser.should_keep_alive():
            return False
        asked = any(name in _KEEPING for name, _ in self._telling)
        return not asked or self.parser.get_http_version() != "1.0"

    def _answer(self) -> None:
        assert self._front is not None
        url = httptools.parse_url(self.url)
        path = url.path.decode("ascii")
        chunks = self._chunks
        received = Received(
            self.parser.get_method().decode("ascii"),
            unquote(path) if "%" in path else path,
            url.query.decode("latin-1") if url.query else "",
            tuple(self.headers),
            chunks[0] if len(chunks) == 1 else b"".join(chunks),
        )
        if self._given is None:
            given, head = self._performed(received)
        else:
            given, head, self._given = self._given, None, None
        if head is None:
            self._as_uvicorn(given)
            for chunk in chunks:
                super().on_body(chunk)
            super().on_message_complete()
            return
        assert isinstance(given, Sent)
        self.server_state.total_requests += 1
        if self._stays():
            self._remember(received)
            self._send_soon(b"".join((*head, b"\r\n", given.body)))
        else:
            self.send_now()
            self.transport.write(b"".join((*head, _CLOSE, b"\r\n", given.body)))
            self.transport.close()

    # ---- when it leaves -----------------------------------------------------------------------

    def _send_soon(self, answer: bytes) -> None:
        assert self._front is not None
        self._unsent += answer
        waiting = self._front.waiting
        if not waiting:
            self.loop.call_soon(_send_all, waiting)
        waiting.append(self)

    def send_now(self) -> None:
        """Send what waits for the end of the turn; before anything else is sent, and before the connection ends."""
        if self._unsent:
            answer, self._unsent = self._unsent, b""
            self.transport.write(answer)

    def eof_received(self) -> None:
        self.send_now()
        super().eof_received()

    def shutdown(self) -> None:
        self.send_now()
        super().shutdown()

    def send_400_response(self, msg: str) -> None:
        self.send_now()
        super().send_400_response(msg)

    # ---- by which way -------------------------------------------------------------------------

    def _performed(self, received: Received) -> tuple[Sent | Unrecognised | Problem, list[bytes] | None]:
        """What became of it, and the answer's head; None where uvicorn has to give the answer."""
        assert self._front is not None
        try:
            given = self._front.given(received)
            return given, _head(given) if isinstance(given, Sent) else None
        except Exception:  # as uvicorn would: the connection lives, the client gets a 500, the log the reason
            log.exception("a request could not be answered; this is a defect of ixkit")
            return _DEFECT, _head(_DEFECT)

    def _as_uvicorn(self, given: object = None) -> None:
        """Hand this request over: to uvicorn's own cycle, with what we have found out already."""
        self.send_now()
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.headers, self.expect_100_continue = url, headers, expects
        self.scope["headers"] = headers
        if given is not None:
            self.scope["state"][GIVEN] = given
        super().on_headers_complete()


def _send_all(waiting: list[Direct]) -> None:
    connections = waiting.copy()
    waiting.clear()
    for connection in connections:
        connection.send_now()


_DEFECT = Sent(
    500, head_of([(b"content-type", b"text/plain"), (b"content-length", b"21")]), b"Internal Server Error"
)


def _head(sent: Sent) -> list[bytes] | None:
    """Status line and headers; None where uvicorn has to look at them, a fault to strike, or somebody to let it go."""
    if sent.fault is not None or sent.hold is not None or b"connection: " in sent.head:
        return None
    return [STATUS_LINE[sent.status], sent.head]
