"""Is Silvasoft asked as documented, and is nothing read into its answers?"""

from __future__ import annotations

import base64
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixbridge.core.model import Address, Contact, Customer, Invoice, InvoiceLine, Product, Totals, VatRate
from ixbridge.core.steps import (
    AddProduct,
    AddRelation,
    Article,
    By,
    CreateDocument,
    Creation,
    FindProduct,
    FindRelations,
    ListDocuments,
    Page,
    ReadDocument,
    Shelf,
    Step,
)
from ixbridge.core.wire import Cause, Kind, No, NoReply, Reply, Unknown, Yes
from ixbridge.targets import silvasoft
from support.bridging import PDF

LINE = InvoiceLine("Seats", 37164, 44968, Decimal(21), None, "8000", "VIP", product_code="SEAT", merged=(1,))
INVOICE = Invoice(
    "C-1",
    date(2017, 5, 5),
    "EUR",
    "1",
    (LINE,),
    Totals(37164, 7804, 44968),
    "Season [iX:C-1]",
    reference="PO 1",
)
DOCUMENT = {
    "InvoiceNumber": 2,
    "InvoiceReference": "",
    "InvoiceDate": "05-05-2017",
    "InvoiceDueDate": "26-05-2017",
    "InvoiceNotes": "Season [iX:C-1]",
    "CustomerNumber": 1,
    "InvoiceTotalExclTax": 371.64,
    "InvoiceTaxAmount": 78.04,
    "InvoiceTotalInclTax": 449.68,
    "InvoiceOutstandingAmount": 449.68,
}
ORDER = {
    "OrderNumber": 12,
    "OrderDate": "05-05-2017",
    "OrderNotes": "Season [iX:C-1]",
    "OrderReference": "",
    "CustomerNumber": 1,
    "OrderTotalExclTax": 371.64,
    "OrderTotalInclTax": 449.68,
}
BUSINESS = Customer(
    1001,
    None,
    True,
    "Janssens NV",
    vat_number="BE 0123.456.749",
    email="info@janssens.example",
    addresses=(
        Address("Office", True, "Kerkstraat", "1"),
        Address("Billing", False, "Voorbeeldstraat", "55"),
    ),
    contacts=(Contact("Hendrik", "Janssens", gender="Male", is_default=True),),
)
PERSON = Customer(
    1002, None, False, "Lotte Peeters", first_name="Lotte", last_name="Peeters", email="l@p.example"
)
PRODUCT = Product(501, "SEAT", "Seat", VatRate("21", Decimal(21)), 10000)


def create(creation: Creation = Creation.TRANSACTION, invoice: Invoice = INVOICE) -> CreateDocument:
    return CreateDocument(invoice, creation)


def reply(status: int, body: Any = None) -> Reply:
    return Reply(status, {}, body if isinstance(body, bytes) else json.dumps(body).encode())


def body_of(step: Step[Any]) -> Any:
    return json.loads(silvasoft.request_for(step).body or b"", parse_float=Decimal)


def value(step: Step[Any], body: Any) -> Any:
    outcome = silvasoft.meaning_of(step, reply(200, body))
    assert isinstance(outcome, Yes), outcome
    return outcome.value


# --- requests ---------------------------------------------------------------------------------


def test_a_transaction_is_sent_as_documented() -> None:
    request = silvasoft.request_for(create())
    assert (request.method, request.path, request.kind) == ("POST", "/rest/addsalestransaction/", Kind.CREATE)
    assert request.body == (
        b'{"CustomerNumber":1,"InvoiceDate":"05-05-2017","InvoiceNotes":"Season [iX:C-1]",'
        b'"Invoice_InvoiceLine":[{"TaxPc":21,"SubTotalInclTax":449.68,"Description":"Seats",'
        b'"LedgerAccountNumber":"8000","CostCenter":"VIP"}]}'
    )


def test_an_own_number_is_sent_and_makes_the_create_enforced() -> None:
    step = create(invoice=Invoice(**{**_fields(INVOICE), "number": "700"}))
    assert silvasoft.request_for(step).kind is Kind.CREATE_KEYED
    assert body_of(step)["InvoiceNumber"] == 700


def test_a_draft_names_its_articles() -> None:
    body = body_of(create(Creation.INVOICE_DRAFT))
    assert (body["AddAsDraft"], body["InvoiceReference"]) == (True, "PO 1")
    (line,) = body["Invoice_InvoiceLine"]
    assert (line["ProductNumber"], line["Quantity"], line["SubTotalInclTax"]) == (
        "SEAT",
        1,
        Decimal("449.68"),
    )


def test_an_order_carries_prices_without_tax() -> None:
    body = body_of(create(Creation.ORDER))
    (line,) = body["Order_Orderline"]
    assert (line["UnitPriceExclTax"], line["TaxPc"], body["OrderNotes"]) == (
        Decimal("371.64"),
        21,
        INVOICE.notes,
    )


