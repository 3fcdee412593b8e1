"""How does a command book? One poll, or as many as change something, told together."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from ixbridge.shell.endings import ENVIRONMENT, fail
from ixbridge.shell.journal_cli import journal_open
from ixbridge.shell.wiring import credentials_from, exchange_for

if TYPE_CHECKING:
    from ixbridge.core.policy import Policy
    from ixbridge.shell.clock import Clock
    from ixbridge.shell.exchange import Exchange
    from ixbridge.shell.journal import Journal
    from ixbridge.shell.report import Report
    from ixbridge.shell.runner import Watch

BUSY_WAIT_S, BUSY_WAITS_MAX = 0.5, 600


def book(
    policy: Policy,
    journal_file: str,
    *,
    pace: tuple[int, int],
    shape: str,
    limit: int | None = None,
    rounds: int = 1,
    title: str = "This run",
    audit: bool = False,
    clock: Clock | None = None,
) -> None:
    """Run, tell, and end with the exit code of the report."""
    from ixbridge.shell.show import progress, show

    credentials, urls = credentials_from(os.environ, policy)
    with journal_open(journal_file) as journal, progress(wanted=shape == "text") as watch:
        _warn_if_deaf(policy, journal)
        exchange = exchange_for(urls, credentials, policy, journal, pace=pace, clock=clock)
        report = _rounds(exchange, journal, policy, limit, watch, rounds=rounds, audit=audit)
    if shape == "json":
        click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    else:
        show(report, title=title)
    if report.exit_code:
        raise click.exceptions.Exit(report.exit_code)


def _rounds(
    exchange: Exchange,
    journal: Journal,
    policy: Policy,
    limit: int | None,
    watch: Watch,
    *,
    rounds: int,
    audit: bool = False,
) -> Report:
    """One poll, or as many as change something; the report is of all of them together.

    Where other bridges share the work, a round that found them busy waits for what they leave.
    """
    from ixbridge.core.records import Broken
    from ixbridge.shell.journal import REBUILD, JournalError
    from ixbridge.shell.runner import Runner
    from ixbridge.shell.store import claims_of

    report: Report | None = None
    claims, waits = claims_of(journal), BUSY_WAITS_MAX if rounds > 1 else 0
    while rounds:
        try:
            latest = Runner(
                exchange, journal, policy, limit=limit, watch=watch, claims=claims, audit=audit
            ).run()
        except JournalError as error:
            fail(str(error), ENVIRONMENT)
        except Broken as error:
            fail(f"{error}. {REBUILD}.", ENVIRONMENT)
        report = latest if report is None else joined(report, latest)
        if latest.halted is None and latest.busy and waits:
            waits -= 1
            exchange.sleep(BUSY_WAIT_S)
            continue
        rounds -= 1
        if latest.halted is not None or not latest.changed:
            break
    assert report is not None
    return report


def joined(earlier: Report, later: Report) -> Report:
    items = {item.code: item for item in earlier.items}
    for item in later.items:
        before = items.get(item.code)
        changed = item.changed or (before is not None and before.changed)
        items[item.code] = replace(item, changed=changed)
    return replace(later, items=tuple(items.values()), records=earlier.records + later.records)


def _warn_if_deaf(policy: Policy, journal: Journal) -> None:
    """Verdicts that nobody is told of are lost, and cannot be asked for."""
    from ixbridge.core.target import Lookup
    from ixbridge.shell.inbox import Inbox

    if policy.target.lookup is not Lookup.INBOX:
        return
    inbox = Inbox()
    inbox.catch_up(journal.records())
    if not inbox.registered:
        what = f"{policy.target.title} answers by notifications, and by this journal none are posted here"
        click.echo(f"ixkit bridge: {what}; `ixkit bridge watch` registers for them.", err=True)
