"""What does a disk keep of a journal when the process dies? Exactly what was synced, and one writer at a time.

The same promises as the journal's file, with nothing under it: a commit is all or nothing, a record that was
not committed dies with its process, the operating system's lock ends with it, and each opening raises the fence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ixbridge.core.records import GENESIS, Entry, Record, sealed, verify
from ixbridge.shell.clock import Clock
from ixbridge.shell.journal import JournalError

Hook = Callable[[str], None]
"""Called at ``open``, ``append``, ``sync`` and ``synced``; it may kill the process or fail the disk."""


class DiskFails(Exception):
    """The disk says no, from inside a hook."""


@dataclass(slots=True)
class Disk:
    """What survives a process."""

    records: list[Record] = field(default_factory=list)
    fence: int = 0
    holder: object | None = None
    """Who has the operating system's lock."""
    broken: bool = False
    """A write failed: nothing may be sent any more until the next start."""
    _checked: tuple[int, int, str] = (0, 0, GENESIS)
    """So many records were verified, up to this number and hash; a record never changes."""

    def copy(self) -> Disk:
        return Disk(list(self.records), self.fence, None, False, self._checked)

    def lose(self, count: int) -> None:
        """The file is an older copy of itself."""
        del self.records[max(0, len(self.records) - count) :]
        self._checked = (0, 0, GENESIS)

    def end(self) -> tuple[int, str]:
        """Number and hash of the last record. Raises ``Broken`` where the chain is not whole."""
        count, seq, seal = self._checked
        if count != len(self.records):
            seq, seal = verify(self.records) if self.records else (0, GENESIS)
            self._checked = (len(self.records), seq, seal)
        return seq, seal

    def committed(self, records: Sequence[Record]) -> None:
        self.records += records
        self._checked = (len(self.records), records[-1].seq, records[-1].hash)


class DiskJournal:
    """The journal of one process on that disk. Raises JournalError where the file would."""

    def __init__(self, disk: Disk, clock: Clock, hook: Hook, *, locks: bool = True) -> None:
        if locks and disk.holder is not None:
            raise JournalError("another bridge is running on this journal; only one may write at a time")
        self._disk, self._clock, self._hook = disk, clock, hook
        if locks:
            disk.holder = self
        try:
            self._told("open")
            self._seq, self._hash = disk.end()
        except BaseException:
            self.died()
            raise
        self._records = list(disk.records)
        self._pending: list[Record] = []
        disk.fence += 1
        disk.broken = False
        self._fence = disk.fence

    @property
    def fence(self) -> int:
        return self._fence

    def is_replaced(self) -> bool:
        """Did somebody open the journal after us?"""
        return self._fence != self._disk.fence

    def append(self, entry: Entry, *, sync: bool) -> Record:
        self._told("append")
        record = sealed(entry, seq=self._seq + 1, fence=self._fence, at=self._clock.now(), before=self._hash)
        self._pending.append(record)
        self._records.append(record)
        self._seq, self._hash = record.seq, record.hash
        if sync:
            self.flush()
        return record

    def flush(self) -> None:
        if not self._pending:
            return
        self._told("sync")
        self.confirm()
        self._disk.committed(self._pending)
        self._pending.clear()
        self._told("synced")

    def confirm(self) -> None:
        if self.is_replaced():
            raise JournalError("another bridge has taken the journal over; this one stops")

    def records(self) -> Sequence[Record]:
        return self._records

    def close(self) -> None:
        try:
            self.flush()
        finally:
            self.died()

    def died(self) -> None:
        """The process is gone: its lock too, and what it had not synced."""
        if self._disk.holder is self:
            self._disk.holder = None

    def _told(self, what: str) -> None:
        try:
            self._hook(what)
        except DiskFails as error:
            self._disk.broken = True
            raise JournalError(f"the journal: {error}") from None