@given(st.integers(-(10**12), 10**12))
def test_an_amount_goes_out_as_a_number_of_two_decimals(gross: int) -> None:
    line = InvoiceLine("x", gross, gross, Decimal(0), None, None, None)
    body = (
        silvasoft.request_for(create(invoice=Invoice(**{**_fields(INVOICE), "lines": (line,)}))).body or b""
    )
    (sent,) = json.loads(body, parse_float=Decimal)["Invoice_InvoiceLine"]
    assert sent["SubTotalInclTax"] * 100 == gross
    assert str(sent["SubTotalInclTax"])[-3] == "."


def test_a_tax_code_goes_alone() -> None:
    line = InvoiceLine("x", 100, 121, Decimal(21), "21.0% - high", None, None)
    (sent,) = body_of(create(invoice=Invoice(**{**_fields(INVOICE), "lines": (line,)})))[
        "Invoice_InvoiceLine"
    ]
    assert sent["TaxCode"] == "21.0% - high" and "TaxPc" not in sent


def test_a_new_business_does_not_stop_at_a_shared_email_or_name() -> None:
    request = silvasoft.request_for(AddRelation(BUSINESS, None))
    assert request.path == "/rest/addbusinessrelation/" and request.kind is Kind.CREATE
    body = json.loads(request.body or b"")
    assert body["OnExistingRelationEmail"] == body["OnExistingRelationName"] == "CONTINUE"
    assert body["OnExistingRelationNumber"] == "ABORT" and "CustomerNumber" not in body
    assert (body["Address_Street"], body["TaxIdentificationNumber"]) == ("Voorbeeldstraat", "0123456749")
    assert body["Relation_Contact"] == [{"FirstName": "Hendrik", "LastName": "Janssens", "Sex": "Man"}]


def test_a_new_person_is_named_by_the_contact() -> None:
    request = silvasoft.request_for(AddRelation(PERSON, "42"))
    assert request.path == "/rest/addprivaterelation/" and request.kind is Kind.CREATE_KEYED
    body = json.loads(request.body or b"")
    assert body["CustomerNumber"] == 42 and "Name" not in body
    assert body["Relation_Contact"][0]["LastName"] == "Peeters"


def test_lists_are_asked_page_by_page() -> None:
    query = silvasoft.request_for(ListDocuments(date(2026, 3, 31), date(2026, 4, 2), 100)).query
    assert query == {"DateFrom": "31-03-2026", "DateTill": "02-04-2026", "Limit": "100", "Offset": "100"}
    order = silvasoft.request_for(ListDocuments(date(2026, 3, 31), None, 0, Shelf.ORDERS))
    assert (
        order.path == "/rest/listorders/" and order.query["Limit"] == "50" and "DateTill" not in order.query
    )


def test_an_article_is_made_with_its_category() -> None:
    body = body_of(AddProduct("SEAT", PRODUCT, "Tickets", "21.0% - high"))
    assert body["CategoryName"] == "Tickets" and body["CategoryCreateIfMissing"] is True
    assert body["TaxCode"] == "21.0% - high" and body["NewSalePrice"] == 100


# --- meanings ---------------------------------------------------------------------------------

CREATES: list[Step[Any]] = [
    create(),
    create(Creation.INVOICE_DRAFT),
    create(Creation.ORDER),
    AddRelation(BUSINESS, None),
    AddProduct("SEAT", PRODUCT, "iXpole", None),
]
READS: list[Step[Any]] = [
    FindRelations(By.NUMBER, "1"),
    FindProduct("SEAT"),
    ListDocuments(date(2026, 1, 1), None),
    ListDocuments(date(2026, 1, 1), None, 0, Shelf.ORDERS),
    ReadDocument("2", with_pdf=True),
]
LIMIT = {"errorCode": "UNAUTHORIZED", "errorMessage": "Ratelimit exceeded"}
REFUSED = {"errorCode": "UNAUTHORIZED", "errorMessage": "Invalid authentication credentials"}


@pytest.mark.parametrize("step", [*CREATES, *READS])
@pytest.mark.parametrize(
    ("heard", "cause"),
    [
        (reply(401, LIMIT), Cause.LIMITED),
        (reply(401, REFUSED), Cause.CREDENTIALS),
        (reply(401, b"<html>"), Cause.CREDENTIALS),
        (reply(400, {"errorCode": "VALIDATION_ERROR", "errorMessage": "no"}), Cause.INVALID),
        (reply(429, b""), Cause.LIMITED),
        (reply(404, b""), Cause.NOT_FOUND),
        (reply(409, b""), Cause.CONFLICT),
        (reply(301, b""), Cause.REDIRECT),
        (NoReply(sent=False, reason="x"), Cause.NOT_SENT),
    ],
)
def test_a_refusal_is_certain(step: Step[Any], heard: Any, cause: Cause) -> None:
    outcome = silvasoft.meaning_of(step, heard)
    assert isinstance(outcome, No) and outcome.cause is cause


