"""Do the rules of iXpole hold for whatever a connector sends?"""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ixmocks.engine.document import load_rules
from ixmocks.engine.outcome import Changed, Refused
from ixmocks.ixpole import money, names, pdf, rules, seed
from ixmocks.ixpole.state import (
    DERIVATION,
    NEXT,
    Event,
    Instalment,
    Mark,
    Stage,
    State,
    Status,
    stage_of,
    status_of,
)

AT = datetime(2017, 5, 5, 7, 0, tzinfo=UTC)
STRICT = load_rules("ixpole.rules.yaml").readings()
LENIENT = {**STRICT, "IXP-12": "lenient", "IXP-19": "lenient", "IXP-31": "lenient", "IXP-48": "absent"}
PAPER = b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF\n"
PDF = base64.b64encode(PAPER).decode()
LINES: dict[str, Any] = {"lines": [{"productId": 1}]}
SECTION: dict[str, Any] = {
    "customers": [
        {"customerId": 1, "customerCode": "1", "name": "A NV", "vatNumber": "BE0", "addresses": [{"addressId": 1}]},
        {"customerId": 2, "name": "B NV", "vatNumber": "BE0", "addresses": [{"addressId": 2}]},
    ],
    "products": [
        {
            "productId": 1, "productCode": "P", "description": "Seat", "priceExclVat": "10.00",
            "vatRate": {"code": "21", "percentage": 21},
        }
    ],
    "instalments": [
        {"instalmentCode": code, "instalmentDate": "2017-05-01", "customer": {"customerId": 1}, **LINES} | more
        for code, more in (
            ("BARE-01", {}),
            ("DRAFT-01", {"invoiceNumber": "D1"}),
            ("REAL-01", {"invoiceNumber": "1", "invoiceDueDate": "2017-05-31"}),
            ("PAID-01", {"invoiceNumber": "2", "invoiceDueDate": "2017-05-31", "paymentNo": "BANK"}),
            ("GONE-01", {"status": "Cancelled"}),
        )
    ],
}  # fmt: skip
STATE: State = seed.load(SECTION, 7)
CODES = {Stage.BARE: "BARE-01", Stage.DRAFT: "DRAFT-01", Stage.REAL: "REAL-01", Stage.PAID: "PAID-01"}
BODY: dict[Event, dict[str, Any]] = {
    Event.DRAFT: {"invoiceNumber": "D77"},
    Event.REAL: {"invoiceNumber": "77", "invoiceDueDate": "2017-06-01"},
    Event.WITHDRAW: {"invoiceNumber": ""},
    Event.PAY: {"paymentNo": "BANK-77"},
    Event.UNPAY: {"paymentNo": None},
}

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
)
any_json = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=12), inner, max_size=5)
    ),
    max_leaves=12,
)
spellings = st.sampled_from(sorted(names.WRITE_BACK)).flatmap(
    lambda n: st.sampled_from([n, n.upper(), n.title()])
)
values = st.one_of(
    scalars,
    st.sampled_from([*CODES.values(), "GONE-01", "D1", "D", "1", "", " ", "2017-02-30", "2017-05-31", PDF]),
)
near_items = st.dictionaries(spellings, values, max_size=5)
near_bodies = st.one_of(near_items, st.lists(st.one_of(near_items, any_json), max_size=4))
sound_items = st.builds(
    lambda code, event, more: {"instalmentCode": code} | BODY[event] | more,
    st.sampled_from([*CODES.values(), "GONE-01"]),
    st.sampled_from(list(Event)),
    st.fixed_dictionaries({}, optional={"pdf": st.just(PDF), "invoiceDueDate": st.just("2017-05-05")}),
)
readings = st.sampled_from([STRICT, LENIENT])


def put(body: Any, state: State = STATE, under: dict[str, str] = STRICT) -> Any:
    return rules.write_back(state, body, at=AT, readings=under)


def broken(outcome: Any) -> list[str]:
    assert isinstance(outcome, Refused)
    return [violation.rule for violation in outcome.violations]


