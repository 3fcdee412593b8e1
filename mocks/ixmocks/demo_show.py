"""How does a person see what the demo did? A screen for each target, and one table of all."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from ixmocks.demo_bridge import Item
from ixmocks.demo_season import Season

if TYPE_CHECKING:
    from rich.table import Table

    from ixmocks.demo_offices import Office

STATUSES = ("booked", "drafted", "finalised", "paid", "parked")
LEGEND = (
    "",
    "booked     invoiced; iXpole has number, due date and PDF",
    "drafted    a draft was made; iXpole has D and the draft's number, and does not deliver it again",
    "finalised  people made an invoice of the draft; iXpole has the real number in place of D",
    "paid       the money has come; iXpole has a payment number",
    "parked     nothing was booked; the reason says what a person has to decide",
)
PIPE_WIDTH = 100
ROWS_FIRST, ROWS = 9, 5
"""How many instalments are shown of the first target, and of the others."""
NUMBER_MAX = 12
FLEXIBLE_MIN = 10
WORDS_MIN = 30


class Screen:
    """Prints; on a pipe without colours and a hundred columns wide."""

    def __init__(self, *, whole: bool) -> None:
        from rich.console import Console

        self._whole = whole
        width = None if sys.stdout.isatty() else PIPE_WIDTH
        self._out = Console(highlight=False, markup=False, width=width)

    def greet(self, systems: Mapping[str, str], control: str, clock: str) -> None:
        at = datetime.fromisoformat(clock)
        places = {**systems, "control": control}
        ports = "  ".join(f"{name} :{urlsplit(url).port}" for name, url in places.items())
        self._say(f"ixkit demo · mocks on 127.0.0.1, where the clock stands still at {at:%Y-%m-%d %H:%M} UTC")
        self._say(f"   {ports}")

    def waiting(self, done: int, seasons: int) -> AbstractContextManager[object]:
        """A line at the end of the terminal, gone before anything is printed."""
        if not self._out.is_terminal or self._out.is_dumb_terminal:
            return nullcontext()
        return self._out.status(f"booking: {done} of {seasons} seasons done", refresh_per_second=4)

    def target(self, office: Office, seasons: Sequence[Season], *, first: bool) -> None:
        """One accounting system: what was done, what became of it, what waits for a person, what was checked."""
        rows = ROWS_FIRST if first else ROWS
        self._say()
        self._say(
            f"{office.title} · {seasons[0].world.scenario}, {len(seasons[0].items)} instalments are due"
        )
        if any(season.mode == "draft" for season in seasons):
            self._say(f"   a draft is {office.draft}")
        if first:
            self._steps(office, seasons)
        else:
            self._say("   the same three steps")
        self._say()
        codes = self._rows(seasons, rows)
        if codes:
            self._out.print(_table(seasons, codes, self._out.width))
        self._rest(seasons, codes)
        self._parked(seasons)
        self._say()
        for season in seasons:
            self._say(_check(season))
            for difference in season.audit.differences:
                self._say(f"      {difference}")

    def summary(self, seasons: Sequence[Season]) -> None:
        self._say()
        self._out.print(_summary(seasons, self._out.width))
        wrong = sum(bool(season.audit.differences) for season in seasons)
        if wrong:
            self._say(f"{wrong} of {len(seasons)} lists differ from what the bridge says.")
        else:
            who = "The list agrees" if len(seasons) == 1 else f"All {len(seasons)} lists agree"
            self._say(f"{who} with the bridge to the cent; what is parked was booked nowhere.")
        for line in LEGEND:
            self._say(line)

    # Parts of a target's screen.

    def _steps(self, office: Office, seasons: Sequence[Season]) -> None:
        for title, told in (
            ("1  the bridge books what is due", _first),
            (f"2  people work in {office.title}", _people),
            ("3  the bridge runs again", _second),
        ):
            for season in seasons:
                self._say(f"   {title:<34}{season.mode:<8}{told(season)}")
                title = ""

    def _rows(self, seasons: Sequence[Season], most: int) -> list[str]:
        """Codes of the instalments to show: one of each kind, in their order."""
        rows = _by_code(seasons)
        if self._whole:
            return list(rows)
        kinds: dict[tuple[Any, ...], str] = {}
        for code, items in rows.items():
            statuses = tuple(item["status"] if item else "" for item in items)
            if "parked" not in statuses:
                one = next(item for item in items if item)
                kinds.setdefault((statuses, code[0], str(one["total"]).startswith("-")), code)
        chosen = set(list(kinds.values())[:most])
        for code, items in rows.items():
            if len(chosen) < most and all(item and item["status"] != "parked" for item in items):
                chosen.add(code)
        return [code for code in rows if code in chosen]

    def _rest(self, seasons: Sequence[Season], shown: Sequence[str]) -> None:
        rest = [
            code
            for code, items in _by_code(seasons).items()
            if code not in shown and not any(item and item["status"] == "parked" for item in items)
        ]
        if rest:
            self._say(f" … and {len(rest)} more like these, all booked (--all shows them)")

    def _parked(self, seasons: Sequence[Season]) -> None:
        rows = _by_code(seasons)
        told = [
            (code, [item for item in items if item and item["status"] == "parked"], items)
            for code, items in rows.items()
        ]
        told = [each for each in told if each[1]]
        if told:
            self._say("parked for a person; nothing of these was booked:")
        for code, parked, items in told:
            where = "" if len(parked) == len(items) else f" ({parked[0]['mode']} only)"
            self._wrapped(f"  {code}  {_amount(parked[0]):>11}  ", f"{parked[0]['message']}{where}")

    def _wrapped(self, head: str, text: str) -> None:
        """A reason is told to its end, if need be on lines of its own."""
        space = " " * len(head)
        wide = max(self._out.width, len(head) + WORDS_MIN)
        for line in wrap(text, wide, initial_indent=head, subsequent_indent=space, break_long_words=False):
            self._say(line)

    def _say(self, text: str = "") -> None:
        from rich.text import Text

        self._out.print(Text(text), no_wrap=True, overflow="ellipsis", crop=False)


# Sentences.


def _first(season: Season) -> str:
    told = ", ".join(f"{season.first[name]} {name}" for name in STATUSES if season.first.get(name))
    return f"{told}; iXpole gets D and a number" if season.first.get("drafted") else told


def _people(season: Season) -> str:
    if season.mode == "direct":
        return f"{season.paid} customers pay"
    return f"{season.finished} drafts become invoices, {season.left} wait; {season.paid} customers pay"


def _amount(item: Item) -> str:
    return str(item["total"] or "")


def _second(season: Season) -> str:
    return ", ".join(f"{season.count(name)} {name}" for name in STATUSES if season.count(name))


def _check(season: Season) -> str:
    audit, title = season.audit, season.office.title
    return (
        f"  check {season.mode:<6} {audit.documents} documents: {audit.bridge:.2f} by the bridge, "
        f"{audit.target:.2f} in {title}'s {season.office.list_name}: {_verdict(season)}"
    )


# Tables.


def _by_code(seasons: Sequence[Season]) -> dict[str, list[Item | None]]:
    """Each instalment beside itself in the other mode."""
    codes = dict.fromkeys(item["code"] for season in seasons for item in season.items)
    of = [{item["code"]: item for item in season.items} for season in seasons]
    return {code: [each.get(code) for each in of] for code in codes}


def _table(seasons: Sequence[Season], codes: Iterable[str], width: int) -> Table:
    heads = ["\ninstalment", "\ncustomer", "\ntotal"]
    for season in seasons:
        heads += ["draft\nD number", "\nnumber"] if season.mode == "draft" else ["direct\nnumber"]
        heads += ["\nstatus"]
    return _plain(heads, list(_cells(seasons, codes)), right=("\ntotal",), width=width, flexible="\ncustomer")


def _cells(seasons: Sequence[Season], codes: Iterable[str]) -> Iterator[list[str]]:
    rows = _by_code(seasons)
    for code in codes:
        one = next(item for item in rows[code] if item)
        cells = [code, one["customer"], one["total"] or ""]
        for season, item in zip(seasons, rows[code], strict=True):
            told = item or {"draft_number": "", "number": "", "status": ""}
            cells += [short(told["draft_number"])] if season.mode == "draft" else []
            cells += [short(told["number"]), told["status"]]
        yield cells


def _summary(seasons: Sequence[Season], width: int) -> Table:
    sums = ("by the bridge", "by its own list")
    rows = [
        [
            season.office.title, season.mode, *(str(season.count(name) or "-") for name in STATUSES),
            f"{season.audit.bridge:.2f}", f"{season.audit.target:.2f}", _verdict(season),
        ]
        for season in seasons
    ]  # fmt: skip
    return _plain(["target", "mode", *STATUSES, *sums, ""], rows, right=(*STATUSES, *sums), width=width)


def _verdict(season: Season) -> str:
    return "DIFFERENT" if season.audit.differences else "equal"


def _plain(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Sequence[str],
    width: int,
    flexible: str = "",
) -> Table:
    """A table whose columns are as wide as they must be; only the flexible one gives way."""
    from rich import box
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    columns = [(*head.split("\n"), *(row[place] for row in rows)) for place, head in enumerate(heads)]
    widths = [max(map(cell_len, column)) for column in columns]
    if flexible:
        place = heads.index(flexible)
        left = width - sum(widths) + widths[place] - 2 * len(heads)
        widths[place] = max(FLEXIBLE_MIN, min(widths[place], left))
    for head, wide in zip(heads, widths, strict=True):
        side: Literal["left", "right"] = "right" if head in right else "left"
        table.add_column(head, justify=side, no_wrap=True, overflow="ellipsis", width=wide)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def short(number: str | None) -> str:
    """A number as it fits in a table; of a long one, both ends."""
    text = number or ""
    return text if len(text) <= NUMBER_MAX else f"{text[:4]}…{text[-6:]}"


# JSON.


def as_json(seasons: Sequence[Season]) -> dict[str, Any]:
    return {
        "seasons": [
            {
                "target": season.office.name,
                "mode": season.mode,
                "scenario": season.office.scenario,
                "clock": season.world.clock,
                "instalments": list(season.items),
                "totals": {name: season.count(name) for name in STATUSES},
                "check": {
                    "documents": season.audit.documents,
                    "bridge": f"{season.audit.bridge:.2f}",
                    "target": f"{season.audit.target:.2f}",
                    "differences": list(season.audit.differences),
                },
            }
            for season in seasons
        ]
    }
