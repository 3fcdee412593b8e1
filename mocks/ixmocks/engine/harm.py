"""What does a fault do to an answer that is on its way? The same in process and over HTTP."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from ixmocks.engine import exact
from ixmocks.engine.exchange import Sent
from ixmocks.engine.faults import Fault, Harm
from ixmocks.engine.heads import head_of


def lost(fault: Fault | None) -> bool:
    """Whether the client gets no whole answer."""
    return fault is not None and fault.harm in (Harm.RESET, Harm.HANG, Harm.CUT, Harm.LATE)


def damaged(sent: Sent) -> Sent:
    """The answer as a broken intermediary would pass it on."""
    status, body, kind = sent.status, sent.body, b"application/json"
    match sent.fault.harm if sent.fault else None:
        case Harm.GARBAGE:
            body = b"\x00\xff<{" + sent.body[:20]
        case Harm.HTML:
            status, kind = 200, b"text/html"
            body = b"<!DOCTYPE html><title>Login</title><p>Please sign in.</p>"
        case Harm.WRONG_TYPE:
            kind = b"text/plain"
        case Harm.EMPTY:
            status, body = 200, b""
        case Harm.HOLLOW:
            status, body = 200, b"{}"
        case Harm.GROWN:
            body, kind = grown(sent.body), dict(sent.headers).get(b"content-type", kind)
        case _:
            return sent
    kept = [(n, v) for n, v in sent.headers if n not in (b"content-type", b"content-length")]
    head = head_of((*kept, (b"content-type", kind), (b"content-length", b"%d" % len(body))))
    return Sent(status, head, body, sent.event)


def grown(body: bytes) -> bytes:
    """The same JSON as a later release may answer it: new members, another order. Other bodies stay as they are."""
    try:
        value = json.loads(body, parse_float=Decimal)
    except ValueError:
        return body
    return exact.dump(_with_more(value)) if isinstance(value, dict | list) else body


def _with_more(value: Any) -> Any:
    if isinstance(value, dict):
        members = {name: _with_more(inner) for name, inner in reversed(value.items())}
        return {"addedLater": {"since": "next release", "flags": []}, **members, "alsoNew": None}
    return [_with_more(each) for each in value] if isinstance(value, list) else value
