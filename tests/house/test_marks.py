"""Do made tables stand in a page where its marks are, and does the rest of it stay as it was?"""

from __future__ import annotations

from pathlib import Path

import pytest
from tools import marks

ROOT = Path(__file__).parents[2]


def test_a_table_stands_between_its_marks_and_a_second_time_instead_of_the_first() -> None:
    page = "before\n<!-- other -->\nold\n<!-- /other -->\n<!-- here -->\nold\n<!-- /here -->\nafter\n"
    for row in ("first", r"\1 second"):
        page = marks.placed(page, "here", marks.table(["", "ixkit"], [[row, "–"]], right=True))
        assert page == (
            "before\n<!-- other -->\nold\n<!-- /other -->\n<!-- here -->\n\n|  | ixkit |\n| --- | --: |\n"
            f"| {row} | – |\n\n<!-- /here -->\nafter\n"
        )


@pytest.mark.parametrize("page", ["", "<!-- here -->", "<!-- here -->\n<!-- /here -->" * 2])
def test_a_page_without_just_one_place_is_told(page: str) -> None:
    with pytest.raises(ValueError, match="exactly one place <!-- here -->"):
        marks.placed(page, "here", "table")


@pytest.mark.parametrize(
    ("name", "mark"), [("performance", "bench"), ("performance", "inside"), ("conformance", "conform")]
)
def test_our_own_pages_have_the_places_that_long_runs_fill(name: str, mark: str) -> None:
    assert "made" in marks.placed((ROOT / "docs" / f"{name}.md").read_text("utf-8"), mark, "made")
