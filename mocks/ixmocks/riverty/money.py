"""How do numbers of the wire become cents? Exactly, and half a cent up."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

DIGITS_MAX = 15
"""Beyond this, before or behind the point, accounting takes a number for a mistake (RIV-41)."""
HALF = Fraction(1, 2)


def number_of(value: Any) -> Decimal | None:
    """A JSON number as it is; None for anything else and for what no ledger could hold."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = value if isinstance(value, Decimal) else Decimal(value)
    if not number.is_finite():
        return None
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    if not number:
        return Decimal(0)
    return number if exponent >= -DIGITS_MAX and number.adjusted() < DIGITS_MAX else None


def cents_of(*factors: Decimal) -> int:
    """The product in cents, half a cent away from zero."""
    # ASSUMED: two decimals, which all currencies of the service's countries have.
    product = Fraction(100)
    for factor in factors:
        product *= Fraction(factor)
    size = (abs(product) + HALF).__floor__()
    return -size if product < 0 else size


def vat_of(gross_cents: int, percent: Decimal) -> int:
    """The VAT that is in an amount, half a cent away from zero."""
    rate = Fraction(percent)
    if rate <= -100:
        return 0
    return cents_of_fraction(gross_cents * rate / (100 + rate))


def cents_of_fraction(cents: Fraction) -> int:
    size = (abs(cents) + HALF).__floor__()
    return -size if cents < 0 else size


def shown(cents: int) -> str:
    """Cents as they are printed: `1234.50`."""
    sign, size = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{size // 100}.{size % 100:02d}"
