"""How is TelecomX asked, and what do its answers mean? Requests and meanings, without a network.

Three oddities shape this file: an invoice has the number −1 until the accounting side gives it one,
so a draft is known by its id; days go in as Danish midnights and come back as moments in UTC; and
nothing makes an invoice unique, so our tag in its headline is all that finds it again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any, TypeVar, cast
from urllib.parse import quote

import msgspec

from ixbridge.core.answers import Words, clean, gate, understood
from ixbridge.core.nets import Taxing
from ixbridge.core.reading import Fields, Unreadable, parse
from ixbridge.core.relations import address_of, email_of, name_of
from ixbridge.core.steps import (
    AddRelation,
    Article,
    By,
    CreateDocument,
    Creation,
    FindProduct,
    FindRelations,
    ListCustomerDocuments,
    Page,
    ReadDocument,
    Relation,
    Step,
)
from ixbridge.core.target import Amounts, Articles, Lookup, Option, PastDue, Pdf, Target
from ixbridge.core.wire import Cause, Heard, Kind, No, Outcome, Reply, Request, Unknown, Yes
from ixbridge.targets.telecomx_documents import CURRENCY, ID, body_of, created, document, id_of

T = TypeVar("T")

NAME = "telecomx"
# ASSUMED: 25 % and exempt are all there is; the documents know no other rate and no currency.
RATES = frozenset({Decimal(25), Decimal(0)})
INVOICES_PAGE = 100
CUSTOMERS_PAGE = 100
TOKEN_LIFE_MAX_S = 86_400

TARGET = Target(
    NAME,
    "TelecomX",
    lookup=Lookup.CUSTOMER,
    number_enforced=False,
    reads_by_id=True,
    drafts=(Creation.INVOICE_DRAFT,),
    pdf=Pdf.RENDERED,
    articles=Articles.ALWAYS,
    makes_articles=False,
    ledgers=False,
    amounts=Amounts.NET,
    taxing=Taxing.PER_RATE,
    rates=RATES,
    currencies=frozenset({CURRENCY}),
    lines_max=0,
    past_due=PastDue.PARK,
    zone="Europe/Copenhagen",
    searches=frozenset({By.NUMBER, By.VAT, By.NAME, By.EMAIL}),
    customer_number=r"[^\s\x00-\x1f]{1,50}",
    customer_number_max=None,
    customer_number_words="an id or number of at most 50 characters without blanks",
    credentials=MappingProxyType({"username": "USERNAME", "password": "PASSWORD"}),
    options=MappingProxyType(
        {
            "vat": Option(
                "once",
                MappingProxyType(
                    {
                        "once": Taxing.PER_RATE,
                        "once_half_even": Taxing.PER_RATE_HALF_EVEN,
                        "per_line": Taxing.PER_LINE,
                    }
                ),
                sets="taxing",
            ),
            "past_due": Option(
                "park", MappingProxyType({each.value: each for each in PastDue}), sets="past_due"
            ),
        }
    ),
)

_json = msgspec.json.Encoder(decimal_format="number").encode
_MADE_FOR = re.compile(r"iXpole customer ([0-9]{1,18})\b", re.ASCII)


# --- the session ------------------------------------------------------------------------------


def login_request(username: str, password: str) -> Request:
    body = _json({"username": username, "password": password})
    return Request(NAME, "authLogin", Kind.READ, "POST", "/auth/login", body=body)


def login_meaning(heard: Heard) -> Outcome[tuple[str, int]]:
    """The token and the seconds it lives after each use. A refusal here speaks of the credentials."""
    reply = gate(heard, Kind.READ, _LOGIN_WORDS)
    return understood(reply, Kind.READ, _session) if isinstance(reply, Reply) else reply


def _session(reply: Reply) -> tuple[str, int]:
    fields = Fields(parse(reply.body))
    token = fields.text("token")
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise Unreadable("token is not a token")
    minutes = fields.decimal("expiresInMinutes", Decimal(15))
    life_s = TOKEN_LIFE_MAX_S if minutes < 0 else min(int(minutes * 60), TOKEN_LIFE_MAX_S)
    return token, life_s


# --- requests ---------------------------------------------------------------------------------


def request_for(step: Step[Any]) -> Request:
    match step:
        case FindRelations(by=By.NUMBER, value=value) if ID.fullmatch(value):
            return _read("customerGet", f"/customer/{value}")
        case FindRelations(value=value, offset=offset):
            page = {"limit": str(CUSTOMERS_PAGE), "offset": str(offset)}
            return _read("customerList", "/customer", {"filter": value, "full": "true", **page})
        case AddRelation():
            return _create("customerCreate", "/customer", _customer(step))
        case FindProduct(number=number) if ID.fullmatch(number):
            return _read("productGet", f"/product/{number}")
        case FindProduct(number=number):
            return _read("productList", "/product", {"filter": number})
        case CreateDocument(invoice=invoice):
            return _create("invoiceCreate", "/invoice", body_of(invoice))
        case ListCustomerDocuments(customer_number=customer, offset=offset):
            page = {"limit": str(INVOICES_PAGE), "offset": str(offset)}
            # Without expand, a list shows no totals.
            return _read("invoiceList", "/invoice", {"customer": customer, "expand": "true", **page})
        case ReadDocument(number=number, id=id):
            return _read("invoiceGet", f"/invoice/{quote(id or number, safe='')}")
    raise TypeError(f"TelecomX cannot be asked {type(step).__name__}")


def _read(operation: str, path: str, query: Mapping[str, str] = MappingProxyType({})) -> Request:
    return Request(NAME, operation, Kind.READ, "GET", path, query)


def _create(operation: str, path: str, body: Mapping[str, Any]) -> Request:
    return Request(NAME, operation, Kind.CREATE, "POST", path, body=_json(body))


def _customer(step: AddRelation) -> dict[str, Any]:
    """A new customer; the notes say for whom it was made, so that a lost answer can be looked up."""
    customer, place = step.customer, address_of(step.customer)
    street = " ".join(part for part in (place.street, place.house_number, place.box) if part)
    address = {
        "address": street,
        "zip": place.postal_code,
        "city": place.city,
        "country": place.country_code.upper(),
    }
    finance = {
        "vatNumber": customer.vat_number if customer.is_business else "",
        "accountingSystemId": step.number or "",
        "emailAddress": email_of(customer),
    }
    body: dict[str, Any] = {
        "name": name_of(customer),
        "emailAddress": email_of(customer),
        "phoneNumber": customer.phone,
        "notes": f"iXpole customer {customer.id}",
        "addresses": [{"primary": True, **{key: text for key, text in address.items() if text}}],
        "finance": {key: text for key, text in finance.items() if text},
    }
    return {key: value for key, value in body.items() if value}


# --- meanings ---------------------------------------------------------------------------------


def meaning_of(step: Step[T], heard: Heard) -> Outcome[T]:
    kind = request_for(step).kind
    reply = gate(heard, kind, _WORDS)
    if isinstance(reply, No) and reply.cause is Cause.NOT_FOUND and isinstance(step, _LOOKUPS):
        return Yes(cast("T", Page((), None) if isinstance(step, FindRelations) else ()))
    if isinstance(reply, (No, Unknown)):
        return reply
    return cast("Outcome[T]", understood(reply, kind, lambda reply: _value(step, reply)))


_LOOKUPS = (FindRelations, FindProduct, ReadDocument)
"""Where "not found" is an answer."""


def _value(step: Step[Any], reply: Reply) -> Any:
    body = parse(reply.body)
    match step:
        case FindRelations(by=By.NUMBER, value=value) if ID.fullmatch(value):
            return Page(tuple(each for each in (_relation(Fields(body)),) if each), None)
        case FindRelations():
            return _page(Fields(body), "customers", _relation)
        case AddRelation():
            made = _relation(Fields(body))
            if made is None:
                raise Unreadable("the new customer is deleted")
            return made
        case FindProduct(number=number):
            rows = body if isinstance(body, list) else [body]
            return tuple(_articles(number, [Fields(row, str(at)) for at, row in enumerate(rows)]))
        case CreateDocument(invoice=invoice):
            return created(Fields(body), invoice)
        case ListCustomerDocuments(customer_number=customer):
            page = _page(Fields(body), "invoices", document)
            # A server that ignores the filter must not make us take another customer's invoice.
            return replace(page, items=tuple(each for each in page.items if each.customer_number == customer))
        case ReadDocument(number=number, id=id):
            one = document(Fields(body))
            return (one,) if one.draft_id == (id or number) else ()
    raise TypeError(f"TelecomX cannot be asked {type(step).__name__}")


def _page(fields: Fields, name: str, read: Any) -> Page[Any]:
    if not isinstance(fields.raw(name), list):
        raise Unreadable(f"{name} is missing, expected a list")
    rows = fields.items(name)
    total, offset = fields.integer("total"), fields.integer("offset")
    after = offset + len(rows)
    items = tuple(each for each in map(read, rows) if each is not None)
    return Page(items, after if rows and after < total else None)


def _relation(fields: Fields) -> Relation | None:
    if fields.text("state", "") == "DELETED":
        return None
    finance = fields.fields("finance") if "finance" in fields else Fields({})
    made_for = _MADE_FOR.search(fields.text("notes", ""))
    return Relation(
        number=id_of(fields),
        name=fields.text("name", ""),
        email=fields.text("emailAddress", "") or finance.text("emailAddress", ""),
        vat_number=finance.text("vatNumber", ""),
        alias=finance.number_text("accountingSystemId", ""),
        source_id=made_for[1] if made_for else "",
    )


def _articles(number: str, rows: Sequence[Fields]) -> list[Article]:
    """Products of this code (or id) that the reseller has; a price of one customer's own is not meant."""
    found = [(id_of(row), row) for row in rows]
    by_id = [Article(number, id) for id, _ in found if id == number]
    return by_id or [
        Article(number, id)
        for id, row in found
        if row.text("productCode", "") == number and "reseller" in row and "customer" not in row
    ]


# --- words ------------------------------------------------------------------------------------


def _say(reply: Reply) -> str:
    try:
        body = parse(reply.body)
    except Unreadable:
        return "no message"
    if not isinstance(body, dict):
        return "no message"
    return clean(" - ".join(str(body[key]) for key in ("message", "description") if body.get(key)))


def _cause(reply: Reply, cause: Cause) -> Cause:
    """403 speaks of one customer or product that is not ours, never of the session."""
    return Cause.INVALID if reply.status == 403 else cause


def _login_cause(reply: Reply, cause: Cause) -> Cause:
    return Cause.CREDENTIALS if cause is Cause.INVALID else cause


_WORDS = Words(_say, _cause)
_LOGIN_WORDS = Words(_say, _login_cause)
