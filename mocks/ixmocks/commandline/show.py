"""How does an answer look in a terminal? Tables, one line for an event, JSON as it came."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

WIDTH_PIPED = 100
"""Lines of a table that goes into a file or a pipe, unless COLUMNS says otherwise."""


def as_json(value: Any) -> None:
    """Exact numbers; indented where a person reads."""
    import msgspec

    from ixmocks.engine import exact

    raw = exact.dump(value)
    click.echo((msgspec.json.format(raw, indent=2) if sys.stdout.isatty() else raw).decode())


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, wide: str = "") -> None:
    """A table without lines; the column `wide` takes what room is left and wraps."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        numeric = column.startswith("#")
        shown.add_column(
            column.lstrip("#"),
            justify="right" if numeric else "left",
            no_wrap=column != wide,
            overflow="fold",
        )
    for row in rows:
        shown.add_row(*(Text(str(cell)) for cell in row))
    console = Console(width=None if sys.stdout.isatty() else width(), soft_wrap=False)
    with console.capture() as captured:
        console.print(shown)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def width() -> int:
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) >= 40:
        return int(columns)
    return shutil.get_terminal_size((WIDTH_PIPED, 24)).columns if sys.stdout.isatty() else WIDTH_PIPED


def event_line(event: Mapping[str, Any]) -> str:
    """`e17  2026-01-05 08:00:03  silvasoft  POST /rest/… → 400  SILV-01`."""
    when = str(event["at"]).replace("T", " ")[:19]
    query = f"?{event['query']}" if event["query"] else ""
    what = (
        event["operation"] if event["method"] == "ACT" else f"{event['method']} {bare(event['path'])}{query}"
    )
    rules = list(dict.fromkeys(event["violations"]))
    parts = [
        f"{event['id']:<5} {when}  {event['system']:<9}",
        what if len(what) <= 80 else f"{what[:79]}…",
        click.style(f"→ {event['status']}", fg=_colour(event["status"])),
        click.style(" ".join(rules), fg="red") if rules else "",
        click.style(f"fault {event['fault']}", fg="yellow") if event["fault"] else "",
    ]
    return " ".join(part for part in parts if part)


def bare(path: str) -> str:
    """The vendor's own path: the world is told elsewhere."""
    return re.sub(r"^/w/[a-z0-9-]+(?=/)", "", path)


def heading(text: str) -> str:
    return click.style(text, bold=True)


def dim(text: str) -> str:
    return click.style(text, dim=True)


def wrapped(text: str, indent: str = "  ") -> str:
    import textwrap

    return textwrap.fill(
        text, min(width(), 110), initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False,
        break_long_words=False,
    )  # fmt: skip


def fact(name: str, text: str) -> str:
    """`    because   documented · …`, wrapped below itself."""
    import textwrap

    head = f"    {name:<9} "
    return textwrap.fill(
        text, min(width(), 110), initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False,
        break_long_words=False,
    )  # fmt: skip


def _colour(status: int) -> str:
    return "green" if status < 400 else "red" if status >= 500 else "yellow"
