"""Does the table of `make conform` say what the reports say, and does a page keep it?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tools import conform_table

PAGE = "# Page\n\n<!-- conform -->\nold\n<!-- /conform -->\n\nmore\n"


def report(*verdicts: str, asked: int = 4, reached: int = 4) -> dict[str, Any]:
    checks = [
        {"code": "P-ONE", "scenario": f"C-{n:03d}", "verdict": each, "examples": 2}
        for n, each in enumerate(verdicts)
    ]
    levels = [
        {"level": n, "result": "reached" if n <= reached else "failed", "seconds": 1.5 + n}
        for n in range(asked + 1)
    ]
    return {
        "checks": checks, "levels": levels, "asked_level": asked, "requests": 90, "started_at": "2026-04-15T09:00:00",
        "environment": [{"name": "cpu_seconds", "value": "41"}, {"name": "processors", "value": "2"}],
        "outcome": "failed" if "fail" in verdicts else "passed",
    }  # fmt: skip


def put(folder: Path, name: str, content: dict[str, Any]) -> None:
    (folder / name).mkdir()
    (folder / name / "report.json").write_text(json.dumps(content))


def test_a_row_has_the_level_below_which_nothing_is_missing_and_names_what_failed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(tmp_path, "ixpole-a-direct", report("pass", "pass", "omit"))
    put(tmp_path, "ixpole-b-draft", report("pass", "fail", reached=2))
    code = conform_table.main([str(tmp_path), "ixpole-a-direct", "ixpole-b-draft", "ixpole-c-draft"])
    said = capsys.readouterr().out.splitlines()
    assert code == 1
    assert said[1].split() == [
        "a-direct", "L4", "1", "omit,", "2", "pass", "6", "90", "41", "8", "4", "6",
    ]  # fmt: skip
    assert said[2].split()[:2] == ["b-draft", "L2"]
    assert said[3].split() == ["c-draft", "not", "played"]
    assert "ixpole-b-draft: P-ONE/C-001 fail" in said


def test_the_page_gets_the_table_only_where_all_was_played(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    put(tmp_path, "ixpole-a-direct", report("pass", asked=2, reached=2))
    assert conform_table.main([str(tmp_path), "ixpole-a-direct", "--write", str(page)]) == 0
    assert page.read_text() == PAGE
    (tmp_path / "ixpole-a-direct" / "report.json").write_text(json.dumps(report("pass")))
    assert conform_table.main([str(tmp_path), "ixpole-a-direct", "--write", str(page)]) == 0
    text = page.read_text()
    assert "| a-direct | L4 | 1 pass |" in text and "old" not in text
    assert text.startswith("# Page\n") and text.endswith("\nmore\n")
