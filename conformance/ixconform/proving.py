"""Is a failure sure, and what is its shortest story? It is shrunk, played again, kept and told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ixconform import cases as shelf
from ixconform.checks.finding import Finding
from ixconform.counterexample import told
from ixconform.data import Case
from ixconform.report.model import Check
from ixconform.report.verdict import Verdict
from ixconform.shrinking import Shrunk, shrink, size
from ixconform.trying import Played, Trials
from ixconform.wish import Wish

TRIES = 3


class Prover:
    """Proves the failures of a run, and shrinks none when its time is `spent`."""

    def __init__(self, trials: Trials, wish: Wish, spent: Callable[[], bool]) -> None:
        self.trials, self.wish, self.spent = trials, wish, spent

    def proved(self, check: Check, played: Played, finding: Finding) -> Check:
        """With the shortest story, and played again: what does not fail each time is flaky."""
        assert played.history is not None
        shrunk = self._shrunk(played.case, finding.code)
        history, seen, tried = played.history, 0, 0
        for _ in range(TRIES if self.wish.shrinks else 0):
            tried += 1
            again = self.trials.wrong(shrunk.case, finding.code)
            if again is not None:
                seen += 1
                history, finding = again
        self._keep(shrunk.case, finding)
        flaky = seen < tried
        stage = self.trials.stage
        story = told(
            finding,
            history,
            shrunk,
            control=stage.control,
            target=stage.target.traits.name,
            tried=max(tried, 1),
            seen=seen if tried else 1,
            options=self.wish.options,
        )
        return replace(
            check,
            verdict=Verdict.FLAKY if flaky else check.verdict,
            reason=f"failed {seen} of {tried} times when played again" if flaky else finding.actual,
            actual=finding.actual,
            expected=finding.expected,
            counterexample=story,
        )

    def _shrunk(self, case: Case, code: str) -> Shrunk:
        if not self.wish.shrinks or self.spent():
            return Shrunk(case, size(case), size(case), 0)
        return shrink(case, lambda smaller: self.trials.wrong(smaller, code) is not None)

    def _keep(self, case: Case, finding: Finding) -> None:
        kept = shelf.Kept(
            case=case,
            profile=self.wish.profile.name,
            claims=self.wish.claims,
            check=finding.code,
            actual=finding.actual,
        )
        shelf.save(kept, self.wish.cases)
