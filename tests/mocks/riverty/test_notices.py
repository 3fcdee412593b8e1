"""Does the service report what became of things: once each, in order, in the documented shape, unless luck is bad?"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixmocks.engine.document import load_document
from ixmocks.engine.schema import Shape
from ixmocks.kit import Kit
from ixmocks.riverty import SYSTEM, notices
from ixmocks.riverty.model import NoticeStatus

VERDICT, DOCUMENT = notices.VERDICT, notices.DOCUMENT
SCHEMAS = {
    notices.VERDICT: "EDIErrorSent",
    notices.DOCUMENT: "DocumentCreated",
    notices.INVOICE: "InvoiceCreated",
    notices.PAYMENT: "PaymentReceived",
    notices.REFUND: "RefundCompleted",
}


@cache
def shape(kind: str) -> Shape:
    return Shape.of(load_document("riverty.yaml")["components"]["schemas"][SCHEMAS[kind]])


def fitting(bodies: list[dict[str, Any]]) -> list[str]:
    """Their types; each is of the shape that the contract gives it."""
    for body in bodies:
        assert shape(body["type"]).violations(body, "body") == []
    return [body["type"] for body in bodies]


def orders(bodies: list[dict[str, Any]]) -> list[str]:
    return [body["parameters"]["details"]["orderNo"] for body in bodies]


def test_a_whole_life_is_told_in_order_and_in_the_documented_shapes(books: Any) -> None:
    books.listen()
    books.order("A1")
    books.wait()
    books.invoice("A1", "I1", 1, 2)
    books.wait(60)
    assert fitting(books.hear()) == [VERDICT, VERDICT, notices.INVOICE, DOCUMENT]
    books.act("registerPayment", invoiceReference="I1")
    body = {"returnReference": "R1", "returnDate": "2017-05-05", "returnReason": "CUSTOMER_RETURN"}
    items = [{"orderItemReference": 2, "quantity": 1, "grossUnitPrice": 119}]
    books.call("A1", "returns", {**body, "items": items})
    books.wait(86_400)
    assert fitting(books.hear()) == [VERDICT, notices.REFUND, notices.PAYMENT]
    assert books.hear() == []


def test_nobody_registered_nothing_is_sent(books: Any) -> None:
    books.listen(DOCUMENT)
    books.order("A1")
    books.wait()
    assert books.hear() == []
    assert books.troubles() == []


def test_each_address_gets_what_it_registered_for(books: Any) -> None:
    books.listen(VERDICT, url="https://one.example/hook")
    books.listen(VERDICT, DOCUMENT, url="https://two.example/hook")
    books.order("A1")
    books.wait()
    assert [delivery.url for delivery in SYSTEM.outbox(books.state)] == [
        "https://one.example/hook",
        "https://two.example/hook",
    ]


@pytest.mark.parametrize(("readings", "copies"), [({}, 1), ({"RIV-36": "each"}, 2)], ids=["once", "each"])
def test_an_address_that_registers_twice(books: Any, copies: int) -> None:
    books.listen(VERDICT)
    books.listen(VERDICT)
    books.order("A1")
    books.wait()
    assert len(books.hear()) == copies


def test_the_vendors_own_verdict_is_reproduced(books: Any) -> None:
    books.listen(VERDICT)
    books.order("ORDPL8100235158", billToAddress={"lastName": "Nowak", "language": "PL"})
    books.wait()
    (body,) = books.hear()
    details = body["parameters"]["details"]
    assert (details["orderNo"], details["result"]) == ("ORDPL8100235158", "ERROR_IN_FILE")
    assert details["errorDetails"] == [
        {
            "fieldName": "BILLTOLANGUAGECODE",
            "providedValue": "PL",
            "ErrorDescription": "The content of field BILLTOLANGUAGECODE may only consist of lower case letters.",
        }
    ]


@pytest.mark.parametrize(
    ("invoice", "amount", "order", "left"),
    [("INVO90006768", 450, "ORD-9005985", 0), ("INV-0006771", 445, "ORD-4689305987", 5)],
)
def test_the_vendors_own_payments_are_reproduced(
    books: Any, invoice: str, amount: int, order: str, left: int
) -> None:
    books.listen(notices.PAYMENT)
    books.act("registerPayment", invoiceReference=invoice, amount=amount)
    books.wait(86_400)
    (body,) = books.hear()
    assert fitting([body]) == [notices.PAYMENT]
    told = body["parameters"]
    assert told.pop("transactionId").startswith("PaymentInformation-1004-")
    assert told.pop("paymentDocument").isdigit()
    assert told == {
        "businessCode": "1004", "companyCode": "1004", "currency": "EUR", "fiscalYear": 2017, "orderReference": order,
        "customerNumber": "CUS19006768" if left == 0 else "CUS9006771", "invoiceReference": invoice,
        "orderAmount": 450, "paidAmount": amount, "remainingAmount": left, "tolerance": 0,
    }  # fmt: skip


def test_payments_of_a_day_are_told_together_and_those_of_the_next_day_apart(books: Any) -> None:
    books.listen(notices.PAYMENT)
    for amount in (100, 50):
        books.act("registerPayment", invoiceReference="INVO90006768", amount=amount)
    books.wait(86_400)
    books.act("registerPayment", invoiceReference="INVO90006768", amount=300)
    books.wait(86_400)
    books.wait(86_400)
    assert [body["parameters"]["paidAmount"] for body in books.hear()] == [150, 450]


def test_what_was_paid_beforehand_counts_for_the_invoice(books: Any) -> None:
    books.listen(notices.PAYMENT, notices.REFUND)
    books.order("A1")
    books.wait()
    books.act("registerPayment", orderReference="A1", amount=138)
    books.wait(86_400)
    books.invoice("A1", "I1", 1)
    books.wait(86_400)
    books.call(
        "A1",
        "cancellations",
        {
            "cancellationDate": "2017-05-05", "cancellationReason": "NO_PAYMENT",
            "items": [{"orderItemReference": 2}],
        },
    )  # fmt: skip
    books.wait(60)
    first, second, refund = books.hear()
    assert "invoiceReference" not in first["parameters"]
    assert (first["parameters"]["paidAmount"], first["parameters"]["remainingAmount"]) == (138, 100)
    assert (second["parameters"]["invoiceReference"], second["parameters"]["remainingAmount"]) == ("I1", 0)
    assert (refund["type"], refund["parameters"]["refundAmount"]) == (notices.REFUND, 19)


@pytest.mark.parametrize(("readings", "shown"), [({}, "0A1"), ({"RIV-34": "plain"}, "A1")])
def test_the_order_in_a_document_notification(books: Any, readings: dict[str, str], shown: str) -> None:
    books.listen(DOCUMENT)
    books.order("A1")
    books.wait()
    books.invoice("A1", "I1", 1)
    books.wait(60)
    (body,) = books.hear()
    (document,) = body["parameters"]["documents"]
    (information,) = document["documentInformation"]
    assert (information["orderReference"], information["invoiceReference"]) == (shown, "I1")
    assert document["urlKey"].startswith("https://api-uat.accounting.riverty.io/documents/v1/S/")


@pytest.mark.parametrize(
    ("readings", "types", "number"),
    [
        ({}, [notices.INVOICE, DOCUMENT], "I1"),
        ({"RIV-33": "own"}, [notices.INVOICE, DOCUMENT], "R10000000005"),
    ],
    ids=["kept", "own"],
)
def test_the_number_is_what_the_notification_says(books: Any, types: list[str], number: str) -> None:
    books.listen(notices.INVOICE, DOCUMENT)
    books.order("A1")
    books.wait()
    books.invoice("A1", "I1", 1)
    books.wait(60)
    bodies = books.hear()
    assert fitting(bodies) == types
    assert bodies[0]["parameters"]["invoiceReference"] == number


@pytest.mark.parametrize(("readings", "told"), [({}, 0), ({"RIV-32": "always"}, 2)])
def test_a_clients_own_invoice_has_a_document_only_in_one_reading(
    books: Any, readings: dict[str, str], told: int
) -> None:
    books.act("setOnboarding", onboarding="client")
    books.listen(notices.INVOICE, DOCUMENT)
    books.order("A1")
    books.wait()
    books.invoice("A1", "I1", 1)
    books.wait(60)
    assert len(books.hear()) == told
    assert books.state.invoices["1000", "I1"].number == "I1"


# What may go wrong on the way.


def test_a_lost_notification_is_lost_and_support_can_send_it_again(books: Any) -> None:
    books.listen(VERDICT)
    books.act("loseNotifications", next=1)
    books.order("A1")
    books.order("A2")
    books.wait()
    assert orders(books.hear()) == ["A2"]
    assert books.act("resendNotifications") == 1
    assert orders(books.hear()) == ["A1"]
    assert books.act("resendNotifications") == 0


def test_what_a_receiver_does_not_take_is_not_sent_again_by_itself(books: Any) -> None:
    books.listen(VERDICT)
    books.order("A1")
    books.wait()
    assert len(books.hear(status=503)) == 1
    books.wait(86_400)
    assert books.hear() == []
    assert books.act("resendNotifications") == 1


def test_a_late_notification_leaves_at_its_time(books: Any) -> None:
    books.listen(VERDICT)
    books.act("delayNotifications", next=1, seconds=600)
    books.order("A1")
    books.order("A2")
    books.wait()
    assert orders(books.hear()) == ["A2"]
    books.wait(599)
    assert books.hear() == []
    books.wait(1)
    assert orders(books.hear()) == ["A1"]


def test_a_doubled_notification_comes_twice_with_the_same_words(books: Any) -> None:
    books.listen(VERDICT)
    books.act("doubleNotifications")
    books.order("A1")
    books.order("A2")
    books.wait()
    first, second, third = books.hear()
    assert first == second
    assert orders([first, third]) == ["A1", "A2"]


def test_reversed_notifications_leave_last_one_first(books: Any) -> None:
    books.listen(VERDICT)
    books.act("reverseNotifications", next=3)
    for name in ("A1", "A2"):
        books.order(name)
    books.wait()
    assert books.hear() == []
    for name in ("A3", "A4"):
        books.order(name)
    books.wait()
    assert orders(books.hear()) == ["A3", "A2", "A1", "A4"]


def test_a_mishap_may_be_meant_for_one_type_only(books: Any) -> None:
    books.listen()
    books.act("loseNotifications", next=1, type=DOCUMENT)
    books.order("A1")
    books.wait()
    books.invoice("A1", "I1", 1)
    books.wait(60)
    assert [body["type"] for body in books.hear()] == [VERDICT, VERDICT, notices.INVOICE]


def test_sending_now_leaves_nothing_behind(books: Any) -> None:
    books.listen()
    books.act("reverseNotifications", next=9)
    books.order("A1")
    books.act("sendNotificationsNow")
    books.act("delayNotifications", next=2)
    books.invoice("A1", "I1", 1)
    books.act("registerPayment", invoiceReference="INVO90006768")
    books.act("sendNotificationsNow")
    assert ([*books.state.agenda], books.state.held) == ([], ())
    assert sorted(body["type"] for body in books.hear()) == sorted(
        [VERDICT, VERDICT, notices.INVOICE, DOCUMENT, notices.PAYMENT]
    )


def test_a_forged_notification_looks_like_a_real_one_and_changes_nothing(books: Any) -> None:
    books.listen(VERDICT)
    before = (books.state.orders, books.state.requests)
    assert books.act("forgeNotification", orderReference="A9") == 1
    (body,) = books.hear()
    assert fitting([body]) == [VERDICT]
    assert body["parameters"]["details"] == {"orderNo": "A9", "result": "OK", "errorDetails": []}
    assert (books.state.orders, books.state.requests) == before
    parameters = {"orderReference": "A9", "remainingAmount": 0}
    books.listen(notices.PAYMENT)
    books.act("forgeNotification", type=notices.PAYMENT, parameters=parameters)
    assert books.hear() == [{"type": notices.PAYMENT, "parameters": parameters}]


@given(
    faults=st.lists(
        st.tuples(st.sampled_from(["delay", "lose", "double", "reverse"]), st.integers(1, 3)), max_size=4
    ),
    count=st.integers(1, 6),
)
def test_whatever_goes_wrong_no_notification_is_invented_and_what_is_not_lost_arrives(
    faults: list[tuple[str, int]], count: int
) -> None:
    kit = Kit("documents", systems=[SYSTEM])
    callback = {"callbackUrl": "https://bridge.example/hook", "notificationTypes": [VERDICT]}
    kit.ask("riverty", "POST", "/administration/v1/notification-callbacks", json=callback)
    for name, number in faults:
        kit.act("riverty", f"{name}Notifications", {"next": number})
    path = "/accounting/v1/businesses/1000/customers/C1/orders/X/cancellations"
    body = {"cancellationDate": "2017-05-05", "cancellationReason": "NO_PAYMENT"}
    for _ in range(count):
        kit.ask("riverty", "POST", path, json={**body, "items": [{"orderItemReference": 1}]})
    kit.advance(hours=2)
    kit.act("riverty", "sendNotificationsNow")
    state = kit.state("riverty")
    sent = [state.notices[one].body["parameters"]["transactionId"] for one in state.ready]
    lost = [one for one in state.notices.values() if one.status is NoticeStatus.LOST]
    told = {request.transaction for request in state.requests.values()}
    assert len(told) == count
    assert set(sent) | {one.body["parameters"]["transactionId"] for one in lost} == told
    lose = sum(number for name, number in faults if name == "lose")
    assert len(lost) == min(lose, count)
    assert len(sent) <= count - len(lost) + sum(number for name, number in faults if name == "double")
    if not faults:
        assert sent == [request.transaction for request in sorted_requests(state)]


def sorted_requests(state: Any) -> list[Any]:
    return [state.requests[one] for one in state.about["1000", "X"]]
