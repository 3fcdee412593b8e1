"""How does an invoice look on paper? A small PDF from plain values, byte for byte the same each time."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

MARGIN = 50.0
LINE_HEIGHT = 14.0
PAGES_MAX = 200
SIZE = 9.0
TEXT_MAX = 10_000
"""Characters of one text that are looked at: a page shows far fewer."""

_FONT, _BOLD = "Helvetica", "Helvetica-Bold"


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on an invoice, ready to print: everything is text."""

    title: str
    head: Sequence[tuple[str, str]] = ()
    """Name and value; rows without a value are left out."""
    columns: Sequence[str] = ()
    """The first is wide and flush left, the others are narrow and flush right."""
    lines: Sequence[Sequence[str]] = ()
    totals: Sequence[tuple[str, str]] = ()
    to: Sequence[str] = ()
    """Name and address of the receiver."""
    notes: str = ""
    """May be HTML; its text is printed."""


def pdf(paper: Paper) -> bytes:
    """The document. The same values give the same bytes: no clock and no chance is in it."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setTitle(printable(paper.title))
    canvas.setProducer("ixkit")
    page = _Page(canvas, *A4)
    page.write(paper.title, font=_BOLD, size=16.0, gap=24.0)
    for text in paper.to:
        page.write(text)
    page.skip()
    for name, value in paper.head:
        if value:
            page.write(f"{name}: {value}")
    page.skip()
    for text in plain(paper.notes).splitlines()[:20]:
        page.write(text)
    page.skip()
    page.table(paper.columns, paper.lines)
    page.skip()
    for name, value in paper.totals:
        page.row(("", name, value), font=_BOLD)
    page.number()
    canvas.save()
    return out.getvalue()


def printable(text: str) -> str:
    """The text in the characters that the built-in fonts have; others lose their accents or become '?'."""
    shown: list[str] = []
    for char in text[:TEXT_MAX]:
        if not char.isprintable():
            shown.append(" ")
        elif _has(char):
            shown.append(char)
        else:
            bare = "".join(part for part in unicodedata.normalize("NFKD", char) if _has(part))
            shown.append(bare or "?")
    return "".join(shown)


def plain(text: str) -> str:
    """HTML as text: breaks become new lines, marks vanish, entities become characters."""
    broken = re.sub(r"(?i)<br\s*/?>|</(p|h[1-6]|div|li)\s*>", "\n", text[:TEXT_MAX])
    return html.unescape(re.sub(r"<[^<>]*>", "", broken)).strip()


def _has(char: str) -> bool:
    try:
        char.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return char.isprintable()


class _Page:
    """A cursor that walks down a page and begins the next one at its foot."""

    def __init__(self, canvas: Any, width: float, height: float) -> None:
        self.canvas = canvas
        self.width, self.height = width, height
        self.y = height - MARGIN
        self.pages = 1

    def skip(self) -> None:
        self.y -= LINE_HEIGHT

    def write(self, text: str, *, font: str = _FONT, size: float = SIZE, gap: float = LINE_HEIGHT) -> None:
        if not text:
            return
        self._room()
        self._text(MARGIN, text, font=font, size=size, width=self.width - 2 * MARGIN)
        self.y -= gap

    def table(self, columns: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
        if columns:
            self.row(columns, font=_BOLD)
        for line in lines:
            if self._room() and columns:
                self.row(columns, font=_BOLD)
            self.row(line)

    def row(self, cells: Sequence[str], *, font: str = _FONT) -> None:
        """The first cell from the left; the others in narrow columns from the right."""
        self._room()
        narrow = 85.0
        others = cells[1:]
        wide = self.width - 2 * MARGIN - narrow * len(others)
        if cells:
            self._text(MARGIN, cells[0], font=font, size=SIZE, width=max(wide - 10, narrow))
        for index, cell in enumerate(others, start=1):
            right = self.width - MARGIN - narrow * (len(others) - index)
            self._text(right, cell, font=font, size=SIZE, width=narrow - 6, flush_right=True)
        self.y -= LINE_HEIGHT

    def number(self) -> None:
        self.canvas.setFont(_FONT, 8.0)
        self.canvas.drawRightString(self.width - MARGIN, MARGIN / 2, str(self.pages))

    def _room(self) -> bool:
        """Whether a new page was begun, because this one is full."""
        if self.y > MARGIN + LINE_HEIGHT or self.pages >= PAGES_MAX:
            return False
        self.number()
        self.canvas.showPage()
        self.pages += 1
        self.y = self.height - MARGIN
        return True

    def _text(
        self, x: float, text: str, *, font: str, size: float, width: float, flush_right: bool = False
    ) -> None:
        shown = self._fitted(printable(text), font, size, width)
        self.canvas.setFont(font, size)
        if flush_right:
            self.canvas.drawRightString(x, self.y, shown)
        else:
            self.canvas.drawString(x, self.y, shown)

    def _fitted(self, text: str, font: str, size: float, width: float) -> str:
        """As much of the text as the column takes; an ellipsis says that there was more."""
        text = text[:400]
        if self.canvas.stringWidth(text, font, size) <= width:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            if self.canvas.stringWidth(f"{text[:middle]}…", font, size) <= width:
                low = middle
            else:
                high = middle - 1
        return f"{text[:low]}…"
