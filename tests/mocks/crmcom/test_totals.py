"""Do the totals agree with a sum that was made in another way, to the cent, under every reading?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ixmocks.crmcom import rules
from ixmocks.crmcom.state import State
from ixmocks.engine.outcome import Changed

CENT = Decimal("0.01")
RATES = {"Zero": 0, "High": 21, "Low": 6}

prices = st.decimals(0, 10_000, places=3)
quantities = st.decimals(0, 100, places=2)
percentages = st.none() | st.decimals(0, 100, places=1)
lines = st.lists(
    st.tuples(prices, quantities, percentages, st.sampled_from(sorted(RATES))), min_size=1, max_size=6
)
Lines = list[tuple[Decimal, Decimal, Decimal | None, str]]


def booked(state: State, at: datetime, items: list[dict[str, Any]], **readings: str) -> Any:
    command = {
        "accounts_receivable_identifier": {"number": "401"},
        "type_identifier": {"name": "Invoice"},
        "life_cycle_state": "POSTED",
        "invoice_item_set": items,
    }
    chosen = {code.replace("_", "-"): name for code, name in readings.items()}
    outcome = rules.create_invoice(state, command, at=at, readings=chosen)
    assert isinstance(outcome, Changed), outcome
    return outcome.answer.entity


def as_items(drawn: Lines) -> list[dict[str, Any]]:
    return [
        {
            "product_identifier": {"code": "Gold"}, "cost": cost, "quantity": quantity,
            "discount_percentage": off, "vat_rate_identifier": {"name": rate},
        }
        for cost, quantity, off, rate in drawn
    ]  # fmt: skip


def expected(drawn: Lines, rounding: str) -> Decimal:
    """A sum of its own: decimals, rounded by the standard library."""
    mode = ROUND_HALF_EVEN if rounding == "half-even" else ROUND_HALF_UP
    total = Decimal(0)
    tax: dict[str, Decimal] = {}
    for cost, quantity, off, rate in drawn:
        gross = cost * quantity
        discount = gross * (off or 0) / 100
        total += gross.quantize(CENT, mode) - discount.quantize(CENT, mode)
        exact = (gross - discount) * RATES[rate] / 100
        if rounding == "per-rate":
            tax[rate] = tax.get(rate, Decimal(0)) + exact
        else:
            total += exact.quantize(CENT, mode)
    return total + sum((each.quantize(CENT, mode) for each in tax.values()), Decimal(0))


@pytest.mark.parametrize("rounding", ["per-line", "per-rate", "half-even"])
@given(drawn=lines)
@example(drawn=[(Decimal("0.07"), Decimal(1), None, "High")] * 3)
@example(drawn=[(Decimal("0.50"), Decimal(1), None, "High")])
def test_the_total_is_the_sum_that_is_made_apart(
    state: State, at: datetime, rounding: str, drawn: Lines
) -> None:
    invoice = booked(state, at, as_items(drawn), CRM_27=rounding)
    assert Decimal(invoice.total_cents) / 100 == expected(drawn, rounding)


@given(drawn=lines)
def test_what_a_line_shows_adds_up(state: State, at: datetime, drawn: Lines) -> None:
    invoice = booked(state, at, as_items(drawn))
    for item in invoice.items:
        assert item.net_cents - item.discount_cents + item.vat_cents == item.total_cents
    assert sum(item.total_cents for item in invoice.items) == invoice.total_cents
    assert invoice.outstanding_cents == invoice.total_cents


@given(total=st.decimals(0, 100_000, places=2), rate=st.sampled_from(sorted(RATES)))
def test_a_sub_total_is_what_is_invoiced(state: State, at: datetime, total: Decimal, rate: str) -> None:
    line = {"product_identifier": {"code": "Gold"}, "quantity": 3, "sub_total": total}
    invoice = booked(state, at, [{**line, "vat_rate_identifier": {"name": rate}}])
    assert invoice.total_cents == total * 100
    net = (total * 100 / (100 + RATES[rate])).quantize(CENT, ROUND_HALF_UP)
    assert invoice.items[0].net_cents == net * 100


def test_a_discount_beside_a_sub_total_changes_nothing(client: Any, invoice: Callable[..., Any]) -> None:
    line = {"product_identifier": {"code": "Bronze"}, "quantity": 1, "sub_total": 50, "discount_amount": 5}
    assert client.done("invoices/create", invoice(line))["total_amount"] == 50


def test_a_total_beyond_a_double_is_refused(client: Any, invoice: Callable[..., Any]) -> None:
    line = {"product_identifier": {"code": "Bronze"}, "quantity": 10**200, "cost": 10**200}
    assert client.refused("invoices/create", invoice(line)).rules == ("CRM-50",)
