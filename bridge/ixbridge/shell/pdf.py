"""What does the annex of a summed-up invoice look like? Every line, on as many pages as it takes.

The same invoice gives the same bytes: no date, no random id. Reportlab is loaded on first use.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ixbridge.core.model import Invoice, InvoiceLine
from ixbridge.core.money import print_decimal, print_minor

_MARGIN, _TOP, _BOTTOM, _STEP, _SIZE = 42.0, 790.0, 60.0, 12.0, 8.0
_COLUMNS = (("Line", 42.0), ("On", 70.0), ("Description", 98.0))
_AMOUNTS = (("VAT", 420.0), ("Net", 485.0), ("Incl. VAT", 553.0))
_TEXT_WIDTH = 290.0
FONT = "ixkit"


@dataclass(frozen=True, slots=True)
class Row:
    """One printed row; a long description goes on in rows without numbers."""

    left: tuple[str, str, str]
    right: tuple[str, str, str] = ("", "", "")


def annex_pdf(invoice: Invoice, *, number: str | None = None) -> bytes:
    """All lines an invoice sums up, with the invoice line each went into, and totals that add up."""
    from reportlab.pdfgen.canvas import Canvas

    rows = list(_rows(invoice))
    per_page = int((_TOP - 60 - _BOTTOM) // _STEP)
    pages = [rows[start : start + per_page] for start in range(0, len(rows), per_page)]
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595.28, 841.89), invariant=1, pageCompression=1)
    canvas.setTitle(f"Annex {invoice.code}")
    canvas.setAuthor("")
    for index, page in enumerate(pages, start=1):
        _head(canvas, invoice, number, f"{index} / {len(pages)}")
        y = _TOP - 60
        for row in page:
            _row(canvas, row, y)
            y -= _STEP
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _rows(invoice: Invoice) -> Iterator[Row]:
    place = {number: str(at) for at, line in enumerate(invoice.lines, start=1) for number in line.merged}
    lines = invoice.annex or invoice.lines
    for line in lines:
        first, *rest = wrapped(line.description)
        number = line.merged[0] if line.merged else 0
        yield Row((str(number or ""), place.get(number, ""), first), _amounts(line, invoice.currency))
        for text in rest:
            yield Row(("", "", text))
    net = print_minor(sum(line.net_minor for line in lines), currency=invoice.currency)
    gross = print_minor(sum(line.gross_minor for line in lines), currency=invoice.currency)
    yield Row(("", "", f"Total of {len(lines)} lines, {invoice.currency}"), ("", net, gross))


def _amounts(line: InvoiceLine, currency: str) -> tuple[str, str, str]:
    net = print_minor(line.net_minor, currency=currency)
    gross = print_minor(line.gross_minor, currency=currency)
    return f"{print_decimal(line.vat_percentage)} %", net, gross


def wrapped(text: str) -> list[str]:
    """The text in pieces that fit the column; a word that is too long is cut, never dropped."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    rows: list[str] = []
    row = ""
    for word in printable(text).split():
        while word:
            longer = f"{row} {word}" if row else word
            if stringWidth(longer, FONT, _SIZE) <= _TEXT_WIDTH:
                row, word = longer, ""
            elif row:
                rows.append(row)
                row = ""
            else:
                fits = max(1, int(len(word) * _TEXT_WIDTH / stringWidth(word, FONT, _SIZE)) - 1)
                rows.append(word[:fits])
                word = word[fits:]
    return [*rows, row] if row or not rows else rows


def printable(text: str) -> str:
    """What the font cannot draw is shown by its number, so that nothing disappears."""
    glyphs = register_font().face.charToGlyph
    return "".join(each if each == " " or ord(each) in glyphs else f"<U+{ord(each):04X}>" for each in text)


def register_font() -> Any:
    """Vera comes with reportlab and knows more letters than the built-in fonts."""
    import reportlab
    from reportlab.pdfbase import pdfmetrics, ttfonts

    if FONT not in pdfmetrics.getRegisteredFontNames():
        path = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
        pdfmetrics.registerFont(ttfonts.TTFont(FONT, str(path)))
    return pdfmetrics.getFont(FONT)


def _head(canvas: Any, invoice: Invoice, number: str | None, page: str) -> None:
    canvas.setFont(FONT, 12)
    canvas.drawString(_MARGIN, _TOP, printable(f"Annex to invoice {number or invoice.number or ''}".strip()))
    canvas.setFont(FONT, _SIZE)
    about = f"Instalment {invoice.code}   Date {invoice.date.isoformat()}   Page {page}"
    canvas.drawString(_MARGIN, _TOP - 18, printable(about))
    for title, x in _COLUMNS:
        canvas.drawString(x, _TOP - 42, title)
    for title, x in _AMOUNTS:
        canvas.drawRightString(x, _TOP - 42, title)
    canvas.line(_MARGIN, _TOP - 47, 553, _TOP - 47)


def _row(canvas: Any, row: Row, y: float) -> None:
    for (_, x), text in zip(_COLUMNS, row.left, strict=True):
        canvas.drawString(x, y, text)
    for (_, x), text in zip(_AMOUNTS, row.right, strict=True):
        canvas.drawRightString(x, y, text)
