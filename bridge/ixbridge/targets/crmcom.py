"""How is CRM.COM asked, and what do its answers mean? Requests and meanings, without a network.

Three oddities shape this file: a refusal comes inside HTTP 200, and only the code in its envelope
tells; the token stands in the query of a read and in the body of a write; and a draft has its final
number from the start, so only its state says whether it counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeVar, cast

import msgspec

from ixbridge.core.answers import Words, clean, gate, understood
from ixbridge.core.nets import Taxing
from ixbridge.core.reading import Fields, Unreadable, parse
from ixbridge.core.relations import name_of
from ixbridge.core.steps import (
    AddProduct,
    AddRelation,
    Article,
    By,
    CreateDocument,
    Creation,
    FindDocument,
    FindProduct,
    FindRelations,
    Page,
    ReadDocument,
    Relation,
    Step,
)
from ixbridge.core.target import Amounts, Articles, Lookup, Option, Pdf, Target
from ixbridge.core.wire import Cause, Heard, Kind, No, Outcome, Reply, Request, Unknown, Yes
from ixbridge.targets.crmcom_documents import body_of, created, document

T = TypeVar("T")

NAME = "crmcom"
ROOT = "/crmapi/rest/v2"
TOKEN_LIFE_S = 7200
# ASSUMED: the longest back office code; no page states a limit.
CODE_LENGTH_MAX = 50

TARGET = Target(
    NAME,
    "CRM.COM",
    lookup=Lookup.KEY,
    key_enforced=True,
    takes_numbers=False,
    code_length_max=CODE_LENGTH_MAX,
    drafts=(Creation.INVOICE_DRAFT,),
    pdf=Pdf.RENDERED,
    articles=Articles.ALWAYS,
    ledgers=False,
    negatives=False,
    lines_max=0,
    searches=frozenset({By.NUMBER, By.NAME}),
    customer_number=r"[^\s\x00-\x1f]{1,50}",
    customer_number_max=None,
    customer_number_words="an account number of at most 50 characters without blanks",
    credentials=MappingProxyType(
        {"username": "USERNAME", "password": "PASSWORD", "organisation": "ORGANISATION"}
    ),
    options=MappingProxyType(
        {
            "amounts": Option(
                "sub_total",
                MappingProxyType({"sub_total": Amounts.GROSS, "cost": Amounts.NET}),
                sets="amounts",
            ),
            "vat": Option("per_line", MappingProxyType({each.value: each for each in Taxing}), sets="taxing"),
            "vat_rate": Option(
                "line", MappingProxyType({"line": False, "product": True}), sets="articles_tax"
            ),
            "type": Option("Invoice"),
            "category": Option(""),
            "line_text": Option(""),
        }
    ),
)

_json = msgspec.json.Encoder(decimal_format="number").encode
_MADE_FOR = re.compile(r"iXpole customer ([0-9]{1,18})\b", re.ASCII)


# --- the session ------------------------------------------------------------------------------


def login_request(username: str, password: str, organisation: str) -> Request:
    body = _json({"username": username, "password": password, "organisation": organisation})
    return Request(NAME, "authenticationToken", Kind.READ, "POST", f"{ROOT}/authentication/token", body=body)


def login_meaning(heard: Heard) -> Outcome[tuple[str, int]]:
    """The token and the seconds it lives. Any refusal here speaks of the credentials."""
    reply = _opened(heard, Kind.READ)
    if isinstance(reply, No) and reply.cause in (Cause.INVALID, Cause.NOT_FOUND, Cause.CONFLICT):
        return replace(reply, cause=Cause.CREDENTIALS)
    return understood(reply, Kind.READ, _token) if isinstance(reply, Reply) else reply


def _token(reply: Reply) -> tuple[str, int]:
    token = _data(reply).text("token")
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise Unreadable("token is not a token")
    return token, TOKEN_LIFE_S


def with_token(request: Request, token: str) -> Request:
    """In the query of a read, in the body of everything else."""
    if request.body is None:
        return replace(request, query={**request.query, "token": token})
    # Put in as text: the amounts behind it must not be read and printed again.
    comma = b"" if request.body == b"{}" else b","
    return replace(request, body=b'{"token":' + _json(token) + comma + request.body[1:])


# --- requests ---------------------------------------------------------------------------------


def request_for(step: Step[Any]) -> Request:
    match step:
        case FindRelations(by=by, value=value):
            return _show("accounts_receivable", "accountsReceivableShow", _BY[by], value)
        case AddRelation(customer=customer):
            made = {"name": name_of(customer), "description": f"iXpole customer {customer.id}"}
            return _create("accounts_receivable", "accountsReceivableCreate", made, Kind.CREATE)
        case FindProduct(number=number):
            return _show("products", "productsShow", "code", number)
        case AddProduct():
            return _create("products", "productsCreate", _product(step), Kind.CREATE_KEYED)
        case CreateDocument(invoice=invoice, creation=creation):
            return _create("invoices", "invoicesCreate", body_of(invoice, creation), Kind.CREATE_KEYED)
        case FindDocument(code=code):
            return _show("invoices", "invoicesShow", "back_office_code", code)
        case ReadDocument(number=number):
            return _show("invoices", "invoicesShow", "number", number)
    raise TypeError(f"CRM.COM cannot be asked {type(step).__name__}")


_BY = {By.NUMBER: "number", By.NAME: "name"}
_IDENTIFIER = {
    "accounts_receivable": "accounts_receivable_identifier",
    "products": "product_identifier",
    "invoices": "invoice_identifier",
}


def _show(resource: str, operation: str, field: str, value: str) -> Request:
    query = {_IDENTIFIER[resource]: f"{field}={value}"}
    return Request(NAME, operation, Kind.READ, "GET", f"{ROOT}/{resource}/show", query)


def _create(resource: str, operation: str, body: Mapping[str, Any], kind: Kind) -> Request:
    return Request(NAME, operation, kind, "POST", f"{ROOT}/{resource}/create", body=_json(body))


def _product(step: AddProduct) -> dict[str, Any]:
    body: dict[str, Any] = {
        "code": step.number,
        "alternative_code": step.number,
        "description": step.product.description or step.number,
        "type_identifier": {"name": step.category},
    }
    return body if step.tax_code is None else {**body, "vat_rate_identifier": {"name": step.tax_code}}


# --- meanings ---------------------------------------------------------------------------------


def meaning_of(step: Step[T], heard: Heard) -> Outcome[T]:
    kind = request_for(step).kind
    reply = _opened(heard, kind)
    if isinstance(reply, No) and reply.cause is Cause.NOT_FOUND and isinstance(step, _LOOKUPS):
        return Yes(cast("T", Page((), None) if isinstance(step, FindRelations) else ()))
    if isinstance(reply, (No, Unknown)):
        return reply
    return cast("Outcome[T]", understood(reply, kind, lambda reply: _value(step, reply)))


_LOOKUPS = (FindRelations, FindProduct, FindDocument, ReadDocument)
"""Where "not found" is an answer."""


def _opened(heard: Heard, kind: Kind) -> Reply | No | Unknown:
    """A success to be read further, or the refusal in the envelope, whatever the HTTP status."""
    if isinstance(heard, Reply) and (heard.status < 300 or heard.status in _ITS_OWN):
        refused = _refusal(heard, kind)
        says_more = heard.status < 300 or not isinstance(refused, No) or refused.cause is not Cause.INVALID
        if refused is not None and says_more:
            return refused
    return gate(heard, kind, _WORDS)


_ITS_OWN = frozenset({400, 401, 403, 404, 409, 422})
"""Where the application itself may speak; any other status comes from the server around it."""


def _refusal(reply: Reply, kind: Kind) -> No | Unknown | None:
    """What the envelope says, where there is one and it does not say OK."""
    try:
        status = Fields(parse(reply.body)).fields("status")
        code = status.text("code")
    except Unreadable:
        return None  # no envelope: the HTTP status decides, and a success without one is unreadable
    if code == "OK":
        return None
    said = f"{code}: {_words(status)}"
    cause = _cause_of(code, _words(status))
    if cause is None:
        return No(Cause.UNAVAILABLE, said) if kind is Kind.READ else Unknown(said)
    return No(cause, said)


_CAUSES: tuple[tuple[re.Pattern[str], Cause | None], ...] = (
    (re.compile(r"SYSTEM|INTERNAL|UNEXPECTED|UNAVAILABLE|TIMEOUT"), None),
    (re.compile(r"TOKEN|CREDENTIAL|AUTHENTIC|AUTHORI|SESSION|ACCESS_DENIED"), Cause.CREDENTIALS),
    (re.compile(r"LIMIT_EXCEEDED|TOO_MANY|THROTTL"), Cause.LIMITED),
    (re.compile(r"DUPLICATE|ALREADY|NOT_UNIQUE"), Cause.CONFLICT),
    (re.compile(r"NOT_FOUND|UNKNOWN_|DOES_NOT_EXIST"), Cause.NOT_FOUND),
)


def _cause_of(code: str, message: str) -> Cause | None:
    """What kind of refusal. None: the server's own trouble, which says nothing of what was done."""
    # ASSUMED: no page lists the codes, so they and the message are searched for telling words. What
    # looks like a wrong guess costs nothing: a create is looked up by its key before anything else.
    for text in (code, message):
        plain = re.sub(r"[^A-Z]+", "_", text.upper())
        for pattern, cause in _CAUSES:
            if pattern.search(plain):
                return cause
    return Cause.INVALID


