"""How is the journal one file? Append-only, one writer, nothing believed unchecked.

SQLite in WAL mode with ``synchronous=FULL``: what was committed survives a power cut. Records
that protect nothing wait for the next one that does, so that a life costs few commits. A mark beside
the file notices when it was set back (``mark.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ixbridge.core.records import Entry, Record, sealed
from ixbridge.shell.mark import Height, Mark, mark_of
from ixbridge.shell.sqlite_lock import locked, refuse_set_back
from ixbridge.shell.sqlite_tables import (
    checked,
    create,
    engine_of,
    hold_fence,
    insert,
    next_fence,
    read,
    told,
)

if TYPE_CHECKING:
    from ixbridge.shell.clock import Clock


class SqliteJournal:
    """The journal in one file. Opening it for writing locks out every other writer."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path, self._clock = path, clock
        self._pending: list[Record] = []
        self._mark = Mark(mark_of(path))
        self._lock = locked(path, self._mark)
        try:
            self._engine = engine_of(path, writing=True)
            with told(path), self._engine.begin() as connection:
                create(connection)
                self._records = list(read(connection))
                self._seq, self._hash = checked(path, self._records, connection)
                refuse_set_back(path, self._mark, self._records)
                self._fence = next_fence(connection, clock)
            self._note_height()
        except BaseException:
            self._mark.close()
            self._lock.release()
            raise

    @property
    def fence(self) -> int:
        return self._fence

    def append(self, entry: Entry, *, sync: bool) -> Record:
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
        with told(self._path), self._engine.begin() as connection:
            hold_fence(connection, self._fence)
            insert(connection, self._pending)
        self._pending.clear()
        self._note_height()

    def confirm(self) -> None:
        with told(self._path), self._engine.connect() as connection:
            hold_fence(connection, self._fence)

    def records(self) -> Sequence[Record]:
        return self._records

    def close(self) -> None:
        try:
            self.flush()
        finally:
            self._engine.dispose()
            self._mark.close()
            self._lock.release()

    def _note_height(self) -> None:
        with told(self._path):
            self._mark.write(Height(self._seq, self._hash))
