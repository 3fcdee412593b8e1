"""Are rules that became a little weaker noticed? The tool's own parts here; its score in the long run."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def mutate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mutate", ROOT / "tools" / "mutate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["mutate"] = module
    spec.loader.exec_module(module)
    return module


CODE = """
def check(form, lines):
    if len(lines) > 75 and form.open:
        form.wrong("SILV-01")
    if lines:
        return "no rule here"
"""


def test_a_check_is_weakened_in_each_way_that_it_offers(mutate: ModuleType) -> None:
    made = {each.what: each.text for each in mutate.of_code("x.py", CODE)}
    assert set(made) == {
        "off", "75 is 76", "len(lines) > 75: the bound itself", "len(lines) > 75 and form.open: and/or"
    }  # fmt: skip
    assert "if False:" in made["off"]
    assert "> 76 and" in made["75 is 76"]
    assert ">= 75 and" in made["len(lines) > 75: the bound itself"]
    assert "> 75 or" in made["len(lines) > 75 and form.open: and/or"]
    assert len({*made.values()}) == 4


def test_a_contract_is_weakened_keyword_by_keyword(mutate: ModuleType) -> None:
    text = yaml.safe_dump({"components": {"schemas": {"Lines": {
        "type": "array", "minItems": 1, "maxItems": 75, "x-rules": {"minItems": "SILV-02", "maxItems": "SILV-01"},
    }}}})  # fmt: skip
    made = {each.rule: each.what.rpartition(": ")[2] for each in mutate.of_contract("specs/x.yaml", text)}
    assert made == {"SILV-01": "maxItems 76", "SILV-02": "minItems 0"}


@pytest.mark.long
@pytest.mark.parametrize(
    ("file", "rule", "what"),
    [("specs/silvasoft.yaml", "SILV-63", "maximum"), ("mocks/ixmocks/silvasoft", "SILV-08", "off")],
)
def test_a_weaker_rule_is_noticed_and_one_that_is_as_it_was_is_not(
    mutate: ModuleType, file: str, rule: str, what: str
) -> None:
    books = yaml.safe_load((ROOT / "specs" / "silvasoft.rules.yaml").read_text("utf-8"))["rules"]
    weaker = next(
        each
        for each in mutate.mutants("silvasoft")
        if each.rule == rule and each.file.startswith(file) and what in each.what
    )
    assert mutate.tried("silvasoft", weaker, books)
    path = ROOT / weaker.file
    same = mutate.Mutant(rule, weaker.file, 0, "as it was", path.read_text("utf-8"))
    assert mutate.tried("silvasoft", same, books) == ""
