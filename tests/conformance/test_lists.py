"""What do verdicts and lists do to a level and to the exit code? The table of the design, one row each."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ixconform.building import report_of
from ixconform.config import Config
from ixconform.lists import ListError, Lists, both, read
from ixconform.profile import Claims, profile_of
from ixconform.readings import Silent
from ixconform.report.model import Check, Level, Preflight, PreflightResult, Report
from ixconform.report.verdict import LevelResult, Verdict, level_result
from ixconform.runner import Result, Runner
from ixconform.scenarios.asked import Scenario
from ixconform.wish import Wish

ID = "P-ONE/C-061"


def check(verdict: Verdict, code: str = "P-ONE", scenario: str = "C-061") -> Check:
    return Check(code=code, scenario=scenario, title="", verdict=verdict, level=3)


def report(*checks: Check, interrupted: bool = False, trouble: str = "", preflight: bool = True) -> Report:
    """A run at L3 that came to these verdicts."""
    result = Result(trouble=trouble)
    asked = Preflight(
        code="PRE-START",
        title="it starts",
        result=PreflightResult.OK if preflight else PreflightResult.FAILED,
    )
    if preflight:
        result.checks += checks
        made = level_result(each.verdict for each in checks)
        result.levels.append(Level(level=3, name="survives weather", result=made))
    return report_of(
        result, profile=profile_of("ixpole-silvasoft-direct"), claims=Claims(), config=Config(command=("x",)), level=3,
        seed=7, started=datetime(2026, 1, 1, tzinfo=UTC), seconds=1.0, preflight=[asked], interrupted=interrupted,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("verdict", "level", "code"),
    [
        (Verdict.PASS, LevelResult.REACHED, 0),
        (Verdict.OMIT, LevelResult.REACHED, 0),
        (Verdict.WARN, LevelResult.REACHED, 0),
        (Verdict.DISPUTED, LevelResult.REACHED, 0),
        (Verdict.FAIL, LevelResult.FAILED, 1),
        (Verdict.ERROR, LevelResult.FAILED, 1),
        (Verdict.SKIP, LevelResult.INCONCLUSIVE, 3),
        (Verdict.FLAKY, LevelResult.INCONCLUSIVE, 3),
    ],
)
def test_a_verdict_decides_its_level_and_the_exit_code(
    verdict: Verdict, level: LevelResult, code: int
) -> None:
    made = report(check(Verdict.PASS, "P-SUM"), check(verdict))
    assert (made.levels[0].result, made.exit_code) == (level, code)


def test_a_run_that_was_not_or_could_not_be_judged_has_an_exit_code_of_its_own() -> None:
    assert report(preflight=False).exit_code == 4
    assert report(check(Verdict.FAIL), trouble="KeyError: 'x'").exit_code == 5
    assert report(check(Verdict.FAIL), interrupted=True).exit_code == 130
    assert report().exit_code == 3  # nothing was judged: nothing is shown


@pytest.mark.parametrize(
    ("before", "lists", "after", "level", "code"),
    [
        (Verdict.FAIL, Lists(failing=frozenset({ID})), Verdict.KNOWN_FAILING, LevelResult.FAILED, 0),
        (Verdict.FAIL, Lists(failing=frozenset({"P-*/C-06?"})), Verdict.KNOWN_FAILING, LevelResult.FAILED, 0),
        (Verdict.FAIL, Lists(failing=frozenset({"P-ONE/C-062"})), Verdict.FAIL, LevelResult.FAILED, 1),
        (Verdict.PASS, Lists(failing=frozenset({ID})), Verdict.ERROR, LevelResult.FAILED, 1),
        (Verdict.PASS, Lists(failing=frozenset({"P-*/C-061"})), Verdict.PASS, LevelResult.REACHED, 0),
        (Verdict.SKIP, Lists(failing=frozenset({ID})), Verdict.SKIP, LevelResult.INCONCLUSIVE, 3),
        (Verdict.FAIL, Lists(flaky=frozenset({ID})), Verdict.FLAKY, LevelResult.INCONCLUSIVE, 0),
        (Verdict.FLAKY, Lists(flaky=frozenset({ID})), Verdict.FLAKY, LevelResult.INCONCLUSIVE, 0),
        (Verdict.PASS, Lists(flaky=frozenset({ID})), Verdict.PASS, LevelResult.REACHED, 0),
    ],
)
def test_what_is_listed_keeps_its_level_open_and_does_not_fail_the_run(
    before: Verdict, lists: Lists, after: Verdict, level: LevelResult, code: int
) -> None:
    applied = lists.applied(check(before))
    made = report(check(Verdict.PASS, "P-SUM"), applied)
    assert (applied.verdict, made.levels[0].result, made.exit_code) == (after, level, code)


@settings(max_examples=20)
@given(st.sampled_from(list(Verdict)), st.sampled_from(list(Verdict)))
def test_no_list_ever_makes_anything_else_better(listed: Verdict, other: Verdict) -> None:
    lists = Lists(failing=frozenset({ID}), flaky=frozenset({"P-RATE/C-060"}))
    beside = check(other, "P-SUM", "C-025")
    assert lists.applied(beside) == beside
    alone, together = report(beside).exit_code, report(beside, lists.applied(check(listed))).exit_code
    assert together >= 1 if alone == 1 else True
    assert together in (1, 3) if alone == 3 else True


def test_entries_that_nothing_answers_to_are_told() -> None:
    lists = Lists(failing=frozenset({ID, "P-RATE/C-060", "P-ACK/*"}))
    checks = [lists.applied(check(Verdict.FAIL)), check(Verdict.PASS, "P-ACK")]
    assert lists.idle(checks) == ["P-ACK/*", "P-RATE/C-060"]


def test_a_list_is_read_with_its_comments(tmp_path: Path) -> None:
    path = tmp_path / "known.txt"
    path.write_text("# what we know\n\nP-ONE/C-061   # ticket 4711\nP-RATE/*\n")
    assert read(path, ("P-ONE", "P-RATE"), ("C-061",)) == {"P-ONE/C-061", "P-RATE/*"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("P-ONE\n", "line 1: 'P-ONE'; expected a property and a scenario, such as P-ONE/C-061"),
        ("\nP-ONE/C-016\n", "line 2: nobody knows 'C-016'; did you mean 'C-061'?"),
        ("P-0NE/C-061\n", "did you mean 'P-ONE'?"),
        ("P-ONE/zzz\n", "there are C-061"),
    ],
)
def test_a_slip_in_a_list_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "known.txt"
    path.write_text(text)
    with pytest.raises(ListError, match=said.replace("?", r"\?")):
        read(path, ("P-ONE", "P-RATE"), ("C-061",))


def test_a_list_that_cannot_be_read_and_an_entry_on_both_lists_are_named(tmp_path: Path) -> None:
    with pytest.raises(ListError, match="No such file"):
        read(tmp_path / "gone.txt", (), ())
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    with pytest.raises(ListError, match="is no text in UTF-8"):
        read(tmp_path / "bytes", (), ())
    with pytest.raises(ListError, match="P-ONE/C-061 is on the list of known failures and on that"):
        both(frozenset({ID}), frozenset({ID}))


# --- in a whole run, without any connector -----------------------------------------------------------------


class Script(Runner):
    """A run whose verdicts are known beforehand: those of L1, and passes elsewhere."""

    at_l1: tuple[Check, ...] = ()

    def _scenarios(self, scenarios: list[Scenario]) -> None:
        for each in scenarios[:1]:
            own = replace(check(Verdict.PASS, "P-SUM", each.id), level=each.level)
            for one in self.at_l1 if each.level == 1 else (own,):
                self._add(one)

    def _record(self) -> None:
        """Nothing is played."""


def scripted(verdict: Verdict, **wish: Any) -> Result:
    runner = Script(
        cast(Any, SimpleNamespace(driver=SimpleNamespace(kills=True), before=None)), wished(**wish), Silent()
    )
    runner.at_l1 = (replace(check(verdict), level=1),)
    return runner.run()


def wished(**more: Any) -> Wish:
    return Wish(profile=profile_of("ixpole-silvasoft-direct"), claims=Claims(), **more)


@pytest.mark.parametrize(
    ("verdict", "wish", "results"),
    [
        (Verdict.FAIL, {}, ["reached", "failed", "not-run", "not-run", "not-run"]),
        (Verdict.FAIL, {"keep_going": True}, ["reached", "failed", "reached", "reached", "reached"]),
        (
            Verdict.FAIL,
            {"lists": Lists(failing=frozenset({ID}))},
            ["reached", "failed", "reached", "reached", "reached"],
        ),
        (
            Verdict.PASS,
            {"lists": Lists(failing=frozenset({ID}))},
            ["reached", "failed", "not-run", "not-run", "not-run"],
        ),
        (Verdict.FLAKY, {}, ["reached", "inconclusive", "reached", "reached", "reached"]),
    ],
)
def test_only_what_is_new_stops_a_run(verdict: Verdict, wish: dict[str, Any], results: list[str]) -> None:
    assert [each.result.value for each in scripted(verdict, **wish).levels] == results


def test_what_is_not_played_within_the_budget_is_not_decided() -> None:
    late = itertools.count(0, 10)
    stage: Any = SimpleNamespace(driver=SimpleNamespace(kills=True), before=None)
    runner = Runner(stage, wished(level=0, budget_s=5.0), Silent(), clock=lambda: float(next(late)))
    checks = runner.run().checks
    assert checks
    assert {each.verdict for each in checks} == {Verdict.SKIP}
    assert all("budget" in each.reason for each in checks)
