"""Do measured figures stand in a page where its marks are, and does the rest of it stay as it was?"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def page() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_page", ROOT / "tests" / "bench" / "page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_table_stands_between_its_marks_and_a_second_time_instead_of_the_first(
    page: ModuleType, tmp_path: Path
) -> None:
    path = tmp_path / "page.md"
    path.write_text(
        "before\n<!-- other -->\nold\n<!-- /other -->\n<!-- bench -->\nold\n<!-- /bench -->\nafter\n"
    )
    for row in ("first", "second"):
        page.write(path, "bench", page.markdown(["", "ixkit"], [[row, ""]]))
        assert path.read_text() == (
            "before\n<!-- other -->\nold\n<!-- /other -->\n<!-- bench -->\n\n|  | ixkit |\n| --- | --: |\n"
            f"| {row} | – |\n\n<!-- /bench -->\nafter\n"
        )


@pytest.mark.parametrize("text", ["", "<!-- bench -->", "<!-- bench -->\n<!-- /bench -->" * 2])
def test_a_page_without_one_pair_of_marks_is_left_alone(page: ModuleType, tmp_path: Path, text: str) -> None:
    path = tmp_path / "page.md"
    path.write_text(text)
    with pytest.raises(ValueError, match="has not exactly one pair of marks"):
        page.write(path, "bench", "table")
    assert path.read_text() == text


def test_our_own_page_has_the_marks_that_the_benches_fill() -> None:
    text = (ROOT / "docs" / "performance.md").read_text("utf-8")
    assert [text.count(f"<!-- {mark} -->") for mark in ("bench", "/bench", "inside", "/inside")] == [
        1,
        1,
        1,
        1,
    ]
