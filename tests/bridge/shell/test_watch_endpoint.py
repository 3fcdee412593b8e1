"""Is the endpoint bounded, and does it tell nobody more than it should?"""

from __future__ import annotations

import io
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixbridge.shell import watch_endpoint
from ixbridge.shell.health import Health, Poll
from ixbridge.shell.inbox import Letterbox
from ixbridge.shell.journal import JournalError
from ixbridge.shell.log import Log, secrets_in
from ixbridge.shell.metrics import Metrics
from ixbridge.shell.watch_endpoint import BODY_MAX, CALLERS_MAX, Desk, Endpoint, secret_path
from ixbridge.targets.riverty_notices import notices_in
from support.bridging import MemoryJournal, StillClock
from support.notices import verdict

SECRETS = {"subscription_key": "a-subscription-key", "business_code": "1000"}
PATH = secret_path(SECRETS)
NEWS = verdict("A1", "id")


class Post:
    """A desk without a socket, and what came of it."""

    def __init__(self, journal: Any = None) -> None:
        self.journal = journal or MemoryJournal(StillClock())
        self.out, self.rung = io.StringIO(), 0
        log = Log(self.out, StillClock(), secrets=(*SECRETS.values(), PATH))
        box = Letterbox(self.journal)
        self.desk = Desk(Health(), Metrics(), log, path=PATH, read=notices_in, letterbox=box, rung=self._ring)

    def _ring(self) -> None:
        self.rung += 1

    def ask(self, method: str, path: str, body: bytes = b"", host: str = "localhost:4720") -> int:
        return self.desk.answer(method, path, host, body).status

    def outcomes(self, outcome: str) -> float:
        return self.desk.metrics.value("notifications_total", outcome=outcome)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", PATH, NEWS, 200), ("POST", f"{PATH}?x=1", NEWS, 200), ("GET", PATH, b"", 405),
        ("DELETE", PATH, b"", 405), ("POST", "/notifications/", NEWS, 404), ("POST", "/", NEWS, 404),
        ("POST", PATH[:-1], NEWS, 404), ("POST", f"{PATH}/x", NEWS, 404), ("POST", PATH, b"", 400),
        ("POST", PATH, b"<html>", 400), ("POST", PATH, b"[" * 9000, 400), ("POST", "/metrics", NEWS, 405),
        ("GET", "/metrics", b"", 200), ("GET", "/healthz", b"", 200), ("GET", "/readyz", b"", 503),
    ],
)  # fmt: skip
def test_each_request_gets_its_answer(method: str, path: str, body: bytes, status: int) -> None:
    made = Post()
    assert made.ask(method, path, body) == status
    assert len(made.journal.durable) == (status == 200 and method == "POST")


@pytest.mark.parametrize(
    "host", ["evil.example", "", "localhost.evil.example", "127.0.0.1.evil.example:4720"]
)
def test_another_name_is_not_served(host: str) -> None:
    assert Post().ask("GET", "/metrics", host=host) == 421
    assert Post().ask("POST", PATH, NEWS, host=host) == 421


@given(st.binary(max_size=300))
def test_whatever_is_posted_is_kept_or_refused(body: bytes) -> None:
    made = Post()
    assert made.ask("POST", PATH, body) in (200, 400)


def test_doubled_news_is_kept_once_and_wakes_nobody() -> None:
    made = Post()
    assert [made.ask("POST", PATH, NEWS) for _ in range(3)] == [200] * 3
    assert len(made.journal.durable) == 1 and (made.outcomes("strange"), made.outcomes("doubled")) == (1, 2)
    assert made.rung == 0, "of an order that was never sent"


def test_what_could_not_be_kept_is_not_taken() -> None:
    class Full(MemoryJournal):
        def flush(self) -> None:
            raise JournalError("the disk is full")

    made = Post(Full(StillClock()))
    assert made.ask("POST", PATH, NEWS) == 503
    assert made.ask("GET", "/healthz") == 503 and made.rung == 1


def test_the_path_cannot_be_guessed_and_follows_from_the_key() -> None:
    assert secret_path(dict(reversed(SECRETS.items()))) == PATH and len(PATH) > 60
    assert secret_path({**SECRETS, "business_code": "1001"}) != PATH
    assert "a-subscription-key" not in PATH


# --- words ------------------------------------------------------------------------------------


