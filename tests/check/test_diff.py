"""Does `ixkit diff` tell what breaks a connector from what does not?"""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from check.changes import BOOK, CONTRACT, DOCUMENTS, GONE, RULES
from ixcheck.contract import Source, parse
from ixcheck.diff.command import diff
from ixcheck.diff.comparing import compared
from ixcheck.diff.documents import Documents
from ixcheck.finding import Finding, Level


def edited(whole: dict[str, Any], edits: dict[str, Any]) -> dict[str, Any]:
    made = deepcopy(whole)
    for place, value in edits.items():
        *steps, last = _steps(place)
        holder: Any = made
        for step in steps:
            holder = holder[int(step)] if isinstance(holder, list) else holder[step]
        if value is GONE:
            del holder[int(last) if isinstance(holder, list) else last]
        elif isinstance(holder, list):
            holder[int(last) :] = [value, *holder[int(last) + 1 :]]
        else:
            holder[last] = value
    return made


def _steps(place: str) -> list[str]:
    return place.split(".")


def found(old: dict[str, Any], new: dict[str, Any]) -> list[Finding]:
    name = "books.yaml" if "openapi" in old else "books.rules.yaml"
    return compared({name: _source(name, old)}, {name: _source(name, new)})


def _source(name: str, raw: dict[str, Any]) -> Any:
    return parse(name, yaml.safe_dump(raw, sort_keys=False))


ROWS = [(CONTRACT, *row) for row in DOCUMENTS] + [(BOOK, *row) for row in RULES]


@pytest.mark.parametrize(("whole", "what", "edits", "level", "kind"), ROWS, ids=[row[1] for row in ROWS])
def test_a_change_is_as_bad_as_the_table_says(
    whole: dict[str, Any], what: str, edits: dict[str, Any], level: Level, kind: str
) -> None:
    changes = found(whole, edited(whole, edits))
    assert changes, what
    assert changes[0].level is level, changes
    assert kind in {change.kind for change in changes if change.level is level}, changes


def test_the_table_is_long_enough_and_has_all_levels() -> None:
    assert len(ROWS) >= 30
    assert {row[3] for row in ROWS} == set(Level)


@given(st.sampled_from([CONTRACT, BOOK]))
def test_nothing_changed_is_nothing_found(whole: dict[str, Any]) -> None:
    assert found(whole, deepcopy(whole)) == []


LIMITS = st.one_of(st.none(), st.integers(0, 200))


@settings(max_examples=30)
@given(LIMITS, LIMITS)
def test_a_tighter_limit_of_a_request_always_breaks_and_the_way_back_never_does(
    one: int | None, two: int | None
) -> None:
    def with_limit(limit: int | None) -> dict[str, Any]:
        place = "components.schemas.Line.properties.Note.maxLength"
        return CONTRACT if limit is None else edited(CONTRACT, {place: limit})

    there, back = (
        list(Documents(Source("a", "", with_limit(a)), Source("b", "", with_limit(b))).changes())
        for a, b in ((one, two), (two, one))
    )
    tighter = two is not None and (one is None or two < one)
    assert [change.level for change in there] == (
        [] if one == two else [Level.ERROR if tighter else Level.NOTE]
    )
    assert len(back) == len(there)
    assert one == two or there[0].level is not back[0].level


def test_names_of_path_parameters_are_nobodys_business() -> None:
    text = (
        yaml.safe_dump(CONTRACT, sort_keys=False)
        .replace("{number}", "{which}")
        .replace("name: number", "name: which")
    )
    assert compared({"b.yaml": _source("b.yaml", CONTRACT)}, {"b.yaml": parse("b.yaml", text)}) == []


def test_a_schema_that_holds_itself_comes_to_an_end() -> None:
    place = "components.schemas.Line.properties.Parts"
    looped = edited(
        CONTRACT, {place: {"type": "array", "items": {"$ref": "#/components/schemas/Line"}, "maxItems": 9}}
    )
    (change,) = found(looped, edited(looped, {f"{place}.maxItems": 5}))
    assert change.level is Level.ERROR


def test_a_finding_names_operation_place_rule_and_line(tmp_path: Path) -> None:
    new = yaml.safe_dump(
        edited(CONTRACT, {"components.schemas.Invoice.properties.Lines.maxItems": 50}), sort_keys=False
    )
    (change,) = compared({"b.yaml": _source("b.yaml", CONTRACT)}, {"b.yaml": parse("b.yaml", new)})
    assert (change.subject, change.at, change.rule) == ("addInvoice", "body.Lines", "X-01")
    assert new.splitlines()[change.line - 1].strip() == "maxItems: 50"
    assert change.text == "at most 50 items now, was 75"


