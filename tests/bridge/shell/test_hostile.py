"""What can a hostile or broken accounting server make of the bridge? Nothing but a failed read or an unknown write.

Real sockets: the bytes below come as they stand. Memory and time stay bounded, nothing is booked twice
or wrongly, and no answer ends the process.
"""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ixbridge.core.life import Stage, life_of
from ixbridge.core.model import Invoice, InvoiceLine, Totals
from ixbridge.core.reading import NODES_MAX
from ixbridge.core.steps import CreateDocument, Creation, ListDocuments
from ixbridge.core.wire import Heard, Kind, No, NoReply, Reply, Request, Unknown, Yes
from ixbridge.shell import transport
from ixbridge.shell.transport import HttpTransport
from ixbridge.targets import crmcom, silvasoft, telecomx
from support.bridging import Bench, Pocket, pocket, policy

Talk = Callable[[socket.socket], None]
MIB = 1024 * 1024


def answer(body: bytes, *heads: str, status: str = "200 OK", length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", *heads]
    if not any(each.lower().startswith(("transfer-encoding", "content-length")) for each in heads):
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def packed(body: bytes) -> bytes:
    return answer(gzip.compress(body), "Content-Encoding: gzip")


ANSWERS: dict[str, bytes] = {
    "nothing": b"",
    "half a status line": b"HTTP/1.1 20",
    "another protocol": b"SSH-2.0-OpenSSH_9.2\r\n",
    "an older protocol": b"<html>no head at all</html>",
    "cut in the body": answer(b'[{"InvoiceNumber": 1', length=500),
    "cut in a chunk": answer(b"ff\r\n[1, 2", "Transfer-Encoding: chunked"),
    "a chunk of no length": answer(b"zz\r\n[]\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
    "a chunk without end": answer(b"f" * 16 + b"\r\n[]", "Transfer-Encoding: chunked"),
    "both lengths": answer(b"2\r\n[]\r\n0\r\n\r\n", "Content-Length: 400", "Transfer-Encoding: chunked"),
    "two lengths": answer(b"[]", "Content-Length: 2", "Content-Length: 3"),
    "a length below zero": answer(b"[]", "Content-Length: -1"),
    "a NUL in a header": answer(b"[]", "X-Thing: a\0b"),
    "a header of a megabyte": answer(b"[]", "X-Thing: " + "x" * MIB),
    "thousands of headers": answer(b"[]", *(f"X-{n}: {n}" for n in range(20_000))),
    "HTML with 200": answer(b"<!doctype html><title>Maintenance</title>", "Content-Type: text/html"),
    "a redirect home": answer(b"", "Location: http://127.0.0.1:1/", status="302 Found"),
    "a redirect that repeats": answer(b"", "Location: /", status="307 Temporary Redirect"),
    "not modified": answer(b"", status="304 Not Modified"),
    "no such status": answer(b"[]", status="799 Whatever"),
    "an error of the server": answer(b"{}", status="500 No"),
    "switching": answer(b"", "Upgrade: websocket", status="101 Switching Protocols"),
    "no JSON": answer(b"OK"),
    "half of JSON": answer(b'[{"InvoiceNumber": '),
    "JSON twice": answer(b"[] []"),
    "a number": answer(b"7"),
    "null": answer(b"null"),
    "true": answer(b"true"),
    "a text": answer(b'"done"'),
    "a list of null": answer(b"[null]"),
    "a list of lists": answer(b"[[[]]]"),
    "an error in 200": answer(b'{"errorCode": "X", "errorMessage": "no"}'),
    "an error as a row": answer(b'[{"errorCode": "X", "errorMessage": "no"}]'),
    "deep": answer(b"[" * 100_000),
    "deep and closed": answer(b"[" * 1000 + b"]" * 1000),
    "deep objects": answer(b'{"a":' * 50_000),
    "NaN": answer(b'[{"InvoiceNumber": NaN}]'),
    "infinite": answer(b'[{"InvoiceTotalInclTax": Infinity}]'),
    "a huge whole number": answer(b'[{"InvoiceNumber": ' + b"9" * 5000 + b"}]"),
    "a huge power": answer(b'[{"InvoiceTotalInclTax": 1e999999}]'),
    "a member twice": answer(b'[{"InvoiceNumber": 1, "InvoiceNumber": 2}]'),
    "half a character": answer(b'[{"InvoiceNumber": 1, "InvoiceNotes": "\\ud800"}]'),
    "no UTF-8": answer(b'[{"InvoiceNotes": "\xff\xfe"}]'),
    "UTF-16": answer(json.dumps([{"InvoiceNumber": 1}]).encode("utf-16")),
    "a mark in front": answer(b"\xef\xbb\xbf[]"),
    "objects of another kind": answer(b'[{"InvoiceNumber": {"$ne": null}, "InvoiceNotes": []}]'),
    "a million numbers": answer(b"[" + b"1," * 1_000_000 + b"1]"),
    "a million lists": answer(b"[" + b"[]," * 1_000_000 + b"[]]"),
    "a gzip bomb": packed(b"[" + b"0" * (64 * MIB)),
    "a gzip bomb in a bomb": packed(gzip.compress(b"0" * (8 * MIB))),
    "gzip cut": answer(gzip.compress(b"[]")[:-6], "Content-Encoding: gzip"),
    "gzip that is none": answer(b"[]", "Content-Encoding: gzip"),
    "packed twice": answer(b"[]", "Content-Encoding: gzip, gzip"),
    "packed otherwise": answer(b"[]", "Content-Encoding: br"),
    "six megabytes": answer(b" " * (6 * MIB)),
}


@contextmanager
def listening(talk: Talk) -> Iterator[str]:
    """Talks bytes to whoever comes, one after the other."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, suppress(OSError):
                    talk(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()
        thread.join(0.1)


def saying(content: bytes) -> Talk:
    def talk(connection: socket.socket) -> None:
        connection.settimeout(5)
        connection.recv(65536)
        connection.sendall(content)
        connection.shutdown(socket.SHUT_WR)

    return talk


def heard(talk: Talk, request: Request) -> Heard:
    with listening(talk) as url:
        line = HttpTransport(url)
        try:
            return line.send(request)
        finally:
            line.close()


STEP = ListDocuments(date(2026, 4, 1), None)
READ = silvasoft.request_for(STEP)


# --- what is made of each answer --------------------------------------------------------------


@pytest.mark.parametrize("name", ANSWERS)
def test_a_bad_answer_is_a_failed_read_and_never_a_yes(name: str) -> None:
    said = heard(saying(ANSWERS[name]), READ)
    outcome = silvasoft.meaning_of(STEP, said)
    assert isinstance(outcome, No), (said, outcome)


@pytest.mark.parametrize("name", ANSWERS)
def test_a_bad_answer_to_a_create_books_nothing_twice_and_reports_nothing_wrong(name: str) -> None:
    """A whole run: everything is well but the answer to the create, which was done all the same."""
    world = pocket("C-1")
    bench = Bench(Broken(world, "addsalestransaction", saying(ANSWERS[name])), policy())  # type: ignore[arg-type]
    for _ in range(3):
        bench.run()
    assert len(world.invoices) == 1
    life = life_of("C-1", [each for each in bench.disk if each.subject == "C-1"])
    assert life.stage is Stage.REPORTED and world.instalments["C-1"]["invoiceNumber"] == "1"


@pytest.mark.parametrize(
    "operation", ["listsalesinvoices", "listrelations", "getInstalments", "putInstalments"]
)
def test_bad_answers_one_after_the_other_end_no_run_with_an_error(operation: str) -> None:
    for name in (
        "cut in the body",
        "HTML with 200",
        "deep",
        "NaN",
        "a gzip bomb",
        "both lengths",
        "a number",
    ):
        world = pocket("C-1")
        bench = Bench(Broken(world, operation, saying(ANSWERS[name])), policy())  # type: ignore[arg-type]
        for _ in range(2):
            bench.run()
        assert len(world.invoices) == 1 and world.instalments["C-1"]["invoiceNumber"] == "1", name


class Broken(Pocket):
    """The small world, but for the first answer of one operation, which comes from a hostile server."""

    def __init__(self, world: Pocket, operation: str, talk: Talk) -> None:
        self.__dict__ = world.__dict__
        self._operation, self._talk, self._done = operation, talk, False

    def send(self, request: Request, /) -> Heard:
        said = super().send(request)
        if request.operation != self._operation or self._done:
            return said
        self._done = True
        bare = replace(request, headers={}, query={})
        return heard(self._talk, bare)


# --- memory and time --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["a million lists", "a gzip bomb", "six megabytes", "deep", "a header of a megabyte"]
)
def test_no_answer_takes_more_than_64_mib(name: str) -> None:
    tracemalloc.start()
    try:
        said = heard(saying(ANSWERS[name]), READ)
        silvasoft.meaning_of(STEP, said)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # The server is in this process too, with the bytes it sends.
    assert peak < 64 * MIB, f"{peak / MIB:.0f} MiB"


def test_a_tenth_of_the_values_that_are_read_takes_a_tenth_of_128_mib() -> None:
    body = b"[" + b",".join([b'{"a":1}'] * (NODES_MAX // 20)) + b"]"
    tracemalloc.start()
    try:
        silvasoft.meaning_of(STEP, Reply(200, {}, body))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 12.8 * MIB, f"{peak / MIB:.1f} MiB"


def dripping(content: bytes, stop: threading.Event) -> Talk:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        for byte in content:
            if stop.wait(0.01):
                return
            connection.sendall(bytes([byte]))

    return talk


@pytest.mark.parametrize("content", [answer(b"[]", "X-Long: " + "x" * 5000), answer(b" " * 5000)])
def test_a_server_that_drips_is_given_up_in_the_headers_as_in_the_body(
    content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "WHOLE_EXCHANGE_S", 0.3)
    stop = threading.Event()
    began = time.monotonic()
    said = heard(dripping(content, stop), READ)
    stop.set()
    assert isinstance(said, NoReply) and said.sent and "Timeout" in said.reason
    assert time.monotonic() - began < 5


def test_a_server_that_reads_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "WHOLE_EXCHANGE_S", 0.3)
    done = threading.Event()
    with listening(lambda connection: done.wait(5) and None) as url:
        line = HttpTransport(url)
        said = line.send(replace(READ, method="POST", body=b"x" * (32 * MIB), kind=Kind.WRITE))
        done.set()
        line.close()
    assert isinstance(said, NoReply) and said.sent


def test_a_connection_that_was_closed_while_it_was_kept_open_is_no_surprise() -> None:
    """Keep-alive: the first answer is fine, the second request meets a closed connection."""
    with listening(saying(answer(b"[]"))) as url:
        line = HttpTransport(url)
        first, second = line.send(READ), line.send(READ)
        line.close()
    assert isinstance(first, Reply) and isinstance(second, (Reply, NoReply))


# --- every target -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b"7", b"<html>", b'{"data": null}', b'{"status": {}}', b"[{}]"]
)
@pytest.mark.parametrize("module", [silvasoft, telecomx, crmcom])
def test_no_target_takes_an_empty_or_foreign_answer_to_a_create_for_a_yes(
    module: object, body: bytes
) -> None:
    line = InvoiceLine("Seat", 10000, 12500, Decimal(25), None, None, None, product_code="SEAT")
    totals = Totals(10000, 2500, 12500)
    invoice = Invoice("C-1", date(2026, 4, 1), "EUR", "1", (line,), totals, "x [iX:C-1]")
    step = CreateDocument(invoice, Creation.TRANSACTION)
    outcome = module.meaning_of(step, Reply(200, {}, body))  # type: ignore[attr-defined]
    assert not isinstance(outcome, Yes) and isinstance(outcome, (No, Unknown))
