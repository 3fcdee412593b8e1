"""How does a person look after the bridge? ``ixkit bridge rebuild`` and ``audit``."""

from __future__ import annotations

import json
import os
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import click

from ixbridge.shell.endings import ENVIRONMENT, fail
from ixbridge.shell.options import config_option, format_option, journal_option, pace_options
from ixbridge.shell.rounds import book
from ixbridge.shell.wiring import credentials_from, exchange_for, policy_from

if TYPE_CHECKING:
    from pathlib import Path

DAYS_BACK = 730


@click.command()
@config_option
@journal_option
@pace_options
@format_option
def audit(config_file: Path, journal_file: str, per_second: int, per_minute: int, shape: str) -> None:
    """Look at every document again, paid ones too: doubles, changed totals, bounced payments.

    Does what `run` does, and more reading. Exit code 1 where something is wrong in the books.
    """
    policy = policy_from(config_file, None, None)
    book(policy, journal_file, pace=(per_second, per_minute), shape=shape, title="This audit", audit=True)


@click.command()
@config_option
@journal_option
@click.option(
    "--since",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    help=f"Read documents dated from this day on.  [default: {DAYS_BACK} days ago]",
)
@click.option(
    "--code", "codes", multiple=True, help="An instalment that iXpole offers no more; as often as needed."
)
@click.option(
    "--not-created",
    is_flag=True,
    help="What is not found was never made: a person looked, nothing is under way.",
)
@pace_options
@format_option
def rebuild(
    config_file: Path,
    journal_file: str,
    since: datetime | None,
    codes: tuple[str, ...],
    not_created: bool,
    per_second: int,
    per_minute: int,
    shape: str,
) -> None:
    """Make a lost, damaged or outdated journal anew, from iXpole and the accounting system.

    Only reads are sent. What is left of the old journal is kept, documents are found by their tags, and
    what cannot be matched is parked. The old journal stays beside the new one.
    """
    from ixbridge.core.rebuild import Fate
    from ixbridge.shell.clock import RealClock
    from ixbridge.shell.exchange import Halt
    from ixbridge.shell.journal import JournalError
    from ixbridge.shell.rebuild import left_of
    from ixbridge.shell.rebuild import rebuild as made_anew
    from ixbridge.shell.store import replaced, salvaged

    policy = policy_from(config_file, None, None)
    credentials, urls = credentials_from(os.environ, policy)
    clock = RealClock()
    day: date = since.date() if since else clock.now().date() - timedelta(days=DAYS_BACK)
    exchange = exchange_for(urls, credentials, policy, None, pace=(per_second, per_minute))
    try:
        left = left_of(salvaged(journal_file))
        result = made_anew(exchange, policy, left, since=day, codes=codes, not_created=not_created)
        kept = replaced(journal_file, left.records, result.entries, clock)
    except Halt as halt:
        fail(f"{halt} {halt.advice} The journal was not touched.", ENVIRONMENT)
    except JournalError as error:
        fail(str(error), ENVIRONMENT)
    counts = {fate.name.lower(): result.count(fate) for fate in Fate}
    said = {"records_kept": len(left.records), "old_journal": kept, **counts, "limits": list(result.limits)}
    if shape == "json":
        click.echo(json.dumps(said, indent=2))
        return
    click.echo(f"{len(left.records)} records were kept; the old journal is {kept or 'gone'}.")
    for fate in Fate:
        if result.count(fate):
            click.echo(f"{result.count(fate):6} {fate.name.lower()}: {fate.value}")
    for limit in result.limits:
        click.echo(f"Not known: {limit}")
    click.echo("Now `ixkit bridge run` goes on from there.")