@given(body=st.one_of(any_json, near_bodies), under=readings)
def test_a_write_back_is_answered_whatever_it_holds(body: Any, under: dict[str, str]) -> None:
    outcome = put(body, under=under)
    if isinstance(outcome, Refused):
        assert outcome.violations
        assert outcome.status == rules.status_for(outcome.first)
        assert all(v.at.startswith("body") and v.expected for v in outcome.violations)


@given(
    items=st.lists(sound_items, min_size=1, max_size=4, unique_by=lambda i: i["instalmentCode"]),
    under=readings,
)
def test_the_same_write_back_twice_changes_nothing_more(items: list[Any], under: dict[str, str]) -> None:
    first = put(items, under=under)
    if isinstance(first, Refused):
        assert put(items, under=under) == first
        return
    second = put(items, first.state, under)
    assert isinstance(second, Changed)
    assert second.state is first.state
    assert second.answer == first.answer


@given(items=st.lists(sound_items | near_items, min_size=1, max_size=3), under=readings)
def test_an_array_is_taken_if_each_of_its_elements_would_be(items: list[Any], under: dict[str, str]) -> None:
    state, alone = STATE, []
    for item in items:
        outcome = put(item, state, under)
        alone.append(isinstance(outcome, Changed))
        if isinstance(outcome, Changed):
            state = outcome.state
    together = put(items, under=under)
    assert isinstance(together, Changed) is all(alone)
    if isinstance(together, Changed):
        assert together.state == state


@given(body=any_json, customer=st.sampled_from([1, 2, 3]))
def test_a_patch_is_answered_whatever_it_holds(body: Any, customer: int) -> None:
    outcome = rules.patch_customer(STATE, {"id": customer, "patch": body}, at=AT, readings=STRICT)
    if isinstance(outcome, Changed):
        assert len({c.code for c in outcome.state.customers.values()}) == 2


@given(
    form=st.dictionaries(st.sampled_from(["grant_type", "client_id", "client_secret"]), st.text(max_size=9))
)
def test_no_token_for_made_up_credentials(form: dict[str, str]) -> None:
    assert isinstance(rules.issue_token(STATE, form, at=AT, readings=STRICT), Refused)


@pytest.mark.parametrize("event", list(Event))
@pytest.mark.parametrize("stage", list(Stage))
def test_the_strict_life_of_a_document_is_the_table(stage: Stage, event: Event) -> None:
    under = {**STRICT, "IXP-31": "lenient"}  # so that only IXP-19 can say no
    outcome = put({"instalmentCode": CODES[stage]} | BODY[event], under=under)
    after = NEXT.get((stage, event))
    if after is None:
        assert broken(outcome) == ["IXP-19"]
        assert outcome.status == 409
    else:
        assert isinstance(outcome, Changed)
        assert stage_of(outcome.answer[0]) is after


@pytest.mark.parametrize("event", list(Event))
@pytest.mark.parametrize("stage", list(Stage))
def test_the_lenient_reading_stores_whatever_comes_last(stage: Stage, event: Event) -> None:
    outcome = put({"instalmentCode": CODES[stage]} | BODY[event], under=LENIENT)
    assert isinstance(outcome, Changed)
    assert ("IXP-19" in outcome.notes) is ((stage, event) not in NEXT)
    written = outcome.answer[0]
    if event in (Event.PAY, Event.UNPAY):
        assert written.payment_no == (BODY[event]["paymentNo"] or "")
    else:
        assert written.invoice_number == BODY[event]["invoiceNumber"]


INSTALMENT: Instalment = STATE.instalments["BARE-01"]
days = st.dates(date(2017, 1, 1), date(2018, 1, 1))


@given(day=days, due=st.none() | days, number=st.sampled_from(["", "D1", "1"]), paid=st.booleans(), today=days,
       mark=st.sampled_from(list(Mark)))  # fmt: skip
