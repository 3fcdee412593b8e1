"""Is iXpole asked as documented, and are its answers read strictly and exactly?"""

from __future__ import annotations

import base64
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixbridge.core.model import Instalment
from ixbridge.core.steps import (
    ReadCustomer,
    ReadInstalments,
    ReadProduct,
    Step,
    Unusable,
    WriteCustomerCode,
    WriteDraft,
    WriteInvoice,
    WritePayment,
)
from ixbridge.core.wire import Cause, Kind, No, NoReply, Outcome, Reply, Unknown, Yes
from ixbridge.sources import ixpole
from support.bridging import PRODUCT, customer, instalment

WRITES: list[Step[None]] = [
    WriteCustomerCode(1001, "7"),
    WriteDraft("C-1", "D7"),
    WriteInvoice("C-1", "7", date(2026, 5, 1), b"%PDF-"),
    WritePayment("C-1", "P-7"),
]
READS: list[Step[Any]] = [ReadInstalments(), ReadCustomer(1001), ReadProduct(501)]


def reply(status: int, body: Any = None, **headers: str) -> Reply:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, content)


def listed(*items: Any) -> tuple[Any, ...]:
    outcome = ixpole.meaning_of(ReadInstalments(), reply(200, list(items)))
    assert isinstance(outcome, Yes), outcome
    return outcome.value


# --- requests ---------------------------------------------------------------------------------


def test_customers_are_read_in_the_singular_and_written_in_the_plural() -> None:
    assert ixpole.request_for(ReadCustomer(1001)).path == "/api/customer/1001"
    request = ixpole.request_for(WriteCustomerCode(1001, "7"))
    assert (request.method, request.path, request.body) == (
        "PATCH",
        "/api/customers/1001",
        b'{"customerCode":"7"}',
    )


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (WriteDraft("C-1", "D7"), {"instalmentCode": "C-1", "invoiceNumber": "D7"}),
        (
            WriteInvoice("C-1", "7", date(2026, 5, 1), b"%PDF-"),
            {
                "instalmentCode": "C-1",
                "invoiceNumber": "7",
                "invoiceDueDate": "2026-05-01",
                "invoicePdf": base64.b64encode(b"%PDF-").decode(),
            },
        ),
        (WritePayment("C-1", "P-7"), {"instalmentCode": "C-1", "paymentNo": "P-7"}),
    ],
)
def test_each_write_back_is_the_same_put_with_only_what_has_changed(
    step: Step[None], said: dict[str, str]
) -> None:
    request = ixpole.request_for(step)
    assert (request.method, request.path, request.kind) == ("PUT", "/api/instalments", Kind.WRITE)
    assert json.loads(request.body or b"") == said


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50))
def test_the_code_is_written_byte_for_byte(code: str) -> None:
    body = ixpole.request_for(WriteDraft(code, "D1")).body or b""
    assert json.loads(body.decode())["instalmentCode"] == code


def test_the_token_request_shows_its_secret_to_nobody_but_the_server() -> None:
    request = ixpole.token_request("me & you", "s3cret=")
    assert request.body == b"grant_type=client_credentials&client_id=me+%26+you&client_secret=s3cret%3D"
    assert request.content_type == "application/x-www-form-urlencoded"


# --- the token --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heard", "meaning"),
    [
        (reply(200, {"access_token": "a.b", "token_type": "bearer", "expires_in": 3600}), Yes(("a.b", 3600))),
        (reply(400, {"error": "invalid_client"}), No(Cause.CREDENTIALS, "HTTP 400: invalid_client")),
        (reply(503, b""), No(Cause.UNAVAILABLE, "HTTP 503: no message")),
        (NoReply(sent=False, reason="refused"), No(Cause.NOT_SENT, "refused")),
    ],
)
def test_what_the_token_endpoint_says(heard: Any, meaning: Any) -> None:
    assert ixpole.token_meaning(heard) == meaning


@pytest.mark.parametrize(
    "body",
    [
        {"access_token": "", "expires_in": 1},
        {"access_token": "two\r\nX-Evil: 1", "expires_in": 1},
        {"access_token": "a", "token_type": "mac", "expires_in": 1},
        {"access_token": "a"},
        [],
    ],
)
def test_a_token_that_is_none_is_not_used(body: Any) -> None:
    outcome = ixpole.token_meaning(reply(200, body))
    assert isinstance(outcome, No) and outcome.cause is Cause.UNREADABLE


# --- what answers mean ------------------------------------------------------------------------


