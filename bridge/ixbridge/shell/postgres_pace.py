"""How do several bridges keep one pace? The database remembers when requests went out, and a limit that one met."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ixbridge.shell.postgres_tables import run

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ixbridge.core.wire import Heard, Request
    from ixbridge.shell.clock import Clock
    from ixbridge.shell.postgres import PostgresJournal
    from ixbridge.shell.transport import Transport

KEPT_MAX = 1_200
"""So many requests are remembered for the pace."""


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


def reserve(connection: Connection, system: str, windows: Sequence[tuple[int, float]]) -> float:
    """Seconds until the next request to a system may go out; its place in the queue is taken."""
    run(
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
    due = max([now, not_before, *(sent[-many] + width for many, width in windows if len(sent) >= many)])
    kept = [*sent, due][-max([1, *(many for many, _ in windows)]) :][-KEPT_MAX:]
    run(
        connection,
        "UPDATE ixkit_paces SET sent = %(sent)s WHERE system = %(system)s",
        sent=kept,
        system=system,
    )
    return float(due - now)


def pause(connection: Connection, system: str, seconds: float) -> None:
    """A limit asks all workers to wait."""
    run(
        connection,
        "INSERT INTO ixkit_paces (system, not_before) VALUES (%(system)s,"
        " extract(epoch FROM clock_timestamp()) + %(seconds)s) ON CONFLICT (system) DO UPDATE"
        " SET not_before = greatest(ixkit_paces.not_before, excluded.not_before)",
        system=system,
        seconds=seconds,
    )
