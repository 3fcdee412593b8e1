"""Are rules that became a little weaker noticed? The tool's own parts here; its score in the long run."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from mutants.checks import naming
from mutants.keeping import Kept
from mutants.making import (
    SYSTEMS,
    Mutant,
    mutants,
    of_code,
    of_contract,
    of_readings,
    reached_by,
    rules_of,
)
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


def weakened(code: str, **more: Any) -> dict[tuple[str, str], str]:
    """Rule and words of each mutant, and the code it makes."""
    return {(each.rule, each.what): ast.unparse(each.make()) for each in of_code("x.py", code, **more)}


def test_a_check_is_weakened_in_each_way_that_it_offers() -> None:
    made = weakened(CODE)
    assert len({*made.values()}) == len(made) == 4
    for part in ("if False:", "> 76 and", ">= 75 and", "> 75 or"):
        assert sum(part in text for text in made.values()) == 1
    assert {each.where for each in of_code("x.py", CODE)} == {"check"}
    assert {rule for rule, _ in made} == {"SILV-01"}


def test_each_bound_of_a_chain_is_moved() -> None:
    code = CODE.replace("len(lines) > 75 and form.open", "not 0 < len(lines) <= 75")
    made = [text for (_, what), text in weakened_all(code) if "bound" in what]
    assert sorted(text.partition("if ")[2].partition(":")[0] for text in made) == [
        "not 0 < len(lines) < 75",
        "not 0 <= len(lines) <= 75",
    ]


def weakened_all(code: str) -> list[tuple[tuple[str, str], str]]:
    return [((each.rule, each.what), ast.unparse(each.make())) for each in of_code("x.py", code)]


def test_a_decision_is_found_by_the_rule_that_it_names_itself_or_that_its_helper_words() -> None:
    code = """
def denied(found, who):
    found.append(("TCX-01", who))

def ask(found, by, readings):
    if not by.sells:
        denied(found, by)
    notes = ("TCX-02",) if by.late else ()
    return readings.get("TCX-03") == "strict", notes
"""
    made = weakened(code, named=naming(code))
    assert naming(code) == {"denied": ("TCX-01",)}
    assert set(made) == {
        ("TCX-01", "`if not by.sells` is off"),
        ("TCX-02", "`by.late` is never so"),
        ("TCX-02", "`by.late` is always so"),
        ("TCX-03", "`readings.get('TCX-03') == 'strict'` is never so"),
        ("TCX-03", "`readings.get('TCX-03') == 'strict'` is always so"),
    }
    assert "(False, notes)" in made["TCX-03", "`readings.get('TCX-03') == 'strict'` is never so"]


def test_a_function_says_which_rule_its_limits_are_about_and_of_a_lacking_rule_all_decisions() -> None:
    code = """
def fits(text):
    'How long a text may be (TCX-40).'
    tail = '' if text.short else '…'
    return (len(text) >= 5, tail)
