"""The page with a picture of each life, coloured by what this world has seen of it."""

from __future__ import annotations

from typing import Any

import flask
from markupsafe import Markup

from ixmocks.dashboard import PREFIX
from ixmocks.dashboard.common import Site, site, world_named
from ixmocks.dashboard.coverage import Coverage, Seen, now_in
from ixmocks.dashboard.document import Machine
from ixmocks.dashboard.drawing import picture
from ixmocks.dashboard.known import known
from ixmocks.engine.world import World

WORLDS_KEPT = 50


def register(app: flask.Flask) -> None:
    app.add_url_rule(f"{PREFIX}w/<world>/states", view_func=shown, endpoint="states")


def shown(world: str) -> str:
    found = world_named(world)
    groups = [
        (system, [_machine(found, system, machine) for machine in known(system).machines])
        for system in site().kit.worlds.systems
    ]
    return flask.render_template("states.html", groups=groups)


def _machine(world: World, system: str, machine: Machine) -> dict[str, Any]:
    seen = coverage(site(), world, system, machine)
    now = now_in(machine, system, world.moment)
    reached = [edge for edge in machine.edges if seen.steps[edge]]
    drawn = picture(machine, steps=seen.steps, states=seen.states, now=now)
    return {
        "machine": machine,
        "picture": Markup(drawn),
        "rows": [(edge, seen.steps[edge], seen.examples.get(edge, "")) for edge in machine.edges],
        "steps": len(reached),
        "states": len([state for state in machine.states if state in seen.states]),
        "strange": seen.strange.most_common(10),
    }


def coverage(of: Site, world: World, system: str, machine: Machine) -> Seen:
    """What the journal shows so far; another world of the same name begins from nothing."""
    kept, coverages = of.kept.get(("coverage", world.name), (None, {}))
    if kept is not world:
        if sum(1 for name in of.kept if name[0] == "coverage") >= WORLDS_KEPT:
            of.kept.clear()
        coverages = {}
        of.kept["coverage", world.name] = (world, coverages)
    found: Coverage = coverages.setdefault((system, machine.name), Coverage(system, machine))
    return found.look(world)
