"""Pages on which one acts: time and faults, and what people do inside the systems."""

from __future__ import annotations

from typing import Any

import flask
from werkzeug.wrappers import Response

from ixmocks.control import views
from ixmocks.dashboard import PREFIX, forms
from ixmocks.dashboard.common import api, ask, back, place, site, world_named
from ixmocks.engine.faults import DAMAGE, Harm, Place

PLACES = {
    Place.RECEIVED: "received: nothing was looked at",
    Place.BEFORE_COMMIT: "before commit: decided, nothing kept",
    Place.AFTER_COMMIT: "after commit: kept, and the answer is lost or replaced",
    Place.SENDING: "sending: kept, and the answer is damaged on its way",
}
HARMS = {
    "reset": "the connection breaks",
    "hang": "no answer for so many seconds, then the connection breaks",
    "status": "a whole answer with that status, in the vendor's envelope",
    "cut": "the answer breaks off in the middle",
    "slow": "the answer comes so many seconds late",
    "garbage": "bytes that are no JSON",
    "html": "a page of a proxy, with status 200",
    "wrong_type": "the right body under a foreign content type",
    "empty": "status 200 and no body",
    "hollow": "status 200 and {}",
    "grown": "the right answer with unknown members, in another order",
    "hold": "it waits until somebody lets it go on, or drops it",
    "twice": "the request is delivered twice",
    "stale": "a read answers as it would have some time ago",
    "late": "the connection breaks, and so many seconds later it is processed after all",
}


def register(app: flask.Flask) -> None:
    base = f"{PREFIX}w/<world>"
    app.add_url_rule(f"{base}/controls", view_func=controls, endpoint="controls")
    app.add_url_rule(f"{base}/faults", view_func=arm, endpoint="arm", methods=["POST"])
    app.add_url_rule(f"{base}/faults/<fault>", view_func=clear, endpoint="clear", methods=["POST"])
    app.add_url_rule(f"{base}/holds/<hold>", view_func=release, endpoint="release", methods=["POST"])
    app.add_url_rule(f"{base}/actions", view_func=listed, endpoint="actions")
    app.add_url_rule(f"{base}/actions/<system>/<action>", view_func=do, endpoint="do", methods=["POST"])


def controls(world: str) -> str:
    found = world_named(world)
    with found.lock:
        armed = found.faults.listed()
    struck = [event for event in found.journal if event.fault][-20:]
    operations = {
        name: [each.id for each in port.routes.operations()] for name, port in site().kit.ports.items()
    }
    return flask.render_template(
        "controls.html",
        armed=[views.fault_of(name, fault, met) for name, (fault, met) in armed.items()],
        struck=list(reversed(struck)),
        places=PLACES,
        harms={harm.value: HARMS.get(harm.value, "") for harm in Harm},
        held=_held(found.name),
        operations=operations,
        given=flask.request.args,
    )


def arm(world: str) -> Response:
    form = flask.request.form
    body: dict[str, Any] = {
        name: form[name].strip() for name in ("system", "operation", "key") if form.get(name, "").strip()
    }
    body |= {"place": form.get("place", ""), "harm": form.get("harm", "")}
    if body["harm"] in {harm.value for harm in DAMAGE}:
        body["place"] = Place.SENDING.value  # only an answer can be damaged, and only there
    for name in ("nth", "times", "status", "seconds"):
        if form.get(name, "").strip():
            body[name] = forms.number(form[name].strip())
    told = ask("POST", api("worlds", world_named(world).name, "faults"), body)
    return back(place("w", world, "controls"), told, f"fault {told.value['id']} is armed" if told.ok else "")


def _held(world: str) -> list[Any]:
    """Exchanges that a fault `hold` has stopped on their way."""
    told = ask("GET", api("worlds", world, "holds"))
    return list(told.value["holds"]) if told.ok else []


def release(world: str, hold: str) -> Response:
    then = flask.request.form.get("then", "")
    told = ask("POST", api("worlds", world_named(world).name, "holds", hold), {"then": then})
    done = {"continue": "it goes on", "drop": "its connection is broken"}.get(then, "")
    return back(place("w", world, "controls"), told, f"{hold}: {done}")


def clear(world: str, fault: str) -> Response:
    told = ask("DELETE", api("worlds", world_named(world).name, "faults", fault))
    return back(place("w", world, "controls"), told, "disarmed")


def listed(world: str) -> str:
    world_named(world)
    given = flask.request.args
    wanted = given.get("system", "")
    systems = [system for system in site().kit.worlds.systems.values() if wanted in ("", system.name)]
    groups = [
        (
            system.name,
            [
                {
                    "name": name,
                    "summary": action.summary,
                    "fields": forms.fields(action.params),
                    "open": forms.is_open(action.params),
                    "required": action.params.get("required", ()),
                    "choices": _choices(action.params),
                }
                for name, action in sorted(system.actions.items())
            ],
        )
        for system in systems
    ]
    return flask.render_template("actions.html", groups=groups, wanted=wanted, opened=given.get("opened", ""))


def do(world: str, system: str, action: str) -> Response:
    found = site().kit.worlds.systems.get(system)
    form = flask.request.form
    schema = found.actions[action].params if found is not None and action in found.actions else {}
    if form.get("json", "").strip():
        params, wrong = forms.read_json(form["json"])
    else:
        params, wrong = forms.read(schema, form, "p.")
    to = place("w", world_named(world).name, "actions", system=system, opened=action)
    if wrong:
        return flask.redirect(place("w", world, "actions", system=system, opened=action, wrong=wrong), 303)
    told = ask("POST", api("worlds", world, "actions", system, action), params)
    if told.ok:
        return back(place("w", world, "journal", told.value["event"]), told, f"{action} is done")
    return back(to, told, "")


def _choices(schema: Any) -> str:
    """What an `anyOf` of required members means, in words."""
    names = [" and ".join(each["required"]) for each in schema.get("anyOf", ()) if "required" in each]
    return f"give {' or '.join(names)}" if names else ""
