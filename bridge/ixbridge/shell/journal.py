"""Where is it written before it is done? An append-only file, one writer, nothing believed unchecked.

SQLite in WAL mode with ``synchronous=FULL``: what was committed survives a power cut. Records
that protect nothing wait for the next one that does, so that a life costs few commits.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ixbridge.core.records import GENESIS, Broken, Entry, Record, sealed, text_of, verify

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from ixbridge.shell.clock import Clock

SCHEMA = 1


class JournalError(Exception):
    """The journal cannot be used, so nothing may be sent. The message says why and what to do."""


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
        self._lock = _locked(path)
        try:
            self._engine = _engine(path, writing=True)
            with _told(path), self._engine.begin() as connection:
                _create(connection)
                self._records = list(_read(connection))
                self._seq, self._hash = _checked(path, self._records, connection)
                self._fence = _next_fence(connection, clock)
        except BaseException:
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
            self._lock.release()


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
        try:
            said = json.loads(payload)
        except (ValueError, TypeError):
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
        how = "Restore a backup, or start a new journal; nothing was sent."
        raise JournalError(f"{path}: {error}. {how}") from None
    except SQLAlchemyError as error:
        words = str(getattr(error, "orig", error))
        raise JournalError(f"{path}: {_explained(words)}") from None


def _explained(words: str) -> str:
    low = words.casefold()
    if "locked" in low or "busy" in low:
        return "another program holds the journal; wait until it is done, or end it"
    if "readonly" in low or "read-only" in low:
        return "the journal cannot be written (read-only file or folder); nothing was sent"
    if "not a database" in low or "malformed" in low:
        return "this is not a journal, or it is damaged; restore a backup, or start a new one"
    if "full" in low:
        return "the disk is full; nothing more was sent"
    if "no such table" in low:
        return "an empty or foreign file, no journal; remove it if it holds nothing, or name another with --journal"
    if "unable to open" in low:
        return "the journal cannot be opened; does its folder exist, and may we write there?"
    return words


# --- one writer -------------------------------------------------------------------------------


class _Lock:
    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _locked(path: Path) -> _Lock:
    """The operating system's lock on a file beside the journal; it ends with the process."""
    try:
        # The journal names customers, so it is ours alone from its first byte.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        why = error.strerror or str(error)
        raise JournalError(f"{path}: the journal cannot be opened here ({why})") from None
    try:
        _exclusively(descriptor)
    except OSError:
        os.close(descriptor)
        raise JournalError(
            f"{path}: another bridge is running on this journal; only one may write at a time"
        ) from None
    return _Lock(descriptor)


def _exclusively(descriptor: int) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
