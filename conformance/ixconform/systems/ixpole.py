"""iXpole: how a world's data is entered there, and what it holds in the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ixconform.data import Customer, Data, Instalment, Product
from ixconform.history import Exchange, Shelf, Told
from ixconform.money import shown
from ixconform.systems.target import Act

CODES = {"0": "0"}
_ALIASES = {
    "instalmentcode": "code",
    "invoicenumber": "number",
    "invoiceduedate": "due",
    "duedate": "due",
    "invoicepdf": "pdf",
    "pdf": "pdf",
    "pdflayout": "pdf",
    "paymentno": "payment",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """What a connector wrote back about one instalment in one request."""

    exchange: Exchange
    code: str
    number: str | None
    due: str | None
    pdf: str | None
    payment: str | None
    clears: bool = False
    """It took the payment back."""

    @property
    def draft(self) -> bool:
        return (self.number or "").startswith("D")


def enter_customer(customer: Customer, code: str | None, country: str) -> Act:
    street, postal, city = home_in(country)
    address = {
        "addressId": customer.id * 10,
        "isDefault": True,
        "street": street,
        "houseNumber": str(customer.id % 90 + 1),
        "postalCode": postal,
        "city": city,
        "countryCode": country,
    }
    fields: dict[str, Any] = {
        "customerId": customer.id,
        "customerCode": code,
        "email": customer.email,
        "invoiceEmail": customer.email,
        "addresses": [address],
    }
    if customer.person:
        first, last = customer.person
        return "addCustomer", {**fields, "customerType": "Private", "firstName": first, "lastName": last}
    return "addCustomer", {**fields, "name": customer.name, "vatNumber": customer.vat or None}


def home_in(country: str) -> tuple[str, str, str]:
    """Street, postal code and city of every customer at first; only house numbers differ."""
    return ("Bredgade", "1260", "København K") if country == "DK" else ("Voorbeeldstraat", "9000", "Gent")


def edit_customer(customer: Customer, country: str) -> Act:
    """The same customer at another address, with another e-mail address."""
    city, postal = ("Aarhus", "8000") if country == "DK" else ("Leuven", "3000")
    moved = {
        "addressId": customer.id * 10,
        "isDefault": True,
        "street": "Nygade" if country == "DK" else "Nieuwstraat",
        "houseNumber": "7",
        "postalCode": postal,
        "city": city,
        "countryCode": country,
    }
    email = f"moved{customer.id}@club.example"
    return "editCustomer", {
        "customerId": customer.id, "email": email, "invoiceEmail": email, "addresses": [moved],
    }  # fmt: skip


def enter_product(product: Product, currency: str) -> Act:
    return "addProduct", {
        "productId": product.id,
        "productCode": product.code,
        "description": product.text,
        "productGroup": product.group,
        "vatRate": _rate(product.rate),
        "priceExclVat": 100.0,
        "currency": currency,
        **({"ledgerAccount": product.ledger} if product.ledger else {}),
    }


def enter_instalment(instalment: Instalment, data: Data, currency: str) -> Act:
    lines = []
    for number, line in enumerate(instalment.lines, 1):
        product = data.product(line.product)
        gross_unit = Decimal(line.net_cents) / 100 / line.quantity
        unit = gross_unit / (1 - Decimal(line.discount) / 100)
        lines.append(
            {
                "lineNumber": number,
                "productId": line.product,
                "productCode": product.code,
                "description": line.text,
                "quantity": line.quantity,
                "vatRate": _rate(line.rate),
                "unitPriceExclVat": float(unit),
                "discountPercentage": line.discount,
                "amountExclVat": float(shown(line.net_cents)),
                "vatAmount": float(shown(line.vat_cents)),
                "amountInclVat": float(shown(line.gross_cents)),
                **({"ledgerAccount": line.ledger} if line.ledger else {}),
                **({"costCenter": line.cost_centre} if line.cost_centre else {}),
            }
        )
    contract = instalment.code.rsplit("-", 1)[0]
    return "addInstalment", {
        "instalmentCode": instalment.code,
        "instalmentDate": instalment.day,
        "type": "Credit" if instalment.credit else "Invoice",
        "invoiceReference": instalment.reference,
        "sale": {"contractNumber": contract, "saleType": "Credit" if instalment.credit else "Season"},
        "customer": {"customerId": instalment.customer},
        "currency": instalment.currency or currency,
        "paymentTermDays": instalment.term,
        "amountExclVat": float(shown(instalment.net_cents)),
        "vatAmount": float(shown(instalment.vat_cents)),
        "amountInclVat": float(shown(instalment.gross_cents)),
        "lines": lines,
    }


def shelf(state: Mapping[str, Any]) -> Shelf:
    told = {
        code: Told(
            code=code,
            number=each["invoice_number"] or "",
            due=each["due_date"] or "",
            payment=each["payment_no"] or "",
            pdf_bytes=(each["pdf"] or {}).get("bytes", 0),
        )
        for code, each in state["instalments"].items()
    }
    codes = {each["customer_id"]: each["code"] or "" for each in state["customers"].values()}
    return Shelf(instalments=told, customer_codes=codes)


def acks(exchange: Exchange) -> list[Ack]:
    """What a `putInstalments` said, whatever spelling it used; empty for anything else."""
    if exchange.operation != "putInstalments":
        return []
    bodies = exchange.sent if isinstance(exchange.sent, list) else [exchange.sent]
    return [_ack(exchange, each) for each in bodies if isinstance(each, Mapping)]


def _ack(exchange: Exchange, body: Mapping[str, Any]) -> Ack:
    found: dict[str, Any] = {}
    for name, value in body.items():
        meant = _ALIASES.get("".join(name.lower().split()))
        if meant:
            found[meant] = value
    text = {name: str(value) for name, value in found.items() if value is not None}
    return Ack(
        exchange=exchange,
        code=text.get("code", ""),
        number=text.get("number"),
        due=text.get("due"),
        pdf=text.get("pdf"),
        payment=text.get("payment"),
        clears="payment" in found and found["payment"] is None,
    )


def _rate(rate: str) -> dict[str, Any]:
    return {"code": rate, "percentage": float(rate)}
