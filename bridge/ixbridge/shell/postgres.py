"""How do several bridges share one journal? In PostgreSQL: the same records, claims with fences, one pace.

All workers write one chain; each takes an instalment before it goes on with it. A worker is known to
be dead when its session is gone, or when it has renewed nothing for a lease's time by the server's
clock. Whoever takes over gets a higher fence, and the old worker is refused at its next append.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ixbridge.core.records import GENESIS, Broken, Entry, Record, is_instalment, sealed, verify
from ixbridge.shell import postgres_pace
from ixbridge.shell.journal import REBUILD, JournalError, SetBack
from ixbridge.shell.mark import Height, Mark, problem_with
from ixbridge.shell.postgres_tables import (
    ALIVE,
    NAMESPACE,
    column,
    create,
    engine_of,
    insert,
    one,
    read,
    run,
    told,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ixbridge.shell.clock import Clock

LEASE_S = 600.0
"""A worker that renewed nothing for so long hangs, and what it holds may be taken over."""

_TAKE = (
    "SELECT subject FROM ixkit_claims WHERE subject = %(subject)s AND (worker IS NULL OR worker = %(me)s"
    " OR renewed_at < clock_timestamp() - make_interval(secs => %(lease)s)"
    f" OR NOT {ALIVE}) FOR UPDATE SKIP LOCKED"
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
        self._engine = engine_of(url)
        try:
            with told():
                self._connection = self._engine.connect()
            with self._transaction(sync=True) as connection:
                create(connection)
                self._fence = int(one(connection, "SELECT nextval('ixkit_fences')"))
                one(connection, "SELECT pg_advisory_lock(%(space)s, %(me)s)", space=NAMESPACE, me=self._fence)
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
            one(connection, "SELECT seq FROM ixkit_head FOR UPDATE")
            fence = self._fence_for(connection, entry.subject)
            self._catch_up(connection)
            record = sealed(entry, seq=self._seq + 1, fence=fence, at=self._clock.now(), before=self._hash)
            insert(connection, [record])
        self._seq, self._hash = record.seq, record.hash
        self._records.append(record)
        self._note_height()
        return record

    def confirm(self) -> None:
        with self._transaction(sync=False) as connection:
            for subject, fence in self._held.items():
                valid = one(
                    connection,
                    "SELECT 1 FROM ixkit_claims WHERE subject = %(subject)s AND fence = %(fence)s",
                    subject=column(subject),
                    fence=fence,
                )
                if valid is None:
                    raise _overtaken(subject)

    def flush(self) -> None:
        """A synced commit carries all that was committed before it."""
        with self._transaction(sync=True) as connection:
            one(connection, "SELECT pg_current_xact_id()")

    def records(self) -> Sequence[Record]:
        return self._records

    def close(self) -> None:
        with suppress(JournalError), self._transaction(sync=True) as connection:
            run(connection, "UPDATE ixkit_claims SET worker = NULL WHERE worker = %(me)s", me=self._fence)
        if self._mark is not None:
            self._mark.close()
        with suppress(Exception):
            self._connection.close()
        self._engine.dispose()

    # --- claims ---------------------------------------------------------------------------

    def take(self, subject: str) -> Sequence[Record] | None:
        asked = {"subject": column(subject), "me": self._fence, "lease": self._lease_s, "space": NAMESPACE}
        with self._transaction(sync=False) as connection:
            run(
                connection,
                "INSERT INTO ixkit_claims (subject) VALUES (%(subject)s) ON CONFLICT DO NOTHING",
                subject=column(subject),
            )
            if one(connection, _TAKE, **asked) is None:
                return None
            fence = int(one(connection, "SELECT nextval('ixkit_fences')"))
            run(
                connection,
                "UPDATE ixkit_claims SET fence = %(fence)s, worker = %(me)s, renewed_at = clock_timestamp()"
                " WHERE subject = %(subject)s",
                fence=fence,
                me=self._fence,
                subject=column(subject),
            )
            self._catch_up(connection)
        self._held[subject] = fence
        return self.news(caught_up=True)

    def hold(self, subject: str) -> None:
        with self._transaction(sync=False) as connection:
            renewed = one(
                connection,
                "UPDATE ixkit_claims SET renewed_at = clock_timestamp()"
                " WHERE subject = %(subject)s AND fence = %(fence)s RETURNING 1",
                subject=column(subject),
                fence=self._held.get(subject, -1),
            )
        if renewed is None:
            raise _overtaken(subject)

    def give_back(self, subject: str) -> None:
        fence = self._held.pop(subject, None)
        with self._transaction(sync=False) as connection:
            run(
                connection,
                "UPDATE ixkit_claims SET worker = NULL WHERE subject = %(subject)s AND fence = %(fence)s",
                subject=column(subject),
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
        with self._transaction(sync=False) as connection:
            return postgres_pace.reserve(connection, system, windows)

    def pause(self, system: str, seconds: float) -> None:
        with self._transaction(sync=False) as connection:
            postgres_pace.pause(connection, system, seconds)

    # --- helpers --------------------------------------------------------------------------

    @contextmanager
    def _transaction(self, *, sync: bool) -> Iterator[Connection]:
        with told(), self._connection.begin():
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
        valid = one(
            connection,
            "SELECT 1 FROM ixkit_claims WHERE subject = %(subject)s AND fence = %(fence)s FOR SHARE",
            subject=column(subject),
            fence=held,
        )
        if valid is None:
            raise _overtaken(subject)
        return held

    def _foreign(self, subject: str) -> int:
        raise JournalError(f"{subject} was not taken before it was written; this is a defect of the bridge")

    def _catch_up(self, connection: Connection) -> None:
        """What others wrote since, checked against the chain as far as we know it."""
        fresh = list(read(connection, self._seq))
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
            with told():
                self._mark.write(Height(self._seq, self._hash))


def _overtaken(subject: str) -> JournalError:
    return JournalError(f"another bridge has taken {subject} over; this one stops")
