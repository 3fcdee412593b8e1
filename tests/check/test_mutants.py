"""Are rules that became a little weaker noticed? The tool's own parts here; its score in the long run."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml

from mutants.making import SYSTEMS, Mutant, mutants, of_code, of_contract, reached_by
from mutants.page import Score, page, reasons

ROOT = Path(__file__).parents[2]

CODE = """
def check(form, lines):
    if len(lines) > 75 and form.open:
        form.wrong("SILV-01")
    if lines:
        return "no rule here"
"""
CONTRACT = {
    "paths": {
        "/lines": {"post": {"operationId": "add", "requestBody": {"$ref": "#/components/schemas/Body"}}},
        "/other": {"get": {"operationId": "other"}},
    },
    "components": {"schemas": {
        "Body": {"properties": {"lines": {"$ref": "#/components/schemas/Lines"}}},
        "Lines": {
            "type": "array", "minItems": 1, "maxItems": 75, "x-rules": {"minItems": "SILV-02", "maxItems": "SILV-01"},
        },
    }},
}  # fmt: skip


def test_a_check_is_weakened_in_each_way_that_it_offers() -> None:
    import ast

    made = {each.what: ast.unparse(each.make()) for each in of_code("x.py", CODE)}
    assert len({*made.values()}) == len(made) == 4
    for part in ("if False:", "> 76 and", ">= 75 and", "> 75 or"):
        assert sum(part in text for text in made.values()) == 1
    assert {each.where for each in of_code("x.py", CODE)} == {"check"}


def test_a_contract_is_weakened_keyword_by_keyword_and_the_original_stays() -> None:
    made = {each.rule: each for each in of_contract("specs/x.yaml", yaml.safe_dump(CONTRACT))}
    assert {rule: each.what for rule, each in made.items()} == {
        "SILV-01": "maxItems is 76",
        "SILV-02": "minItems is 0",
    }
    assert made["SILV-01"].make()["components"]["schemas"]["Lines"]["maxItems"] == 76
    assert made["SILV-02"].make()["components"]["schemas"]["Lines"] == {
        **CONTRACT["components"]["schemas"]["Lines"], "minItems": 0  # type: ignore[dict-item]
    }  # fmt: skip


def test_the_operations_behind_a_place_of_a_contract_are_found_through_references() -> None:
    (first, *_) = of_contract("specs/x.yaml", yaml.safe_dump(CONTRACT))
    assert reached_by(first, CONTRACT) == {"add"}


def test_every_weakened_check_has_a_name_of_its_own() -> None:
    names = Counter(each.name for system in SYSTEMS for each in mutants(system))
    assert len(names) > 600
    assert [name for name, times in names.items() if times > 1] == []


def test_a_reason_is_given_of_checks_that_are_still_there() -> None:
    names = {each.name for system in SYSTEMS for each in mutants(system)}
    assert set(reasons()) - names == set()


def test_the_page_lists_survivors_by_their_reason() -> None:
    name = next(iter(reasons()))
    text = page([Score("ixpole", 10, (name, "X-01 new"))])
    assert "| ixpole | 10 | 8 |" in text
    assert (
        text.index(reasons()[name])
        < text.index(name)
        < text.index("Not looked into yet")
        < text.index("X-01 new")
    )


@pytest.mark.long
def test_a_weaker_rule_is_noticed_and_one_that_is_as_it_was_is_not() -> None:
    done = hunt("silvasoft", "--only", "SILV-63", "--jobs", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "noticed  SILV-63" in done.stderr


@pytest.mark.long
@pytest.mark.parametrize("system", SYSTEMS)
def test_most_of_a_sample_of_weakened_rules_is_noticed(system: str) -> None:
    done = hunt(system, "--sample", "12", "--seed", "1", "--jobs", "2")
    said = done.stdout.rstrip().splitlines()[-1]
    unexplained = [
        line
        for line in done.stdout.splitlines()
        if line.startswith("  ") and ": " not in line.partition("`")[2]
    ]
    assert done.returncode == 0 or len(unexplained) <= 1, f"{said}\n{done.stdout}"


def hunt(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "tools" / "mutate.py", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_mutant_is_equal_whatever_makes_it() -> None:
    assert Mutant("A-01", "f", "w", "x", 1, lambda: 1) == Mutant("A-01", "f", "w", "x", 1, lambda: 2)
