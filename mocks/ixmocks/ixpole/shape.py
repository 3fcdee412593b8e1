"""How is a table of members read, in both directions?

`read` turns JSON into fields of the state and names the key where something does not fit; `show` goes the other way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

from rpds import HashTrieMap

from ixmocks.engine.system import SeedError
from ixmocks.ixpole import money

REQUIRED: Any = object()
LEAVE_OUT: Any = object()
"""Default of a member that is worked out elsewhere when it is not given."""


class Misfit(SeedError):
    """A value does not fit; keeps the key apart, so that an action can answer with the place."""

    def __init__(self, at: str, seen: str, expected: str, rule: str = "") -> None:
        super().__init__(f"{at}: seen {seen}; expected {expected}" + (f" ({rule})" if rule else ""))
        self.at = at
        self.seen = seen
        self.expected = expected
        self.rule = rule or "schema"


def _as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class Type:
    """One way to write a value: from JSON (raising Misfit) and to JSON."""

    read: Callable[[Any, str], Any]
    show: Callable[[Any], Any] = _as_it_is


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    field: str
    type: Type
    default: Any = REQUIRED
    nullable: bool = False


Table = tuple[Member, ...]


def read(table: Table, value: Any, at: str) -> dict[str, Any]:
    """Fields by their names in the state. Members left out that have no plain default are absent."""
    if not isinstance(value, Mapping):
        raise Misfit(at, shown(value), "an object")
    known = {member.name for member in table}
    for name in value:
        if name not in known:
            raise Misfit(f"{at}.{name}", "a name that nobody knows", suggestion(str(name), known))
    fields = {}
    for member in table:
        if member.name in value:
            fields[member.field] = _value(member, value[member.name], f"{at}.{member.name}")
        elif member.default is REQUIRED:
            raise Misfit(f"{at}.{member.name}", "nothing", "a value: it is mandatory")
        elif member.default is not LEAVE_OUT:
            fields[member.field] = member.default
    return fields


def show(table: Table, holder: Any) -> dict[str, Any]:
    """The JSON object of a value of the state."""
    shown_fields: dict[str, Any] = {}
    for member in table:
        value = getattr(holder, member.field)
        write = member.type.show
        shown_fields[member.name] = value if value is None or write is _as_it_is else write(value)
    return shown_fields


def suggestion(name: str, known: set[str]) -> str:
    near = get_close_matches(name.lower(), [k.lower() for k in known], 1)
    hit = next((k for k in sorted(known) if near and k.lower() == near[0]), "")
    return f"perhaps {hit}?" if hit else f"one of {', '.join(sorted(known))}"


def shown(value: Any) -> str:
    """A value as a message may quote it."""
    text = "null" if value is None else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _value(member: Member, value: Any, at: str) -> Any:
    if value is None:
        if member.nullable:
            return None
        raise Misfit(at, "null", "a value")
    return member.type.read(value, at)


# Types.


def _text(value: Any, at: str) -> str:
    if not isinstance(value, str):
        raise Misfit(at, shown(value), "text (put it in quotes)")
    return value


def _name(value: Any, at: str) -> str:
    if not _text(value, at):
        raise Misfit(at, "''", "text that is not empty")
    return str(value)


def _integer(value: Any, at: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Misfit(at, shown(value), "a whole number")
    return value


def _boolean(value: Any, at: str) -> bool:
    if not isinstance(value, bool):
        raise Misfit(at, shown(value), "true or false")
    return value


def _number(value: Any, at: str) -> Decimal:
    """Exact: a YAML float is read by its shortest text, which is what the author wrote."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise Misfit(at, shown(value), "a number")
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        raise Misfit(at, shown(value), "a number such as 12.50") from None
    if not number.is_finite() or abs(number.adjusted()) > 15 or len(number.as_tuple().digits) > 28:
        raise Misfit(at, shown(value), "a finite number of at most 15 digits before the point")
    return number


def _money(value: Any, at: str) -> int:
    try:
        return money.cents_of(_number(value, at))
    except ValueError as error:
        if isinstance(error, Misfit):
            raise
        raise Misfit(at, shown(value), "an amount with at most 2 decimals") from None


def _percentage(value: Any, at: str) -> Decimal:
    number = _number(value, at)
    if not 0 <= number <= 100:
        raise Misfit(at, shown(value), "a percentage from 0 to 100")
    return number


def _day(value: Any, at: str) -> date:
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    day = read_date(value) if isinstance(value, str) else None
    if day is None:
        raise Misfit(at, shown(value), "a date that exists, such as 2017-05-05")
    return day


def read_date(text: str) -> date | None:
    """`yyyy-MM-dd`, with or without `THH:mm:ss` behind it; None where no such day exists."""
    digits = text.translate(_DIGITS)
    if digits not in ("0000-00-00", "0000-00-00T00:00:00"):
        return None
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return None
    clock = text[11:].split(":") if len(text) > 10 else ["00", "00", "00"]
    return day if all(int(part) < limit for part, limit in zip(clock, (24, 60, 60), strict=True)) else None


_DIGITS = str.maketrans("123456789", "000000000")


def exact(number: Decimal, *, decimals: int) -> Decimal:
    """A number with at least so many decimals, and no more zeros behind them than it needs."""
    least = Decimal(1).scaleb(-decimals)
    return number.quantize(least) if number == number.quantize(least) else number.normalize()


def _quantity(value: Decimal) -> int | Decimal:
    return int(value) if value == value.to_integral_value() else value.normalize()


def choice(*names: str) -> Type:
    def read_choice(value: Any, at: str) -> str:
        if value not in names:
            raise Misfit(at, shown(value), f"one of {', '.join(names)}")
        return str(value)

    return Type(read_choice)


def one(table: Table, make: Callable[..., Any]) -> Type:
    return Type(lambda value, at: make(**read(table, value, at)), lambda value: show(table, value))


def many(table: Table, make: Callable[..., Any]) -> Type:
    def read_many(value: Any, at: str) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise Misfit(at, shown(value), "a list")
        return tuple(make(**read(table, item, f"{at}.{n}")) for n, item in enumerate(value))

    return Type(read_many, lambda values: [show(table, value) for value in values])


def given(table: Table) -> Type:
    """Only read: what was given, to be completed elsewhere."""
    return Type(lambda value, at: read(table, value, at))


def _free(value: Any, at: str) -> HashTrieMap[str, Any]:
    if not isinstance(value, Mapping):
        raise Misfit(at, shown(value), "an object")
    return HashTrieMap({_text(key, at): item for key, item in value.items()})


TEXT = Type(_text)
NAME = Type(_name)
INTEGER = Type(_integer)
BOOLEAN = Type(_boolean)
MONEY = Type(_money, money.amount_of)
PRICE = Type(_number, lambda price: exact(price, decimals=2))
QUANTITY = Type(_number, _quantity)
PERCENTAGE = Type(_percentage, lambda percentage: exact(percentage, decimals=1))
DISCOUNT = Type(_percentage, _quantity)
DATE = Type(_day, date.isoformat)
FREE = Type(_free, lambda fields: dict(sorted(fields.items())))
