"""How is the bridge run by hand? ``ixkit bridge run``, ``status`` and ``resolve``.

Credentials come from the environment only. Exit codes: 0 done (parked instalments included), 1 a
check found something wrong in the books, 2 usage or configuration, 4 a system or the journal is
out of reach.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from ixbridge.shell.watch_cli import watch

if TYPE_CHECKING:
    from ixbridge.core.life import Life, Standing
    from ixbridge.core.policy import Policy
    from ixbridge.core.records import Record
    from ixbridge.core.resolve import Verdict
    from ixbridge.shell.clock import Clock
    from ixbridge.shell.exchange import Exchange
    from ixbridge.shell.journal import Journal, SqliteJournal
    from ixbridge.shell.report import Report
    from ixbridge.shell.runner import Watch
    from ixbridge.shell.start import Credentials
    from ixbridge.shell.transport import Transport

ROUNDS_MAX = 20
USAGE, ENVIRONMENT = 2, 4
DEFAULT_CONFIG = "bridge.yaml"
DEFAULT_JOURNAL = "bridge-journal.sqlite"
SOURCE_URL = "IXKIT_IXPOLE_URL"
SOURCE_SECRETS = ("IXKIT_IXPOLE_CLIENT_ID", "IXKIT_IXPOLE_CLIENT_SECRET")
TARGETS = ("silvasoft", "telecomx", "crmcom", "riverty")

_journal = click.option(
    "--journal",
    "journal_file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=DEFAULT_JOURNAL,
    show_default=True,
    help="Where everything is written before it is done.",
)
_format = click.option(
    "--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True
)


@click.group()
def bridge() -> None:
    """The reference bridge: iXpole's instalments become invoices, and iXpole hears of them."""


