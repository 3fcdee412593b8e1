"""Does a scenario say what it means, and is told clearly where it says what cannot be?"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from ixmocks.engine.system import SeedError
from ixmocks.riverty.model import InvoiceStatus, LineStatus
from ixmocks.riverty.seed import load

ITEM = {"orderItemReference": 1, "description": "Seat", "quantity": 1, "grossUnitPrice": 119, "vatPercent": 19,
        "vatAmount": 19, "positionType": "SALES_ARTICLE"}  # fmt: skip
SECTION: dict[str, Any] = {
    "settings": {"onboarding": "service", "tolerance": 1},
    "orders": [
        {
            "orderReference": "A1", "customerNumber": "C1", "orderDate": "2017-05-01", "orderType": "DIGITAL_GOODS",
            "currency": "EUR", "items": [ITEM, {**ITEM, "orderItemReference": 2}, {**ITEM, "orderItemReference": 3}],
            "cancelled": [3], "prepaid": 10,
        }
    ],
    "invoices": [
        {
            "orderReference": "A1", "invoiceReference": "I1", "invoiceDate": "2017-05-02", "dueDate": "2017-05-30",
            "dispatchDate": "2017-05-02", "shipmentReference": "S1", "items": [{"orderItemReference": 1}],
            "number": "2017-1", "documentKey": "ABC", "paid": 5,
        }
    ],
    "customers": [{"customerNumber": "c1", "lastName": "Peeters"}],
    "callbacks": [
        {"callbackUrl": "http://localhost:9/hook", "notificationTypes": ["accounting/EDIErrorSent"]}
    ],
}  # fmt: skip


def test_everything_that_a_scenario_says_is_there() -> None:
    state = load(SECTION, 7)
    order = state.orders["1000", "A1"]
    assert [line.status for line in order.lines] == [
        LineStatus.INVOICED,
        LineStatus.OPEN,
        LineStatus.CANCELLED,
    ]
    invoice = state.invoice_of("1000", "2017-1")
    assert invoice is not None
    assert (invoice.reference, invoice.status, invoice.document) == ("I1", InvoiceStatus.ISSUED, "abc")
    assert (invoice.paid_cents, order.prepaid_cents, state.settings.tolerance_cents) == (1500, 0, 100)
    assert state.customers["c1"] == {"customerNumber": "c1", "lastName": "Peeters"}
    assert state.callbacks[0].url == "http://localhost:9/hook"
    assert ([*state.agenda], state.notices) == ([], load({}, 7).notices)


def test_an_empty_scenario_is_a_world_without_orders() -> None:
    assert not load({}, 7).orders


def test_a_requested_invoice_waits_to_be_made() -> None:
    section = deepcopy(SECTION)
    section["invoices"][0] = {**section["invoices"][0], "requested": True}
    assert load(section, 7).invoices["1000", "I1"].status is InvoiceStatus.REQUESTED


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("settings", "onboarding"), "both", "settings.onboarding"),
        (("settings", "onbording"), "client", "perhaps onboarding"),
        (("settings", "wrongKey"), 403, "500 or 401"),
        (("settings", "verdictDelaySeconds"), -1, "verdictDelaySeconds"),
        (("settings", "verdictDelaySeconds"), "30", "verdictDelaySeconds"),
        (("settings", "businessCodes"), "1000", "businessCodes"),
        (("settings", "tolerance"), "x", "tolerance"),
        (("orders", 0, "orderReference"), 5, "put it in quotes"),
        (("orders", 0, "orderDate"), "2017-02-30", "2017-02-30"),
        (("orders", 0, "businessCode"), "9999", "not known"),
        (("orders", 0, "items", 0, "grossUnitPrice"), "free", "GROSSUNITPRICE"),
        (("orders", 0, "items", 0, "orderItemReference"), "1", "a whole number"),
        (("orders", 0, "items", 1, "orderItemReference"), 1, "unique"),
        (("orders", 0, "cancelled"), [9], "the number of a line"),
        (("invoices", 0, "orderReference"), "A9", "the reference of an order"),
        (("invoices", 0, "items", 0, "orderItemReference"), 9, "no line 9"),
        (("invoices", 0, "paid"), -1, "an amount"),
        (("callbacks", 0, "notificationTypes"), ["EDIErrorSent"], "accounting/EDIErrorSent"),
        (("callbacks", 0, "callbackUrl"), "http://bridge.example", "https"),
        (("customers", 0, "customerNumber"), None, "customerNumber"),
        (("orders",), {}, "a list"),
        (("parcels",), [], "a key that nobody knows"),
    ],
)
def test_what_cannot_be_is_said_with_its_place(place: tuple[Any, ...], value: Any, said: str) -> None:
    section = deepcopy(SECTION)
    holder: Any = section
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = value
    if place == ("orders",):
        section["orders"] = {"A1": {}}
    with pytest.raises(SeedError, match=said):
        load(section, 7)
