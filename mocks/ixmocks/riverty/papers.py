"""What does the PDF of an invoice show?"""

from __future__ import annotations

from ixmocks.paper import Paper
from ixmocks.riverty.model import Invoice, Line
from ixmocks.riverty.money import shown, vat_of


def paper_of(invoice: Invoice) -> Paper:
    """The values that stand on the page."""
    vat = sum(vat_of(line.gross_cents, line.vat_percent) for line in invoice.lines)
    total = invoice.gross_cents
    return Paper(
        title=f"Invoice {invoice.number}",
        to=invoice.bill_to,
        head=(
            ("Date", invoice.day.isoformat()),
            ("Due date", invoice.due.isoformat()),
            ("Dispatched", invoice.dispatched.isoformat()),
            ("Customer", invoice.customer),
            ("Order", invoice.order),
        ),
        columns=("Description", "Quantity", "VAT", f"{invoice.currency} incl. VAT"),
        lines=tuple(_row(line) for line in invoice.lines),
        totals=(
            ("Total excl. VAT", shown(total - vat)),
            ("VAT", shown(vat)),
            ("Total", shown(total)),
        ),
    )


def _row(line: Line) -> tuple[str, ...]:
    return line.description, f"{line.quantity:f}", f"{line.vat_percent:f}%", shown(line.gross_cents)
