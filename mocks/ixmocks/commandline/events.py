"""How is one event explained? What was wrong, where, by which rule, how sure we are, and what to try."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

from ixmocks.commandline.show import bare, dim, fact, heading, wrapped

BODY_MAX = 2_000
DIFFERENCES_SHOWN = 12


def show_event(event: Mapping[str, Any], world: str, *, bodies: bool = False) -> None:
    """The event as a person reads it: first what is wrong, all of it."""
    click.echo(_head(event, world))
    for violation in event["violations"]:
        _violation(violation)
    for note in event["notes"]:
        click.echo(f"  {note['rule']}  {note['title']} " + dim("(shaped the answer)"))
    if event["fault"]:
        click.echo(f"  fault {event['fault']}: armed on purpose")
    for line in event["happened"]:
        click.echo(f"  due: {line}")
    _differences(event)
    if bodies:
        _body("request", event["request"]["body"])
        _body("answer", event["answer"]["body"])
    if event["curl"]:
        click.echo(fact("again", f"ixkit journal show {event['id']} --curl"))


def _head(event: Mapping[str, Any], world: str) -> str:
    request, status = event["request"], event["answer"]["status"]
    query = f"?{request['query']}" if request["query"] else ""
    acted = request["method"] == "ACT"
    what = (
        event["operation"].removeprefix("act:")
        if acted
        else f"{request['method']} {bare(request['path'])}{query}"
    )
    broken = bool(event["violations"]) or status >= 400
    mark = click.style("✗", fg="red") if broken else click.style("✓", fg="green")
    when = event["at"].removesuffix("Z")
    where = f"{event['system']} · world {world} · event {event['id']} · {when} virtual"
    return f"{mark} {heading(f'{what} → {status}')}   {dim(where)}"


def _violation(violation: Mapping[str, Any]) -> None:
    code = violation["rule"]
    title = violation.get("title") or {"schema": "not of the documented shape", "fault": "a fault"}.get(
        code, ""
    )
    click.echo(f"  {click.style(code, fg='red', bold=True)}  {title}")
    click.echo(fact("at", f"{violation['at']}   {violation['seen']}, expected {violation['expected']}"))
    if violation.get("confidence"):
        click.echo(fact("because", f"{violation['confidence']} · {_sources(violation.get('sources', ()))}"))
    if violation["message"]:
        click.echo(fact("answered", violation["message"]))
    advice = [violation["advice"]] if violation["advice"] else []
    if violation.get("title"):
        advice.append(f"ixkit explain {code}")
    if advice:
        click.echo(fact("try", " · ".join(advice)))


def _sources(sources: Sequence[Mapping[str, str]]) -> str:
    told = [source.get("from") or source.get("part", "") for source in sources]
    return "; ".join(dict.fromkeys(filter(None, told))) or "no source is named"


def _differences(event: Mapping[str, Any]) -> None:
    found = event["differences"]
    if not event["changed"]:
        click.echo(fact("state", "nothing was changed"))
        return
    more = len(found) - DIFFERENCES_SHOWN + event["differences_more"]
    click.echo(fact("state", "before → after" if found else "changed in nothing that is shown"))
    for each in found[:DIFFERENCES_SHOWN]:
        was, now = _value(each["before"]), _value(each["after"])
        said = {"added": f"+ {now}", "removed": f"- {was}"}.get(each["kind"], f"{was} → {now}")
        click.echo(wrapped(f"{each['at']}   {said}", " " * 14))
    if more > 0:
        click.echo(f"{' ' * 14}… and {more} more: ixkit journal show {event['id']} --format json")


def _value(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 160 else f"{text[:159]}…"


def _body(what: str, body: Mapping[str, Any]) -> None:
    if not body["bytes"]:
        return
    click.echo(dim(f"  {what}, {body['bytes']} bytes{' (base64)' if body['encoding'] == 'base64' else ''}:"))
    data = str(body["data"])
    click.echo(f"    {data if len(data) <= BODY_MAX else data[:BODY_MAX] + '…'}")
