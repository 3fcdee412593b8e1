"""How much is it? Whole cents, worked out once more by itself, so that nobody's sum is its own proof."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

CENT = Decimal("0.01")


def cents(value: Any) -> int | None:
    """Whole cents of an amount as it stood in JSON or text; None where it is no exact amount of cents."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        exact = Decimal(str(value)) * 100
    except InvalidOperation:
        return None
    return int(exact) if exact.is_finite() and exact == exact.to_integral_value() else None


def vat_of(net_cents: int, rate: Decimal) -> int:
    """The tax on a net amount: half a cent goes away from zero, so that a credit mirrors its invoice."""
    return int((Decimal(net_cents) * rate / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def shown(value_cents: int) -> str:
    """`-12.05`: as people write it."""
    return f"{Decimal(value_cents) / 100:.2f}"


def by_rate(parts: Iterable[tuple[Decimal, int]]) -> dict[Decimal, int]:
    """Amounts summed for each rate; what sums to nothing at a rate stays, so that no line is lost unseen."""
    sums: dict[Decimal, int] = {}
    for rate, amount in parts:
        sums[rate.normalize()] = sums.get(rate.normalize(), 0) + amount
    return sums
