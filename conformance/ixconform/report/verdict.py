"""What can a check, a level and a whole run come to, and what follows from that?"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Verdict(StrEnum):
    """What one check came to. `BLOCKING` and `UNDECIDED` say what it does to its level."""

    PASS = "pass"
    FAIL = "fail"
    ERROR = "error"
    """It should not have come to this: a listed known failure that passes, or a check that broke."""
    SKIP = "skip"
    """Claimed, but it could not be decided: never reached, or too little evidence."""
    OMIT = "omit"
    """Not claimed, or it does not apply."""
    WARN = "warn"
    """Allowed, but unwise."""
    KNOWN_FAILING = "known-failing"
    """On the connector's own list of known failures, and it failed as listed."""
    FLAKY = "flaky"
    """It did not fail three times out of three, or it is on the list of those that do so."""
    DISPUTED = "disputed"
    """It rests on a rule that is inferred, or only on one reading of a rule."""


BLOCKING = frozenset({Verdict.FAIL, Verdict.ERROR, Verdict.KNOWN_FAILING})
"""With one of these a level is not reached."""

UNDECIDED = frozenset({Verdict.SKIP, Verdict.FLAKY})
"""With one of these nobody knows whether a level is reached (exit code 3)."""


class LevelResult(StrEnum):
    REACHED = "reached"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    NOT_RUN = "not-run"


class Outcome(StrEnum):
    """What the whole run came to; each has its exit code in `EXIT`."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    NOT_STARTED = "not-started"
    """Preflight found a set-up mistake: the connector was not judged."""
    KIT_ERROR = "kit-error"
    INTERRUPTED = "interrupted"


EXIT = {
    Outcome.PASSED: 0,
    Outcome.FAILED: 1,
    Outcome.INCONCLUSIVE: 3,
    Outcome.NOT_STARTED: 4,
    Outcome.KIT_ERROR: 5,
    Outcome.INTERRUPTED: 130,
}


def level_result(verdicts: Iterable[Verdict]) -> LevelResult:
    """What a level's own verdicts make of it: one that blocks decides, then one that is open."""
    seen = set(verdicts)
    if not seen:
        return LevelResult.NOT_RUN
    if seen & BLOCKING:
        return LevelResult.FAILED
    return LevelResult.INCONCLUSIVE if seen & UNDECIDED else LevelResult.REACHED
