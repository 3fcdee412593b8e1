"""How do the records lie in PostgreSQL, and how is it asked? Tables, rows, and its errors in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ixbridge.core.records import GENESIS, Broken, Record, text_of
from ixbridge.shell.journal import REBUILD, SCHEMA, JournalError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

NAMESPACE = 0x1B817
"""Of our advisory locks: one per worker, held as long as its session lives."""

_TABLES = (
    "CREATE TABLE IF NOT EXISTS ixkit_about (schema INTEGER NOT NULL)",
    "CREATE SEQUENCE IF NOT EXISTS ixkit_fences",
    "CREATE TABLE IF NOT EXISTS ixkit_records (seq BIGINT PRIMARY KEY, fence BIGINT NOT NULL, at TEXT NOT NULL,"
    " subject TEXT NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL, hash TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS ixkit_head (one BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (one),"
    " seq BIGINT NOT NULL, hash TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS ixkit_claims (subject TEXT PRIMARY KEY, fence BIGINT NOT NULL DEFAULT 0,"
    " worker BIGINT, renewed_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp())",
    "CREATE TABLE IF NOT EXISTS ixkit_paces (system TEXT PRIMARY KEY, sent DOUBLE PRECISION[] NOT NULL"
    " DEFAULT '{}', not_before DOUBLE PRECISION NOT NULL DEFAULT 0)",
    # Append-only, also for a hand that means well.
    "CREATE OR REPLACE FUNCTION ixkit_never() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'records are never changed or removed'; END $$",
    "DROP TRIGGER IF EXISTS never ON ixkit_records",
    "CREATE TRIGGER never BEFORE UPDATE OR DELETE ON ixkit_records"
    " FOR EACH STATEMENT EXECUTE FUNCTION ixkit_never()",
)
ALIVE = (
    "EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = %(space)s::bigint::oid"
    " AND objid = worker::oid"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
)


def engine_of(url: str) -> Engine:
    from sqlalchemy import create_engine, make_url
    from sqlalchemy.exc import ArgumentError

    try:
        address = make_url(url).set(drivername="postgresql+psycopg")
        return create_engine(address, pool_size=1, max_overflow=0, connect_args={"connect_timeout": 10})
    except ModuleNotFoundError:
        raise JournalError("a journal in PostgreSQL needs psycopg: pip install 'ixkit[postgres]'") from None
    except (ArgumentError, ValueError):
        raise JournalError("--journal: expected postgresql://USER@HOST:PORT/DATABASE") from None


def there(connection: Connection) -> bool:
    return one(connection, "SELECT to_regclass('ixkit_records')") is not None


def create(connection: Connection) -> None:
    # Two workers that start at once would both make the tables.
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({NAMESPACE})")
    if not there(connection) or not one(connection, "SELECT count(*) FROM ixkit_head"):
        for statement in _TABLES:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("INSERT INTO ixkit_head (seq, hash) VALUES (0, '" + GENESIS + "')")
        if not one(connection, "SELECT count(*) FROM ixkit_about"):
            connection.exec_driver_sql(f"INSERT INTO ixkit_about VALUES ({SCHEMA})")
    schema = one(connection, "SELECT max(schema) FROM ixkit_about")
    if schema != SCHEMA:
        raise JournalError(f"the journal has schema {schema}, this version writes schema {SCHEMA}")


def read(connection: Connection, after: int) -> Iterator[Record]:
    rows = connection.exec_driver_sql(
        "SELECT seq, fence, at, subject, kind, payload, hash FROM ixkit_records WHERE seq > %(after)s ORDER BY seq",
        {"after": after},
    )
    for seq, fence, at, subject, kind, payload, seal in rows:
        try:
            said = json.loads(payload)
        except ValueError:
            raise Broken(f"record {seq} cannot be read") from None
        yield Record(seq, fence, at, _subject(subject), kind, said, seal)


def insert(connection: Connection, records: Sequence[Record]) -> None:
    if not records:
        return
    rows = [(r.seq, r.fence, r.at, column(r.subject), r.kind, text_of(r.payload), r.hash) for r in records]
    connection.exec_driver_sql("INSERT INTO ixkit_records VALUES (%s, %s, %s, %s, %s, %s, %s)", rows)
    last = records[-1]
    run(connection, "UPDATE ixkit_head SET seq = %(seq)s, hash = %(seal)s", seq=last.seq, seal=last.hash)


def column(subject: str) -> str:
    """As it is, but for characters that a text of the database cannot hold or that people cannot see."""
    return json.dumps(subject)[1:-1]


def _subject(column: str) -> str:
    try:
        return str(json.loads(f'"{column}"'))
    except ValueError:
        raise Broken(f"the subject {column[:40]!r} cannot be read") from None


def one(connection: Connection, statement: str, **values: Any) -> Any:
    return connection.exec_driver_sql(statement, values or None).scalar()


def run(connection: Connection, statement: str, **values: Any) -> None:
    connection.exec_driver_sql(statement, values)


@contextmanager
def told() -> Iterator[None]:
    """What goes wrong with the database, in words and without the URL, which may hold a password."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except Broken as error:
        raise JournalError(f"the journal: {error}. Nothing was sent. {REBUILD}.") from None
    except OSError as error:
        raise JournalError(f"the journal's mark: {error.strerror or error}") from None
    except SQLAlchemyError as error:
        words = " ".join(str(getattr(error, "orig", error)).split())[:300]
        raise JournalError(f"the journal's database: {words}") from None
