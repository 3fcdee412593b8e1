"""Is it still so? One kept case played again, or a whole report compared with a new run."""

from __future__ import annotations

from ixconform.cases import Kept
from ixconform.control import ControlError
from ixconform.counterexample import because, told
from ixconform.drivers.process import StartError
from ixconform.judge import PROPERTIES, judge
from ixconform.play import play
from ixconform.report.model import Check, Report
from ixconform.report.verdict import Verdict
from ixconform.shrinking import Shrunk, size
from ixconform.stage import Stage


def again(stage: Stage, kept: Kept, *, options: str) -> tuple[Check | None, str]:
    """The check if it still fails, None if it does not; or why the case cannot be played."""
    try:
        history = play(stage, kept.case)
    except (ControlError, StartError) as error:
        return None, str(error)
    for finding in judge(history, stage.target, kept.claims):
        if finding.code == kept.check and finding.kind == "fail":
            shrunk = Shrunk(kept.case, size(kept.case), size(kept.case), 0)
            story = told(
                finding,
                history,
                shrunk,
                control=stage.control,
                target=stage.target.traits.name,
                tried=1,
                seen=1,
                options=options,
            )
            check = Check(
                code=finding.code,
                scenario=kept.case.scenario,
                scenario_title=kept.case.title,
                title=PROPERTIES[finding.code].title,
                verdict=Verdict.FAIL,
                level=kept.case.level,
                reason=finding.actual,
                expected=finding.expected,
                actual=finding.actual,
                because=tuple(because(finding, stage.control)),
                counterexample=story,
            )
            return check, ""
    return None, ""


def compared(before: Report, after: Report) -> list[str]:
    """In words, what a second run came to otherwise: contracts that changed, verdicts that differ."""
    differences = []
    old = {each.name: each.sha256 for each in before.kit.digests}
    for each in after.kit.digests:
        if old.get(each.name, each.sha256) != each.sha256:
            differences.append(f"{each.name} is another one than when the report was made")
    verdicts = {each.id: each.verdict for each in after.checks}
    for check in before.checks:
        now = verdicts.get(check.id)
        if now is None:
            differences.append(f"{check.id}: was {check.verdict.value}, and was not judged now")
        elif _plain(now) is not _plain(check.verdict):
            differences.append(f"{check.id}: was {check.verdict.value}, is {now.value} now")
    return differences


def _plain(verdict: Verdict) -> Verdict:
    """A listed failure is a failure; a list is no part of the comparison."""
    return Verdict.FAIL if verdict is Verdict.KNOWN_FAILING else verdict
