"""Are Riverty's documents understood? An order, then its invoice, real only once the service has made it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conformance.histories import exchange
from ixconform.checks.finding import Finding
from ixconform.data import Case, Data, Instalment, Step
from ixconform.history import History, Run, Shelf, Told
from ixconform.judge import judge
from ixconform.money import shown
from ixconform.profile import Claims
from ixconform.systems.riverty import Riverty
from ixconform.worlds import Maker

TARGET = Riverty()
EARLY, LATE = "2026-04-15T07:00:10Z", "2026-04-15T07:05:00Z"


def one() -> Data:
    maker = Maker(TARGET.traits, 7)
    maker.instalment(maker.customer())
    return maker.data()


def state(made: Data, *, status: str = "issued", lines: str = "invoiced") -> dict[str, Any]:
    """What the books hold of one instalment; ``status``: of its invoice, empty: there is none."""
    each = made.instalments[0]
    held = [
        {"description": line.text, "product": "", "price": shown(line.gross_cents), "quantity": 1,
         "vat_percent": line.rate, "status": lines}
        for line in each.lines
    ]  # fmt: skip
    customer = TARGET.code_of(made.customers[0])
    order = {
        "reference": "A100",
        "customer": customer,
        "bill_to": ["X"],
        "day": each.day,
        "lines": held,
        "currency": "EUR",
    }
    invoice = {
        "reference": "I100", "number": "I100" if status == "issued" else "", "order": "A100", "customer": customer,
        "day": each.day, "due": "2026-05-15", "lines": held, "status": status, "paid_cents": 0, "credited_cents": 0,
        "refunded_cents": 0, "currency": "EUR",
    }  # fmt: skip
    request = {
        "kind": "GET_INVOICE",
        "invoice": "I100",
        "status": "confirmed",
        "decided": "2026-04-15T07:02:00Z",
    }
    settings = {"invoices_by_hand": False, "onboarding": "service", "document_delay_s": 30}
    return {
        "orders": {"1000|A100": order}, "invoices": {"1000|I100": invoice} if status else {},
        "requests": {"r": request}, "settings": settings,
    }  # fmt: skip


def told(each: Instalment, at: str, number: str) -> dict[str, Any]:
    return {"at": at, "method": "PUT", "changed": True,
            "sent": {"instalmentCode": each.code, "invoiceNumber": number, "invoiceDueDate": "2026-05-15"}}  # fmt: skip


def life(made: Data, *writes: dict[str, Any], number: str, books: dict[str, Any]) -> History:
    each = made.instalments[0]
    order = {"orderReference": "A100", "items": [{"description": line.text} for line in each.lines]}
    path = f"/accounting/v1/businesses/1000/customers/{TARGET.code_of(made.customers[0])}/orders"
    exchanges = [
        exchange(1, "ixpole", "getInstalments"),
        exchange(2, "riverty", "createOrder", path=path, sent=order, changed=True),
        exchange(3, "riverty", "createInvoice", path=f"{path}/A100/invoices", changed=True,
                 sent={"invoiceReference": "I100", "items": [{"orderItemReference": 1}]}),
    ]  # fmt: skip
    exchanges += [exchange(4 + nth, "ixpole", "putInstalments", **each) for nth, each in enumerate(writes)]
    shelf = {each.code: Told(code=each.code, number=number, due="2026-05-15", payment="", pdf_bytes=900)}
    return History(
        case=Case(scenario="C-010", title="", level=1, data=made, steps=(Step("settle"),)),
        exchanges=tuple(exchanges), runs=(Run(number=1, ended="exit", code=0, seconds=0.1, output=""),),
        books=TARGET.books(books), shelf=Shelf(instalments=shelf),
    )  # fmt: skip


def findings(history: History) -> list[Finding]:
    return judge(history, TARGET, Claims())


def test_an_order_and_its_invoice_are_one_booking() -> None:
    made = one()
    history = life(made, told(made.instalments[0], LATE, "I100"), number="I100", books=state(made))
    assert findings(history) == []
    assert [(each.kind, each.stage) for each in history.books.documents] == [
        ("invoice", "live"),
        ("order", "void"),
    ]


def test_an_order_that_waits_is_a_draft_under_its_own_reference() -> None:
    made = one()
    books = state(made, status="", lines="open")
    assert findings(life(made, told(made.instalments[0], EARLY, "DA100"), number="DA100", books=books)) == []
    wrong = life(made, told(made.instalments[0], EARLY, "A100"), number="A100", books=books)
    assert {each.code for each in findings(wrong)} == {"P-ACK"}


def test_an_invoice_that_the_service_has_not_made_yet_goes_by_the_orders_name_too() -> None:
    made = one()
    books = state(made, status="requested")
    assert findings(life(made, told(made.instalments[0], EARLY, "DA100"), number="DA100", books=books)) == []


def test_a_number_that_the_connector_chose_is_not_real_before_the_service_has_made_the_invoice() -> None:
    made = one()
    history = life(made, told(made.instalments[0], EARLY, "I100"), number="I100", books=state(made))
    assert [each.code for each in findings(history)] == ["P-ACK"]
    assert "was a draft then" in findings(history)[0].actual


@pytest.mark.parametrize(
    ("member", "wrong", "code"), [("due", "2026-05-01", "P-MAP"), ("currency", "USD", "P-SUM")]
)
def test_terms_and_currencies_that_the_connector_names_are_those_of_the_instalment(
    member: str, wrong: str, code: str
) -> None:
    made = one()
    books = state(made)
    books["invoices"]["1000|I100"][member] = wrong
    history = life(made, told(made.instalments[0], LATE, "I100"), number="I100", books=books)
    assert code in {each.code for each in findings(history)}


@pytest.mark.parametrize("status", ["issued", "requested"])
def test_a_second_order_for_one_instalment_is_found(status: str) -> None:
    made = one()
    books = state(made, status=status)
    again = {**books["orders"]["1000|A100"], "reference": "A101"}
    books["orders"]["1000|A101"] = {**again, "lines": [{**each, "status": "open"} for each in again["lines"]]}
    books["invoices"]["1000|I101"] = {**books["invoices"]["1000|I100"], "reference": "I101", "order": "A101"}
    history = life(made, told(made.instalments[0], LATE, "I100"), number="I100", books=books)
    assert "P-ONE" in {each.code for each in findings(history)}


def test_a_notification_is_nothing_that_the_connector_asked() -> None:
    made = one()
    history = life(made, told(made.instalments[0], LATE, "I100"), number="I100", books=state(made))
    hook = exchange(
        9, "riverty", "hook", method="HOOK", changed=True, sent={"type": "accounting/invoiceCreated"}
    )
    heard = replace(history, exchanges=(*history.exchanges, hook))
    assert len(heard.asked) == len(history.asked)
    assert findings(heard) == []


@pytest.mark.parametrize(
    ("system", "operation", "code"),
    [("riverty", "createNotificationCallback", {"P-RETRY"}), ("ixpole", "postToken", set())],
)
def test_an_address_that_is_refused_for_good_is_not_registered_again_unlike_signing_in(
    system: str, operation: str, code: set[str]
) -> None:
    made = one()
    history = life(made, told(made.instalments[0], LATE, "I100"), number="I100", books=state(made))
    again = [exchange(10 + nth, system, operation, status=400, sent="same") for nth in range(5)]
    assert {each.code for each in findings(replace(history, exchanges=(*history.exchanges, *again)))} == code


def test_the_number_of_a_customer_who_comes_with_the_order_may_be_told_before() -> None:
    made = one()
    plain = life(made, told(made.instalments[0], LATE, "I100"), number="I100", books=state(made))
    code = {"path": f"/api/customers/{made.customers[0].id}", "method": "PATCH", "changed": True}
    first = exchange(
        0, "ixpole", "patchCustomer", sent={"customerCode": TARGET.code_of(made.customers[0])}, **code
    )
    assert findings(replace(plain, exchanges=(first, *plain.exchanges))) == []
    nobody = exchange(0, "ixpole", "patchCustomer", sent={"customerCode": "C999"}, **code)
    wrong = findings(replace(plain, exchanges=(nobody, *plain.exchanges)))
    assert [each.code for each in wrong] == ["P-DEP"]
