"""What follows from verdicts for their level, and from an outcome for the exit code?"""

from __future__ import annotations

from ixconform.report.verdict import EXIT, LevelResult, Outcome, Verdict, level_result


def test_one_verdict_that_blocks_decides_a_level() -> None:
    assert level_result([]) is LevelResult.NOT_RUN
    assert level_result([Verdict.PASS, Verdict.OMIT, Verdict.WARN, Verdict.DISPUTED]) is LevelResult.REACHED
    for verdict in (Verdict.FAIL, Verdict.ERROR, Verdict.KNOWN_FAILING):
        assert level_result([Verdict.PASS, Verdict.SKIP, verdict]) is LevelResult.FAILED
    for verdict in (Verdict.SKIP, Verdict.FLAKY):
        assert level_result([Verdict.PASS, verdict]) is LevelResult.INCONCLUSIVE


def test_every_outcome_has_its_exit_code() -> None:
    assert {outcome: EXIT[outcome] for outcome in Outcome} == {
        Outcome.PASSED: 0, Outcome.FAILED: 1, Outcome.INCONCLUSIVE: 3, Outcome.NOT_STARTED: 4, Outcome.KIT_ERROR: 5,
        Outcome.INTERRUPTED: 130,
    }  # fmt: skip
