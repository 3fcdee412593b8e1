"""How do an order and its invoice go to Riverty? Customer and prices stand in the order; the invoice names lines."""

from __future__ import annotations

import re
from typing import Any

from ixbridge.core import money
from ixbridge.core.model import Customer, InvoiceLine
from ixbridge.core.relations import address_of, contact_of, email_of, name_of
from ixbridge.core.steps import CreateDocument, RequestInvoice

DESCRIPTION_MAX = 50

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


def order_of(step: CreateDocument) -> dict[str, Any]:
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


def invoice_of(step: RequestInvoice) -> dict[str, Any]:
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
