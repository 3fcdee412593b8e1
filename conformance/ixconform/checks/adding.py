"""Do the documents of an instalment add up to it? P-SUM."""

from __future__ import annotations

from decimal import Decimal

from ixconform.checks.finding import Finding, Seen
from ixconform.checks.making import creations, listed
from ixconform.data import Instalment
from ixconform.history import Document
from ixconform.matching import booked
from ixconform.money import by_rate, shown


def sums(seen: Seen) -> list[Finding]:
    """The documents of an instalment add up to it: in total and for each rate, to the cent."""
    found = []
    for instalment, documents in booked(seen.history):
        live = [each for each in documents if each.stage == "live"]
        judged = live or [each for each in documents if each.stage == "draft"]
        if not judged or _doubled(judged, instalment):
            continue  # doubles are P-ONE's
        found += _total(seen, instalment, judged)
    return found


def _doubled(documents: list[Document], instalment: Instalment) -> bool:
    return len(documents) > 1 and any(each.total_cents == instalment.gross_cents for each in documents)


def _total(seen: Seen, instalment: Instalment, documents: list[Document]) -> list[Finding]:
    total = sum(each.total_cents for each in documents)
    marks = {each.number: "this body" for each in creations(seen, documents)}
    if total != instalment.gross_cents:
        return [
            Finding(
                code="P-SUM",
                instalment=instalment.code,
                marks=marks,
                actual=f"{listed(documents)}: together {shown(total)} for {instalment.code}",
                expected=f"{shown(instalment.gross_cents)}, as iXpole says"
                + (f" ({instalment.why})" if instalment.why else ""),
            )
        ]
    lines = [line for each in documents for line in each.lines]
    net = by_rate((line.rate, line.net_cents) for line in lines)
    gross = by_rate((line.rate, line.gross_cents) for line in lines)
    wrong = {
        rate: (amount, instalment.gross_by_rate.get(rate))
        for rate, amount in gross.items()
        if rate not in instalment.gross_by_rate
    }
    missing = [rate for rate in instalment.gross_by_rate if rate not in gross]
    if wrong or missing or _rates_off(seen, instalment, gross, net):
        return [
            Finding(
                code="P-SUM",
                instalment=instalment.code,
                marks=marks,
                actual=f"by rate: {_rates(gross)}",
                expected=f"by rate: {_rates(instalment.gross_by_rate)}",
            )
        ]
    return []


def _rates_off(
    seen: Seen, instalment: Instalment, gross: dict[Decimal, int], net: dict[Decimal, int]
) -> bool:
    """Whether amounts stand under another rate. Where tax is worked out once, the lines' own tax decides nothing."""
    if seen.target.traits.vat_once:
        return any(
            abs(net.get(rate, 0) - amount) > len(instalment.lines)
            for rate, amount in instalment.net_by_rate.items()
        )
    return any(gross.get(rate) != amount for rate, amount in instalment.gross_by_rate.items())


def _rates(sums: dict[Decimal, int]) -> str:
    return ", ".join(f"{rate.normalize():f} %: {shown(amount)}" for rate, amount in sorted(sums.items()))
