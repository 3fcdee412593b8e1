"""Is the suite worth anything? It names what is wrong with wrong connectors, and has nothing to say against right ones.

The sample plays a few; all of them, with all scenarios and ten times each, are long (`make conform-zoo`).
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from conformance.zoo import zoo
from conformance.zoo.page import keep, kept
from conformance.zoo.zoo import CONNECTORS, Animal, alarms, hunt, judge, listed, stage_of, wish_of
from ixconform.control import Control
from ixconform.drivers.command import CommandDriver
from ixconform.report.model import Check
from ixconform.report.verdict import Verdict
from ixconform.runner import Result, Runner

NODE = CONNECTORS / "node" / "connector.mjs"
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="no Node here")


def animal(kind: str, code: str, profile: str) -> Animal:
    return next(each for each in listed(kind) if (each.code, each.profile) == (code, profile))


SAMPLE = [
    ("M03", "silvasoft-draft", "C-010", "P-ONE"),
    ("M08", "crmcom-direct", "C-010", "P-MAP"),
    ("M07", "silvasoft-direct", "C-010", "P-REQ"),
    pytest.param("M02", "telecomx-draft", "C-010", "P-ACK", marks=pytest.mark.long),
]


@pytest.mark.parametrize(("code", "profile", "scenario", "named"), SAMPLE)
def test_a_mistake_is_named(control: Control, code: str, profile: str, scenario: str, named: str) -> None:
    found = hunt(control, animal("mutants", code, profile), level=2, only=(scenario,))
    assert found.check is not None, found.other
    assert (found.check.code, found.check.scenario) == (named, scenario)
    assert found.check.counterexample is not None
    assert found.check.counterexample.steps


@pytest.mark.parametrize(
    ("code", "profile"),
    [("V03", "silvasoft-direct"), pytest.param("V05", "crmcom-draft", marks=pytest.mark.long)],
)
def test_what_is_different_and_right_passes(control: Control, code: str, profile: str) -> None:
    result = judge(control, animal("variants", code, profile), level=2, only=("C-010", "C-024"))
    assert result.checks
    assert alarms(result) == []


@needs_node
def test_a_connector_in_another_language_books_right(control: Control) -> None:
    result = node(control, "silvasoft-direct", level=2, only=("C-010",))
    assert result.checks
    assert alarms(result) == []


def node(control: Control, profile: str, *, level: int, only: tuple[str, ...] = ()) -> Result:
    driver = CommandDriver(["node", str(NODE), profile.partition("-")[0]])
    with wish_of(profile, level, only) as wish:
        return Runner(stage_of(control, driver, profile), wish, zoo.Watch()).run()


def test_the_page_tells_who_was_caught_and_who_was_not() -> None:
    caught, free = Animal("M01", "Wrong.", "silvasoft-draft"), Animal("M02", "Wronger.", "silvasoft-draft")
    check = Check(
        code="P-ACK", scenario="C-010", scenario_title="one", title="", verdict=Verdict.FAIL, level=1
    )
    hunted = [zoo.Hunted(caught, check, 3.0, 2, (), 2), zoo.Hunted(free, None, 9.0, 0, (), 2)]
    right = zoo.Judged(Animal("V01", "Other.", "silvasoft-draft", kind="variants"), "L3", 5.0)
    page = zoo.page(hunted, [right])
    assert "**1 of 2 mistakes are caught**" in page
    assert "| M01 | Wrong. | silvasoft-draft | P-ACK | C-010 one | 3 s | 2/2 |" in page
    assert "| M02 | Wronger. | silvasoft-draft | **survives** | | 9 s | 0/2 |" in page
    assert "| V01 | Other. | silvasoft-draft | L3 | 5 s |" in page


def test_results_are_kept_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    check = Check(code="P-ACK", scenario="C-010", title="", verdict=Verdict.FAIL, level=1)
    results = [
        zoo.Hunted(Animal("M01", "Wrong.", "silvasoft-draft", ("P-ACK",)), check, 3.5, 10),
        zoo.Judged(Animal("V01", "Other.", "silvasoft-draft", kind="variants"), "L2", 5.0, ("false",)),
    ]
    assert kept(path) == []
    for each in results:
        keep(path, each)
    assert kept(path) == results


# --- long: all of them ----------------------------------------------------------------------------

TIMES = int(os.environ.get("IXKIT_ZOO_TIMES", "10"))


def pairs(kind: str) -> list[object]:
    return [pytest.param(each, id=f"{each.code}-{each.profile}") for each in listed(kind)]


@pytest.mark.long
@pytest.mark.parametrize("wrong", [*pairs("mutants"), *pairs("unlisted")])
def test_every_mistake_is_named_each_time(control: Control, wrong: Animal) -> None:
    found = hunt(control, wrong, times=TIMES)
    assert found.check is not None, found.other
    assert found.times == TIMES


@pytest.mark.long
@pytest.mark.parametrize("right", pairs("variants"))
def test_every_harmless_variant_passes(control: Control, right: Animal) -> None:
    assert alarms(judge(control, right, level=3)) == []


@pytest.mark.long
@needs_node
@pytest.mark.parametrize("profile", ["silvasoft-direct", "silvasoft-draft", "crmcom-direct", "crmcom-draft"])
def test_the_node_connector_reaches_l2(control: Control, profile: str) -> None:
    assert alarms(node(control, profile, level=2)) == []
