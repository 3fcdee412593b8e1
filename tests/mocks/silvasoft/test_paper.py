"""Is an invoice on paper a PDF, the same each time, whatever text is on it?"""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ixmocks.paper import Paper, pdf, plain, printable

texts = st.text(max_size=60)


@settings(max_examples=30)
@given(title=texts, notes=texts, cells=st.lists(texts, max_size=5), to=st.lists(texts, max_size=3))
@example(title="Invoice 1", notes="<b>İbrahim</b><br>漢字 \x00 ﷽ 😀 (\\)", cells=["a", "b", "c"], to=["Zoë"])
@example(title="\ud800", notes="\ud800", cells=["\udfff"], to=[])
def test_any_text_makes_a_pdf_and_the_same_one_twice(
    title: str, notes: str, cells: list[str], to: list[str]
) -> None:
    paper = Paper(title, (("Date", title),), cells, [cells], (("Total", notes),), to, notes)
    made = pdf(paper)
    assert made.startswith(b"%PDF-") and made.rstrip().endswith(b"%%EOF")
    assert pdf(paper) == made


@pytest.mark.parametrize(("lines", "pages"), [(1, 1), (40, 1), (75, 2), (160, 4)])
def test_many_lines_run_on_to_further_pages(lines: int, pages: int) -> None:
    rows = [("A very long description " * 9, "21%", "100.00", "121.00")] * lines
    made = pdf(Paper("Invoice", columns=("Description", "VAT", "Excl.", "Incl."), lines=rows))
    assert made.count(b"/Type /Page\n") == pages


@given(st.text(max_size=200))
def test_what_is_printed_fits_the_built_in_fonts(text: str) -> None:
    shown = printable(text)
    assert (shown.encode("cp1252") and shown.isprintable()) or not text


def test_accents_go_before_letters_do_and_html_becomes_text() -> None:
    assert printable("Łódź Žižkov ş 漢") == "?ódz Žižkov s ?"
    assert plain("<h3>Thanks</h3>See &amp; pay<br/>soon <b>now</b>") == "Thanks\nSee & pay\nsoon now"
