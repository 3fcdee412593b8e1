"""How is Silvasoft asked, and what do its answers mean? Requests and meanings, without a network.

Two oddities shape this file: a rate limit comes as 401 with the words "Ratelimit exceeded", and
nothing but the invoice's notes can carry our key, so every document is found again by its tag.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar, cast

import msgspec

from ixbridge.core import money
from ixbridge.core.answers import Words, clean, gate, understood
from ixbridge.core.drafts import is_no_number
from ixbridge.core.reading import Fields, Unreadable, parse
from ixbridge.core.relations import address_of, contact_of, email_of, name_of, without_country
from ixbridge.core.steps import (
    AddProduct,
    AddRelation,
    Article,
    By,
    CreateDocument,
    FindProduct,
    FindRelations,
    ListDocuments,
    Page,
    ReadDocument,
    Relation,
    Shelf,
    Step,
)
from ixbridge.core.target import Target
from ixbridge.core.wire import Cause, Heard, Kind, No, Outcome, Reply, Request, Unknown
from ixbridge.targets.silvasoft_documents import CREATIONS, DATE, created, document, order

T = TypeVar("T")

NAME = "silvasoft"
TARGET = Target(
    NAME,
    "Silvasoft",
    credentials=MappingProxyType({"username": "USERNAME", "api_key": "API_KEY"}),
)
RELATIONS_PAGE = 200
INVOICES_PAGE = 100
ORDERS_PAGE = 50
PRODUCT_NAME_MAX = 175
ARTICLE_MAX = 100
DESCRIPTION_MAX = 400

_json = msgspec.json.Encoder(decimal_format="number").encode


# --- requests ---------------------------------------------------------------------------------


def request_for(step: Step[Any]) -> Request:
    match step:
        case FindRelations():
            return _read("listrelations", _relations_query(step))
        case AddRelation():
            return _add_relation(step)
        case FindProduct(number=number):
            return _read("listproducts", {"ArticleNumber": number, "Limit": "2"})
        case AddProduct():
            return _create("addproduct", _product(step), Kind.CREATE_KEYED)
        case CreateDocument(invoice=invoice, creation=creation):
            operation, body = CREATIONS[creation]
            kind = Kind.CREATE if invoice.number is None else Kind.CREATE_KEYED
            return _create(operation, body(invoice), kind)
        case ListDocuments():
            return _read(_LISTS[step.shelf], _documents_query(step))
        case ReadDocument(number=number, with_pdf=with_pdf):
            query = {"InvoiceNumber": number, "Limit": "2"}
            return _read("listsalesinvoices", {**query, "IncludeBase64PDF": "true"} if with_pdf else query)
    raise TypeError(f"Silvasoft cannot be asked {type(step).__name__}")


_LISTS = {Shelf.INVOICES: "listsalesinvoices", Shelf.ORDERS: "listorders"}
_PAGES = {Shelf.INVOICES: INVOICES_PAGE, Shelf.ORDERS: ORDERS_PAGE}
_FILTERS = {
    By.NUMBER: "RelationNumber",
    By.NAME: "RelationName",
    By.EMAIL: "RelationEmail",
    By.VAT: "RelationVAT",
}


def _read(operation: str, query: Mapping[str, str]) -> Request:
    return Request(NAME, operation, Kind.READ, "GET", f"/rest/{operation}/", query)


def _create(operation: str, body: Mapping[str, Any], kind: Kind) -> Request:
    return Request(NAME, operation, kind, "POST", f"/rest/{operation}/", body=_json(body))


def _relations_query(step: FindRelations) -> dict[str, str]:
    return {
        "RelationType": "Customer",
        _FILTERS[step.by]: step.value,
        "Limit": str(RELATIONS_PAGE),
        "Offset": str(step.offset),
        # The pages of a list hold still only when sorted by creation.
        "Sorting": "createdDate",
        "SortDir": "ASC",
    }


def _documents_query(step: ListDocuments) -> dict[str, str]:
    query = {
        "DateFrom": step.since.strftime(DATE),
        "Limit": str(_PAGES[step.shelf]),
        "Offset": str(step.offset),
    }
    return query if step.until is None else {**query, "DateTill": step.until.strftime(DATE)}


def _add_relation(step: AddRelation) -> Request:
    """A new relation, whoever else has its name or e-mail; only a wanted number must be free.

    Without CONTINUE, Silvasoft answers with the relation that has the e-mail already, and the
    invoices of two customers who share an address would all go to one of them.
    """
    customer, contact, place = step.customer, contact_of(step.customer), address_of(step.customer)
    body: dict[str, Any] = {
        "Name": name_of(customer) if customer.is_business else "",
        "IsCustomer": True,
        "CustomerNumber": None if step.number is None else int(step.number),
        "Email": email_of(customer),
        "Phone": customer.phone,
        "TaxIdentificationNumber": without_country(customer.vat_number) if customer.is_business else "",
        "Address_Street": place.street,
        "Address_Unit": place.house_number,
        "Address_UnitAppendix": place.box,
        "Address_PostalCode": place.postal_code,
        "Address_City": place.city,
        "Address_CountryCode": place.country_code,
        "OnExistingRelationEmail": "CONTINUE",
        "OnExistingRelationNumber": "ABORT",
        # An older page lets persons match by name as well; where the flag is unknown it does nothing.
        "OnExistingRelationName": "CONTINUE",
    }
    body = {name: value for name, value in body.items() if value not in ("", None)}
    if contact.last_name or contact.first_name:
        person = {
            "FirstName": contact.first_name,
            "LastName": contact.last_name or contact.first_name,
            "Email": contact.email,
            "Phone": contact.phone,
            "Sex": _SEX.get(contact.gender.casefold(), ""),
        }
        body["Relation_Contact"] = [{name: value for name, value in person.items() if value}]
    operation = "addbusinessrelation" if customer.is_business else "addprivaterelation"
    return _create(operation, body, Kind.CREATE if step.number is None else Kind.CREATE_KEYED)


_SEX = {"male": "Man", "man": "Man", "female": "Woman", "woman": "Woman"}


def _product(step: AddProduct) -> dict[str, Any]:
    product = step.product
    body: dict[str, Any] = {
        "ArticleNumber": step.number[:ARTICLE_MAX],
        "NewName": (product.description or step.number)[:PRODUCT_NAME_MAX],
        "CategoryName": step.category,
        "CategoryCreateIfMissing": True,
        "NewDescription": product.description[:DESCRIPTION_MAX],
    }
    if product.price_minor is not None:
        body["NewSalePrice"] = money.as_decimal(product.price_minor, currency=product.currency)
        body["SalePriceInclOrExcl"] = "excl"
    if step.tax_code is not None:
        return {**body, "TaxCode": step.tax_code}
    return {**body, "NewVATPercentage": product.vat_rate.percentage}


# --- meanings ---------------------------------------------------------------------------------


def meaning_of(step: Step[T], heard: Heard) -> Outcome[T]:
    kind = request_for(step).kind
    reply = gate(heard, kind, _WORDS)
    if isinstance(reply, (No, Unknown)):
        return reply
    return cast("Outcome[T]", understood(reply, kind, lambda reply: _value(step, reply)))


def _value(step: Step[Any], reply: Reply) -> Any:
    body = parse(reply.body) if reply.body.strip() else []
    match step:
        case FindRelations(offset=offset):
            rows = _rows(body)
            return Page(tuple(_relation(row) for row in rows), _next(offset, rows, RELATIONS_PAGE))
        case AddRelation():
            return _new_relation(_one(body))
        case FindProduct(number=number):
            codes = [row.number_text("ArticleNumber", "") for row in _rows(body)]
            return tuple(Article(number, number) for each in codes if each == number)
        case AddProduct(number=number):
            said = _said(_one(body), "ArticleNumber", number)
            return Article(said, said)
        case CreateDocument(invoice=invoice, creation=creation):
            return created(_one(body), invoice, creation)
        case ListDocuments(offset=offset, shelf=shelf):
            rows = _rows(body)
            read = order if shelf is Shelf.ORDERS else document
            return Page(tuple(read(row) for row in rows), _next(offset, rows, _PAGES[shelf]))
        case ReadDocument(number=number):
            found = [document(row) for row in _rows(body)]
            # A server that ignores the filter must not make us read another invoice as this one.
            return tuple(each for each in found if each.number == number)
    raise TypeError(f"Silvasoft cannot be asked {type(step).__name__}")


def _rows(body: Any) -> Sequence[Fields]:
    """The objects of a list. Nothing found may come as ``[]``, ``{}`` or no body at all."""
    if body in ([], {}):
        return ()
    if not isinstance(body, list):
        raise Unreadable("the answer is not a list")
    rows = [Fields(item, str(place)) for place, item in enumerate(body)]
    for row in rows:
        if "errorCode" in row or "errorMessage" in row:
            raise Unreadable("the answer holds an error in place of a row")
    return rows


def _one(body: Any) -> Fields:
    """What a create answers: the object, alone or as a list of one. Empty means: nothing is known."""
    if isinstance(body, list):
        if len(body) != 1:
            raise Unreadable(f"a list of {len(body)}, expected the one object that was made")
        body = body[0]
    fields = Fields(body)
    if not body or "errorCode" in fields:
        raise Unreadable("the answer does not show what was made")
    return fields


def _next(offset: int, rows: Sequence[Fields], size: int) -> int | None:
    return offset + len(rows) if len(rows) >= size else None


def _said(fields: Fields, name: str, expected: str) -> str:
    seen = fields.number_text(name)
    if seen != expected:
        raise Unreadable(f"{name} is {seen[:40]!r}, expected {expected!r}")
    return seen


def _relation(fields: Fields) -> Relation:
    number = fields.number_text("CustomerNumber", "")
    return Relation(
        number="" if is_no_number(number) else number,
        name=fields.text("Name", ""),
        email=fields.text("Email", ""),
        vat_number=fields.text("TaxIdentificationNumber", ""),
        created_at=fields.integer_or_none("CreatedOn"),
    )


def _new_relation(fields: Fields) -> Relation:
    relation = _relation(fields)
    if not relation.number:
        raise Unreadable("the new customer has no number")
    return relation


# --- words ------------------------------------------------------------------------------------


def _say(reply: Reply) -> str:
    try:
        body = parse(reply.body)
    except Unreadable:
        return "no message"
    if not isinstance(body, dict):
        return "no message"
    return clean(" - ".join(str(body[key]) for key in ("errorCode", "errorMessage") if body.get(key)))


def _cause(reply: Reply, cause: Cause) -> Cause:
    """The limit in disguise: 401, and only the words tell it from wrong credentials."""
    limited = cause is Cause.CREDENTIALS and "ratelimit exceeded" in _say(reply).casefold()
    return Cause.LIMITED if limited else cause


_WORDS = Words(_say, _cause)