def meaning(step: Step[Any], heard: Any) -> Outcome[Any]:
    return ixpole.meaning_of(step, heard)


@pytest.mark.parametrize("step", WRITES)
@pytest.mark.parametrize("heard", [reply(204, b""), reply(200, b" \n"), reply(200, {})])
def test_a_write_is_done_whatever_good_answer_comes(step: Step[None], heard: Reply) -> None:
    assert meaning(step, heard) == Yes(None)


@pytest.mark.parametrize("step", WRITES)
@pytest.mark.parametrize(
    "heard",
    [
        reply(200, b"<html>"),
        reply(200, b"[]"),
        reply(200, {"instalmentCode": "C-2", "customerCode": "8"}),
        reply(500, {"Message": "An error has occurred."}),
        reply(418, b""),
        NoReply(sent=True, reason="timeout"),
    ],
)
def test_a_write_whose_answer_says_nothing_is_unknown(step: Step[None], heard: Any) -> None:
    assert isinstance(meaning(step, heard), Unknown)


@pytest.mark.parametrize("step", READS)
@pytest.mark.parametrize(
    ("heard", "cause"),
    [
        (NoReply(sent=True, reason="timeout"), Cause.UNAVAILABLE),
        (NoReply(sent=False, reason="refused"), Cause.NOT_SENT),
        (reply(500, b""), Cause.UNAVAILABLE),
        (reply(200, b"<html>"), Cause.UNREADABLE),
        (reply(200, b"12"), Cause.UNREADABLE),
        (reply(200, b"[" * 100_000), Cause.UNREADABLE),
        (reply(200, b'{"customerId": NaN}'), Cause.UNREADABLE),
        (reply(200, b"\xff\xfe"), Cause.UNREADABLE),
        (reply(204, b""), Cause.UNREADABLE),
        (reply(302, b""), Cause.REDIRECT),
        (reply(401, {"Message": "denied"}), Cause.CREDENTIALS),
        (reply(403, b""), Cause.CREDENTIALS),
        (reply(404, b""), Cause.NOT_FOUND),
        (reply(429, b""), Cause.LIMITED),
    ],
)
def test_a_failed_read_is_never_an_empty_one(step: Step[Any], heard: Any, cause: Cause) -> None:
    outcome = meaning(step, heard)
    assert isinstance(outcome, No) and outcome.cause is cause


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "7"}, 7.0),
        ({"retry_after": "0"}, 0.0),
        ({"retry_after": "99999999"}, 3600.0),
        ({"retry_after": "-5"}, None),
        ({"retry_after": "soon"}, None),
        ({}, None),
        ({"retry_after": "Wed, 15 Apr 2026 09:01:00 GMT", "date": "Wed, 15 Apr 2026 09:00:00 GMT"}, 60.0),
        ({"retry_after": "Wed, 15 Apr 2026 08:00:00 GMT", "date": "Wed, 15 Apr 2026 09:00:00 GMT"}, 0.0),
        ({"retry_after": "Wed, 15 Apr 2026 09:01:00 GMT"}, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_bounded(headers: dict[str, str], seconds: float | None) -> None:
    outcome = meaning(ReadInstalments(), reply(429, b"", **headers))
    assert isinstance(outcome, No) and outcome.retry_after_s == seconds


def test_a_refusal_is_told_in_iXpoles_own_words() -> None:
    body = {"Message": "The request is invalid.", "ModelState": {"invoiceDueDate": ["no date"]}}
    outcome = meaning(WRITES[2], reply(400, body))
    assert outcome == No(Cause.INVALID, "HTTP 400: The request is invalid.; invoiceDueDate: no date")


def test_a_customer_of_another_id_is_not_taken() -> None:
    outcome = meaning(ReadCustomer(1), reply(200, customer(2)))
    assert isinstance(outcome, No) and outcome.cause is Cause.UNREADABLE


def test_a_product_and_a_customer_are_read() -> None:
    found = meaning(ReadProduct(501), reply(200, PRODUCT))
    assert isinstance(found, Yes) and (found.value.group, found.value.price_minor) == ("Seats", 10000)
    found = meaning(ReadCustomer(1001), reply(200, customer(email="a@b.example")))
    assert isinstance(found, Yes) and found.value.code is None and found.value.email == "a@b.example"


# --- instalments ------------------------------------------------------------------------------


@given(st.integers(-(10**12), 10**12), st.sampled_from([0, 6, 12, 21]))
def test_every_amount_is_read_to_the_cent(net: int, percentage: int) -> None:
    body = json.dumps([instalment("C-1")])
    sign, digits = "-" if net < 0 else "", str(abs(net)).rjust(3, "0")
    text = f"{sign}{digits[:-2]}.{digits[-2:]}"
    body = body.replace('"amountExclVat": 100.0', f'"amountExclVat": {text}')
    outcome = ixpole.meaning_of(ReadInstalments(), reply(200, body.encode()))
    assert isinstance(outcome, Yes)
    (found,) = outcome.value
    assert isinstance(found, Instalment)
    assert found.net_minor == found.lines[0].net_minor == net


def test_names_are_found_however_they_are_cased() -> None:
    item = instalment("C-1")
    item["InstalmentCode"] = item.pop("instalmentCode")
    item["AMOUNTINCLVAT"] = item.pop("amountInclVat")
    (found,) = listed(item)
    assert isinstance(found, Instalment) and (found.code, found.gross_minor) == ("C-1", 12100)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("instalmentDate", "2026-02-30"),
        ("instalmentDate", "01-04-2026"),
        ("instalmentDate", None),
        ("amountExclVat", "100.00"),
        ("amountExclVat", None),
        ("amountExclVat", True),
        ("amountExclVat", 100.005),
        ("amountInclVat", 1e30),
        ("currency", "XYZ"),
        ("customer", None),
        ("customer", {"customerId": "1001"}),
        ("lines", {"a": 1}),
        ("lines", [None]),
        ("lines", [{}]),
        ("type", "Donation"),
        ("invoiceReference", 5),
        ("invoiceReference", "x" * 70_000),
    ],
)
def test_a_bad_instalment_is_set_aside_alone(name: str, value: Any) -> None:
    good, bad = instalment("C-1"), {**instalment("C-2"), name: value}
    first, second = listed(good, bad)
    assert isinstance(first, Instalment)
    assert isinstance(second, Unusable) and second.code == "C-2"
    assert name.casefold() in second.reason.casefold() or "currency" in second.reason


