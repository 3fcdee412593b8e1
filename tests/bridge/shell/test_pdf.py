"""Does the annex show every line, on every page, and always with the same bytes?"""

from __future__ import annotations

import base64
import pickle
import re
import subprocess
import sys
import zlib
from datetime import date
from decimal import Decimal

import pytest

from ixbridge.core.model import Invoice, InvoiceLine, Totals
from ixbridge.shell.pdf import _rows, annex_pdf


def an_invoice(count: int, text: str = "Seat") -> Invoice:
    annex = tuple(
        InvoiceLine(f"{text} {n}", 1000, 1210, Decimal(21), None, "8000", None, merged=(n,))
        for n in range(1, count + 1)
    )
    line = InvoiceLine(
        "All", 1000 * count, 1210 * count, Decimal(21), None, "8000", None, merged=tuple(range(1, count + 1))
    )
    totals = Totals(1000 * count, 210 * count, 1210 * count)
    return Invoice("C-1-01", date(2025, 9, 1), "EUR", "1", (line,), totals, "[iX:C-1-01]", annex=annex)


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", pdf))


def test_every_line_has_a_row_and_the_totals_add_up() -> None:
    rows = list(_rows(an_invoice(160)))
    assert [row.left[0] for row in rows[:-1]] == [str(n) for n in range(1, 161)]
    assert {row.left[1] for row in rows[:-1]} == {"1"}
    assert rows[0].right == ("21 %", "10.00", "12.10")
    assert rows[-1].left[2] == "Total of 160 lines, EUR"
    assert rows[-1].right == ("", "1600.00", "1936.00")


@pytest.mark.parametrize(("count", "expected"), [(1, 1), (54, 1), (55, 2), (160, 3), (1000, 19)])
def test_it_takes_as_many_pages_as_it_needs(count: int, expected: int) -> None:
    pdf = annex_pdf(an_invoice(count))
    assert pdf.startswith(b"%PDF-")
    assert pdf.rstrip().endswith(b"%%EOF")
    assert pages(pdf) == expected


def test_the_same_invoice_gives_the_same_bytes_in_another_process() -> None:
    code = (
        "import sys, base64; sys.path[:0] = sys.argv[1:]\n"
        "import pickle; from ixbridge.shell.pdf import annex_pdf\n"
        "sys.stdout.write(base64.b64encode(annex_pdf(pickle.loads(base64.b64decode(sys.stdin.read())))).decode())"
    )
    sent = base64.b64encode(pickle.dumps(an_invoice(60, "Łódź"))).decode()
    done = subprocess.run(
        [sys.executable, "-c", code, *sys.path], input=sent, capture_output=True, text=True, check=True
    )
    assert base64.b64decode(done.stdout) == annex_pdf(an_invoice(60, "Łódź"))


def test_other_lines_give_other_bytes() -> None:
    assert annex_pdf(an_invoice(2)) != annex_pdf(an_invoice(3))


@pytest.mark.parametrize(
    "text", ["", "x" * 500, "word " * 80, "スカーフ 🧣", "<b>&amp;", "e\u0301", "\u202eabc"]
)
def test_any_text_can_be_printed(text: str) -> None:
    pdf = annex_pdf(an_invoice(3, text))
    assert pages(pdf) == 1


def test_what_the_font_lacks_is_shown_by_number() -> None:
    first = next(iter(_rows(an_invoice(1, "🧣"))))
    assert first.left[2] == "<U+1F9E3> 1"


def test_a_long_description_loses_no_letter() -> None:
    text = "Hospitality " * 20 + "x" * 200
    rows = list(_rows(an_invoice(1, text)))[:-1]
    assert len(rows) > 3
    assert "".join(row.left[2] for row in rows).replace(" ", "") == f"{text} 1".replace(" ", "")


def test_loading_the_module_does_not_load_reportlab() -> None:
    code = "import sys; sys.path[:0] = sys.argv[1:]; import ixbridge.shell.pdf; assert 'reportlab' not in sys.modules"
    subprocess.run([sys.executable, "-c", code, *sys.path], check=True)


def test_the_number_is_on_the_page() -> None:
    numbered = annex_pdf(an_invoice(1), number="20250001")
    assert numbered != annex_pdf(an_invoice(1))
    assert zlib.crc32(numbered) == zlib.crc32(annex_pdf(an_invoice(1), number="20250001"))