def test_the_first_line_of_the_status_table_that_holds_names_the_status(
    day: date, due: date | None, number: str, paid: bool, today: date, mark: Mark
) -> None:
    instalment = replace(
        INSTALMENT, day=day, due_date=due, invoice_number=number, payment_no="B" if paid else "", mark=mark
    )
    status = status_of(instalment, today)
    holding = [name for holds, name in DERIVATION if holds(instalment, today)]
    assert status is holding[0]
    assert (status is Status.PENDING) == (number == "D1" and not paid and mark is Mark.NONE)
    if status is Status.OVERDUE:
        assert due is not None and due < today


@given(day=st.dates(date(2016, 1, 1), date(2019, 1, 1)), hour=st.integers(0, 23))
def test_days_begin_at_midnight_in_brussels(day: date, hour: int) -> None:
    at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    state = STATE.with_instalment(replace(INSTALMENT, day=day + timedelta(days=1)))
    delivered = rules.deliver(state, None, at=at, readings=STRICT)
    assert isinstance(delivered, Changed)
    is_tomorrow_there = hour >= 23 or (hour == 22 and _is_summer(at))
    assert ("BARE-01" in {i.code for i in delivered.answer}) is is_tomorrow_there


def _is_summer(at: datetime) -> bool:
    """From the last Sunday of March to the last Sunday of October, 01:00 UTC."""
    march, october = (
        datetime(
            at.year, month, 31 - (datetime(at.year, month, 31, tzinfo=UTC).weekday() + 1) % 7, 1, tzinfo=UTC
        )
        for month in (3, 10)
    )
    return march <= at < october


@given(raw=st.binary(max_size=200))
def test_a_pdf_survives_base64_byte_for_byte(raw: bytes) -> None:
    content = b"%PDF-" + raw
    assert pdf.read(base64.b64encode(content).decode()).content == content


@given(text=st.text(max_size=60) | st.text("ABab01+/=-_ \n", max_size=60))
def test_only_strict_base64_of_a_pdf_is_a_pdf(text: str) -> None:
    paper = pdf.read(text)
    if paper.seen:
        assert paper.advice
    else:
        assert base64.b64encode(paper.content).decode()[: len(text) - 2] == text[:-2]
        assert paper.content.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("", "empty text"),
        ("null", "a word that stands for nothing"),
        ("   ", "only spaces"),
        (f"data:application/pdf;base64,{PDF}", "a data: URL"),
        (f"{PDF[:8]}\n{PDF[8:]}", "base64 with line breaks or spaces"),
        ("JVBERi0_-_8=", "base64 in the alphabet for URLs (- and _)"),
        ("JVBERi0", "base64 with wrong padding"),
        ("JVBERi0xL", "base64 of an impossible length"),
        ("JVBE*i0x", "text that is no base64"),
        (base64.b64encode(b"<!DOCTYPE html><p>").decode(), "base64 of an HTML page"),
        (base64.b64encode(b"PK\x03\x04....").decode(), "base64 of a ZIP file"),
        (base64.b64encode(PDF.encode()).decode(), "base64 of base64: it was encoded twice"),
    ],
)
def test_each_wrong_pdf_has_a_hint_of_its_own(text: str, seen: str) -> None:
    outcome = put({"instalmentCode": "REAL-01", "invoicePdf": text})
    assert broken(outcome) == ["IXP-21"]
    assert outcome.first.seen == seen
    assert outcome.first.advice


def test_a_pdf_of_ten_megabytes_is_taken_and_one_byte_more_is_not() -> None:
    padded = PAPER + b" " * (pdf.BYTES_MAX - len(PAPER))
    taken = put({"instalmentCode": "REAL-01", "invoicePdf": base64.b64encode(padded).decode()})
    assert isinstance(taken, Changed)
    assert taken.answer[0].pdf == padded
    outcome = put({"instalmentCode": "REAL-01", "invoicePdf": base64.b64encode(padded + b" ").decode()})
    assert broken(outcome) == ["IXP-35"]
    assert outcome.status == 413


@pytest.mark.parametrize(
    "code", ["BARE-01 ", " BARE-01", "bare-01", "BARE-０1", "BARE\u201001", "\u212aBARE-01", ""]
)
def test_codes_are_matched_byte_for_byte(code: str) -> None:
    outcome = put({"instalmentCode": code, "invoiceNumber": "D1"})
    assert broken(outcome) == ["IXP-20"]
    assert outcome.status == 404


