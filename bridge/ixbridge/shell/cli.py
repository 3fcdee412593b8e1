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

from ixbridge.shell.options import config_option, format_option, journal_option, pace_options
from ixbridge.shell.repair import audit, rebuild
from ixbridge.shell.watch_cli import watch

if TYPE_CHECKING:
    from ixbridge.core.life import Life, Standing
    from ixbridge.core.policy import Policy
    from ixbridge.core.records import Record
    from ixbridge.core.resolve import Verdict
    from ixbridge.shell.clock import Clock
    from ixbridge.shell.exchange import Exchange
    from ixbridge.shell.journal import Journal
    from ixbridge.shell.report import Report
    from ixbridge.shell.runner import Watch
    from ixbridge.shell.start import Credentials
    from ixbridge.shell.transport import Transport

ROUNDS_MAX = 20
BUSY_WAIT_S, BUSY_WAITS_MAX = 0.5, 600
USAGE, ENVIRONMENT = 2, 4
SOURCE_URL = "IXKIT_IXPOLE_URL"
SOURCE_SECRETS = ("IXKIT_IXPOLE_CLIENT_ID", "IXKIT_IXPOLE_CLIENT_SECRET")
TARGETS = ("silvasoft", "telecomx", "crmcom", "riverty")

_journal, _format = journal_option, format_option


@click.group()
def bridge() -> None:
    """The reference bridge: iXpole's instalments become invoices, and iXpole hears of them."""


@bridge.command()
@config_option
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
@pace_options
@click.option(
    "--clock",
    "started_at",
    metavar="TIME",
    help="What time it is for mocks whose clock stands still: 2026-04-15T09:00:00+02:00. Default: the machine's.",
)
@_format
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
    policy = _policy(config_file, mode, draft_as)
    rounds = ROUNDS_MAX if until_idle else 1
    clock = _clock(started_at)
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
@_journal
@_format
def status(journal_file: str, shape: str) -> None:
    """Where every instalment stands, by the journal. Asks nobody."""
    from ixbridge.shell.report import Report, item_of
    from ixbridge.shell.show import show
    from ixbridge.shell.store import shown

    records = _read(journal_file)
    lives, _ = _folded(records)
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
@_journal
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
    from ixbridge.core.life import Life, Standing
    from ixbridge.core.records import customer_subject
    from ixbridge.core.resolve import resolution
    from ixbridge.shell.journal import JournalError
    from ixbridge.shell.store import claims_of

    verdict = _verdict(number, not_created, retry, credit)
    _read(journal_file)  # a journal that is not there must not be made by this
    with _journal_open(journal_file) as journal:
        if claims_of(journal).take(code) is None:
            _fail(f"a bridge is at {code} just now; try again when it is done", ENVIRONMENT)
        lives, standings = _folded(list(journal.records()))
        life = lives.get(code, Life(code))
        if code not in lives:
            _fail(f"the journal knows no instalment {code!r}; `ixkit bridge status` lists them", USAGE)
        standing = standings.get(customer_subject(life.customer_id or 0), Standing())
        entries = resolution(verdict, life, lives=lives, standing=standing)
        if isinstance(entries, str):
            _fail(entries, USAGE)
        try:
            for entry in entries:
                claims_of(journal).take(entry.subject)
                journal.append(entry, sync=False)
            journal.flush()
        except JournalError as error:
            _fail(str(error), ENVIRONMENT)
    click.echo(f"{code}: recorded. The next run goes on from there.")


bridge.add_command(watch)
bridge.add_command(audit)
bridge.add_command(rebuild)


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

    credentials, urls = _environment(os.environ, policy)
    with _journal_open(journal_file) as journal, progress(wanted=shape == "text") as watch:
        _warn_if_deaf(policy, journal)
        exchange = _exchange(urls, credentials, policy, journal, pace=pace, clock=clock)
        report = _rounds(exchange, journal, policy, limit, watch, rounds=rounds, audit=audit)
    if shape == "json":
        click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    else:
        show(report, title=title)
    if report.exit_code:
        raise click.exceptions.Exit(report.exit_code)


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
    journal: Journal | None,
    *,
    pace: tuple[int, int],
    clock: Clock | None = None,
) -> Exchange:
    """``journal``: where it is shared, the pace is kept by all who share it."""
    from ixbridge.core.steps import Side
    from ixbridge.shell.clock import RealChance, RealClock
    from ixbridge.shell.start import exchange_on
    from ixbridge.shell.store import paced
    from ixbridge.shell.transport import Fenced, HttpTransport

    clock = clock or RealClock()
    # The fence is asked last, behind any waiting: whoever was replaced meanwhile writes nothing.
    source, fenced = (
        Fenced(HttpTransport(url), journal.confirm) if journal is not None else HttpTransport(url)
        for url in urls
    )
    target, hold = paced(fenced, clock, journal, pace=pace, system=policy.target.name)
    transports: dict[Side, Transport] = {Side.SOURCE: source, Side.TARGET: target}
    return exchange_on(transports, credentials, clock, RealChance(), policy, hold=hold)


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
            _fail(str(error), ENVIRONMENT)
        except Broken as error:
            _fail(f"{error}. {REBUILD}.", ENVIRONMENT)
        report = latest if report is None else _joined(report, latest)
        if latest.halted is None and latest.busy and waits:
            waits -= 1
            exchange.sleep(BUSY_WAIT_S)
            continue
        rounds -= 1
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
def _journal_open(where: str | Path) -> Iterator[Journal]:
    from ixbridge.shell.clock import RealClock
    from ixbridge.shell.journal import JournalError
    from ixbridge.shell.store import opened

    try:
        journal = opened(str(where), RealClock())
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


def _read(where: str | Path) -> list[Record]:
    from ixbridge.shell.journal import JournalError
    from ixbridge.shell.store import read, warning

    try:
        records = read(str(where))
    except JournalError as error:
        _fail(str(error), ENVIRONMENT)
    problem = warning(str(where), records)
    if problem:
        click.echo(f"ixkit bridge: beware: {problem}", err=True)
    return records


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
            elif not is_notice(each.subject) and not each.subject.startswith("limit "):
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
