"""How does a connector hear what a target posts? The kit listens for it, and puts each notification into a folder.

Most connectors are started now and then, and have no address at which anybody could reach them. So each world has an
address of its own, `{webhook.url}`, for the connector to register. What is posted there is taken at once and lies in
`{webhook.folder}`, one file each, numbered as they came, bytes as they were sent. A connector that has an endpoint of
its own names it with `hears`; then each notification is posted on to it, in the same order, until it has taken it.
"""

from __future__ import annotations

import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

BODY_MAX = 1 << 20
CALLER_S = 5.0
ONWARD_S = 10.0


class Ear:
    """One world's address for notifications, until it is closed."""

    def __init__(self, folder: Path, onward: str = "") -> None:
        self.folder, self.onward = folder, onward
        self._came = threading.Condition()
        self._path = f"/{secrets.token_hex(16)}"
        self._count, self._waiting = 0, list[Path]()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Caller)
        self._server.ear = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}{self._path}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def took(self, path: str, body: bytes) -> bool:
        """Whether it is for us; then it is kept."""
        if path != self._path:
            return False
        with self._lock:
            self._count += 1
            name = self.folder / f"{self._count:06d}.json"
            draft = name.with_suffix(".part")
            draft.write_bytes(body)
            draft.replace(name)
            self._waiting.append(name)
            self._pass_on()
        with self._came:
            self._came.notify_all()
        return True

    def heard(self, number: int, seconds: float) -> None:
        """Until so many more have come, or so long."""
        with self._came:
            wanted = self._count + number
            self._came.wait_for(lambda: self._count >= wanted, seconds)

    @property
    def waits(self) -> bool:
        """Whether something lies here that the connector's own endpoint has not taken, as one that only starts."""
        with self._lock:
            return bool(self.onward and self._waiting)

    def pass_on(self) -> None:
        """Post on what the connector's own endpoint has not taken yet, if it has one."""
        with self._lock:
            self._pass_on()

    def _pass_on(self) -> None:
        if not self.onward:
            return
        with httpx.Client(timeout=ONWARD_S, trust_env=False) as client:
            while self._waiting and _posted(client, self.onward, self._waiting[0]):
                self._waiting.pop(0).unlink(missing_ok=True)


def _posted(client: httpx.Client, url: str, path: Path) -> bool:
    headers = {"Content-Type": "application/json"}
    try:
        return client.post(url, content=path.read_bytes(), headers=headers).is_success
    except (httpx.HTTPError, httpx.InvalidURL):
        return False


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    ear: Ear

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever hangs up in the middle has said nothing."""


class _Caller(BaseHTTPRequestHandler):
    server: _Server
    timeout = CALLER_S

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        known = length.isascii() and length.isdigit() and int(length) <= BODY_MAX
        body = self.rfile.read(int(length)) if known else b""
        taken = known and len(body) == int(length) and self.server.ear.took(self.path, body)
        self.send_response(200 if taken else 404 if known else 400)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads along."""
