"""What is asked when we measure? Ordinary requests of all five systems, most of them bookings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from servers import ADD, LIST

from ixmocks.kit import Kit

SERIAL = b"00000000"
"""Stands in a body for what may come once only; each request gets another number of eight digits."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    system: str
    method: str
    path: str
    body: Json | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    scenario: str = "documents"

    def request(self, kit: Kit) -> bytes:
        """The request's bytes, with the credentials of the default world."""
        signed = kit.credentials(self.system)
        members = {name: signed.pop(name) for name in kit.members(self.system) if name in signed}
        query, body = dict(self.query), None
        if self.body is None:
            query |= members
        else:
            body = json.dumps({**members, **self.body}).encode()
        path = self.path + ("?" + "&".join(f"{k}={v}" for k, v in query.items()) if query else "")
        head = [
            f"{self.method} {path} HTTP/1.1",
            "Host: 127.0.0.1",
            *(f"{k}: {v}" for k, v in signed.items()),
        ]
        if body is not None:
            head += "Content-Type: application/json", f"Content-Length: {len(body)}"
        return "\r\n".join(head).encode() + b"\r\n\r\n" + (body or b"")


def numbered(request: bytes, number: int) -> bytes:
    return request.replace(SERIAL, b"%08d" % number) if SERIAL in request else request


def sale(lines: int) -> Json:
    """A sale whose lines are all alike."""
    line = {
        "TaxPc": 21, "SubTotalInclTax": 449.68, "Description": "VIP seats, block A", "CostCenter": "WOMEN",
        "LedgerAccountNumber": "8000",
    }  # fmt: skip
    return {
        "CustomerNumber": 1, "InvoiceDate": "05-05-2017", "InvoiceNotes": "Instalment C-2017-0123-01",
        "Invoice_InvoiceLine": [line] * lines,
    }  # fmt: skip


def mixed_sale(lines: int) -> Json:
    """A sale of many different lines: other texts, amounts and rates, credits, members in another order or absent."""
    shown = []
    for number in range(lines):
        line: Json = {
            "SubTotalInclTax": round(12.34 * (number + 1) * (-1 if number % 9 == 8 else 1), 2),
            "Description": f"Seat {number + 1}, row {number % 7}, block {'ABCDE'[number % 5]}",
            "TaxPc": (21, 9, 0)[number % 3],
            "CostCenter": f"TEAM {number % 4}",
        }
        if number % 2:
            line["LedgerAccountNumber"] = "8000"
        shown.append(line)
    return {**sale(1), "Invoice_InvoiceLine": shown}


def order(lines: int) -> Json:
    """An order of Riverty."""
    items = [
        {
            "orderItemReference": number, "description": "Seat", "quantity": 1, "grossUnitPrice": 119,
            "vatPercent": 19, "vatAmount": 19, "positionType": "SALES_ARTICLE",
        }
        for number in range(1, lines + 1)
    ]  # fmt: skip
    return {
        "orderReference": f"A{SERIAL.decode()}", "orderDate": "2017-05-05", "orderType": "DIGITAL_GOODS",
        "orderChannel": "ECOM", "currency": "EUR", "supplyingCountry": "NL",
        "billToAddress": {"lastName": "De Vries", "language": "nl"}, "items": items,
    }  # fmt: skip


def crm_invoice(lines: int) -> Json:
    line = {
        "product_identifier": {"code": "Gold"}, "quantity": 1, "cost": 100, "vat_rate_identifier": {"name": "High"},
    }  # fmt: skip
    return {
        "accounts_receivable_identifier": {"number": "401"}, "type_identifier": {"name": "Invoice"},
        "life_cycle_state": "POSTED", "invoice_item_set": [line] * lines,
    }  # fmt: skip


def tcx_invoice(lines: int) -> Json:
    line = {"product": "1234567890ABCDEF12345677", "units": 1}
    return {"customer": "123457890ABCDEF12345678", "sent": False, "lines": [line] * lines}


RIVERTY = "/accounting/v1/businesses/1000/customers/TFI2021072801/orders"
CRM = "/crmapi/rest/v2/invoices/create"
KINDS = (
    Kind("silvasoft list", "silvasoft", "GET", LIST),
    *(Kind(f"silvasoft sale, {n}", "silvasoft", "POST", ADD, sale(n)) for n in (1, 10, 75)),
    *(Kind(f"silvasoft mixed sale, {n}", "silvasoft", "POST", ADD, mixed_sale(n)) for n in (3, 75)),
    Kind("ixpole instalments", "ixpole", "GET", "/api/instalments", scenario="club-season"),
    *(Kind(f"riverty order, {n}", "riverty", "POST", RIVERTY, order(n)) for n in (1, 75)),
    *(Kind(f"telecomx invoice, {n}", "telecomx", "POST", "/invoice", tcx_invoice(n)) for n in (1, 75)),
    *(Kind(f"crmcom invoice, {n}", "crmcom", "POST", CRM, crm_invoice(n)) for n in (1, 75)),
)