@pytest.mark.parametrize("as_json", [True, False])
def test_no_secret_gets_into_a_line(as_json: bool) -> None:
    out = io.StringIO()
    secrets = secrets_in({**SECRETS, "client_secret": "a-client-secret", "password": 'it\'s "quoted" ü'})
    assert set(secrets) == {"a-subscription-key", "a-client-secret", 'it\'s "quoted" ü'}
    log = Log(out, StillClock(), as_json=as_json, secrets=(*secrets, PATH))
    log.info(
        "x a-subscription-key",
        password="p",
        note=f"at {PATH}",
        deep={"token": "t", "why": 'it\'s "quoted" ü'},
    )
    try:
        raise ValueError("a-client-secret")
    except ValueError:
        log.defect("oh")
    text = out.getvalue()
    assert not any(each in text for each in (*secrets, PATH)) and "[redacted]" in text
    assert len(text.splitlines()) == 2
    if as_json:
        assert all(set(json.loads(line)) >= {"at", "level", "event"} for line in text.splitlines())


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_line_is_one_line(event: str, fact: str) -> None:
    for as_json in (True, False):
        out = io.StringIO()
        Log(out, StillClock(), as_json=as_json).info("e", fact=fact)
        assert out.getvalue().count("\n") == 1


def test_metrics_are_in_prometheus_form() -> None:
    metrics = Metrics()
    metrics.count("notifications_total", outcome='a"b\\c\nd')
    metrics.put("last_poll_seconds", 0.25)
    metrics.replace("instalments", "status", {"booked": 3})
    metrics.replace("instalments", "status", {"paid": 2})
    text = metrics.text()
    assert 'ixkit_bridge_notifications_total{outcome="a\\"b\\\\c\\nd"} 1\n' in text
    assert "ixkit_bridge_last_poll_seconds 0.25\n" in text
    assert 'ixkit_bridge_instalments{status="paid"} 2\n' in text and "booked" not in text
    for line in text.splitlines():
        assert line.startswith("# ") or len(line.rsplit(" ", 1)) == 2


# --- sockets ----------------------------------------------------------------------------------


@contextmanager
def opened(made: Post) -> Iterator[str]:
    endpoint = Endpoint("127.0.0.1", 0, made.desk)
    endpoint.open()
    try:
        yield endpoint.url
    finally:
        endpoint.close()


def raw(url: str, content: bytes) -> bytes:
    with socket.create_connection((urlsplit(url).hostname or "", urlsplit(url).port or 0), 5) as caller:
        caller.sendall(content)
        caller.shutdown(socket.SHUT_WR)
        told = b""
        while chunk := caller.recv(65536):
            told += chunk
        return told


def test_a_notification_comes_in_over_a_socket_and_sizes_are_bounded() -> None:
    made = Post()
    made.desk.health.note(poll=Poll.OK)
    with opened(made) as url, httpx.Client(base_url=url) as client:
        assert client.post(PATH, content=NEWS).json() == {"received": 1}
        assert client.get("/readyz").json()["ready"] is True
        assert client.head("/healthz").content == b"" and "ixkit_bridge_" in client.get("/metrics").text
        assert client.post(PATH, content=b"x" * (BODY_MAX + 1)).status_code == 413
        assert client.post(PATH, content=iter([b"x"])).status_code == 411
        for length in (b"-1", b"x", b"9" * 30):
            head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + length + b"\r\n\r\n"
            assert raw(url, head).split(b" ")[1] in (b"400", b"413")
        cut = f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n".encode() + NEWS[:20]
        assert raw(url, cut).split(b" ")[1] == b"400"
        assert raw(url, b"\x16\x03\x01 no http\r\n\r\n") is not None
        assert client.get("/healthz").status_code == 200
    assert len(made.journal.durable) == 1


def test_who_says_nothing_is_hung_up_on_and_the_others_are_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_endpoint, "WHOLE_S", 0.3)
    made = Post()
    with opened(made) as url:
        address = (urlsplit(url).hostname or "", urlsplit(url).port or 0)
        idle = [socket.create_connection(address, 5) for _ in range(CALLERS_MAX)]
        full = raw(url, b"")
        assert full.startswith(b"HTTP/1.1 503") or full == b""
        assert all(each.recv(1) == b"" for each in idle), "hung up"
        for each in idle:
            each.close()
        with httpx.Client(base_url=url) as client:
            assert client.get("/healthz").status_code == 200


def test_who_is_being_answered_gets_the_answer_before_it_closes() -> None:
    made, entered, go = Post(), threading.Event(), threading.Event()
    put = made.desk.letterbox.put  # type: ignore[union-attr]

    class Slow:
        def put(self, notices: Any) -> Any:
            entered.set()
            assert go.wait(10)
            return put(notices)

    made.desk.letterbox = Slow()  # type: ignore[assignment]
    endpoint = Endpoint("127.0.0.1", 0, made.desk)
    endpoint.open()
    statuses: list[int] = []
    with httpx.Client(base_url=endpoint.url) as client:
        asking = threading.Thread(target=lambda: statuses.append(client.post(PATH, content=NEWS).status_code))
        asking.start()
        assert entered.wait(10)
        closing = threading.Thread(target=endpoint.close)
        closing.start()
        go.set()
        closing.join(10)
        asking.join(10)
    assert statuses == [200] and len(made.journal.durable) == 1
