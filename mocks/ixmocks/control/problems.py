"""How does the control API say no? RFC 9457 problems, each kind with a URI that never changes its meaning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from ixmocks.engine import exact

TYPE = b"application/problem+json"

KINDS: Mapping[str, tuple[int, str]] = {
    "bad-host": (400, "Bad Host"),
    "not-json": (400, "Not a JSON text"),
    "invalid-request": (400, "The request has the wrong shape"),
    "unauthorised": (401, "Token missing or wrong"),
    "foreign-origin": (403, "Foreign origin"),
    "unknown-path": (404, "Unknown path"),
    "unknown-world": (404, "Unknown world"),
    "unknown-system": (404, "Unknown system"),
    "unknown-operation": (404, "Unknown operation"),
    "unknown-event": (404, "Unknown event"),
    "unknown-fault": (404, "Unknown fault"),
    "unknown-hold": (404, "Nobody waits under that name"),
    "unknown-action": (404, "Unknown action"),
    "unknown-rule": (404, "Unknown rule"),
    "method-not-allowed": (405, "Method not allowed"),
    "world-exists": (409, "That world exists"),
    "world-refused": (409, "No such world can be made"),
    "data-refused": (409, "No such data"),
    "unknown-scenario": (409, "Unknown scenario"),
    "event-not-kept": (409, "That event is not kept"),
    "default-stays": (409, "The default world stays"),
    "clock-out-of-range": (409, "No such time"),
    "fault-refused": (409, "No such fault can be armed"),
    "action-refused": (409, "The system refuses"),
    "check-refused": (409, "No such check"),
    "cannot-stop": (409, "Not ours to stop"),
    "too-large": (413, "Body too large"),
    "media-type": (415, "Not JSON"),
    "misdirected": (421, "Misdirected request"),
    "defect": (500, "A defect of ixkit"),
}
"""Every kind, its status and its title. A kind is never renamed, nor used for something else."""


@dataclass(frozen=True, slots=True)
class Problem:
    kind: str
    detail: str
    """What was seen, what was expected, what to do."""
    more: Mapping[str, Any] = field(default_factory=dict)
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def status(self) -> int:
        return KINDS[self.kind][0]

    def body(self) -> bytes:
        status, title = KINDS[self.kind]
        head = {
            "type": f"urn:ixkit:problem:{self.kind}",
            "title": title,
            "status": status,
            "detail": self.detail,
        }
        return exact.dump({**head, **self.more})


DEFECT = Problem("defect", "this should not happen; the server's log has more, please report it")


def unknown(kind: str, what: str, name: str, known: Iterable[str]) -> Problem:
    """`there is no world 'defualt'; did you mean 'default'?`, with the near names apart."""
    names = sorted(known)
    near = get_close_matches(name.lower(), names, n=3) or get_close_matches(name, names, n=3)
    if near:
        hint = f"did you mean {' or '.join(map(repr, near))}?"
    elif names:
        hint = f"known: {', '.join(names[:20])}{', …' if len(names) > 20 else ''}"
    else:
        hint = "there is none at all"
    return Problem(
        kind, f"there is no {what} {_short(name)!r}; {hint}", {"suggestions": near} if near else {}
    )


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"
