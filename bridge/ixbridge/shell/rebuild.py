"""How is a lost journal made anew? Read everything, decide in ``core/rebuild.py``, write a new journal.

Only reads are sent. The old journal, damaged or set back, is kept beside the new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from ixbridge.core.audit import Found
from ixbridge.core.life import Life, Standing, after, standing_after
from ixbridge.core.mapping import known_customer_number
from ixbridge.core.model import Instalment
from ixbridge.core.moves import Fresh
from ixbridge.core.rebuild import Fate, Trace, customers, rebuilt, series
from ixbridge.core.records import Broken, Entry, Record, is_instalment
from ixbridge.core.steps import ReadInstalments, Shelf, Unusable
from ixbridge.core.target import Lookup
from ixbridge.core.wire import No, Unknown
from ixbridge.shell.books import Books
from ixbridge.shell.cases import Window
from ixbridge.shell.exchange import Exchange, Halt, value_or_halt
from ixbridge.shell.files import Files

if TYPE_CHECKING:
    from ixbridge.core.policy import Policy


@dataclass(frozen=True, slots=True)
class Rebuilt:
    fates: Mapping[str, Fate]
    entries: tuple[Entry, ...]
    limits: tuple[str, ...]
    """What could not be known, in words."""

    def count(self, fate: Fate) -> int:
        return sum(each is fate for each in self.fates.values())


@dataclass(slots=True)
class Remains:
    """What is left of the old journal."""

    lives: dict[str, Life] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)


def left_of(records: Iterable[Record]) -> Remains:
    """The records up to the first that makes no sense, folded."""
    left = Remains()
    for record in records:
        subject = record.subject
        try:
            if is_instalment(subject):
                before = left.lives.get(subject, Life(subject))
                left.lives[subject] = after(before, record.kind, record.payload)
            elif not subject.startswith(("limit ", "notice ")):
                standing = left.standings.get(subject, Standing())
                left.standings[subject] = standing_after(standing, record.kind, record.payload)
        except (Broken, ValueError):
            break
        left.records.append(record)
    return left


def rebuild(
    exchange: Exchange,
    policy: Policy,
    left: Remains,
    *,
    since: date,
    codes: Sequence[str] = (),
    not_created: bool = False,
) -> Rebuilt:
    """``codes``: instalments that iXpole offers no more, where the target cannot list them.

    Raises ``Halt`` where a system cannot be read; nothing is changed then.
    """
    delivered = _delivered(exchange)
    named = list(
        dict.fromkeys([*delivered, *codes, *(code for code, life in left.lives.items() if not life.is_over)])
    )
    found, numbers = _shown(exchange, policy, named, delivered, left, since)
    fates: dict[str, Fate] = {}
    entries: list[Entry] = [*customers(delivered, left.standings, policy, not_created=not_created)]
    for code in dict.fromkeys([*named, *found]):
        trace = Trace(code, delivered.get(code), found.get(code), left.lives.get(code))
        fates[code], made = rebuilt(trace, policy, not_created=not_created)
        entries += made
    entries += series(numbers, policy)
    return Rebuilt(fates, tuple(entries), _limits(policy, since))


def _delivered(exchange: Exchange) -> dict[str, Instalment]:
    heard = value_or_halt(exchange.ask(ReadInstalments()), "iXpole")
    if isinstance(heard, (No, Unknown)):
        raise Halt(f"iXpole's list of instalments: {heard.reason}", advice="Check address and credentials.")
    return {each.code: each for each in heard if not isinstance(each, Unusable)}


def _shown(
    exchange: Exchange,
    policy: Policy,
    named: Sequence[str],
    delivered: Mapping[str, Instalment],
    left: Remains,
    since: date,
) -> tuple[dict[str, Found], frozenset[str]]:
    """What the target shows of each code, and which document numbers are in use."""
    lookup = policy.target.lookup
    if lookup is Lookup.WINDOW:
        shelves = (Shelf.INVOICES, Shelf.ORDERS) if len(policy.target.drafts) > 1 else (Shelf.INVOICES,)
        books = Books(exchange, Window(since, None), shelves)
        problem = books.read()
        if problem is not None:
            value_or_halt(problem, "the accounting system")
            raise Halt(f"the accounting system's list: {problem.reason}", advice="Try again later.")
        found = {code: books.find_now(code) for code in (*named, *books.codes())}
        return found, books.numbers()
    if lookup is Lookup.INBOX:
        return {}, frozenset()
    files = Files(exchange, lookup)
    shown: dict[str, Found] = {}
    for code in named:
        customer = _customer_of(code, delivered, left, policy)
        answer = files.find(code, Fresh.RUN, None, customer)
        if isinstance(answer, Found):
            shown[code] = answer
        elif customer or lookup is Lookup.KEY:
            value_or_halt(answer, "the accounting system")
            raise Halt(f"the accounting system: {answer.reason}", advice="Try again later.")
    for code in files.codes():
        shown.setdefault(code, files.find_anywhere(code))
    return shown, frozenset()


def _customer_of(code: str, delivered: Mapping[str, Instalment], left: Remains, policy: Policy) -> str:
    life = left.lives.get(code)
    if life is not None and life.customer_number:
        return life.customer_number
    each = delivered.get(code)
    if each is None:
        return ""
    known = known_customer_number(each.customer_id, each.customer_code, policy.settings.customers)
    return known or each.customer_code or ""


def _limits(policy: Policy, since: date) -> tuple[str, ...]:
    title = policy.target.title
    match policy.target.lookup:
        case Lookup.WINDOW:
            return (f"Documents dated before {since} were not read; --since names an earlier day.",)
        case Lookup.CUSTOMER:
            return (
                f"{title} lists documents by customer: of customers whom neither iXpole's list nor what is left "
                "of the journal names, nothing could be found.",
            )
        case Lookup.INBOX:
            return (
                f"{title} shows nothing of what it has: of instalments that iXpole offers no more, numbers and "
                "payments are written by hand. What it told before is not heard again unless its support sends it.",
            )
        case _:
            return (
                f"{title} finds a document by its code alone: instalments that iXpole offers no more are found "
                "only if --code names them.",
            )
