"""How is a journal in PostgreSQL read or replaced as a whole? By whoever works on nothing in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ixbridge.core.records import GENESIS, Entry, Record, intact, sealed, verify
from ixbridge.shell.journal import JournalError
from ixbridge.shell.postgres_tables import (
    ALIVE,
    NAMESPACE,
    create,
    engine_of,
    insert,
    one,
    read,
    there,
    told,
)

if TYPE_CHECKING:
    from ixbridge.shell.clock import Clock


def read_postgres(url: str) -> list[Record]:
    """All records, without a claim and without changing anything."""
    engine = engine_of(url)
    try:
        with told(), engine.connect() as connection:
            if not there(connection):
                raise JournalError("there is no journal in this database; `ixkit bridge run` makes one")
            records = list(read(connection, 0))
            verify(records, shared=True)
            return records
    finally:
        engine.dispose()


def salvaged_postgres(url: str) -> list[Record]:
    engine = engine_of(url)
    found: list[Record] = []
    try:
        with told(), engine.connect() as connection:
            if there(connection):
                for record in read(connection, 0):
                    found.append(record)
    finally:
        engine.dispose()
    return intact(found)


def replace_postgres(
    url: str, records: Sequence[Record], entries: Sequence[Entry], clock: Clock
) -> str | None:
    """A new journal of these records and entries; the old table is kept under another name. All or nothing."""
    engine = engine_of(url)
    try:
        with told(), engine.begin() as connection:
            kept = None
            if there(connection):
                one(connection, "SELECT seq FROM ixkit_head FOR UPDATE NOWAIT")
                busy = one(
                    connection,
                    f"SELECT worker FROM ixkit_claims WHERE worker IS NOT NULL AND {ALIVE} LIMIT 1",
                    space=NAMESPACE,
                )
                if busy is not None:
                    raise JournalError("a bridge is running on this journal; stop all of them first")
                number = 1
                while one(connection, "SELECT to_regclass(%(name)s)", name=f"ixkit_records_old_{number}"):
                    number += 1
                kept = f"ixkit_records_old_{number}"
                connection.exec_driver_sql("DROP TRIGGER never ON ixkit_records")
                connection.exec_driver_sql(f"ALTER TABLE ixkit_records RENAME TO {kept}")
                connection.exec_driver_sql(f"ALTER INDEX ixkit_records_pkey RENAME TO {kept}_pkey")
                connection.exec_driver_sql("DELETE FROM ixkit_head")
                connection.exec_driver_sql("DELETE FROM ixkit_claims")
            create(connection)
            fence = int(one(connection, "SELECT nextval('ixkit_fences')"))
            made = list(records)
            for entry in entries:
                before = (made[-1].seq, made[-1].hash) if made else (0, GENESIS)
                made.append(sealed(entry, seq=before[0] + 1, fence=fence, at=clock.now(), before=before[1]))
            insert(connection, made)
            return kept
    finally:
        engine.dispose()
