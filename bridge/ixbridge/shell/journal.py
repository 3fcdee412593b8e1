"""Where is it written before it is done? An append-only file, one writer, nothing believed unchecked.

SQLite in WAL mode with ``synchronous=FULL``: what was committed survives a power cut. Records
that protect nothing wait for the next one that does, so that a life costs few commits. A mark beside
the file notices when it was set back (``mark.py``); several machines share PostgreSQL (``postgres.py``).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ixbridge.core.records import GENESIS, Broken, Entry, Record, intact, sealed, text_of, verify
from ixbridge.shell.mark import Height, Mark, problem_with

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from ixbridge.shell.clock import Clock

SCHEMA = 1


class JournalError(Exception):
    """The journal cannot be used, so nothing may be sent. The message says why and what to do."""


REBUILD = "`ixkit bridge rebuild` makes it anew from what iXpole and the accounting system show"


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


class SqliteJournal:
    """The journal in one file. Opening it for writing locks out every other writer."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path, self._clock = path, clock
        self._pending: list[Record] = []
        self._mark = Mark(mark_of(path))
        self._lock = _locked(path, self._mark)
        try:
            self._engine = _engine(path, writing=True)
            with _told(path), self._engine.begin() as connection:
                _create(connection)
                self._records = list(_read(connection))
                self._seq, self._hash = _checked(path, self._records, connection)
                _not_set_back(path, self._mark, self._records)
                self._fence = _next_fence(connection, clock)
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
        with _told(self._path), self._engine.begin() as connection:
            _hold_fence(connection, self._fence)
            _insert(connection, self._pending)
        self._pending.clear()
        self._note_height()

    def confirm(self) -> None:
        with _told(self._path), self._engine.connect() as connection:
            _hold_fence(connection, self._fence)

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
        with _told(self._path):
            self._mark.write(Height(self._seq, self._hash))


def mark_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.mark")


def read_journal(path: Path) -> list[Record]:
    """All records of a journal, without locking or changing it."""
    if not path.is_file():
        raise JournalError(f"there is no journal {path}; `ixkit bridge run` makes one")
    engine = _engine(path, writing=False)
    try:
        with _told(path), engine.connect() as connection:
            records = list(_read(connection))
            _checked(path, records, connection)
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
    engine = _engine(path, writing=False)
    found: list[Record] = []
    try:
        with suppress(JournalError), _told(path), engine.connect() as connection:
            # One by one: what can be read before the damage counts.
            for record in _read(connection):
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
    lock = _locked(path, None)
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
    engine = _engine(path, writing=True)
    try:
        with _told(path), engine.begin() as connection:
            _create(connection)
            if records:
                _insert(connection, records)
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


def _not_set_back(path: Path, mark: Mark, records: Sequence[Record]) -> None:
    problem = problem_with(mark, [each.hash for each in records])
    if problem:
        raise SetBack(f"{path}: {problem}. Nothing was sent. {REBUILD}.")


# --- the file ---------------------------------------------------------------------------------

_TABLES = (
    "CREATE TABLE IF NOT EXISTS about (schema INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS fences (fence INTEGER PRIMARY KEY, opened_at TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS records (seq INTEGER PRIMARY KEY, fence INTEGER NOT NULL, at TEXT NOT NULL,"
    " subject TEXT NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL, hash TEXT NOT NULL)",
    # Append-only, also for a hand that means well.
    "CREATE TRIGGER IF NOT EXISTS never_changed BEFORE UPDATE ON records"
    " BEGIN SELECT RAISE(ABORT, 'records are never changed'); END",
    "CREATE TRIGGER IF NOT EXISTS never_removed BEFORE DELETE ON records"
    " BEGIN SELECT RAISE(ABORT, 'records are never removed'); END",
)


def _engine(path: Path, *, writing: bool) -> Engine:
    from sqlalchemy import URL, create_engine, event
    from sqlalchemy.pool import StaticPool

    if writing:
        url = URL.create("sqlite", database=str(path))  # a path may hold any character, even "?"
        engine = create_engine(url, poolclass=StaticPool, connect_args={"timeout": 5})
    else:
        import sqlite3

        def connect() -> sqlite3.Connection:
            uri = f"{path.resolve().as_uri()}?mode=ro"
            return sqlite3.connect(uri, uri=True, timeout=5, check_same_thread=False)

        engine = create_engine("sqlite://", creator=connect, poolclass=StaticPool)

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _: Any) -> None:
        if writing:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            if connection.execute("PRAGMA synchronous").fetchone()[0] < 2:
                raise JournalError(f"{path}: this SQLite does not sync; the journal would protect nothing")

    return engine


