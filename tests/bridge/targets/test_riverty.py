"""Is Riverty asked in its own words, and does a receipt stay a receipt?"""

from __future__ import annotations

import json
import time
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ixbridge.core import keys
from ixbridge.core.model import Address, Contact, Customer, Invoice, InvoiceLine, Totals
from ixbridge.core.policy import policy_of
from ixbridge.core.steps import CreateDocument, Creation, FetchDocument, RegisterCallback, RequestInvoice
from ixbridge.core.wire import Cause, Heard, Kind, No, NoReply, Reply, Unknown, Yes
from ixbridge.shell.auth import ApiKey
from ixbridge.shell.config import ConfigError, settings_in
from ixbridge.shell.transport import PacedEach
from ixbridge.targets.riverty import (
    LIMITS,
    TARGET,
    for_business,
    meaning_of,
    request_for,
)
from ixbridge.targets.riverty_documents import DESCRIPTION_MAX, shortened
from ixbridge.targets.riverty_notices import notices_in
from support.bridging import StillClock
from support.notices import invoice_made

RECEIPT = "23c9579b-baaf-468f-a529-f876226e183c"
PLACE = Address(street="Stadionlaan", house_number="55", box="b2", postal_code="2018", city="Antwerpen",
                country_code="be")  # fmt: skip
COMPANY = Customer(
    1001, None, True, "Janssens NV", vat_number="BE0123456789", language="NL", email="in@janssens.example",
    addresses=(PLACE,), contacts=(Contact("An", "Peeters", is_default=True),),
)  # fmt: skip
PERSON = Customer(
    1002, None, False, "", first_name="Lotte", last_name="Peeters", language="fr-BE", email="no mail",
    addresses=(PLACE,),
)  # fmt: skip


def line(gross: int = 12100, net: int = 10000, pc: str = "21", text: str = "Seat") -> InvoiceLine:
    return InvoiceLine(text, net, gross, Decimal(pc), None, None, None, product_code="SEAT")


def invoice(*lines: InvoiceLine, **changes: Any) -> Invoice:
    lines = lines or (line(),)
    net, gross = sum(each.net_minor for each in lines), sum(each.gross_minor for each in lines)
    values: dict[str, Any] = {
        "code": "C-1", "date": date(2026, 4, 1), "currency": "EUR", "customer_number": "IX1001", "lines": lines,
        "expected": Totals(net, gross - net, gross), "notes": "", "due_date": date(2026, 5, 1),
        "options": {"supplying_country": "BE", "order_type": "DIGITAL_GOODS"},
    }  # fmt: skip
    return Invoice(**{**values, **changes})


def order(made: Invoice | None = None, customer: Customer = COMPANY) -> CreateDocument:
    return CreateDocument(made or invoice(), Creation.TRANSACTION, customer, "ABCDEFGH23456789", "id-1")


BILL = RequestInvoice(
    "IX1001", "ABCDEFGH23456789", "IXABCDEFGH23456789", "id-2", date(2026, 4, 1), date(2026, 5, 1), 3,
    {"carrier": "iXpole"},
)  # fmt: skip


def body_of(step: Any) -> Any:
    return json.loads(request_for(step).body or b"", parse_float=Decimal)


# --- requests ---------------------------------------------------------------------------------


def test_an_order_carries_customer_and_prices() -> None:
    request = request_for(order())
    assert request.path == "/accounting/v1/businesses/-/customers/IX1001/orders"
    assert request.headers == {"X-Request-ID": "id-1"} and request.kind is Kind.CREATE_KEYED
    assert body_of(order()) == {
        "orderReference": "ABCDEFGH23456789", "orderDate": "2026-04-01", "orderType": "DIGITAL_GOODS",
        "orderChannel": "ECOM", "currency": "EUR", "supplyingCountry": "BE",
        "billToAddress": {
            "lastName": "Janssens NV", "careOf": "An Peeters", "street": "Stadionlaan", "streetNumber": "55 b2",
            "postalCode": "2018", "postalPlace": "Antwerpen", "countryCode": "BE", "language": "nl",
            "email": "in@janssens.example", "taxIdentificationNumber": "BE0123456789",
        },
        "items": [
            {
                "orderItemReference": 1, "description": "Seat", "productId": "SEAT", "quantity": 1,
                "grossUnitPrice": Decimal("121.00"), "vatPercent": 21, "vatAmount": Decimal("21.00"),
                "vatType": "NORMAL", "positionType": "SALES_ARTICLE",
            }
        ],
    }  # fmt: skip


def test_a_person_has_two_names_and_a_language_in_lower_case() -> None:
    told = body_of(order(customer=PERSON))["billToAddress"]
    assert (told["firstName"], told["lastName"], told["language"]) == ("Lotte", "Peeters", "fr")
    assert "email" not in told and "careOf" not in told, "what the first gate would refuse is left out"


