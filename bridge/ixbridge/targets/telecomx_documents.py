"""How does an invoice go to TelecomX, and how is one read? Danish days, amounts in kroner, ids and numbers."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ixbridge.core import keys, money
from ixbridge.core.drafts import is_no_number
from ixbridge.core.model import Document, DocumentLine, Invoice, InvoiceLine, Totals
from ixbridge.core.parked import Parked
from ixbridge.core.reading import Fields, Unreadable

CURRENCY = "DKK"
DENMARK = ZoneInfo("Europe/Copenhagen")
# The samples print some ids with 23 of their 24 digits.
ID = re.compile(r"[0-9A-Fa-f]{23,24}", re.ASCII)


# --- to be made -------------------------------------------------------------------------------


def body_of(invoice: Invoice) -> dict[str, Any]:
    body: dict[str, Any] = {
        "customer": invoice.customer_number,
        # What is marked as sent can no longer get its number; whether it was sent is not ours to say.
        "sent": False,
        "invoiceDate": midnight(invoice.date),
        "headline": invoice.notes,
        "lines": [_line(line) for line in invoice.lines],
    }
    if invoice.due_date is not None:
        body["dueDate"] = midnight(invoice.due_date)
    return body if invoice.number is None else {**body, "invoiceNumber": invoice.number}


def _line(line: InvoiceLine) -> dict[str, Any]:
    """One unit at the line's net amount: quantity and price stand in the description."""
    return {
        "product": line.article_id or line.product_code,
        "description": line.description,
        "units": -1 if line.net_minor < 0 else 1,
        "unitPrice": money.as_decimal(abs(line.net_minor), currency=CURRENCY),
        "vatExempt": not line.vat_percentage,
    }


def midnight(day: date) -> str:
    """The beginning of a day in Denmark, as TelecomX takes it: ``2015-01-01T00:00:00+0100``."""
    moment = datetime.combine(day, time(), DENMARK)
    return f"{day.isoformat()}T00:00:00{moment:%z}"


# --- as they are read -------------------------------------------------------------------------


def created(fields: Fields, invoice: Invoice) -> Document:
    """The document as the create answered it; it must carry our tag, else it tells nothing."""
    made = document(fields)
    if not keys.is_tagged(made.notes, invoice.code):
        raise Unreadable("the answer shows a document without our tag")
    return made


def document(fields: Fields) -> Document:
    """An invoice. Without a number it waits for the accounting side, and its id stands for one."""
    number = fields.number_text("invoiceNumber", "")
    customer = fields.raw("customer")
    expanded = isinstance(customer, dict)
    totals = Totals(_minor(fields, "subTotal"), _minor(fields, "vat"), _minor(fields, "total"))
    paid = fields.flag("paid", False)
    return Document(
        number=None if is_no_number(number) else number,
        draft_id=id_of(fields),
        date=day(fields, "invoiceDate"),
        due_date=day(fields, "dueDate") if fields.text("dueDate", "") else None,
        totals=totals,
        outstanding_minor=0 if paid else totals.gross_minor,
        notes=fields.text("headline", ""),
        customer_number=id_of(fields.fields("customer")) if expanded else fields.text("customer"),
        line_count=len(fields.items("lines")),
        lines=tuple(_shown(line) for line in fields.items("lines")),
        currency=CURRENCY,
    )


def _shown(fields: Fields) -> DocumentLine:
    units, price = fields.decimal("units", Decimal(1)), fields.decimal("unitPrice", Decimal(0))
    exact = (units * price * 100).as_integer_ratio()
    name, text = fields.text("name", ""), fields.text("description", "")
    return DocumentLine(
        description=text or name,
        quantity=money.print_decimal(units),
        net_minor=money.rounded(*exact),
        vat="exempt" if fields.flag("vatExempt", False) else "25 %",
    )


def day(fields: Fields, name: str) -> date:
    """The day that a calendar in Denmark shows at a moment such as ``2014-12-31T23:00:00.000Z``."""
    text = fields.text(name)
    try:
        if not _MOMENT.fullmatch(text):
            raise ValueError
        moment = datetime.fromisoformat(text)
        return moment.astimezone(DENMARK).date()
    except (ValueError, OverflowError):
        raise Unreadable(f"{name} is {text[:40]!r}, expected a moment with its zone") from None


_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)", re.ASCII)


def id_of(fields: Fields) -> str:
    id = fields.text("_id")
    if not ID.fullmatch(id):
        raise Unreadable(f"_id is {id[:40]!r}, expected 24 hexadecimal digits")
    return id


def _minor(fields: Fields, name: str) -> int:
    amount = money.read_minor(fields.decimal(name), currency=CURRENCY, field=name)
    if isinstance(amount, Parked):
        raise Unreadable(amount.message)
    return amount
