"""How is Pocketbook asked, and what do its answers mean? Requests and meanings, without a network."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, TypeVar, cast
from urllib.parse import quote

import msgspec

from ixbridge.core import money
from ixbridge.core.answers import Words, gate, understood
from ixbridge.core.model import Document, Invoice, Totals
from ixbridge.core.parked import Parked
from ixbridge.core.reading import Fields, Unreadable, parse
from ixbridge.core.relations import name_of
from ixbridge.core.steps import (
    AddRelation,
    By,
    CreateDocument,
    Creation,
    FindDocument,
    FindRelations,
    Page,
    ReadDocument,
    Relation,
    Step,
)
from ixbridge.core.target import Articles, Lookup, Pdf, Target
from ixbridge.core.wire import Cause, Heard, Kind, No, Outcome, Reply, Request, Unknown, Yes

T = TypeVar("T")

NAME = "pocketbook"
CURRENCY = "EUR"
TARGET = Target(
    NAME,
    "Pocketbook",
    lookup=Lookup.KEY,
    key_enforced=True,
    takes_numbers=False,
    code_length_max=40,
    drafts=(Creation.INVOICE_DRAFT,),
    pdf=Pdf.RENDERED,
    articles=Articles.NEVER,
    ledgers=False,
    currencies=frozenset({CURRENCY}),
    lines_max=20,
    searches=frozenset({By.NUMBER}),
    customer_number=r"P[0-9]{1,9}",
    customer_number_max=None,
    customer_number_words="P and a number",
    credentials=MappingProxyType({"key": "KEY"}),
)

_json = msgspec.json.Encoder(decimal_format="number").encode


# --- requests ---------------------------------------------------------------------------------


def request_for(step: Step[Any]) -> Request:
    match step:
        case FindRelations(value=value):
            return _read("getCustomer", f"/customers/{quote(value, safe='')}")
        case AddRelation(customer=customer):
            body = {"name": name_of(customer), "note": f"iXpole customer {customer.id}"}
            return Request(NAME, "addCustomer", Kind.CREATE, "POST", "/customers", body=_json(body))
        case CreateDocument(invoice=invoice, creation=creation):
            return Request(
                NAME, "addBill", Kind.CREATE_KEYED, "POST", "/bills", body=_json(_bill(invoice, creation))
            )
        case FindDocument(code=code):
            return _read("findBills", "/bills", {"key": code})
        case ReadDocument(number=number):
            return _read("getBill", f"/bills/{quote(number, safe='')}")
    raise TypeError(f"Pocketbook cannot be asked {type(step).__name__}")


def _read(operation: str, path: str, query: Mapping[str, str] = MappingProxyType({})) -> Request:
    return Request(NAME, operation, Kind.READ, "GET", path, query)


def _bill(invoice: Invoice, creation: Creation) -> dict[str, Any]:
    due = {"due": invoice.due_date.isoformat()} if invoice.due_date else {}
    lines = [
        {"text": line.description, "total": money.as_decimal(line.gross_minor, currency=CURRENCY)}
        for line in invoice.lines
    ]
    return {
        "key": invoice.code, "customer": invoice.customer_number, "day": invoice.date.isoformat(), **due,
        "lines": lines, "draft": creation.is_draft,
    }  # fmt: skip


# --- meanings ---------------------------------------------------------------------------------


def meaning_of(step: Step[T], heard: Heard) -> Outcome[T]:
    kind = request_for(step).kind
    reply = gate(heard, kind, Words(_say))
    if (
        isinstance(reply, No)
        and reply.cause is Cause.NOT_FOUND
        and isinstance(step, FindRelations | ReadDocument)
    ):
        return Yes(cast("T", Page((), None) if isinstance(step, FindRelations) else ()))
    if isinstance(reply, (No, Unknown)):
        return reply
    return cast("Outcome[T]", understood(reply, kind, lambda reply: _value(step, reply)))


def _say(reply: Reply) -> str:
    try:
        return Fields(parse(reply.body)).text("error")
    except Unreadable:
        return "no message"


def _value(step: Step[Any], reply: Reply) -> Any:
    body = parse(reply.body)
    match step:
        case FindRelations():
            return Page((_relation(Fields(body)),), None)
        case AddRelation():
            return _relation(Fields(body))
        case CreateDocument(invoice=invoice):
            return _keyed(document(Fields(body)), invoice.code)
        case FindDocument(code=code):
            return tuple(_keyed(document(Fields(row)), code) for row in body)
        case ReadDocument():
            return (document(Fields(body)),)
    raise TypeError(f"Pocketbook cannot be asked {type(step).__name__}")


def _relation(fields: Fields) -> Relation:
    made_for = fields.text("note", "").partition("iXpole customer ")[2]
    return Relation(
        fields.text("code"), fields.text("name"), source_id=made_for if made_for.isdigit() else ""
    )


def _keyed(found: Document, code: str) -> Document:
    if found.key != code:
        raise Unreadable(f"key is {found.key[:40]!r}, expected {code!r}")
    return found


def document(fields: Fields) -> Document:
    total = _minor(fields, "total")
    number, draft = fields.number_text("number"), fields.flag("draft", False)
    return Document(
        number=None if draft else number,
        draft_id=number if draft else None,
        date=_day(fields, "day"),
        due_date=_day(fields, "due"),
        # It knows no VAT: its total is all there is to compare.
        totals=Totals(total, 0, total),
        outstanding_minor=_minor(fields, "open"),
        notes="",
        key=fields.text("key"),
        line_count=fields.integer("lines"),
        currency=CURRENCY,
    )


def _day(fields: Fields, name: str) -> date:
    try:
        return date.fromisoformat(fields.text(name))
    except ValueError:
        raise Unreadable(f"{name} is no date") from None


def _minor(fields: Fields, name: str) -> int:
    amount = money.read_minor(fields.decimal(name), currency=CURRENCY, field=name)
    if isinstance(amount, Parked):
        raise Unreadable(amount.message)
    return amount
