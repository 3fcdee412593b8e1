"""How do several bridges share one journal? In PostgreSQL: the same records, claims with fences, one pace.

All workers write one chain; each takes an instalment before it goes on with it. A worker is known to
be dead when its session is gone, or when it has renewed nothing for a lease's time by the server's
clock. Whoever takes over gets a higher fence, and the old worker is refused at its next append.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ixbridge.core.records import (
    GENESIS,
    Broken,
    Entry,
    Record,
    intact,
    is_instalment,
    sealed,
    text_of,
    verify,
)
from ixbridge.shell.journal import REBUILD, SCHEMA, JournalError, SetBack
from ixbridge.shell.mark import Height, Mark, problem_with

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from ixbridge.core.wire import Heard, Request
    from ixbridge.shell.clock import Clock
    from ixbridge.shell.transport import Transport

LEASE_S = 600.0
"""A worker that renewed nothing for so long hangs, and what it holds may be taken over."""
NAMESPACE = 0x1B817
"""Of our advisory locks: one per worker, held as long as its session lives."""
KEPT_MAX = 1_200
"""So many requests are remembered for the pace."""

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
_ALIVE = (
    "EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = %(space)s::bigint::oid"
    " AND objid = worker::oid"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
)
_TAKE = (
    "SELECT subject FROM ixkit_claims WHERE subject = %(subject)s AND (worker IS NULL OR worker = %(me)s"
    " OR renewed_at < clock_timestamp() - make_interval(secs => %(lease)s)"
    f" OR NOT {_ALIVE}) FOR UPDATE SKIP LOCKED"
)


class PostgresJournal:
    """The shared journal, as one worker sees it; its claims are here too (``claims.Claims``)."""

    def __init__(self, url: str, clock: Clock, *, mark: Path | None = None, lease_s: float = LEASE_S) -> None:
        self._clock, self._lease_s = clock, lease_s
        self._mark = Mark(mark) if mark is not None else None
        self._held: dict[str, int] = {}
        self._records: list[Record] = []
        self._news: list[Record] = []
        self._seq, self._hash = 0, GENESIS
        self._engine = _engine(url)
        try:
            with _told():
                self._connection = self._engine.connect()
            with self._transaction(sync=True) as connection:
                _create(connection)
                self._fence = int(_one(connection, "SELECT nextval('ixkit_fences')"))
                _one(
                    connection, "SELECT pg_advisory_lock(%(space)s, %(me)s)", space=NAMESPACE, me=self._fence
                )
                self._catch_up(connection)
            self._news.clear()
            self._check_mark()
        except BaseException:
            self._engine.dispose()
            raise

    @property
    def fence(self) -> int:
        """This worker's number."""
        return self._fence

    # --- records --------------------------------------------------------------------------

    def append(self, entry: Entry, *, sync: bool) -> Record:
        """Refused unless the subject is ours to write; what is not synced rides on the next that is."""
        with self._transaction(sync=sync) as connection:
            # The head is locked first, so that appends of all workers stand in one row.
            _one(connection, "SELECT seq FROM ixkit_head FOR UPDATE")
            fence = self._fence_for(connection, entry.subject)
            self._catch_up(connection)
            record = sealed(entry, seq=self._seq + 1, fence=fence, at=self._clock.now(), before=self._hash)
            _insert(connection, [record])
        self._seq, self._hash = record.seq, record.hash
        self._records.append(record)
        self._note_height()
        return record

    def confirm(self) -> None:
        with self._transaction(sync=False) as connection:
            for subject, fence in self._held.items():
                valid = _one(
                    connection,
                    "SELECT 1 FROM ixkit_claims WHERE subject = %(subject)s AND fence = %(fence)s",
                    subject=_column(subject),
                    fence=fence,
                )
                if valid is None:
                    raise _overtaken(subject)

    def flush(self) -> None:
        """A synced commit carries all that was committed before it."""
        with self._transaction(sync=True) as connection:
            _one(connection, "SELECT pg_current_xact_id()")

    def records(self) -> Sequence[Record]:
        return self._records

    def close(self) -> None:
        with suppress(JournalError), self._transaction(sync=True) as connection:
            _run(connection, "UPDATE ixkit_claims SET worker = NULL WHERE worker = %(me)s", me=self._fence)
        if self._mark is not None:
            self._mark.close()
        with suppress(Exception):
            self._connection.close()
        self._engine.dispose()

    # --- claims ---------------------------------------------------------------------------

    def take(self, subject: str) -> Sequence[Record] | None:
        asked = {"subject": _column(subject), "me": self._fence, "lease": self._lease_s, "space": NAMESPACE}
        with self._transaction(sync=False) as connection:
            _run(
                connection,
                "INSERT INTO ixkit_claims (subject) VALUES (%(subject)s) ON CONFLICT DO NOTHING",
                subject=_column(subject),
            )
            if _one(connection, _TAKE, **asked) is None:
                return None
            fence = int(_one(connection, "SELECT nextval('ixkit_fences')"))
            _run(
                connection,
                "UPDATE ixkit_claims SET fence = %(fence)s, worker = %(me)s, renewed_at = clock_timestamp()"
                " WHERE subject = %(subject)s",
                fence=fence,
                me=self._fence,
                subject=_column(subject),
            )
            self._catch_up(connection)
        self._held[subject] = fence
        return self.news(caught_up=True)

    def hold(self, subject: str) -> None:
        with self._transaction(sync=False) as connection:
            renewed = _one(
                connection,
                "UPDATE ixkit_claims SET renewed_at = clock_timestamp()"
                " WHERE subject = %(subject)s AND fence = %(fence)s RETURNING 1",
                subject=_column(subject),
                fence=self._held.get(subject, -1),
            )
        if renewed is None:
            raise _overtaken(subject)

    def give_back(self, subject: str) -> None:
        fence = self._held.pop(subject, None)
        with self._transaction(sync=False) as connection:
            _run(
                connection,
                "UPDATE ixkit_claims SET worker = NULL WHERE subject = %(subject)s AND fence = %(fence)s",
                subject=_column(subject),
                fence=fence,
            )

    def news(self, *, caught_up: bool = False) -> Sequence[Record]:
        if not caught_up:
            with self._transaction(sync=False) as connection:
                self._catch_up(connection)
        found, self._news = self._news, []
        return found

    # --- pace -----------------------------------------------------------------------------

    def reserve(self, system: str, windows: Sequence[tuple[int, float]]) -> float:
        """Seconds until the next request to a system may go out; its place in the queue is taken."""
        with self._transaction(sync=False) as connection:
            _run(
                connection,
                "INSERT INTO ixkit_paces (system) VALUES (%(system)s) ON CONFLICT DO NOTHING",
                system=system,
            )
            row = connection.exec_driver_sql(
                "SELECT sent, not_before, extract(epoch FROM clock_timestamp())::double precision"
                " FROM ixkit_paces WHERE system = %(system)s FOR UPDATE",
                {"system": system},
            ).one()
            sent, not_before, now = list(row[0]), float(row[1]), float(row[2])
            due = max(
                [now, not_before, *(sent[-many] + width for many, width in windows if len(sent) >= many)]
            )
            kept = [*sent, due][-max([1, *(many for many, _ in windows)]) :][-KEPT_MAX:]
            _run(
                connection,
                "UPDATE ixkit_paces SET sent = %(sent)s WHERE system = %(system)s",
                sent=kept,
                system=system,
            )
        return float(due - now)

    def pause(self, system: str, seconds: float) -> None:
        """A limit asks all workers to wait."""
        with self._transaction(sync=False) as connection:
            _run(
                connection,
                "INSERT INTO ixkit_paces (system, not_before) VALUES (%(system)s,"
                " extract(epoch FROM clock_timestamp()) + %(seconds)s) ON CONFLICT (system) DO UPDATE"
                " SET not_before = greatest(ixkit_paces.not_before, excluded.not_before)",
                system=system,
                seconds=seconds,
            )

    # --- helpers --------------------------------------------------------------------------

    @contextmanager
    def _transaction(self, *, sync: bool) -> Iterator[Connection]:
        with _told(), self._connection.begin():
            commit = "on" if sync else "off"
            self._connection.exec_driver_sql(f"SET LOCAL synchronous_commit TO {commit}")
            yield self._connection

    def _fence_for(self, connection: Connection, subject: str) -> int:
        """The fence under which we may write; a share lock keeps it ours until the commit."""
        if not is_instalment(subject) and subject not in self._held:
            return self._fence if subject.startswith(("limit ", "notice ")) else self._foreign(subject)
        held = self._held.get(subject)
        if held is None:
            return self._foreign(subject)
        valid = _one(
            connection,
            "SELECT 1 FROM ixkit_claims WHERE subject = %(subject)s AND fence = %(fence)s FOR SHARE",
            subject=_column(subject),
            fence=held,
        )
        if valid is None:
            raise _overtaken(subject)
        return held

    def _foreign(self, subject: str) -> int:
        raise JournalError(f"{subject} was not taken before it was written; this is a defect of the bridge")

    def _catch_up(self, connection: Connection) -> None:
        """What others wrote since, checked against the chain as far as we know it."""
        fresh = list(_read(connection, self._seq))
        try:
            seq, seal = verify(fresh, after=(self._seq, self._hash), shared=True)
        except Broken as error:
            raise JournalError(f"the journal: {error}. Nothing was sent. {REBUILD}.") from None
        self._seq, self._hash = seq, seal
        self._records += fresh
        self._news += fresh

    def _check_mark(self) -> None:
        if self._mark is None:
            return
        problem = None
        if self._mark.path.exists():  # a worker on a new machine has none yet
            problem = problem_with(self._mark, [each.hash for each in self._records])
        if problem:
            raise SetBack(f"the journal: {problem}. Nothing was sent. {REBUILD}.")
        self._note_height()

    def _note_height(self) -> None:
        if self._mark is not None:
            with _told():
                self._mark.write(Height(self._seq, self._hash))