"""
    assert {what for _, what in weakened(code)} == {
        "`len(text) >= 5` is never so", "`len(text) >= 5` is always so", "`len(text) >= 5` takes the bound itself",
        "5 is 6 in `len(text) >= 5`",
    }  # fmt: skip
    more = {what for _, what in weakened(code, lacking={"TCX-40"})}
    assert more - {what for _, what in weakened(code)} == {
        "`text.short` is never so",
        "`text.short` is always so",
    }


def test_what_is_wrong_with_a_value_can_go_unminded() -> None:
    class Form:
        def __init__(self) -> None:
            self.found = ["before"]

        def number(self, name: str, rule: str) -> str:
            self.found.append(rule)
            return name

    (only,) = of_code("x.py", "def read(form):\n    return form.number('price', 'TCX-26')\n")
    assert only.what == "`form.number('price', 'TCX-26')` minds nothing"
    scope: dict[str, Any] = {}
    exec(compile(only.make(), "x.py", "exec"), scope)
    form = Form()
    assert (scope["read"](form), form.found) == ("price", ["before"])


def test_another_reading_becomes_the_usual_one() -> None:
    book = {"rules": {
        "SILV-01": {"readings": [{"name": "75"}, {"name": "50"}, {"name": "none"}]}, "SILV-02": {"title": "x"}
    }}  # fmt: skip
    made = {each.what: each.make() for each in of_readings("specs/x.rules.yaml", yaml.safe_dump(book))}
    first = {what: changed["rules"]["SILV-01"]["readings"][0]["name"] for what, changed in made.items()}
    assert first == {"50 is usual": "50", "none is usual": "none"}


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


@pytest.mark.parametrize(
    ("schema", "rules", "made"),
    [
        ({"required": ["a", "b"]}, {"required": "X-01"}, {"a need not be there", "b need not be there"}),
        (
            {"required": ["a", "b"]},
            {"required": "X-01", "required.a": "X-02"},
            {"a need not be there", "b need not be there"},
        ),
        ({"anyOf": [{"required": ["a"]}]}, {"anyOf": "X-01"}, {"no anyOf"}),
        ({"minLength": 0}, {"minLength": "X-01"}, set()),
        (
            {"name": "q", "in": "query", "required": True, "schema": {}},
            {"required": "X-01"},
            {"q need not be there"},
        ),
        ({"name": "p", "in": "path", "required": True, "schema": {}}, {"required": "X-01"}, set()),
    ],
)
def test_what_is_mandatory_need_not_be_there_and_alternatives_are_off(
    schema: dict[str, Any], rules: dict[str, str], made: set[str]
) -> None:
    text = yaml.safe_dump({"part": {**schema, "x-rules": rules}})
    assert {each.what for each in of_contract("specs/x.yaml", text)} == made


@cache
def names() -> tuple[str, ...]:
    return tuple(each.name for system in SYSTEMS for each in mutants(system))


def test_every_weakened_check_has_a_name_of_its_own() -> None:
    assert len(names()) > 1200
    assert [name for name, times in Counter(names()).items() if times > 1] == []


def test_most_rules_have_something_to_weaken() -> None:
    for system in SYSTEMS:
        weak = {name.partition(" ")[0] for name in names()}
        rules = rules_of(system)
        assert len(rules.keys() & weak) >= 0.7 * len(rules), system


def test_a_reason_is_given_of_checks_that_are_still_there() -> None:
    assert set(reasons()) - {*names()} == set()


def test_the_page_lists_survivors_by_their_reason_and_rules_that_cannot_be_weakened() -> None:
    name = next(iter(reasons()))
    text = page([Score("ixpole", 10, (name, "X-01 new"))])
    assert "| 10 | 8 |" in text
    places = [
        text.index(part) for part in (reasons()[name], name, "Not looked into yet", "X-01 new", "IXP-46 ")
    ]
    assert places == sorted(places)


def test_verdicts_are_kept_until_something_changes_that_decides_over_them(tmp_path: Path) -> None:
    for part in (
        "mocks/ixmocks/ixpole/a.py",
        "mocks/ixmocks/riverty/a.py",
        "specs/ixpole.yaml",
        "tests/conftest.py",
    ):
        (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / part).write_text("1")

    def kept() -> Kept:
        return Kept.of("ixpole", tmp_path / "kept", root=tmp_path)

    verdict = {"by": "test", "asked": 1, "error": ""}
    kept().add("A", verdict)
    kept().add("B", verdict)
    kept().without(["B", "C"])
    assert kept().verdicts == {"A": verdict}
    (tmp_path / "mocks/ixmocks/riverty/a.py").write_text("2")
    assert kept().verdicts == {"A": verdict}
    (tmp_path / "mocks/ixmocks/ixpole/a.py").write_text("2")
    assert kept().verdicts == {}
    kept().add("A", verdict)
    kept().path.write_text("half of a fi")
    assert kept().verdicts == {}


@pytest.mark.long
def test_a_weaker_rule_is_noticed_and_one_that_is_as_it_was_is_not() -> None:
    done = hunt("silvasoft", "--only", "SILV-63", "--jobs", "2", "--fresh")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "noticed  SILV-63" in done.stderr


HARMLESS = """
import ast, os, sys
from dataclasses import replace
from functools import partial
from pathlib import Path
import pytest
sys.path.insert(0, "tools")
os.environ["HYPOTHESIS_PROFILE"] = "mutants"
from mutants import checks, hunting, making
from mutants.keeping import Kept

def the_same(mutant):
    if mutant.file.startswith("specs/"):
        text = (making.ROOT / mutant.file).read_text("utf-8")
        return replace(mutant, make=partial(making._parsed, text))
    tree, number, _ = mutant.make.args
    return replace(mutant, make=partial(checks._made, tree, number, in_a_pair))

def in_a_pair(node):
    return ast.Subscript(ast.Tuple([node], ast.Load()), ast.Constant(0), ast.Load())

whole = [each for each in making.mutants("ixpole") if each.lines == range(0) or "never so" in each.what]
chosen = [the_same(each) for each in whole[::8]]
kept = Kept(Path(sys.argv[1]), "")
words = [*hunting.FOR_ALL, "tests/mocks/ixpole", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
pytest.main(words, plugins=[hunting.Hunter("ixpole", chosen, 1, kept)])
"""


@pytest.mark.long
def test_a_change_that_changes_nothing_goes_unnoticed(tmp_path: Path) -> None:
    """In code, contract and rule book: else the tool itself would be what is noticed."""
    told = tmp_path / "verdicts.json"
    subprocess.run([sys.executable, "-c", HARMLESS, told], cwd=ROOT, capture_output=True, check=True)
    verdicts = json.loads(told.read_text("utf-8"))["verdicts"]
    assert len(verdicts) > 5
    assert {name: verdict for name, verdict in verdicts.items() if verdict["by"] or verdict["error"]} == {}
    assert all(verdict["asked"] for verdict in verdicts.values())


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
    assert Mutant("A-01", "f", "w", "x", make=lambda: 1) == Mutant("A-01", "f", "w", "x", make=lambda: 2)
