"""How does an invoice or order go to Silvasoft, and how is one read? Money, dates, tag and PDF in its own words."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import date, datetime
from typing import Any

from ixbridge.core import keys, money
from ixbridge.core.drafts import is_no_number
from ixbridge.core.model import Document, Invoice, InvoiceLine, Totals
from ixbridge.core.parked import Parked
from ixbridge.core.reading import Fields, Unreadable
from ixbridge.core.steps import Creation

CURRENCY = "EUR"
PDF_MAX_BYTES = 10 * 1024 * 1024
REFERENCE_MAX = 150
DATE = "%d-%m-%Y"


# --- to be made -------------------------------------------------------------------------------


def _transaction(invoice: Invoice) -> dict[str, Any]:
    body: dict[str, Any] = {
        "CustomerNumber": int(invoice.customer_number),
        "InvoiceDate": invoice.date.strftime(DATE),
        "InvoiceNotes": invoice.notes,
        "Invoice_InvoiceLine": [_line(line) for line in invoice.lines],
    }
    return body if invoice.number is None else {**body, "InvoiceNumber": int(invoice.number)}


def _draft(invoice: Invoice) -> dict[str, Any]:
    body = _transaction(invoice)
    body["AddAsDraft"] = True
    body["InvoiceReference"] = invoice.reference[:REFERENCE_MAX]
    if invoice.due_days:
        body["InvoiceDueDays"] = invoice.due_days
    body["Invoice_InvoiceLine"] = [
        {**_line(line), "ProductNumber": line.product_code, "Quantity": line.quantity}
        for line in invoice.lines
    ]
    return body


def _order(invoice: Invoice) -> dict[str, Any]:
    # An order has no inclusive line totals; whether its total can be reached was predicted before.
    return {
        "CustomerNumber": int(invoice.customer_number),
        "OrderDate": invoice.date.strftime(DATE),
        "OrderNotes": invoice.notes,
        "OrderReference": invoice.reference,
        "Order_Orderline": [
            {
                "ProductNumber": line.product_code,
                "Quantity": 1,
                "UnitPriceExclTax": money.as_decimal(line.net_minor, currency=CURRENCY),
                "Description": line.description,
                **_tax(line),
            }
            for line in invoice.lines
        ],
    }


def _line(line: InvoiceLine) -> dict[str, Any]:
    body: dict[str, Any] = {
        **_tax(line),
        "SubTotalInclTax": money.as_decimal(line.gross_minor, currency=CURRENCY),
        "Description": line.description,
    }
    if line.ledger_account:
        body["LedgerAccountNumber"] = line.ledger_account
    if line.cost_centre:
        body["CostCenter"] = line.cost_centre
    return body


def _tax(line: InvoiceLine) -> dict[str, Any]:
    return {"TaxPc": line.vat_percentage} if line.tax_code is None else {"TaxCode": line.tax_code}


CREATIONS = {
    Creation.TRANSACTION: ("addsalestransaction", _transaction),
    Creation.INVOICE_DRAFT: ("addsalesinvoice", _draft),
    Creation.ORDER: ("addorder", _order),
}


# --- as they are read -------------------------------------------------------------------------


def created(fields: Fields, invoice: Invoice, creation: Creation) -> Document:
    """The document as the create answered it; it must carry our tag, else it tells nothing."""
    made = order(fields) if creation is Creation.ORDER else document(fields)
    if not keys.is_tagged(made.notes, invoice.code):
        raise Unreadable("the answer shows a document without our tag")
    if not creation.is_draft and made.number is None:
        raise Unreadable("the answer has no invoice number")
    return made


def document(fields: Fields) -> Document:
    """A sales invoice. Without a number it is a draft, known by the instalment that its tag names."""
    # ASSUMED: a draft has no number of its own (none is documented), so the code in its tag,
    # which no other draft carries, stands for its document number.
    number = fields.number_text("InvoiceNumber", "")
    notes = fields.text("InvoiceNotes", "")
    real = None if is_no_number(number) else number
    codes = keys.codes_in(notes)
    return Document(
        number=real,
        draft_id=codes[0] if real is None and len(codes) == 1 else None,
        date=_date(fields, "InvoiceDate"),
        due_date=_date(fields, "InvoiceDueDate") if fields.text("InvoiceDueDate", "") else None,
        totals=Totals(
            _minor(fields, "InvoiceTotalExclTax"),
            _minor(fields, "InvoiceTaxAmount"),
            _minor(fields, "InvoiceTotalInclTax"),
        ),
        outstanding_minor=_minor(fields, "InvoiceOutstandingAmount")
        if "InvoiceOutstandingAmount" in fields
        else None,
        notes=notes,
        reference=fields.text("InvoiceReference", ""),
        customer_number=fields.number_text("CustomerNumber", ""),
        line_count=len(fields.items("Invoice_InvoiceLine")) if "Invoice_InvoiceLine" in fields else None,
        pdf=_pdf(fields),
    )


def order(fields: Fields) -> Document:
    """A sales order: a draft whose document number is the order's."""
    has_totals = "OrderTotalInclTax" in fields and "OrderTotalExclTax" in fields
    gross = _minor(fields, "OrderTotalInclTax") if has_totals else 0
    net = _minor(fields, "OrderTotalExclTax") if has_totals else 0
    return Document(
        number=None,
        draft_id=fields.number_text("OrderNumber"),
        date=_date(fields, "OrderDate"),
        due_date=None,
        totals=Totals(net, gross - net, gross) if has_totals else None,
        outstanding_minor=None,
        notes=fields.text("OrderNotes", ""),
        reference=fields.text("OrderReference", ""),
        customer_number=fields.number_text("CustomerNumber", ""),
    )


def _date(fields: Fields, name: str) -> date:
    text = fields.text(name)
    try:
        # Strict: strptime alone would take 5-5-2017 as well.
        if not re.fullmatch(r"\d\d-\d\d-\d{4}", text, re.ASCII):
            raise ValueError
        return datetime.strptime(text, DATE).date()  # noqa: DTZ007 - a calendar date has no zone
    except ValueError:
        raise Unreadable(f"{name} is {text[:30]!r}, expected a date dd-MM-yyyy") from None


def _minor(fields: Fields, name: str) -> int:
    amount = money.read_minor(fields.decimal(name), currency=CURRENCY, field=name)
    if isinstance(amount, Parked):
        raise Unreadable(amount.message)
    return amount


def _pdf(fields: Fields) -> bytes | None:
    text = fields.raw("Base64PDF")
    if not isinstance(text, str) or not text:
        return None
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable("Base64PDF is not base64") from None
    if not content.startswith(b"%PDF-") or len(content) > PDF_MAX_BYTES:
        raise Unreadable("Base64PDF does not hold a PDF of at most 10 MB")
    return content
