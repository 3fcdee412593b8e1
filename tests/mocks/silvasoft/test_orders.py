"""Are orders taken, changed, listed, and made into invoices once?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from ixmocks.engine.outcome import Changed, Refused
from ixmocks.silvasoft import desk, rules, show
from ixmocks.silvasoft.state import State


def changed(rule: Any, state: State, command: object, at: datetime) -> Changed:
    outcome = rule(state, command, at=at, readings={})
    assert isinstance(outcome, Changed), outcome
    return outcome


def body(**more: Any) -> dict[str, Any]:
    return {
        "CustomerNumber": 1,
        "Order_Orderline": [{"ProductNumber": "1204", "Quantity": 2, "TaxPc": 21}],
        **more,
    }


def listed(state: State, at: datetime, **query: Any) -> list[int]:
    return [order.number for order in changed(rules.list_orders, state, query, at).answer.orders]


def test_an_order_shows_its_lines_and_books_nothing(state: State, at: datetime) -> None:
    outcome = changed(rules.add_order, state, body(OrderReference="PO-2"), at)
    shown = show.order(outcome.answer)
    assert (shown["OrderNumber"], shown["OrderStatus"], shown["OrderReference"]) == (2, "New", "PO-2")
    assert (shown["OrderTotalExclTax"], shown["CreatedOn"]) == (220, int(at.timestamp()))
    assert shown["Order_Orderline"][0]["Quantity"] == 2
    assert outcome.state.goods is state.goods
    assert outcome.state.sales is state.sales


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"Order_Orderline": []}, "SILV-02"), ({"Order_Orderline": [{"ProductNumber": "1204"}] * 76}, "SILV-01"),
        ({"OrderReference": "x" * 151}, "SILV-35"), ({"CustomerNumber": 99}, "SILV-08"),
        ({"OrderDate": "5-5-17"}, "SILV-09"),
    ],
)  # fmt: skip
def test_what_breaks_a_rule_is_refused(state: State, at: datetime, more: dict[str, Any], rule: str) -> None:
    outcome = rules.add_order(state, body(**more), at=at, readings={})
    assert isinstance(outcome, Refused)
    assert [one.rule for one in outcome.violations] == [rule]


def test_an_update_changes_what_is_sent_and_strips_html_when_told(state: State, at: datetime) -> None:
    command = {"OrderNumber": 1, "OrderNotes": "<b>Paid</b><br>now", "HtmlAsPlainText": True}
    order = changed(rules.update_order, state, command, at).answer
    assert (order.notes, order.reference, order.changed_on) == ("Paid\nnow", "PO-1", int(at.timestamp()))
    missing = rules.update_order(state, {"OrderNumber": 9}, at=at, readings={})
    assert isinstance(missing, Refused)
    assert missing.first.rule == "SILV-46"


def test_lists_show_the_newest_first_and_filter(state: State, at: datetime) -> None:
    state = changed(rules.add_order, state, body(OrderStatus="Paid"), at).state
    assert listed(state, at) == [2, 1]
    assert listed(state, at, OrderStatus="New") == [1]
    assert listed(state, at, DateFrom="02-05-2017") == [2]
    assert listed(state, at, CreatedTill=int(at.timestamp()) - 1) == [1]
    assert listed(state, at, Limit=1, Offset=1) == [1]


def test_an_order_becomes_one_invoice_and_the_stock_falls_then(state: State, at: datetime) -> None:
    outcome = changed(desk.order_to_invoice, state, {"OrderNumber": 1}, at)
    assert (outcome.answer["InvoiceNumber"], outcome.answer["InvoiceReference"]) == (2, "PO-1")
    assert outcome.state.goods.all[1].stock == 98
    assert isinstance(desk.order_to_invoice(outcome.state, {"OrderNumber": 1}, at=at, readings={}), Refused)
