"""How is a body read, member by member, and where are its mistakes noted? Nothing here ever raises."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from ixmocks.engine.outcome import Refused, Violation
from ixmocks.telecomx import dates, money

T = TypeVar("T")


@dataclass(slots=True)
class Found:
    """What stands against a request so far, and which rules shaped the answer."""

    violations: list[Violation] = field(default_factory=list)
    notes: set[str] = field(default_factory=set)

    def wrong(self, rule: str, at: str, seen: str, expected: str, advice: str = "") -> None:
        self.violations.append(Violation(rule, at, seen, expected, advice=advice))

    @property
    def refused(self) -> Refused:
        return Refused(tuple(self.violations))

    @property
    def noted(self) -> tuple[str, ...]:
        return tuple(sorted(self.notes))


@dataclass(frozen=True, slots=True)
class Form:
    """One JSON object with its place. A member of the wrong type is noted under the rule that is named."""

    members: Mapping[str, Any]
    at: str
    found: Found

    @classmethod
    def of(cls, value: Any, at: str, found: Found) -> Form:
        if isinstance(value, dict):
            return cls(value, at, found)
        found.wrong("schema", at, shown(value), "an object")
        return cls({}, at, found)

    def has(self, name: str) -> bool:
        return name in self.members

    def place(self, name: str) -> str:
        return f"{self.at}.{name}"

    def wrong(self, rule: str, name: str, expected: str, advice: str = "") -> None:
        seen = shown(self.members[name]) if name in self.members else "nothing"
        self.found.wrong(rule, self.place(name), seen, expected, advice)

    def text(self, name: str, rule: str = "schema") -> str | None:
        return self._read(name, rule, lambda v: v if isinstance(v, str) else None, "text")

    def flag(self, name: str, rule: str = "schema") -> bool | None:
        return self._read(name, rule, lambda v: v if isinstance(v, bool) else None, "true or false")

    def number(self, name: str, rule: str) -> Decimal | None:
        return self._read(name, rule, money.number, "a number that a double can hold")

    def instant(self, name: str, rule: str) -> datetime | None:
        expected = "a date that exists, such as 2015-01-01T00:00:00+0100"
        return self._read(name, rule, dates.instant, expected)

    def choice(self, name: str, kinds: Mapping[str, T], rule: str = "schema") -> T | None:
        def chosen(value: Any) -> T | None:
            return kinds.get(value) if isinstance(value, str) else None

        return self._read(name, rule, chosen, f"one of {', '.join(kinds)}")

    def rows(self, name: str, rule: str) -> list[Any]:
        value = self._read(name, rule, lambda v: v if isinstance(v, list) else None, "a list")
        return [] if value is None else value

    def _read(self, name: str, rule: str, reader: Callable[[Any], T | None], expected: str) -> T | None:
        if name not in self.members:
            return None
        value = reader(self.members[name])
        if value is None:
            self.wrong(rule, name, expected)
        return value


def shown(value: Any) -> str:
    """A value as a message may quote it."""
    if isinstance(value, list):
        return f"{len(value)} items"
    if isinstance(value, dict):
        return f"an object with {len(value)} members"
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 1_024:
        return "a number of more than 300 digits"
    text = "null" if value is None else repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
