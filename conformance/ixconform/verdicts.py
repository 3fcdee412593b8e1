"""What is the verdict on each promise of a scenario, by what was found in its cases?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ixconform.checks.finding import Finding
from ixconform.counterexample import META, because
from ixconform.judge import PROPERTIES
from ixconform.profile import Claims
from ixconform.report.model import Because, Check
from ixconform.report.verdict import Verdict
from ixconform.scenarios.asked import Scenario
from ixconform.shrinking import size
from ixconform.stage import Stage
from ixconform.trying import Played

IN_TARGET = frozenset({"P-SUM", "P-MAP", "P-LIM", "P-DEP", "P-PAY"})
"""Promises that only a look into the target can judge."""
KINDS = {"fail": Verdict.FAIL, "warn": Verdict.WARN, "skip": Verdict.SKIP, "disputed": Verdict.DISPUTED}
ORDER = {"fail": 0, "skip": 1, "disputed": 2, "warn": 3}
"""Of several findings the first in this order speaks, and of those the one in the smallest case."""


class Verdicts:
    """The verdicts of a run. `prove` is asked about each that says that something is wrong."""

    def __init__(
        self, stage: Stage, claims: Claims, prove: Callable[[Check, Played, Finding], Check]
    ) -> None:
        self.stage, self.claims, self.prove = stage, claims, prove

    def of(self, scenario: Scenario, played: Sequence[Played]) -> Iterator[Check]:
        """One for each promise that the scenario is about, and for each that was broken besides."""
        found: dict[str, list[tuple[Played, Finding]]] = {}
        for each in played:
            for finding in each.findings:
                found.setdefault(finding.code, []).append((each, finding))
        lost = [each for each in played if each.trouble]
        seconds = round(sum(each.seconds for each in played), 3)
        requests = sum(len(each.history.asked) for each in played if each.history)
        codes = [*scenario.about, *(code for code in found if code not in scenario.about)]
        for nth, code in enumerate(codes):
            facts = {
                "examples": len(played),
                "seconds": seconds if nth == 0 else 0.0,
                "requests": requests if nth == 0 else 0,
            }
            reason = self._unclaimed(code)
            if reason:
                yield check_of(scenario, code, Verdict.OMIT, reason=reason)
            elif code in found:
                yield self._found(scenario, code, found[code], facts)
            elif lost:
                yield check_of(scenario, code, Verdict.SKIP, reason=lost[0].trouble, **facts)
            else:
                yield check_of(scenario, code, Verdict.PASS, **facts)

    def _unclaimed(self, code: str) -> str:
        """Why a promise is not judged at all; empty where it is."""
        if self.stage.target.traits.unseen and code in IN_TARGET:
            return "the kit cannot look into this system"
        return "not claimed: payments = false" if code == "P-PAY" and not self.claims.payments else ""

    def _found(
        self, scenario: Scenario, code: str, found: list[tuple[Played, Finding]], facts: dict[str, float]
    ) -> Check:
        played, finding = min(found, key=lambda pair: (ORDER[pair[1].kind], size(pair[0].case)))
        reasons = because(finding, self.stage.control)
        verdict = _verdict_of(finding, reasons)
        check = check_of(
            scenario,
            code,
            verdict,
            reason=finding.actual,
            expected=finding.expected,
            actual=finding.actual,
            because=tuple(reasons),
            **facts,
        )
        return self.prove(check, played, finding) if verdict in (Verdict.FAIL, Verdict.DISPUTED) else check


def _verdict_of(finding: Finding, reasons: Sequence[Because]) -> Verdict:
    """A bad request that breaks nothing but rules which are only inferred is disputed."""
    rules = [each for each in reasons if each.confidence != "kit"]
    inferred = bool(rules) and all(each.confidence == "inferred" for each in rules)
    if finding.kind == "fail" and finding.code == "P-REQ" and inferred:
        return Verdict.DISPUTED
    return KINDS[finding.kind]


def check_of(scenario: Scenario, code: str, verdict: Verdict, **facts: object) -> Check:
    """A verdict on a promise in a scenario, with the level that it counts for."""
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
