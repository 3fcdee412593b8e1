"""How do the records lie in a file, and how is it asked? Tables, rows, fences, and its errors in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ixbridge.core.records import GENESIS, Broken, Record, text_of, verify
from ixbridge.shell.journal import REBUILD, SCHEMA, JournalError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from ixbridge.shell.clock import Clock

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


def engine_of(path: Path, *, writing: bool) -> Engine:
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


def create(connection: Connection) -> None:
    for statement in _TABLES:
        connection.exec_driver_sql(statement)
    about = connection.exec_driver_sql("SELECT schema FROM about").all()
    if not about:
        connection.exec_driver_sql("INSERT INTO about VALUES (?)", (SCHEMA,))
    elif about[0][0] != SCHEMA:
        raise JournalError(f"the journal has schema {about[0][0]}, this version writes schema {SCHEMA}")


def read(connection: Connection) -> Iterator[Record]:
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


def checked(path: Path, records: list[Record], connection: Connection) -> tuple[int, str]:
    seq, seal = verify(records) if records else (0, GENESIS)
    top = connection.exec_driver_sql("SELECT max(fence) FROM fences").scalar() or 0
    if records and records[-1].fence > top:
        raise Broken("a record was written by a writer that never opened the journal")
    return seq, seal


def next_fence(connection: Connection, clock: Clock) -> int:
    top = connection.exec_driver_sql("SELECT max(fence) FROM fences").scalar() or 0
    connection.exec_driver_sql("INSERT INTO fences VALUES (?, ?)", (top + 1, clock.now().isoformat()))
    return int(top) + 1


def hold_fence(connection: Connection, fence: int) -> None:
    top = connection.exec_driver_sql("SELECT max(fence) FROM fences").scalar()
    if top != fence:
        raise JournalError("another bridge has taken the journal over; this one stops")


def insert(connection: Connection, records: Sequence[Record]) -> None:
    rows = [(r.seq, r.fence, r.at, r.subject, r.kind, text_of(r.payload), r.hash) for r in records]
    connection.exec_driver_sql("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


@contextmanager
def told(path: Path) -> Iterator[None]:
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
