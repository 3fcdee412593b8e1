"""How is Riverty Accounting as a Service asked, and what do its answers mean? Without a network.

An order comes first and carries customer and prices; its invoice is a second request and names whole
lines only. Both are answered with a receipt, which is no verdict: that comes later, as a notification
(`riverty_notices.py`). References are taken once, and a request id that came before may be passed
over, so the same bytes may be sent again under the same id.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any, TypeVar, cast
from urllib.parse import quote

import msgspec

from ixbridge.core import money
from ixbridge.core.answers import Words, clean, gate, understood
from ixbridge.core.model import Customer, Document, InvoiceLine
from ixbridge.core.reading import Fields, Unreadable, parse
from ixbridge.core.relations import address_of, contact_of, email_of, name_of
from ixbridge.core.steps import (
    CreateDocument,
    Creation,
    FetchDocument,
    RegisterCallback,
    RequestInvoice,
    Step,
)
from ixbridge.core.target import Amounts, Articles, Customers, Lookup, Option, Target
from ixbridge.core.wire import Heard, Kind, No, Outcome, Reply, Request, Unknown

T = TypeVar("T")

NAME = "riverty"
ACCOUNTING = "/accounting/v1/businesses/-/customers"
"""The dash stands for the business code, which is put in with the key."""
DOCUMENTS_PER_SECOND = 10
LIMITS = MappingProxyType({"downloadDocument": DOCUMENTS_PER_SECOND})
DESCRIPTION_MAX = 50
PDF_END_MAX = 1024
"""Readers look for the end mark of a PDF in so many last bytes."""
NOTIFICATIONS = (
    "accounting/EDIErrorSent", "accounting/invoiceCreated", "accounting/documentCreated",
    "accounting/paymentReceived",
)  # fmt: skip

TARGET = Target(
    NAME,
    "Riverty",
    lookup=Lookup.INBOX,
    key_enforced=True,
    takes_numbers=False,
    drafts=(Creation.INVOICE_DRAFT,),
    articles=Articles.NEVER,
    makes_articles=False,
    ledgers=False,
    amounts=Amounts.BOTH,
    negatives=False,
    lines_max=0,
    customers=Customers.ALONG,
    searches=frozenset(),
    customer_number=r"[A-Za-z0-9]{1,20}",
    customer_number_max=None,
    customer_number_words="1 to 20 letters and digits",
    credentials=MappingProxyType({"subscription_key": "SUBSCRIPTION_KEY", "business_code": "BUSINESS_CODE"}),
    options=MappingProxyType(
        {
            "invoices_by": Option(
                "service", MappingProxyType({"service": False, "client": True}), sets="takes_numbers"
            ),
            "supplying_country": Option("BE", pattern=r"[A-Z]{2}", words="two capitals such as BE"),
            "order_type": Option(
                "DIGITAL_GOODS",
                MappingProxyType({"DIGITAL_GOODS": "DIGITAL_GOODS", "PHYSICAL_GOODS": "PHYSICAL_GOODS"}),
            ),
            "carrier": Option("iXpole", pattern=r"[ -~]{1,32}", words="at most 32 plain characters"),
            "due_days": Option("30", pattern=r"[0-9]{1,3}", words="a number of days"),
            "payment_method": Option(""),
            "tenant": Option(""),
        }
    ),
)

_json = msgspec.json.Encoder(decimal_format="number").encode
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


# --- requests ---------------------------------------------------------------------------------


def request_for(step: Step[Any]) -> Request:
    match step:
        case CreateDocument():
            path = f"{ACCOUNTING}/{_segment(step.invoice.customer_number)}/orders"
            return _post("createOrder", path, _order(step), step.request_id)
        case RequestInvoice(customer_number=customer, order=order):
            path = f"{ACCOUNTING}/{_segment(customer)}/orders/{_segment(order)}/invoices"
            return _post("createInvoice", path, _invoice(step), step.request_id)
        case FetchDocument(key=key):
            accept = {"Accept": "application/pdf"}
            path = f"/documents/v1/S/{_segment(key)}"
            return Request(NAME, "downloadDocument", Kind.READ, "GET", path, headers=accept, pdf=True)
        case RegisterCallback(url=url):
            # Registered twice it posts twice at worst, and what is doubled is heard once.
            body = {"callbackUrl": url, "notificationTypes": list(NOTIFICATIONS)}
            path = "/administration/v1/notification-callbacks"
            return replace(_post("createNotificationCallback", path, body, ""), kind=Kind.WRITE)
    raise TypeError(f"Riverty cannot be asked {type(step).__name__}")


def for_business(request: Request, business: str) -> Request:
    """Addressed to one legal entity."""
    return replace(request, path=request.path.replace("/businesses/-/", f"/businesses/{_segment(business)}/"))


def _post(operation: str, path: str, body: Mapping[str, Any], id: str) -> Request:
    headers = {"X-Request-ID": id} if id else {}
    return Request(NAME, operation, Kind.CREATE_KEYED, "POST", path, body=_json(body), headers=headers)


def _segment(text: str) -> str:
    return quote(text, safe="")


def _order(step: CreateDocument) -> dict[str, Any]:
    invoice = step.invoice
    assert step.customer is not None, "an order carries its customer"
    options = invoice.options
    body: dict[str, Any] = {
        "orderReference": step.order,
        "orderDate": invoice.date.isoformat(),
        "orderType": options.get("order_type", "DIGITAL_GOODS"),
        "orderChannel": "ECOM",
        "currency": invoice.currency,
        "supplyingCountry": options.get("supplying_country", ""),
        "billToAddress": _receiver(step.customer),
        "items": [_item(at, line, invoice.currency) for at, line in enumerate(invoice.lines, start=1)],
    }
    method = options.get("payment_method")
    return {**body, "paymentReference": {"paymentMethodName": method}} if method else body


def _item(number: int, line: InvoiceLine, currency: str) -> dict[str, Any]:
    """One of it, at its inclusive amount: so the VAT of one is the VAT of the line (RIV-27)."""
    item: dict[str, Any] = {
        "orderItemReference": number,
        "description": shortened(line.description) or line.product_code or "-",
        "productId": line.product_code,
        "quantity": 1,
        "grossUnitPrice": money.as_decimal(line.gross_minor, currency=currency),
        "vatPercent": line.vat_percentage,
        "vatAmount": money.as_decimal(line.vat_minor, currency=currency),
        "vatType": "NORMAL",
        "positionType": "SALES_ARTICLE",
    }
    return {name: value for name, value in item.items() if value != ""}


def shortened(text: str) -> str:
    # ASSUMED: 50 characters, as in the subscription module; accounting may cut what is longer.
    return text if len(text) <= DESCRIPTION_MAX else text[: DESCRIPTION_MAX - 1].rstrip() + "…"


def _receiver(customer: Customer) -> dict[str, str]:
    """Whom the invoice is for. A company stands in the last name, and its contact beside it."""
    place, person = address_of(customer), contact_of(customer)
    country, language, email = (
        place.country_code.upper(),
        customer.language.strip().lower(),
        email_of(customer),
    )
    said = {
        "firstName": "" if customer.is_business else person.first_name,
        "lastName": name_of(customer) if customer.is_business else person.last_name or name_of(customer),
        "careOf": f"{person.first_name} {person.last_name}".strip() if customer.is_business else "",
        "street": place.street,
        "streetNumber": " ".join(part for part in (place.house_number, place.box) if part),
        "postalCode": place.postal_code,
        "postalPlace": place.city,
        "countryCode": country if re.fullmatch("[A-Z]{2}", country) else "",
        # Accounting takes lower case only (RIV-28).
        "language": language[:2] if re.fullmatch("[a-z]{2}(-.*)?", language) else "",
        "email": email if _EMAIL.fullmatch(email) else "",
        "phone": customer.phone,
        "taxIdentificationNumber": customer.vat_number,
    }
    return {name: text.strip() for name, text in said.items() if text.strip()}


def _invoice(step: RequestInvoice) -> dict[str, Any]:
    """All lines, whole. For what is no parcel, the order stands in for shipment and tracking code."""
    return {
        "invoiceReference": step.reference,
        "invoiceDate": step.day.isoformat(),
        "dueDate": step.due.isoformat(),
        "dispatchDate": step.day.isoformat(),
        "shipmentReference": step.order,
        # Asked of shipped goods only, and taken of any (RIV-12).
        "carrier": step.options.get("carrier", "iXpole"),
        "trackingCode": step.order,
        "items": [{"orderItemReference": number} for number in range(1, step.lines + 1)],
    }


# --- meanings ---------------------------------------------------------------------------------


def meaning_of(step: Step[T], heard: Heard) -> Outcome[T]:
    kind = request_for(step).kind
    reply = gate(heard, kind, _WORDS)
    if isinstance(reply, (No, Unknown)):
        return reply
    return cast("Outcome[T]", understood(reply, kind, lambda reply: _value(step, reply)))


def _value(step: Step[Any], reply: Reply) -> Any:
    match step:
        case CreateDocument(invoice=invoice, order=order):
            return _received(reply, order, invoice.date, invoice.customer_number, invoice.code)
        case RequestInvoice():
            return _receipt(reply)
        case FetchDocument():
            if not reply.body.startswith(b"%PDF-"):
                raise Unreadable("the document is no PDF")
            if b"%%EOF" not in reply.body[-PDF_END_MAX:]:
                raise Unreadable("the document is cut off: a PDF ends with %%EOF")
            return reply.body
        case RegisterCallback(url=url):
            fields = Fields(parse(reply.body))
            if fields.text("callbackUrl", url) != url:
                raise Unreadable("another address was registered")
            return fields.text("id", "")
    raise TypeError(f"Riverty cannot be asked {type(step).__name__}")


def _received(reply: Reply, order: str, day: date, customer: str, code: str) -> Document:
    """An order that was received: nothing else is known of it."""
    return Document(
        number=None,
        draft_id=order,
        date=day,
        due_date=None,
        totals=None,
        outstanding_minor=None,
        reference=_receipt(reply),
        customer_number=customer,
        key=code,
    )


def _receipt(reply: Reply) -> str:
    receipt = Fields(parse(reply.body)).text("internalRequestId")
    if not _UUID.fullmatch(receipt):
        raise Unreadable(f"internalRequestId is {receipt[:40]!r}, expected a UUID")
    return receipt


def _say(reply: Reply) -> str:
    try:
        body = parse(reply.body)
    except Unreadable:
        return "no message"
    if not isinstance(body, dict):
        return "no message"
    said = (str(body[name]) for name in ("title", "description", "message") if body.get(name))
    return clean(" - ".join(said)) or "no message"


_WORDS = Words(_say)
