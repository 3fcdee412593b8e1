"""How is iXpole asked, and what do its answers mean? Requests and meanings, without a network.

Paths are the documented ones, oddity included: customers are read under ``customer``, written
under ``customers``.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from ixbridge.core import money
from ixbridge.core.answers import Words, clean, gate, understood
from ixbridge.core.model import (
    Address,
    Contact,
    Customer,
    Instalment,
    InstalmentType,
    Line,
    Product,
    VatRate,
)
from ixbridge.core.parked import Parked
from ixbridge.core.reading import Fields, Unreadable, parse
from ixbridge.core.steps import (
    Delivered,
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
from ixbridge.core.wire import Cause, Heard, Kind, No, Outcome, Reply, Request, Unknown

T = TypeVar("T")

NAME = "ixpole"
INSTALMENTS_MAX = 20_000
LINES_MAX = 5_000
TOKEN_LIFE_MAX_S = 86_400


# --- the token --------------------------------------------------------------------------------


def token_request(client_id: str, client_secret: str) -> Request:
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
    return Request(
        NAME,
        "postToken",
        Kind.READ,
        "POST",
        "/oauth/token",
        body=urlencode(form).encode(),
        content_type="application/x-www-form-urlencoded",
    )


def token_meaning(heard: Heard) -> Outcome[tuple[str, int]]:
    """The token and the seconds it lives. A 400 here speaks of the credentials, not of data."""
    reply = gate(heard, Kind.READ, _TOKEN_WORDS)
    return understood(reply, Kind.READ, _token) if isinstance(reply, Reply) else reply


def _token(reply: Reply) -> tuple[str, int]:
    fields = Fields(parse(reply.body))
    token = fields.text("access_token")
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise Unreadable("access_token is not a token")
    if fields.text("token_type", "bearer").casefold() != "bearer":
        raise Unreadable("token_type is not bearer")
    return token, max(0, min(fields.integer("expires_in"), TOKEN_LIFE_MAX_S))


# --- requests ---------------------------------------------------------------------------------


def request_for(step: Step[Any]) -> Request:
    match step:
        case ReadInstalments():
            return _read("getInstalments", "/api/instalments")
        case ReadCustomer(customer_id=customer_id):
            return _read("getCustomer", f"/api/customer/{customer_id:d}")
        case ReadProduct(product_id=product_id):
            return _read("getProduct", f"/api/products/{product_id:d}")
        case WriteCustomerCode(customer_id=customer_id, code=code):
            return _write("patchCustomer", "PATCH", f"/api/customers/{customer_id:d}", {"customerCode": code})
        case _:
            return _write("putInstalments", "PUT", "/api/instalments", written(step))


def written(step: Step[Any]) -> dict[str, str | None]:
    """What is said of an instalment: always its code, byte for byte, and only what has changed."""
    match step:
        case WriteDraft(code=code, number=number):
            return {"instalmentCode": code, "invoiceNumber": number}
        case WriteInvoice(code=code, number=number, due_date=due_date, pdf=pdf):
            said: dict[str, str | None] = {
                "instalmentCode": code,
                "invoiceNumber": number,
                "invoiceDueDate": due_date.isoformat(),
            }
            return said if pdf is None else {**said, "invoicePdf": base64.b64encode(pdf).decode("ascii")}
        case WritePayment(code=code, payment_no=payment_no):
            return {"instalmentCode": code, "paymentNo": payment_no}
        case _:
            raise TypeError(f"iXpole cannot be asked {type(step).__name__}")


def _read(operation: str, path: str) -> Request:
    return Request(NAME, operation, Kind.READ, "GET", path)


def _write(operation: str, method: str, path: str, body: Mapping[str, str | None]) -> Request:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Request(NAME, operation, Kind.WRITE, method, path, body=text.encode())


# --- meanings ---------------------------------------------------------------------------------


def meaning_of(step: Step[T], heard: Heard) -> Outcome[T]:
    kind = request_for(step).kind
    reply = gate(heard, kind, _WORDS)
    if isinstance(reply, (No, Unknown)):
        return reply
    return cast("Outcome[T]", understood(reply, kind, lambda reply: _value(step, reply)))


def _value(step: Step[Any], reply: Reply) -> Any:
    match step:
        case ReadInstalments():
            return instalments(parse(reply.body))
        case ReadCustomer(customer_id=customer_id):
            return _same_id(customer(Fields(parse(reply.body), anycase=True)), customer_id)
        case ReadProduct(product_id=product_id):
            return _same_id(product(Fields(parse(reply.body), anycase=True)), product_id)
        case WriteCustomerCode(code=code):
            return _echo(reply, {"customerCode": code})
        case _:
            return _echo(reply, {k: v for k, v in written(step).items() if k in _ECHOED})


_ECHOED = ("instalmentCode", "invoiceNumber", "paymentNo")
Identified = TypeVar("Identified", Customer, Product)


def _same_id(item: Identified, expected: int) -> Identified:
    if item.id != expected:
        raise Unreadable(f"asked for id {expected}, got {item.id}")
    return item


def _echo(reply: Reply, said: Mapping[str, str | None]) -> None:
    """A write answered 2xx: an empty body is fine, an echo must agree, anything else is no answer."""
    # ASSUMED: the success code and body of PUT and PATCH are not documented; 200 with the object,
    # or 204 without, are both taken.
    if not reply.body.strip():
        return
    body = parse(reply.body)
    if isinstance(body, list) and len(body) == 1:
        body = body[0]
    fields = Fields(body, anycase=True)
    for name, value in said.items():
        if name in fields and fields.number_text(name) != value:
            raise Unreadable(f"{name} was written as {value!r}, but the answer shows another")


# --- instalments ------------------------------------------------------------------------------


def instalments(body: Any) -> tuple[Delivered, ...]:
    """Every instalment of the list; what cannot be read is set aside alone, a broken list is an error."""
    if not isinstance(body, list):
        raise Unreadable("the list of instalments is not an array")
    if len(body) > INSTALMENTS_MAX:
        raise Unreadable(f"{len(body)} instalments at once, at most {INSTALMENTS_MAX} are taken")
    found = [_delivered(item, place) for place, item in enumerate(body, 1)]
    seen = Counter(each.code for each in found)
    doubled = {code for code, count in seen.items() if count > 1}
    kept: dict[str, Delivered] = {
        each.code: Unusable(each.code, "the list has this code more than once")
        if each.code in doubled
        else each
        for each in found
    }
    return tuple(kept.values())


def _delivered(item: Any, place: int) -> Delivered:
    code = f"#{place}"
    try:
        fields = Fields(item, anycase=True)
        code = fields.text("instalmentCode") or code
        return instalment(fields)
    except Unreadable as error:
        return Unusable(code, clean(str(error)))


def instalment(fields: Fields) -> Instalment:
    """One instalment, exactly as it came: no default stands in for an amount."""
    currency = fields.text("currency", "EUR")
    code = fields.text("instalmentCode")
    if not code:
        raise Unreadable("instalmentCode is empty")
    buyer = fields.fields("customer")
    sale = fields.fields("sale") if "sale" in fields else Fields({})
    season = fields.fields("season") if "season" in fields else Fields({})
    lines = fields.items("lines")
    if len(lines) > LINES_MAX:
        raise Unreadable(f"{len(lines)} lines, at most {LINES_MAX} are taken")
    return Instalment(
        code=code,
        date=fields.iso_date("instalmentDate"),
        type=_type(fields.text("type", "Invoice")),
        customer_id=buyer.integer("customerId"),
        customer_code=buyer.number_text("customerCode", "") or None,
        customer_name=buyer.text("name", ""),
        currency=currency,
        payment_term_days=fields.integer_or_none("paymentTermDays"),
        net_minor=_minor(fields, "amountExclVat", currency),
        vat_minor=_minor(fields, "vatAmount", currency),
        gross_minor=_minor(fields, "amountInclVat", currency),
        lines=tuple(_line(line, currency, number) for number, line in enumerate(lines, 1)),
        status=fields.text("status", "ToDo"),
        invoice_number=fields.number_text("invoiceNumber", "") or None,
        invoice_due_date=fields.iso_date_or_none("invoiceDueDate"),
        payment_no=fields.number_text("paymentNo", "") or None,
        invoice_reference=fields.text("invoiceReference", ""),
        contract_number=sale.text("contractNumber", ""),
        is_barter=sale.flag("isBarter", False),
        credited_code=sale.text("creditedInstalmentCode", "") or None,
        season=season.text("name", ""),
        sale_type=sale.text("saleType", ""),
    )


def _line(fields: Fields, currency: str, place: int) -> Line:
    return Line(
        number=place if fields.integer_or_none("lineNumber") is None else fields.integer("lineNumber"),
        product_id=fields.integer_or_none("productId"),
        product_code=fields.number_text("productCode", ""),
        description=fields.text("description", ""),
        quantity=fields.decimal("quantity"),
        unit_price=fields.decimal("unitPriceExclVat"),
        discount_percentage=fields.decimal("discountPercentage", _ZERO),
        vat_rate=_vat_rate(fields.fields("vatRate")),
        net_minor=_minor(fields, "amountExclVat", currency),
        vat_minor=_minor_or_none(fields, "vatAmount", currency),
        gross_minor=_minor_or_none(fields, "amountInclVat", currency),
        ledger_account=fields.number_text("ledgerAccount", "") or None,
        cost_centre=fields.number_text("costCenter", "") or None,
        period_from=fields.iso_date_or_none("periodFrom"),
        period_to=fields.iso_date_or_none("periodTo"),
        parent_product_id=fields.integer_or_none("parentProductId"),
    )


def _type(text: str) -> InstalmentType:
    try:
        return InstalmentType(text)
    except ValueError:
        raise Unreadable(f"type is {text[:30]!r}, expected Invoice or Credit") from None


def _vat_rate(fields: Fields) -> VatRate:
    return VatRate(fields.number_text("code"), fields.decimal("percentage"))


def _minor(fields: Fields, name: str, currency: str) -> int:
    amount = money.read_minor(fields.decimal(name), currency=currency, field=name)
    if isinstance(amount, Parked):
        raise Unreadable(amount.message)
    return amount


def _minor_or_none(fields: Fields, name: str, currency: str) -> int | None:
    return _minor(fields, name, currency) if name in fields else None


# --- customers and products -------------------------------------------------------------------


def customer(fields: Fields) -> Customer:
    return Customer(
        id=fields.integer("customerId"),
        code=fields.number_text("customerCode", "") or None,
        is_business=fields.text("customerType", "Business").casefold() != "private",
        name=fields.text("name", ""),
        first_name=fields.text("firstName", ""),
        last_name=fields.text("lastName", ""),
        vat_number=fields.text("vatNumber", ""),
        language=fields.text("language", ""),
        email=fields.text("email", ""),
        invoice_email=fields.text("invoiceEmail", ""),
        phone=fields.text("phone1", ""),
        is_active=fields.flag("isActive", True),
        addresses=tuple(_address(each) for each in fields.items("addresses")),
        contacts=tuple(_contact(each) for each in fields.items("contactPersons")),
    )


def _address(fields: Fields) -> Address:
    return Address(
        description=fields.text("description", ""),
        is_default=fields.flag("isDefault", False),
        street=fields.text("street", ""),
        house_number=fields.number_text("houseNumber", ""),
        box=fields.number_text("box", ""),
        postal_code=fields.number_text("postalCode", ""),
        city=fields.text("city", ""),
        country_code=fields.text("countryCode", ""),
    )


def _contact(fields: Fields) -> Contact:
    return Contact(
        first_name=fields.text("firstName", ""),
        last_name=fields.text("lastName", ""),
        email=fields.text("email", ""),
        phone=fields.text("phone", ""),
        gender=fields.text("gender", ""),
        is_default=fields.flag("isDefault", False),
    )


def product(fields: Fields) -> Product:
    currency = fields.text("currency", "EUR")
    return Product(
        id=fields.integer("productId"),
        code=fields.number_text("productCode"),
        description=fields.text("description", ""),
        vat_rate=_vat_rate(fields.fields("vatRate")),
        price_minor=_minor_or_none(fields, "priceExclVat", currency),
        currency=currency,
        unit=fields.text("unit", ""),
        group=fields.text("productGroup", ""),
        ledger_account=fields.number_text("ledgerAccount", "") or None,
    )


# --- words ------------------------------------------------------------------------------------

_ZERO = Decimal(0)


def _say(reply: Reply) -> str:
    """iXpole's own words for a refusal: ``Message``, with the first words of ``ModelState``."""
    try:
        body = parse(reply.body)
    except Unreadable:
        return "no message"
    if not isinstance(body, dict):
        return "no message"
    parts = [str(body[key]) for key in ("Message", "error", "error_description") if body.get(key)]
    state = body.get("ModelState")
    if isinstance(state, dict):
        parts += [f"{key}: {value[0]}" for key, value in state.items() if isinstance(value, list) and value]
    return clean("; ".join(parts)) or "no message"


def _refused_token(reply: Reply, cause: Cause) -> Cause:
    return Cause.CREDENTIALS if cause is Cause.INVALID else cause


_WORDS = Words(_say)
_TOKEN_WORDS = replace(_WORDS, cause=_refused_token)
