"""How is what passed by kept? As an HTTP archive without credentials, whole after every entry."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ixcheck.traffic.exchange import Exchange, kind_of
from ixmocks.control.redact import REDACTED, is_secret, without_secrets

_TAIL = b"\n]}}\n"


class Recording:
    """A file that is a valid archive at any time: each entry is written over the end, and the end behind it."""

    def __init__(self, path: Path, secret_names: Iterable[str]) -> None:
        """Raises OSError where the file cannot be written."""
        self.secret = frozenset(name.lower() for name in secret_names)
        self.count = 0
        self.file = path.open("wb")
        path.chmod(0o600)
        self.file.write(
            b'{"log": {"version": "1.2", "creator": {"name": "ixkit proxy", "version": "1"}, "entries": ['
        )
        self._end()

    def add(self, exchange: Exchange, started: str, spent_ms: int) -> None:
        entry = json.dumps(self._entry(exchange, started, spent_ms), ensure_ascii=False).encode()
        self.file.seek(-len(_TAIL), 2)
        self.file.write((b",\n" if self.count else b"\n") + entry)
        self.count += 1
        self._end()

    def _end(self) -> None:
        self.file.write(_TAIL)
        self.file.flush()

    def __enter__(self) -> Recording:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()

    # ---- one entry ------------------------------------------------------------------------------

    def _entry(self, exchange: Exchange, started: str, spent_ms: int) -> dict[str, Any]:
        values = [value for name, value in exchange.headers.items() if self._hidden(name)]
        values += [value.removeprefix("Bearer ") for value in values]
        url = self._url(exchange.url)
        posted, told = (self._body(each, values) for each in (exchange.body, exchange.answer))
        return {
            "startedDateTime": started,
            "time": spent_ms,
            "request": {
                "method": exchange.method, "url": url, "httpVersion": "HTTP/1.1", "cookies": [],
                "headers": self._headers(exchange.headers),
                "queryString": [
                    {"name": n, "value": v} for n, v in parse_qsl(urlsplit(url).query, keep_blank_values=True)
                ],
                **({"postData": {"mimeType": kind_of(exchange.headers), **posted}} if exchange.body else {}),
                "headersSize": -1, "bodySize": -1 if exchange.body is None else len(exchange.body),
            },
            "response": {
                "status": exchange.status, "statusText": "", "httpVersion": "HTTP/1.1", "cookies": [],
                "headers": self._headers(exchange.answer_headers),
                "content": {
                    "size": len(exchange.answer or b""), "mimeType": kind_of(exchange.answer_headers), **told
                },
                "redirectURL": "", "headersSize": -1,
                "bodySize": -1 if exchange.answer is None else len(exchange.answer),
            },
            "cache": {},
            "timings": {"send": 0, "wait": spent_ms, "receive": 0},
        }  # fmt: skip

    def _hidden(self, name: str) -> bool:
        return name.lower() in self.secret or is_secret(name)

    def _headers(self, headers: Any) -> list[dict[str, str]]:
        return [{"name": n, "value": REDACTED if self._hidden(n) else v} for n, v in headers.items()]

    def _url(self, url: str) -> str:
        parts = urlsplit(url)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        shown = [(name, REDACTED if self._hidden(name) else value) for name, value in pairs]
        return urlunsplit(parts._replace(query=urlencode(shown) if pairs else parts.query))

    def _body(self, raw: bytes | None, values: list[str]) -> dict[str, str]:
        if raw is None:
            return {}
        clean = without_secrets(raw, values)
        try:
            return {"text": clean.decode()}
        except UnicodeDecodeError:
            return {"text": base64.b64encode(clean).decode(), "encoding": "base64"}
