"""How is a request's JSON read member by member, with everything that is wrong with it gathered?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

from ixmocks.crmcom.envelope import violates
from ixmocks.crmcom.money import fraction_of
from ixmocks.crmcom.register import Register
from ixmocks.engine.outcome import Readings, Violation

T = TypeVar("T")
_STAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}", re.ASCII)
UDFS = (
    *(f"udf_string_{n}" for n in range(1, 9)),
    *(f"udf_float_{n}" for n in range(1, 5)),
    *(f"udf_date_{n}" for n in range(1, 5)),
)
"""The user defined fields that are documented; others are passed over (CRM-19)."""


class Form:
    """The members of one JSON object. ``null`` counts as absent (CRM-40).

    What has the wrong type is reported and then counts as absent too, so that one look finds
    everything that is wrong.
    """

    __slots__ = ("found", "members", "place")

    def __init__(self, members: object, place: str, found: list[Violation]) -> None:
        self.members: Mapping[str, Any] = members if isinstance(members, dict) else {}
        self.place = place
        self.found = found

    def has(self, name: str) -> bool:
        return self.members.get(name) is not None

    def clears(self, name: str) -> bool:
        """Whether the member is there, and null."""
        return name in self.members and self.members[name] is None

    def wrong(self, rule: str, name: str, expected: str, message: str = "", advice: str = "") -> None:
        value = self.members.get(name)
        self.found.append(violates(rule, f"{self.place}.{name}", seen(value), expected, message, advice))

    def text(self, name: str) -> str | None:
        """As it came; None where absent."""
        value = self.members.get(name)
        if value is None or isinstance(value, str):
            return value
        self.wrong("schema", name, "a text")
        return None

    def word(self, name: str) -> str:
        """Trimmed; "" where absent."""
        return (self.text(name) or "").strip()

    def number(self, name: str, *, rule: str = "CRM-31") -> Fraction | None:
        """A number that is not negative, exactly; None where absent or wrong."""
        value = self.members.get(name)
        if value is None:
            return None
        number = fraction_of(value)
        if number is None:
            is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
            self.wrong("CRM-50" if is_number else "schema", name, "a number that a double holds")
        elif number < 0:
            self.wrong(rule, name, "a number from 0")
            return None
        return number

    def stamp(self, name: str) -> datetime | None:
        """A date as yyyy-MM-ddTHH:mm:ss; None where absent or no date (which is then reported)."""
        text = self.text(name)
        if text is None:
            return None
        moment = stamp_of(text)
        if moment is None:
            self.wrong("CRM-33", name, "a date such as 2017-05-05T09:00:00")
        return moment

    def form(self, name: str) -> Form | None:
        """The form of an object; None where absent."""
        value = self.members.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.wrong("schema", name, "an object")
            return None
        return Form(value, f"{self.place}.{name}", self.found)

    def forms(self, name: str) -> Iterator[Form]:
        """A form per object of an array."""
        rows = self.members.get(name)
        if rows is None:
            return
        if not isinstance(rows, list):
            self.wrong("schema", name, "an array")
            return
        for index, row in enumerate(rows):
            place = f"{self.place}.{name}.{index}"
            if isinstance(row, dict):
                yield Form(row, place, self.found)
            else:
                self.found.append(violates("schema", place, seen(row), "an object"))

    def udfs(self, before: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """The user defined fields, on top of those that were there; null clears one."""
        kept = dict(before or {})
        for name in UDFS:
            if self.clears(name):
                kept.pop(name, None)
            elif self.has(name):
                kept[name] = self._udf(name)
        return kept

    def pick(
        self, name: str, entities: Register[T], *fields: str, needed: bool = False, what: str = ""
    ) -> T | None:
        """The entity that an identifier names. Exactly one of the fields must be specified (CRM-01)."""
        what = what or name.removesuffix("_identifier").replace("_", " ")
        if name not in self.members and not needed:
            return None
        if name not in self.members:
            self.wrong("CRM-52", name, f"an identifier with one of {', '.join(fields)}")
            return None
        if self.members[name] is None and not needed:
            return None
        told = self.form(name) if self.has(name) else Form({}, f"{self.place}.{name}", self.found)
        return None if told is None else told.entity(entities, fields, what)

    def entity(self, entities: Register[T], fields: tuple[str, ...], what: str) -> T | None:
        """The entity that this form's own members name."""
        given = [field for field in fields if self.members.get(field) not in (None, "")]
        if len(given) != 1:
            told = " and ".join(given) if given else "none"
            self.found.append(violates("CRM-01", self.place, told, f"exactly one of {', '.join(fields)}"))
            return None
        value = self.text(given[0])
        if value is None:
            return None
        matches = entities.find(given[0], value)
        if len(matches) == 1:
            return matches[0]
        if matches:
            message = f"More than one {what} has the {given[0]} '{value}'"
            self.wrong("CRM-28", given[0], f"the {given[0]} of one {what}", message)
        else:
            self.wrong("CRM-28", given[0], f"the {given[0]} of a {what}", f"The {what} was not found")
        return None

    def _udf(self, name: str) -> Any:
        if "string" in name:
            return self.text(name)
        if "date" in name:
            return self.stamp(name)
        value = self.members[name]
        if fraction_of(value) is None:
            self.wrong("schema", name, "a number that a double holds")
            return None
        return value


def in_query(query: object, found: list[Violation], *names: str) -> Form:
    """A query as a form: what stands as `field=value` becomes an identifier (CRM-42)."""
    members = dict(query) if isinstance(query, dict) else {}
    for name in names:
        value = members.get(name)
        if isinstance(value, str):
            field, equals, rest = value.partition("=")
            if not equals or not rest:
                found.append(violates("CRM-42", f"query.{name}", seen(value), "field=value"))
                members.pop(name)
            else:
                members[name] = {field: rest}
        elif name in members:
            members.pop(name)
    return Form(members, "query", found)


def fields_of(form: Form, known: frozenset[str], readings: Readings) -> frozenset[str] | None:
    """Which members of the answer are wanted; None: all (CRM-34)."""
    told = form.members.get("fields_set")
    words = told.split(",") if isinstance(told, str) else told if isinstance(told, list) else []
    wanted = frozenset(word.strip() for word in words if isinstance(word, str) and word.strip())
    if not wanted:
        return None
    if readings.get("CRM-34") == "refused" and wanted - known:
        unknown = ", ".join(sorted(wanted - known))
        form.wrong("CRM-34", "fields_set", f"names of the answer's members; {unknown} is none"[:300])
    return wanted


def stamp_of(text: str) -> datetime | None:
    if not _STAMP.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def show_stamp(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


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
