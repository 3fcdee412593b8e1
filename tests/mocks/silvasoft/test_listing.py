"""Does listsalesinvoices show each document once, in order, with what was asked for?"""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixmocks.engine.outcome import Changed
from ixmocks.silvasoft import papers, rules
from ixmocks.silvasoft.listing import Page
from ixmocks.silvasoft.state import State

LINE = {"TaxPc": 21, "SubTotalInclTax": 121}
DRAFT = {"CustomerNumber": 1, "AddAsDraft": True, "Invoice_InvoiceLine": [{"ProductNumber": "1204"}]}


def page(state: State, at: datetime, query: dict[str, Any], **readings: str) -> Page:
    named = {code.replace("_", "-"): name for code, name in readings.items()}
    outcome = rules.list_sales_invoices(state, query, at=at, readings=named)
    assert isinstance(outcome, Changed), outcome
    assert outcome.state is state
    found: Page = outcome.answer
    return found


def booked(state: State, at: datetime, **more: Any) -> State:
    command = {"CustomerNumber": 1, "Invoice_InvoiceLine": [LINE], **more}
    outcome = rules.add_sales_transaction(state, command, at=at, readings={})
    assert isinstance(outcome, Changed), outcome
    after: State = outcome.state
    return after


def drafted(state: State, at: datetime) -> State:
    outcome = rules.add_sales_invoice(state, DRAFT, at=at, readings={})
    assert isinstance(outcome, Changed)
    after: State = outcome.state
    return after


@given(
    numbers=st.lists(st.integers(2, 500), unique=True, max_size=40),
    drafts=st.integers(0, 4),
    limit=st.integers(1, 20),
)
def test_paging_shows_each_document_once_highest_number_first_drafts_last(
    state: State, at: datetime, numbers: list[int], drafts: int, limit: int
) -> None:
    for number in numbers:
        state = booked(state, at, InvoiceNumber=number)
    for _ in range(drafts):
        state = drafted(state, at)
    seen: list[int | None] = []
    while True:
        found = page(state, at, {"Limit": limit, "Offset": len(seen)}).invoices
        seen += [one.number for one in found]
        if len(found) < limit:
            break
    assert seen == [*sorted([1, *numbers], reverse=True), *[None] * drafts]


def test_a_page_is_cut_at_what_the_vendor_allows(state: State, at: datetime) -> None:
    for _ in range(110):
        state = booked(state, at)
    flags = {"InlcudeInvoiceLinesInResponse": True}
    assert len(page(state, at, {}).invoices) == 100
    assert len(page(state, at, {"Limit": 10_000}).invoices) == 100
    assert len(page(state, at, flags).invoices) == 50
    assert (
        len(page(state, at, {"IncludeInvoiceLinesInResponse": True, "IncludeBase64PDF": True}).invoices) == 15
    )
    assert len(page(state, at, {"Limit": 7, "Offset": 105}).invoices) == 6
    assert len(page(state, at, {"Limit": 0, "Offset": -1}).invoices) == 100


def test_filters_find_by_number_and_by_day_with_both_ends(state: State, at: datetime) -> None:
    for day in ("03-05-2017", "04-05-2017", "05-05-2017"):
        state = booked(state, at, InvoiceDate=day)
    assert [one.number for one in page(state, at, {"InvoiceNumber": 3}).invoices] == [3]
    assert page(state, at, {"InvoiceNumber": 99}).invoices == ()
    span = {"DateFrom": "03-05-2017", "DateTill": "04-05-2017"}
    assert [one.number for one in page(state, at, span).invoices] == [3, 2]
    assert page(state, at, {"DateFrom": "05-05-2017", "DateTill": "03-05-2017"}).invoices == ()


def test_readings_hide_drafts_or_the_books(state: State, at: datetime) -> None:
    state = drafted(state, at)
    assert [one.number for one in page(state, at, {}).invoices] == [1, None]
    assert [one.number for one in page(state, at, {}, SILV_58="drafts-hidden").invoices] == [1]
    assert [one.number for one in page(state, at, {}, SILV_53="invoicing-only").invoices] == [None]


@pytest.mark.parametrize("generate", [True, False])
def test_the_pdf_is_the_attached_one_else_made_and_none_for_a_draft(
    state: State, at: datetime, generate: bool
) -> None:
    attached = booked(state, at, InvoiceFileUrl="https://files.example/instalment.pdf").sales.get(2)
    plain, draft = state.sales.get(1), page(drafted(state, at), at, {}).invoices[1]
    assert attached is not None and plain is not None
    file = state.files["https://files.example/instalment.pdf"]
    assert base64.b64decode(papers.base64_of(attached, generate=generate) or "") == file.content
    made = papers.base64_of(plain, generate=generate)
    assert (made is not None) is generate
    assert made is None or base64.b64decode(made).startswith(b"%PDF")
    assert papers.base64_of(draft, generate=generate) is None
