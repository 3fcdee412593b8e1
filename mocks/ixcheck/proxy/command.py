"""`ixkit proxy`: is a real sandbox as the contract says?"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import ssl
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from ixcheck.finding import Level, worst
from ixmocks.commandline.group import Named
from ixmocks.commandline.stopping import ENVIRONMENT, FAILED, stop

if TYPE_CHECKING:
    from ixcheck.proxy.app import Proxy


@click.command()
@click.argument("system")
@click.argument("upstream")
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=4720, show_default=True, help="0: any free one."
)
@click.option("--enforce", is_flag=True, help="Let nothing pass that the contract forbids, either way.")
@click.option(
    "--har",
    "har_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Record here, without credentials.",
)
@click.option(
    "--ca",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Trust this certificate as well.",
)
@click.option(
    "--timeout", "timeout_s", type=click.FloatRange(0.1, 600), default=30, show_default=True, help="Seconds."
)
@click.option(
    "--fail-on",
    type=Named(["error", "warning", "never"]),
    default="error",
    show_default=True,
    help="Exit code 1 from here on.",
)
def proxy(
    system: str, upstream: str, port: int, enforce: bool, har_file: Path | None, ca: Path | None, timeout_s: float,
    fail_on: str,
) -> None:  # fmt: skip
    """Stand between a connector and a real system, and hold both against the contract. Until Ctrl-C.

    Point the connector at the printed address. Observing (as long as nothing else is said) changes nothing that passes.
    At the end comes a report: where upstream and contract disagree, and which of our inferred details that contradicts.

    \b
    ixkit proxy silvasoft https://rest-api.silvasoft.nl --har run.har
    ixkit proxy riverty https://api-uat.accounting.riverty.io --enforce --port 0
    """
    from ixcheck.proxy.app import Proxy
    from ixcheck.proxy.recording import Recording
    from ixcheck.traffic.judging import Judge
    from ixmocks.engine.server import PortBusy
    from ixmocks.systems import SYSTEMS

    names = [each.name for each in SYSTEMS]
    if system not in names:
        stop(f"there is no system {system!r}; there are: {', '.join(names)}.")
    context = _trusting(ca)
    _reachable(upstream, context, timeout_s)
    judge = Judge.of(system)
    schemes = judge.kit.ports[system].document.security_schemes.values()
    hidden = [str(scheme.get("name", "authorization")) for scheme in schemes]
    try:
        recording = Recording(har_file, hidden) if har_file is not None else None
    except OSError as error:
        stop(f"{har_file}: cannot be written ({error.strerror}).", ENVIRONMENT)
    passing = Proxy(
        upstream, judge, enforce, recording, lambda line: click.echo(line, err=True), timeout_s, context
    )
    try:
        with recording or contextlib.nullcontext():
            asyncio.run(_serve(passing, port))
    except PortBusy as error:
        stop(str(error), ENVIRONMENT)
    _report(passing, har_file, fail_on)


async def _serve(passing: Proxy, port: int) -> None:
    from ixmocks.engine.server import bind, serve

    bound = {"proxy": bind("proxy", "127.0.0.1", port, option="--port")}
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(each, stopped.set)

    def ready() -> None:
        how = "nothing wrong passes" if passing.enforce else "only observing"
        click.echo(f"{bound['proxy'].url} -> {passing.upstream} ({how}); Ctrl-C ends it")

    await serve(bound, {"proxy": passing}, ready=ready, stop=stopped)


def _report(passing: Proxy, har_file: Path | None, fail_on: str) -> None:
    click.echo(
        f"\n{passing.seen} exchanges, {passing.judge.judged} judged, {passing.failed} without an answer"
    )
    click.echo(passing.drift.report())
    if har_file is not None:
        click.echo(f"recorded in {har_file}; credentials are taken out, data of customers are not")
    level = worst(passing.drift.findings())
    least = {"error": Level.ERROR, "warning": Level.WARNING, "never": None}[fail_on]
    if passing.failed and passing.failed == passing.seen:
        raise click.exceptions.Exit(ENVIRONMENT)
    if least is not None and level is not None and level >= least:
        raise click.exceptions.Exit(FAILED)


def _trusting(ca: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca is not None:
        try:
            context.load_verify_locations(ca)
        except (ssl.SSLError, OSError) as error:
            stop(f"{ca}: no certificate that we read ({error}).")
    return context


def _reachable(upstream: str, context: ssl.SSLContext, timeout_s: float) -> None:
    """Connects once, without asking anything: a wrong address or certificate is said now, not at the first request."""
    parts = urlsplit(upstream)
    if parts.username is not None or parts.password is not None:
        stop("UPSTREAM holds a user name or password; leave them out, the connector sends its own.")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        stop(f"UPSTREAM {upstream!r}: expected an address such as https://sandbox.example")
    if parts.query or parts.fragment:
        stop(
            f"UPSTREAM {upstream!r}: what stands behind ? or # has no place in it; each request brings its own."
        )
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        with socket.create_connection((parts.hostname, port), timeout=min(timeout_s, 10)) as plain:
            if parts.scheme == "https":
                context.wrap_socket(plain, server_hostname=parts.hostname).close()
    except ssl.SSLCertVerificationError as error:
        stop(
            f"{upstream}: its certificate is not trusted ({error.verify_message}). "
            "If it is right, give it with --ca FILE.",
            ENVIRONMENT,
        )
    except ssl.SSLError as error:
        stop(f"{upstream}: TLS fails ({error.reason or error}). Is it https at all?", ENVIRONMENT)
    except TimeoutError:
        stop(f"{upstream}: nobody answered within {min(timeout_s, 10):g} s.", ENVIRONMENT)
    except (OSError, ValueError) as error:
        stop(f"{upstream}: cannot be reached ({getattr(error, 'strerror', None) or error}).", ENVIRONMENT)
