"""What does this run know, and how does it get on the disk? The journal's records, folded, and each new one.

What other bridges wrote is taken in whenever something is claimed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ixbridge.core.life import Event, Life, after, standing_after
from ixbridge.core.moves import Park
from ixbridge.core.parked import Parked
from ixbridge.core.policy import Policy
from ixbridge.core.records import SERIES, Entry, Payload, Record, is_instalment, is_notice
from ixbridge.shell.cases import Case, next_number
from ixbridge.shell.claims import ALONE, Claims
from ixbridge.shell.desk import Ledger

if TYPE_CHECKING:
    from ixbridge.shell.journal import Journal
    from ixbridge.shell.library import Library
    from ixbridge.shell.limits import Limits

SYNCED = frozenset(
    {
        Event.INTENT,
        Event.RESULT,
        Event.REQUESTED,
        Event.RECEIVED,
        Event.PARKED,
        Event.ADOPTED,
    }
)
"""Records that the next request relies on, or that a person must not lose."""


@dataclass(slots=True)
class Notebook:
    journal: Journal
    policy: Policy
    limits: Limits
    library: Library
    claims: Claims = ALONE
    cases: dict[str, Case] = field(default_factory=dict)
    """By instalment code."""
    taken: dict[str, int] = field(default_factory=dict)
    """Which iXpole customer has which number in the target."""
    ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.journal, claims=self.claims, learn=self.learn)

    # --- take in --------------------------------------------------------------------------

    def remember(self) -> None:
        self.claims.news()  # what others wrote is among the records now
        for record in self.journal.records():
            self._fold(record)

    def learn(self, records: Sequence[Record]) -> None:
        """Others wrote: what was read before may be older than what they did."""
        for record in records:
            self._fold(record)
            standing = self.ledger.standings.get(record.subject)
            kind, _, name = record.subject.partition(" ")
            if kind == "customer" and standing is not None and standing.number is not None:
                self.taken.setdefault(standing.number, int(name))
            case = self.cases.get(record.subject)
            if case is None:
                continue
            case.facts = replace(case.facts, found=None, read=None, looks=0, offered=False, next_number=None)
            if record.kind == Event.INTENT.value:
                case.facts = replace(case.facts, earlier=False)
                self.library.created()

    def _fold(self, record: Record) -> None:
        subject = record.subject
        if is_instalment(subject):
            case = self.cases.setdefault(subject, Case(Life(subject)))
            case.life = after(case.life, record.kind, record.payload)
        elif not (self.limits.fold(record) or is_notice(subject)):
            standing = standing_after(self.ledger.of(subject), record.kind, record.payload)
            self.ledger.standings[subject] = standing

    def next_number(self) -> str | None:
        """The next of our own series."""
        return next_number(self.cases.values(), self.policy, self.ledger.of(SERIES).number)

    # --- write ----------------------------------------------------------------------------

    def note(self, case: Case, event: Event, payload: Payload) -> None:
        if case.reopened is not None:
            self._append(case, Event.REOPENED, {})
            case.reopened = None
        self._append(case, event, payload)

    def park(self, case: Case, parked: Parked) -> Park:
        digest, settings = case.facts.digest, self.policy.fingerprint
        same = case.reopened == parked and (case.life.parked_digest, case.life.settings) == (digest, settings)
        if same:
            return Park(parked)
        payload = {
            "reason": parked.reason.value,
            "message": parked.message,
            "advice": parked.advice,
            "digest": digest,
            "settings": settings,
        }
        case.reopened = None
        self._append(case, Event.PARKED, payload)
        return Park(parked)

    def _append(self, case: Case, event: Event, payload: Payload) -> None:
        life = after(case.life, event.value, payload)  # first: what cannot follow is not written
        self.journal.append(Entry(case.life.code, event.value, payload), sync=event in SYNCED)
        if event in (Event.HANDED, Event.REPORTED, Event.REPAIRED):
            case.facts = replace(case.facts, offered=False)
        if event is Event.RELEASED:
            case.facts = replace(case.facts, found=None, read=None, read_pdf=False)
        if life.stage is not case.life.stage and event is not Event.RESULT:
            case.facts = replace(case.facts, looks=0)
        case.life, case.changed = life, True