def test_an_invoice_names_all_lines_and_no_price() -> None:
    request = request_for(BILL)
    assert request.path == "/accounting/v1/businesses/-/customers/IX1001/orders/ABCDEFGH23456789/invoices"
    assert request.headers == {"X-Request-ID": "id-2"}
    assert body_of(BILL) == {
        "invoiceReference": "IXABCDEFGH23456789", "invoiceDate": "2026-04-01", "dueDate": "2026-05-01",
        "dispatchDate": "2026-04-01", "shipmentReference": "ABCDEFGH23456789", "carrier": "iXpole",
        "trackingCode": "ABCDEFGH23456789",
        "items": [{"orderItemReference": 1}, {"orderItemReference": 2}, {"orderItemReference": 3}],
    }  # fmt: skip


def test_the_business_and_the_key_are_put_in_last_and_the_id_stays() -> None:
    signed = for_business(ApiKey({"X-Subscription-Key": "k"}).signed(request_for(BILL)), "10/0")
    assert signed.path.startswith("/accounting/v1/businesses/10%2F0/customers/IX1001/")
    assert signed.headers == {"X-Request-ID": "id-2", "X-Subscription-Key": "k"}


def test_a_payment_method_goes_along_where_one_is_named() -> None:
    options = {**invoice().options, "payment_method": "Bancontact"}
    assert body_of(order(invoice(options=options)))["paymentReference"] == {"paymentMethodName": "Bancontact"}


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), min_size=1, max_size=30))
@example([(1, 0), (0, 0)])
def test_the_amounts_that_are_sent_make_the_total(amounts: list[tuple[int, int]]) -> None:
    lines = tuple(line(net + vat, net) for net, vat in amounts)
    items = body_of(order(invoice(*lines)))["items"]
    gross = sum(Decimal(each["grossUnitPrice"]) * each["quantity"] for each in items)
    vat = sum(Decimal(each["vatAmount"]) * each["quantity"] for each in items)
    assert int(gross * 100) == sum(sum(pair) for pair in amounts)
    assert int(vat * 100) == sum(pair[1] for pair in amounts)
    assert [each["orderItemReference"] for each in items] == list(range(1, len(amounts) + 1))


@given(st.text(max_size=200))
def test_a_description_fits_and_is_never_empty(text: str) -> None:
    (item,) = body_of(order(invoice(line(text=text))))["items"]
    assert 0 < len(item["description"]) <= DESCRIPTION_MAX
    assert text.startswith(shortened(text).removesuffix("…"))


# --- keys -------------------------------------------------------------------------------------


@given(st.sets(st.tuples(st.text(max_size=6), st.text(min_size=1, max_size=120)), min_size=2, max_size=20))
@example({("", "C-1"), ("C", "-1"), ("C-", "1"), ("", "c-1"), ("", "C-1 ")})
def test_references_fit_and_two_instalments_never_share_one(codes: set[tuple[str, str]]) -> None:
    codes = {(tenant.replace("\0", ""), code) for tenant, code in codes}
    references = {each: keys.order_reference(*each) for each in codes}
    assert len(set(references.values())) == len(codes)
    for reference in references.values():
        assert len(reference) == 16 and reference.isascii() and reference.isalnum()
        assert len(f"IX{reference}") <= 30
    ids = {keys.request_id(*each, step) for each in codes for step in ("order", "invoice")}
    assert len(ids) == 2 * len(codes), "an id for both steps would lose the invoice (RIV-18)"


def test_ids_are_uuids_and_never_change() -> None:
    assert keys.order_reference("", "C-1") == "XJYMHIAHQ5OWXFUG"
    assert keys.request_id("", "C-1", "order") == "46b54e92-9396-8170-9393-96db5b9b48c1"


# --- dates ------------------------------------------------------------------------------------

