"""A wire that can be held: it stands between the bridge and a mock, and stops one request at a chosen point."""

from __future__ import annotations

import http.client
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

PATIENCE_S = 60


class Point(Enum):
    """Where a request is held."""

    ARRIVED = "arrived, not processed"
    PROCESSED = "processed, no byte answered"
    HALF = "half of the answer sent"
    ANSWERED = "all of the answer sent"


class Wire:
    """What is to be held, and what happened. ``held`` is set when it came so far, ``go`` lets it end."""

    def __init__(self, upstream: str) -> None:
        self.upstream = urlsplit(upstream)
        self.plan: dict[tuple[str, int], Point] = {}
        self.seen: Counter[str] = Counter()
        self.held, self.go = threading.Event(), threading.Event()
        self.url = ""
        self._lock = threading.Lock()

    def hold(self, operation: str, nth: int, point: Point) -> None:
        self.plan = {(operation, nth): point}
        self.seen.clear()
        self.held.clear()
        self.go.clear()

    def point_of(self, operation: str) -> Point | None:
        with self._lock:
            self.seen[operation] += 1
            return self.plan.pop((operation, self.seen[operation]), None)

    def passed_on(
        self, method: str, path: str, heads: dict[str, str], body: bytes
    ) -> http.client.HTTPResponse:
        line = http.client.HTTPConnection(self.upstream.netloc, timeout=PATIENCE_S)
        line.request(method, path, body or None, {**heads, "Host": self.upstream.netloc})
        return line.getresponse()


@contextmanager
def holding(upstream: str) -> Iterator[Wire]:
    wire = Wire(upstream)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _carry(self) -> None:
            with suppress(OSError):
                self._carried()

        def _carried(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            operation = urlsplit(self.path).path.strip("/").rsplit("/", 1)[-1]
            point = wire.point_of(operation)
            if point is Point.ARRIVED:
                return self._held()
            skipped = {"host", "connection", "content-length"}
            heads = {name: text for name, text in self.headers.items() if name.lower() not in skipped}
            answer = wire.passed_on(self.command, self.path, heads, body)
            content = answer.read()
            if point is Point.PROCESSED:
                return self._held()
            self.send_response_only(answer.status)
            for name in ("Content-Type", "Retry-After"):
                if answer.headers.get(name):
                    self.send_header(name, answer.headers[name])
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if point is Point.HALF else content)
            self.wfile.flush()
            return self._held() if point is not None else None

        def _held(self) -> None:
            self.close_connection = True
            wire.held.set()
            wire.go.wait(PATIENCE_S)

        do_GET = do_POST = do_PUT = do_PATCH = _carry

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is logged."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, request: object, client_address: object) -> None:
            """A killed bridge hangs up in the middle; that is the point."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    wire.url = f"http://127.0.0.1:{server.server_address[1]}{wire.upstream.path}"
    try:
        yield wire
    finally:
        wire.go.set()
        server.shutdown()
        server.server_close()
