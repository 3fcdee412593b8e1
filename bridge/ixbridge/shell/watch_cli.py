"""How is the bridge left running? ``ixkit bridge watch``: options, parts, signals, and the endpoint's life."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO
from urllib.parse import urlsplit

import click

from ixbridge.shell.endings import ENVIRONMENT, USAGE, fail
from ixbridge.shell.journal_cli import journal_open
from ixbridge.shell.options import config_option, own_journal_option, pace_options
from ixbridge.shell.wiring import credentials_from, exchange_for, policy_from

if TYPE_CHECKING:
    from ixbridge.core.policy import Policy
    from ixbridge.shell.clock import Clock
    from ixbridge.shell.exchange import Exchange
    from ixbridge.shell.journal import Journal
    from ixbridge.shell.report import Report
    from ixbridge.shell.start import Credentials
    from ixbridge.shell.watch import RealBell, Watcher
    from ixbridge.shell.watch_endpoint import Desk, Endpoint

LISTEN = "127.0.0.1:4720"
HOST = re.compile(
    r"[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_-]+)*\.?|[0-9a-fA-F:]*:[0-9a-fA-F:.]*"
)
"""What a client may say in its Host header: a name, or an IPv4 or IPv6 address."""


@click.command()
@config_option
@own_journal_option
@click.option(
    "--mode", type=click.Choice(["direct", "draft"]), help="For all instalments, whatever the file says."
)
@click.option(
    "--interval",
    type=click.IntRange(1, 86_400),
    default=60,
    show_default=True,
    help="Seconds between two polls.",
)
@click.option(
    "--listen",
    default=LISTEN,
    show_default=True,
    metavar="HOST:PORT",
    help="For notifications, /healthz, /readyz and /metrics; port 0: any. Other than loopback needs --public-url.",
)
@click.option(
    "--public-url",
    metavar="URL",
    help="How the target reaches this endpoint: https://… of the proxy before it.",
)
@click.option(
    "--allow-host",
    "allowed",
    multiple=True,
    metavar="NAME",
    help="Answer requests for this Host name as well.",
)
@pace_options
@click.option(
    "--ready-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write JSON here once the endpoint answers: its address and our process id.",
)
@click.option("--log-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
def watch(
    config_file: Path,
    journal_file: str,
    mode: str | None,
    interval: int,
    listen: str,
    public_url: str | None,
    allowed: tuple[str, ...],
    per_second: int,
    per_minute: int,
    ready_file: Path | None,
    log_format: str,
) -> None:
    """Keep running: poll, hear the target's notifications, and stop when told (SIGTERM, Ctrl-C).

    Addresses and credentials come from the environment, as for `ixkit bridge run`. What is posted to the
    endpoint is kept in the journal and acted on only where it agrees with what the bridge has sent.
    """
    from ixbridge.shell.clock import RealClock
    from ixbridge.shell.watch import Locked, RealBell

    address = _address(listen, public_url)
    policy = policy_from(config_file, mode, None)
    credentials, urls = credentials_from(os.environ, policy)
    clock, bell = RealClock(), RealBell()
    with journal_open(journal_file) as opened:
        journal = Locked(opened)
        pace = per_second, per_minute
        exchange = exchange_for(urls, credentials, policy, journal, pace=pace, clock=clock)
        parts = Parts(policy, credentials, journal, exchange, clock, bell, log_format == "json")
        endpoint, watcher = assembled(parts, address, public_url, allowed, interval)

        def stop() -> None:
            bell.stop()
            clock.wake.set()  # nobody waits for the end of a pause

        with _signals(stop):
            endpoint.open()
            try:
                _ready(ready_file, endpoint.url)
                watcher.log.info("watching", target=policy.target.name, endpoint=endpoint.url)
                code = watcher.run()
            finally:
                endpoint.close()
        watcher.log.info("stopped", exit_code=code)
    if code:
        raise click.exceptions.Exit(code)


@dataclass(frozen=True, slots=True)
class Parts:
    policy: Policy
    credentials: Credentials
    journal: Journal
    exchange: Exchange
    clock: Clock
    bell: RealBell
    as_json: bool = False
    out: TextIO | None = None


def assembled(
    parts: Parts, address: tuple[str, int], public_url: str | None, allowed: Iterable[str], interval: int
) -> tuple[Endpoint, Watcher]:
    """The endpoint, bound and not yet answering, and the loop behind it."""
    from ixbridge.shell.health import Health
    from ixbridge.shell.inbox import Letterbox
    from ixbridge.shell.log import Log, secrets_in
    from ixbridge.shell.metrics import Metrics
    from ixbridge.shell.runner import Runner
    from ixbridge.shell.systems import CONNECTIONS
    from ixbridge.shell.watch import Callback, Watcher
    from ixbridge.shell.watch_endpoint import Desk, secret_path

    bell, read = parts.bell, CONNECTIONS[parts.policy.target.name].notices
    path = secret_path(parts.credentials.target) if read else ""
    secrets = secrets_in(
        {**parts.credentials.target, "client_secret": parts.credentials.ixpole_client_secret}
    )
    log = Log(parts.out or sys.stderr, parts.clock, as_json=parts.as_json, secrets=(*secrets, path))
    metrics, letterbox = Metrics(), Letterbox(parts.journal)
    health = Health(needs_callback=read is not None)
    hosts = _hosts(address[0], public_url, allowed)
    endpoint = _bound(address, Desk(health, metrics, log, hosts, path, read, letterbox, bell.ring))
    base = (public_url or endpoint.url).rstrip("/")
    callback = Callback(base + path, letterbox, parts.exchange) if read else None

    def poll() -> Report:
        return Runner(parts.exchange, parts.journal, parts.policy, stop=lambda: bell.stopped).run()

    return endpoint, Watcher(poll, parts.journal, bell, parts.clock, log, metrics, health, interval, callback)


def _address(listen: str, public_url: str | None) -> tuple[str, int]:
    from ixbridge.shell.config import url_problem
    from ixbridge.shell.watch_endpoint import LOOPBACK

    host, colon, port = listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not (port.isascii() and port.isdigit() and int(port) < 65_536):
        fail(f"--listen {listen!r}: expected HOST:PORT, such as {LISTEN}", USAGE)
    problem = url_problem(public_url) if public_url else None
    if problem:
        fail(f"--public-url: {problem}", USAGE)
    if host.lower() not in LOOPBACK and not public_url:
        why = "anybody who reaches this machine could post to it"
        fail(
            f"--listen {host} is not loopback: {why}. Say with --public-url how it is meant to be reached.",
            USAGE,
        )
    return host, int(port)


def _hosts(host: str, public_url: str | None, allowed: Iterable[str]) -> frozenset[str]:
    from ixbridge.shell.watch_endpoint import LOOPBACK

    allowed = tuple(allowed)
    for each in allowed:
        if not HOST.fullmatch(each):
            what = "no host name; expected one such as bridge.example, without scheme, port and path"
            fail(f"--allow-host {each!r}: {what}", USAGE)
    name = urlsplit(public_url).hostname if public_url else None
    named = {host.lower(), *(each.lower() for each in allowed)}
    return LOOPBACK | named | ({name} if name else set())


def _bound(address: tuple[str, int], desk: Desk) -> Endpoint:
    from ixbridge.shell.watch_endpoint import Endpoint

    try:
        return Endpoint(*address, desk)
    except OSError as error:
        what = f"--listen {address[0]}:{address[1]}: {error.strerror or error}"
        fail(f"{what}; choose another port, or 0 for any", ENVIRONMENT)


def _ready(path: Path | None, url: str) -> None:
    if path is None:
        return
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        draft.write_text(json.dumps({"url": url, "pid": os.getpid()}) + "\n")
        draft.replace(path)
    except OSError as error:
        fail(f"--ready-file {path}: {error.strerror}", ENVIRONMENT)


@contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    """The first signal asks for a graceful end; a second one finds the usual handlers again."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in numbers}

    def restored() -> None:
        for number in numbers:
            signal.signal(number, before[number])

    def asked(number: int, frame: object) -> None:
        restored()
        stop()

    for number in numbers:
        signal.signal(number, asked)
    try:
        yield
    finally:
        restored()
