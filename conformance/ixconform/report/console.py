"""The report in a terminal: the ladder, then every finding as a short story. Colours obey NO_COLOR.

Nothing that a connector said reaches the terminal as markup or as an escape sequence.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.padding import Padding
from rich.status import Status
from rich.table import Table
from rich.text import Text

from ixconform.report import view
from ixconform.report.model import Check, PreflightResult, Report
from ixconform.report.story import story
from ixconform.report.text import clean, duration, line, plural
from ixconform.report.verdict import Outcome, Verdict

STYLES = {"good": "green", "bad": "bold red", "open": "magenta", "warn": "yellow", "quiet": "dim"}


def show(report: Report, console: Console, *, findings_max: int = 20) -> None:
    """Print the report. Findings beyond `findings_max` are only counted."""
    tone = STYLES[view.OUTCOME_TONES[report.outcome]]
    console.print()
    console.print(_text((view.headline(report), tone), (f"  {view.OUTCOME_WORDS[report.outcome]}", "dim")))
    console.print(_text((view.summary(report), "")))
    if report.outcome is Outcome.NOT_STARTED or any(
        item.result is not PreflightResult.OK for item in report.preflight
    ):
        _preflight(report, console)
    if report.outcome is not Outcome.NOT_STARTED:
        console.print()
        console.print(_ladder(report))
    shown = view.findings(report)
    for check in shown[:findings_max]:
        console.print()
        _finding(check, console)
    if len(shown) > findings_max:
        console.print(
            _text((f"… and {plural(len(shown) - findings_max, 'finding')} more in the report", "dim"))
        )
    for part in _last(report):
        console.print(part)


def _ladder(report: Report) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for rung in view.ladder(report):
        table.add_row(
            _text((f"L{rung.level.level}", "bold")),
            _text((line(rung.level.name), "")),
            _text((rung.level.result.value, STYLES[rung.tone])),
            _text((rung.counts, "")),
            _text((duration(rung.level.seconds), "dim")),
        )
    return table


def _preflight(report: Report, console: Console) -> None:
    console.print()
    for item in report.preflight:
        if item.result is PreflightResult.OK:
            continue
        style = STYLES[view.PREFLIGHT_TONES[item.result]]
        console.print(
            _text((f"{item.result.value:8}", style), (f"{line(item.title)}  {line(item.found)}", ""))
        )
        if item.advice:
            console.print(Padding(_text((f"try  {line(item.advice)}", "")), (0, 0, 0, 8)))


def _finding(check: Check, console: Console) -> None:
    style = STYLES[view.TONES[check.verdict]]
    console.print(
        _text(
            (f"{view.SIGNS[check.verdict]} {check.verdict.value} ", style),
            (f"{line(check.code)}  ", "bold"),
            (f"{line(check.title)}", ""),
            (f"  {line(check.scenario)} {line(check.scenario_title)}", "dim"),
        )
    )
    if check.reason and check.counterexample is not None and check.reason != view.actual(check):
        console.print(Padding(_text((line(check.reason), "")), (0, 0, 0, 2)))
    for told in clean(story(check)).splitlines():
        console.print(Text(f"  {told}"), soft_wrap=True)


def _last(report: Report) -> Iterator[Text]:
    polite = report.politeness
    if polite.documents:
        yield _text(
            (
                f"\n{view.requests_per_document(polite)} requests per booked document, "
                f"at most {polite.worst_burst} to one system within a second",
                "dim",
            )
        )
    for note in report.notes:
        yield _text((line(note), "dim"))
    yield _text(
        (f"{plural(report.requests, 'request')}, {duration(report.seconds)}, seed {report.seed}", "dim")
    )


def _text(*parts: tuple[str, str]) -> Text:
    return Text.assemble(*parts)


class Progress:
    """What is going on, while it goes on: a status line in a terminal, a line per level and finding elsewhere."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.status: Status | None = None
        self.done = 0

    def level(self, number: int, name: str, *, checks: int = 0) -> None:
        """A level begins; `checks`: how many verdicts it will bring, 0 if nobody knows."""
        expected = f", {plural(checks, 'check')}" if checks else ""
        self._clear()
        self.console.print(_text((f"L{number} ", "bold"), (line(name) + expected, "")))

    def at(self, text: str) -> None:
        """What is being played right now; seen in a terminal only."""
        if not self.console.is_terminal:
            return
        if self.status is None:
            self.status = self.console.status("")
            self.status.start()
        self.status.update(_text((f"{self.done} done · ", "dim"), (line(text, limit=100), "")))

    def check(self, check: Check) -> None:
        """A verdict is there: findings are told at once, passes only counted."""
        self.done += 1
        if check.verdict in (Verdict.PASS, Verdict.OMIT):
            return
        style = STYLES[view.TONES[check.verdict]]
        self._clear()
        self.console.print(
            _text(
                (f"  {view.SIGNS[check.verdict]} {check.verdict.value} ", style),
                (f"{line(check.id)} {line(check.reason or check.title)}", ""),
            )
        )

    def end(self) -> None:
        self._clear()

    def _clear(self) -> None:
        if self.status is not None:
            self.status.stop()
            self.status = None
