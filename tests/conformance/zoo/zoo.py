"""Does the suite catch what it must, and nothing else? Runs mutants, variants and bad citizens through it.

    PYTHONPATH=tests python tests/conformance/zoo/zoo.py --write docs/conformance-zoo.md

A mutant is killed when a check fails whose property its header names. How long that took counts from the start of the
run, with all scenarios in their order; then the case that showed it is played again, `--times` in all.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from conformance.zoo.page import Animal, Hunted, Judged, keep, kept, page
from ixconform.control import Control
from ixconform.data import Case
from ixconform.drivers.command import CommandDriver
from ixconform.drivers.driver import Driver
from ixconform.drivers.python import PythonDriver
from ixconform.profile import Claims, profile_of
from ixconform.report.model import Check
from ixconform.report.verdict import LevelResult, Verdict
from ixconform.runner import Result, Runner
from ixconform.server import serving
from ixconform.stage import Stage
from ixconform.systems.registry import target_of
from ixconform.trying import Played
from ixconform.wish import Wish

CONNECTORS = Path(__file__).parents[1] / "connectors"
KINDS = ("mutants", "unlisted", "variants")
WRONG = frozenset({Verdict.FAIL, Verdict.ERROR, Verdict.FLAKY, Verdict.SKIP})


def listed(kind: str) -> list[Animal]:
    """All `mutants` or `variants`, one for each profile."""
    said = subprocess.run(
        [sys.executable, str(CONNECTORS / f"{kind}.py"), "--list"], check=True, capture_output=True, text=True
    )
    return [
        Animal(code, facts.get("mistake") or facts["what"], profile, tuple(facts.get("named", ())), kind)
        for code, facts in json.loads(said.stdout).items()
        for profile in facts["profiles"]
    ]


class _Caught(Exception):
    def __init__(self, check: Check) -> None:
        self.check = check


class Hunter(Runner):
    """Plays no further case of a scenario once one of them has shown a property that is named."""

    def __init__(self, stage: Stage, wish: Wish, named: Iterable[str]) -> None:
        super().__init__(stage, wish, Watch(named))
        self.named = frozenset(named)
        self.caught: Case | None = None

    def _play(self, case: Case) -> Played:
        if self.caught is not None:
            return Played(case, None, [], 0.0, "caught before")
        played = super()._play(case)
        if self._named_in(played):
            self.caught = case
        return played

    def again(self) -> bool:
        """Plays the case that showed the mistake once more."""
        assert self.caught is not None
        return self._named_in(super()._play(self.caught))

    def _named_in(self, played: Played) -> bool:
        return any(each.kind == "fail" and each.code in self.named for each in played.findings)


class Watch:
    """Stops a run at the first failure of a property that is named; without names, watches only."""

    def __init__(self, named: Iterable[str] = ()) -> None:
        self.named = frozenset(named)

    def level(self, number: int, name: str, *, checks: int = 0) -> None:
        """Nobody looks."""

    def at(self, text: str) -> None:
        """Nobody looks."""

    def end(self) -> None:
        """Nobody looks."""

    def check(self, check: Check) -> None:
        if check.verdict is Verdict.FAIL and check.code in self.named:
            raise _Caught(check)


@contextmanager
def driver_of(animal: Animal, *, starts: bool = False) -> Iterator[Driver]:
    """Called in a fork, which is quick; `starts`: as the program that a vendor would give."""
    made: Driver
    if starts:
        command = [
            sys.executable,
            str(CONNECTORS / f"{animal.kind}.py"),
            animal.code,
            "--target",
            animal.target,
        ]
        made = CommandDriver(command)
    else:
        made = PythonDriver(f"{animal.kind}:{animal.code}_{animal.target}", cwd=CONNECTORS)
    try:
        yield made
    finally:
        made.close()


def stage_of(control: Control, driver: Driver, profile: str) -> Stage:
    chosen = profile_of(f"ixpole-{profile}")
    return Stage(
        control=control, driver=driver, target=target_of(chosen.target), profile=chosen.name, mode=chosen.mode,
        readings={"SILV-31": "none"}, run_limit_s=30.0,
    )  # fmt: skip


@contextmanager
def wish_of(profile: str, level: int, only: tuple[str, ...] = (), jobs: int = 2) -> Iterator[Wish]:
    with tempfile.TemporaryDirectory(prefix="ixkit-zoo-") as folder:
        yield Wish(
            profile=profile_of(f"ixpole-{profile}"), claims=Claims(), level=level, only=only, jobs=jobs,
            keep_going=True, shrinks=False, cases=Path(folder),
        )  # fmt: skip


def hunt(
    control: Control,
    animal: Animal,
    *,
    level: int = 4,
    times: int = 1,
    only: tuple[str, ...] = (),
    starts: bool = False,
) -> Hunted:
    """Run the suite until it names the mistake, then the case that showed it again and again."""
    began = time.monotonic()
    with driver_of(animal, starts=starts) as driver, wish_of(animal.profile, level, only) as wish:
        stage = replace(stage_of(control, driver, animal.profile), env={"COMMON_FOLDER": str(wish.cases)})
        runner = Hunter(stage, wish, animal.named)
        check = _caught(runner)
        seconds = time.monotonic() - began
        other = tuple(sorted({each.id for each in runner.result.checks if each.verdict is Verdict.FAIL}))
        if check is None:
            return Hunted(animal, None, seconds, 0, other, times)
        caught = 1 + sum(runner.again() for _ in range(times - 1))
        return Hunted(animal, check, seconds, caught, other, times)


def _caught(runner: Runner) -> Check | None:
    try:
        runner.run()
    except _Caught as caught:
        return caught.check
    return None


def judge(
    control: Control, animal: Animal, *, level: int = 4, only: tuple[str, ...] = (),
    starts: bool = False,
) -> Result:  # fmt: skip
    """What the suite says of a connector that is right."""
    with driver_of(animal, starts=starts) as driver, wish_of(animal.profile, level, only) as wish:
        return Runner(stage_of(control, driver, animal.profile), wish, Watch()).run()


def alarms(result: Result) -> list[str]:
    """Findings against a right connector: false ones, each of them."""
    return [
        f"{each.id} {each.verdict.value}: {each.reason}" for each in result.checks if each.verdict in WRONG
    ]


def reached(result: Result) -> str:
    """The level; where only some scenarios were played none is decided, and silence is all that there is."""
    levels = [each.level for each in result.levels if each.result is LevelResult.REACHED]
    return "no level" if alarms(result) else f"L{max(levels)}" if levels else "no alarm"


# --- from the command line ---------------------------------------------------------------------------


@dataclass(slots=True)
class Book:
    """What is known so far, and the page of it: written anew with each result, so that a run cut short tells too."""

    asked: argparse.Namespace
    wrong: list[Animal]
    right: list[Animal]
    hunted: dict[Animal, Hunted] = field(default_factory=dict)
    judged: dict[Animal, Judged] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, one: Hunted | Judged) -> None:
        if isinstance(one, Hunted):
            self.hunted[one.animal] = one
        else:
            self.judged[one.animal] = one

    def add(self, one: Hunted | Judged) -> None:
        with self.lock:
            self.take(one)
            if self.asked.keep:
                keep(self.asked.keep, one)
            if self.asked.write:
                self.asked.write.write_text(self.page(), "utf-8")

    def page(self) -> str:
        hunted = [self.hunted[each] for each in self.wrong if each in self.hunted]
        judged = [self.judged[each] for each in self.right if each in self.judged]
        return page(hunted, judged, self.played())

    def played(self) -> str:
        """What the figures rest on, in a sentence."""
        asked = self.asked
        which = (
            f"Only {', '.join(asked.scenario)} were played" if asked.scenario else "All scenarios were played"
        )
        against = "each against every profile it fits" if asked.every else "each against its first profile"
        open_ends = len(self.wrong) + len(self.right) - len(self.hunted) - len(self.judged)
        load = f"{os.getloadavg()[2]:.0f}" if hasattr(os, "getloadavg") else "unknown"
        machine = f"Times are those of {os.cpu_count()} cores, whose load average was {load} in the end."
        rest = f" {open_ends} were not played." if open_ends else ""
        levels = f"mistakes up to L{asked.level}, variants up to L{asked.right_level}"
        return f"{which}, {levels}, {against}.{rest} {machine}"

    @property
    def good(self) -> bool:
        caught = all(each.sure for each in self.hunted.values())
        return caught and not any(each.alarms for each in self.judged.values())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", default=[], help="M04 or V02; repeatable")
    parser.add_argument("--profile", action="append", default=[], help="silvasoft-direct; repeatable")
    parser.add_argument(
        "--every", action="store_true", help="against every profile it fits, not its first only"
    )
    parser.add_argument(
        "--scenario", action="append", default=[], help="C-06*: these scenarios only; repeatable"
    )
    parser.add_argument("--kind", action="append", default=[], choices=KINDS, help="only these; repeatable")
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument(
        "--level", type=int, default=4, help="up to which mistakes are looked for (default 4)"
    )
    parser.add_argument(
        "--right-level", type=int, default=2, help="up to which variants are judged (default 2)"
    )
    parser.add_argument("--at-once", type=int, default=2, help="so many connectors side by side (default 2)")
    parser.add_argument("--keep", type=Path, help="results so far; what stands there is not played again")
    parser.add_argument("--write", type=Path, help="the page")
    asked = parser.parse_args()
    kinds = asked.kind or KINDS
    wrong = [each for kind in kinds if kind != "variants" for each in _chosen(kind, asked)]
    right = _chosen("variants", asked) if "variants" in kinds else []
    book = Book(asked, wrong, right)
    for one in kept(asked.keep) if asked.keep else []:
        book.take(one)
    url = os.environ.get("IXKIT_URL", "")
    with serving(url) as control, ThreadPoolExecutor(asked.at_once) as pool:
        hunts = [each for each in wrong if each not in book.hunted]
        list(pool.map(lambda animal: book.add(_hunt(control, animal, asked)), hunts))
        cases = [each for each in right if each not in book.judged]
        list(pool.map(lambda animal: book.add(_judge(control, animal, asked)), cases))
    return 0 if book.good else 1


def _chosen(kind: str, asked: argparse.Namespace) -> list[Animal]:
    fitting = [
        each
        for each in listed(kind)
        if (not asked.only or each.code in asked.only)
        and (not asked.profile or each.profile in asked.profile)
    ]
    firsts = {each.code: each for each in reversed(fitting)}
    return [each for each in fitting if asked.every or firsts[each.code] is each]


def _hunt(control: Control, animal: Animal, asked: argparse.Namespace) -> Hunted:
    one = hunt(control, animal, level=asked.level, times=asked.times, only=tuple(asked.scenario))
    said = f"{one.check.id} {one.check.reason[:90]}" if one.check else f"SURVIVES {', '.join(one.other)}"
    print(
        f"{animal.code} {animal.profile:17} {one.seconds:5.0f} s  {one.times}/{asked.times}  {said}",
        flush=True,
    )
    return one


def _judge(control: Control, animal: Animal, asked: argparse.Namespace) -> Judged:
    began = time.monotonic()
    result = judge(control, animal, level=asked.right_level, only=tuple(asked.scenario))
    found = tuple(alarms(result))
    one = Judged(animal, reached(result), time.monotonic() - began, found)
    lines = [f"{animal.code} {animal.profile:17} {one.seconds:5.0f} s  {one.reached}"]
    print("\n".join([*lines, *(f"      {each[:300]}" for each in found[:5])]), flush=True)
    return one


if __name__ == "__main__":
    sys.exit(main())
