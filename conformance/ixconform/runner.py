"""How does a whole run go? Level by level, all cases of one side by side, until something new fails."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from typing import Protocol

from ixconform.data import Case
from ixconform.proving import Prover
from ixconform.recorded import calls_of
from ixconform.report.model import Check, Level
from ixconform.report.verdict import LevelResult, Verdict, level_result
from ixconform.scenarios.asked import Asked, Omitted, Scenario, recording
from ixconform.scenarios.catalogue import SCENARIOS
from ixconform.stage import Stage
from ixconform.trying import Played, Trials
from ixconform.verdicts import Verdicts, check_of
from ixconform.wish import Wish

LEVELS = ("connects", "speaks the contract", "books correctly", "survives weather", "survives crashes")
LATE = "the time budget was used up before"


class Watch(Protocol):
    """Whoever follows a run while it goes on."""

    def level(self, number: int, name: str, *, checks: int = 0) -> None: ...
    def at(self, text: str) -> None: ...
    def check(self, check: Check) -> None: ...
    def end(self) -> None: ...


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
        self.trials = Trials(stage, wish.claims, clock)
        self.verdicts = Verdicts(stage, wish.claims, Prover(self.trials, wish, self._spent).proved)
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

    def _level(self, number: int, name: str) -> Level:
        began, before = self.clock(), len(self.result.checks)
        scenarios = [each for each in SCENARIOS if each.level == number and self._wanted(each)]
        self.watch.level(number, name)
        if number >= 3 and self.trials.clean is None:
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
                self._add(check_of(scenario, code, Verdict.OMIT, reason=begun.reason))
            return
        played = [each.result() for each in begun]
        if all(each.history is None and each.trouble == LATE for each in played):
            for code in scenario.about:
                self._add(check_of(scenario, code, Verdict.SKIP, reason=LATE))
            return
        self.result.played += played
        if scenario.same_end:
            self.trials.compare(scenario.same_end, played)
        for check in self.verdicts.of(scenario, played):
            self._add(check)

    def _play(self, case: Case) -> Played:
        if self._spent():
            return Played(case, None, [], 0.0, LATE)
        self.watch.at(f"{case.scenario} {case.title}{': ' + case.variant if case.variant else ''}")
        return self.trials.played(case)

    def _spent(self) -> bool:
        return bool(self.wish.budget_s) and self.clock() - self.began > self.wish.budget_s

    def _record(self) -> None:
        """The life without faults: where something can go wrong, and how all should end."""
        case = replace(recording(self.asked), scenario="C-070", title="recorded life")
        played = self._play(case)
        if played.history is None:
            return
        self.trials.clean = self.trials.seen(played.history)
        self.asked = replace(self.asked, recorded=tuple(calls_of(played.history, self.stage.target.traits)))

    def _add(self, check: Check) -> None:
        check = self.wish.lists.applied(check)
        self.result.checks.append(check)
        self.watch.check(check)


def _why(checks: list[Check], result: LevelResult) -> str:
    if result is LevelResult.REACHED or not checks:
        return ""
    counts = Counter(each.verdict for each in checks if each.verdict not in (Verdict.PASS, Verdict.OMIT))
    return ", ".join(f"{number} {verdict.value}" for verdict, number in counts.items())
