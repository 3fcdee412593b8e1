"""Which inclusive amounts do the lines of an instalment have? Exact, to the cent."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from plumbing import Parked

CENT = Decimal("0.01")


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def gross_of(instalment: dict[str, Any]) -> list[Decimal]:
    """The inclusive total of each line; together exactly the instalment's total.

    Where iXpole rounded VAT once per rate, the cents that the lines lack go to the lines nearest to them.
    """
    lines, total = instalment["lines"], Decimal(instalment["amountInclVat"])
    gross = [Decimal(line["amountInclVat"]) for line in lines]
    for rate in sorted({Decimal(line["vatRate"]["percentage"]) for line in lines}):
        places = [at for at, line in enumerate(lines) if Decimal(line["vatRate"]["percentage"]) == rate]
        net = sum(Decimal(lines[at]["amountExclVat"]) for at in places)
        wanted = net + cents(net * rate / 100)
        short = wanted - sum(gross[at] for at in places)
        if sum(gross) == total or not short:
            continue
        step = CENT.copy_sign(short)
        exact = {at: Decimal(lines[at]["amountExclVat"]) * (100 + rate) / 100 for at in places}
        nearest = sorted((at for at in places if exact[at]), key=lambda at: abs(gross[at] + step - exact[at]))
        for at in nearest[: int(abs(short) / CENT)]:
            gross[at] += step
    if sum(gross) != total:
        raise Parked(f"its lines make {sum(gross)}, its total is {total}")
    return gross
