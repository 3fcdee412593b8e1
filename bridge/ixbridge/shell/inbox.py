"""What has been heard so far, and of which instalment? The journal's notices, found by their order.

Whoever posts a notification only adds to a heap. What is put in here is on the disk before anybody
is told that it was taken; the same news put in twice is kept once.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from ixbridge.core.inbox import Letter, Ours, Word, belongs, word_of
from ixbridge.core.life import Event, Life
from ixbridge.core.notices import HEARD, Notice, name_of, notice_in, payload_of, text
from ixbridge.core.records import Entry, Record, is_instalment, is_notice, notice_subject
from ixbridge.shell.journal import Journal

STRANGERS_MAX = 1000
"""So many notices about orders that the bridge never sent are kept; more are only counted."""
REGISTERED = "registered"
"""The kind of a record that says where notifications are posted to."""


class Put(Enum):
    """What became of a notification."""

    STORED = "stored"
    DOUBLED = "doubled"
    STRANGE = "strange"
    """Of an order that the bridge never sent; kept, as long as there are few, and never acted on."""


@dataclass(slots=True)
class Inbox:
    """A journal's notices, and what is needed of its other records to tell old news from new."""

    letters: dict[str, list[Letter]] = field(default_factory=dict)
    """By order, as the notice names it."""
    names: set[str] = field(default_factory=set)
    registered: set[str] = field(default_factory=set)
    strangers: int = 0
    _orders: dict[str, str] = field(default_factory=dict)
    """Order reference to instalment code."""
    _refusals: dict[str, int] = field(default_factory=dict)
    _read: int = 0

    def catch_up(self, records: Sequence[Record]) -> None:
        """Read what was added since the last time."""
        for record in records[self._read :]:
            if is_notice(record.subject):
                self._remember(record)
            elif is_instalment(record.subject):
                self._note(record)
        self._read = max(self._read, len(records))

    def word_of(self, life: Life) -> Word:
        return word_of(life, self.about(life.talk.order))

    def about(self, order: str) -> Iterator[Letter]:
        if order:
            yield from self.letters.get(order, ())
            yield from self.letters.get(f"0{order}", ())

    def is_known(self, order: str) -> bool:
        return self._code(order) is not None

    def epoch_of(self, order: str) -> int:
        """How many refusals of this order were acted on: what repeats one of them word for word is old."""
        return self._refusals.get(self._code(order) or "", 0)

    def unmatched(self, lives: Mapping[str, Life]) -> int:
        """How many notices agree with nothing that the bridge has sent."""
        return sum(
            not self._fits(order, notice, lives)
            for order, letters in self.letters.items()
            for notice, _ in letters
        )

    def _fits(self, order: str, notice: Notice, lives: Mapping[str, Life]) -> bool:
        life = lives.get(self._code(order) or "")
        return life is not None and belongs(life, notice, Ours.of(life.talk))

    def _code(self, order: str) -> str | None:
        found = self._orders.get(order)
        return found or (self._orders.get(order[1:]) if order.startswith("0") else None)

    def _remember(self, record: Record) -> None:
        if record.kind == REGISTERED:
            self.registered.add(text(record.payload, "callback"))
            return
        notice, epoch = notice_in(record.payload)
        name = record.subject.partition(" ")[2]
        if name in self.names:
            return
        self.names.add(name)
        self.letters.setdefault(notice.order, []).append((notice, epoch))
        self.strangers += not self.is_known(notice.order)

    def _note(self, record: Record) -> None:
        order = text(record.payload, "order")
        if order:
            self._orders[order] = record.subject
        if record.kind in (Event.NOSEND.value, Event.DECLINED.value) and record.payload.get("refused"):
            self._refusals[record.subject] = self._refusals.get(record.subject, 0) + 1


class Letterbox:
    """Where notifications are put in, by any thread, while the bridge may be at work on the same journal."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._inbox = Inbox()
        self._lock = threading.Lock()

    def put(self, notices: Iterable[Notice]) -> list[Put]:
        """Each is on the disk when this returns, or was there already."""
        with self._lock:
            return [self._put(notice) for notice in notices]

    def is_registered(self, callback: str) -> bool:
        with self._lock:
            self._inbox.catch_up(self._journal.records())
            return callback in self._inbox.registered

    def register(self, callback: str) -> None:
        """Remember that notifications are posted there; ``callback`` is a digest, as the address is secret."""
        entry = Entry(notice_subject("callback"), REGISTERED, {"callback": callback})
        self._journal.append(entry, sync=True)

    def unmatched(self, lives: Mapping[str, Life]) -> int:
        with self._lock:
            self._inbox.catch_up(self._journal.records())
            return self._inbox.unmatched(lives)

    def _put(self, notice: Notice) -> Put:
        self._inbox.catch_up(self._journal.records())
        known = self._inbox.is_known(notice.order)
        payload = payload_of(notice, self._inbox.epoch_of(notice.order))
        name = name_of(payload)
        if name in self._inbox.names:
            return Put.DOUBLED
        if not known and self._inbox.strangers >= STRANGERS_MAX:
            return Put.STRANGE
        self._journal.append(Entry(notice_subject(name), HEARD, payload), sync=True)
        self._inbox.catch_up(self._journal.records())
        return Put.STORED if known else Put.STRANGE
