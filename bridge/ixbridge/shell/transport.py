"""How does a request get out and an answer in? Once, bounded, and never with a surprise.

One kept-open client per system; no redirects, no retries, no proxies from the environment. Every
way to fail is a value: ``NoReply(sent=False)`` only where no byte can have left this machine.
"""

from __future__ import annotations

import time
import zlib
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from ixbridge.core.wire import Heard, Kind, NoReply, Reply, Request

if TYPE_CHECKING:
    import httpx

    from ixbridge.shell.clock import Clock

ANSWER_MAX_BYTES = 5 * 1024 * 1024
PDF_ANSWER_MAX_BYTES = 16 * 1024 * 1024
"""A PDF of 12 MiB in base64, with the document around it."""
RATIO_MAX = 100
RATIO_FROM_BYTES = 64 * 1024
CONNECT_S = 5.0
READ_S = 20.0
WHOLE_ANSWER_S = 60.0
WHOLE_EXCHANGE_S = 90.0
"""From the first byte that goes out to the last that comes in."""


class Transport(Protocol):
    def send(self, request: Request, /) -> Heard:
        """Send once. Never raises for what the network or the other side does."""
        ...


class Fenced:
    """The last gate before the wire: ``confirm`` raises where another bridge has taken over, and nothing is written."""

    def __init__(self, transport: Transport, confirm: Callable[[], None]) -> None:
        self._transport, self._confirm = transport, confirm

    def send(self, request: Request, /) -> Heard:
        if request.kind is not Kind.READ:
            self._confirm()
        return self._transport.send(request)


class TooMuch(Exception):
    """An answer that is larger, slower or denser than anybody needs."""


class HttpTransport:
    """Requests to one system over HTTP."""

    def __init__(self, base_url: str, *, client: httpx.Client | None = None) -> None:
        import httpx

        from ixbridge.shell.deadline import BoundedTransport, Deadline

        self._base = base_url.rstrip("/")
        self._errors = _errors()
        self._deadline = Deadline()
        self._client = client or httpx.Client(
            timeout=httpx.Timeout(READ_S, connect=CONNECT_S),
            follow_redirects=False,
            trust_env=False,
            transport=BoundedTransport(self._deadline, tls=not self._base.startswith("http://")),
            headers={"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "ixkit-bridge"},
        )

    def send(self, request: Request, /) -> Heard:
        import httpx

        headers = dict(request.headers)
        if request.body is not None:
            headers["Content-Type"] = request.content_type
        large = request.pdf or "IncludeBase64PDF" in request.query
        cap = PDF_ANSWER_MAX_BYTES if large else ANSWER_MAX_BYTES
        self._deadline.begin(WHOLE_EXCHANGE_S)
        try:
            with self._client.stream(
                request.method,
                self._base + request.path,
                params=dict(request.query) or None,
                content=request.body,
                headers=headers,
            ) as response:
                body = _whole(response, cap)
                heads = {name.lower(): value for name, value in response.headers.items()}
                return Reply(response.status_code, heads, body)
        except TooMuch as error:
            return NoReply(sent=True, reason=str(error))
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ValueError) as error:
            return NoReply(sent=not isinstance(error, self._errors), reason=f"{self._base}: {_words(error)}")

    def close(self) -> None:
        self._client.close()


def _errors() -> tuple[type[Exception], ...]:
    """Failures before the first byte: nothing can have been processed."""
    import httpx

    return (
        httpx.ConnectError,
        httpx.ConnectTimeout,
        httpx.PoolTimeout,
        httpx.UnsupportedProtocol,
        httpx.InvalidURL,
    )


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]


def _whole(response: httpx.Response, cap: int) -> bytes:
    """The body, unpacked by us so that neither its size, its density nor its pace can surprise."""
    deadline = time.monotonic() + WHOLE_ANSWER_S
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if "content-length" in response.headers and "transfer-encoding" in response.headers:
        raise TooMuch("the answer says its length twice, in two ways")
    if coding not in ("identity", "", "gzip"):
        raise TooMuch(f"the answer is packed as {coding!r}, which was not asked for")
    machine = zlib.decompressobj(zlib.MAX_WBITS | 16) if coding == "gzip" else None
    chunks: list[bytes] = []
    packed = size = 0
    for chunk in response.iter_raw():
        packed += len(chunk)
        plain = _unpacked(machine, chunk, cap) if machine else chunk
        size += len(plain)
        chunks.append(plain)
        if size > cap:
            raise TooMuch(f"the answer is larger than {cap} bytes")
        if size > RATIO_FROM_BYTES and size > RATIO_MAX * packed:
            raise TooMuch("the answer unpacks to more than a hundred times its size")
        if time.monotonic() > deadline:
            raise TooMuch(f"the answer took longer than {WHOLE_ANSWER_S:g} s")
    if machine is not None and packed and not machine.eof:
        raise TooMuch("the packed answer is cut off")
    return b"".join(chunks)


def _unpacked(machine: zlib._Decompress, chunk: bytes, cap: int) -> bytes:
    try:
        return machine.decompress(chunk, cap + 1)
    except zlib.error as error:
        raise TooMuch(f"the answer says gzip and is not: {error}") from None


class Paced:
    """A transport that keeps to a pace: at most so many requests a second and a minute.

    Silvasoft advises 2 a second and 50 a minute, and may block who does not keep to it.
    """

    def __init__(self, inner: Transport, clock: Clock, *, per_second: int = 0, per_minute: int = 0) -> None:
        self._inner, self._clock = inner, clock
        self._windows = [(limit, width, deque[float]()) for limit, width in windows(per_second, per_minute)]

    def send(self, request: Request, /) -> Heard:
        for limit, width, sent in self._windows:
            now = self._clock.monotonic()
            if len(sent) >= limit and sent[-limit] + width > now:
                self._clock.sleep(sent[-limit] + width - now)
        heard = self._inner.send(request)
        for limit, _, sent in self._windows:
            sent.append(self._clock.monotonic())
            while len(sent) > limit:
                sent.popleft()
        return heard


class PacedEach:
    """A transport that keeps to a pace for some operations only: at most so many of each a second."""

    def __init__(self, inner: Transport, clock: Clock, limits: Mapping[str, int]) -> None:
        self._inner = inner
        self._paced = {name: Paced(inner, clock, per_second=limit) for name, limit in limits.items()}

    def send(self, request: Request, /) -> Heard:
        return self._paced.get(request.operation, self._inner).send(request)


def windows(per_second: int, per_minute: int) -> tuple[tuple[int, float], ...]:
    """At most so many requests in so many seconds; 0 is no limit."""
    # A little wider than the limit's own window, as the other side's clock begins it elsewhere.
    both = (per_second, 1.05), (per_minute, 60.5)
    return tuple((many, width) for many, width in both if many > 0)