class SharedPace:
    """A transport whose pace all workers keep together."""

    def __init__(
        self,
        inner: Transport,
        clock: Clock,
        journal: PostgresJournal,
        *,
        windows: Sequence[tuple[int, float]],
    ) -> None:
        self._inner, self._clock, self._journal, self._windows = inner, clock, journal, tuple(windows)

    def send(self, request: Request, /) -> Heard:
        wait_s = self._journal.reserve(request.system, self._windows)
        if wait_s > 0:
            self._clock.sleep(wait_s)
        return self._inner.send(request)


def read_postgres(url: str) -> list[Record]:
    """All records, without a claim and without changing anything."""
    engine = _engine(url)
    try:
        with _told(), engine.connect() as connection:
            if not _there(connection):
                raise JournalError("there is no journal in this database; `ixkit bridge run` makes one")
            records = list(_read(connection, 0))
            verify(records, shared=True)
            return records
    finally:
        engine.dispose()


def salvaged_postgres(url: str) -> list[Record]:
    engine = _engine(url)
    found: list[Record] = []
    try:
        with _told(), engine.connect() as connection:
            if _there(connection):
                for record in _read(connection, 0):
                    found.append(record)
    finally:
        engine.dispose()
    return intact(found)


def replace_postgres(
    url: str, records: Sequence[Record], entries: Sequence[Entry], clock: Clock
) -> str | None:
    """A new journal of these records and entries; the old table is kept under another name. All or nothing."""
    engine = _engine(url)
    try:
        with _told(), engine.begin() as connection:
            kept = None
            if _there(connection):
                _one(connection, "SELECT seq FROM ixkit_head FOR UPDATE NOWAIT")
                busy = _one(
                    connection,
                    f"SELECT worker FROM ixkit_claims WHERE worker IS NOT NULL AND {_ALIVE} LIMIT 1",
                    space=NAMESPACE,
                )
                if busy is not None:
                    raise JournalError("a bridge is running on this journal; stop all of them first")
                number = 1
                while _one(connection, "SELECT to_regclass(%(name)s)", name=f"ixkit_records_old_{number}"):
                    number += 1
                kept = f"ixkit_records_old_{number}"
                connection.exec_driver_sql("DROP TRIGGER never ON ixkit_records")
                connection.exec_driver_sql(f"ALTER TABLE ixkit_records RENAME TO {kept}")
                connection.exec_driver_sql(f"ALTER INDEX ixkit_records_pkey RENAME TO {kept}_pkey")
                connection.exec_driver_sql("DELETE FROM ixkit_head")
                connection.exec_driver_sql("DELETE FROM ixkit_claims")
            _create(connection)
            fence = int(_one(connection, "SELECT nextval('ixkit_fences')"))
            made = list(records)
            for entry in entries:
                before = (made[-1].seq, made[-1].hash) if made else (0, GENESIS)
                made.append(sealed(entry, seq=before[0] + 1, fence=fence, at=clock.now(), before=before[1]))
            _insert(connection, made)
            return kept
    finally:
        engine.dispose()