def _value(step: Step[Any], reply: Reply) -> Any:
    data = _data(reply)
    match step:
        case FindRelations():
            return Page((_relation(data),), None)
        case AddRelation():
            return _relation(data)
        case FindProduct(number=number) | AddProduct(number=number):
            article = _article(data)
            if article.number != number:
                raise Unreadable(f"code is {article.number[:40]!r}, expected {number!r}")
            return (article,) if isinstance(step, FindProduct) else article
        case CreateDocument(invoice=invoice, creation=creation):
            return created(data, invoice, creation)
        case FindDocument(code=code):
            one = document(data)
            if one.key != code:
                raise Unreadable(f"back_office_code is {one.key[:40]!r}, expected {code!r}")
            return (one,)
        case ReadDocument(number=number):
            one = document(data)
            # A draft has the number too, and is not what was asked for.
            return (one,) if one.number == number else ()
    raise TypeError(f"CRM.COM cannot be asked {type(step).__name__}")


def _data(reply: Reply) -> Fields:
    envelope = Fields(parse(reply.body))
    if envelope.fields("status").text("code") != "OK":
        raise Unreadable("the answer holds an error in place of its data")
    return envelope.fields("data")


def _relation(data: Fields) -> Relation:
    made_for = _MADE_FOR.search(data.text("description", ""))
    return Relation(
        number=data.number_text("number"),
        name=data.text("name", ""),
        vat_number=data.text("vat_number", ""),
        source_id=made_for[1] if made_for else "",
    )


def _article(data: Fields) -> Article:
    rate = data.fields("vat_rate") if "vat_rate" in data else Fields({})
    names = (rate.text("name", ""), rate.text("alternative_code", ""))
    return Article(data.text("code"), data.text("id", ""), frozenset(name for name in names if name))


# --- words ------------------------------------------------------------------------------------


def _words(status: Fields) -> str:
    said = (status.raw("message"), status.raw("description"))
    return clean(" - ".join(text for text in said if isinstance(text, str) and text)) or "no message"


def _say(reply: Reply) -> str:
    try:
        return _words(Fields(parse(reply.body)).fields("status"))
    except Unreadable:
        return "no message"


_WORDS = Words(_say)
