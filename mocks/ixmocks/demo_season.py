"""How does one season get from iXpole into one accounting system and back? The bridge, people, the bridge again.

Everything here happens from outside, as a user would do it: the bridge is a program, the rest is HTTP.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from ixmocks.demo_offices import Document, Office, Unreadable, client

CHECK_FAILED = 1
PAY = 3
"""How many customers pay between the two runs."""
LEAVE = 2
"""How many drafts nobody gets round to."""

Item = Mapping[str, Any]


class Stopped(Exception):
    """The demo cannot go on; the message says why."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class World:
    """One world of the served mocks."""

    name: str
    scenario: str
    control: str
    clock: str
    env: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Audit:
    """What the accounting system lists, beside what the bridge says it made."""

    documents: int
    bridge: Decimal
    target: Decimal
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Season:
    """What became of one club's season in one system, one way."""

    office: Office
    mode: str
    world: World
    items: tuple[Item, ...]
    requests: tuple[int, int]
    """Of the two runs."""
    finished: int
    left: int
    paid: int
    audit: Audit
    first: Mapping[str, int]
    """How many of each status there were after the first run."""

    def count(self, status: str) -> int:
        return sum(item["status"] == status for item in self.items)

    @property
    def parked(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item["status"] == "parked")


def play(office: Office, mode: str, world: World, folder: Path) -> Season:
    """Book, let people work, book again, and compare. Raises Stopped."""
    config = folder / f"{world.name}.yaml"
    config.write_text(ixkit(["bridge", "example", "--target", office.name]), encoding="utf-8")
    known = {each.key for each in listed(office, world)}
    first = book(mode, world, folder)
    finished, left, paid = people_work(office, world, known, first["instalments"])
    second = book(mode, world, folder, "--until-idle")
    items = {item["code"]: item for item in (*first["instalments"], *second["instalments"])}
    return Season(
        office, mode, world, tuple(items.values()),
        (sum(first["requests"].values()), sum(second["requests"].values())), finished, left, paid,
        audit(items.values(), listed(office, world), known, office.title),
        {name: part["count"] for name, part in first["totals"].items() if part["count"] and name != "all"},
    )  # fmt: skip


# The bridge.


def book(mode: str, world: World, folder: Path, *options: str) -> dict[str, Any]:
    """One run of the reference bridge; its report."""
    files = ["--config", f"{folder}/{world.name}.yaml", "--journal", f"{folder}/{world.name}.sqlite"]
    # The mocks' clock stands still, so nothing is gained by waiting between requests.
    pace = ["--per-second", "0", "--per-minute", "0", "--clock", world.clock]
    told = ixkit(
        ["bridge", "run", *files, *pace, "--mode", mode, "--until-idle", "--format", "json"], world.env
    )
    return dict(json.loads(told, parse_float=Decimal))


def ixkit(arguments: Iterable[str], env: Mapping[str, str] | None = None) -> str:
    """What an `ixkit` command prints. Raises Stopped where it cannot do its work."""
    done = subprocess.run(
        [sys.executable, "-m", "ixmocks.cli", *arguments], env={**os.environ, **(env or {})}, check=False,
        capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    if done.returncode not in (0, CHECK_FAILED):
        raise Stopped(done.stderr.strip() or f"ixkit ended with {done.returncode}", done.returncode)
    return done.stdout


# People.


def people_work(office: Office, world: World, known: set[str], items: Iterable[Item]) -> tuple[int, int, int]:
    """Drafts become invoices, but for the last few; a few customers pay. How many of each."""
    drafted = [item["draft_number"] for item in items if item["status"] == "drafted"]
    of_key = {each.key: each for each in listed(office, world)}
    wanted, left = drafted[:-LEAVE], drafted[-LEAVE:]
    acts = [office.finish(of_key[key]) for key in wanted if key in of_key]
    do(office, world, acts)
    owing = [
        each
        for each in (listed(office, world) if acts else of_key.values())
        if each.key not in known and not each.is_draft and each.total > 0
    ]
    paying = sorted(owing, key=lambda each: (len(each.key), each.key))[:PAY]
    do(office, world, [office.pay(each) for each in paying])
    return len(acts), len(left), len(paying)


def do(office: Office, world: World, acts: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    with client(world.control) as http:
        for action, params in acts:
            answer = http.post(f"/v1/worlds/{world.name}/actions/{office.name}/{action}", json=params)
            if answer.status_code != 200:
                raise Stopped(f"{action} {dict(params)}: {answer.text}", 4)


# The check.


def listed(office: Office, world: World) -> list[Document]:
    try:
        return list(office.documents(world.env))
    except Unreadable as error:
        raise Stopped(f"{office.title} lists nothing: {error}", 4) from None


def audit(items: Iterable[Item], documents: Iterable[Document], known: set[str], title: str) -> Audit:
    """Every document the bridge speaks of is there with its total, and no other one is."""
    there = {each.key: each.total for each in documents if each.key not in known}
    differences = []
    ours, theirs = Decimal(0), sum(there.values(), Decimal(0))
    made: dict[str, Item] = {}
    for item in items:
        key = item["number"] or item["draft_number"]
        if not key:
            continue
        total = Decimal(item["total"])
        ours += total
        if key in made:
            differences.append(f"{item['code']} and {made[key]['code']} both say they are {key}")
        elif key not in there:
            differences.append(f"{item['code']}: the bridge says {key}, {title} has no such document")
        elif there[key] != total:
            differences.append(f"{item['code']}: {key} is {total} for the bridge, {there[key]} in {title}")
        made[key] = item
    differences += [f"{title} has {key} ({there[key]}), of which the bridge knows nothing"
                    for key in there if key not in made]  # fmt: skip
    return Audit(len(there), ours, theirs, tuple(differences))
