"""How does iXpole come to its amounts? Rounding to cents, VAT of a line, and even division."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def cents_of(amount: Decimal) -> int:
    """Whole cents of an amount. Raises ValueError where the amount has a fraction of a cent."""
    cents = amount.scaleb(2)
    if cents != cents.to_integral_value():
        raise ValueError(f"{amount} has more than 2 decimals")
    return int(cents)


def amount_of(cents: int) -> Decimal:
    """An amount as the answers show it: 150000 is 1500.00."""
    return Decimal(cents).scaleb(-2).quantize(CENT)


def rounded(cents: Decimal) -> int:
    """Half a cent goes away from zero, so that a credit is exactly the negative of its invoice."""
    return int(cents.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def line_net_cents(*, quantity: Decimal, unit_price: Decimal, discount_percentage: Decimal) -> int:
    return rounded(quantity * unit_price * (100 - discount_percentage))


def vat_cents(net_cents: int, percentage: Decimal) -> int:
    return rounded(net_cents * percentage / 100)


def net_out_of_gross_cents(gross_cents: int, percentage: Decimal) -> int:
    return rounded(gross_cents * 100 / (100 + percentage))


def divide(cents: int, *, parts: int) -> tuple[int, ...]:
    """Even parts; the cents that are left over go to the last one."""
    sign = -1 if cents < 0 else 1
    each = sign * (abs(cents) // parts)
    shares = (each,) * (parts - 1) + (cents - each * (parts - 1),)
    assert sum(shares) == cents
    return shares
