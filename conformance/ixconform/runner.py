"""How does a whole run go? Preflight, then level by level: play, judge, shrink what fails, and write it all down."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Protocol

from ixconform import cases as shelf
from ixconform.checks.finding import Finding, Seen
from ixconform.control import ControlError
from ixconform.counterexample import META, because, told
from ixconform.data import Case
from ixconform.drivers.process import StartError
from ixconform.history import Exchange, History
from ixconform.judge import PROPERTIES, judge
from ixconform.likeness import differs
from ixconform.lists import Lists
from ixconform.play import Stage, play
from ixconform.profile import Claims, Profile
from ixconform.report.model import Check, Level
from ixconform.report.verdict import LevelResult, Verdict, level_result
from ixconform.scenarios.asked import Asked, Call, Omitted, Scenario, recording
from ixconform.scenarios.catalogue import SCENARIOS
from ixconform.shrinking import Shrunk, shrink, size
from ixconform.systems.target import Traits

LEVELS = ("connects", "speaks the contract", "books correctly", "survives weather", "survives crashes")
TRIES = 3
LATE = "the time budget was used up before"
IN_TARGET = frozenset({"P-SUM", "P-MAP", "P-LIM", "P-DEP", "P-PAY"})
"""Promises that only a look into the target can judge."""
KINDS = {"fail": Verdict.FAIL, "warn": Verdict.WARN, "skip": Verdict.SKIP, "disputed": Verdict.DISPUTED}


class Watch(Protocol):
    """Whoever follows a run while it goes on."""

    def level(self, number: int, name: str, *, checks: int = 0) -> None: ...
    def at(self, text: str) -> None: ...
    def check(self, check: Check) -> None: ...
    def end(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a run is to do."""

    profile: Profile
    claims: Claims
    level: int = 4
    seed: int = 7
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    lists: Lists = field(default_factory=Lists)
    budget_s: float = 0.0
    """0: without end."""
    jobs: int = 2
    keep_going: bool = False
    fail_fast: bool = False
    """Stop at the first check that fails."""
    shrinks: bool = True
    cases: Path = shelf.FOLDER
    options: str = ""
    """What a replay needs beside the case's id."""

    @property
    def selection(self) -> tuple[str, ...]:
        """What leaves out a part of the levels, which are not decided then."""
        return (*(f"--only {each}" for each in self.only), *(f"--skip {each}" for each in self.skip))


@dataclass(slots=True)
class Played:
    """One case and what was found in it."""

    case: Case
    history: History | None
    findings: list[Finding]
    seconds: float
    trouble: str = ""


@dataclass(slots=True)
class Result:
    checks: list[Check] = field(default_factory=list)
    levels: list[Level] = field(default_factory=list)
    played: list[Played] = field(default_factory=list)
    trouble: str = ""
    """Why the kit itself could not go on."""


