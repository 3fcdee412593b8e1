"""Is a plain request answered on the connection itself like one that takes uvicorn's way, and who waits for whom?"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from unittest.mock import MagicMock
from urllib.parse import urlsplit

import pytest
import uvicorn
from uvicorn.server import ServerState

from ixmocks.engine import direct
from ixmocks.engine.asgi import Front
from ixmocks.engine.faults import Fault, Harm, Place
from ixmocks.engine.server import configure
from ixmocks.kit import Kit
from support.listening import listening

HEAD = b"host: localhost\r\nx-key: pck_default\r\n"


@pytest.fixture
def wire(pocket_kit: Kit) -> Iterator[socket.socket]:
    with listening(pocket_kit) as urls:
        parts = urlsplit(urls["pocket"])
        with socket.create_connection((parts.hostname, parts.port), timeout=10) as wire:
            yield wire


def post(text: str, *more: bytes, body: bytes | None = None) -> bytes:
    body = b'{"text":"%s"}' % text.encode() if body is None else body
    lines = [b"POST /notes HTTP/1.1\r\n" + HEAD.rstrip(), b"content-type: application/json", *more]
    if not any(line.startswith(b"transfer-encoding") for line in more):
        lines.append(b"content-length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def answers(wire: socket.socket, count: int) -> list[tuple[int, bytes]]:
    """Status and body of the next answers on this connection."""
    found: list[tuple[int, bytes]] = []
    with wire.makefile("rb") as lines:
        while len(found) < count:
            status, length = int(lines.readline().split()[1]), 0
            while (line := lines.readline().strip()) != b"":
                name, _, value = line.partition(b":")
                length = int(value) if name == b"content-length" else length
            if status >= 200:
                found.append((status, lines.read(length)))
    return found


def texts(kit: Kit) -> list[str]:
    notes = kit.state("pocket").notes
    return [notes[number]["text"] for number in sorted(notes)][1:]


def test_requests_one_behind_the_other_in_one_packet_are_answered_in_their_order(
    wire: socket.socket, pocket_kit: Kit
) -> None:
    wire.sendall(post("a") + post("b") + post("c"))
    assert [status for status, _ in answers(wire, 3)] == [200] * 3
    assert texts(pocket_kit) == ["a", "b", "c"]


def test_a_plain_request_waits_for_the_slow_one_before_it(wire: socket.socket, pocket_kit: Kit) -> None:
    pocket_kit.world().faults.arm(Fault(Place.SENDING, Harm.SLOW, seconds=0.05))
    wire.sendall(post("slow") + post("quick"))
    assert [b"slow" in body for _, body in answers(wire, 2)] == [True, False]
    assert texts(pocket_kit) == ["slow", "quick"]


@pytest.mark.parametrize("pieces", [1, 2, 7, 40])
def test_it_does_not_matter_in_which_pieces_a_request_arrives(
    wire: socket.socket, pocket_kit: Kit, pieces: int
) -> None:
    whole = post("piece by piece")
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    size = -(-len(whole) // pieces)
    for at in range(0, len(whole), size):
        wire.sendall(whole[at : at + size])
    assert answers(wire, 1)[0][0] == 200
    assert texts(pocket_kit) == ["piece by piece"]


# ---- heads that were read before ------------------------------------------------------------------


class Reads:
    """Counts how often the parser had to read a request; of connections that are made afterwards."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        real = direct.Direct.on_message_begin

        def begun(protocol: direct.Direct) -> None:
            self.count += 1
            real(protocol)

        monkeypatch.setattr(direct.Direct, "on_message_begin", begun)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    return Reads(monkeypatch)


def told(wire: socket.socket, *requests: bytes) -> list[int]:
    """Each is sent when the one before was answered."""
    found = []
    for request in requests:
        wire.sendall(request)
        found.append(answers(wire, 1)[0][0])
    return found


def test_a_head_that_was_read_before_is_not_read_again_and_each_body_counts(
    reads: Reads, wire: socket.socket, pocket_kit: Kit
) -> None:
    written = ["one", "two", "six", "ten"]
    assert told(wire, *map(post, written)) == [200] * 4
    assert (texts(pocket_kit), reads.count) == (written, 1)


def test_another_length_another_header_or_another_case_is_another_head(
    reads: Reads, wire: socket.socket, pocket_kit: Kit
) -> None:
    assert told(wire, post("abc"), post("abcd"), post("two", b"x: y"), post("six", b"X: y")) == [200] * 4
    assert reads.count == 4


