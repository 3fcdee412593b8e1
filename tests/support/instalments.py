"""Instalments as iXpole makes them, for examples and for property tests.

The amounts come from their own small arithmetic (decimals, quantized half up), not from the
bridge's: two sums made apart catch each other's mistakes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import strategies as st

from ixbridge.core.mapping import LedgerRules, Settings, TaxRule, TaxRules
from ixbridge.core.model import Basis, Instalment, InstalmentType, Line, VatRate

RATES = {
    "21": "21",
    "12": "12",
    "9": "9",
    "6": "6",
    "5.5": "5.5",
    "25": "25",
    "0": "0",
    "0-RC": "0",
    "21-EU": "21",
}
SETTINGS = Settings(
    tax=TaxRules(codes={code: TaxRule(Decimal(percentage)) for code, percentage in RATES.items()}),
    ledger=LedgerRules(fallback="8000"),
)


def half_up(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def vat(net_minor: int, rate: VatRate) -> int:
    return half_up(net_minor * rate.percentage / 100)


def net_in(gross_minor: int, rate: VatRate) -> int:
    return half_up(gross_minor / (1 + rate.percentage / 100))


def a_rate(code: str) -> VatRate:
    return VatRate(code, Decimal(RATES[code]))


def a_line(
    number: int = 1,
    net_minor: int = 1000,
    *,
    code: str = "21",
    text: str = "Season ticket",
    gross_minor: int | None = None,
    quantity: str = "1",
    price: Decimal | None = None,
    ledger: str | None = None,
    centre: str | None = None,
    product_id: int | None = None,
) -> Line:
    rate = a_rate(code)
    gross = net_minor + vat(net_minor, rate) if gross_minor is None else gross_minor
    return Line(
        number=number,
        product_id=product_id,
        product_code="SEAT",
        description=text,
        quantity=Decimal(quantity),
        unit_price=Decimal(net_minor) / 100 / Decimal(quantity) if price is None else price,
        discount_percentage=Decimal(0),
        vat_rate=rate,
        net_minor=net_minor,
        vat_minor=gross - net_minor,
        gross_minor=gross,
        ledger_account=ledger,
        cost_centre=centre,
    )


def an_instalment(
    lines: Sequence[Line], *, basis: Basis = Basis.PER_LINE, code: str = "C-1-01"
) -> Instalment:
    """An instalment whose header is the sum of its lines, or rounded once per rate."""
    net = sum(line.net_minor for line in lines)
    tax = sum((line.gross_minor or 0) - line.net_minor for line in lines)
    if basis is Basis.PER_RATE:
        nets: Counter[VatRate] = Counter()
        for line in lines:
            nets[VatRate("", line.vat_rate.percentage)] += line.net_minor
        tax = sum(vat(amount, rate) for rate, amount in nets.items())
    return Instalment(
        code=code,
        date=date(2025, 9, 1),
        type=InstalmentType.INVOICE if net + tax >= 0 else InstalmentType.CREDIT,
        customer_id=1001,
        customer_code="100245",
        customer_name="Janssens Logistics NV",
        currency="EUR",
        payment_term_days=30,
        net_minor=net,
        vat_minor=tax,
        gross_minor=net + tax,
        lines=tuple(lines),
        invoice_reference="PO 7781",
        contract_number="C-1",
        season="2025-2026",
        sale_type="Season",
    )


def negative(instalment: Instalment) -> Instalment:
    """The credit note of an invoice, or the other way round."""
    lines = tuple(
        replace(
            line,
            quantity=-line.quantity,
            net_minor=-line.net_minor,
            vat_minor=-(line.vat_minor or 0),
            gross_minor=-(line.gross_minor or 0),
        )
        for line in instalment.lines
    )
    gross = -instalment.gross_minor
    return replace(
        instalment,
        type=InstalmentType.CREDIT if gross <= 0 else InstalmentType.INVOICE,
        lines=lines,
        net_minor=-instalment.net_minor,
        vat_minor=-instalment.vat_minor,
        gross_minor=gross,
    )


cents = st.integers(-300_000, 300_000) | st.integers(-12, 12)
rates = st.sampled_from(sorted(RATES)).map(a_rate)
codes = st.text("ABCabc0123456789-_./&é", min_size=1, max_size=20)


@st.composite
def some_lines(draw: st.DrawFn, basis: Basis, *, most: int = 12) -> list[Line]:
    """Lines of a few kinds, so that some of them are identical."""
    kinds = draw(st.lists(st.tuples(cents, rates, st.sampled_from("AB"), _dimension), min_size=1, max_size=5))
    chosen = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=most))
    lines = []
    for number, (amount, rate, text, (ledger, centre)) in enumerate(chosen, start=1):
        gross = amount if basis is Basis.GROSS else amount + vat(amount, rate)
        net = net_in(amount, rate) if basis is Basis.GROSS else amount
        line = a_line(number, net, code=rate.code, text=text, gross_minor=gross, ledger=ledger, centre=centre)
        lines.append(line)
    return lines


_dimension = st.sampled_from([(None, None), ("8010", None), (None, "VIP"), ("8010", "VIP")])


@st.composite
def instalments(draw: st.DrawFn, *, most: int = 12) -> tuple[Instalment, Basis]:
    """An instalment and the way its VAT was rounded."""
    basis = draw(st.sampled_from(Basis))
    return an_instalment(draw(some_lines(basis, most=most)), basis=basis), basis