@pytest.mark.parametrize("item", [None, 5, [], {}, {"instalmentCode": ""}, {"instalmentCode": 7}])
def test_an_item_without_a_code_is_known_by_its_place(item: Any) -> None:
    found = listed(instalment("C-1"), item)
    assert [each.code for each in found] == ["C-1", "#2"]


def test_two_instalments_of_one_code_are_both_set_aside() -> None:
    found = listed(instalment("C-1"), instalment("C-2"), instalment("C-1"))
    assert [(each.code, type(each)) for each in found] == [("C-1", Unusable), ("C-2", Instalment)]


def test_the_same_member_twice_makes_the_list_unreadable() -> None:
    body = b'[{"instalmentCode": "C-1", "instalmentCode": "C-2"}]'
    outcome = meaning(ReadInstalments(), reply(200, body))
    assert isinstance(outcome, No) and "same key twice" in outcome.reason


def test_a_date_with_a_time_keeps_its_day() -> None:
    (found,) = listed({**instalment("C-1"), "instalmentDate": "2026-03-29T00:30:00"})
    assert isinstance(found, Instalment) and found.date == date(2026, 3, 29)


def test_what_mode_rules_and_templates_ask_for_is_read() -> None:
    sale = {"contractNumber": "S-1", "saleType": "Event", "isBarter": True, "creditedInstalmentCode": None}
    (found,) = listed({**instalment("C-1"), "season": {"seasonId": 12, "name": "2025-2026"}, "sale": sale})
    assert (found.season, found.sale_type, found.contract_number) == ("2025-2026", "Event", "S-1")
    assert (found.is_barter, found.credited_code) == (True, None)


@pytest.mark.parametrize("absent", [{}, {"season": None, "sale": None}])
def test_an_instalment_without_season_and_sale_is_taken(absent: dict[str, Any]) -> None:
    (found,) = listed({**instalment("C-1"), **absent})
    assert isinstance(found, Instalment)
    assert (found.season, found.sale_type) == ("", "")


def test_quantities_stay_exact() -> None:
    item = instalment("C-1")
    body = json.dumps([item]).replace('"quantity": 1', '"quantity": 0.1')
    outcome = ixpole.meaning_of(ReadInstalments(), reply(200, body.encode()))
    assert isinstance(outcome, Yes)
    (found,) = outcome.value
    assert isinstance(found, Instalment) and found.lines[0].quantity == Decimal("0.1")
