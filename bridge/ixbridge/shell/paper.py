"""What does an invoice look like whose system makes no PDF? Drawn of what that system shows of it.

The same document gives the same bytes: no date, no random id. Reportlab is loaded on first use.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ixbridge.core.life import Life
from ixbridge.core.model import Document
from ixbridge.core.money import print_minor
from ixbridge.shell.pdf import FONT, printable, register_font, wrapped

_MARGIN, _RIGHT, _TOP, _BOTTOM, _STEP, _SIZE = 42.0, 553.0, 790.0, 60.0, 12.0, 8.0
_HEAD = 130.0
_COLUMNS = (("Description", 42.0), ("Quantity", 360.0), ("VAT", 430.0))

Row = tuple[str, str, str, str]


def drawn(document: Document, life: Life) -> Document:
    """The document with its PDF."""
    return replace(document, pdf=invoice_pdf(document, life))


def invoice_pdf(document: Document, life: Life) -> bytes:
    """Number, dates, customer, lines and totals, on as many pages as it takes."""
    from reportlab.pdfgen.canvas import Canvas

    register_font()
    rows = list(_rows(document, life.currency or document.currency))
    per_page = int((_TOP - _HEAD - _BOTTOM) // _STEP)
    pages = [rows[start : start + per_page] for start in range(0, len(rows), per_page)]
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595.28, 841.89), invariant=1, pageCompression=1)
    canvas.setTitle(f"Invoice {document.number or ''}".strip())
    canvas.setAuthor("")
    for index, page in enumerate(pages, start=1):
        _head(canvas, document, life, f"{index} / {len(pages)}")
        y = _TOP - _HEAD
        for row in page:
            _row(canvas, row, y)
            y -= _STEP
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _rows(document: Document, currency: str) -> Iterator[Row]:
    for line in document.lines:
        first, *rest = wrapped(line.description)
        yield first, line.quantity, line.vat, print_minor(line.net_minor, currency=currency)
        for text in rest:
            yield text, "", "", ""
    totals = document.totals
    if totals is not None:
        yield "", "", "", ""
        yield f"Net, {currency}", "", "", print_minor(totals.net_minor, currency=currency)
        yield "VAT", "", "", print_minor(totals.vat_minor, currency=currency)
        yield "Total", "", "", print_minor(totals.gross_minor, currency=currency)


def _head(canvas: Any, document: Document, life: Life, page: str) -> None:
    canvas.setFont(FONT, 14)
    canvas.drawString(_MARGIN, _TOP, printable(f"Invoice {document.number or ''}".strip()))
    canvas.setFont(FONT, _SIZE)
    due = f"   Due {document.due_date.isoformat()}" if document.due_date else ""
    about = (
        life.customer_name,
        f"Customer {life.customer_number or document.customer_number}",
        f"Date {document.date.isoformat()}{due}   Page {page}",
        document.notes[:120],
    )
    for at, text in enumerate(about):
        canvas.drawString(_MARGIN, _TOP - 24 - at * 14, printable(text))
    y = _TOP - _HEAD + 20
    for title, x in _COLUMNS:
        canvas.drawString(x, y, title)
    canvas.drawRightString(_RIGHT, y, "Net")
    canvas.line(_MARGIN, y - 5, _RIGHT, y - 5)


def _row(canvas: Any, row: Row, y: float) -> None:
    canvas.setFont(FONT, _SIZE)
    for (_, x), text in zip(_COLUMNS, row, strict=False):
        canvas.drawString(x, y, printable(text))
    canvas.drawRightString(_RIGHT, y, row[3])
