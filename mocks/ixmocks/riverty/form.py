"""What does a body say? Reads members that may be absent or of another type, and never fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

NOTHING: Mapping[str, Any] = {}


def members(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else NOTHING


def part(body: Any, name: str) -> Mapping[str, Any]:
    return members(members(body).get(name))


def text(body: Any, name: str) -> str:
    value = members(body).get(name)
    return value if isinstance(value, str) else ""


def rows(body: Any, name: str) -> tuple[Mapping[str, Any], ...]:
    value = members(body).get(name)
    return tuple(members(row) for row in value) if isinstance(value, list) else ()


def whole(row: Mapping[str, Any], name: str) -> int | None:
    value = row.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def day_of(value: Any) -> date | None:
    """The day of `yyyy-MM-dd`, with or without a time behind it; None where there is no such day."""
    if not isinstance(value, str) or not value.isascii():
        return None
    try:
        return date.fromisoformat(value[:10]) if value[4:5] == "-" else None
    except ValueError:
        return None


def days_in(value: Any, names: frozenset[str], at: str = "body") -> Iterator[tuple[str, str]]:
    """Every text member with one of these names, at whatever depth: its place and what it says."""
    if isinstance(value, Mapping):
        for name, member in value.items():
            if name in names and isinstance(member, str):
                yield f"{at}.{name}", member
            elif isinstance(member, Mapping | list):
                yield from days_in(member, names, f"{at}.{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from days_in(item, names, f"{at}.{index}")


def quoted(value: Any) -> str:
    """A value as a message may show it."""
    shown = "nothing" if value is None else repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}…"
