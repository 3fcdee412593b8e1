"""How does one season get from iXpole into one accounting system and back? The bridge, people, the bridge again.

Everything here happens from outside, as a user would do it: the bridge is a program, the rest is HTTP.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from ixmocks.demo_bridge import Item, Stopped, World, running
from ixmocks.demo_offices import Act, Document, Office, Unreadable, client

PAY = 3
"""How many customers pay between the two runs."""
LEAVE = 2
"""How many drafts nobody gets round to."""


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
    do(office, world, office.prepare(mode))
    known = {each.key for each in listed(office, world)}
    with running(office.name, mode, world, folder, listens=office.listens) as book:
        first = book(lambda counts: not counts["waiting"])
        finished, left, paid = people_work(office, world, known, first)
        items = book(lambda counts: counts["drafted"] <= left and counts["paid"] >= paid)
    return Season(
        office, mode, world, tuple(items), finished, left, paid,
        audit(items, listed(office, world), known, office.title), Counter(item["status"] for item in first),
    )  # fmt: skip


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
    do(office, world, [*(office.pay(each) for each in paying), *office.evening])
    return len(acts), len(left), len(paying)


def do(office: Office, world: World, acts: Iterable[Act]) -> None:
    with client(world.control) as http:
        for action, params in acts:
            answer = http.post(f"/v1/worlds/{world.name}/actions/{office.name}/{action}", json=params)
            if answer.status_code != 200:
                raise Stopped(f"{action} {dict(params)}: {answer.text}")


# The check.


def listed(office: Office, world: World) -> list[Document]:
    try:
        return list(office.documents(world))
    except Unreadable as error:
        raise Stopped(f"{office.title} lists nothing: {error}") from None


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
