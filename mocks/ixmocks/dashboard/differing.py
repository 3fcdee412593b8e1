"""What became different between two states? A walk that skips whatever is the same object, so it costs what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from ixmocks.control.plain import plain
from ixmocks.control.redact import REDACTED, is_secret
from ixmocks.engine import exact

NOTHING = object()
SHOWN_MAX = 400
DEPTH_MAX = 24

Place = tuple[str, str, str]
"""Where, what it was, what it is; empty: it was not there."""


def differences(before: Any, after: Any, at: str = "", depth: int = 0) -> Iterator[Place]:
    """Every place that differs, the deepest that still has a name."""
    if before is after or (before == after and type(before) is type(after)):
        return
    pairs = _pairs(before, after) if depth < DEPTH_MAX else None
    if pairs is None:
        secret = is_secret(at.rpartition(".")[2])
        yield at or "state", REDACTED if secret else _text(before), REDACTED if secret else _text(after)
        return
    for name, old, new in pairs:
        yield from differences(old, new, f"{at}.{name}" if at else name, depth + 1)


def _pairs(before: Any, after: Any) -> Iterator[tuple[str, Any, Any]] | None:
    """The parts of two wholes of one kind, side by side; None where they are no wholes."""
    if type(before) is not type(after):
        return None
    if is_dataclass(after):
        return ((f.name, getattr(before, f.name), getattr(after, f.name)) for f in fields(after))
    if isinstance(after, Mapping):
        return _of_maps(before, after)
    if isinstance(after, Sequence) and not isinstance(after, (str, bytes)):
        longer = max(len(before), len(after))
        return ((str(n), _at(before, n), _at(after, n)) for n in range(longer))
    return None


def _of_maps(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> Iterator[tuple[str, Any, Any]]:
    for key in after:
        old = before.get(key, NOTHING)
        if old is not after[key]:
            yield _name(key), old, after[key]
    for key in before:
        if key not in after:
            yield _name(key), before[key], NOTHING


def _at(items: Sequence[Any], index: int) -> Any:
    return items[index] if index < len(items) else NOTHING


def _name(key: Any) -> str:
    return "|".join(map(str, key)) if isinstance(key, tuple) else str(key)


def _text(value: Any) -> str:
    if value is NOTHING:
        return ""
    text = exact.dump(plain(value)).decode()
    return text if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]}…"
