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

from ixbridge.core.answers import Words, clean, gate, understood
from ixbridge.core.model import Document
from ixbridge.core.reading import Fields, Unreadable, parse
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
from ixbridge.targets.riverty_documents import invoice_of, order_of

T = TypeVar("T")

NAME = "riverty"
ACCOUNTING = "/accounting/v1/businesses/-/customers"
"""The dash stands for the business code, which is put in with the key."""
DOCUMENTS_PER_SECOND = 10
LIMITS = MappingProxyType({"downloadDocument": DOCUMENTS_PER_SECOND})
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


# --- requests ---------------------------------------------------------------------------------


def request_for(step: Step[Any]) -> Request:
    match step:
        case CreateDocument():
            path = f"{ACCOUNTING}/{_segment(step.invoice.customer_number)}/orders"
            return _post("createOrder", path, order_of(step), step.request_id)
        case RequestInvoice(customer_number=customer, order=order):
            path = f"{ACCOUNTING}/{_segment(customer)}/orders/{_segment(order)}/invoices"
            return _post("createInvoice", path, invoice_of(step), step.request_id)
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
