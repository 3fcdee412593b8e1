"""How do amounts of the wire become cents, and cents amounts? Exactly, or not at all."""

from __future__ import annotations

from decimal import Decimal
from typing import Any


def cents(amount: Any) -> int | None:
    """Whole cents; None where the amount has a third decimal or is no number."""
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal):
        return None
    above, below = (amount * 100).as_integer_ratio()
    return above if below == 1 else None


def wire(amount_cents: int) -> int | Decimal:
    return Decimal(amount_cents).scaleb(-2).normalize()
