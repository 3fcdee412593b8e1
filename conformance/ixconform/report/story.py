"""A counterexample as plain text, for console, JUnit and pull request: a few lines that a person understands."""

from __future__ import annotations

from collections.abc import Iterator

from ixconform.report.model import Because, Check, Counterexample, Step, StepKind
from ixconform.report.text import line

DETAIL_MAX = 240
"""So much of a body is shown as text; the page has more of it."""


def story(check: Check) -> str:
    """What happened, what was expected, why, and how to see it again."""
    return "\n".join(_lines(check))


def _lines(check: Check) -> Iterator[str]:
    found = check.counterexample
    if found is None:
        if check.reason and check.reason != check.actual:
            yield f"reason    {line(check.reason)}"
        yield from _end(check.expected, check.actual, check.because)
        return
    yield f"case      {line(found.case)}{_shrunk(found)}"
    for at, fact in enumerate(found.world):
        yield f"{'world' if at == 0 else '':10}{line(fact)}"
    width = max((len(_asked(step)) for step in found.steps), default=0)
    for step in found.steps:
        yield f"  {told(step, width=min(width, 60))}"
        if step.mark and step.detail:
            yield f"        {line(step.detail, limit=DETAIL_MAX)}"
    yield from _end(
        found.expected or check.expected, found.actual or check.actual, found.because or check.because
    )
    if found.replay:
        yield f"replay    {line(found.replay)}"


def _end(expected: str, actual: str, because: tuple[Because, ...]) -> Iterator[str]:
    if expected:
        yield f"expected  {line(expected)}"
    if actual:
        yield f"actual    {line(actual)}"
    for at, reason in enumerate(because):
        yield f"{'because' if at == 0 else '':10}{line(reason.code)}: {line(reason.text)}{source(reason)}"


def told(step: Step, *, width: int = 0) -> str:
    """One step on one line."""
    status = "" if step.kind is not StepKind.REQUEST else "—" if step.status is None else str(step.status)
    marks = [f"✂ {line(step.fault)}" if step.fault else "", f"← {line(step.mark)}" if step.mark else ""]
    parts = [f"{step.number:>2}", f"{_asked(step):{width}}", f"{status:>3}", line(step.answer), *marks]
    return "  ".join(part for part in parts if part.strip()).rstrip()


def _asked(step: Step) -> str:
    if step.kind is StepKind.REQUEST:
        return f"{line(step.system)} {line(step.request)}".strip()
    return f"[{step.kind.value}] {line(step.request)}".strip()


def source(reason: Because) -> str:
    """` (inferred, reading lenient; page such and such)`"""
    sure = "" if reason.confidence == "kit" else reason.confidence
    reading = f"reading {line(reason.reading)}" if reason.reading else ""
    said = "; ".join(part for part in (", ".join(filter(None, (sure, reading))), line(reason.source)) if part)
    return f" ({said})" if said else ""


def _shrunk(found: Counterexample) -> str:
    parts = []
    if found.shrunk_from:
        parts.append(
            f"shrunk from {found.shrunk_from} to {found.shrunk_to} steps in {found.shrink_runs} runs"
        )
    if found.tried > 1:
        parts.append(f"failed {found.seen} of {found.tried} times")
    return f" · {', '.join(parts)}" if parts else ""
