"""What is found in one case? It is played, judged by every promise, and held against the life without faults."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ixconform.checks.finding import Finding, Seen
from ixconform.control import ControlError
from ixconform.data import Case
from ixconform.drivers.process import StartError
from ixconform.history import History
from ixconform.judge import judge
from ixconform.likeness import differs
from ixconform.play import play
from ixconform.profile import Claims
from ixconform.stage import Stage


@dataclass(slots=True)
class Played:
    """One case and what was found in it."""

    case: Case
    history: History | None
    findings: list[Finding]
    seconds: float
    trouble: str = ""


class Trials:
    """All cases of a run; once a life without faults is known, each that plays it in other weather must end like it."""

    def __init__(self, stage: Stage, claims: Claims, clock: Callable[[], float]) -> None:
        self.stage, self.claims, self.clock = stage, claims, clock
        self.clean: Seen | None = None

    def played(self, case: Case) -> Played:
        began = self.clock()
        try:
            history = play(self.stage, case)
        except (ControlError, StartError) as error:
            return Played(case, None, [], self.clock() - began, str(error))
        return Played(case, history, self.judged(history), self.clock() - began)

    def wrong(self, case: Case, code: str) -> tuple[History, Finding] | None:
        """The history and the finding, if this case fails for this property."""
        try:
            history = play(self.stage, case)
        except (ControlError, StartError):
            return None
        for finding in self.judged(history):
            if finding.code == code and finding.kind in ("fail", "disputed"):
                return history, finding
        return None

    def judged(self, history: History) -> list[Finding]:
        found = judge(history, self.stage.target, self.claims)
        if self.clean is not None and _same_life(history.case, self.clean.history.case):
            killed = any(step.kind == "kill" or "kill" in step.args for step in history.case.steps)
            found += differs(self.clean, self.seen(history), "P-META-2" if killed else "P-META-1")
        return found

    def compare(self, code: str, played: Sequence[Played]) -> None:
        """All cases of a scenario must end like its first."""
        seen = [(each, self.seen(each.history)) for each in played if each.history is not None]
        for each, other in seen[1:]:
            each.findings += differs(seen[0][1], other, code)

    def seen(self, history: History) -> Seen:
        return Seen(history=history, target=self.stage.target, claims=self.claims)


def _same_life(case: Case, clean: Case) -> bool:
    """Whether a case is the recorded life in other weather. Shrunk data has nothing to be compared with."""
    return case.data == clean.data and case.steps != clean.steps and case.faulty
