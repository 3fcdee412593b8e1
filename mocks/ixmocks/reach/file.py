"""A file that says what a test run reached: how it is written, read, and told to a person."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path

from ixmocks.reach.promised import KINDS
from ixmocks.reach.seen import Reached

WORDS = {
    "operation": "operations", "status": "statuses", "parameter": "parameters", "keyword": "keywords",
    "obeyed": "rules obeyed", "broken": "rules broken", "reading": "readings", "transition": "transitions",
}  # fmt: skip


class NotCoverage(ValueError):
    """A file that does not say what was reached; the message says what was expected."""


def write(path: Path, systems: Mapping[str, Reached]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"reached": systems}, indent=1, ensure_ascii=False) + "\n", "utf-8")


def read(path: Path) -> dict[str, Reached]:
    """Raises NotCoverage. Takes what `ixkit coverage --format json` prints as well."""
    try:
        raw = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise NotCoverage(f"{path}: cannot be read as JSON: {error}.") from None
    found = raw.get("reached") if isinstance(raw, dict) else None
    if found is None and isinstance(raw, dict) and isinstance(raw.get("systems"), dict):
        found = {name: each.get("reached") for name, each in raw["systems"].items() if isinstance(each, dict)}
    if not isinstance(found, dict) or not found or not all(_is_reached(each) for each in found.values()):
        raise NotCoverage(
            f"{path}: does not say what was reached; expected what `ixkit coverage --format json` prints, or what "
            "pytest wrote with --ixkit-coverage."
        )
    return found


def _is_reached(each: object) -> bool:
    return isinstance(each, dict) and all(
        kind in KINDS and isinstance(names, dict) and all(isinstance(times, int) for times in names.values())
        for kind, names in each.items()
    )


def missing(systems: Mapping[str, Reached]) -> Iterator[tuple[str, str, str]]:
    """System, kind and name of each item that was never reached."""
    for system, kinds in systems.items():
        for kind, names in kinds.items():
            for name, times in names.items():
                if not times:
                    yield system, kind, name


def counted(kinds: Reached) -> dict[str, tuple[int, int]]:
    """Kind to how many of its items were reached, and how many there are."""
    return {
        kind: (sum(1 for times in kinds[kind].values() if times), len(kinds[kind]))
        for kind in KINDS
        if kind in kinds
    }


def percent(reached: int, every: int) -> float:
    return 100 * reached / every if every else 100.0


# ---- a page --------------------------------------------------------------------------------------

_STYLE = (
    ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto}"
    "table{border-collapse:collapse}td,th{padding:.2rem .7rem;text-align:left;border-bottom:1px solid #8886}"
    "td.n{text-align:right;font-variant-numeric:tabular-nums}summary{cursor:pointer}li.no{font-weight:600}"
)


def html(systems: Mapping[str, Reached], title: str) -> str:
    """One page that needs nothing else: a table of all, then each system's items; those never reached are open."""
    parts = [
        "<!doctype html>", '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>",
        "<table><tr><th scope=col>system</th>", *(f"<th scope=col>{WORDS[kind]}</th>" for kind in KINDS), "</tr>",
    ]  # fmt: skip
    for system, kinds in systems.items():
        cells = [f'<td class="n">{a}/{b}</td>' for a, b in counted(kinds).values()]
        parts.append(
            f'<tr><th scope=row><a href="#{escape(system)}">{escape(system)}</a></th>{"".join(cells)}</tr>'
        )
    parts.append("</table>")
    for system, kinds in systems.items():
        parts.append(f'<h2 id="{escape(system)}">{escape(system)}</h2>')
        parts += [_kind(kind, kinds[kind]) for kind in KINDS if kinds.get(kind)]
    return "\n".join([*parts, "</body></html>", ""])


def _kind(kind: str, names: Mapping[str, int]) -> str:
    never = [name for name, times in names.items() if not times]
    items = [f'<li class="no">{escape(name)}: never</li>' for name in never]
    items += [f"<li>{escape(name)}: {times}</li>" for name, times in names.items() if times]
    head = f"{WORDS[kind]}: {len(names) - len(never)} of {len(names)}"
    opened = " open" if never else ""
    return f"<details{opened}><summary>{head}</summary><ul>{''.join(items)}</ul></details>"
