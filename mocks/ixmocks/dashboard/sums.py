"""What do all instalments of a world come to, and how far has the money come? Pure; one sum for each currency."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ixmocks.dashboard.lives import Life, Step


@dataclass(frozen=True, slots=True)
class Sum:
    """Whole cents with VAT. Nobody rounds here, so equal means equal."""

    currency: str
    asked_cents: int = 0
    """Of instalments that iXpole hands out, or that have come further already."""
    booked_cents: int = 0
    """Of the living documents in the targets, drafts and orders too."""
    told_cents: int = 0
    """Of instalments of which iXpole knows a real number."""
    paid_cents: int = 0
    """Of instalments of which iXpole knows a payment."""


def sums(lives: Iterable[Life]) -> tuple[Sum, ...]:
    """By currency of the instalments; documents in another currency (a target of another country) stand in theirs."""
    asked, booked, told, paid = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for life in lives:
        one = life.instalment
        for found in life.alive:
            booked[found.document.currency] += found.document.total_cents
        if one.status == "Cancelled" or not (one.deliverable or one.number or life.alive):
            continue
        asked[one.currency] += one.gross_cents if one.status != "Future" else 0
        told[one.currency] += one.gross_cents if one.number and not one.is_draft else 0
        paid[one.currency] += one.gross_cents if one.payment else 0
    return tuple(
        Sum(currency, asked[currency], booked[currency], told[currency], paid[currency])
        for currency in sorted(asked.keys() | booked.keys())
    )


def stations(lives: Iterable[Life]) -> dict[Step, int]:
    """How many stand at each station of the path; those that are not due yet stand at none."""
    counted = Counter(step for life in lives for step, how in life.path if how == "now")
    return {step: counted[step] for step in Step}
