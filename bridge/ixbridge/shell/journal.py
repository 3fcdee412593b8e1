"""Where is it written before it is done? What every journal promises, and what it says when it cannot keep it.

One file of this machine (``sqlite.py``), or a database that several machines share (``postgres.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ixbridge.core.records import Entry, Record

SCHEMA = 1
REBUILD = "`ixkit bridge rebuild` makes it anew from what iXpole and the accounting system show"


class JournalError(Exception):
    """The journal cannot be used, so nothing may be sent. The message says why and what to do."""


class SetBack(JournalError):
    """The journal is readable and lacks what was in it: it was lost or set back."""


class Journal(Protocol):
    """What the runner needs of a journal; the simulation puts a disk in memory behind it."""

    @property
    def fence(self) -> int: ...

    def append(self, entry: Entry, *, sync: bool) -> Record:
        """Remember this. With ``sync`` it is on the disk when the call returns, and all before it."""
        ...

    def flush(self) -> None:
        """Everything so far is on the disk when this returns."""
        ...

    def confirm(self) -> None:
        """Raises JournalError where another bridge has opened the journal since: this one is replaced."""
        ...

    def records(self) -> Sequence[Record]:
        """All records, in order; the chain has been checked."""
        ...

    def close(self) -> None: ...
