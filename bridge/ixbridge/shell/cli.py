"""How is the bridge run by hand? ``ixkit bridge run``, ``status`` and ``resolve``.

Credentials come from the environment only. Exit codes: 0 done (parked instalments included), 1 a
check found something wrong in the books, 2 usage or configuration, 4 a system or the journal is
out of reach.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ixbridge.shell.endings import ENVIRONMENT, USAGE, fail
from ixbridge.shell.journal_cli import folded, journal_open, records_of
from ixbridge.shell.options import config_option, format_option, journal_option, pace_options
from ixbridge.shell.repair import audit, rebuild
from ixbridge.shell.rounds import book
from ixbridge.shell.watch_cli import watch
from ixbridge.shell.wiring import clock_from, policy_from

if TYPE_CHECKING:
    from ixbridge.core.life import Life
    from ixbridge.core.records import Entry, Record
    from ixbridge.core.resolve import Verdict
    from ixbridge.shell.journal import Journal

ROUNDS_MAX = 20
TARGETS = ("silvasoft", "telecomx", "crmcom", "riverty")


@click.group()
def bridge() -> None:
    """The reference bridge: iXpole's instalments become invoices, and iXpole hears of them."""


@bridge.command()
@config_option
@journal_option
@click.option(
    "--mode", type=click.Choice(["direct", "draft"]), help="For all instalments, whatever the file says."
)
@click.option(
    "--draft-as",
    type=click.Choice(["order", "invoice"]),
    help="What a draft is in Silvasoft, whatever the file says: a sales order or a draft invoice.",
)
@click.option("--limit", type=click.IntRange(min=1), help="Take up at most so many new instalments.")
@click.option("--until-idle/--once", default=False, help="Poll again until nothing changes any more.")
@pace_options
@click.option(
    "--clock",
    "started_at",
    metavar="TIME",
    help="What time it is for mocks whose clock stands still: 2026-04-15T09:00:00+02:00. Default: the machine's.",
)
@format_option
def run(
    config_file: Path,
    journal_file: str,
    mode: str | None,
    draft_as: str | None,
    limit: int | None,
    until_idle: bool,
    per_second: int,
    per_minute: int,
    started_at: str | None,
    shape: str,
) -> None:
    """Book what is due, report numbers and payments, and say what went where.

    Addresses and credentials: IXKIT_IXPOLE_URL, IXKIT_IXPOLE_CLIENT_ID, IXKIT_IXPOLE_CLIENT_SECRET, and
    those of the target: IXKIT_SILVASOFT_URL, _API_KEY, _USERNAME; IXKIT_TELECOMX_URL, _USERNAME,
    _PASSWORD; IXKIT_CRMCOM_URL, _USERNAME, _PASSWORD, _ORGANISATION; IXKIT_RIVERTY_URL, _SUBSCRIPTION_KEY,
    _BUSINESS_CODE.
    """
    policy = policy_from(config_file, mode, draft_as)
    rounds = ROUNDS_MAX if until_idle else 1
    clock = clock_from(started_at)
    book(
        policy,
        journal_file,
        pace=(per_second, per_minute),
        shape=shape,
        limit=limit,
        rounds=rounds,
        clock=clock,
    )


@bridge.command()
@click.option(
    "--target", type=click.Choice(TARGETS), default=TARGETS[0], show_default=True, help="To book in."
)
def example(target: str) -> None:
    """Print a commented configuration to begin with: `ixkit bridge example > bridge.yaml`."""
    from importlib.resources import files

    name = "example.bridge.yaml" if target == TARGETS[0] else f"example.{target}.yaml"
    click.echo((files("ixbridge") / name).read_text(encoding="utf-8"), nl=False)


