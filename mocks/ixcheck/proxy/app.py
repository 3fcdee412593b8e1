"""What becomes of a request that passes? Forwarded, judged, recorded; an ASGI application."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from ixcheck.finding import Finding, Level
from ixcheck.proxy.drift import Drift
from ixcheck.proxy.recording import Recording
from ixcheck.traffic.exchange import Exchange
from ixcheck.traffic.judging import Judge

KEPT_MAX = 8_000_000
"""A longer body passes, and is neither judged nor recorded."""
TAKEN_MAX = 64_000_000
HOPS = frozenset({
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding",
    "upgrade", "host", "content-length", "accept-encoding", "proxy-connection", "content-encoding",
})  # fmt: skip
Headers = list[tuple[bytes, bytes]]


@dataclass(slots=True)
class Proxy:
    """Between a connector and `upstream`. Observing, it changes nothing; enforcing, nothing wrong passes either way."""

    upstream: str
    judge: Judge
    enforce: bool = False
    recording: Recording | None = None
    tell: Callable[[str], None] = lambda _: None
    timeout_s: float = 30.0
    verify: ssl.SSLContext | bool = True
    drift: Drift = field(default_factory=Drift)
    seen: int = 0
    failed: int = 0
    """Requests that upstream did not answer."""
    _client: httpx.AsyncClient | None = None

    async def __call__(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body = await _body(receive)
        if body is None:
            await _problem(send, 413, f"more than {TAKEN_MAX} bytes; the proxy takes no more", [])
            return
        self.seen += 1
        where = f"exchange {self.seen}"
        path = bytes(scope["raw_path"]).decode("latin-1").partition("?")[0]
        query = bytes(scope["query_string"]).decode("latin-1")
        url = f"{self.upstream.rstrip('/')}{path}{'?' if query else ''}{query}"
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        asked = Exchange(where, scope["method"], url, 0, headers, body, {}, None, self.judge.only)
        if self.enforce:
            wrong = self.judge.request_findings(asked)
            if wrong:
                self._found(wrong)
                await _problem(send, 400, "the contract forbids this request; it was not sent on", wrong)
                return
        await self._forward(asked, scope["headers"], send)

    async def _forward(self, asked: Exchange, raw: Headers, send: Any) -> None:
        began, started = time.monotonic(), datetime.now(UTC).isoformat()
        sent = [(name, value) for name, value in raw if name.decode("latin-1") not in HOPS]
        request = self._http().build_request(
            asked.method, asked.url, headers=[*sent, (b"accept-encoding", b"identity")], content=asked.body
        )
        try:
            answer = await self._http().send(request, stream=True)
        except httpx.HTTPError as error:
            await self._lost(asked, error, send, begun=False)
            return
        try:
            kept = await self._pass(answer, asked, send)
        except httpx.HTTPError as error:
            await self._lost(asked, error, send, begun=not self.enforce)
            return
        finally:
            await answer.aclose()
        exchange = _answered(asked, answer, kept)
        findings = self.judge.judge(exchange)
        if self.enforce:
            await self._enforced(exchange, findings, answer, kept or b"", send)
        self._found(findings)
        if not findings and exchange.status >= 400:
            self.drift.refused += 1
        if self.recording is not None:
            self.recording.add(exchange, started, int((time.monotonic() - began) * 1000))

    async def _pass(self, answer: httpx.Response, asked: Exchange, send: Any) -> bytes | None:
        """Hands the answer on as it comes (observing); what came, where it was not too long to keep."""
        kept: bytearray | None = bytearray()
        if not self.enforce:
            start = {"type": "http.response.start", "status": answer.status_code, "headers": _passed(answer)}
            await send(start)
        async for chunk in answer.aiter_raw():
            if kept is not None and len(kept) + len(chunk) <= (TAKEN_MAX if self.enforce else KEPT_MAX):
                kept += chunk
            else:
                kept = None
                if self.enforce:
                    raise httpx.ReadError(f"the answer has more than {TAKEN_MAX} bytes")
            if not self.enforce:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        if not self.enforce:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        return bytes(kept) if kept is not None else None

    async def _enforced(
        self, exchange: Exchange, findings: list[Finding], answer: httpx.Response, body: bytes, send: Any
    ) -> None:
        wrong = [each for each in findings if each.level is Level.ERROR]
        if wrong:
            await _problem(send, 502, "upstream's answer is not what the contract says", wrong)
            return
        await send({"type": "http.response.start", "status": exchange.status, "headers": _passed(answer)})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    async def _lost(self, asked: Exchange, error: httpx.HTTPError, send: Any, *, begun: bool) -> None:
        """Upstream gave no whole answer: whether it did what it was asked is not known."""
        self.failed += 1
        timed = isinstance(error, httpx.TimeoutException)
        said = (
            f"upstream said nothing for {self.timeout_s:g} s"
            if timed
            else f"upstream cannot be asked: {why(error)}"
        )
        self.tell(f"{asked.where}: {asked.method} {asked.path}: {said}")
        if begun and not isinstance(error, httpx.ConnectError):
            raise ConnectionResetError(said)  # the head is out already: cut it off, as upstream did
        await _problem(send, 504 if timed else 502, said, [])

    def _found(self, findings: list[Finding]) -> None:
        for each in findings:
            self.drift.add(each)
            rule = f" [{each.rule}]" if each.rule else ""
            self.tell(f"{each.level.name.lower()}  {each.subject} {each.at}: {each.text}{rule}")

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(
                timeout=self.timeout_s, verify=self.verify, follow_redirects=False, trust_env=False
            )
        return self._client


def why(error: Exception) -> str:
    """The reason in words, where the library says it by way of another error."""
    cause: BaseException = error
    while cause.__cause__ is not None or cause.__context__ is not None:
        cause = cause.__cause__ or cause.__context__ or cause
        if isinstance(cause, ssl.SSLError):
            return f"TLS: {getattr(cause, 'verify_message', '') or cause.reason or cause}"
    return str(error) or type(error).__name__


def _answered(asked: Exchange, answer: httpx.Response, body: bytes | None) -> Exchange:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    kept = asked.body if asked.body is None or len(asked.body) <= KEPT_MAX else None
    return Exchange(
        asked.where,
        asked.method,
        asked.url,
        answer.status_code,
        asked.headers,
        kept,
        headers,
        body,
        asked.system,
    )


def _passed(answer: httpx.Response) -> Headers:
    """All but what belongs to one hop. An answer that is encoded all the same is handed on as it is."""
    return [
        (name.lower(), value)
        for name, value in answer.headers.raw
        if (lower := name.decode("latin-1").lower()) not in HOPS or lower == "content-encoding"
    ]


async def _body(receive: Any) -> bytes | None:
    parts = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(parts)
        parts += message.get("body", b"")
        if len(parts) > TAKEN_MAX:
            return None
        if not message.get("more_body"):
            return bytes(parts)


async def _problem(send: Any, status: int, detail: str, findings: list[Finding]) -> None:
    told = {
        "type": "about:blank", "title": "ixkit proxy", "status": status, "detail": detail,
        "findings": [each.plain() for each in findings[:100]],
    }  # fmt: skip
    raw = json.dumps(told, ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(raw)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": raw})
