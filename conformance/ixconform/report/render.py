"""Which files come out of a report? `report.json` first; everything else is drawn from it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from ixconform.report.file import to_json
from ixconform.report.model import Report

Draw = Callable[[Report], str]


def _json(report: Report) -> str:
    return to_json(report).decode("ascii")


def _html(report: Report) -> str:
    from ixconform.report import html

    return html.render(report)


def _junit(report: Report) -> str:
    from ixconform.report import junit

    return junit.render(report)


def _sarif(report: Report) -> str:
    from ixconform.report import sarif

    return sarif.render(report)


def _badge_svg(report: Report) -> str:
    from ixconform.report import badge

    return badge.render_svg(report)


def _badge_json(report: Report) -> str:
    from ixconform.report import badge

    return badge.render_json(report)


def _statement(report: Report) -> str:
    from ixconform.report import statement

    return statement.render(report)


def _github(report: Report) -> str:
    from ixconform.report import markdown

    return markdown.render(report)


FORMATS: Mapping[str, Mapping[str, Draw]] = {
    "json": {"report.json": _json},
    "html": {"report.html": _html},
    "junit": {"junit.xml": _junit},
    "sarif": {"report.sarif": _sarif},
    "badge": {"badge.svg": _badge_svg, "badge.json": _badge_json},
    "statement": {"statement.json": _statement},
    "github": {"summary.md": _github},
}
"""Name of a format to its files."""


def write(report: Report, folder: Path, formats: Iterable[str] = tuple(FORMATS)) -> dict[str, Path]:
    """Write the files of these formats, `report.json` always; the path of each. Old files are replaced whole.

    Raises KeyError for a format that does not exist, OSError where the folder cannot be written.
    """
    files = {
        name: draw for format in dict.fromkeys(("json", *formats)) for name, draw in FORMATS[format].items()
    }
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for name, draw in files.items():
        path = folder / name
        half = folder / f".{name}.half"
        half.write_text(draw(report), "utf-8", errors="replace", newline="\n")
        os.replace(half, path)
        written[name] = path
    return written
