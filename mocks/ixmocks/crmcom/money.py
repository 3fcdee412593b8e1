"""How are amounts read, worked out and shown without losing a cent? Whole numbers only; no float."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from fractions import Fraction

_EXACT = Context(prec=2_000, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])
_DOUBLE_DIGITS = 309
AMOUNT_MAX_CENTS = int(Decimal("1.7976931348623157e308")) * 100
"""The largest double, in cents: the documents call amounts numbers, and JSON readers hold doubles."""


@dataclass(frozen=True, slots=True)
class Sum:
    """What a line comes to, exactly, before anything is rounded."""

    gross: Fraction
    discount: Fraction
    taxed: Fraction
    """What the tax is worked out from."""
    percentage: Fraction


@dataclass(frozen=True, slots=True)
class Cents:
    net: int
    discount: int
    vat: int

    @property
    def total(self) -> int:
        return self.net - self.discount + self.vat


def fraction_of(value: object) -> Fraction | None:
    """The exact value of a JSON number; None for anything else, or beyond what a double holds."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    if isinstance(value, int):
        return Fraction(value) if value.bit_length() <= 1_027 else None
    if not value.is_finite() or (value and value.adjusted() >= _DOUBLE_DIGITS):
        return None
    if value and value.adjusted() < -400:
        return Fraction(0)
    return Fraction(*value.as_integer_ratio())


def half_up(value: Fraction) -> int:
    """The nearest whole number, ties away from zero."""
    above, below = value.numerator, value.denominator
    if above >= 0:
        return (2 * above + below) // (2 * below)
    return -((below - 2 * above) // (2 * below))


def half_even(value: Fraction) -> int:
    """The nearest whole number, ties to the even one."""
    whole, rest = divmod(value.numerator, value.denominator)
    if 2 * rest > value.denominator or (2 * rest == value.denominator and whole & 1):
        return whole + 1
    return whole


def in_cents(sums: Iterable[Sum], rounding: str) -> list[Cents]:
    """Cents of every line, by the reading of CRM-27: `per-line`, `per-rate` or `half-even`."""
    rounded = half_even if rounding == "half-even" else half_up
    running: dict[Fraction, Fraction] = {}
    lines: list[Cents] = []
    for line in sums:
        net, discount = rounded(line.gross * 100), rounded(line.discount * 100)
        tax = line.taxed * line.percentage
        if rounding == "per-rate":
            # The running sum of a rate decides each line, so that a rate's lines add up to its rounded tax.
            before = running.get(line.percentage, Fraction(0))
            running[line.percentage] = before + tax
            vat = half_up(before + tax) - half_up(before)
        else:
            vat = rounded(tax)
        lines.append(Cents(net, discount, vat))
    return lines


def split_total(total: Fraction, percentage: Fraction, rounding: str) -> Cents:
    """A line of which only the final amount is known: the tax is taken out of it (CRM-26)."""
    rounded = half_even if rounding == "half-even" else half_up
    cents = rounded(total * 100)
    net = rounded(Fraction(cents) * 100 / (100 + percentage))
    return Cents(net, 0, cents - net)


def wire(cents: int | None) -> int | Decimal | None:
    """An amount as the vendor prints it: 57.5 for 5750 cents, 57 for 5700."""
    return None if cents is None else shown(Fraction(cents, 100))


def shown(number: Fraction | None) -> int | Decimal | None:
    """A number as the vendor prints it: digits only, nothing superfluous behind the point."""
    if number is None:
        return None
    if number.denominator == 1 and -(2**53) < number.numerator < 2**53:
        return number.numerator
    exact = _EXACT.divide(Decimal(number.numerator), Decimal(number.denominator))
    bare = _EXACT.normalize(exact)
    return Decimal(int(bare)) if bare == bare.to_integral_value(context=_EXACT) else Decimal(f"{bare:f}")
