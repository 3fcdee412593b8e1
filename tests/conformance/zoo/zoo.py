"""Does the suite catch what it must, and nothing else? Runs mutants, variants and bad citizens through it.

    python tests/conformance/zoo/zoo.py --write docs/conformance-zoo.md

A mutant is killed when a check fails whose property its header names. How long that took counts from the start of the
run, with all scenarios in their order; then the scenario that killed it is played again, `--times` in all.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ixconform.control import Control
from ixconform.drivers.command import CommandDriver
from ixconform.drivers.driver import Driver
from ixconform.drivers.python import PythonDriver
from ixconform.play import Stage
from ixconform.profile import Claims, profile_of
from ixconform.report.model import Check, LevelResult, Verdict
from ixconform.runner import Result, Runner, Wish
from ixconform.server import serving
from ixconform.systems.registry import target_of

CONNECTORS = Path(__file__).parents[1] / "connectors"
WRONG = frozenset({Verdict.FAIL, Verdict.ERROR, Verdict.FLAKY, Verdict.SKIP})


@dataclass(frozen=True, slots=True)
class Animal:
    """One connector against one target."""

    code: str
    what: str
    profile: str
    """`silvasoft-direct`"""
    named: tuple[str, ...] = ()

    @property
    def target(self) -> str:
        return self.profile.partition("-")[0]


@dataclass(frozen=True, slots=True)
class Hunted:
    animal: Animal
    check: Check | None
    """The check that named the mistake; none if it survived."""
    seconds: float
    times: int = 1
    other: tuple[str, ...] = ()
    """Checks that failed without being named."""


def listed(kind: str) -> list[Animal]:
    """All `mutants` or `variants`, one for each profile."""
    said = subprocess.run(
        [sys.executable, str(CONNECTORS / f"{kind}.py"), "--list"], check=True, capture_output=True, text=True
    )
    return [
        Animal(code, facts.get("mistake") or facts["what"], profile, tuple(facts.get("named", ())))
        for code, facts in json.loads(said.stdout).items()
        for profile in facts["profiles"]
    ]


class _Caught(Exception):
    def __init__(self, check: Check) -> None:
        self.check = check


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
def driver_of(kind: str, animal: Animal, *, starts: bool = False) -> Iterator[Driver]:
    """Called in a fork, which is quick; `starts`: as the program that a vendor would give."""
    made: Driver
    if starts:
        command = [sys.executable, str(CONNECTORS / f"{kind}.py"), animal.code, "--target", animal.target]
        made = CommandDriver(command)
    else:
        made = PythonDriver(f"{kind}:{animal.code}_{animal.target}", cwd=CONNECTORS)
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
    """Run the suite until it names the mistake, then the scenario that did so again and again."""
    began = time.monotonic()
    with driver_of("mutants", animal, starts=starts) as driver, wish_of(animal.profile, level, only) as wish:
        runner = Runner(stage_of(control, driver, animal.profile), wish, Watch(animal.named))
        check = _caught(runner)
        seconds = time.monotonic() - began
        other = tuple(sorted({each.id for each in runner.result.checks if each.verdict is Verdict.FAIL}))
        if check is None:
            return Hunted(animal, None, seconds, 0, other)
        again = replace(wish, only=(check.scenario,))
        caught = 1
        for _ in range(times - 1):
            found = _caught(Runner(runner.stage, again, Watch(animal.named)))
            caught += found is not None
        return Hunted(animal, check, seconds, caught, other)


def _caught(runner: Runner) -> Check | None:
    try:
        runner.run()
    except _Caught as caught:
        return caught.check
    return None


def judge(
    control: Control, animal: Animal, *, kind: str = "variants", level: int = 4, only: tuple[str, ...] = (),
    starts: bool = False,
) -> Result:  # fmt: skip
    """What the suite says of a connector that is right."""
    with driver_of(kind, animal, starts=starts) as driver, wish_of(animal.profile, level, only) as wish:
        return Runner(stage_of(control, driver, animal.profile), wish, Watch()).run()


def alarms(result: Result) -> list[str]:
    """Findings against a right connector: false ones, each of them."""
    return [
        f"{each.id} {each.verdict.value}: {each.reason}" for each in result.checks if each.verdict in WRONG
    ]


def reached(result: Result) -> str:
    levels = [each.level for each in result.levels if each.result is LevelResult.REACHED]
    return f"L{max(levels)}" if levels and not alarms(result) else "no"


# --- the page -------------------------------------------------------------------------------------


def page(
    hunted: list[Hunted],
    judged: list[tuple[Animal, str, float]],
    times: int,
    played: str = "All scenarios were played.",
) -> str:
    killed = [each for each in hunted if each.check is not None]
    codes = {each.animal.code for each in hunted}
    dead = {each.animal.code for each in killed if each.times == times}
    seconds = [each.seconds for each in killed]
    lines = [
        "# What the suite catches",
        "",
        "A suite is worth something only if it fails wrong connectors for the right reason, and leaves right ones",
        "alone. So it is tried on connectors that are wrong on purpose, each with one realistic mistake, and on",
        "variants that do things differently and are right. `make conform-zoo` plays all and writes this page.",
        "",
        f"**{len(dead)} of {len(codes)} mistakes are caught**, each {times} times out of {times}; half of them within"
        f" {statistics.median(seconds):.0f} s of the start of a run, the slowest after {max(seconds):.0f} s.",
        "",
        played,
        "",
        "## Mistakes",
        "",
        "| | mistake | profile | caught by | in | after | times |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for each in hunted:
        check = each.check
        by = f"{check.code} | {check.scenario} {check.scenario_title}" if check else "**survives** | "
        lines.append(
            f"| {each.animal.code} | {each.animal.what} | {each.animal.profile} | {by} | {each.seconds:.0f} s |"
            f" {each.times}/{times} |"
        )
    lines += [
        "",
        "## Harmless variants",
        "",
        "| | what is different | profile | reaches | after |",
        "| --- | --- | --- | --- | --- |",
    ]
    for animal, level, took in judged:
        lines.append(f"| {animal.code} | {animal.what} | {animal.profile} | {level} | {took:.0f} s |")
    return "\n".join(lines) + "\n"


def _played(asked: argparse.Namespace) -> str:
    """What the figures rest on, in a sentence."""
    which = f"Only {', '.join(asked.scenario)} were played" if asked.scenario else "All scenarios were played"
    against = "each against its first profile" if asked.first else "each against every profile it fits"
    return f"{which}, up to L{asked.level}, {against}."


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", default=[], help="M04 or V02; repeatable")
    parser.add_argument("--profile", action="append", default=[], help="silvasoft-direct; repeatable")
    parser.add_argument("--first", action="store_true", help="each against its first profile only")
    parser.add_argument(
        "--scenario", action="append", default=[], help="C-06*: these scenarios only; repeatable"
    )
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--level", type=int, default=4)
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()

    def chosen(kind: str) -> list[Animal]:
        fitting = [
            each
            for each in listed(kind)
            if (not asked.only or each.code in asked.only)
            and (not asked.profile or each.profile in asked.profile)
        ]
        firsts = {each.code: each for each in reversed(fitting)}
        return [each for each in fitting if not asked.first or firsts[each.code] is each]

    hunted, judged, bad = [], [], 0
    with serving() as control:
        for animal in chosen("mutants"):
            one = hunt(control, animal, level=asked.level, times=asked.times, only=tuple(asked.scenario))
            hunted.append(one)
            said = (
                f"{one.check.id} {one.check.reason[:90]}" if one.check else f"SURVIVES {', '.join(one.other)}"
            )
            bad += one.times < asked.times
            print(
                f"{animal.code} {animal.profile:17} {one.seconds:5.0f} s  {one.times}/{asked.times}  {said}",
                flush=True,
            )
        for animal in chosen("variants"):
            began = time.monotonic()
            result = judge(control, animal, level=asked.level, only=tuple(asked.scenario))
            found = alarms(result)
            judged.append((animal, reached(result), time.monotonic() - began))
            bad += bool(found)
            print(f"{animal.code} {animal.profile:17} {judged[-1][2]:5.0f} s  {judged[-1][1]}", flush=True)
            for each in found[:5]:
                print(f"      {each[:300]}", flush=True)
    if asked.write:
        asked.write.write_text(page(hunted, judged, asked.times, _played(asked)), "utf-8")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
