"""On which readings does the verdict rest? The open rules that the connector's traffic touched, read otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ixconform.control import Control
from ixconform.lists import Lists
from ixconform.report.model import Reading
from ixconform.report.verdict import Verdict
from ixconform.runner import Runner
from ixconform.stage import Stage
from ixconform.wish import Wish

SCENARIOS = ("C-010", "C-020", "C-025", "C-030", "C-050")
LIMITS = frozenset({"SILV-31", "RIV-20"})
"""Rules whose readings are scenarios of their own, or about an address that is the kit's own."""


class Silent:
    """Nobody watches."""

    def level(self, number: int, name: str, *, checks: int = 0) -> None: ...
    def at(self, text: str) -> None: ...
    def check(self, check: object) -> None: ...
    def end(self) -> None: ...


def explore(stage: Stage, runner: Runner, wish: Wish) -> list[Reading]:
    """Each other reading of each rule that was touched, with the verdict under it and the checks that change."""
    usual = {each.id: each.verdict for each in runner.result.checks}
    found = []
    touched = _touched(runner)
    for rule in _open_rules(stage.control, stage.target.traits.name):
        code = rule["code"]
        if code in LIMITS or code in wish.profile.readings:
            continue
        chosen = stage.readings.get(code, rule["readings"][0])
        near = code in touched or bool(set(rule["operations"]) & touched)
        found.append(Reading(rule=code, reading=chosen, chosen=True, touched=near, verdict=Verdict.PASS))
        for name in rule["readings"]:
            if near and name != chosen:
                found.append(_under(stage, wish, code, name, usual))
    return found


def _under(stage: Stage, wish: Wish, code: str, name: str, usual: dict[str, Verdict]) -> Reading:
    other = replace(stage, readings={**stage.readings, code: name})
    narrow = replace(
        wish,
        only=wish.only or SCENARIOS,
        level=min(2, wish.level),
        keep_going=True,
        shrinks=False,
        lists=Lists(),
    )
    result = Runner(other, narrow, Silent()).run()
    changes = tuple(each.id for each in result.checks if usual.get(each.id, each.verdict) is not each.verdict)
    worse = any(each.verdict is Verdict.FAIL and each.id in changes for each in result.checks)
    verdict = Verdict.DISPUTED if worse else Verdict.PASS
    return Reading(rule=code, reading=name, chosen=False, touched=True, verdict=verdict, changes=changes)


def _touched(runner: Runner) -> set[str]:
    """Rules that shaped an answer or refused a request, and operations that were used."""
    found: set[str] = set()
    for played in runner.result.played:
        for each in played.history.asked if played.history else ():
            found |= {each.operation, *each.notes, *(violation["rule"] for violation in each.violations)}
    return found - {""}


def _open_rules(control: Control, target: str) -> list[Any]:
    rules = control.ask("GET", "/v1/rules")["rules"]
    return [each for each in rules if len(each["readings"]) > 1 and each["system"] in ("ixpole", target)]