# --- the database -----------------------------------------------------------------------------


def _engine(url: str) -> Engine:
    from sqlalchemy import create_engine, make_url
    from sqlalchemy.exc import ArgumentError

    try:
        address = make_url(url).set(drivername="postgresql+psycopg")
        return create_engine(address, pool_size=1, max_overflow=0, connect_args={"connect_timeout": 10})
    except ModuleNotFoundError:
        raise JournalError("a journal in PostgreSQL needs psycopg: pip install 'ixkit[postgres]'") from None
    except (ArgumentError, ValueError):
        raise JournalError("--journal: expected postgresql://USER@HOST:PORT/DATABASE") from None


def _there(connection: Connection) -> bool:
    return _one(connection, "SELECT to_regclass('ixkit_records')") is not None


def _create(connection: Connection) -> None:
    # Two workers that start at once would both make the tables.
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({NAMESPACE})")
    if not _there(connection) or not _one(connection, "SELECT count(*) FROM ixkit_head"):
        for statement in _TABLES:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("INSERT INTO ixkit_head (seq, hash) VALUES (0, '" + GENESIS + "')")
        if not _one(connection, "SELECT count(*) FROM ixkit_about"):
            connection.exec_driver_sql(f"INSERT INTO ixkit_about VALUES ({SCHEMA})")
    schema = _one(connection, "SELECT max(schema) FROM ixkit_about")
    if schema != SCHEMA:
        raise JournalError(f"the journal has schema {schema}, this version writes schema {SCHEMA}")


