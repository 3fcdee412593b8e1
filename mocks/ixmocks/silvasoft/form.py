"""How is a request's JSON read member by member, with everything that is wrong with it gathered?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from ixmocks.engine.outcome import Readings, Violation
from ixmocks.silvasoft.money import cents_of, decimal_of, fraction_of

ZONE = ZoneInfo("Europe/Amsterdam")
# ASSUMED: the vendor's "current date" is the Dutch one.

_LOOSE_DAY = re.compile(r"([0-9]{1,6})-([0-9]{1,6})-([0-9]{1,6})")

TYPE = "type"
"""Keyword of a violation that is about a JSON type; the envelope then says INVALID_JSON."""


class Form:
    """The members of one JSON object. ``null`` and blank texts count as absent.

    What has the wrong type is reported and then counts as absent too, so that one look finds
    everything that is wrong.
    """

    __slots__ = ("found", "members", "place")

    def __init__(self, members: object, place: str, found: list[Violation]) -> None:
        self.members: dict[str, Any] = members if isinstance(members, dict) else {}
        self.place = place
        self.found = found

    def has(self, name: str) -> bool:
        return self.members.get(name) is not None

    def wrong(self, rule: str, name: str, expected: str, message: str = "", *, keyword: str = "") -> None:
        value = self.members.get(name)
        self.found.append(
            Violation(rule, f"{self.place}.{name}", seen(value), expected, message, keyword=keyword)
        )

    def text(self, name: str) -> str:
        """As it came; "" where absent, which null is too (SILV-61)."""
        value = self.members.get(name)
        if value is None:
            return ""
        if type(value) is str:
            return value
        self._type(name, "a text", "a string")
        return ""

    def word(self, name: str) -> str:
        """Trimmed: for names, numbers and codes by which something is looked up."""
        value = self.members.get(name)
        if value is None:
            return ""
        return value.strip() if type(value) is str else self.text(name)

    def whole(self, name: str) -> int | None:
        """A whole number, also as text; None where absent or no whole number (which is then reported)."""
        value = self.members.get(name)
        if value is None or type(value) is int:
            return value
        number = decimal_of(value)
        if number is None or number != number.to_integral_value():
            if type(value) is not str or value.strip():
                self._type(name, "a whole number", "a number")
            return None
        return int(number)

    def number(self, name: str) -> Fraction | None:
        """A quantity, price or percentage, exactly; None where absent or no number."""
        value = self.members.get(name)
        if value is None or (type(value) is str and not value.strip()):
            return None
        number = fraction_of(value)
        if number is None:
            self._type(name, "a number", "a number")
        return number

    def cents(self, name: str) -> int | None:
        value = self.members.get(name)
        if value is None or (type(value) is str and not value.strip()):
            return None
        cents = cents_of(value)
        if cents is None:
            self._type(name, "an amount such as 449.68", "a number")
        return cents

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.members.get(name)
        if value is None:
            return default
        if type(value) is bool:
            return value
        self._type(name, "true or false", "a Boolean")
        return default

    def day(self, name: str, readings: Readings) -> date | None:
        """A date as dd-MM-yyyy; None where absent or no date (which is then reported)."""
        text = self.word(name)
        if not text:
            return None
        day = rolled_day_of(text) if readings.get("SILV-09") == "lenient" else day_of(text)
        if day is None:
            message = f"{name} is not a valid date (dd-MM-yyyy)"
            self.wrong("SILV-09", name, "a date as dd-MM-yyyy, such as 05-05-2017", message)
        return day

    def choice(self, name: str, *allowed: str, default: str, rule: str = "schema") -> str:
        text = self.word(name)
        if not text:
            return default
        if text not in allowed:
            either = " or ".join(allowed)
            self.wrong(rule, name, either, f"{name} must be {either}", keyword="enum")
            return default
        return text

    def rows(self, name: str) -> list[Any]:
        """The items of an array; [] where absent."""
        value = self.members.get(name)
        if value is None:
            return []
        if isinstance(value, list):
            return value
        self._type(name, "an array", "a JSONArray")
        return []

    def forms(self, name: str) -> Iterator[Form]:
        """A form per object of an array."""
        for index, row in enumerate(self.rows(name)):
            place = f"{self.place}.{name}.{index}"
            if not isinstance(row, dict):
                self.found.append(
                    Violation("schema", place, seen(row), "an object", f"JSONArray[{index}] is not a JSONObject.",
                              keyword=TYPE)
                )  # fmt: skip
                continue
            yield Form(row, place, self.found)

    def no_number(self, name: str) -> None:
        """Report a number that is outside of what the member's type can hold."""
        self._type(name, "a whole number", "a number")

    def _type(self, name: str, expected: str, wanted: str) -> None:
        rule = "schema"
        if wanted == "a number":
            rule = "SILV-62" if is_number(self.members.get(name)) else "SILV-47"
        self.wrong(rule, name, expected, f'JSONObject["{name}"] is not {wanted}.', keyword=TYPE)


def seen(value: object) -> str:
    """A value in few characters, for a message."""
    if value is None:
        return "nothing"
    if isinstance(value, list):
        return f"{len(value)} items"
    if isinstance(value, dict):
        return f"an object with {len(value)} members"
    if isinstance(value, int) and value.bit_length() > 200:
        return "a number of more than 60 digits"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}…"


@lru_cache(maxsize=4096)
def day_of(text: str) -> date | None:
    if len(text) != 10 or text[2] != "-" or text[5] != "-" or not text.isascii():
        return None
    day, month, year = text[:2], text[3:5], text[6:]
    if not (day.isdigit() and month.isdigit() and year.isdigit()):
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def rolled_day_of(text: str) -> date | None:
    """A date as a lenient Java parser reads it: days and months past their end roll on, a tail is ignored."""
    parts = _LOOSE_DAY.match(text)
    if parts is None:
        return None
    day, month, year = (int(part) for part in parts.groups())
    months = year * 12 + month - 1
    year, month = divmod(months, 12)
    if not 1 <= year <= date.max.year:
        return None
    first = date(year, month + 1, 1).toordinal()
    return date.fromordinal(first + day - 1) if 1 <= first + day - 1 <= date.max.toordinal() else None


@lru_cache(maxsize=4096)
def show_day(day: date) -> str:
    return f"{day.day:02d}-{day.month:02d}-{day.year:04d}"


def today(at: datetime) -> date:
    return at.astimezone(ZONE).date()


def stamp(at: datetime) -> int:
    """UNIX seconds, as CreatedOn and ChangedOn show them."""
    return int(at.timestamp())


@lru_cache(maxsize=4096)
def later(day: date, days: int) -> date:
    """``day`` plus some days, held inside the calendar: a due date past 9999 is its last day."""
    if abs(days) < 4_000_000 and 1 <= day.toordinal() + days <= date.max.toordinal():
        return day + timedelta(days=days)
    return date.max if days > 0 else date.min


def is_number(value: object) -> bool:
    return type(value) is int or type(value) is Decimal
