"""How is an answer read so that nothing wrong gets in unnoticed? Strictly, exactly, and in bounds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

DEPTH_MAX = 32
NODES_MAX = 500_000
DIGITS_MAX = 30
TEXT_MAX = 65_536

_MISSING = object()


class Unreadable(ValueError):
    """An answer, or one item of it, is not what was agreed; the message names the place."""


def parse(body: bytes) -> Any:
    """The JSON value of a body: UTF-8, no duplicate keys, no NaN, numbers exact, depth and size bounded."""
    # Each value but the first stands behind one of these, so what would fill the memory is not built.
    if sum(body.count(mark) for mark in (b",", b"[", b"{")) > NODES_MAX:
        raise Unreadable(f"more than {NODES_MAX} JSON values")
    try:
        text = body.decode("utf-8")
        value = json.loads(
            text,
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_constant,
            object_pairs_hook=_object,
        )
    except Unreadable:
        raise
    except RecursionError:
        raise Unreadable(f"JSON is nested deeper than {DEPTH_MAX}") from None
    except ValueError as error:
        raise Unreadable(f"not JSON: {error}"[:200]) from None
    _within_bounds(value)
    return value


def _decimal(text: str) -> Decimal:
    if len(text) > DIGITS_MAX:
        raise Unreadable(f"a number of {len(text)} characters")
    return Decimal(text)


def _integer(text: str) -> int:
    if len(text) > DIGITS_MAX:
        raise Unreadable(f"a number of {len(text)} characters")
    return int(text)


def _constant(text: str) -> Any:
    raise Unreadable(f"{text} is not a JSON number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise Unreadable("an object has the same key twice")
    return value


def _within_bounds(value: Any) -> None:
    nodes = 0
    level: list[Any] = [value]
    for _ in range(DEPTH_MAX):
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
        nodes += len(below)
        if nodes > NODES_MAX:
            raise Unreadable(f"more than {NODES_MAX} JSON values")
        if not below:
            return
        level = below
    raise Unreadable(f"JSON is nested deeper than {DEPTH_MAX}")


class Fields:
    """One JSON object, asked field by field; a wrong answer names the field, what was seen and expected.

    ``anycase`` finds a field however its letters are cased, for systems that do not care themselves.
    """

    __slots__ = ("_at", "_values")

    def __init__(self, value: Any, at: str = "", *, anycase: bool = False) -> None:
        if not isinstance(value, dict):
            raise Unreadable(f"{at or 'the answer'} is {_kind(value)}, expected an object")
        self._values: Mapping[str, Any] = value
        self._at = at
        if anycase:
            folded: dict[str, Any] = {}
            for key, item in value.items():
                if key.casefold() in folded:
                    raise Unreadable(f"{at or 'the answer'} has {key} twice, in different cases")
                folded[key.casefold()] = item
            self._values = _AnyCase(folded)

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def raw(self, name: str) -> Any:
        return self._values.get(name)

    def _place(self, name: str) -> str:
        return f"{self._at}.{name}" if self._at else name

    def _need(self, name: str, expected: str) -> Any:
        value = self._values.get(name, _MISSING)
        if value is _MISSING or value is None:
            raise Unreadable(f"{self._place(name)} is missing, expected {expected}")
        return value

    def _wrong(self, name: str, value: Any, expected: str) -> Unreadable:
        return Unreadable(f"{self._place(name)} is {_kind(value)}, expected {expected}")

    def text(self, name: str, default: str | None = None) -> str:
        if default is not None and self._values.get(name) is None:
            return default
        value = self._need(name, "a text")
        if not isinstance(value, str):
            raise self._wrong(name, value, "a text")
        if len(value) > TEXT_MAX:
            raise Unreadable(f"{self._place(name)} has {len(value)} characters, at most {TEXT_MAX} expected")
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise Unreadable(f"{self._place(name)} holds half a character (a lone surrogate)") from None
        return value

    def number_text(self, name: str, default: str | None = None) -> str:
        """A number or code that may come as a JSON integer or as a text."""
        value = self._values.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return self.text(name, default)

    def integer(self, name: str) -> int:
        value = self._need(name, "a whole number")
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._wrong(name, value, "a whole number")
        return value

    def integer_or_none(self, name: str) -> int | None:
        return None if self._values.get(name) is None else self.integer(name)

    def decimal(self, name: str, default: Decimal | None = None) -> Decimal:
        if default is not None and self._values.get(name) is None:
            return default
        value = self._need(name, "a number")
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
            raise self._wrong(name, value, "a number")
        return Decimal(value)

    def flag(self, name: str, default: bool) -> bool:
        value = self._values.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self._wrong(name, value, "true or false")
        return value

    def iso_date(self, name: str) -> date:
        text = self.text(name)
        # ASSUMED: a time behind the date is of the date's own zone, so it is dropped, never shifted.
        day = text.split("T", 1)[0]
        try:
            if len(day) != 10:
                raise ValueError
            return date.fromisoformat(day)
        except ValueError:
            raise Unreadable(f"{self._place(name)} is {text[:30]!r}, expected a date yyyy-MM-dd") from None

    def iso_date_or_none(self, name: str) -> date | None:
        return None if self._values.get(name) in (None, "") else self.iso_date(name)

    def fields(self, name: str) -> Fields:
        return Fields(self._need(name, "an object"), self._place(name), anycase=self._anycase)

    @property
    def _anycase(self) -> bool:
        return isinstance(self._values, _AnyCase)

    def items(self, name: str) -> Sequence[Fields]:
        """The objects of an array; an absent array is empty."""
        value = self._values.get(name)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self._wrong(name, value, "an array")
        return [
            Fields(item, f"{self._place(name)}.{index}", anycase=self._anycase)
            for index, item in enumerate(value)
        ]


class _AnyCase(dict[str, Any]):
    def get(self, key: str, default: Any = None) -> Any:
        return super().get(key.casefold(), default)


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return f"the number {value}"[:60]
        case str():
            return f"the text {value[:40]!r}"
        case list():
            return "an array"
        case dict():
            return "an object"
        case _:
            return type(value).__name__