@pytest.mark.parametrize("cut", [1, 40, -1])
def test_a_known_head_in_pieces_or_with_more_behind_it_is_read_like_any_other(
    wire: socket.socket, pocket_kit: Kit, cut: int
) -> None:
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    assert told(wire, post("one")) == [200]
    second = post("two")
    wire.sendall(second[:cut])
    wire.sendall(second[cut:] + post("six") + post("ten")[:-4])
    assert [status for status, _ in answers(wire, 2)] == [200, 200]
    wire.sendall(post("ten")[-4:])
    assert [status for status, _ in answers(wire, 1)] == [200]
    assert texts(pocket_kit) == ["one", "two", "six", "ten"]


def test_a_fault_strikes_a_known_head_once_and_nothing_is_done_twice(
    wire: socket.socket, pocket_kit: Kit
) -> None:
    assert told(wire, post("one")) == [200]
    pocket_kit.world().faults.arm(Fault(Place.SENDING, Harm.SLOW, seconds=0.01))
    pocket_kit.world().faults.arm(Fault(Place.AFTER_COMMIT, Harm.STATUS, status=503, nth=1))
    assert told(wire, post("two"), post("six"), post("ten")) == [200, 503, 200]
    assert texts(pocket_kit) == ["one", "two", "six", "ten"]


def test_a_known_head_is_judged_anew_each_time(wire: socket.socket, pocket_kit: Kit) -> None:
    assert told(wire, post("one"), post("", body=b'{"text":12345}')[:-1] + b"}") == [200, 400]
    assert told(wire, post("six"), post("", body=b'{"text":"si}'), post("ten")) == [200, 400, 200]
    assert texts(pocket_kit) == ["one", "six", "ten"]


