"""Do the actions do what people do at their desks, and refuse what the table of life forbids?"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from ixmocks.engine.outcome import Changed, Refused
from ixmocks.silvasoft import desk, rules
from ixmocks.silvasoft.model import NEXT, Event, Status
from ixmocks.silvasoft.state import State

DRAFT = {
    "CustomerNumber": 1,
    "AddAsDraft": True,
    "InvoiceReference": "C-1",
    "Invoice_InvoiceLine": [{"ProductNumber": "1204", "Quantity": 1}],
}


def done(rule: Any, state: State, at: datetime, **command: Any) -> Changed:
    outcome = rule(state, command, at=at, readings={})
    assert isinstance(outcome, Changed), outcome
    return outcome


@pytest.mark.parametrize("choice", [{}, {"InvoiceReference": "C-1"}, {"Serial": 2}])
def test_a_posted_draft_gets_its_number_its_date_and_takes_its_goods(
    state: State, at: datetime, choice: dict[str, Any]
) -> None:
    state = done(rules.add_sales_invoice, state, at, **DRAFT).state
    outcome = done(desk.post_draft, state, at.replace(day=8), **choice)
    shown = outcome.answer
    assert (shown["InvoiceNumber"], shown["InvoiceDate"], shown["InvoiceDueDate"]) == (
        2,
        "08-05-2017",
        "29-05-2017",
    )
    assert outcome.state.goods.all[1].stock == 99
    assert isinstance(desk.post_draft(outcome.state, {}, at=at, readings={}), Refused)


def test_money_comes_in_parts_and_goes_back(state: State, at: datetime) -> None:
    part = done(desk.register_payment, state, at, InvoiceNumber=1, Amount=Decimal("21.00"))
    assert (part.answer["InvoiceOutstandingAmount"], part.answer["Status"]) == (100, "open")
    rest = done(desk.register_payment, part.state, at, InvoiceNumber=1)
    assert (rest.answer["InvoiceOutstandingAmount"], rest.answer["Status"]) == (0, "paid")
    back = done(desk.reverse_payment, rest.state, at, InvoiceNumber=1, Amount="100.00")
    assert (back.answer["InvoiceOutstandingAmount"], back.answer["Status"]) == (100, "open")
    for amount in ("100.01", "0", "-1"):
        assert isinstance(
            desk.register_payment(back.state, {"InvoiceNumber": 1, "Amount": amount}, at=at, readings={}),
            Refused,
        )


def test_a_credit_note_mirrors_and_sets_off_what_was_outstanding(state: State, at: datetime) -> None:
    part = done(desk.register_payment, state, at, InvoiceNumber=1, Amount=21).state
    outcome = done(desk.credit_invoice, part, at, InvoiceNumber=1)
    assert (outcome.answer["InvoiceTotalInclTax"], outcome.answer["InvoiceOutstandingAmount"]) == (-121, -21)
    original = outcome.state.sales.get(1)
    assert original is not None
    assert (original.status, original.outstanding_cents) == (Status.CREDITED, 0)


def test_deleting_frees_the_number_and_hides_the_document(state: State, at: datetime) -> None:
    gone = done(desk.delete_invoice, state, at, InvoiceNumber=1).state
    assert done(rules.list_sales_invoices, gone, at).answer.invoices == ()
    assert done(desk.book_by_hand, gone, at, InvoiceNumber=1).answer["InvoiceNumber"] == 1
    paid = done(desk.register_payment, state, at, InvoiceNumber=1, Amount=1).state
    assert isinstance(desk.delete_invoice(paid, {"InvoiceNumber": 1}, at=at, readings={}), Refused)


def test_a_hand_written_invoice_may_take_any_free_number(state: State, at: datetime) -> None:
    shown = done(desk.book_by_hand, state, at, InvoiceNumber=77, SubTotalInclTax="12.10").answer
    assert (shown["InvoiceNumber"], shown["InvoiceTotalExclTax"], shown["CustomerNumber"]) == (77, 10, 1)
    assert isinstance(desk.book_by_hand(state, {"InvoiceNumber": 1}, at=at, readings={}), Refused)


def test_relations_typed_by_hand_may_double_and_have_a_term(state: State, at: datetime) -> None:
    made = done(desk.add_relation, state, at, Name="De Smet BV", PaymentTermDays=8).answer
    assert (made["RelationGUID"], made["CustomerNumber"], made["PaymentTermDays"]) == (9, 8, 8)
    edited = done(desk.edit_relation, state, at, CustomerNumber=1, NewCustomerNumber=100, PaymentTermDays=5)
    assert edited.state.parties.by_customer.get(100) == 1
    assert edited.state.parties.all[1].payment_term_days == 5


def test_files_products_centres_and_plans_can_be_set(state: State, at: datetime) -> None:
    url = "https://files.example/new.pdf"
    assert url in done(desk.add_file, state, at, url=url, text="%PDF-1.4").state.files
    assert done(desk.archive_product, state, at, ArticleNumber="1204").state.goods.all[1].archived
    assert "GALA" in done(desk.add_cost_centre, state, at, Name="GALA").state.centres
    assert done(desk.set_plan, state, at, requestsPerHour=15).state.settings.requests_per_hour == 15


def test_nothing_leaves_a_deleted_or_credited_document() -> None:
    assert not [step for step in NEXT if step[0] in (Status.DELETED, Status.CREDITED)]
    assert {event for _, event in NEXT} == set(Event)
