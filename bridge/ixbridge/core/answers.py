"""What does an HTTP answer mean before its body is understood? The same gate for every system.

Statuses fall into three classes: certainly not processed (a documented refusal), a success whose
body has yet to be read, and everything else, which for a write is neither yes nor no.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import TypeVar

from ixbridge.core.reading import Unreadable
from ixbridge.core.wire import Cause, Heard, Kind, No, NoReply, Outcome, Reply, Unknown, Yes

T = TypeVar("T")

RETRY_AFTER_MAX_S = 3600.0
REASON_MAX = 300

# Refusals that the documents, or HTTP itself, promise to come before any work is done.
REFUSED: Mapping[int, Cause] = {
    400: Cause.INVALID,
    401: Cause.CREDENTIALS,
    403: Cause.CREDENTIALS,
    404: Cause.NOT_FOUND,
    405: Cause.NOT_FOUND,
    409: Cause.CONFLICT,
    411: Cause.INVALID,
    413: Cause.INVALID,
    414: Cause.INVALID,
    415: Cause.INVALID,
    422: Cause.INVALID,
    429: Cause.LIMITED,
    431: Cause.INVALID,
}


@dataclass(frozen=True, slots=True)
class Words:
    """How one system words its refusals: what it says, and which of them are limits in disguise."""

    say: Callable[[Reply], str]
    cause: Callable[[Reply, Cause], Cause] = lambda reply, cause: cause


def gate(heard: Heard, kind: Kind, words: Words) -> Reply | No | Unknown:
    """A success to be read further, or what else it is."""
    if isinstance(heard, NoReply):
        if not heard.sent:
            return No(Cause.NOT_SENT, heard.reason)
        return _lost(kind, heard.reason)
    if 200 <= heard.status < 300:
        return heard
    if 300 <= heard.status < 400:
        return No(Cause.REDIRECT, f"the server redirects ({heard.status}); the configured URL is not final")
    cause = REFUSED.get(heard.status)
    if cause is None:
        return _lost(kind, f"HTTP {heard.status}: {words.say(heard)}")
    return No(words.cause(heard, cause), f"HTTP {heard.status}: {words.say(heard)}", retry_after_s(heard))


def understood(reply: Reply, kind: Kind, read: Callable[[Reply], T]) -> Outcome[T]:
    """A success, read. What cannot be read is a failed read, or a write of which nothing is known."""
    try:
        return Yes(read(reply))
    except Unreadable as error:
        reason = clean(f"HTTP {reply.status}, but {error}")
        return No(Cause.UNREADABLE, reason) if kind is Kind.READ else Unknown(reason)


def _lost(kind: Kind, reason: str) -> No | Unknown:
    return No(Cause.UNAVAILABLE, reason) if kind is Kind.READ else Unknown(reason)


def retry_after_s(reply: Reply) -> float | None:
    """Seconds to wait as the server asks, between 0 and an hour; None where it says nothing sensible.

    A date is measured against the server's own ``Date`` header, so that no clock is read.
    """
    text = reply.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,12}", text):
        seconds = float(Decimal(text))
        return min(seconds, RETRY_AFTER_MAX_S)
    then, now = _http_date(text), _http_date(reply.headers.get("date", ""))
    if then is None or now is None:
        return None
    return min(max((then - now).total_seconds(), 0.0), RETRY_AFTER_MAX_S)


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def clean(text: str) -> str:
    """Words of a server for a person's screen: one line, no control characters, bounded."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return flat if len(flat) <= REASON_MAX else flat[: REASON_MAX - 1] + "…"
