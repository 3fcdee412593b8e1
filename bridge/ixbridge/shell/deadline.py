"""How long may one exchange take in all? A server that sends a byte now and then never runs into a timeout.

The timeouts of an HTTP client are for each single read. Here every read and write of a connection also
ends when the whole exchange has had its time, headers included.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import httpcore
import httpx

if TYPE_CHECKING:
    from httpcore import SOCKET_OPTION


class Deadline:
    """Set anew before each exchange."""

    def __init__(self) -> None:
        self._ends = 0.0

    def begin(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    def within(self, timeout: float | None, late: type[Exception]) -> float:
        """The timeout of the next read or write; raises where the time is up."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise late("the whole exchange took too long")
        return left if timeout is None else min(timeout, left)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.within(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.within(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        limited = self._deadline.within(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, limited), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, deadline: Deadline) -> None:
        self._inner, self._deadline = httpcore.SyncBackend(), deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        limited = self._deadline.within(timeout, httpcore.ConnectTimeout)
        made = self._inner.connect_tcp(host, port, limited, local_address, socket_options)
        return _Stream(made, self._deadline)


class BoundedTransport(httpx.HTTPTransport):
    """One connection kept open, no retries, and a deadline for everything that goes over it."""

    def __init__(self, deadline: Deadline, *, tls: bool) -> None:
        # Reading the system's certificates takes longer than a whole run against a mock.
        context = (
            httpx.create_ssl_context(trust_env=False) if tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        )
        super().__init__(verify=context, trust_env=False)
        self._pool.close()
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=2,
            max_keepalive_connections=1,
            network_backend=_Backend(deadline),
        )