def test_no_more_heads_are_remembered_than_are_needed(
    reads: Reads, wire: socket.socket, pocket_kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(direct, "HEADS_MAX", 2)
    assert told(wire, *map(post, ("a", "bb", "ccc", "d", "e"))) == [200] * 5
    assert reads.count == 4
    monkeypatch.setattr(direct, "HEAD_MAX", 10)
    assert told(wire, post("four"), post("five")) == [200, 200]
    assert reads.count == 6


# ---- when answers leave ---------------------------------------------------------------------------


class Turn:
    """Connections whose bytes all arrive in one turn of a loop; `sent` is what left, in its order."""

    def __init__(self, kit: Kit, connections: int) -> None:
        self.loop = asyncio.new_event_loop()
        self.sent: list[tuple[int, bytes]] = []
        config = configure(Front(kit.ports["pocket"]))
        config.load()
        self.connections = [self._connection(config, number) for number in range(connections)]

    def _connection(self, config: uvicorn.Config, number: int) -> direct.Direct:
        state = ServerState()
        made = direct.Direct(config=config, server_state=state, app_state={}, _loop=self.loop)
        transport = MagicMock(spec=asyncio.Transport)
        transport.is_closing.return_value = False
        transport.write.side_effect = lambda data: self.sent.append((number, bytes(data)))
        transport.close.side_effect = lambda: self.sent.append((number, b"closed"))
        made.connection_made(transport)
        return made

    def end(self) -> None:
        self.loop.run_until_complete(asyncio.sleep(0))

    def statuses(self) -> list[tuple[int, bytes]]:
        """Connection and status of what left, or that it was closed."""
        return [(number, data[9:12] if data.startswith(b"HTTP/") else data) for number, data in self.sent]


@pytest.fixture
def turn(pocket_kit: Kit) -> Iterator[Turn]:
    made = Turn(pocket_kit, 3)
    yield made
    made.loop.close()


def test_the_answers_of_one_turn_leave_together_in_the_order_of_their_requests(
    turn: Turn, pocket_kit: Kit
) -> None:
    for tens in ("1", "2"):
        for place, number in enumerate((1, 0, 2, 1)):
            turn.connections[number].data_received(post(f"{tens}{place}"))
        assert turn.sent == []
        turn.end()
        assert turn.statuses() == [(1, b"200"), (0, b"200"), (2, b"200")]
        assert [data.count(b"HTTP/1.1 200") for _, data in turn.sent] == [2, 1, 1]
        turn.sent.clear()
    turn.end()
    assert turn.sent == []
    assert texts(pocket_kit) == ["10", "11", "12", "13", "20", "21", "22", "23"]


@pytest.mark.parametrize(
    ("then", "after"),
    [
        (lambda one: one.eof_received(), []),
        (lambda one: one.shutdown(), [b"closed"]),
        (lambda one: one.data_received(b"no request\r\n\r\n"), [b"400", b"closed"]),
        (lambda one: one.data_received(post("two", b"connection: close")), [b"200", b"closed"]),
    ],
    ids=["the client ends", "the server ends", "nonsense follows", "the last request follows"],
)
def test_an_answer_leaves_before_whatever_comes_after_it(
    turn: Turn, then: Callable[[direct.Direct], None], after: list[bytes]
) -> None:
    turn.connections[0].data_received(post("one"))
    then(turn.connections[0])
    assert turn.statuses() == [(0, what) for what in (b"200", *after)]
    turn.end()
    assert len(turn.sent) == 1 + len(after)


def test_who_has_gone_meanwhile_gets_nothing_and_keeps_nobody_else_waiting(
    turn: Turn, pocket_kit: Kit
) -> None:
    for number in (0, 1):
        turn.connections[number].data_received(post("ab"[number]))
    turn.connections[0].connection_lost(ConnectionResetError())
    turn.end()
    assert turn.statuses() == [(1, b"200")]
    assert texts(pocket_kit) == ["a", "b"]


def test_an_answer_leaves_before_one_that_takes_the_long_way(turn: Turn, pocket_kit: Kit) -> None:
    turn.connections[0].data_received(post("one"))
    pocket_kit.world().faults.arm(Fault(Place.AFTER_COMMIT, Harm.STATUS, status=503))
    turn.connections[0].data_received(post("two"))
    for _ in range(9):
        turn.end()
    assert [data[9:12] for _, data in turn.sent if data.startswith(b"HTTP/")] == [b"200", b"503"]


def test_who_ends_its_half_behind_the_request_is_answered(wire: socket.socket, pocket_kit: Kit) -> None:
    wire.sendall(post("last words"))
    wire.shutdown(socket.SHUT_WR)
    assert answers(wire, 1)[0][0] == 200
    assert wire.recv(1) == b""
    assert texts(pocket_kit) == ["last words"]


def test_a_body_in_chunks_of_unknown_length_is_taken_too(wire: socket.socket, pocket_kit: Kit) -> None:
    wire.sendall(
        post("", b"transfer-encoding: chunked", body=b'9\r\n{"text":"\r\n8\r\nchunks"}\r\n0\r\n\r\n')
    )
    assert answers(wire, 1)[0][0] == 200
    assert texts(pocket_kit) == ["chunks"]


def test_who_asks_before_sending_a_body_is_told_to_go_on(wire: socket.socket, pocket_kit: Kit) -> None:
    wire.sendall(post("asked first", b"expect: 100-continue"))
    assert answers(wire, 1)[0][0] == 200
    assert texts(pocket_kit) == ["asked first"]


@pytest.mark.parametrize(
    ("version", "header"),
    [
        (b"1.1", b"connection: close"), (b"1.0", b"connection: close"), (b"1.0", b"x: y"),
        (b"1.0", b"connection: keep-alive"), (b"1.0", b"proxy-connection: keep-alive"),
    ],
)  # fmt: skip
def test_a_connection_ends_where_the_client_wants_it_to(
    wire: socket.socket, version: bytes, header: bytes
) -> None:
    wire.sendall(b"GET /notes HTTP/" + version + b"\r\n" + HEAD + header + b"\r\n\r\n")
    said = b"".join(iter(lambda: wire.recv(65536), b""))
    assert said.startswith(b"HTTP/1.1 200 ")
    assert b"connection: close" in said


@pytest.mark.parametrize(
    "begun", [b"", b"POST /no", post("never whole")[:60], post("never whole")[:-3]], ids=len
)
def test_who_does_not_finish_a_request_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, pocket_kit: Kit, begun: bytes
) -> None:
    for name in ("IDLE_S", "WHOLE_S", "_GLANCE_S"):
        monkeypatch.setattr(direct, name, 0.02)
    with listening(pocket_kit) as urls:
        parts = urlsplit(urls["pocket"])
        with socket.create_connection((parts.hostname, parts.port), timeout=10) as wire:
            wire.sendall(begun)
            assert wire.recv(100) == b""
    assert texts(pocket_kit) == []


def test_who_waits_for_a_slow_answer_is_not_cut_off(monkeypatch: pytest.MonkeyPatch, pocket_kit: Kit) -> None:
    monkeypatch.setattr(direct, "IDLE_S", 0.02)
    monkeypatch.setattr(direct, "_GLANCE_S", 0.01)
    pocket_kit.world().faults.arm(Fault(Place.SENDING, Harm.SLOW, seconds=0.1))
    with listening(pocket_kit) as urls:
        parts = urlsplit(urls["pocket"])
        with socket.create_connection((parts.hostname, parts.port), timeout=10) as wire:
            wire.sendall(post("patience"))
            assert answers(wire, 1)[0][0] == 200