# ---- the command ---------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    for name, whole in (
        ("old", CONTRACT),
        ("new", edited(CONTRACT, {"components.schemas.Invoice.properties.Lines.maxItems": 50,
                                  "paths./invoices.post.responses.409": {"description": "twice"}})),
    ):  # fmt: skip
        (tmp_path / name).mkdir()
        (tmp_path / name / "books.yaml").write_text(yaml.safe_dump(whole, sort_keys=False))
        (tmp_path / name / "books.rules.yaml").write_text(yaml.safe_dump(BOOK, sort_keys=False))
    return str(tmp_path / "old"), str(tmp_path / "new")


def run(*words: str) -> Result:
    return CliRunner().invoke(diff, words)


@pytest.mark.parametrize(("fail_on", "code"), [("breaking", 1), ("risky", 1), ("any", 1), ("never", 0)])
def test_the_exit_code_is_as_fail_on_says(files: tuple[str, str], fail_on: str, code: int) -> None:
    assert run(*files, "--fail-on", fail_on).exit_code == code


def test_the_way_back_breaks_nothing(files: tuple[str, str]) -> None:
    new, old = files
    assert run(old, new).exit_code == 0
    assert run(old, new, "--fail-on", "risky").exit_code == 1


def test_it_is_told_to_people(files: tuple[str, str]) -> None:
    said = run(*files).output
    assert "breaking  books addInvoice body.Lines: at most 50 items now, was 75 [X-01]" in said
    assert said.rstrip().endswith("1 breaking, 1 risky, 0 safe")


def test_it_is_told_to_machines(files: tuple[str, str]) -> None:
    whole = json.loads(run(*files, "--format", "json").output)
    assert whole["counts"] == {"breaking": 1, "risky": 1, "safe": 0}
    assert [each["level"] for each in whole["findings"]] == ["breaking", "risky"]
    sarif = json.loads(run(*files, "--format", "sarif").output)["runs"][0]
    assert [each["level"] for each in sarif["results"]] == ["error", "warning"]
    assert all(
        each["locations"][0]["physicalLocation"]["region"]["startLine"] > 1 for each in sarif["results"]
    )
    lines = run(*files, "--format", "github").output.splitlines()
    assert [line.split()[0] for line in lines] == ["::error", "::warning"]
    report = ElementTree.fromstring(run(*files, "--format", "junit").output)
    assert (report.get("tests"), report.get("failures")) == ("2", "1")


BAD = {
    "not yaml": ("a: [1", "line 2"),
    "nothing": ("", "holds nothing"),
    "no contract": ("a: 1", "expected `openapi`"),
    "OpenAPI 2": ("openapi: '2.0'\npaths: {}", "expected '3.0.3'"),
    "a typo": (yaml.safe_dump(CONTRACT).replace("responses:", "reponses:"), "paths//invoices/post"),
    "a lost reference": (yaml.safe_dump(CONTRACT).replace("schemas/Invoice", "schemas/Invoise"), "'Invoice'"),
    "a wrong word": (
        yaml.safe_dump(CONTRACT).replace("type: number", "type: nomber", 1),
        'type: "nomber" is not one of',
    ),
    "too deep": ("openapi: 3.0.3\nx: " + "[" * 1500 + "]" * 1500, "nested deeper than 100 levels"),
    "itself inside": ("openapi: 3.0.3\nx: &a [*a]", "holds itself by an alias"),
    "aliases that multiply": (
        "openapi: 3.0.3\na: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
        + "".join(
            f"{n}: &{n} [{', '.join([f'*{o}'] * 10)}]\n" for o, n in zip("abcdefgh", "bcdefghi", strict=True)
        ),
        "more than 5000000 parts",
    ),
    "a name twice": ("openapi: 3.0.3\nopenapi: 3.0.3\n", "stands twice in line 2"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_contract_gets_a_message(tmp_path: Path, name: str) -> None:
    text, said = BAD[name]
    (tmp_path / "bad.yaml").write_text(text)
    (tmp_path / "good.yaml").write_text(yaml.safe_dump(CONTRACT))
    done = run(str(tmp_path / "good.yaml"), str(tmp_path / "bad.yaml"))
    assert done.exit_code == 2, done.output
    assert "bad.yaml" in done.output
    assert said in done.output


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(17_000_000)
    done = run(str(path), str(path))
    assert done.exit_code == 2
    assert "at most 16000000" in done.output


def test_a_file_that_is_not_there_gets_a_message() -> None:
    done = run("nowhere.yaml", "neither.yaml")
    assert done.exit_code == 2
    assert "nowhere.yaml: there is no such file or folder" in done.output
