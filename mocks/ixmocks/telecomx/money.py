"""How does an invoice come to its totals? Exact fractions until one rounding to the øre; no float anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from fractions import Fraction

from ixmocks.engine.outcome import Readings
from ixmocks.telecomx.state import Line, Sums, Totals

VAT = Fraction(1, 4)
"""25 %, the Danish rate; the only other one is none at all (TCX-31)."""
ZERO = Decimal(0)
DIGITS_MAX = 309
"""A double has no larger numbers, and the platform reads numbers as doubles."""
ORE_MAX = 100 * 10**308
_EXACT = Context(prec=1_000, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])

Rounding = Callable[[Fraction], int]


def number(value: object) -> Decimal | None:
    """A JSON number, exactly; None for anything else and for what no double can hold."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    if isinstance(value, int):
        return Decimal(value) if value.bit_length() <= 1_024 else None
    if not value.is_finite() or (value and value.adjusted() >= DIGITS_MAX):
        return None
    if value and value.adjusted() < -324:
        return Decimal(0)
    return value


def half_up(exact: Fraction) -> int:
    """Half an øre goes away from zero, so that a credit is exactly the negative of its invoice."""
    above, below = abs(exact.numerator), exact.denominator
    whole = (2 * above + below) // (2 * below)
    return whole if exact >= 0 else -whole


def half_even(exact: Fraction) -> int:
    return round(exact)


def totals(lines: Iterable[Line], readings: Readings) -> Totals:
    """Sums of the lines at prices, wholesale prices and costs, each with its VAT (TCX-13, TCX-30)."""
    kept = tuple(lines)
    return Totals(
        _sums([(line.units, line.price, line.vat_exempt) for line in kept], readings),
        _sums([(line.units, line.wholesale, line.vat_exempt) for line in kept], readings),
        _sums([(line.units, line.cost, line.vat_exempt) for line in kept], readings),
    )


def _sums(lines: list[tuple[Decimal, Decimal, bool]], readings: Readings) -> Sums:
    taxation = readings.get("TCX-13", "half_up")
    rounded: Rounding = half_even if taxation == "half_even" else half_up
    amounts = [(_ore(units, price), exempt) for units, price, exempt in lines]
    if readings.get("TCX-30") == "line":
        amounts = [(Fraction(rounded(amount)), exempt) for amount, exempt in amounts]
    net = rounded(sum((amount for amount, _ in amounts), Fraction(0)))
    taxed = [amount for amount, exempt in amounts if not exempt]
    if taxation == "per_line":
        vat = sum(rounded(amount * VAT) for amount in taxed)
    else:
        vat = rounded(rounded(sum(taxed, Fraction(0))) * VAT)
    return Sums(net, vat)


def _ore(units: Decimal, price: Decimal) -> Fraction:
    return Fraction(*units.as_integer_ratio()) * Fraction(*price.as_integer_ratio()) * 100


def too_large(of: Totals) -> bool:
    """Whether some total is beyond what a JSON reader with doubles can hold."""
    sums = (of.price, of.wholesale, of.cost)
    return any(max(abs(one.net), abs(one.vat), abs(one.net + one.vat)) > ORE_MAX for one in sums)


def plain(value: Decimal) -> int | Decimal:
    """A rate or quantity in digits only: no exponent, no trailing zeros behind the point."""
    if not value:
        return 0
    bare = _EXACT.normalize(value)
    whole = bare == bare.to_integral_value(context=_EXACT)
    if whole:
        exact = int(bare)
        return exact if -(2**53) < exact < 2**53 else Decimal(exact)
    return bare