def _read(connection: Connection, after: int) -> Iterator[Record]:
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


def _insert(connection: Connection, records: Sequence[Record]) -> None:
    if not records:
        return
    rows = [(r.seq, r.fence, r.at, _column(r.subject), r.kind, text_of(r.payload), r.hash) for r in records]
    connection.exec_driver_sql("INSERT INTO ixkit_records VALUES (%s, %s, %s, %s, %s, %s, %s)", rows)
    last = records[-1]
    _run(connection, "UPDATE ixkit_head SET seq = %(seq)s, hash = %(seal)s", seq=last.seq, seal=last.hash)


def _column(subject: str) -> str:
    """As it is, but for characters that a text of the database cannot hold or that people cannot see."""
    return json.dumps(subject)[1:-1]


def _subject(column: str) -> str:
    try:
        return str(json.loads(f'"{column}"'))
    except ValueError:
        raise Broken(f"the subject {column[:40]!r} cannot be read") from None


def _one(connection: Connection, statement: str, **values: Any) -> Any:
    return connection.exec_driver_sql(statement, values or None).scalar()


def _run(connection: Connection, statement: str, **values: Any) -> None:
    connection.exec_driver_sql(statement, values)


def _overtaken(subject: str) -> JournalError:
    return JournalError(f"another bridge has taken {subject} over; this one stops")


@contextmanager
def _told() -> Iterator[None]:
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
