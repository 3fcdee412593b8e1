"""How does a person see what was done? A progress bar, a table of what went where, and the sums."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ixbridge.core.answers import clean
from ixbridge.shell.report import MEANING, Item, Report, Status
from ixbridge.shell.runner import Watch, unwatched

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

PIPE_WIDTH = 140


def console() -> Console:
    from rich.console import Console

    # A pipe has no width; a narrow guess would cut words off.
    return Console(
        highlight=False, soft_wrap=False, width=None if sys.stdout.isatty() else PIPE_WIDTH, markup=False
    )


@contextmanager
def progress(*, wanted: bool) -> Iterator[Watch]:
    """A bar on the terminal's error stream, so that the output stays clean for a pipe."""
    if not wanted or not sys.stderr.isatty():
        yield unwatched
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("instalments", total=None)

        def watch(done: int, total: int, code: str) -> None:
            bar.update(task, completed=done, total=total, description=clean(code)[:40] or "done")

        yield watch


def show(report: Report, *, title: str) -> None:
    out = console()
    if report.items:
        out.print(_table(report, title))
        out.print(_totals(report))
    elif report.halted is None:
        out.print("Nothing to do: iXpole has no due instalment, and nothing is open.")
    for line in _parked(report):
        out.print(line)
    if report.halted is not None:
        out.print(f"Stopped early: {clean(report.halted)}")
        if report.advice:
            out.print(f"  {report.advice}")
    if report.requests:
        requests = sum(report.requests.values())
        out.print(f"{requests} requests, {report.records} new records in the journal.")


def _table(report: Report, title: str) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left")
    for name in ("instalment", "customer", "total", "mode", "status", "number", "due", "why"):
        table.add_column(name, justify="right" if name == "total" else "left", overflow="fold")
    for item in report.items:
        number = item.number or item.draft_number or ""
        why = item.reason or (item.message if item.status is Status.WAITING else "")
        cells = (
            item.code,
            item.customer,
            _amount(item),
            item.mode.value if item.mode else "",
            item.status.value,
            number,
            item.due_date or "",
            why,
        )
        table.add_row(*(Text(clean(cell)) for cell in cells))
    return table


def _amount(item: Item) -> str:
    return f"{item.total} {item.currency}" if item.total is not None else ""


def _totals(report: Report) -> Table:
    from rich.table import Table

    totals = report.totals()
    table = Table(title="Sums", title_justify="left", show_footer=True)
    everything = totals.pop("all")
    table.add_column("status", footer="all")
    table.add_column("instalments", footer=str(everything["count"]), justify="right")
    table.add_column("amount", footer=_amounts(everything["amounts"]), justify="right")
    table.add_column("meaning")
    for status in Status:
        row = totals[status.value]
        if row["count"]:
            table.add_row(status.value, str(row["count"]), _amounts(row["amounts"]), MEANING[status])
    return table


def _amounts(amounts: dict[str, str]) -> str:
    return ", ".join(f"{amount} {currency}" for currency, amount in amounts.items())


def _parked(report: Report) -> Iterator[str]:
    parked = [item for item in report.items if item.status is Status.PARKED]
    if not parked:
        return
    yield f"Parked: {len(parked)}. Nothing of these is lost; each waits for a person:"
    for item in parked:
        yield f"  {clean(item.code)}: {clean(item.message)}"
        if item.advice:
            yield f"    {clean(item.advice)}"