UNCERTAIN = [
    NoReply(sent=True, reason="timeout"),
    reply(500, {"errorCode": "TECHNICAL_ERROR", "errorMessage": "x"}),
    reply(502, b""),
    reply(408, b""),
    reply(200, {}),
    reply(200, []),
    reply(200, b""),
    reply(200, b"<html>"),
    reply(200, b'[{"InvoiceNumber": 2'),
    reply(200, [{}, {}]),
    reply(200, {"errorCode": "VALIDATION_ERROR", "errorMessage": "in a 200"}),
    reply(200, [{"errorCode": "VALIDATION_ERROR"}]),
    reply(200, b"null"),
]


@pytest.mark.parametrize("step", CREATES)
@pytest.mark.parametrize("heard", UNCERTAIN)
def test_a_create_that_says_nothing_clear_is_neither_yes_nor_no(step: Step[Any], heard: Any) -> None:
    assert isinstance(silvasoft.meaning_of(step, heard), Unknown)


@pytest.mark.parametrize("step", READS)
@pytest.mark.parametrize("heard", [reply(200, b"<html>"), reply(200, {"errorCode": "x"}), reply(200, [5])])
def test_a_read_that_cannot_be_understood_is_no_empty_list(step: Step[Any], heard: Any) -> None:
    outcome = silvasoft.meaning_of(step, heard)
    assert isinstance(outcome, No) and outcome.cause is Cause.UNREADABLE


@pytest.mark.parametrize("body", [b"[]", b"{}", b"", b" "])
def test_nothing_found_may_be_said_in_three_ways(body: bytes) -> None:
    assert value(READS[0], body) == Page((), None)
    assert value(READS[1], body) == ()
    assert value(READS[4], body) == ()


def test_a_made_document_is_read_as_a_list_of_one_or_alone() -> None:
    for body in ([DOCUMENT], DOCUMENT):
        made = value(create(), body)
        assert (made.number, made.draft_id, made.due_date) == ("2", None, date(2017, 5, 26))
        assert made.totals == Totals(37164, 7804, 44968) and made.outstanding_minor == 44968


@pytest.mark.parametrize(
    "change",
    [
        {"InvoiceNotes": "someone else's"},
        {"InvoiceNotes": "[iX:C-2]"},
        {"InvoiceNumber": None},
        {"InvoiceNumber": 0},
        {"InvoiceNumber": 2.5},
        {"InvoiceDate": "2017-05-05"},
        {"InvoiceDate": "5-5-2017"},
        {"InvoiceTotalInclTax": "449.68"},
        {"InvoiceTotalInclTax": 449.685},
        {"InvoiceTotalInclTax": None},
    ],
)
def test_a_made_document_that_is_not_quite_ours_is_unknown(change: dict[str, Any]) -> None:
    outcome = silvasoft.meaning_of(create(), reply(200, [{**DOCUMENT, **change}]))
    assert isinstance(outcome, Unknown)


def test_a_draft_has_no_number_and_is_known_by_its_tag() -> None:
    made = value(create(Creation.INVOICE_DRAFT), [{**DOCUMENT, "InvoiceNumber": None}])
    assert (made.number, made.draft_id, made.is_draft) == (None, "C-1", True)


def test_an_order_is_a_draft_with_a_number_of_its_own() -> None:
    made = value(create(Creation.ORDER), [ORDER])
    assert (made.number, made.draft_id, made.totals) == (None, "12", Totals(37164, 7804, 44968))


def test_a_full_page_asks_for_the_next_one() -> None:
    full = value(ListDocuments(date(2026, 1, 1), None, 100), [DOCUMENT] * 100)
    assert full.next_offset == 200
    assert value(ListDocuments(date(2026, 1, 1), None, 100), [DOCUMENT] * 99).next_offset is None


def test_a_server_that_ignores_the_number_does_not_mislead() -> None:
    assert (
        value(ReadDocument("2", with_pdf=False), [DOCUMENT, {**DOCUMENT, "InvoiceNumber": 3}])[0].number
        == "2"
    )
    assert value(ReadDocument("9", with_pdf=False), [DOCUMENT]) == ()


def test_the_pdf_comes_along_and_a_false_one_does_not() -> None:
    step = ReadDocument("2", with_pdf=True)
    (found,) = value(step, [{**DOCUMENT, "Base64PDF": base64.b64encode(PDF).decode()}])
    assert found.pdf == PDF
    (found,) = value(step, [{**DOCUMENT, "Base64PDF": None}])
    assert found.pdf is None
    for wrong in ("JVBE!!Ri0x", base64.b64encode(b"<html>").decode()):
        outcome = silvasoft.meaning_of(step, reply(200, [{**DOCUMENT, "Base64PDF": wrong}]))
        assert isinstance(outcome, No) and outcome.cause is Cause.UNREADABLE


def test_a_made_article_must_be_the_one_that_was_asked_for() -> None:
    step = AddProduct("SEAT", PRODUCT, "iXpole", None)
    assert value(step, {"ArticleNumber": "SEAT"}) == Article("SEAT", "SEAT")
    assert isinstance(silvasoft.meaning_of(step, reply(200, {"ArticleNumber": "OTHER"})), Unknown)


def _fields(invoice: Invoice) -> dict[str, Any]:
    return {name: getattr(invoice, name) for name in Invoice.__dataclass_fields__}
