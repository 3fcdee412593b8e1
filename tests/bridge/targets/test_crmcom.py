"""Is CRM.COM asked in its own words, and is what its envelope says understood?"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixbridge.core.invoice import invoice_for
from ixbridge.core.keys import codes_of
from ixbridge.core.mapping import Settings, TaxRule, TaxRules
from ixbridge.core.mapping import System as Chosen
from ixbridge.core.model import Customer, Invoice
from ixbridge.core.parked import Parked, Reason
from ixbridge.core.steps import (
    AddRelation,
    By,
    CreateDocument,
    Creation,
    FindDocument,
    FindProduct,
    FindRelations,
    Page,
    ReadDocument,
)
from ixbridge.core.target import Target
from ixbridge.core.wire import Cause, Kind, No, NoReply, Reply, Request, Unknown, Yes
from ixbridge.targets.crmcom import TARGET, login_meaning, meaning_of, request_for, with_token
from support.instalments import a_line, an_instalment

CUSTOMER = Customer(1001, None, True, "Sponsor NV")
RATES = {"21": "High", "12": "Middle", "6": "Low", "0": "Zero"}
SHOWN: dict[str, Any] = {
    "id": "A" * 32,
    "number": "I00000498",
    "reference_number": "542",
    "life_cycle_state": "POSTED",
    "issued_on": "2026-04-01T10:00:00",
    "posted_on": "2026-04-01T00:00:00",
    "due_on": "2026-05-01T00:00:00",
    "total_amount": 121,
    "outstanding_amount": 121,
    "net_amount": 100,
    "tax_amount": 21,
    "vat_amount": 21,
    "back_office_code": "C-1",
    "invoice_item_set": [
        {"quantity": 1, "net_amount": 100, "vat_percentage": 21, "product": {"code": "SEAT"}}
    ],
}


def settings(**options: str) -> Settings:
    return Settings(
        target=Chosen("crmcom", options=options),
        tax=TaxRules({code: TaxRule(Decimal(code), name) for code, name in RATES.items()}),
    )


def target(**options: str) -> Target:
    return TARGET.chosen(options)


def made(*nets: tuple[int, str], **options: str) -> Invoice | Parked:
    lines = tuple(a_line(n, net, code=code) for n, (net, code) in enumerate(nets, 1))
    instalment = replace(an_instalment(lines), payment_term_days=30)
    return invoice_for(
        instalment,
        customer_number="401",
        products={},
        settings=settings(**options),
        target=target(**options),
    )


def invoice(**options: str) -> Invoice:
    found = made((10000, "21"), (5000, "6"), **options)
    assert isinstance(found, Invoice)
    return found


def body_of(of: Invoice, creation: Creation = Creation.TRANSACTION) -> dict[str, Any]:
    request = request_for(CreateDocument(of, creation))
    assert request.kind is Kind.CREATE_KEYED
    return dict(json.loads(request.body or b"", parse_float=Decimal))


def told(data: Any, code: str = "OK") -> Reply:
    status = {"code": code, "message": "", "description": ""}
    return Reply(200, {}, json.dumps({"status": status, "data": data}).encode())


# --- requests ---------------------------------------------------------------------------------


def test_the_instalment_code_is_the_key_byte_for_byte() -> None:
    body = body_of(invoice())
    assert body["back_office_code"] == invoice().code
    assert body["life_cycle_state"] == "POSTED" and body["posted_on"] == f"{invoice().date}T00:00:00"
    assert request_for(FindDocument("A/b&c=1")).query == {"invoice_identifier": "back_office_code=A/b&c=1"}


def test_a_draft_is_created_as_one_without_a_posting_date() -> None:
    body = body_of(invoice(), Creation.INVOICE_DRAFT)
    assert body["life_cycle_state"] == "DRAFT" and "posted_on" not in body


def test_an_item_has_the_final_amount_or_the_cost_and_never_both() -> None:
    items = body_of(invoice())["invoice_item_set"]
    assert [(each["sub_total"], "cost" in each) for each in items] == [
        (Decimal("121.00"), False),
        (53, False),
    ]
    items = body_of(invoice(amounts="cost"))["invoice_item_set"]
    assert [(each["cost"], "sub_total" in each) for each in items] == [(100, False), (50, False)]
    assert {each["quantity"] for each in items} == {1}
    assert [each["vat_rate_identifier"] for each in items] == [{"name": "High"}, {"name": "Low"}]


def test_type_category_and_text_are_those_of_the_settings() -> None:
    body = body_of(invoice(type="Season", category="Seats", line_text="udf_string_1"))
    assert body["type_identifier"] == {"name": "Season"} and body["category_identifier"] == {"name": "Seats"}
    assert all(each["udf_string_1"] for each in body["invoice_item_set"])


@given(
    nets=st.lists(st.tuples(st.integers(1, 90_000), st.sampled_from(sorted(RATES))), min_size=1, max_size=60),
    amounts=st.sampled_from(("sub_total", "cost")),
)
def test_what_is_sent_adds_up_to_the_total_or_nothing_is_sent(
    nets: list[tuple[int, str]], amounts: str
) -> None:
    found = made(*nets, amounts=amounts)
    if isinstance(found, Parked):
        assert found.reason is Reason.TOTAL_NOT_REACHABLE
        return
    items = body_of(found)["invoice_item_set"]
    assert len(items) == len(nets), "every line is kept"
    total = Decimal(0)
    for item in items:
        if amounts == "sub_total":
            total += item["sub_total"]
            continue
        rate = {name: Decimal(code) for code, name in RATES.items()}[item["vat_rate_identifier"]["name"]]
        total += item["cost"] + (item["cost"] * rate / 100).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    assert total == Decimal(found.expected.gross_minor) / 100


def test_a_credit_or_a_negative_line_is_parked_before_anything_is_sent() -> None:
    found = made((10000, "21"), (-500, "21"))
    assert isinstance(found, Parked) and found.reason is Reason.NOT_EXPRESSIBLE


def test_a_code_that_is_too_long_for_the_key_is_parked_not_cut() -> None:
    instalment = an_instalment((a_line(1, 100, code="21"),))
    for length, usable in ((50, True), (51, False)):
        coded = replace(instalment, code="C" * length)
        found = invoice_for(coded, customer_number="401", products={}, settings=settings(), target=TARGET)
        assert isinstance(found, Invoice) is usable


@given(body=st.dictionaries(st.text(), st.integers() | st.text()), token=st.text("abc.-_", min_size=1))
def test_the_token_goes_into_the_body_and_changes_nothing_else(body: dict[str, Any], token: str) -> None:
    body.pop("token", None)
    request = Request("crmcom", "x", Kind.CREATE, "POST", "/", body=json.dumps(body).encode())
    assert json.loads(with_token(request, token).body or b"") == {"token": token, **body}
    read = with_token(request_for(FindDocument("C-1")), token)
    assert read.query == {"invoice_identifier": "back_office_code=C-1", "token": token} and read.body is None


# --- meanings ---------------------------------------------------------------------------------


def document(**changes: Any) -> Any:
    answer = meaning_of(FindDocument("C-1"), told({**SHOWN, **changes}))
    assert isinstance(answer, Yes), answer
    return answer.value[0]


def test_only_the_state_says_whether_a_document_counts() -> None:
    real = document()
    assert (real.number, real.draft_id, real.outstanding_minor) == ("I00000498", None, 12100)
    assert (real.date, real.due_date) == (date(2026, 4, 1), date(2026, 5, 1))
    draft = document(life_cycle_state="DRAFT", outstanding_amount=None)
    assert (draft.number, draft.draft_id, draft.outstanding_minor) == (None, "I00000498", None)
    rejected = document(life_cycle_state="REJECTED", outstanding_amount=0)
    assert (rejected.number, rejected.void) == (None, "rejected"), "a posting date is no sign of posting"
    assert document(life_cycle_state="CANCELLED").void == "cancelled"
    assert codes_of(real) == ("C-1",)


def test_a_draft_without_a_number_is_known_by_its_reference() -> None:
    assert document(life_cycle_state="DRAFT", number=None).draft_id == "542"


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("NOT_FOUND", Cause.NOT_FOUND),
        ("TOKEN_EXPIRED", Cause.CREDENTIALS),
        ("INVALID_TOKEN", Cause.CREDENTIALS),
        ("DUPLICATE_BACK_OFFICE_CODE", Cause.CONFLICT),
        ("INVALID_POSTING_DATE", Cause.INVALID),
        ("WHATEVER", Cause.INVALID),
    ],
)
def test_a_refusal_inside_200_is_a_refusal(code: str, cause: Cause) -> None:
    answer = meaning_of(CreateDocument(invoice(), Creation.TRANSACTION), told(None, code))
    assert isinstance(answer, No) and answer.cause is cause
    refused = meaning_of(AddRelation(CUSTOMER, None), told(None, code))
    assert isinstance(refused, No)


@pytest.mark.parametrize(
    "heard",
    [
        told(None, "SYSTEM_ERROR"),
        told(None),
        told({**SHOWN, "life_cycle_state": "DRAFT"}),
        told({**SHOWN, "life_cycle_state": "NEW"}),
        Reply(200, {}, b"{}"),
        Reply(200, {}, b""),
        Reply(502, {}, b"<html>"),
        NoReply(sent=True, reason="timeout"),
    ],
)
def test_any_other_answer_to_a_create_says_nothing(heard: Any) -> None:
    assert isinstance(meaning_of(CreateDocument(invoice(), Creation.TRANSACTION), heard), Unknown)


@pytest.mark.parametrize(
    ("status", "code", "cause"),
    [
        (400, "DUPLICATE_BACK_OFFICE_CODE", Cause.CONFLICT),
        (400, "WHATEVER", Cause.INVALID),
        (401, "WHATEVER", Cause.CREDENTIALS),
        (429, "WHATEVER", Cause.LIMITED),
        (404, "RESOURCE_NOT_FOUND", Cause.NOT_FOUND),
    ],
)
def test_a_refusal_with_a_status_of_its_own_is_one_too(status: int, code: str, cause: Cause) -> None:
    answer = meaning_of(
        CreateDocument(invoice(), Creation.TRANSACTION), replace(told(None, code), status=status)
    )
    assert isinstance(answer, No) and answer.cause is cause


def test_not_found_is_an_answer_to_a_lookup() -> None:
    no = told(None, "NOT_FOUND")
    assert meaning_of(FindDocument("C-1"), no) == Yes(())
    assert meaning_of(ReadDocument("I1", with_pdf=False), no) == Yes(())
    assert meaning_of(FindProduct("SEAT"), no) == Yes(())
    assert meaning_of(FindRelations(By.NAME, "x"), no) == Yes(Page((), None))


def test_another_document_than_the_one_that_was_asked_for_is_not_taken() -> None:
    assert isinstance(meaning_of(FindDocument("C-2"), told(SHOWN)), No)
    draft = told({**SHOWN, "life_cycle_state": "DRAFT"})
    assert meaning_of(ReadDocument("I00000498", with_pdf=False), draft) == Yes(())


def test_a_refused_login_speaks_of_the_credentials() -> None:
    for code in ("INVALID_CREDENTIALS", "INVALID_PARAMETER", "NOT_FOUND"):
        refused = login_meaning(told(None, code))
        assert isinstance(refused, No) and refused.cause is Cause.CREDENTIALS
    assert login_meaning(told({"token": "a.b"})) == Yes(("a.b", 7200.0))
