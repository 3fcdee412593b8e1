"""Does accounting's judgement begin and end exactly where it should? Both sides of each edge, by its verdicts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ixmocks.riverty import booking, notices
from ixmocks.riverty.model import Invoice, InvoiceStatus, Kind, Task
from ixmocks.riverty.seed import load

AT = datetime(2017, 5, 5, 7, tzinfo=UTC)
EMPTY = load({}, 7)
INVOICE = Invoice(
    business="1000", customer="C1", order="A1", reference="I1", number="I1", day=date(2017, 5, 5),
    due=date(2017, 5, 26), dispatched=date(2017, 5, 5), lines=(), status=InvoiceStatus.ISSUED, currency="EUR",
    bill_to=(),
)  # fmt: skip
GOODWILL = {"goodwillReference": "G1", "goodwillReason": "Late", "goodwillDate": "2017-05-05"}
RETURN = {"returnReference": "R1", "returnDate": "2017-05-05", "returnReason": "CUSTOMER_RETURN"}


def item(number: int, price: Any = 119, quantity: Any = 1, **more: Any) -> dict[str, Any]:
    return {
        "orderItemReference": number, "description": f"Seat {number}", "quantity": quantity, "grossUnitPrice": price,
        "vatPercent": 19, "vatAmount": 19, "positionType": "SALES_ARTICLE", **more,
    }  # fmt: skip


def credit(number: int, price: Any = 119, quantity: Any = 1) -> dict[str, Any]:
    return {"orderItemReference": number, "quantity": quantity, "grossUnitPrice": price}


@pytest.fixture
def sold(books: Any) -> Any:
    """Order A1 of three lines: the first is on invoice I1, the second on I2, the third on none. B1 has I9."""
    books.order("A1", 3)
    books.order("B1", 1)
    books.wait()
    books.invoice("A1", "I1", 1)
    books.invoice("A1", "I2", 2)
    books.invoice("B1", "I9", 1)
    books.wait()
    books.wait()
    return books


def judged(books: Any, what: str, body: Any, *, order: str = "A1") -> list[tuple[str, str]]:
    """Rule and words of all that accounting finds; nothing: it confirms."""
    before = set(books.state.requests)
    assert books.call(order, what, body).status == 200
    books.wait()
    (new,) = set(books.state.requests) - before
    return [(trouble.rule, trouble.text) for trouble in books.state.requests[new].troubles]


def rules(books: Any, what: str, body: Any) -> list[str]:
    return [rule for rule, _ in judged(books, what, body)]


# ---- credits -------------------------------------------------------------------------------------


def test_a_credit_names_an_invoice_of_its_order(sold: Any) -> None:
    def found(**invoice: str) -> list[tuple[str, str]]:
        return judged(sold, "goodwills", {**GOODWILL, "items": [credit(1, 1)], **invoice})

    on_it = ("RIV-22", "Line 1 is on invoice I1.")
    assert found(invoiceReference="I9") == [("RIV-22", "Invoice I9 is not one of order A1."), on_it]
    assert found(invoiceReference="I2") == [on_it]
    assert found(invoiceReference="I1") == []


def test_a_credit_may_leave_its_invoice_unsaid(sold: Any) -> None:
    assert judged(sold, "goodwills", {**GOODWILL, "items": [credit(1, 1), credit(2, 1)]}) == []


def test_a_credit_names_each_line_once(sold: Any) -> None:
    twice = [credit(1, 1), credit(1, 1)]
    assert judged(sold, "goodwills", {**GOODWILL, "items": twice}) == [
        ("RIV-26", "Line 1 is named more than once.")
    ]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (credit(1, 10**15), [("RIV-41", "The content of field GROSSUNITPRICE cannot be interpreted.")]),
        (credit(1, 1, 10**15), [("RIV-41", "The content of field QUANTITY cannot be interpreted.")]),
        (credit(1, 1, 1), []),
    ],
)
def test_a_credit_is_in_numbers_that_a_ledger_holds(
    sold: Any, row: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    assert judged(sold, "goodwills", {**GOODWILL, "items": [row]}) == found


@pytest.mark.parametrize(
    ("quantity", "found"), [(0, ["RIV-37"]), (-1, ["RIV-37"]), (0.5, []), (1, []), (1.5, ["RIV-37"])]
)
def test_what_is_returned_is_more_than_nothing_and_at_most_what_is_left(
    sold: Any, quantity: float, found: list[str]
) -> None:
    assert rules(sold, "returns", {**RETURN, "items": [credit(1, 1, quantity)]}) == found


def test_the_rest_of_a_line_can_be_returned_and_then_nothing_more(sold: Any) -> None:
    for number, (quantity, found) in enumerate([(0.5, []), (0.6, ["RIV-37"]), (0.5, []), (0.1, ["RIV-37"])]):
        body = {**RETURN, "returnReference": f"R{number}", "items": [credit(1, 119, quantity)]}
        assert rules(sold, "returns", body) == found


@pytest.mark.parametrize(
    ("price", "found"), [(0, []), (-0.01, ["RIV-39"]), (0.01, []), (119, []), (119.01, ["RIV-39"])]
)
def test_a_credit_lies_between_nothing_and_what_is_left(sold: Any, price: float, found: list[str]) -> None:
    assert rules(sold, "goodwills", {**GOODWILL, "items": [credit(1, price)]}) == found


@pytest.mark.parametrize(("price", "found"), [(0, []), (0.01, ["RIV-39"]), (-0.01, ["RIV-39"])])
def test_of_a_line_that_is_credited_in_full_nothing_is_left(
    sold: Any, price: float, found: list[str]
) -> None:
    assert rules(sold, "goodwills", {**GOODWILL, "items": [credit(1, 119)]}) == []
    body = {**GOODWILL, "goodwillReference": "G2", "items": [credit(1, price)]}
    assert rules(sold, "goodwills", body) == found


@pytest.mark.parametrize(("price", "found"), [(0, []), (0.01, ["RIV-39"]), (-10, []), (-10.01, ["RIV-39"])])
def test_a_discount_is_credited_as_what_it_is(books: Any, price: float, found: list[str]) -> None:
    books.order("A1", items=[item(1), item(2, -10)])
    books.wait()
    books.invoice("A1", "I1", 1, 2)
    books.wait()
    assert rules(books, "goodwills", {**GOODWILL, "items": [credit(2, price)]}) == found


def test_a_credit_has_a_reference_of_its_own(sold: Any) -> None:
    for what, body in (("returns", RETURN), ("goodwills", GOODWILL)):
        told = {**body, "items": [credit(1, 1, 0.1)]}
        assert rules(sold, what, told) == []
        assert rules(sold, what, told) == ["RIV-19"]


@pytest.mark.parametrize(
    ("readings", "found"), [({}, ["RIV-22"]), ({"RIV-02": "queued"}, [])], ids=["confirmed", "queued"]
)
def test_a_return_on_the_heels_of_its_invoice(books: Any, found: list[str]) -> None:
    books.order("A1")
    books.wait()
    books.invoice("A1", "I1", 1)
    books.wait(1)
    assert rules(books, "returns", {**RETURN, "items": [credit(1)]}) == found


def test_a_return_that_came_before_its_order_was_confirmed_is_out_of_turn_and_nothing_else(
    books: Any,
) -> None:
    books.order("A1")
    books.act("setOnboarding", verdictDelaySeconds=300)
    books.call("A1", "returns", {**RETURN, "items": [credit(1)]})
    books.act("setOnboarding", verdictDelaySeconds=30)
    books.wait()
    books.invoice("A1", "I1", 1)
    books.wait(270)
    assert books.troubles() == []
    (late,) = [one for one in books.state.requests.values() if one.kind is Kind.RETURN]
    assert [trouble.rule for trouble in late.troubles] == ["RIV-02"]


# ---- money that goes back, and news of it ---------------------------------------------------------


@given(
    gross=st.integers(0, 300),
    credited=st.integers(0, 300),
    paid=st.integers(-1, 300),
    refunded=st.integers(0, 300),
)
@example(gross=100, credited=0, paid=100, refunded=0)
@example(gross=100, credited=1, paid=100, refunded=0)
@example(gross=100, credited=101, paid=0, refunded=0)
@example(gross=100, credited=101, paid=1, refunded=0)
def test_a_refund_is_planned_where_more_was_paid_than_is_owed_and_only_there(
    gross: int, credited: int, paid: int, refunded: int
) -> None:
    invoice = replace(INVOICE, credited_cents=credited, paid_cents=paid, refunded_cents=refunded)
    line = booking.line_of(item(1, Decimal(gross) / 100))
    invoice = replace(invoice, lines=(line,))
    planned = [due.task for due in booking.refund(EMPTY, invoice, AT).agenda]
    owed_back = paid - refunded - (gross - credited)
    assert planned == ([Task.REFUND] if paid > 0 and owed_back > 0 else [])


@pytest.mark.parametrize(
    ("hour", "minute", "day"), [(3, 59, 5), (4, 0, 6), (4, 1, 6), (0, 0, 5), (23, 59, 6)]
)
def test_payments_are_told_at_the_next_four_in_the_morning(hour: int, minute: int, day: int) -> None:
    at = AT.replace(hour=hour, minute=minute)
    (due,) = booking.tell_payments(EMPTY, at, "1000", "A1").agenda
    assert due.at == datetime(2017, 5, day, 4, tzinfo=UTC)


def test_a_delivery_ticks_off_its_own_notification_and_no_other(books: Any) -> None:
    books.listen()
    books.order("A1")
    books.order("A2")
    books.wait()
    first, second = books.state.ready
    after = notices.delivered(books.state, first, 200, AT)
    assert after.ready == (second,)
    assert notices.delivered(after, first, 500, AT) is after


# ---- replacements --------------------------------------------------------------------------------


def update(*numbers: int, invoice: str = "N1", items: tuple[Any, ...] = ()) -> dict[str, Any]:
    new = {
        "invoiceReference": invoice, "invoiceDate": "2017-05-05", "dueDate": "2017-05-26",
        "dispatchDate": "2017-05-05", "shipmentReference": "S1",
        "items": [{"orderItemReference": number} for number in numbers],
    }  # fmt: skip
    return {"order": {"items": list(items) or [item(1)]}, "invoice": new}


ELSEWHERE = "Line {} is not on invoice I1, or is named more than once."


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (update(1), []),
        (update(1, items=(item(1, 118.99),)), []),
        (update(1, items=(item(1, 119.01),)), [("RIV-38", "The amount of line 1 may fall, not rise.")]),
        (update(1, 2), [("RIV-26", ELSEWHERE.format(2))]),
        (update(1, 9), [("RIV-26", ELSEWHERE.format(9))]),
        (update(1, 1), [("RIV-26", ELSEWHERE.format(1))] * 2),
        (update(1, items=(item(1), item(2))), [("RIV-26", "Line 2 is not on the new invoice.")]),
    ],
)
def test_a_new_invoice_takes_lines_of_the_old_one_each_once_and_at_most_at_the_old_price(
    sold: Any, body: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    assert judged(sold, "invoices/I1", body) == found


@pytest.mark.parametrize("readings", [{"RIV-29": "full_delivery"}])
def test_a_new_invoice_names_a_line_even_where_none_means_all(sold: Any) -> None:
    assert ("RIV-29", "The new invoice names no line.") in judged(sold, "invoices/I1", update())


def test_only_an_invoice_that_was_issued_and_stands_is_replaced(sold: Any) -> None:
    assert rules(sold, "invoices/I1", update(1)) == []
    again = update(1, invoice="N2")
    assert judged(sold, "invoices/I1", again) == [
        ("RIV-23", "Invoice I1 is replaced and cannot be replaced.")
    ]
    sold.wait()
    assert rules(sold, "invoices/N1", again) == []


def test_an_invoice_that_is_yet_to_be_made_is_not_replaced(books: Any) -> None:
    books.act("setOnboarding", documentDelaySeconds=300)
    books.order("A1")
    books.wait()
    books.invoice("A1", "I1", 1)
    books.wait()
    assert judged(books, "invoices/I1", update(1)) == [
        ("RIV-23", "Invoice I1 is requested and cannot be replaced.")
    ]
