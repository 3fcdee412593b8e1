"""`ixkit act`: what people do inside the real systems."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any
from urllib.parse import quote

import click

from ixmocks.commandline.completing import systems
from ixmocks.commandline.server import Server, asks_world
from ixmocks.commandline.show import as_json, heading, table
from ixmocks.commandline.stopping import stop


@click.command()
@click.argument("system", required=False, shell_complete=systems)
@click.argument("action", required=False)
@click.argument("values", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--json", "whole", metavar="TEXT", help="All it takes, as one JSON object.")
@asks_world
def act(
    server: Server,
    output: str,
    system: str | None,
    action: str | None,
    values: tuple[str, ...],
    whole: str | None,
) -> None:
    """Do what people do inside a system. Without an action, list what can be done.

    \b
    ixkit act
    ixkit act silvasoft
    ixkit act silvasoft registerPayment InvoiceNumber=20251042 Amount=121.00
    ixkit act ixpole editInstalment --json '{"instalmentCode": "C1-01", "paymentTermDays": 14}'
    """
    catalogue = server.get("/v1/actions")["actions"]
    if action is None:
        return _list(catalogue, system, output)
    assert system is not None
    chosen = next((each for each in catalogue if (each["system"], each["name"]) == (system, action)), None)
    params = chosen["params"] if chosen is not None else {}
    body = _whole(whole) if whole is not None else {}
    body |= dict(_value(pair, params) for pair in values)
    path = f"/actions/{quote(system, safe='')}/{quote(action, safe='')}"
    done = server.send("POST", server.here(path), body)
    if output == "json":
        return as_json(done)
    notes = f" · {', '.join(done['notes'])}" if done["notes"] else ""
    click.echo(f"{system}.{action} is done (event {done['event']}){notes}")
    return as_json(done["answer"]) if done["answer"] is not None else None


def _list(catalogue: list[dict[str, Any]], system: str | None, output: str) -> None:
    known = sorted({each["system"] for each in catalogue})
    if system is not None and system not in known:
        near = get_close_matches(system, known, n=1)
        hint = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(known)}."
        stop(f"there is no system {system!r} with actions. {hint}")
    chosen = [each for each in catalogue if system in (None, each["system"])]
    if output == "json":
        return as_json({"actions": chosen})
    if system is None:
        table(
            ("system", "action", "what it does"),
            [(each["system"], each["name"], each["summary"]) for each in chosen],
            wide="what it does",
        )
        return click.echo("\nWhat an action takes: ixkit act SYSTEM")
    for each in chosen:
        click.echo(f"{heading(each['name'])}  {each['summary']}")
        required = each["params"].get("required", ())
        for name, schema in each["params"].get("properties", {}).items():
            mark = " (needed)" if name in required else ""
            click.echo(f"    {name:<24} {_kind(schema)}{mark}")
    return None


def _kind(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    kind = schema.get("type", "")
    words = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return words + (f": {schema['description']}" if "description" in schema else "")


def _value(pair: str, params: Mapping[str, Any]) -> tuple[str, Any]:
    """NAME=VALUE: JSON where it is some, and text where the action wants text."""
    name, equals, text = pair.partition("=")
    if not equals or not name:
        stop(f"{pair!r}: expected NAME=VALUE, such as Amount=121.00; or give --json.")
    kinds = params.get("properties", {}).get(name, {}).get("type", ())
    if kinds == "string":
        return name, text
    from ixmocks.engine import exact

    try:
        return name, exact.parse(text.encode())
    except exact.NotJson:
        return name, text


def _whole(text: str) -> dict[str, Any]:
    from ixmocks.engine import exact

    try:
        value = exact.parse(text.encode())
    except exact.NotJson as error:
        stop(f"--json: {error}; expected one JSON object.")
    if not isinstance(value, dict):
        stop(f"--json: holds a {type(value).__name__}; expected one JSON object.")
    return value
