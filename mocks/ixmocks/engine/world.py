"""What is a world? The states of all systems at one moment, a clock, a journal, faults and readings."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rpds import HashTrieMap

from ixmocks.engine.clock import Clock
from ixmocks.engine.faults import Faults
from ixmocks.engine.holds import Holds
from ixmocks.engine.journal import Journal
from ixmocks.engine.outcome import Readings
from ixmocks.engine.system import Credentials
from ixmocks.engine.timeline import Timeline
from ixmocks.engine.values import value

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")

Stamps = tuple[tuple[datetime, int], ...]
"""Requests counted for the rate windows: how many came at which moment, oldest first."""

LATE_MAX = 1000


@value(frozen=True, slots=True)
class Late:
    """A request that a fault makes late: what to do, when, and how to tell of it."""

    at: datetime
    said: str
    came: int
    """The number of the event with which it came."""
    go: Callable[[], object]


@value(frozen=True, slots=True)
class Moment:
    """Everything that a world remembers, as one immutable value: a snapshot is a reference to it."""

    systems: Mapping[str, Any]
    """Never changed in place, like everything here."""
    clock: Clock
    stamps: HashTrieMap[str, Stamps]


@dataclass(slots=True)
class World:
    """One isolated set of systems. Hold the lock while reading and replacing the moment."""

    name: str
    scenario: str
    seed: int
    first: Moment
    """What a reset goes back to."""
    moment: Moment
    readings: Readings
    credentials: Mapping[str, Credentials]
    faults: Faults = field(default_factory=Faults)
    journal: Journal = field(default_factory=Journal)
    holds: Holds = field(default_factory=Holds)
    late: Timeline[Late] = field(default_factory=Timeline)
    """Requests that wait for their time."""
    lock: Any = field(default_factory=threading.RLock)

    def reset(self) -> None:
        """Back to the first moment, faults cleared, journal emptied (its numbering goes on); what waited is dropped."""
        with self.lock:
            self.clear_waiting()
            self.moment = self.first
            self.faults.clear()
            self.journal.clear()

    def clear_waiting(self) -> None:
        """Nobody waits any longer: held exchanges are dropped, late requests never come."""
        with self.lock:
            self.holds.drop_all()
            self.late = Timeline()

    def rewind(self, event_id: str) -> bool:
        """Back to the moment after that event; False where the journal no longer has it.

        Late requests that came after it never come; one that was done already does not come again.
        """
        with self.lock:
            event = self.journal.get(event_id)
            if event is None:
                return False
            self.moment = event.after
            self.late = Timeline(late for late in self.late if late.came <= event.number)
            return True

    def fork(self, name: str, credentials: Mapping[str, Credentials]) -> World:
        """Another world that begins at this one's moment; both go their own way from there."""
        with self.lock:
            return World(
                name=name, scenario=self.scenario, seed=self.seed, first=self.moment, moment=self.moment,
                readings=dict(self.readings), credentials=credentials, faults=self.faults.copy(),
            )  # fmt: skip

    def put(self, system: str, state: Any) -> None:
        """Make this the system's state; the moment stays the same object where nothing changed."""
        if self.moment.systems[system] is state:
            return
        moment = self.moment
        self.moment = Moment({**moment.systems, system: state}, moment.clock, moment.stamps)
