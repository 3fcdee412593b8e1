"""`ixkit clock`: what time it is in a world, and how it passes."""

from __future__ import annotations

from typing import Any

import click

from ixmocks.commandline.group import Group
from ixmocks.commandline.server import Server, asks_world
from ixmocks.commandline.show import as_json
from ixmocks.commandline.stopping import INCONCLUSIVE


@click.group(cls=Group)
def clock() -> None:
    """Move time in a world. It stands still until it is moved; what becomes due on the way, happens.

    \b
    ixkit clock show
    ixkit clock advance 90d
    ixkit clock set 2026-02-01T09:00:00+01:00
    ixkit clock run
    """


@clock.command()
@asks_world
def show(server: Server, output: str) -> None:
    """What time it is there.

    \b
    ixkit clock show --world t1
    """
    _told(server.get(server.here("/clock")), output)


@clock.command("set")
@click.argument("time")
@asks_world
def set_(server: Server, output: str, time: str) -> None:
    """Set the clock. Forward is time passing; back is a jump, and undoes nothing.

    \b
    ixkit clock set 2026-02-01T09:00:00+01:00
    """
    _told(server.send("PUT", server.here("/clock"), {"set": time}), output)


@clock.command()
@click.argument("span", required=False)
@click.option(
    "--until-idle",
    is_flag=True,
    help="Until nothing is planned any more; SPAN is then the longest way (366d).",
)
@asks_world
def advance(server: Server, output: str, span: str | None, until_idle: bool) -> None:
    """Let time pass: seconds, or a span such as 90d, 1d12h, PT1H.

    \b
    ixkit clock advance 90d
    ixkit clock advance 30
    ixkit clock advance --until-idle
    """
    if span is None and not until_idle:
        raise click.UsageError("how far? give a span such as 90d, or --until-idle")
    wanted: dict[str, Any] = {"until_idle": True} if until_idle else {}
    if span is not None:
        wanted["by"] = int(span) if span.isascii() and span.isdecimal() and len(span) < 12 else span
    answer = server.send("POST", server.here("/clock/advance"), wanted)
    _told(answer, output)
    if not answer.get("idle", True):
        raise SystemExit(INCONCLUSIVE)


@clock.command()
@asks_world
def run(server: Server, output: str) -> None:
    """Let the clock run on, as fast as real time.

    \b
    ixkit clock run
    """
    _told(server.send("PUT", server.here("/clock"), {"mode": "running"}), output)


@clock.command()
@asks_world
def freeze(server: Server, output: str) -> None:
    """Let the clock stand still.

    \b
    ixkit clock freeze
    """
    _told(server.send("PUT", server.here("/clock"), {"mode": "frozen"}), output)


def _told(answer: dict[str, Any], output: str) -> None:
    if output == "json":
        return as_json(answer)
    click.echo(f"{answer['now']}  {answer['mode']}")
    for line in answer.get("due", ()):
        click.echo(f"  {line}")
    for line in answer.get("left", ()):
        click.echo(f"  still to come: {line}")
    return None