@bridge.command()
@journal_option
@format_option
def status(journal_file: str, shape: str) -> None:
    """Where every instalment stands, by the journal. Asks nobody."""
    from ixbridge.shell.report import Report, item_of
    from ixbridge.shell.show import show
    from ixbridge.shell.store import shown

    records = records_of(journal_file)
    lives, _ = folded(records)
    report = Report(tuple(item_of(life) for life in lives.values()))
    if shape == "json":
        click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    elif report.items:
        show(report, title=f"Journal {shown(journal_file)}")
    else:
        click.echo("The journal knows no instalment yet.")
    if shape == "text":
        _tell_strangers(records, lives)


@bridge.command()
@click.argument("code")
@journal_option
@click.option("--adopt", "number", metavar="NUMBER", help="The document with this number is the one.")
@click.option("--not-created", is_flag=True, help="There is no document (or customer): make it.")
@click.option("--retry", is_flag=True, help="The reason is gone: judge it again in the next run.")
@click.option(
    "--replace",
    "credit",
    metavar="CREDIT",
    help="The document CREDIT credits ours: book the instalment anew.",
)
def resolve(
    code: str, journal_file: str, number: str | None, not_created: bool, retry: bool, credit: str | None
) -> None:
    """Say what became of a parked instalment. The next run goes on from there."""
    from ixbridge.shell.journal import JournalError

    verdict = _verdict(number, not_created, retry, credit)
    records_of(journal_file)  # a journal that is not there must not be made by this
    with journal_open(journal_file) as journal:
        try:
            _take(journal, code)
            entries = _entries(journal, code, verdict)
            for subject in dict.fromkeys(entry.subject for entry in entries if entry.subject != code):
                _take(journal, subject)
                entries = _entries(journal, code, verdict)  # by what others wrote of it until now
            for entry in entries:
                journal.append(entry, sync=False)
            journal.flush()
        except JournalError as error:
            fail(str(error), ENVIRONMENT)
    click.echo(f"{code}: recorded. The next run goes on from there.")


def _take(journal: Journal, subject: str) -> None:
    from ixbridge.shell.store import claims_of

    if claims_of(journal).take(subject) is None:
        fail(
            f"a bridge is at {subject} just now; nothing was recorded, try again when it is done", ENVIRONMENT
        )


def _entries(journal: Journal, code: str, verdict: Verdict) -> tuple[Entry, ...]:
    """What the verdict means for the journal as it is now; where it makes no sense, that is said."""
    from ixbridge.core.life import Life, Standing
    from ixbridge.core.records import customer_subject
    from ixbridge.core.resolve import resolution

    lives, standings = folded(list(journal.records()))
    life = lives.get(code, Life(code))
    if code not in lives:
        fail(f"the journal knows no instalment {code!r}; `ixkit bridge status` lists them", USAGE)
    standing = standings.get(customer_subject(life.customer_id or 0), Standing())
    entries = resolution(verdict, life, lives=lives, standing=standing)
    if isinstance(entries, str):
        fail(entries, USAGE)
    return entries


bridge.add_command(watch)
bridge.add_command(audit)
bridge.add_command(rebuild)


def _tell_strangers(records: list[Record], lives: Mapping[str, Life]) -> None:
    from ixbridge.shell.inbox import Inbox

    inbox = Inbox()
    inbox.catch_up(records)
    strangers = inbox.unmatched(lives)
    if strangers:
        click.echo(
            f"{strangers} notifications agree with nothing that was sent; they are kept, and not acted on."
        )


def _verdict(number: str | None, not_created: bool, retry: bool, credit: str | None) -> Verdict:
    from ixbridge.core.resolve import Adopt, NotCreated, Replace, Retry

    given: list[Verdict] = []
    if number is not None:
        given.append(Adopt(number))
    if not_created:
        given.append(NotCreated())
    if retry:
        given.append(Retry())
    if credit is not None:
        given.append(Replace(credit))
    if len(given) != 1:
        raise click.UsageError("say exactly one of --adopt NUMBER, --not-created, --retry, --replace CREDIT")
    return given[0]
