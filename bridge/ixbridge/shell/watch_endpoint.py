"""Who may post what to the bridge? A small HTTP server for notifications, health and metrics.

Notifications carry no signature, so the address itself holds a secret, and what is posted there is
only put into the inbox. Sizes, times and the number of callers are bounded; it is for loopback, or
stands behind a proxy that speaks HTTPS.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from ixbridge.core.answers import clean
from ixbridge.core.reading import Unreadable
from ixbridge.shell.inbox import Letterbox, Put
from ixbridge.shell.journal import JournalError
from ixbridge.shell.metrics import CONTENT_TYPE, Metrics

if TYPE_CHECKING:
    from ixbridge.core.notices import Notice
    from ixbridge.shell.health import Health
    from ixbridge.shell.log import Log

BODY_MAX = 256 * 1024
CALLERS_MAX = 32
IDLE_S = 5.0
"""So long may a caller say nothing."""
WHOLE_S = 10.0
"""So long may a request take from its first byte to its last."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
ROOT = "/notifications/"


def secret_path(secrets: Mapping[str, str]) -> str:
    """Where notifications are posted: not to be guessed, and the same after each start, without being stored."""
    key = "\0".join(f"{name}={secrets[name]}" for name in sorted(secrets))
    return ROOT + hmac.new(key.encode(), b"ixkit bridge: notifications", hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Desk:
    """What each request is answered; no socket in here."""

    health: Health
    metrics: Metrics
    log: Log
    hosts: frozenset[str] = LOOPBACK
    path: str = ""
    """Where notifications are posted; empty: the target posts none."""
    read: Callable[[bytes], tuple[Notice, ...]] | None = None
    letterbox: Letterbox | None = None
    rung: Callable[[], None] = lambda: None
    """Called after something new was put in."""

    def answer(self, method: str, path: str, host: str, body: bytes) -> Answer:
        answered = self._answer(method, path, host, body)
        self.metrics.count("endpoint_requests_total", status=str(answered.status))
        return answered

    def _answer(self, method: str, path: str, host: str, body: bytes) -> Answer:
        if _name(host) not in self.hosts:
            return said(421, error="this name is not served here; allow it with --allow-host")
        path = path.partition("?")[0]
        if path in _PAGES:
            return _PAGES[path](self) if method in ("GET", "HEAD") else _not_so("GET")
        if self.path and hmac.compare_digest(path.encode(), self.path.encode()):
            return self._notified(body) if method == "POST" else _not_so("POST")
        return said(404, error="nothing is here")

    def _notified(self, body: bytes) -> Answer:
        assert self.read is not None and self.letterbox is not None
        try:
            notices = self.read(body)
        except Unreadable as error:
            self.metrics.count("notifications_total", outcome="unreadable")
            self.log.warning("notification unreadable", reason=clean(str(error)))
            return said(400, error=clean(str(error)))
        try:
            outcomes = self.letterbox.put(notices)
        except JournalError as error:
            self.health.note(journal=False)
            self.log.error("journal failed", reason=str(error))
            self.rung()
            return said(503, error="the notification could not be kept")
        for notice, outcome in zip(notices, outcomes, strict=True):
            self.metrics.count("notifications_total", outcome=outcome.value)
            self.log.info("notification", type=notice.type, order=notice.order, outcome=outcome.value)
        if Put.STORED in outcomes:
            self.rung()
        return said(200, received=len(notices))

    def health_page(self) -> Answer:
        alive, facts = self.health.alive()
        return said(200 if alive else 503, **facts)

    def ready_page(self) -> Answer:
        ready, facts = self.health.ready()
        return said(200 if ready else 503, **facts)

    def metrics_page(self) -> Answer:
        return Answer(200, self.metrics.text().encode(), CONTENT_TYPE)


_PAGES: Mapping[str, Callable[[Desk], Answer]] = {
    "/healthz": Desk.health_page,
    "/readyz": Desk.ready_page,
    "/metrics": Desk.metrics_page,
}


def said(status: int, /, **facts: Any) -> Answer:
    return Answer(status, json.dumps(facts).encode())


def _not_so(allowed: str) -> Answer:
    return Answer(405, b'{"error": "not this way"}', headers={"Allow": allowed})


def _name(host: str) -> str:
    """The name in a Host header, without its port."""
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


# --- sockets ----------------------------------------------------------------------------------


class Endpoint:
    """The desk on a socket, in threads of its own, until it is closed."""

    def __init__(self, host: str, port: int, desk: Desk) -> None:
        self._server = _Server(host, port, desk)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.2,), name="endpoint")

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        name = f"[{host!s}]" if ":" in str(host) else str(host)
        return f"http://{name}:{port}"

    def open(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """No new callers; who is being answered gets the answer."""
        self._server.shutdown()
        self._thread.join(WHOLE_S)
        self._server.settle(WHOLE_S)
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, desk: Desk) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.desk = desk
        self._callers: dict[socket.socket, float] = {}
        self._changed = threading.Condition()
        super().__init__((host, port), _Caller)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._changed:
            full = len(self._callers) >= CALLERS_MAX
            if not full:
                self._callers[request] = time.monotonic()
        if full:
            self.desk.metrics.count("endpoint_requests_total", status="503")
            _turned_away(request)
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        try:
            super().shutdown_request(request)
        finally:
            with self._changed:
                self._callers.pop(request, None)
                self._changed.notify_all()

    def service_actions(self) -> None:
        """Whoever takes longer than anybody needs is hung up on."""
        with self._changed:
            now = time.monotonic()
            slow = [caller for caller, since in self._callers.items() if now - since > WHOLE_S]
        for caller in slow:
            try:
                caller.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # it has gone by itself

    def settle(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._callers, seconds)

    def handle_error(self, request: Any, client_address: Any) -> None:
        self.desk.log.defect("endpoint")


def _turned_away(request: socket.socket) -> None:
    try:
        request.settimeout(IDLE_S)
        request.sendall(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    except OSError:
        return


class _Caller(BaseHTTPRequestHandler):
    """Reads one request in bounds, and writes what the desk says."""

    server: _Server
    protocol_version = "HTTP/1.0"
    server_version, sys_version = "ixkit-bridge", ""
    timeout = IDLE_S

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except OSError:
            self.close_connection = True  # hung up, by them or by us

    def _any(self) -> None:
        body = self._body()
        host = self.headers.get("Host", "")
        answer = (
            body if isinstance(body, Answer) else self.server.desk.answer(self.command, self.path, host, body)
        )
        self.send_response(answer.status)
        for name, value in {"Content-Type": answer.content_type, **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _any

    def _body(self) -> bytes | Answer:
        length = self.headers.get("Content-Length")
        if self.headers.get("Transfer-Encoding") or (length is None and self.command == "POST"):
            return said(411, error="say how long the body is")
        if length is None:
            return b""
        if not (length.isascii() and length.isdigit() and len(length) < 12):
            return said(400, error="Content-Length is no number")
        if int(length) > BODY_MAX:
            return said(413, error=f"at most {BODY_MAX} bytes")
        body = self.rfile.read(int(length))
        return body if len(body) == int(length) else said(400, error="the body was cut off")

    def log_message(self, format: str, *args: Any) -> None:
        """The desk says what is worth saying; paths hold a secret."""
