"""How far did a connector get on each profile? One table of what the reports of `ixkit conform run --report` say.

``python tools/conform_table.py FOLDER PROFILE… [--write PAGE]`` reads FOLDER/PROFILE/report.json and prints the table.
With ``--write`` it also stands in the page, between its two marks, but only where each profile was played up to L4:
a page does not lose what it says to a run that looked at less.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from marks import placed, table

MARK = "conform"
HIGHEST = 4
HEAD = ("profile", "reached", "verdicts", "cases", "requests", "CPU seconds", "seconds L0 to L2", "L3", "L4")
BAD = frozenset({"fail", "error", "flaky", "skip", "known-failing", "disputed"})
Report = Mapping[str, Any]


def main(words: Sequence[str]) -> int:
    page = Path(words[words.index("--write") + 1]) if "--write" in words else None
    names = [word for word in words if word != "--write" and (page is None or word != str(page))]
    if len(names) < 2:
        print("conform_table: expected FOLDER PROFILE… [--write PAGE]", file=sys.stderr)
        return 2
    folder, profiles = Path(names[0]), names[1:]
    reports = {name: _report(folder / name / "report.json") for name in profiles}
    print(plain(reports))
    if page is not None and all(
        each is not None and each["asked_level"] == HIGHEST for each in reports.values()
    ):
        try:
            page.write_text(placed(page.read_text("utf-8"), MARK, markdown(reports)), "utf-8")
        except (OSError, ValueError) as error:
            raise SystemExit(f"conform_table: {page}: {error}") from None
        print(f"\nwritten: {page}")
    wrong = [each for each in reports.values() if each is None or each["outcome"] != "passed"]
    return 1 if wrong else 0


def _report(path: Path) -> Report | None:
    try:
        found: Report = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found


def row(name: str, report: Report | None) -> tuple[str, ...]:
    """One profile, as it was seen; a profile without a report was not played."""
    short = name.removeprefix("ixpole-")
    if report is None:
        return (short, "not played", *[""] * (len(HEAD) - 2))
    counts = Counter(each["verdict"] for each in report["checks"])
    verdicts = ", ".join(
        f"{counts[each]} {each}" for each in sorted(counts, key=lambda each: (each in BAD, each))
    )
    cases = sum({each["scenario"]: each["examples"] for each in report["checks"]}.values())
    facts = {each["name"]: each["value"] for each in report["environment"]}
    seconds = {each["level"]: each["seconds"] for each in report["levels"] if each["result"] != "not-run"}
    low = sum(seconds.get(level, 0) for level in (0, 1, 2))
    high = [f"{seconds[level]:.0f}" if level in seconds else "" for level in (3, 4)]
    return (short, reached(report), verdicts, str(cases), str(report["requests"]), facts.get("cpu_seconds", ""),
            f"{low:.0f}", *high)  # fmt: skip


def reached(report: Report) -> str:
    """The highest level below which nothing is missing."""
    highest = ""
    for each in report["levels"]:
        if each["result"] != "reached":
            break
        highest = f"L{each['level']}"
    return highest or "none"


def wrong(report: Report | None) -> list[str]:
    """What was not as it should be, one line a check."""
    checks = report["checks"] if report is not None else ()
    return [
        f"{each['code']}/{each['scenario']} {each['verdict']}" for each in checks if each["verdict"] in BAD
    ]


def plain(reports: Mapping[str, Report | None]) -> str:
    rows = [HEAD, *(row(name, each) for name, each in reports.items())]
    widths = [max(len(each[n]) for each in rows) for n in range(len(HEAD))]
    lines = [
        "  ".join(text.ljust(width) for text, width in zip(each, widths, strict=True)).rstrip()
        for each in rows
    ]
    lines += [f"{name}: {line}" for name, each in reports.items() for line in wrong(each)]
    return "\n".join(lines)


def markdown(reports: Mapping[str, Report | None]) -> str:
    lines = [table(HEAD, [row(name, each) for name, each in reports.items()])]
    seen = sorted({str(each["started_at"])[:10] for each in reports.values() if each is not None})
    facts = {
        f["name"]: f["value"] for each in reports.values() if each is not None for f in each["environment"]
    }
    where = f"{facts.get('processors', '?')} processors, Python {facts.get('python', '?')}"
    lines += [
        "",
        f"Seen on {' and '.join(seen)} with {where}; CPU seconds are those of kit, mocks and connector together.",
    ]
    failed = [
        f"- {name.removeprefix('ixpole-')}: {line}" for name, each in reports.items() for line in wrong(each)
    ]
    return "\n".join([*lines, *(["", *failed] if failed else [])])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
