"""Where is the journal? A file of this machine, or a database that several machines share.

The same questions to both: open, read, what is left of it, put a new one in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ixbridge.core.records import Entry, Record
from ixbridge.shell import sqlite_whole
from ixbridge.shell.claims import ALONE, Claims
from ixbridge.shell.exchange import alone
from ixbridge.shell.sqlite import SqliteJournal
from ixbridge.shell.transport import Paced, windows

if TYPE_CHECKING:
    from ixbridge.shell.clock import Clock
    from ixbridge.shell.journal import Journal
    from ixbridge.shell.transport import Transport

SCHEMES = ("postgresql://", "postgres://")
MARK = "bridge-journal.mark"
"""In the working folder: how high the shared journal was when this machine last saw it."""


def is_shared(where: str) -> bool:
    return where.startswith(SCHEMES)


def address_problem(where: str, *, typed: bool) -> str | None:
    """A password on the command line can be read by everybody on the machine."""
    if not is_shared(where) or not typed:
        return None
    from urllib.parse import urlsplit

    if urlsplit(where).password is None:
        return None
    return "a password does not belong on the command line: set IXKIT_JOURNAL, PGPASSWORD or ~/.pgpass"


def shown(where: str) -> str:
    """For a person's screen, without a password."""
    if not is_shared(where):
        return where
    from urllib.parse import urlsplit

    parts = urlsplit(where)
    return f"postgresql://{parts.hostname or ''}{parts.path}"


def opened(where: str, clock: Clock) -> Journal:
    if is_shared(where):
        from ixbridge.shell.postgres import PostgresJournal

        return PostgresJournal(_url(where), clock, mark=Path(MARK))
    return SqliteJournal(Path(where), clock)


def claims_of(journal: Journal) -> Claims:
    from ixbridge.shell.postgres import PostgresJournal

    return journal if isinstance(journal, PostgresJournal) else ALONE


def paced(
    inner: Transport, clock: Clock, journal: Journal | None, *, pace: tuple[int, int], system: str
) -> tuple[Transport, Callable[[float], None]]:
    """The transport at its pace, and how to tell others of a limit. Who shares the journal shares the pace."""
    from ixbridge.shell.postgres import PostgresJournal
    from ixbridge.shell.postgres_pace import SharedPace

    if isinstance(journal, PostgresJournal):
        return SharedPace(inner, clock, journal, windows=windows(*pace)), partial(journal.pause, system)
    return Paced(inner, clock, per_second=pace[0], per_minute=pace[1]), alone


def read(where: str) -> list[Record]:
    """All records, without changing anything."""
    if is_shared(where):
        from ixbridge.shell.postgres_whole import read_postgres

        return read_postgres(_url(where))
    return sqlite_whole.read_journal(Path(where))


def warning(where: str, records: Sequence[Record]) -> str | None:
    """What the mark says against these records, for those who only look."""
    return None if is_shared(where) else sqlite_whole.set_back(Path(where), records)


def salvaged(where: str) -> list[Record]:
    """What is left: the records up to the first that does not fit."""
    if is_shared(where):
        from ixbridge.shell.postgres_whole import salvaged_postgres

        return salvaged_postgres(_url(where))
    return sqlite_whole.salvaged(Path(where))


def replaced(where: str, records: Sequence[Record], entries: Sequence[Entry], clock: Clock) -> str | None:
    """A new journal in the place of the old one. Returns where the old one is kept."""
    if is_shared(where):
        from ixbridge.shell.postgres_whole import replace_postgres

        kept = replace_postgres(_url(where), records, entries, clock)
        Path(MARK).unlink(missing_ok=True)
        return kept
    kept_at = sqlite_whole.replace_journal(Path(where), records, entries, clock)
    return None if kept_at is None else str(kept_at)


def _url(where: str) -> str:
    return "postgresql://" + where.partition("://")[2]
