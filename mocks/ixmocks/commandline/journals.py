"""`ixkit journal`: what happened in a world, live or looked up."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from ixmocks.commandline.events import show_event
from ixmocks.commandline.group import Group
from ixmocks.commandline.server import Server, asks_world, parsed
from ixmocks.commandline.show import as_json, event_line
from ixmocks.commandline.stopping import ENVIRONMENT, FAILED, stop


@click.group(cls=Group)
def journal() -> None:
    """What happened in a world, request by request.

    \b
    ixkit journal tail -f
    ixkit journal show e17
    ixkit journal export run.har
    ixkit journal wait --operation addsalestransaction --status 200 --timeout 10
    """


def _filters(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--violations", is_flag=True, help="Only events that broke a rule."),
        click.option("--operation", help="Only this operationId, act:<name> or control:<name>."),
        click.option("--system", help="Only this system; `control` for what was done from outside."),
    ):
        command = option(command)
    return command


@journal.command()
@_filters
@click.option("--status", type=click.IntRange(100, 599), help="Only answers with this status.")
@click.option(
    "--lines", "-n", type=click.IntRange(0, 10_000), default=20, show_default=True, help="How many."
)
@click.option("--follow", "-f", is_flag=True, help="Go on with what comes, until Ctrl-C.")
@asks_world
def tail(
    server: Server, output: str, system: str | None, operation: str | None, violations: bool, status: int | None,
    lines: int, follow: bool,
) -> None:  # fmt: skip
    """The newest events, one in a line.

    \b
    ixkit journal tail
    ixkit journal tail -f --violations
    ixkit journal tail --system silvasoft -n 5 --format json
    """
    given = {"system": system, "operation": operation, "violations": violations}
    events, after = _newest(server, {**given, "status": status}, lines)
    if output == "json" and not follow:
        return as_json({"events": events})
    for event in events:
        click.echo(json.dumps(event) if output == "json" else event_line(event))
    if not follow:
        return None
    for data in server.follow(server.here("/journal/stream"), **given, after=after, seconds=86_400):
        event = json.loads(data)
        if status in (None, event["status"]):
            click.echo(data if output == "json" else event_line(event))
    return None


def _newest(server: Server, given: dict[str, Any], lines: int) -> tuple[list[Any], str | None]:
    """The last so many events, and after which one to go on."""
    kept: list[Any] = []
    after: str | None = None
    while True:
        page = server.get(server.here("/journal"), **given, after=after, limit=1000)
        kept = [*kept, *page["events"]][-lines:] if lines else []
        after = page["next"]
        if not page["more"]:
            return kept, after


@journal.command()
@click.argument("event")
@click.option("--curl", is_flag=True, help="Only the command that sends the request again.")
@asks_world
def show(server: Server, output: str, event: str, curl: bool) -> None:
    """One event: request, answer, rules, and what it changed.

    \b
    ixkit journal show e17
    ixkit journal show e17 --curl
    """
    found = server.get(server.here(f"/journal/{quote(event, safe='')}"))
    if curl and output == "text":
        return click.echo(found["curl"])
    return as_json(found) if output == "json" else show_event(found, server.world, bodies=True)


@journal.command()
@_filters
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path), default="-")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=1000, show_default=True, help="At most so many."
)
@asks_world
def export(
    server: Server,
    output: str,
    file: Path,
    system: str | None,
    operation: str | None,
    violations: bool,
    limit: int,
) -> None:
    """The traffic as an HTTP Archive (HAR 1.2), secrets taken out; `-` is standard output.

    \b
    ixkit journal export run.har
    ixkit journal export --violations - | jq .
    """
    given = {"system": system, "operation": operation, "violations": violations, "limit": limit}
    raw = server.raw("GET", server.here("/journal.har"), query=given)
    parsed(raw)["log"]  # what another kind of server says is no archive
    if str(file) == "-":
        return click.echo(raw.decode())
    try:
        file.write_bytes(raw)
    except OSError as error:
        stop(f"{file}: cannot be written ({error.strerror}).", ENVIRONMENT)
    number = raw.count(b'"startedDateTime"')
    if output == "json":
        return as_json({"file": str(file), "bytes": len(raw)})
    return click.echo(f"{file}: {number} exchanges, {len(raw)} bytes")


@journal.command()
@_filters
@click.option("--status", type=click.IntRange(0, 599), help="Only answers with this status.")
@click.option("--rule", help="Only events that broke this rule.")
@click.option("--key", help="Only events whose path, query or body contains this text.")
@click.option("--after", metavar="EVENT", help="Only events after this one.")
@click.option("-n", "number", type=click.IntRange(1, 1000), default=1, show_default=True, help="How many.")
@click.option("--timeout", type=click.FloatRange(0, 60), default=10, show_default=True, help="Seconds.")
@asks_world
def wait(server: Server, output: str, number: int, timeout: float, violations: bool, **given: Any) -> None:
    """Wait until events have happened. Exit code 1 where they have not in time.

    \b
    ixkit journal wait --system silvasoft --operation addsalestransaction
    ixkit journal wait --rule SILV-01 --after e17 --timeout 30
    """
    asked: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if violations:
        asked["violations"] = True
    found = server.send("POST", server.here("/journal/wait"), {**asked, "n": number, "timeout": timeout})
    if output == "json":
        as_json(found)
    else:
        for event in found["events"]:
            click.echo(event_line(event))
    if not found["reached"]:
        if output == "text":
            click.echo(f"ixkit: {len(found['events'])} of {number} in {timeout:g} s.", err=True)
        raise click.exceptions.Exit(FAILED)
