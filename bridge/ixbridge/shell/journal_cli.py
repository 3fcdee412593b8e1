"""How does a command get at the journal? Opened and closed, or only read; what cannot be used ends it in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ixbridge.shell.endings import ENVIRONMENT, fail

if TYPE_CHECKING:
    from ixbridge.core.life import Life, Standing
    from ixbridge.core.records import Record
    from ixbridge.shell.journal import Journal


@contextmanager
def journal_open(where: str | Path) -> Iterator[Journal]:
    from ixbridge.shell.clock import RealClock
    from ixbridge.shell.journal import JournalError
    from ixbridge.shell.store import opened

    try:
        journal = opened(str(where), RealClock())
    except JournalError as error:
        fail(str(error), ENVIRONMENT)
    try:
        yield journal
    except BaseException:
        with suppress(JournalError):  # what went wrong first is what counts
            journal.close()
        raise
    try:
        journal.close()
    except JournalError as error:
        fail(str(error), ENVIRONMENT)


def records_of(where: str | Path) -> list[Record]:
    from ixbridge.shell.journal import JournalError
    from ixbridge.shell.store import read, warning

    try:
        records = read(str(where))
    except JournalError as error:
        fail(str(error), ENVIRONMENT)
    problem = warning(str(where), records)
    if problem:
        click.echo(f"ixkit bridge: beware: {problem}", err=True)
    return records


def folded(records: list[Record]) -> tuple[dict[str, Life], dict[str, Standing]]:
    from ixbridge.core.life import Life, Standing, after, standing_after
    from ixbridge.core.records import Broken, is_instalment, is_notice

    lives: dict[str, Life] = {}
    standings: dict[str, Standing] = {}
    try:
        for each in records:
            if is_instalment(each.subject):
                lives[each.subject] = after(
                    lives.get(each.subject, Life(each.subject)), each.kind, each.payload
                )
            elif not is_notice(each.subject) and not each.subject.startswith("limit "):
                before = standings.get(each.subject, Standing())
                standings[each.subject] = standing_after(before, each.kind, each.payload)
    except Broken as error:
        fail(str(error), ENVIRONMENT)
    return lives, standings
