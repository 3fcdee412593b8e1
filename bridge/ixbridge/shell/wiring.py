"""How do a command's words become what it works with? Policy, credentials, clock, and both systems, ready to ask."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ixbridge.shell.endings import USAGE, fail

if TYPE_CHECKING:
    from ixbridge.core.policy import Policy
    from ixbridge.shell.clock import Clock
    from ixbridge.shell.exchange import Exchange
    from ixbridge.shell.journal import Journal
    from ixbridge.shell.start import Credentials
    from ixbridge.shell.transport import Transport

SOURCE_URL = "IXKIT_IXPOLE_URL"
SOURCE_SECRETS = ("IXKIT_IXPOLE_CLIENT_ID", "IXKIT_IXPOLE_CLIENT_SECRET")


def policy_from(config_file: Path, mode: str | None, draft_as: str | None) -> Policy:
    from ixbridge.core.mapping import DraftAs
    from ixbridge.core.model import Mode
    from ixbridge.core.policy import policy_of
    from ixbridge.shell.config import ConfigError, read_settings
    from ixbridge.shell.systems import CONNECTIONS

    if not config_file.exists():
        hint = "`ixkit bridge example > bridge.yaml` writes one to begin with"
        fail(f"{config_file}: there is no such configuration file; {hint}", USAGE)
    try:
        settings = read_settings(config_file)
    except ConfigError as error:
        fail(str(error), USAGE)
    policy = policy_of(
        settings,
        target=CONNECTIONS[settings.target.name].target,
        mode=Mode(mode) if mode else None,
        draft_as=DraftAs(draft_as) if draft_as else None,
    )
    if draft_as and len(policy.target.drafts) < 2:
        fail(f"--draft-as is for Silvasoft; {policy.target.title} has one kind of draft", USAGE)
    return policy


def credentials_from(environment: Mapping[str, str], policy: Policy) -> tuple[Credentials, tuple[str, str]]:
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
        fail(f"not set in the environment: {', '.join(missing)}", USAGE)
    for name, url in zip(names, urls, strict=True):
        problem = url_problem(url)
        if problem:
            fail(f"{name}: {problem}", USAGE)
    for name, value in values.items():
        # A line break in a header would be a second header.
        if not value.isascii() or not value.isprintable() or value != value.strip():
            fail(f"{name}: expected visible ASCII characters without blanks around them", USAGE)
    client_id, secret = (values[name] for name in SOURCE_SECRETS)
    return Credentials(client_id, secret, {field: values[name] for field, name in own.items()}), urls


def clock_from(started_at: str | None) -> Clock:
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
        fail(
            f"--clock {started_at!r}: expected a time with its zone, such as 2026-04-15T09:00:00+02:00", USAGE
        )


def exchange_for(
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
