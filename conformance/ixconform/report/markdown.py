"""The report as a short page for a pull request or a CI job's summary (`$GITHUB_STEP_SUMMARY`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ixconform.report import view
from ixconform.report.model import Check, PreflightResult, Report
from ixconform.report.story import story
from ixconform.report.text import clean, duration, line, plural
from ixconform.report.verdict import Outcome, Verdict

TOP = 5
"""So many findings are told in full."""

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~@$&-])")
SIGNS = {"good": "✅", "bad": "❌", "open": "❔", "warn": "⚠️", "quiet": "➖"}


def render(report: Report) -> str:
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    sign = SIGNS[view.OUTCOME_TONES[report.outcome]]
    yield f"## {sign} {plain(view.badge_message(report))} · {plain(report.profile.name)}"
    yield ""
    yield plain(view.summary(report))
    yield ""
    if report.outcome is Outcome.NOT_STARTED:
        for item in report.preflight:
            if item.result is not PreflightResult.OK:
                yield f"- **{plain(item.title)}** {plain(item.found)} {plain(item.advice)}"
        return
    yield "| level | result | checks | time |"
    yield "| --- | --- | --- | --- |"
    for rung in view.ladder(report):
        level = rung.level
        result = f"{SIGNS[rung.tone]} {level.result.value}"
        yield f"| L{level.level} {plain(level.name)} | {result} | {rung.counts} | {duration(level.seconds)} |"
    shown = view.findings(report)
    for check in shown[:TOP]:
        yield from _finding(check)
    if len(shown) > TOP:
        yield ""
        yield f"… and {plural(len(shown) - TOP, 'finding')} more in report.html."
    yield ""
    yield (
        f"<sub>{plain(report.kit.name)} {plain(report.kit.version)} · seed {report.seed}"
        f" · {plural(report.requests, 'request')} · {duration(report.seconds)}</sub>"
    )


def _finding(check: Check) -> Iterator[str]:
    yield ""
    fails = check.verdict in (Verdict.FAIL, Verdict.ERROR)
    title = f"{check.verdict.value} <b>{html(check.id)}</b> {html(check.title)}"
    yield f"<details{' open' if fails else ''}><summary>{title}</summary>"
    yield ""
    text = clean(story(check))
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    yield f"{fence}text"
    yield text
    yield fence
    yield "</details>"


def plain(text: str) -> str:
    """Text in which nothing is markup, a link or a mention."""
    return (
        _SPECIAL.sub(r"\\\1", line(text))
        .replace("\\@", "@\u200b")
        .replace("\\<", "&lt;")
        .replace("\\&", "&amp;")
    )


def html(text: str) -> str:
    from html import escape

    return escape(line(text)).replace("@", "@\u200b")