class Runner:
    def __init__(
        self, stage: Stage, wish: Wish, watch: Watch, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.stage, self.wish, self.watch, self.clock = stage, wish, watch, clock
        self.began = clock()
        self.asked = Asked(
            profile=wish.profile,
            claims=wish.claims,
            seed=wish.seed,
            kills=stage.driver.kills,
            upgrades=stage.before is not None,
        )
        self.clean: Seen | None = None
        self.result = Result()

    def run(self) -> Result:
        stopped = ""
        for number, name in enumerate(LEVELS[: self.wish.level + 1]):
            if stopped:
                self.result.levels.append(
                    Level(level=number, name=name, result=LevelResult.NOT_RUN, reason=stopped)
                )
                continue
            level = self._level(number, name)
            wrong = [each for each in self.result.checks if each.verdict in (Verdict.FAIL, Verdict.ERROR)]
            new = any(each.level == level.level for each in wrong)  # what is known stops nobody
            if (new and not self.wish.keep_going) or (wrong and self.wish.fail_fast):
                stopped = f"stopped at L{number}"
        self.watch.end()
        return self.result

    # --- a level

    def _level(self, number: int, name: str) -> Level:
        began, before = self.clock(), len(self.result.checks)
        scenarios = [each for each in SCENARIOS if each.level == number and self._wanted(each)]
        self.watch.level(number, name)
        if number >= 3 and self.clean is None:
            self._record()
        self._scenarios(scenarios)
        own = [each for each in self.result.checks if each.level == number]
        checks = self.result.checks[before:]
        result = level_result(each.verdict for each in own)
        if result is LevelResult.REACHED and self.wish.selection:
            result = LevelResult.INCONCLUSIVE
        level = Level(
            level=number,
            name=name,
            result=result,
            seconds=round(self.clock() - began, 3),
            requests=sum(each.requests for each in checks),
            reason=_why(own, result) or " ".join(self.wish.selection),
        )
        self.result.levels.append(level)
        return level

    def _wanted(self, scenario: Scenario) -> bool:
        names = [scenario.id, *(f"{code}/{scenario.id}" for code in scenario.about)]
        chosen = not self.wish.only or any(fnmatch(name, each) for name in names for each in self.wish.only)
        return chosen and not any(fnmatch(scenario.id, each) for each in self.wish.skip)

    def _scenarios(self, scenarios: list[Scenario]) -> None:
        """All cases of a level side by side, as many as there are jobs; the verdicts in the catalogue's order."""
        pool = ThreadPoolExecutor(max_workers=max(1, self.wish.jobs))
        try:
            begun = [(each, self._begun(pool, each)) for each in scenarios]
            for scenario, played in begun:
                if self.wish.fail_fast and any(each.verdict is Verdict.FAIL for each in self.result.checks):
                    break
                self._scenario(scenario, played)
        finally:
            pool.shutdown(cancel_futures=True)

    def _begun(self, pool: ThreadPoolExecutor, scenario: Scenario) -> Omitted | list[Future[Played]]:
        made = scenario.cases(self.asked)
        return made if isinstance(made, Omitted) else [pool.submit(self._play, each) for each in made]

    def _scenario(self, scenario: Scenario, begun: Omitted | list[Future[Played]]) -> None:
        if isinstance(begun, Omitted):
            for code in scenario.about:
                self._add(_check(scenario, code, Verdict.OMIT, reason=begun.reason))
            return
        played = [each.result() for each in begun]
        if all(each.history is None and each.trouble == LATE for each in played):
            for code in scenario.about:
                self._add(_check(scenario, code, Verdict.SKIP, reason=LATE))
            return
        self.result.played += played
        if scenario.same_end:
            self._compare(scenario.same_end, played)
        self._verdicts(scenario, played, sum(each.seconds for each in played))

    def _play(self, case: Case) -> Played:
        began = self.clock()
        if self._spent():
            return Played(case, None, [], 0.0, LATE)
        self.watch.at(f"{case.scenario} {case.title}{': ' + case.variant if case.variant else ''}")
        try:
            history = play(self.stage, case)
        except (ControlError, StartError) as error:
            return Played(case, None, [], self.clock() - began, str(error))
        return Played(case, history, self._judged(history), self.clock() - began)

    def _judged(self, history: History) -> list[Finding]:
        seen = Seen(history=history, target=self.stage.target, claims=self.wish.claims)
        found = judge(history, self.stage.target, self.wish.claims)
        if self.clean is not None and _same_life(history.case, self.clean.history.case):
            killed = any(step.kind == "kill" or "kill" in step.args for step in history.case.steps)
            found += differs(self.clean, seen, "P-META-2" if killed else "P-META-1")
        return found

    def _compare(self, code: str, played: list[Played]) -> None:
        """All cases of a scenario must end like its first."""
        seen = [
            Seen(history=each.history, target=self.stage.target, claims=self.wish.claims)
            for each in played
            if each.history is not None
        ]
        for first, other, into in zip(seen[:1] * len(seen), seen[1:], played[1:], strict=False):
            into.findings += differs(first, other, code)

    def _spent(self) -> bool:
        return bool(self.wish.budget_s) and self.clock() - self.began > self.wish.budget_s

    def _record(self) -> None:
        """The life without faults: where something can go wrong, and how all should end."""
        case = replace(recording(self.asked), scenario="C-070", title="recorded life")
        played = self._play(case)
        if played.history is None:
            return
        self.clean = Seen(history=played.history, target=self.stage.target, claims=self.wish.claims)
        self.asked = replace(self.asked, recorded=tuple(calls_of(played.history, self.stage.target.traits)))

    # --- verdicts

    def _verdicts(self, scenario: Scenario, played: list[Played], seconds: float) -> None:
        found: dict[str, list[tuple[Played, Finding]]] = {}
        for each in played:
            for finding in each.findings:
                found.setdefault(finding.code, []).append((each, finding))
        requests = sum(len(each.history.asked) for each in played if each.history)
        lost = [each for each in played if each.trouble]
        codes = [*scenario.about, *(code for code in found if code not in scenario.about)]
        for nth, code in enumerate(codes):
            facts = {
                "seconds": round(seconds, 3) if nth == 0 else 0.0,
                "requests": requests if nth == 0 else 0,
            }
            reason = self._unclaimed(code)
            if reason:
                self._add(_check(scenario, code, Verdict.OMIT, reason=reason))
            elif code in found:
                self._add(self._found(scenario, code, found[code], len(played), facts))
            elif lost:
                self._add(
                    _check(
                        scenario, code, Verdict.SKIP, reason=lost[0].trouble, examples=len(played), **facts
                    )
                )
            else:
                self._add(_check(scenario, code, Verdict.PASS, examples=len(played), **facts))

    def _unclaimed(self, code: str) -> str:
        """Why a promise is not judged at all; empty where it is."""
        if self.stage.target.traits.unseen and code in IN_TARGET:
            return "the kit cannot look into this system"
        return "not claimed: payments = false" if code == "P-PAY" and not self.wish.claims.payments else ""

    def _found(
        self,
        scenario: Scenario,
        code: str,
        found: list[tuple[Played, Finding]],
        examples: int,
        facts: dict[str, float],
    ) -> Check:
        order = {"fail": 0, "skip": 1, "disputed": 2, "warn": 3}
        played, finding = min(found, key=lambda pair: (order[pair[1].kind], size(pair[0].case)))
        reasons = because(finding, self.stage.control)
        verdict = KINDS[finding.kind]
        rules = [each for each in reasons if each.confidence != "kit"]
        if (
            verdict is Verdict.FAIL
            and code == "P-REQ"
            and rules
            and all(r.confidence == "inferred" for r in rules)
        ):
            verdict = Verdict.DISPUTED
        plain = _check(
            scenario,
            code,
            verdict,
            reason=f"{finding.actual}",
            examples=examples,
            expected=finding.expected,
            actual=finding.actual,
            because=tuple(reasons),
            **facts,
        )
        if verdict not in (Verdict.FAIL, Verdict.DISPUTED):
            return plain
        return self._explained(plain, played, finding)

    def _explained(self, check: Check, played: Played, finding: Finding) -> Check:
        """With the shortest story, and played again: what does not fail each time is flaky."""
        assert played.history is not None
        shrunk = Shrunk(played.case, size(played.case), size(played.case), 0)
        history = played.history
        if self.wish.shrinks and not self._spent():
            shrunk = shrink(played.case, lambda case: self._wrong(case, finding.code) is not None)
        seen = tried = 0
        for _ in range(TRIES if self.wish.shrinks else 0):
            tried += 1
            again = self._wrong(shrunk.case, finding.code)
            if again is not None:
                seen += 1
                history, finding = again
        shelf.save(
            shelf.Kept(
                case=shrunk.case,
                profile=self.wish.profile.name,
                claims=self.wish.claims,
                check=finding.code,
                actual=finding.actual,
            ),
            self.wish.cases,
        )
        story = told(
            finding,
            history,
            shrunk,
            control=self.stage.control,
            target=self.stage.target.traits.name,
            tried=max(tried, 1),
            seen=seen if tried else 1,
            options=self.wish.options,
        )
        verdict = Verdict.FLAKY if tried and seen < tried else check.verdict
        reason = (
            f"failed {seen} of {tried} times when played again"
            if verdict is Verdict.FLAKY
            else finding.actual
        )
        return replace(
            check,
            verdict=verdict,
            reason=reason,
            actual=finding.actual,
            expected=finding.expected,
            counterexample=story,
        )

    def _wrong(self, case: Case, code: str) -> tuple[History, Finding] | None:
        """The history and the finding, if this case fails for this property."""
        try:
            history = play(self.stage, case)
        except (ControlError, StartError):
            return None
        for finding in self._judged(history):
            if finding.code == code and finding.kind in ("fail", "disputed"):
                return history, finding
        return None

    def _add(self, check: Check) -> None:
        check = self.wish.lists.applied(check)
        self.result.checks.append(check)
        self.watch.check(check)


def calls_of(history: History, traits: Traits) -> Iterable[Call]:
    """The places of a recorded life. A run that changed nothing only looked: it has no step."""
    bookless = traits.bookless
    busy = {
        each.run for each in history.asked if writes(each) and each.changed and each.operation not in bookless
    }
    operations: Counter[str] = Counter()
    places: Counter[int] = Counter()
    turns: Counter[int] = Counter()
    where: dict[int, tuple[int, int]] = {}
    for run in history.runs:
        where[run.number] = (run.step, turns[run.step])
        turns[run.step] += 1
    for each in history.asked:
        operations[each.operation] += 1
        places[each.run] += 1
        step, turn = where.get(each.run, (-1, 0))
        yield Call(
            system=each.system,
            operation=each.operation,
            nth=operations[each.operation],
            run=each.run,
            place=places[each.run],
            step=step if each.run in busy else -1,
            turn=turn,
            writes=writes(each) and each.operation not in bookless,
        )


def writes(exchange: Exchange) -> bool:
    return exchange.method != "GET"


def _same_life(case: Case, clean: Case) -> bool:
    """Whether a case is the recorded life in other weather. Shrunk data has nothing to be compared with."""
    return case.data == clean.data and case.steps != clean.steps and case.faulty


def _check(scenario: Scenario, code: str, verdict: Verdict, **facts: object) -> Check:
    known = PROPERTIES.get(code)
    own = known.level if known else scenario.level
    return Check(
        code=code,
        scenario=scenario.id,
        scenario_title=scenario.title,
        verdict=verdict,
        title=known.title if known else META[code],
        level=scenario.at.get(code, max(own, scenario.level)),
        **facts,  # type: ignore[arg-type]
    )


def _why(checks: list[Check], result: LevelResult) -> str:
    if result is LevelResult.REACHED or not checks:
        return ""
    counts = Counter(each.verdict for each in checks if each.verdict not in (Verdict.PASS, Verdict.OMIT))
    return ", ".join(f"{number} {verdict.value}" for verdict, number in counts.items())
