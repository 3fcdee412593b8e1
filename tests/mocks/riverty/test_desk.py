"""Do the actions do what people do inside the service, and refuse what cannot be?"""

from __future__ import annotations

from typing import Any

import pytest

from ixmocks.engine.outcome import Refused
from ixmocks.riverty.model import INVOICE_NEXT, InvoiceEvent, InvoiceStatus


def refused(books: Any, name: str, **params: Any) -> bool:
    before = books.state
    outcome = books.kit.act("riverty", name, params)
    assert books.state is before or not isinstance(outcome, Refused)
    return isinstance(outcome, Refused)


def requested(books: Any) -> None:
    books.act("setOnboarding", invoicesByHand=True)
    books.order("A1")
    books.wait()
    books.invoice("A1", "I1", 1)
    books.wait(3600)


def test_an_invoice_that_waits_for_a_person_gets_the_number_that_the_person_gives(books: Any) -> None:
    requested(books)
    assert books.state.invoices["1000", "I1"].status is InvoiceStatus.REQUESTED
    assert refused(books, "registerPayment", invoiceReference="I1")
    books.act("makeInvoice", orderReference="A1", number="20170001")
    invoice = books.state.invoices["1000", "I1"]
    assert (invoice.number, invoice.status) == ("20170001", InvoiceStatus.ISSUED)
    assert books.act("registerPayment", invoiceReference="20170001") == 11900
    assert refused(books, "makeInvoice", invoiceReference="I1")


def test_a_number_is_given_once(books: Any) -> None:
    requested(books)
    assert refused(books, "makeInvoice", invoiceReference="I1", number="IDE12345678901")


def test_without_a_choice_the_oldest_invoice_is_made(books: Any) -> None:
    requested(books)
    books.invoice("A1", "I0", 2, invoiceDate="2017-05-04")
    books.wait()
    books.act("makeInvoice")
    assert books.state.invoices["1000", "I0"].number == "I0"
    books.act("makeInvoice")
    assert refused(books, "makeInvoice")


def test_orders_may_wait_for_a_persons_word(books: Any) -> None:
    books.act("setOnboarding", ordersByHand=True)
    for name in ("A1", "A2"):
        books.order(name)
    books.wait(86_400)
    assert ("1000", "A1") not in books.state.orders
    books.act("confirmOrder", orderReference="A1")
    books.act("refuseOrder", orderReference="A2", fieldName="CURRENCY", description="Not served.")
    assert ("1000", "A1") in books.state.orders
    assert ("1000", "A2") not in books.state.orders
    verdict = books.act("findVerdict", orderReference="A2")["parameters"]["details"]
    assert verdict["errorDetails"] == [{"fieldName": "CURRENCY", "ErrorDescription": "Not served."}]
    assert refused(books, "confirmOrder", orderReference="A2")


def test_a_word_by_hand_comes_before_the_verdict_that_would_come_by_itself(books: Any) -> None:
    books.order("A1")
    books.act("refuseOrder", orderReference="A1")
    assert books.wait(60) == []
    assert ("1000", "A1") not in books.state.orders


def test_nobody_confirms_what_accounting_cannot_take(books: Any) -> None:
    books.act("setOnboarding", ordersByHand=True)
    books.order("ODE12345678901")
    outcome = books.kit.act("riverty", "confirmOrder", {"orderReference": "ODE12345678901"})
    assert isinstance(outcome, Refused)
    assert [found.rule for found in outcome.violations] == ["RIV-19"]


@pytest.mark.parametrize("amount", [0, -1, "0.001", "x", "1e400", "NaN"])
def test_a_payment_is_a_positive_amount_of_whole_cents(books: Any, amount: Any) -> None:
    assert refused(books, "registerPayment", invoiceReference="INVO90006768", amount=amount)


def test_too_much_is_taken_and_goes_back(books: Any) -> None:
    books.listen("accounting/refundCompleted")
    books.act("registerPayment", invoiceReference="INVO90006768", amount="451.50")
    books.wait(60)
    (body,) = books.hear()
    assert str(body["parameters"]["refundAmount"]) == "1.5"
    assert books.state.invoices["1004", "INVO90006768"].remaining_cents == 0


def test_what_was_paid_on_a_replaced_invoice_counts_for_the_new_one(books: Any) -> None:
    books.listen("accounting/refundCompleted")
    path = "/accounting/v1/businesses/1000/customers/200105432/orders/ODE99100006558/invoices/IDE99100008656"
    books.act("registerPayment", invoiceReference="IDE99100008656")
    item = {
        "orderItemReference": 1, "description": "VIP seats", "quantity": 1, "grossUnitPrice": 238, "vatPercent": 19,
        "vatAmount": 38, "positionType": "SALES_ARTICLE",
    }  # fmt: skip
    invoice = {
        "invoiceReference": "I2", "invoiceDate": "2017-05-05", "dueDate": "2017-05-05", "dispatchDate": "2017-05-05",
        "shipmentReference": "S", "items": [{"orderItemReference": 1}],
    }  # fmt: skip
    books.ask(path, {"goodwillReference": "G1", "order": {"items": [item]}, "invoice": invoice})
    books.wait(120)
    assert books.troubles() == []
    old, new = (books.state.invoices["1000", name] for name in ("IDE99100008656", "I2"))
    assert (old.status, old.remaining_cents) == (InvoiceStatus.REPLACED, 0)
    assert (new.status, new.gross_cents, new.remaining_cents) == (InvoiceStatus.ISSUED, 23800, 0)
    assert [body["parameters"]["refundAmount"] * 100 for body in books.hear()] == [5950]


def test_a_replaced_invoice_has_no_way_back() -> None:
    assert not [event for event in InvoiceEvent if (InvoiceStatus.REPLACED, event) in INVOICE_NEXT]


def test_actions_say_what_they_do_not_know(books: Any) -> None:
    assert refused(books, "registerPayment", invoiceReference="I404")
    assert refused(books, "findVerdict", orderReference="A404")
    assert refused(books, "loseNotifications", type="accounting/unknown")
