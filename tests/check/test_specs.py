"""Does `ixkit check` see what is missing in a contract or a rule book?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from check.changes import BOOK, CONTRACT, GONE
from check.test_diff import edited
from ixcheck import checks
from ixcheck.contract import parse, read
from ixcheck.specs.checking import checked
from ixcheck.specs.examples import CLOCK, failed
from ixmocks.kit import Kit
from ixmocks.places import SPECS

GOOD: dict[str, Any] = edited(
    BOOK,
    {
        f"rules.{code}.sources": [{"part": "it", "confidence": "public", "from": "a page"}]
        for code in BOOK["rules"]
    },
)


def run(*words: str) -> Result:
    return CliRunner().invoke(checks.check, words)


def kinds(document: dict[str, Any], book: dict[str, Any]) -> list[str]:
    sources = {
        name: parse(name, yaml.safe_dump(raw, sort_keys=False))
        for name, raw in (("books.yaml", document), ("books.rules.yaml", book))
    }
    return [finding.kind for finding in checked(sources, ours=False).findings]


def test_our_own_contracts_are_in_order() -> None:
    done = run()
    assert done.exit_code == 0, done.output
    assert done.output.rstrip().endswith("nothing was found")
    assert "286 rules" in done.output or "rules: " in done.output


def test_a_whole_book_is_in_order() -> None:
    assert kinds(CONTRACT, GOOD) == []


LINE = "components.schemas.Line"
LINES = "components.schemas.Invoice.properties.Lines"
SOURCED = {"confidence": "public", "from": "a page"}
WRONG: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("no source", {}, {"rules.X-01.sources": []}, "rule-without-source"),
    ("a source without place", {}, {"rules.X-01.sources": [{"confidence": "public"}]}, "rule-without-source"),
    ("no confidence", {}, {"rules.X-01.confidence": "sure"}, "rule-without-confidence"),
    ("no obeying example", {}, {"rules.X-01.obeys": GONE}, "rule-without-example"),
    ("no breaking example", {}, {"rules.X-01.breaks": []}, "rule-without-example"),
    ("no advice", {}, {"rules.X-01.advice": ""}, "rule-incomplete"),
    ("one reading", {}, {"rules.X-02.readings.1": GONE}, "rule-incomplete"),
    ("a misspelt operation", {}, {"rules.X-01.operations": ["addInvoise"]}, "operation-unknown"),
    ("an example calls what is not there", {}, {"rules.X-01.obeys.0.call": "add"}, "operation-unknown"),
    ("a code that no book has", {f"{LINES}.x-rules": {"maxItems": "X-99"}}, {}, "rule-unknown"),
    ("a lost reference", {f"{LINES}.items": {"$ref": "#/components/x"}}, {}, "reference-lost"),
    ("a wrong example", {f"{LINE}.example": {"Amount": "12"}}, {}, "example-invalid"),
    ("a member without source", {f"{LINE}.properties.Note.x-source": SOURCED}, {}, "without-source"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "document", "book", "kind"), WRONG, ids=[row[0] for row in WRONG])
def test_what_is_missing_is_named(
    what: str, document: dict[str, Any], book: dict[str, Any], kind: str
) -> None:
    found = set(kinds(edited(CONTRACT, document), edited(GOOD, book)))
    assert kind in found, what
    assert kind == "reference-lost" or found == {kind}


@pytest.mark.parametrize(
    ("code", "side", "edits"),
    [
        ("SILV-28", "obeys", {"status": 500}),  # named by nobody: its examples are its only witness
        ("SILV-28", "breaks", {"status": 500}),
    ],
)
def test_a_rule_that_the_mock_does_not_keep_is_named(code: str, side: str, edits: dict[str, Any]) -> None:
    book, document = read(SPECS / "silvasoft.rules.yaml"), read(SPECS / "silvasoft.yaml")
    step = next(step for step in book.raw["rules"][code][side] if "call" in step)
    step.update(edits)
    book.raw["rules"] = {code: book.raw["rules"][code]}
    found = checked({"silvasoft.rules.yaml": book, "silvasoft.yaml": document}, ours=True).findings
    assert [
        (finding.kind, finding.rule, finding.at) for finding in found if finding.kind == "rule-not-kept"
    ] == [("rule-not-kept", code, side)]


def test_examples_with_a_key_of_the_default_world_are_played_there_and_leave_nothing() -> None:
    """A wrong key is answered with 500, a token of another world is no expired one."""
    kit = Kit("documents", clock=CLOCK, seed=7)
    for system, code in (("riverty", "RIV-15"), ("crmcom", "CRM-15")):
        rule = read(SPECS / f"{system}.rules.yaml").raw["rules"][code]
        for side in ("obeys", "breaks", "obeys"):
            assert failed(kit, system, rule[side]) == "", (code, side)


@pytest.mark.long
def test_every_rule_of_ours_is_kept_as_its_examples_say() -> None:
    done = run("--examples")
    assert done.exit_code == 0, done.output


def test_a_lost_reference_is_told_once() -> None:
    lost = edited(CONTRACT, {f"{LINES}.items": {"$ref": "#/components/x"}})
    assert kinds(lost, GOOD) == ["reference-lost"]


def test_a_finding_has_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "books.rules.yaml").write_text(
        yaml.safe_dump(edited(GOOD, {"rules.X-02.sources": []}), sort_keys=False)
    )
    done = run(str(tmp_path), "--format", "json")
    assert done.exit_code == 1
    whole, _ = json.JSONDecoder().raw_decode(done.output)
    (finding,) = whole["findings"]
    line = (tmp_path / "books.rules.yaml").read_text().splitlines()[finding["line"] - 1]
    assert (finding["rule"], line.strip()) == ("X-02", "X-02:")


@pytest.mark.parametrize(
    "words",
    [("--har", "pyproject.toml", "specs"), ("--system", "silvasoft"), ("--har", "pyproject.toml", "--system", "silva")],
)  # fmt: skip
def test_what_does_not_go_together_is_said(words: tuple[str, ...]) -> None:
    done = run(*words)
    assert done.exit_code == 2
    assert "Traceback" not in done.output
