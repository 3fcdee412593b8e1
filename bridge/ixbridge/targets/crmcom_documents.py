"""How does an invoice go to CRM.COM, and how is one read? Only its state says whether it counts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from ixbridge.core import money
from ixbridge.core.drafts import is_no_number
from ixbridge.core.model import Document, DocumentLine, Invoice, InvoiceLine, Totals
from ixbridge.core.parked import Parked
from ixbridge.core.reading import Fields, Unreadable
from ixbridge.core.steps import Creation

# --- to be made -------------------------------------------------------------------------------


def body_of(invoice: Invoice, creation: Creation) -> dict[str, Any]:
    options = invoice.options
    body: dict[str, Any] = {
        "accounts_receivable_identifier": {"number": invoice.customer_number},
        "type_identifier": {"name": options.get("type", "Invoice")},
        "life_cycle_state": "DRAFT" if creation.is_draft else "POSTED",
        "back_office_code": invoice.code,
        "intended_currency_identifier": {"code": invoice.currency},
        "notes": invoice.notes,
        "invoice_item_set": [_item(line, invoice) for line in invoice.lines],
    }
    if not creation.is_draft:
        body["posted_on"] = f"{invoice.date.isoformat()}T00:00:00"
    if invoice.due_date is not None:
        body["due_on"] = f"{invoice.due_date.isoformat()}T00:00:00"
    category = options.get("category")
    return {**body, "category_identifier": {"name": category}} if category else body


def _item(line: InvoiceLine, invoice: Invoice) -> dict[str, Any]:
    """One of the product, at the final amount or at the net cost: never both, and no discount."""
    by_cost = invoice.options.get("amounts") == "cost"
    amount = line.net_minor if by_cost else line.gross_minor
    body: dict[str, Any] = {
        "product_identifier": {"code": line.product_code},
        "quantity": 1,
        "cost" if by_cost else "sub_total": money.as_decimal(amount, currency=invoice.currency),
    }
    if line.tax_code is not None:
        body["vat_rate_identifier"] = {"name": line.tax_code}
    place = invoice.options.get("line_text")
    return {**body, place: line.description} if place else body


# --- as they are read -------------------------------------------------------------------------


def created(data: Fields, invoice: Invoice, creation: Creation) -> Document:
    """The answer to a create is short: a number and a state. The rest is read back afterwards."""
    state, wanted = data.text("life_cycle_state"), "DRAFT" if creation.is_draft else "POSTED"
    if state != wanted:
        raise Unreadable(f"life_cycle_state is {state!r}, expected {wanted}")
    made = _document(data, totals=None)
    if made.number is None and made.draft_id is None:
        raise Unreadable("the answer has no number")
    return replace(made, key=invoice.code)


def document(data: Fields) -> Document:
    """An invoice as it is shown in full."""
    gross = _minor(data, "total_amount")
    tax = next((_minor(data, name) for name in ("tax_amount", "vat_amount") if name in data), None)
    net = gross - tax if tax is not None else _minor(data, "net_amount")
    return _document(data, totals=Totals(net, gross - net, gross))


def _document(data: Fields, *, totals: Totals | None) -> Document:
    """Only the state says whether it counts: a draft has its number from the start."""
    state, number = data.text("life_cycle_state"), data.number_text("number", "")
    if state not in _STATES:
        raise Unreadable(f"life_cycle_state is {state[:40]!r}, expected {', '.join(_STATES)}")
    named = (number, data.number_text("reference_number", ""), data.text("id", ""))
    is_real = state in ("POSTED", "CANCELLED")
    real = None if not is_real or is_no_number(number) else number
    day = "posted_on" if data.text("posted_on", "") else "issued_on"
    return Document(
        number=real,
        # ASSUMED: where a draft has no number yet, its reference number stands for it, else its id.
        draft_id=next((text for text in named if not is_no_number(text)), None) if real is None else None,
        date=data.iso_date(day),
        due_date=data.iso_date_or_none("due_on"),
        totals=totals,
        outstanding_minor=_minor(data, "outstanding_amount") if "outstanding_amount" in data else None,
        notes=data.text("notes", ""),
        key=data.text("back_office_code", ""),
        void=_STATES[state],
        lines=tuple(_shown(item) for item in data.items("invoice_item_set")),
    )


_STATES = {"DRAFT": "", "POSTED": "", "REJECTED": "rejected", "CANCELLED": "cancelled"}


def _shown(item: Fields) -> DocumentLine:
    product = item.fields("product") if "product" in item else Fields({})
    percentage = item.decimal("vat_percentage", Decimal(0))
    discount = _minor(item, "discount_amount") if "discount_amount" in item else 0
    return DocumentLine(
        description=product.text("description", "") or product.text("code", ""),
        quantity=money.print_decimal(item.decimal("quantity", Decimal(1))),
        net_minor=(_minor(item, "net_amount") if "net_amount" in item else 0) - discount,
        vat=f"{money.print_decimal(percentage)} %",
    )


def _minor(data: Fields, name: str) -> int:
    # Whatever the account's currency, amounts have two decimals (CRM-27).
    amount = money.read_minor(data.decimal(name), currency="EUR", field=name)
    if isinstance(amount, Parked):
        raise Unreadable(amount.message)
    return amount
