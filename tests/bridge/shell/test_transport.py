"""Does every way a connection can end become a value, and never too much of one?"""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from ixbridge.core.wire import Kind, NoReply, Reply, Request
from ixbridge.shell import transport
from ixbridge.shell.transport import HttpTransport, Paced
from support.bridging import StillClock

GET = Request("silvasoft", "listproducts", Kind.READ, "GET", "/rest/listproducts/", {"a": "1&2"})
POST = Request("silvasoft", "addorder", Kind.CREATE, "POST", "/rest/addorder/", body=b"{}")
Talk = Callable[[socket.socket], None]


@contextmanager
def server(talk: Talk) -> Iterator[str]:
    """Accepts one connection and talks bytes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            talk(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()
        thread.join(5)


def heard_from(talk: Talk, request: Request = GET) -> Reply | NoReply:
    with server(talk) as url:
        line = HttpTransport(url)
        try:
            return line.send(request)
        finally:
            line.close()


def answering(head: str, body: bytes = b"") -> Talk:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)

    return talk


def test_an_answer_comes_back_whole_with_its_names_in_lower_case() -> None:
    asked: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        asked.append(connection.recv(65536))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Thing: A\r\n\r\n[]")

    heard = heard_from(talk)
    assert isinstance(heard, Reply)
    assert (heard.status, heard.body, heard.headers["x-thing"]) == (200, b"[]", "A")
    assert asked[0].startswith(b"GET /rest/listproducts/?a=1%262 HTTP/1.1\r\n")


def test_a_port_where_nobody_listens_means_that_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    heard = HttpTransport(f"http://127.0.0.1:{port}").send(POST)
    assert isinstance(heard, NoReply) and not heard.sent and "ConnectError" in heard.reason


def test_a_name_that_nobody_has_means_that_nothing_was_sent() -> None:
    heard = HttpTransport("http://nobody.invalid").send(POST)
    assert isinstance(heard, NoReply) and not heard.sent


@pytest.mark.parametrize(
    "talk",
    [
        lambda connection: None,
        lambda connection: connection.recv(65536) and None,
        answering("HTTP/1.1 200 OK\nContent-Length: 100", b"[1, 2"),
        answering("HTTP/1.1 200 OK\nTransfer-Encoding: chunked", b"5\r\n[1"),
        answering("garbage"),
        answering("HTTP/1.1 200 OK\nContent-Encoding: br\nContent-Length: 1", b"x"),
        answering("HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: 9", b"no gzip !"),
    ],
    ids=[
        "closed",
        "read and closed",
        "half a body",
        "half a chunk",
        "garbage",
        "unasked coding",
        "false gzip",
    ],
)
def test_anything_after_the_first_byte_means_that_it_may_have_been_done(talk: Talk) -> None:
    heard = heard_from(talk, POST)
    assert isinstance(heard, NoReply) and heard.sent


def test_a_redirect_is_not_followed() -> None:
    heard = heard_from(
        answering("HTTP/1.1 307 Moved\nLocation: http://127.0.0.1:1/\nContent-Length: 0"), POST
    )
    assert isinstance(heard, Reply) and heard.status == 307


def test_an_answer_that_is_too_large_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "ANSWER_MAX_BYTES", 1000)
    at_limit = heard_from(answering("HTTP/1.1 200 OK\nContent-Length: 1000", b"x" * 1000))
    assert isinstance(at_limit, Reply) and len(at_limit.body) == 1000
    beyond = heard_from(answering("HTTP/1.1 200 OK\nContent-Length: 1001", b"x" * 1001))
    assert isinstance(beyond, NoReply) and "1000 bytes" in beyond.reason


def test_a_packed_answer_is_unpacked_and_a_bomb_is_not() -> None:
    packed = gzip.compress(b'{"a": 1}')
    head = "HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: "
    heard = heard_from(answering(f"{head}{len(packed)}", packed))
    assert isinstance(heard, Reply) and heard.body == b'{"a": 1}'
    bomb = gzip.compress(b"0" * 4_000_000)
    heard = heard_from(answering(f"{head}{len(bomb)}", bomb))
    assert isinstance(heard, NoReply) and "unpacks" in heard.reason


def test_a_body_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "WHOLE_ANSWER_S", -1.0)
    heard = heard_from(answering("HTTP/1.1 200 OK\nContent-Length: 2", b"[]"))
    assert isinstance(heard, NoReply) and heard.sent and "longer" in heard.reason


def test_a_pace_is_kept_by_the_clock() -> None:
    class Line:
        def send(self, request: Request, /) -> Reply:
            return Reply(200, {}, b"")

    clock = StillClock()
    paced = Paced(Line(), clock, per_second=2, per_minute=5)
    sent = []
    for _ in range(6):
        paced.send(GET)
        sent.append(clock.passed_s)
    assert sent == [0, 0, 1.05, 1.05, 2.1, 60.5]


def test_without_a_pace_nobody_waits() -> None:
    class Line:
        def send(self, request: Request, /) -> Reply:
            return Reply(200, {}, b"")

    clock = StillClock()
    paced = Paced(Line(), clock)
    for _ in range(100):
        paced.send(GET)
    assert clock.slept == []
