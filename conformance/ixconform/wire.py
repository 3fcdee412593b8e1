"""How are many small questions asked fast? A few connections that stay open, shared by all threads.

A run of the kit asks its server thousands of times, and only that one; the standard library's client does it in a
third of the time that a general one takes.
"""

from __future__ import annotations

import http.client
import select
import socket
import threading
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

WAIT_S = 30.0


class WireError(Exception):
    """Nothing came back. Says why."""


class Wire:
    """Connections to one server."""

    def __init__(self, base: str, headers: Mapping[str, str]) -> None:
        parts = urlsplit(base)
        self._host, self._port, self._prefix = parts.hostname or "", parts.port, parts.path.rstrip("/")
        self._secure = parts.scheme == "https"
        self._headers = dict(headers)
        self._idle: list[http.client.HTTPConnection] = []
        self._lock = threading.Lock()

    def ask(self, method: str, path: str, body: bytes, query: Mapping[str, object]) -> tuple[int, bytes]:
        """Status and body of the answer. Raises WireError."""
        target = self._prefix + path + (f"?{urlencode(query)}" if query else "")
        connection, used = self._taken()
        try:
            status, told = self._told(connection, method, target, body)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            if (
                used and method == "GET"
            ):  # it was hung up on at this very moment; asking again changes nothing
                return self.ask(method, path, body, query)
            raise WireError(str(error) or type(error).__name__) from error
        return status, told

    def _told(
        self, connection: http.client.HTTPConnection, method: str, target: str, body: bytes
    ) -> tuple[int, bytes]:
        connection.request(method, target, body=body or None, headers=self._headers)
        answer = connection.getresponse()
        told = answer.read()
        if answer.will_close:
            connection.close()
        else:
            with self._lock:
                self._idle.append(connection)
        return answer.status, told

    def close(self) -> None:
        with self._lock:
            while self._idle:
                self._idle.pop().close()

    def _taken(self) -> tuple[http.client.HTTPConnection, bool]:
        """One that is open still, and whether it was used before; those that were idle for long are hung up on."""
        with self._lock:
            while self._idle:
                found = self._idle.pop()
                if _is_open(found.sock):
                    return found, True
                found.close()
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        return kind(self._host, self._port, timeout=WAIT_S), False


def _is_open(used: socket.socket | None) -> bool:
    """Whatever can be read of a connection without a question is its end."""
    return used is not None and not select.select([used], [], [], 0)[0]