@bridge.command()
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=DEFAULT_CONFIG,
    show_default=True,
    help="How VAT codes, accounts, customers and products are mapped.",
)
@_journal
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
@click.option(
    "--per-second", type=click.IntRange(min=0), default=2, show_default=True, help="Requests; 0: no limit."
)
@click.option(
    "--per-minute", type=click.IntRange(min=0), default=50, show_default=True, help="Requests; 0: no limit."
)
@click.option(
    "--clock",
    "started_at",
    metavar="TIME",
    help="What time it is for mocks whose clock stands still: 2026-04-15T09:00:00+02:00. Default: the machine's.",
)
@_format
def run(
    config_file: Path,
    journal_file: Path,
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
    from ixbridge.shell.show import progress, show

    policy = _policy(config_file, mode, draft_as)
    credentials, urls = _environment(os.environ, policy)
    clock = _clock(started_at)
    with _journal_open(journal_file) as journal, progress(wanted=shape == "text") as watch:
        _warn_if_deaf(policy, journal)
        exchange = _exchange(urls, credentials, policy, journal, pace=(per_second, per_minute), clock=clock)
        report = _rounds(exchange, journal, policy, limit, watch, rounds=ROUNDS_MAX if until_idle else 1)
    if shape == "json":
        click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    else:
        show(report, title="This run")
    if report.exit_code:
        raise click.exceptions.Exit(report.exit_code)


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
@_journal
@_format
def status(journal_file: Path, shape: str) -> None:
    """Where every instalment stands, by the journal. Asks nobody."""
    from ixbridge.shell.report import Report, item_of
    from ixbridge.shell.show import show

    records = _read(journal_file)
    lives, _ = _folded(records)
    report = Report(tuple(item_of(life) for life in lives.values()))
    if shape == "json":
        click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    elif report.items:
        show(report, title=f"Journal {journal_file}")
    else:
        click.echo("The journal knows no instalment yet.")
    if shape == "text":
        _tell_strangers(records, lives)


@bridge.command()
@click.argument("code")
@_journal
@click.option("--adopt", "number", metavar="NUMBER", help="The document with this number is the one.")
@click.option("--not-created", is_flag=True, help="There is no document (or customer): make it.")
@click.option("--retry", is_flag=True, help="The reason is gone: judge it again in the next run.")
def resolve(code: str, journal_file: Path, number: str | None, not_created: bool, retry: bool) -> None:
    """Say what became of a parked instalment. The next run goes on from there."""
    from ixbridge.core.life import Life, Standing
    from ixbridge.core.records import customer_subject
    from ixbridge.core.resolve import resolution

    verdict = _verdict(number, not_created, retry)
    _read(journal_file)  # a journal that is not there must not be made by this
    with _journal_open(journal_file) as journal:
        lives, standings = _folded(list(journal.records()))
        life = lives.get(code, Life(code))
        if code not in lives:
            _fail(f"the journal knows no instalment {code!r}; `ixkit bridge status` lists them", USAGE)
        standing = standings.get(customer_subject(life.customer_id or 0), Standing())
        entries = resolution(verdict, life, lives=lives, standing=standing)
        if isinstance(entries, str):
            _fail(entries, USAGE)
        for entry in entries:
            journal.append(entry, sync=False)
        journal.flush()
    click.echo(f"{code}: recorded. The next run goes on from there.")


bridge.add_command(watch)


# --- helpers ----------------------------------------------------------------------------------


def _fail(message: str, code: int) -> NoReturn:
    click.echo(f"ixkit bridge: {message}", err=True)
    raise click.exceptions.Exit(code)


def _policy(config_file: Path, mode: str | None, draft_as: str | None) -> Policy:
    from ixbridge.core.mapping import DraftAs
    from ixbridge.core.model import Mode
    from ixbridge.core.policy import policy_of
    from ixbridge.shell.config import ConfigError, read_settings
    from ixbridge.shell.systems import CONNECTIONS

    if not config_file.exists():
        hint = "`ixkit bridge example > bridge.yaml` writes one to begin with"
        _fail(f"{config_file}: there is no such configuration file; {hint}", USAGE)
    try:
        settings = read_settings(config_file)
    except ConfigError as error:
        _fail(str(error), USAGE)
    policy = policy_of(
        settings,
        target=CONNECTIONS[settings.target.name].target,
        mode=Mode(mode) if mode else None,
        draft_as=DraftAs(draft_as) if draft_as else None,
    )
    if draft_as and len(policy.target.drafts) < 2:
        _fail(f"--draft-as is for Silvasoft; {policy.target.title} has one kind of draft", USAGE)
    return policy


def _environment(environment: Mapping[str, str], policy: Policy) -> tuple[Credentials, tuple[str, str]]:
    from ixbridge.shell.config import url_problem
    from ixbridge.shell.start import Credentials

    settings, target = policy.settings, policy.target
    names = (SOURCE_URL, target.url_env)
    urls = (
        settings.source.url or environment.get(names[0], ""),
        settings.target.url or environment.get(names[1], ""),
    )
    own = {field: target.env(field) for field in target.credentials}
    values = {name: environment.get(name, "") for name in (*SOURCE_SECRETS, *own.values())}
    missing = [name for name, url in zip(names, urls, strict=True) if not url]
    missing += [name for name, value in values.items() if not value]
    if missing:
        _fail(f"not set in the environment: {', '.join(missing)}", USAGE)
    for name, url in zip(names, urls, strict=True):
        problem = url_problem(url)
        if problem:
            _fail(f"{name}: {problem}", USAGE)
    for name, value in values.items():
        # A line break in a header would be a second header.
        if not value.isascii() or not value.isprintable() or value != value.strip():
            _fail(f"{name}: expected visible ASCII characters without blanks around them", USAGE)
    client_id, secret = (values[name] for name in SOURCE_SECRETS)
    return Credentials(client_id, secret, {field: values[name] for field, name in own.items()}), urls


def _clock(started_at: str | None) -> Clock:
    from datetime import datetime

    from ixbridge.shell.clock import RealClock, ShiftedClock

    if started_at is None:
        return RealClock()
    try:
        at = datetime.fromisoformat(started_at)
        if at.tzinfo is None:
            raise ValueError
        return ShiftedClock(at)
    except (ValueError, OverflowError):
        _fail(
            f"--clock {started_at!r}: expected a time with its zone, such as 2026-04-15T09:00:00+02:00", USAGE
        )


def _exchange(
    urls: tuple[str, str],
    credentials: Credentials,
    policy: Policy,
    journal: Journal,
    *,
    pace: tuple[int, int],
    clock: Clock | None = None,
) -> Exchange:
    from ixbridge.core.steps import Side
    from ixbridge.shell.clock import RealChance, RealClock
    from ixbridge.shell.start import Parts, exchange_of
    from ixbridge.shell.transport import HttpTransport, Paced

    clock = clock or RealClock()
    target = Paced(HttpTransport(urls[1]), clock, per_second=pace[0], per_minute=pace[1])
    transports: dict[Side, Transport] = {Side.SOURCE: HttpTransport(urls[0]), Side.TARGET: target}
    return exchange_of(Parts(transports, credentials, clock, RealChance(), journal, policy))


def _rounds(
    exchange: Exchange, journal: Journal, policy: Policy, limit: int | None, watch: Watch, *, rounds: int
) -> Report:
    """One poll, or as many as change something; the report is of all of them together."""
    from ixbridge.shell.journal import JournalError
    from ixbridge.shell.runner import Runner

    report: Report | None = None
    for _ in range(rounds):
        try:
            latest = Runner(exchange, journal, policy, limit=limit, watch=watch).run()
        except JournalError as error:
            _fail(str(error), ENVIRONMENT)
        report = latest if report is None else _joined(report, latest)
        if latest.halted is not None or not latest.changed:
            break
    assert report is not None
    return report


def _joined(earlier: Report, later: Report) -> Report:
    items = {item.code: item for item in earlier.items}
    for item in later.items:
        before = items.get(item.code)
        changed = item.changed or (before is not None and before.changed)
        items[item.code] = replace(item, changed=changed)
    return replace(later, items=tuple(items.values()), records=earlier.records + later.records)


@contextmanager
def _journal_open(path: Path) -> Iterator[SqliteJournal]:
    from ixbridge.shell.clock import RealClock
    from ixbridge.shell.journal import JournalError, SqliteJournal

    try:
        journal = SqliteJournal(path, RealClock())
    except JournalError as error:
        _fail(str(error), ENVIRONMENT)
    try:
        yield journal
    except BaseException:
        with suppress(JournalError):  # what went wrong first is what counts
            journal.close()
        raise
    try:
        journal.close()
    except JournalError as error:
        _fail(str(error), ENVIRONMENT)


def _read(path: Path) -> list[Record]:
    from ixbridge.shell.journal import JournalError, read_journal

    try:
        return read_journal(path)
    except JournalError as error:
        _fail(str(error), ENVIRONMENT)


def _folded(records: list[Record]) -> tuple[dict[str, Life], dict[str, Standing]]:
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
            else:
                if is_notice(each.subject):
                    continue
                before = standings.get(each.subject, Standing())
                standings[each.subject] = standing_after(before, each.kind, each.payload)
    except Broken as error:
        _fail(str(error), ENVIRONMENT)
    return lives, standings


def _tell_strangers(records: list[Record], lives: Mapping[str, Life]) -> None:
    from ixbridge.shell.inbox import Inbox

    inbox = Inbox()
    inbox.catch_up(records)
    strangers = inbox.unmatched(lives)
    if strangers:
        click.echo(
            f"{strangers} notifications agree with nothing that was sent; they are kept, and not acted on."
        )


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


def _verdict(number: str | None, not_created: bool, retry: bool) -> Verdict:
    from ixbridge.core.resolve import Adopt, NotCreated, Retry

    given: list[Verdict] = []
    if number is not None:
        given.append(Adopt(number))
    if not_created:
        given.append(NotCreated())
    if retry:
        given.append(Retry())
    if len(given) != 1:
        raise click.UsageError("say exactly one of --adopt NUMBER, --not-created, --retry")
    return given[0]
