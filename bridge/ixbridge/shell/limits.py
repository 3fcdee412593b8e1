"""How does a limit outlast the run that met it? It is kept in the journal, and the next run keeps to it.

A short rest is waited out. A long one ends the run, unless the calendar has not gone on since the limit was set:
then no later run would know more, and this one asks on, once, as any request does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ixbridge.core.limits import Limit, limit_of
from ixbridge.core.records import Entry, Record, limit_subject
from ixbridge.core.recovery import LIMIT_PATIENCE_S
from ixbridge.shell.exchange import Halt

if TYPE_CHECKING:
    from ixbridge.shell.exchange import Exchange
    from ixbridge.shell.journal import Journal

PREFIX = limit_subject("")


@dataclass(slots=True)
class Limits:
    exchange: Exchange
    journal: Journal
    _kept: dict[str, Limit] = field(default_factory=dict)

    def fold(self, record: Record) -> bool:
        """Take in a record of the journal; False: it is none of a limit."""
        if not record.subject.startswith(PREFIX):
            return False
        limit = limit_of(record.payload, at=record.at)
        if limit is not None:
            self._kept[record.subject] = limit
        return True

    def respect(self) -> None:
        """A system that asked for an hour of silence gets it, also from the next run: raises Halt."""
        for subject, limit in self._kept.items():
            now = self.exchange.now()
            left_s = limit.left_s(now)
            if left_s <= LIMIT_PATIENCE_S:
                self.exchange.sleep(left_s)
            elif limit.is_measurable(now):
                until = limit.until.isoformat()[:19]
                asked = f"the {subject.removeprefix(PREFIX)} system asked to be left alone until {until} UTC"
                raise Halt(asked, advice="Run again after that.")

    def keep(self) -> None:
        """Note what was met in this run."""
        for side, limit in self.exchange.limits.items():
            subject = limit_subject(side.value)
            if limit.until > self.exchange.now() and self._kept.get(subject) != limit:
                self.journal.append(Entry(subject, "limited", limit.payload()), sync=False)
                self._kept[subject] = limit