def _create(connection: Connection) -> None:
    for statement in _TABLES:
        connection.exec_driver_sql(statement)
    about = connection.exec_driver_sql("SELECT schema FROM about").all()
    if not about:
        connection.exec_driver_sql("INSERT INTO about VALUES (?)", (SCHEMA,))
    elif about[0][0] != SCHEMA:
        raise JournalError(f"the journal has schema {about[0][0]}, this version writes schema {SCHEMA}")


def _read(connection: Connection) -> Iterator[Record]:
    rows = connection.exec_driver_sql(
        "SELECT seq, fence, at, subject, kind, payload, hash FROM records ORDER BY seq"
    )
    for seq, fence, at, subject, kind, payload, seal in rows:
        texts = all(isinstance(each, str) for each in (at, subject, kind, payload, seal))
        if not (texts and isinstance(seq, int) and isinstance(fence, int)):
            raise Broken(f"record {seq!r} cannot be read")
        try:
            said = json.loads(payload)
        except ValueError:
            raise Broken(f"record {seq} cannot be read") from None
        yield Record(seq, fence, at, subject, kind, said, seal)


def _checked(path: Path, records: list[Record], connection: Connection) -> tuple[int, str]:
    seq, seal = verify(records) if records else (0, GENESIS)
    top = connection.exec_driver_sql("SELECT max(fence) FROM fences").scalar() or 0
    if records and records[-1].fence > top:
        raise Broken("a record was written by a writer that never opened the journal")
    return seq, seal


def _next_fence(connection: Connection, clock: Clock) -> int:
    top = connection.exec_driver_sql("SELECT max(fence) FROM fences").scalar() or 0
    connection.exec_driver_sql("INSERT INTO fences VALUES (?, ?)", (top + 1, clock.now().isoformat()))
    return int(top) + 1


def _hold_fence(connection: Connection, fence: int) -> None:
    top = connection.exec_driver_sql("SELECT max(fence) FROM fences").scalar()
    if top != fence:
        raise JournalError("another bridge has taken the journal over; this one stops")


def _insert(connection: Connection, records: Sequence[Record]) -> None:
    rows = [(r.seq, r.fence, r.at, r.subject, r.kind, text_of(r.payload), r.hash) for r in records]
    connection.exec_driver_sql("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What goes wrong with the file, in words."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except Broken as error:
        raise JournalError(f"{path}: {error}. Nothing was sent. {REBUILD}.") from None
    except (UnicodeError, OverflowError):
        raise JournalError(f"{path}: the journal is damaged. Nothing was sent. {REBUILD}.") from None
    except OSError as error:
        raise JournalError(f"{path}: {_explained(error.strerror or str(error))}") from None
    except SQLAlchemyError as error:
        words = str(getattr(error, "orig", error))
        raise JournalError(f"{path}: {_explained(words)}") from None


_WORDS = (
    (("locked", "busy"), "another program holds the journal; wait until it is done, or end it"),
    (("readonly", "read-only"), "the journal cannot be written (read-only file or folder); nothing was sent"),
    (
        ("not a database", "malformed"),
        f"this is not a journal, or it is damaged; nothing was sent. {REBUILD}",
    ),
    (("full", "no space", "too large"), "the disk is full; nothing more was sent"),
    (
        ("no such table", "no such column"),
        "an empty or foreign file, no journal; remove it if it holds nothing, or name another with --journal",
    ),
    (("unable to open",), "the journal cannot be opened; does its folder exist, and may we write there?"),
    (
        ("disk i/o", "input/output"),
        "the disk does not take or give what is asked of it; nothing more was sent",
    ),
)


def _explained(words: str) -> str:
    low = words.casefold()
    return next((told for signs, told in _WORDS if any(sign in low for sign in signs)), words)


# --- one writer -------------------------------------------------------------------------------


class _Lock:
    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _locked(path: Path, mark: Mark | None) -> _Lock:
    """The operating system's lock on a file beside the journal; it ends with the process.

    With a mark, the journal's own file is made as well, unless the mark knows of one that is gone.
    """
    try:
        descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _no_place(path, error) from None
    lock = _Lock(descriptor)
    try:
        _exclusively(descriptor)
    except OSError:
        lock.release()
        raise JournalError(
            f"{path}: another bridge is running on this journal; only one may write at a time"
        ) from None
    try:
        if mark is not None and not path.exists():
            _not_set_back(path, mark, ())
            # The journal names customers, so it is ours alone from its first byte.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except BaseException as error:
        lock.release()
        if isinstance(error, OSError):
            raise _no_place(path, error) from None
        raise
    return lock


def _no_place(path: Path, error: OSError) -> JournalError:
    return JournalError(f"{path}: the journal cannot be opened here ({error.strerror or error})")


def _exclusively(descriptor: int) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
