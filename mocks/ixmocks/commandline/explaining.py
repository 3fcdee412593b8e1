"""`ixkit explain` and `ixkit rules`: what a rule says and how we know it; why an event was refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import click

from ixmocks.commandline import rulebooks
from ixmocks.commandline.completing import rule_codes
from ixmocks.commandline.events import show_event
from ixmocks.commandline.group import Named
from ixmocks.commandline.server import Server, asks_world, says
from ixmocks.commandline.show import as_json, dim, fact, heading, table, wrapped
from ixmocks.commandline.stopping import stop

_EVENT = re.compile(r"e[1-9][0-9]{0,14}")


@click.command()
@click.argument("what", metavar="CODE|EVENT", shell_complete=rule_codes)
@asks_world
def explain(server: Server, output: str, what: str) -> None:
    """What a rule says; why an event was refused. With sources, confidence, examples, and what was changed.

    A rule needs no server; an event is looked up in the world that is meant.

    \b
    ixkit explain SILV-01
    ixkit explain e17 --world t1
    """
    if _EVENT.fullmatch(what):
        event = server.get(server.here(f"/journal/{what}"))
        return as_json(event) if output == "json" else show_event(event, server.world)
    entry = rulebooks.find(what)
    if entry is None:
        near = get_close_matches(what.upper(), rulebooks.codes(), n=3, cutoff=0.5)
        hint = (
            f"Did you mean {' or '.join(near)}?"
            if near
            else "`ixkit rules` lists them; an event is e1, e2, …"
        )
        stop(f"there is no rule {what!r}. {hint}")
    return as_json(_plain(entry)) if output == "json" else _show(entry)


@click.command()
@click.option("--system", type=Named(rulebooks.systems()), help="Only rules of this system.")
@click.option("--operation", help="Only rules of this operationId.")
@click.option(
    "--confidence",
    type=Named(["documented", "public", "inferred"]),
    help="Only rules of this confidence.",
)
@click.option("--open", "only_open", is_flag=True, help="Only rules with several readings.")
@says
def rules(
    system: str | None, operation: str | None, confidence: str | None, only_open: bool, output: str
) -> None:
    """The numbered rules, what no schema can say. No server is needed.

    \b
    ixkit rules --system silvasoft
    ixkit rules --operation addsalestransaction --confidence inferred
    ixkit rules --open
    """
    found = [
        entry
        for name in rulebooks.systems()
        if system in (None, name)
        for entry in rulebooks.book(name).values()
        if confidence in (None, entry.confidence)
        and (operation is None or operation in entry.operations)
        and (not only_open or entry.readings)
    ]
    if operation is not None and not found:
        _unknown_operation(operation, system)
    if output == "json":
        return as_json({"rules": [_plain(entry, short=True) for entry in found]})
    rows = [
        (each.code, each.confidence, " | ".join(reading["name"] for reading in each.readings), each.title)
        for each in found
    ]
    table(("rule", "confidence", "readings", "what"), [_narrow(row) for row in rows], wide="what")
    return click.echo(dim(f"\n{len(rows)} rules · ixkit explain CODE tells more"))


def _narrow(row: tuple[str, ...]) -> tuple[str, ...]:
    code, confidence, readings, title = row
    return code, confidence, readings if len(readings) <= 34 else f"{readings[:33]}…", title


def _unknown_operation(operation: str, system: str | None) -> None:
    """No rule is one thing, no such operation another."""
    names = [system] if system else list(rulebooks.systems())
    known = {name for each in names for entry in rulebooks.book(each).values() for name in entry.operations}
    if operation not in known:
        near = get_close_matches(operation, known, n=3)
        hint = f"Did you mean {' or '.join(near)}?" if near else "`ixkit rules` lists all."
        stop(f"no rule names the operation {operation!r}. {hint}")


def _show(entry: rulebooks.Entry) -> None:
    raw = entry.raw
    click.echo(f"{heading(entry.code)}  {heading(entry.title)}   {dim(f'{entry.system} · {entry.place}')}")
    click.echo()
    click.echo(wrapped(" ".join(str(raw["text"]).split())))
    click.echo()
    click.echo(fact("holds for", ", ".join(entry.operations) or "the whole system"))
    click.echo(fact("confidence", entry.confidence))
    for source in entry.sources:
        click.echo(
            fact(
                "because",
                f"{source.get('confidence', '')} · {source.get('from', '')} ({source.get('part', '')})",
            )
        )
    if raw.get("error"):
        error = {name: value for name, value in raw["error"].items() if value is not None}
        click.echo(fact("answered", ", ".join(f"{name} {value}" for name, value in error.items())))
    if raw.get("advice"):
        click.echo(fact("try", str(raw["advice"])))
    for number, reading in enumerate(entry.readings):
        likely = " (the likeliest, in force unless told)" if number == 0 else ""
        click.echo(fact("reading", f"{reading['name']}{likely}: {reading['text']}"))
    _example("obeys", raw.get("obeys"))
    _example("breaks", raw.get("breaks"))


def _example(what: str, steps: Any) -> None:
    if not steps:
        return
    import yaml

    text = yaml.safe_dump(
        _readable(steps), sort_keys=False, allow_unicode=True, width=96, default_flow_style=None
    )
    click.echo(f"\n  {what}:")
    click.echo("\n".join(f"    {line}" for line in text.rstrip().splitlines()))


def _readable(value: Any) -> Any:
    """Dates and numbers as YAML writes them."""
    if isinstance(value, Mapping):
        return {str(key): _readable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_readable(item) for item in value]
    return value


def _plain(entry: rulebooks.Entry, *, short: bool = False) -> dict[str, Any]:
    head: dict[str, Any] = {
        "code": entry.code,
        "system": entry.system,
        "title": entry.title,
        "confidence": entry.confidence,
        "operations": list(entry.operations),
        "readings": [reading["name"] for reading in entry.readings],
    }
    if short:
        return head
    whole = {name: _readable(value) for name, value in entry.raw.items()}
    return {**whole, **head, "readings": _readable(entry.readings), "place": entry.place}
