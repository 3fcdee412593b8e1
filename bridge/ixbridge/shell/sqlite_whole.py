"""How is a journal in a file read or replaced as a whole? By whoever writes nothing to it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ixbridge.core.records import GENESIS, Entry, Record, intact
from ixbridge.shell.journal import JournalError
from ixbridge.shell.mark import Height, Mark, mark_of, problem_with
from ixbridge.shell.sqlite import SqliteJournal
from ixbridge.shell.sqlite_lock import locked
from ixbridge.shell.sqlite_tables import checked, create, engine_of, insert, read, told

if TYPE_CHECKING:
    from ixbridge.shell.clock import Clock


def read_journal(path: Path) -> list[Record]:
    """All records of a journal, without locking or changing it."""
    if not path.is_file():
        raise JournalError(f"there is no journal {path}; `ixkit bridge run` makes one")
    engine = engine_of(path, writing=False)
    try:
        with told(path), engine.connect() as connection:
            records = list(read(connection))
            checked(path, records, connection)
            return records
    finally:
        engine.dispose()


def set_back(path: Path, records: Sequence[Record]) -> str | None:
    """What the mark says against these records of the journal, in words."""
    return problem_with(Mark(mark_of(path)), [each.hash for each in records])


def salvaged(path: Path) -> list[Record]:
    """The records up to the first that does not fit: what is left of a damaged journal."""
    if not path.is_file():
        return []
    engine = engine_of(path, writing=False)
    found: list[Record] = []
    try:
        with suppress(JournalError), told(path), engine.connect() as connection:
            # One by one: what can be read before the damage counts.
            for record in read(connection):
                found.append(record)
    finally:
        engine.dispose()
    return intact(found)


def replace_journal(
    path: Path, records: Sequence[Record], entries: Sequence[Entry], clock: Clock
) -> Path | None:
    """A new journal of these records and entries in the place of the old, which is kept beside it.

    Complete before it takes the place; killed in between, the old mark refuses what is there.
    Returns where the old one is.
    """
    mark = Mark(mark_of(path))
    lock = locked(path, None)
    fresh = path.with_name(f"{path.name}.new")
    try:
        for each in (*_files_of(fresh), mark_of(fresh), fresh.with_name(f"{fresh.name}.lock")):
            each.unlink(missing_ok=True)
        _begin(fresh, records, clock)
        journal = SqliteJournal(fresh, clock)
        for entry in entries:
            journal.append(entry, sync=False)
        journal.close()
        kept = _set_aside(path)
        os.replace(fresh, path)
        os.replace(mark_of(fresh), mark.path)
        fresh.with_name(f"{fresh.name}.lock").unlink(missing_ok=True)
        return kept
    except OSError as error:
        raise JournalError(f"{path}: {error.strerror or error}") from None
    finally:
        lock.release()


def _begin(path: Path, records: Sequence[Record], clock: Clock) -> None:
    """A file with these records as they are, and the fences of those who wrote them."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    engine = engine_of(path, writing=True)
    try:
        with told(path), engine.begin() as connection:
            create(connection)
            if records:
                insert(connection, records)
                stamp = clock.now().isoformat()
                connection.exec_driver_sql("INSERT INTO fences VALUES (?, ?)", (records[-1].fence, stamp))
    finally:
        engine.dispose()
    height = Height(records[-1].seq, records[-1].hash) if records else Height(0, GENESIS)
    mark = Mark(mark_of(path))
    mark.write(height)
    mark.close()


def _files_of(path: Path) -> tuple[Path, ...]:
    return path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def _set_aside(path: Path) -> Path | None:
    number = 1
    while (kept := path.with_name(f"{path.name}.old-{number}")).exists():
        number += 1
    old, *others = zip(_files_of(path), _files_of(kept), strict=True)
    for before, after in (*others, old):  # the file last: as long as it is there, it can be read
        if before.exists():
            os.replace(before, after)
    return kept if kept.exists() else None
