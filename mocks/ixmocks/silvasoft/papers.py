"""What does the PDF of an invoice show? The attached one for a booked file, else one made from its values."""

from __future__ import annotations

import base64
from fractions import Fraction

from ixmocks.paper import Paper, pdf
from ixmocks.silvasoft.form import show_day
from ixmocks.silvasoft.model import Invoice, Kind, Line
from ixmocks.silvasoft.money import shown


def base64_of(invoice: Invoice, *, generate: bool = True) -> str | None:
    """The document in base64; None for a draft, and without `generate` for books that hold no PDF."""
    if invoice.number is None:
        return None
    # ASSUMED: a file that came with a bookkeeping invoice is its document, if it is a PDF.
    attached = next((file for file in invoice.attachments if file.mime == "application/pdf"), None)
    if invoice.kind is Kind.BOOKKEEPING and attached is not None:
        return base64.b64encode(attached.content).decode("ascii")
    if invoice.kind is Kind.BOOKKEEPING and not generate:
        return None
    return base64.b64encode(pdf(paper_of(invoice))).decode("ascii")


def paper_of(invoice: Invoice) -> Paper:
    """The values that stand on the page."""
    customer = invoice.customer
    address = invoice.address or customer.address
    title = "Credit note" if invoice.incl_cents < 0 else "Invoice"
    return Paper(
        title=f"{title} {invoice.number}",
        to=(
            customer.name,
            f"{address.street} {address.unit}{address.appendix}".strip(),
            f"{address.postal_code} {address.city} {address.country}".strip(),
        ),
        head=(
            ("Date", show_day(invoice.date)),
            ("Due date", show_day(invoice.due)),
            ("Customer", str(customer.customer_number or "")),
            ("Reference", invoice.reference),
            ("Project", invoice.project.name if invoice.project else ""),
        ),
        notes=invoice.notes,
        columns=("Description", "VAT", "Excl. VAT", "Incl. VAT"),
        lines=tuple(_row(line) for line in invoice.lines),
        totals=(
            ("Total excl. VAT", _amount(invoice.net_cents)),
            ("VAT", _amount(invoice.incl_cents - invoice.net_cents)),
            ("Total", _amount(invoice.incl_cents)),
        ),
    )


def _row(line: Line) -> tuple[str, ...]:
    rate = f"{shown(Fraction(line.tax.percent))}%" if line.tax else ""
    return line.description, rate, _amount(line.net), _amount(line.incl)


def _amount(cents: int) -> str:
    sign, size = ("-", -cents) if cents < 0 else ("", cents)
    whole = shown(Fraction(size // 100))
    return f"{sign}{whole}.{size % 100:02d}"
