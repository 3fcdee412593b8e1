"""How are amounts read, rounded and shown without losing a cent? Whole numbers only; no float, no context of digits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from enum import Enum
from fractions import Fraction

_EXACT = Context(prec=1_000, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])
_NUMERAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_DOUBLE_DIGITS = 309
AMOUNT_MAX_CENTS = int(Decimal("1.7976931348623157e308")) * 100
"""The largest double, in cents: the documents call amounts Float, and JSON readers hold doubles."""


class Rounding(Enum):
    """How an amount without tax follows from one with tax. Only the first fits a documented example for sure."""

    LINE = "line"
    """Each line half up to the cent, away from zero for negative ones."""
    RATE = "rate"
    """Once per tax code: the lines of one code share the rounding, so that their sum is rounded right."""
    HALF_EVEN = "half-even"
    """Each line to the nearest cent, a tie to the even one."""


def decimal_of(value: object) -> Decimal | None:
    """A JSON number, or a text that reads as one (clients send ``"449.68"``); None for anything else."""
    kind = type(value)
    if kind is Decimal:
        number: Decimal = value  # type: ignore[assignment]
    elif kind is int:
        if value.bit_length() > 1_027:  # type: ignore[attr-defined]
            return None
        return Decimal(value)  # type: ignore[arg-type]
    elif kind is str:
        text = value.strip()  # type: ignore[attr-defined]
        if not _NUMERAL.fullmatch(text):
            return None
        number = Decimal(text)
    else:
        return None
    if not number.is_finite() or (number and number.adjusted() >= _DOUBLE_DIGITS):
        return None
    return number


def cents_of(value: object) -> int | None:
    """Cents of a JSON amount; more than two decimals are rounded half away from zero. None: no number."""
    if type(value) is Decimal:
        if not -400 < value.adjusted() < _DOUBLE_DIGITS or not value.is_finite():
            return 0 if value.is_finite() and value.adjusted() < 0 else None
        above, below = value.as_integer_ratio()
        if below == 1:
            return above * 100
        whole, rest = divmod(above * 100, below)
        return whole if not rest else half_up(above * 100, below)
    if type(value) is int and -(10**300) < value < 10**300:
        return value * 100
    number = decimal_of(value)
    return None if number is None else cents_of(number)


def fraction_of(value: object) -> Fraction | None:
    """The exact value of a quantity, price or percentage; None: no number."""
    number = decimal_of(value)
    if number is None:
        return None
    if number and number.adjusted() < -400:
        return Fraction(0)
    return Fraction(*number.as_integer_ratio())


def cents_from(units: Fraction) -> int:
    """Cents of an exact amount in whole units, ties away from zero."""
    return half_up(units.numerator * 100, units.denominator)


def half_up(above: int, below: int) -> int:
    """``above / below`` as a whole number, ties away from zero, so that a credit mirrors its invoice."""
    if above >= 0:
        return (2 * above + below) // (2 * below)
    return -((below - 2 * above) // (2 * below))


def half_even(above: int, below: int) -> int:
    """``above / below`` as a whole number, ties to the even one."""
    whole, rest = divmod(above, below)
    if 2 * rest > below or (2 * rest == below and whole & 1):
        return whole + 1
    return whole


def nets_by_rate(amounts: Iterable[tuple[str, int, int, int]]) -> list[int]:
    """Amounts without tax where rounding happens once per rate.

    Takes (rate's name, cents with tax, above, below), where above / below is 1 / (1 + rate).
    The rounding of a running sum per rate decides each line, so the lines of a rate add up
    to the rounded total of that rate: the parts make the whole.
    """
    running: dict[str, tuple[int, int]] = {}
    nets: list[int] = []
    for name, incl, above, below in amounts:
        incl_before, net_before = running.get(name, (0, 0))
        incl_now = incl_before + incl
        net_now = half_up(incl_now * above, below)
        running[name] = (incl_now, net_now)
        nets.append(net_now - net_before)
    assert sum(nets) == sum(net for _, net in running.values())
    return nets


def wire(cents: int) -> int | Decimal:
    """An amount as the vendor prints it: 692.4 for 69240 cents, 121 for 12100."""
    whole, rest = divmod(cents, 100)
    if rest:
        if 0 < cents < 10**15:
            return Decimal(f"{whole}{_BEHIND_THE_POINT[rest]}")
        if -(10**15) < cents < 0:
            return -wire(-cents)
        return plain(_EXACT.scaleb(Decimal(cents), -2))
    return whole if -(2**53) < whole < 2**53 else Decimal(whole)


_BEHIND_THE_POINT = tuple(f".{rest:02d}".rstrip("0") for rest in range(100))


def plain(number: Decimal) -> Decimal:
    """The same number in digits only: no exponent, no trailing zeros behind the point."""
    if not number:
        return Decimal(0)
    bare = _EXACT.normalize(number)
    return Decimal(int(bare)) if bare == int(bare) else bare


def shown(number: Fraction) -> int | Decimal:
    """A quantity, price or percentage as the vendor prints it. Exact: each came in as decimal digits."""
    if number.denominator == 1 and -(2**53) < number.numerator < 2**53:
        return number.numerator
    return plain(_EXACT.divide(Decimal(number.numerator), Decimal(number.denominator)))
