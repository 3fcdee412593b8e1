"""The same seam over real sockets: hosts, sizes, broken connections."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from ixmocks.engine.asgi import BODY_MAX
from ixmocks.engine.exchange import Sent
from ixmocks.engine.faults import Fault, Harm, Place
from ixmocks.engine.harm import damaged
from ixmocks.engine.heads import head_of
from ixmocks.engine.server import PortBusy, bind
from ixmocks.kit import Kit
from support.listening import listening

KEY = {"x-key": "pck_default"}


@pytest.fixture
def url(pocket_kit: Kit) -> Iterator[str]:
    with listening(pocket_kit) as urls:
        yield urls["pocket"]


@pytest.fixture
def client(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, headers=KEY, timeout=10, trust_env=False) as client:
        yield client


def test_a_request_over_http_is_answered_like_one_in_process(client: httpx.Client, pocket_kit: Kit) -> None:
    over_http = client.post("/notes", json={"text": "wire", "amount": 101})
    in_process = pocket_kit.ask("pocket", "POST", "/notes", json={"text": "wire", "amount": 101})
    assert (over_http.status_code, over_http.content) == (in_process.status, in_process.body)
    assert over_http.headers["ixkit-violations"] == in_process.headers["ixkit-violations"]


def test_a_path_or_method_nobody_knows_is_answered_over_http_too(client: httpx.Client) -> None:
    assert client.get("/nowhere").json() == {"error": "not_found"}
    answer = client.delete("/notes")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
    assert client.head("/notes").status_code == 405
    assert client.get("/openapi.json").json()["info"]["title"] == "Pocket"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.nip.example", "", "localhost.evil.example:80"])
def test_a_foreign_host_reads_and_changes_nothing(client: httpx.Client, pocket_kit: Kit, host: str) -> None:
    before = pocket_kit.world().moment
    answer = client.post("/notes", json={"text": "rebound"}, headers={"host": host})
    assert answer.status_code in (400, 421)
    assert answer.headers["content-type"] == "application/problem+json"
    assert pocket_kit.world().moment is before
    assert len(pocket_kit.world().journal) == 0


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:80", "[::1]:80", "LOCALHOST:1"])
def test_every_name_of_this_machine_is_ours(client: httpx.Client, host: str) -> None:
    assert client.get("/notes", headers={"host": host}).status_code == 200


def test_no_host_or_two_hosts_are_refused(url: str) -> None:
    assert b" 400 " in _raw(url, b"GET /notes HTTP/1.1\r\nconnection: close\r\n\r\n")
    assert b" 400 " in _raw(
        url, b"GET /notes HTTP/1.1\r\nhost: localhost\r\nhost: a\r\nconnection: close\r\n\r\n"
    )


def test_a_body_too_long_is_refused_without_being_read(url: str, pocket_kit: Kit) -> None:
    length = b"content-length: %d" % (BODY_MAX + 1)
    answer = _raw(
        url,
        b"POST /notes HTTP/1.1\r\nhost: localhost\r\nx-key: pck_default\r\ncontent-type: application/json\r\n"
        + length
        + b"\r\n\r\n",
    )
    assert b" 413 " in answer
    assert b'{"error":"too_large"}' in answer
    assert len(pocket_kit.state("pocket").notes) == 1


def test_a_client_that_leaves_in_the_middle_creates_nothing(url: str, pocket_kit: Kit) -> None:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as wire:
        wire.sendall(
            b"POST /notes HTTP/1.1\r\nhost: localhost\r\nx-key: pck_default\r\ncontent-length: 30\r\n\r\n"
            b'{"text":'
        )
    httpx.Client(base_url=url, headers=KEY, trust_env=False).get("/notes")
    assert len(pocket_kit.state("pocket").notes) == 1


@pytest.mark.parametrize("harm", [Harm.RESET, Harm.HANG])
@pytest.mark.parametrize("place", [Place.RECEIVED, Place.AFTER_COMMIT])
def test_a_lost_answer_breaks_the_connection(
    client: httpx.Client, pocket_kit: Kit, place: Place, harm: Harm
) -> None:
    pocket_kit.world().faults.arm(Fault(place, harm, seconds=0.01))
    with pytest.raises(httpx.HTTPError):
        client.post("/notes", json={"text": "lost"})
    assert len(pocket_kit.state("pocket").notes) == (2 if place is Place.AFTER_COMMIT else 1)


def test_an_answer_cut_in_the_middle_is_noticed_by_the_client(client: httpx.Client, pocket_kit: Kit) -> None:
    pocket_kit.world().faults.arm(Fault(Place.SENDING, Harm.CUT))
    with pytest.raises(httpx.HTTPError):
        client.post("/notes", json={"text": "cut"})
    assert len(pocket_kit.state("pocket").notes) == 2


@pytest.mark.parametrize(
    ("harm", "status", "kind", "body"),
    [
        (Harm.HTML, 200, "text/html", b"<!DOCTYPE"),
        (Harm.EMPTY, 200, "application/json", b""),
        (Harm.HOLLOW, 200, "application/json", b"{}"),
        (
            Harm.GROWN,
            200,
            "application/json",
            b'{"addedLater":{"since":"next release","flags":[]},"number":2',
        ),
        (Harm.WRONG_TYPE, 200, "text/plain", b'{"text"'),
        (Harm.GARBAGE, 200, "application/json", b"\x00\xff"),
        (Harm.SLOW, 200, "application/json", b'{"text"'),
    ],
)
def test_a_damaged_answer_arrives_as_damaged(
    client: httpx.Client, pocket_kit: Kit, harm: Harm, status: int, kind: str, body: bytes
) -> None:
    pocket_kit.world().faults.arm(Fault(Place.SENDING, harm, seconds=0.01))
    answer = client.post("/notes", json={"text": "odd"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, kind)
    assert answer.content.startswith(body)


def test_what_is_no_json_cannot_grow() -> None:
    headers = ((b"content-type", b"application/pdf"), (b"content-length", b"5"))
    sent = damaged(Sent(200, head_of(headers), b"%PDF-", fault=Fault(Place.SENDING, Harm.GROWN)))
    assert (sent.body, dict(sent.headers), sent.fault) == (b"%PDF-", dict(headers), None)


def test_a_port_in_use_is_told_with_a_way_out() -> None:
    first = bind("pocket", "127.0.0.1", 0)
    try:
        port = first.socket.getsockname()[1]
        with pytest.raises(PortBusy, match=f"127.0.0.1:{port} for pocket.*--port-base"):
            bind("pocket", "127.0.0.1", port)
    finally:
        first.socket.close()


def _raw(url: str, request: bytes) -> bytes:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as wire:
        wire.sendall(request)
        chunks = b""
        while chunk := wire.recv(65_536):
            chunks += chunk
            if b"\r\n\r\n" in chunks and b"connection: close" not in chunks.lower():
                break
        return chunks
