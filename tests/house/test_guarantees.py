"""Does the page of promises say what the code does, and do its promises rest on rules that exist?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from tools import guarantees

from ixbridge.core.recovery import Fault, Recovery

ROOT = Path(__file__).parents[2]


def test_the_tables_are_those_of_the_code() -> None:
    page = guarantees.PAGE.read_text("utf-8")
    assert guarantees.filled(page) == page, "run: .venv/bin/python tools/guarantees.py"


def test_every_fault_and_every_recovery_is_explained() -> None:
    assert set(guarantees.FAULTS) == set(Fault) and set(guarantees.RECOVERIES) == set(Recovery)


def test_a_page_without_a_place_for_a_table_is_told() -> None:
    with pytest.raises(ValueError, match="exactly one place <!-- promises -->"):
        guarantees.filled("# nothing")


def test_every_rule_that_a_promise_rests_on_exists() -> None:
    known = set()
    for path in (ROOT / "specs").glob("*.rules.yaml"):
        rules = yaml.safe_load(path.read_text("utf-8"))["rules"]
        known |= set(rules) if isinstance(rules, dict) else {rule["id"] for rule in rules}
    cited = set(re.findall(r"\b(?:IXP|SILV|TCX|CRM|RIV)-\d+", guarantees.PAGE.read_text("utf-8")))
    assert len(cited) > 15 and cited <= known, sorted(cited - known)