NIGHTS = (date(2026, 3, 29), date(2026, 10, 25), date(2025, 12, 31), date(2024, 2, 29))


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/Anchorage", "Europe/Brussels"])
def test_a_day_stays_the_same_day_in_every_time_zone(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        for day in NIGHTS:
            assert body_of(order(invoice(date=day)))["orderDate"] == day.isoformat()
            assert body_of(replaced(day))["dueDate"] == (day + timedelta(days=1)).isoformat()
            (made,) = notices_in(
                invoice_made("A1", "R7", dueDate=f"{day.isoformat()}T00:00:00.0000000+00:00")
            )
            assert made.due == day
    finally:
        monkeypatch.undo()
        time.tzset()


def replaced(day: date) -> RequestInvoice:
    return RequestInvoice("IX1", "A", "IXA", "id", day, day + timedelta(days=1), 1)


# --- meanings ---------------------------------------------------------------------------------


def said(status: int, body: Any) -> Reply:
    return Reply(status, {}, body if isinstance(body, bytes) else json.dumps(body).encode())


def test_a_receipt_is_no_invoice() -> None:
    answer = meaning_of(order(), said(200, {"internalRequestId": RECEIPT}))
    assert isinstance(answer, Yes)
    assert (answer.value.number, answer.value.draft_id, answer.value.reference) == (
        None,
        "ABCDEFGH23456789",
        RECEIPT,
    )
    assert meaning_of(BILL, said(200, {"internalRequestId": RECEIPT})) == Yes(RECEIPT)


@pytest.mark.parametrize(
    "heard",
    [
        said(200, {}),
        said(200, {"internalRequestId": "no uuid"}),
        said(200, {"internalRequestId": None}),
        said(200, []),
        said(200, b""),
        said(200, b"<html>"),
        said(500, {"title": "InternalServerError"}),
        said(503, b""),
        NoReply(sent=True, reason="timeout"),
    ],
)
@pytest.mark.parametrize("step", [order(), BILL], ids=["order", "invoice"])
def test_any_other_answer_says_nothing(step: Any, heard: Heard) -> None:
    assert isinstance(meaning_of(step, heard), Unknown)


@pytest.mark.parametrize(
    ("status", "cause"),
    [(400, Cause.INVALID), (401, Cause.CREDENTIALS), (404, Cause.NOT_FOUND), (429, Cause.LIMITED)],
)
def test_the_first_gate_says_no(status: int, cause: Cause) -> None:
    body = {"type": "RequestBody", "title": "IncorrectMessage", "code": status, "description": "Path:items"}
    answer = meaning_of(BILL, said(status, body))
    assert isinstance(answer, No) and answer.cause is cause and "Path:items" in answer.reason


def test_a_document_is_a_pdf_and_nothing_else() -> None:
    step = FetchDocument("7f0d5a4e-3c1b-4f7e-9a52-0c4d8e6b1a90")
    request = request_for(step)
    assert request.path == f"/documents/v1/S/{step.key}" and request.headers == {"Accept": "application/pdf"}
    assert request.pdf and request.kind is Kind.READ
    whole = b"%PDF-1.4 ... startxref 9 %%EOF\n"
    assert meaning_of(step, said(200, whole)) == Yes(whole)
    for body in (b"", b"<html>", b"{}", whole[: len(whole) // 2], b"%PDF-1.4 %%EOF" + bytes(2000)):
        refused = meaning_of(step, said(200, body))
        assert isinstance(refused, No) and refused.cause is Cause.UNREADABLE


def test_a_callback_is_registered_for_what_is_read() -> None:
    step = RegisterCallback("https://bridge.example/hook")
    assert body_of(step)["notificationTypes"][0] == "accounting/EDIErrorSent"
    assert meaning_of(step, said(200, {"callbackUrl": step.url, "id": "x"})) == Yes("x")
    assert isinstance(meaning_of(step, said(200, {"callbackUrl": "https://other.example"})), Unknown)


# --- settings and pace ------------------------------------------------------------------------

LEAST = 'tax: {codes: {"21": {percentage: 21}}}\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("target: {system: riverty, supplying_country: Belgium}", "expected two capitals such as BE"),
        ("target: {system: riverty, due_days: soon}", "expected a number of days"),
        ("target: {system: riverty, invoices_by: us}", "expected service or client"),
        ("target: {system: riverty, invoices_by: client}", "set `series: own` and `start`"),
        ("target: {system: riverty}\nnumbers: {series: own, start: 1}", "set `target.invoices_by: client`"),
        ("target: {system: riverty}\nproducts: {create: true}", "the bridge makes no products in Riverty"),
        ("target: {system: riverty, subscription_key: x}", "secrets do not belong in this file"),
    ],
)
def test_a_mistake_in_its_section_is_told(text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        settings_in(LEAST + text)
    assert words in str(caught.value)


def test_who_makes_the_invoices_decides_about_the_numbers() -> None:
    own = settings_in(
        LEAST + "target: {system: riverty, invoices_by: client}\nnumbers: {series: own, start: 7}"
    )
    assert policy_of(own, target=TARGET).target.takes_numbers and own.numbers.start == 7
    assert not policy_of(settings_in(LEAST + "target: {system: riverty}"), target=TARGET).target.takes_numbers


def test_ten_documents_a_second_and_no_more() -> None:
    clock, moments = StillClock(), []

    class Wire:
        def send(self, request: Any, /) -> Heard:
            moments.append(clock.passed_s)
            return said(200, b"%PDF-")

    paced = PacedEach(Wire(), clock, LIMITS)
    for _ in range(50):
        paced.send(request_for(BILL))
    assert clock.passed_s == 0
    for _ in range(35):
        paced.send(request_for(FetchDocument("a")))
    fetched = moments[50:]
    assert all(after - before > 1 for before, after in zip(fetched, fetched[10:], strict=False))
