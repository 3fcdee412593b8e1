"""Pages about worlds: the list, making one, what a connector needs to reach it, and what time it is in there."""

from __future__ import annotations

from typing import Any

import flask
from werkzeug.wrappers import Response

from ixmocks.dashboard import PREFIX
from ixmocks.dashboard.common import api, ask, back, place, site, world_named
from ixmocks.dashboard.lives import lives
from ixmocks.dashboard.showing import clock
from ixmocks.dashboard.sums import stations
from ixmocks.engine.world import World
from ixmocks.env import env_for, url_of
from ixmocks.ixpole.state import today

WHOLE_MAX = 50
"""Where there are more worlds, their instalments are not counted in the list."""


def register(app: flask.Flask) -> None:
    app.add_url_rule(PREFIX, view_func=listed, endpoint="worlds")
    app.add_url_rule(f"{PREFIX}worlds", view_func=create, endpoint="create_world", methods=["POST"])
    base = f"{PREFIX}w/<world>"
    app.add_url_rule(f"{base}/connect", view_func=connect, endpoint="connect")
    app.add_url_rule(f"{base}/pulse", view_func=pulse, endpoint="pulse")
    for name, view in (
        ("reset", reset),
        ("fork", fork),
        ("delete", delete),
        ("clock", set_clock),
        ("advance", advance),
        ("rewind", rewind),
    ):
        app.add_url_rule(f"{base}/{name}", view_func=view, endpoint=name, methods=["POST"])


def listed() -> str:
    kit = site().kit
    names = sorted(kit.worlds.names())
    found = (kit.worlds.get(name) for name in names)
    told = ask("GET", api("scenarios"))
    heads = {head["name"]: head for head in told.value["scenarios"]} if told.ok else {}
    rules = [
        (code, rule)
        for book in kit.worlds.rules.values()
        for code, rule in book.rules.items()
        if rule.readings
    ]
    rows = [_row(world, whole=len(names) <= WHOLE_MAX) for world in found if world is not None]
    return flask.render_template(
        "worlds.html", worlds=rows, scenarios=heads, chosen=kit.world().scenario, open_rules=rules,
        addresses=site().urls(),
    )  # fmt: skip


def create() -> Response:
    form = flask.request.form
    body: dict[str, Any] = {
        name: form[name].strip() for name in ("name", "scenario", "clock") if form.get(name, "").strip()
    }
    if form.get("seed", "").strip():
        body["seed"] = _whole(form["seed"])
    readings = {
        code.removeprefix("reading."): name
        for code, name in form.items()
        if code.startswith("reading.") and name
    }
    if readings:
        body["readings"] = readings
    told = ask("POST", api("worlds"), body)
    if not told.ok:
        return back(PREFIX, told, "")
    name = told.value["name"]
    return back(place("w", name, "instalments"), told, f"world {name} is made")


def connect(world: str) -> str:
    found, urls = world_named(world), site().urls()
    addresses = {system: url_of(found, system, urls) for system in found.credentials}
    changed = {
        code: name
        for book in site().kit.worlds.rules.values()
        for code, rule in book.rules.items()
        if rule.readings and (name := found.readings.get(code, "")) != rule.readings[0].name
    }
    return flask.render_template(
        "connect.html", env=env_for(found, urls), addresses=addresses, changed=changed
    )


def pulse(world: str) -> Any:
    """What tells an open page that something happened."""
    found = world_named(world)
    return {
        "written": found.journal.written,
        "kept": len(found.journal),
        "faults": len(found.faults.listed()),
        "clock": clock(found.moment.clock),
    }


def reset(world: str) -> Response:
    told = ask("POST", api("worlds", world_named(world).name, "reset"), {})
    return back(_from(place("w", world, "instalments")), told, f"world {world} is as it was at first")


def fork(world: str) -> Response:
    name = flask.request.form.get("name", "").strip()
    told = ask("POST", api("worlds", world_named(world).name, "fork"), {"name": name} if name else {})
    made = told.value["name"] if told.ok else world
    return back(
        place("w", made, "instalments") if told.ok else PREFIX, told, f"world {made} begins where {world} is"
    )


def delete(world: str) -> Response:
    told = ask("DELETE", api("worlds", world_named(world).name))
    return back(PREFIX, told, f"world {world} is gone")


def rewind(world: str) -> Response:
    event = flask.request.form.get("event", "")
    told = ask("POST", api("worlds", world_named(world).name, "rewind"), {"event": event})
    return back(place("w", world, "journal"), told, f"everything is as it was right after {event}")


def set_clock(world: str) -> Response:
    form = flask.request.form
    body = {name: form[name].strip() for name in ("set", "mode") if form.get(name, "").strip()}
    told = ask("PUT", api("worlds", world_named(world).name, "clock"), body)
    return back(_from(place("w", world, "controls")), told, _moved(told.value) if told.ok else "")


def advance(world: str) -> Response:
    given = flask.request.form
    wanted = {"until_idle": True} if given.get("idle") else {"by": given.get("by", "").strip()}
    told = ask("POST", api("worlds", world_named(world).name, "clock", "advance"), wanted)
    return back(_from(place("w", world, "controls")), told, _moved(told.value) if told.ok else "")


def _moved(value: Any) -> str:
    due = value.get("due") or []
    more = (
        f"; {len(due)} things became due: {'; '.join(due[:3])}{' …' if len(due) > 3 else ''}" if due else ""
    )
    left = value.get("left")
    still = (
        ""
        if left is None
        else f"; still to come: {'; '.join(left)}"
        if left
        else "; nothing is planned any more"
    )
    return f"it is {value['now']} now{more}{still}"


def _from(otherwise: str) -> str:
    """The page that the form was on, if it was one of ours."""
    to = flask.request.form.get("to", "")
    return to if to.startswith(PREFIX) else otherwise


def _row(world: World, *, whole: bool) -> dict[str, Any]:
    events, moment = tuple(world.journal), world.moment
    return {
        "name": world.name, "scenario": world.scenario, "seed": world.seed, "clock": clock(moment.clock),
        "stations": stations(lives(moment.systems, today(moment.clock.now()))) if whole else {},
        "events": world.journal.written, "kept": len(events), "faults": len(world.faults.listed()),
        "refused": sum(1 for event in events if event.violations),
    }  # fmt: skip


def _whole(text: str) -> Any:
    """A number if it is one; else the text, so that the contract says what is wrong with it."""
    return int(text) if text.strip().lstrip("-").isdecimal() and len(text) < 30 else text
