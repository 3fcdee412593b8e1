"""What is known of all instalments of one run, taken together? Values only; nothing is sent here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from ixbridge.core.life import Life, Stage, Standing
from ixbridge.core.model import Instalment, Mode
from ixbridge.core.moves import Facts
from ixbridge.core.parked import Parked, Reason
from ixbridge.core.policy import Policy
from ixbridge.core.steps import Creation, Delivered, Shelf


@dataclass(frozen=True, slots=True)
class Window:
    """The dates whose documents are read; ``until`` None: no end."""

    since: date
    until: date | None

    def covers(self, day: date | None) -> bool:
        return day is not None and self.since <= day and (self.until is None or day <= self.until)


BEFORE_BOOKED = frozenset({Stage.NEW, Stage.DROPPED, Stage.SEEN, Stage.ASKED})


@dataclass(slots=True)
class Case:
    """One instalment in this run."""

    life: Life
    facts: Facts = field(default_factory=Facts)
    reopened: Parked | None = None
    """Judged as if it were not parked; the journal hears of it only if something comes of it."""
    changed: bool = False
    waiting: str = ""

    @property
    def is_before_booked(self) -> bool:
        return self.life.stage in BEFORE_BOOKED


def taken_numbers(standings: Mapping[str, Standing], delivered: Mapping[str, Delivered]) -> dict[str, int]:
    """Which iXpole customer has which number in the target, by our own journal and by iXpole's list."""
    taken: dict[str, int] = {}
    for subject, standing in standings.items():
        kind, _, name = subject.partition(" ")
        if kind == "customer" and standing.number is not None:
            taken[standing.number] = int(name)
    for each in delivered.values():
        if isinstance(each, Instalment) and each.customer_code:
            taken.setdefault(each.customer_code, each.customer_id)
    return taken


def window_of(cases: Iterable[Case], policy: Policy, *, audit: bool = False) -> Window | None:
    """The dates among which documents are looked for in this run; None: for none. ``audit``: for all."""
    days: list[date] = []
    drafts = _drafts_possible(policy)
    for case in cases:
        delivered = case.facts.delivered
        if case.life.is_over and delivered is None and not audit:
            continue
        if case.life.stage in _SETTLED and not audit and not _in_doubt(case.life):
            continue
        if case.life.day is not None:
            days.append(case.life.day)
        if delivered is not None:
            days.append(delivered.date)
        drafts = drafts or case.life.mode is Mode.DRAFT
    if not days:
        return None
    # A day more on both sides, as a server's "from" and "till" may not include the day itself.
    # A draft may get another date when it is made real, so its window has no end.
    until = None if drafts else max(days) + timedelta(days=1)
    return Window(min(days) - timedelta(days=1), until)


def shelves_of(cases: Iterable[Case], policy: Policy) -> tuple[Shelf, ...]:
    """Orders are read only where there may be any."""
    made = any(case.life.creation is Creation.ORDER for case in cases)
    orders = made or (policy.draft_as is Creation.ORDER and _drafts_possible(policy))
    return (Shelf.INVOICES, Shelf.ORDERS) if orders else (Shelf.INVOICES,)


_SETTLED = frozenset({Stage.FINAL, Stage.REPORTED, Stage.PAID})


def _in_doubt(life: Life) -> bool:
    """May there be a second document of it?"""
    return life.doubtful or (life.parked is not None and life.parked.reason is Reason.DUPLICATE_DOCUMENTS)


def next_number(cases: Iterable[Case], policy: Policy, known: str | None = None) -> str | None:
    """One above the highest number of our own series that is in use or was found to be taken.

    ``known``: the highest that is known apart from the instalments, as after a rebuild.
    """
    start = policy.settings.numbers.start
    if start is None or not policy.target.takes_numbers:
        return None
    numbers = [known]
    for case in cases:
        numbers += [case.life.asked_number, case.life.burnt_number]
    used = [int(each) for each in numbers if each is not None and each.isdecimal()]
    return str(max([start - 1, *used]) + 1)


def _drafts_possible(policy: Policy) -> bool:
    rules = policy.settings.mode
    return Mode.DRAFT in (rules.default, *(rule.mode for rule in rules.rules))
