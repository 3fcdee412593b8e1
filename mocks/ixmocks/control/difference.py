"""What did an event change? A walk over two states that skips all that they share."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ixmocks.control.plain import members_of, name_of, order_of, shown
from ixmocks.engine import exact
from ixmocks.engine.world import Moment

SHOWN_MAX = 200
"""Differences in one answer."""
TEXT_MAX = 4_000
"""Characters of one value."""
ABSENT = object()


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two states differ; `before` or `after` may be ABSENT. Values are the states' own."""

    at: tuple[str, ...]
    before: Any
    after: Any


def between(before: Moment, after: Moment) -> Iterator[Difference]:
    """All differences of two moments, system by system."""
    for name in sorted(before.systems):
        yield from walk((name,), before.systems[name], after.systems[name])


def walk(at: tuple[str, ...], before: Any, after: Any) -> Iterator[Difference]:
    """States are persistent: what is the same object is the same, and is not entered."""
    if before is after:
        return
    old, new = _parts(before), _parts(after)
    if old is None or new is None or type(before) is not type(after):
        if before != after:
            yield Difference(at, before, after)
        return
    for key in sorted(old.keys() | new.keys(), key=order_of):
        was, now = old.get(key, ABSENT), new.get(key, ABSENT)
        if was is ABSENT or now is ABSENT:
            yield Difference((*at, name_of(key)), was, now)
        else:
            yield from walk((*at, name_of(key)), was, now)


def walk_owned(before: Any, after: Any) -> Iterator[tuple[Any, Any]]:
    """Every part of `after` that is new or not what it was, with what it was (None: it is new)."""
    if before is after or isinstance(after, (str, bytes, Enum)):
        return
    new = _parts(after)
    if new is None:
        return
    yield before, after
    old = (_parts(before) or {}) if before is not None else {}
    for key, value in new.items():
        yield from walk_owned(old.get(key), value)


def differences(before: Moment, after: Moment) -> tuple[list[dict[str, Any]], int]:
    """The differences as JSON values, secrets taken out, and how many more there are."""
    found = between(before, after)
    some = [_plain(difference) for difference in itertools.islice(found, SHOWN_MAX)]
    return some, sum(1 for _ in found)


def _parts(value: Any) -> Mapping[Any, Any] | None:
    """What a value is made of, by name; None for a value that is no whole."""
    if isinstance(value, (str, bytes, Enum)):
        return None
    members = members_of(value)
    if members is not None:
        return members
    if isinstance(value, Mapping):
        return dict(value.items())
    if isinstance(value, Set):
        return {item: item for item in value}
    return dict(enumerate(value)) if isinstance(value, Sequence) else None


def _plain(difference: Difference) -> dict[str, Any]:
    name = difference.at[-1]
    was, now = difference.before, difference.after
    return {
        "at": ".".join(difference.at),
        "kind": "added" if was is ABSENT else "removed" if now is ABSENT else "changed",
        "before": None if was is ABSENT else _short(shown(name, was)),
        "after": None if now is ABSENT else _short(shown(name, now)),
    }


def _short(value: Any) -> Any:
    text = exact.dump(value)
    if len(text) <= TEXT_MAX:
        return value
    return f"{text[:TEXT_MAX].decode('utf-8', 'ignore')}… ({len(text)} bytes)"


__all__ = ["ABSENT", "Difference", "between", "differences", "walk", "walk_owned"]
