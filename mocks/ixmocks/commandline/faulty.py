"""`ixkit faults`: what goes wrong on purpose, and what waits because of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import click

from ixmocks.commandline.group import Group, Named
from ixmocks.commandline.server import Server, asks_world
from ixmocks.commandline.show import as_json, table
from ixmocks.commandline.stopping import FAILED, stop

PLACES = ("received", "before_commit", "after_commit", "sending")
HARMS = {
    "reset": ("after_commit", "the connection breaks, nothing is answered"),
    "hang": ("after_commit", "no answer for --seconds, then the connection breaks"),
    "status": ("received", "a refusal with --status, in the vendor's words"),
    "cut": ("sending", "the answer breaks off in the middle"),
    "slow": ("sending", "the answer comes --seconds late"),
    "garbage": ("sending", "bytes that are no JSON"),
    "html": ("sending", "a page of a proxy, with status 200"),
    "wrong_type": ("sending", "the right body under a foreign content type"),
    "empty": ("sending", "status 200 and no body"),
    "hollow": ("sending", "status 200 and {}"),
    "grown": ("sending", "the right answer with unknown members, in another order"),
    "hold": ("before_commit", "the exchange waits until `ixkit faults release`"),
    "twice": ("received", "the request is delivered twice (again after --seconds)"),
    "stale": ("received", "a read answers from the past (--seconds ago)"),
    "late": ("received", "the connection breaks, and the request is done --seconds later"),
}
"""Harm to the place where it strikes unless told otherwise, and what it does."""


@click.group(cls=Group)
def faults() -> None:
    """Let something go wrong. Say what, where, and for which request.

    \b
    ixkit faults add reset --system silvasoft --operation addsalestransaction
    ixkit faults add status --status 503 --times 3 --header Retry-After=2
    ixkit faults add hold --at before_commit
    ixkit faults held && ixkit faults release h1
    """


_HELP = "\n".join(f"    {harm:<11} {what} (at {place})" for harm, (place, what) in HARMS.items())


@faults.command(
    help=f"""Arm a fault. It strikes the nth request that fits, and times - 1 after it.

\b
{_HELP}

\b
    ixkit faults add reset --operation addsalestransaction    # booked, and the answer is lost
    ixkit faults add slow --seconds 5 --system ixpole
"""
)
@click.argument("harm", type=Named(list(HARMS)), metavar="HARM")
@click.option("--at", "place", type=Named(PLACES), help="Where it strikes; each harm has its usual place.")
@click.option("--system", help="Only in this system.")
@click.option("--operation", help="Only for this operationId.")
@click.option("--key", help="Only for a request whose path, query or body contains this text.")
@click.option("--nth", type=click.IntRange(1, 1_000_000), help="The first request that it strikes.")
@click.option("--times", type=click.IntRange(1, 1_000_000), help="How many requests it strikes.")
@click.option("--status", type=click.IntRange(300, 599), help="What `status` answers.")
@click.option("--seconds", type=click.FloatRange(0, 31_622_400), help="How long, how late, how long ago.")
@click.option(
    "--header", "headers", multiple=True, metavar="NAME=VALUE", help="A header of the refusal. Repeatable."
)
@asks_world
def add(
    server: Server, output: str, harm: str, place: str | None, headers: tuple[str, ...], **rest: Any
) -> None:
    asked: dict[str, Any] = {"harm": harm, "place": place or HARMS[harm][0]}
    asked |= {name: value for name, value in rest.items() if value is not None}
    if headers:
        asked["headers"] = [_header(pair) for pair in headers]
    armed = server.send("POST", server.here("/faults"), asked)
    if output == "json":
        return as_json(armed)
    return click.echo(f"{armed['id']}  {_line(armed)}")


@faults.command("list")
@asks_world
def list_(server: Server, output: str) -> None:
    """The faults that are armed.

    \b
    ixkit faults list
    """
    found = server.get(server.here("/faults"))
    if output == "json":
        return as_json(found)
    if not found["faults"]:
        return click.echo("no fault is armed")
    rows = [(each["id"], _line(each), each["met"]) for each in found["faults"]]
    return table(("id", "fault", "#met"), rows, wide="fault")


@faults.command()
@click.argument("fault", default="all", required=False)
@asks_world
def clear(server: Server, output: str, fault: str) -> None:
    """Disarm one fault, or all.

    \b
    ixkit faults clear
    ixkit faults clear f2
    """
    answer = server.send("DELETE", server.here(f"/faults/{quote(fault, safe='')}"))
    return as_json(answer) if output == "json" else click.echo(f"{answer['cleared']} disarmed")


@faults.command()
@click.option("--wait", type=click.FloatRange(0, 60), help="Wait so many seconds until something is held.")
@asks_world
def held(server: Server, output: str, wait: float | None) -> None:
    """The exchanges that wait. With --wait, exit code 1 if there is none in time.

    \b
    ixkit faults held --wait 10
    """
    if wait is None:
        found = server.get(server.here("/holds"))
    else:
        found = server.send("POST", server.here("/holds/wait"), {"timeout": wait})
    if output == "json":
        as_json(found)
    elif not found["holds"]:
        click.echo("nothing is held")
    else:
        rows = [
            (
                hold["id"],
                hold["place"],
                hold["system"],
                f"{hold['method']} {hold['path']}",
                hold["event"] or "",
            )
            for hold in found["holds"]
        ]
        table(("id", "at", "system", "request", "event"), rows, wide="request")
    if not found.get("reached", True):
        raise click.exceptions.Exit(FAILED)


@faults.command()
@click.argument("hold")
@click.option("--drop", is_flag=True, help="Break its connection instead of letting it go on.")
@asks_world
def release(server: Server, output: str, hold: str, drop: bool) -> None:
    """Let a held exchange go on, or drop it.

    \b
    ixkit faults release h1
    ixkit faults release h1 --drop
    """
    then = {"then": "drop" if drop else "continue"}
    answer = server.send("POST", server.here(f"/holds/{quote(hold, safe='')}"), then)
    if output == "json":
        return as_json(answer)
    told = "its connection breaks" if answer["status"] is None else f"it is answered {answer['status']}"
    event = f" (event {answer['event']})" if answer["event"] else ""
    return click.echo(f"{hold}: {told}{event}")


def _header(pair: str) -> dict[str, str]:
    name, equals, value = pair.partition("=")
    if not equals or not name:
        stop(f"--header {pair!r}: expected NAME=VALUE, such as Retry-After=2.")
    return {"name": name, "value": value}


def _line(fault: dict[str, Any]) -> str:
    where = ".".join(filter(None, (fault["system"], fault["operation"]))) or "any request"
    parts = [f"{fault['harm']} at {fault['place']}", where]
    if fault["key"]:
        parts.append(f"with {fault['key']!r}")
    if fault["harm"] == "status":
        parts.append(f"answers {fault['status']}")
    if fault["seconds"]:
        parts.append(f"{fault['seconds']} s")
    if fault["nth"] > 1:
        parts.append(f"from request {fault['nth']} on")
    if fault["times"] > 1:
        parts.append(f"{fault['times']} times")
    return " · ".join(parts)
