"""Who answers which call of the control API? One function for each operationId."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from ixmocks.control import durations, views
from ixmocks.control.asked import Asked, Done
from ixmocks.control.covering import get_coverage
from ixmocks.control.events import get_event, list_events, wait_for_events
from ixmocks.control.filters import operations
from ixmocks.control.following import stream_events
from ixmocks.control.har import export_har
from ixmocks.control.holding import list_holds, release_hold, wait_for_holds
from ixmocks.control.idling import SPAN, until_idle
from ixmocks.control.instalments import list_instalments
from ixmocks.control.meant import (
    LATEST,
    clock_at,
    fault_meant,
    kept,
    known_scenarios,
    new_name,
    system_of,
    unknown_target,
)
from ixmocks.control.plain import plain
from ixmocks.control.problems import Problem, unknown
from ixmocks.control.verifying import verify
from ixmocks.control.waiting import Waiting
from ixmocks.engine import scenario as scenarios
from ixmocks.engine.clock import Clock
from ixmocks.engine.faults import FaultError
from ixmocks.engine.inline import EMPTY, state_of
from ixmocks.engine.outcome import Refused
from ixmocks.engine.perform import act
from ixmocks.engine.world import World
from ixmocks.engine.worlds import DEFAULT, WorldError
from ixmocks.env import clock_of, describe, instant
from ixmocks.kit import advance

log = logging.getLogger("ixkit")

Reply = Done | Problem


def get_health(asked: Asked) -> Reply:
    return Done({"status": "ok"})


def get_readiness(asked: Asked) -> Reply:
    worlds = asked.kit.worlds
    return Done({"status": "ready", "systems": list(worlds.systems), "worlds": len(tuple(worlds.names()))})


def shut_down(asked: Asked) -> Reply:
    if asked.stop is None:
        return Problem("cannot-stop", "this control port is part of another program; end that one")
    asked.stop()
    return Done({"stopping": True}, 202)


# ---- worlds --------------------------------------------------------------------------------------


def list_worlds(asked: Asked) -> Reply:
    found = (asked.kit.worlds.get(name) for name in sorted(asked.kit.worlds.names()))
    return Done({"worlds": [views.summary_of(world) for world in found if world is not None]})


def create_world(asked: Asked) -> Reply:
    known, data = known_scenarios(asked.kit), asked.body.get("data")
    chosen = asked.body.get("scenario", asked.kit.world().scenario if data is None else EMPTY.name)
    if chosen not in known:
        return unknown("unknown-scenario", "scenario", chosen, known)
    name = new_name(asked)
    if isinstance(name, Problem):
        return name
    clock = clock_at(asked.body.get("clock"))
    if isinstance(clock, Problem):
        return clock
    try:
        world = asked.kit.create(
            name, scenario=known[chosen], seed=asked.body.get("seed"), clock=clock,
            readings=asked.body.get("readings"), data=data,
        )  # fmt: skip
    except WorldError as error:
        return Problem("world-refused", f"{error}.")
    except scenarios.ScenarioError as error:
        if str(error).startswith("data."):
            return Problem("data-refused", str(error))
        log.exception("scenario %s", chosen)
        return Problem("world-refused", f"scenario {chosen!r} cannot be loaded; the server's log says why")
    return _made(world, asked)


def get_world(asked: Asked) -> Reply:
    return Done(describe(asked.world, asked.urls))


def delete_world(asked: Asked) -> Reply:
    name = asked.world.name
    if name == DEFAULT:
        return Problem("default-stays", "the default world cannot be deleted; reset it instead")
    if not asked.kit.worlds.delete(name):
        return unknown("unknown-world", "world", name, asked.kit.worlds.names())
    return Done(status=204)


def reset_world(asked: Asked) -> Reply:
    asked.world.reset()
    return Done(views.summary_of(asked.world))


def fork_world(asked: Asked) -> Reply:
    name = new_name(asked)
    if isinstance(name, Problem):
        return name
    try:
        return _made(asked.kit.worlds.fork(asked.world, name), asked)
    except WorldError as error:
        return Problem("world-refused", f"{error}.")


def rewind_world(asked: Asked) -> Reply:
    event = asked.body["event"]
    if not asked.world.rewind(event):
        return Problem(
            "event-not-kept", f"world {asked.world.name!r} has no event {event!r}; {kept(asked.world)}"
        )
    return Done(views.summary_of(asked.world))


# ---- state and journal ---------------------------------------------------------------------------


def get_state(asked: Asked) -> Reply:
    moment = asked.moment
    systems = {name: plain(state) for name, state in sorted(moment.systems.items())}
    return Done({"world": asked.world.name, "at": instant(moment.clock.now()), "systems": systems})


def get_system_state(asked: Asked) -> Reply:
    system = system_of(asked)
    if isinstance(system, Problem):
        return system
    moment = asked.moment
    return Done({
        "world": asked.world.name,
        "at": instant(moment.clock.now()),
        "system": system.name,
        "state": plain(moment.systems[system.name]),
    })  # fmt: skip


def put_state(asked: Asked) -> Reply:
    systems = asked.kit.worlds.systems
    wrong = next((name for name in asked.body["systems"] if name not in systems), None)
    if wrong is not None:
        return unknown("data-refused", "system", wrong, systems)
    return _replaced(asked, asked.body["systems"])


def put_system_state(asked: Asked) -> Reply:
    system = system_of(asked)
    if isinstance(system, Problem):
        return system
    return _replaced(asked, {system.name: asked.body})


def _replaced(asked: Asked, data: Mapping[str, Any]) -> Reply:
    """All of it or nothing: every document is read before the first state is replaced."""
    world, systems = asked.world, asked.kit.worlds.systems
    try:
        states = {name: state_of(systems[name], value, world.seed) for name, value in data.items()}
    except scenarios.ScenarioError as error:
        return Problem("data-refused", str(error))
    for name, state in states.items():
        world.put(name, state)
    at = instant(world.moment.clock.now())
    return Done({"world": world.name, "at": at, "replaced": sorted(states)})


# ---- clock ---------------------------------------------------------------------------------------


def get_clock(asked: Asked) -> Reply:
    return Done(clock_of(asked.moment.clock))


def set_clock(asked: Asked) -> Reply:
    world = asked.world
    due: tuple[str, ...] = ()
    if "set" in asked.body:
        wanted = clock_at(asked.body["set"])
        if not isinstance(wanted, Clock):
            return wanted or Problem("clock-out-of-range", "no time was given")
        forward = wanted.moment - world.moment.clock.now()
        if forward > timedelta():
            due = tuple(advance(world, asked.kit.worlds.systems, forward))
        world.moment = replace(world.moment, clock=world.moment.clock.set_to(wanted.moment))
    if "mode" in asked.body:
        now = world.moment.clock.now()
        clock = Clock.frozen(now) if asked.body["mode"] == "frozen" else Clock.running(now)
        world.moment = replace(world.moment, clock=clock)
    return _moved(world, due)


def advance_clock(asked: Asked) -> Reply | Waiting:
    idle = asked.body.get("until_idle", False)
    try:
        by = durations.parse(asked.body["by"]) if "by" in asked.body else SPAN
    except ValueError as error:
        return Problem("clock-out-of-range", str(error))
    if idle:
        return until_idle(asked, min(by, max(LATEST - asked.moment.clock.now(), timedelta())))
    if asked.moment.clock.now() + by > LATEST:
        return Problem("clock-out-of-range", f"that is after {instant(LATEST)}, where our calendar ends")
    return _moved(asked.world, tuple(advance(asked.world, asked.kit.worlds.systems, by)))


# ---- faults --------------------------------------------------------------------------------------


def list_faults(asked: Asked) -> Reply:
    with asked.world.lock:
        armed = asked.world.faults.listed()
    return Done({"faults": [views.fault_of(name, fault, met) for name, (fault, met) in armed.items()]})


def arm_fault(asked: Asked) -> Reply:
    fault = fault_meant(asked.body)
    if isinstance(fault, Problem):
        return fault
    wrong = unknown_target(asked.kit, fault)
    if wrong is not None:
        return wrong
    try:
        name = asked.world.faults.arm(fault)
    except FaultError as error:
        return Problem("fault-refused", f"{error}.")
    return Done(views.fault_of(name, fault, 0), 201)


def clear_fault(asked: Asked) -> Reply:
    name, faults = asked.given["fault"], asked.world.faults
    if name == "all":
        return Done({"cleared": faults.clear()})
    if name not in faults.listed():
        return unknown("unknown-fault", "fault", name, (*faults.listed(), "all"))
    return Done({"cleared": faults.clear(name)})


# ---- actions and catalogue -----------------------------------------------------------------------


def list_actions(asked: Asked) -> Reply:
    return Done({
        "actions": [
            {"system": system.name, "name": name, "summary": action.summary, "params": dict(action.params)}
            for system in asked.kit.worlds.systems.values()
            for name, action in sorted(system.actions.items())
        ]
    })  # fmt: skip


def do_action(asked: Asked) -> Reply:
    system = system_of(asked)
    if isinstance(system, Problem):
        return system
    name = asked.given["action"]
    if name not in system.actions:
        return unknown("unknown-action", f"action of {system.name}", name, system.actions)
    outcome = act(asked.world, system, name, asked.body)
    event = f"e{asked.world.journal.written}"
    if isinstance(outcome, Refused):
        rules = asked.kit.worlds.rules[system.name].rules
        shown = [views.violation_of(violation, rules) for violation in outcome.violations]
        first = outcome.first
        return Problem(
            "action-refused",
            f"{first.rule} at {first.at}: seen {first.seen}, expected {first.expected} (event {event})",
            {"violations": shown},
        )
    return Done(
        {"answer": plain(outcome.answer), "notes": list(outcome.notes), "event": event}, journalled=True
    )


def list_scenarios(asked: Asked) -> Reply:
    heads = {
        name: scenarios.load(path, ()) if path else EMPTY
        for name, path in sorted(known_scenarios(asked.kit).items())
    }
    return Done({
        "scenarios": [
            {
                "name": name,
                "title": head.title,
                "clock": head.clock,
                "seed": head.seed,
                "readings": dict(head.readings),
            }
            for name, head in heads.items()
        ]
    })  # fmt: skip


def list_rules(asked: Asked) -> Reply:
    given, books = asked.given, asked.kit.worlds.rules
    if "system" in given and given["system"] not in books:
        return unknown("unknown-system", "system", given["system"], books)
    if "operation" in given and given["operation"] not in (known := operations(asked.kit)):
        return unknown("unknown-operation", "operation", given["operation"], known)
    return Done({
        "rules": [
            views.rule_in_a_line(rule, system)
            for system, book in books.items()
            if given.get("system") in (None, system)
            for rule in book.rules.values()
            if given.get("confidence") in (None, rule.confidence)
            and ("operation" not in given or given["operation"] in rule.operations)
        ]
    })  # fmt: skip


def get_rule(asked: Asked) -> Reply:
    code = asked.given["code"].upper()
    for system, book in asked.kit.worlds.rules.items():
        if code in book.rules:
            return Done(views.rule_whole(book.rules[code], system))
    codes = [code for book in asked.kit.worlds.rules.values() for code in book.rules]
    return unknown("unknown-rule", "rule", asked.given["code"], codes)


def _made(world: World, asked: Asked) -> Done:
    return Done(describe(world, asked.urls), 201, (("location", f"/v1/worlds/{world.name}"),), made=world)


def _moved(world: World, due: tuple[str, ...]) -> Done:
    return Done({**clock_of(world.moment.clock), "due": list(due)}, happened=due)


__all__ = [
    "export_har",
    "get_coverage",
    "get_event",
    "list_events",
    "list_holds",
    "list_instalments",
    "release_hold",
    "stream_events",
    "verify",
    "wait_for_events",
    "wait_for_holds",
]
