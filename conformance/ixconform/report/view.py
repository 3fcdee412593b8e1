"""What do all formats say alike? Headline, order of checks, marks and words, decided once and without a format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from ixconform.report.model import Check, Level, Politeness, PreflightResult, Report
from ixconform.report.text import line, plural
from ixconform.report.verdict import LevelResult, Outcome, Verdict

ORDER = (
    Verdict.ERROR,
    Verdict.FAIL,
    Verdict.FLAKY,
    Verdict.SKIP,
    Verdict.KNOWN_FAILING,
    Verdict.DISPUTED,
    Verdict.WARN,
    Verdict.PASS,
    Verdict.OMIT,
)
"""What needs a person's eyes comes first."""

SIGNS: Mapping[Verdict, str] = {
    Verdict.PASS: "✓",
    Verdict.FAIL: "✗",
    Verdict.ERROR: "✗",
    Verdict.SKIP: "?",
    Verdict.OMIT: "–",
    Verdict.WARN: "!",
    Verdict.KNOWN_FAILING: "k",
    Verdict.FLAKY: "≈",
    Verdict.DISPUTED: "§",
}
"""Beside the word, so that nothing is told by colour alone."""

TONES: Mapping[Verdict, str] = {
    Verdict.PASS: "good",
    Verdict.FAIL: "bad",
    Verdict.ERROR: "bad",
    Verdict.SKIP: "open",
    Verdict.FLAKY: "open",
    Verdict.WARN: "warn",
    Verdict.DISPUTED: "warn",
    Verdict.KNOWN_FAILING: "warn",
    Verdict.OMIT: "quiet",
}

LEVEL_TONES: Mapping[LevelResult, str] = {
    LevelResult.REACHED: "good",
    LevelResult.FAILED: "bad",
    LevelResult.INCONCLUSIVE: "open",
    LevelResult.NOT_RUN: "quiet",
}

OUTCOME_TONES: Mapping[Outcome, str] = {
    Outcome.PASSED: "good",
    Outcome.FAILED: "bad",
    Outcome.INCONCLUSIVE: "open",
    Outcome.NOT_STARTED: "warn",
    Outcome.KIT_ERROR: "bad",
    Outcome.INTERRUPTED: "quiet",
}

OUTCOME_WORDS: Mapping[Outcome, str] = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.INCONCLUSIVE: "inconclusive",
    Outcome.NOT_STARTED: "fix the set-up first",
    Outcome.KIT_ERROR: "invalid: the kit itself broke",
    Outcome.INTERRUPTED: "interrupted",
}

PREFLIGHT_TONES: Mapping[PreflightResult, str] = {
    PreflightResult.OK: "good",
    PreflightResult.WARN: "warn",
    PreflightResult.FAILED: "bad",
    PreflightResult.NOT_RUN: "quiet",
}

FINDINGS = frozenset(ORDER[:7])
"""What is more than a pass or a check that does not apply."""


@dataclass(frozen=True, slots=True)
class Rung:
    """A level with its checks, those that need eyes first."""

    level: Level
    checks: tuple[Check, ...]

    @property
    def tone(self) -> str:
        return LEVEL_TONES[self.level.result]

    @property
    def counts(self) -> str:
        return counted(self.checks)


def headline(report: Report) -> str:
    """`L2 reached · ixpole-silvasoft-draft`, as short as a badge."""
    return f"{badge_message(report)} · {line(report.profile.name)}"


def badge_message(report: Report) -> str:
    if report.outcome is Outcome.NOT_STARTED:
        return "not started"
    if report.outcome in (Outcome.KIT_ERROR, Outcome.INTERRUPTED):
        return "invalid" if report.outcome is Outcome.KIT_ERROR else "interrupted"
    if report.selection:
        return "selected scenarios only"
    return "no level" if report.reached is None else f"L{report.reached}"


def ladder(report: Report) -> tuple[Rung, ...]:
    return tuple(
        Rung(level, ordered(check for check in report.checks if check.level == level.level))
        for level in sorted(report.levels, key=lambda item: item.level)
    )


def ordered(checks: Iterable[Check]) -> tuple[Check, ...]:
    return tuple(sorted(checks, key=lambda check: (ORDER.index(check.verdict), check.scenario, check.code)))


def findings(report: Report) -> tuple[Check, ...]:
    return tuple(check for check in ordered(report.checks) if check.verdict in FINDINGS)


def actual(check: Check) -> str:
    """What was seen: in the counterexample, which was played again, else when it was found."""
    return (check.counterexample.actual if check.counterexample else "") or check.actual


def counted(checks: Iterable[Check]) -> str:
    """`2 fail, 14 pass, 3 omit`"""
    counts = Counter(check.verdict for check in checks)
    return (
        ", ".join(f"{counts[verdict]} {verdict.value}" for verdict in ORDER if counts[verdict]) or "no checks"
    )


def summary(report: Report) -> str:
    """One sentence; the report's own if it has one."""
    if report.summary:
        return line(report.summary)
    name = line(report.connector.name)
    if report.outcome is Outcome.NOT_STARTED:
        return f"{name} was not judged: preflight found a mistake in the set-up."
    if report.outcome is Outcome.KIT_ERROR:
        return f"{name} was not judged: the kit itself broke. Please report it."
    reached = "reaches no level" if report.reached is None else f"reaches L{report.reached}"
    if report.selection:
        reached = f"was judged with {line(' '.join(report.selection))}, which decides no level"
    open_ends = [check for check in report.checks if check.verdict in (Verdict.FAIL, Verdict.ERROR)]
    if open_ends:
        return f"{name} {reached}; {plural(len(open_ends), 'check fails', 'checks fail')}."
    return f"{name} {reached}."


def requests_per_document(politeness: Politeness) -> str:
    """`5.3`, or a dash where nothing was booked."""
    if not politeness.documents:
        return "–"
    tenths = round(Fraction(10 * politeness.requests, politeness.documents))
    return f"{tenths // 10}.{tenths % 10}"


def share(worst: int, limit: int) -> str:
    return f"{round(Fraction(100 * worst, limit))} %" if limit else "–"


def window(seconds: int) -> str:
    return {1: "second", 60: "minute", 3600: "hour", 86400: "day"}.get(seconds, f"{seconds} s")