def test_only_the_letters_a_to_z_are_folded_in_names() -> None:
    assert names.folded("INVOICENUMBER") == "invoicenumber"
    outcome = put({"instalmentCode": "BARE-01", "\u0130nvoiceNumber": "D1"})
    assert broken(outcome) == ["IXP-40"]


def test_every_mistake_is_reported_at_once_and_the_form_comes_first() -> None:
    body = [
        {"instalmentCode": "NONE-01", "invoiceNumber": "D1"},
        {"instalmentCode": "REAL-01", "invoiceNumber": "D1"},
        {"InstalmentCode": "BARE-01", "invoicenumber": "7", "InvoiceDueDate": "31-04-2025", "pdf": "x"},
    ]
    outcome = put(body)
    assert outcome.status == 400
    assert [(v.rule, v.at) for v in outcome.violations] == [
        ("IXP-39", "body.2.InvoiceDueDate"),
        ("IXP-21", "body.2.pdf"),
        ("IXP-20", "body.0.instalmentCode"),
        ("IXP-19", "body.1.invoiceNumber"),
    ]


def test_a_draft_and_its_invoice_may_come_in_one_array() -> None:
    real = {"instalmentCode": "BARE-01", "invoiceNumber": "9", "invoiceDueDate": "2017-06-01"}
    outcome = put([{"instalmentCode": "BARE-01", "invoiceNumber": "D9"}, real])
    assert isinstance(outcome, Changed)
    assert outcome.state.instalments["BARE-01"].invoice_number == "9"


def test_number_and_payment_may_come_together() -> None:
    body = {
        "instalmentCode": "BARE-01",
        "paymentNo": "B",
        "invoiceNumber": "9",
        "invoiceDueDate": "2017-06-01",
    }
    outcome = put(body)
    assert isinstance(outcome, Changed)
    assert status_of(outcome.answer[0], date(2017, 5, 5)) is Status.RECEIVED


def test_a_draft_that_is_taken_back_loses_due_date_and_pdf() -> None:
    drafted = put(
        {"instalmentCode": "BARE-01", "invoiceNumber": "D9", "invoiceDueDate": "2017-06-01", "pdf": PDF}
    )
    assert isinstance(drafted, Changed)
    outcome = put({"instalmentCode": "BARE-01", "invoiceNumber": ""}, drafted.state, LENIENT)
    assert isinstance(outcome, Changed)
    assert outcome.answer[0] == INSTALMENT


def test_a_cancelled_instalment_takes_nothing_new_but_bears_a_repetition() -> None:
    assert broken(put({"instalmentCode": "GONE-01", "invoiceNumber": "D1"})) == ["IXP-12"]
    lenient = put({"instalmentCode": "GONE-01", "invoiceNumber": "D1"}, under=LENIENT)
    assert isinstance(lenient, Changed)
    assert status_of(lenient.answer[0], date(2017, 5, 5)) is Status.CANCELLED
    assert isinstance(put({"instalmentCode": "GONE-01", "invoiceNumber": "D1"}, lenient.state), Changed)


@given(cents=st.integers(-(10**9), 10**9), parts=st.integers(1, 60))
@example(cents=10000, parts=3)
@example(cents=-10000, parts=3)
def test_parts_make_the_whole_and_only_the_last_differs(cents: int, parts: int) -> None:
    shares = money.divide(cents, parts=parts)
    assert sum(shares) == cents
    assert len(set(shares[:-1])) <= 1
    assert money.divide(-cents, parts=parts) == tuple(-share for share in shares)


@given(
    cents=st.integers(-(10**9), 10**9),
    percentage=st.sampled_from([Decimal(p) for p in ("0", "5.5", "6", "12", "21", "25")]),
)
def test_the_vat_of_a_credit_is_the_negative_of_the_invoice(cents: int, percentage: Decimal) -> None:
    vat = money.vat_cents(cents, percentage)
    assert money.vat_cents(-cents, percentage) == -vat
    assert abs(Decimal(vat) - cents * percentage / 100) <= Decimal("0.5")
