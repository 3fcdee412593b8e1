"""Who answers which call of the control API? One function for each operationId."""

from __future__ import annotations

import itertools
import logging
import re
from dataclasses import replace
from datetime import timedelta

from ixmocks.control import durations, views
from ixmocks.control.asked import Asked, Done
from ixmocks.control.meant import (
    LATEST,
    clock_at,
    fault_meant,
    kept,
    known_scenarios,
    new_name,
    secret_headers,
    system_of,
    unknown_target,
)
from ixmocks.control.plain import plain
from ixmocks.control.problems import Problem, unknown
from ixmocks.control.record import SYSTEM
from ixmocks.engine import scenario as scenarios
from ixmocks.engine.clock import Clock
from ixmocks.engine.faults import FaultError
from ixmocks.engine.outcome import Refused
from ixmocks.engine.perform import act
from ixmocks.engine.world import World
from ixmocks.engine.worlds import DEFAULT, WorldError
from ixmocks.env import clock_of, describe, instant
from ixmocks.kit import advance

log = logging.getLogger("ixkit")

_EVENT = re.compile(r"e[1-9][0-9]{0,14}")

Reply = Done | Problem


def get_health(asked: Asked) -> Reply:
    return Done({"status": "ok"})


def get_readiness(asked: Asked) -> Reply:
    worlds = asked.kit.worlds
    return Done({"status": "ready", "systems": list(worlds.systems), "worlds": len(tuple(worlds.names()))})


# ---- worlds --------------------------------------------------------------------------------------


def list_worlds(asked: Asked) -> Reply:
    found = (asked.kit.worlds.get(name) for name in sorted(asked.kit.worlds.names()))
    return Done({"worlds": [views.summary_of(world) for world in found if world is not None]})


def create_world(asked: Asked) -> Reply:
    known = known_scenarios(asked.kit)
    chosen = asked.body.get("scenario", asked.kit.world().scenario)
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
            readings=asked.body.get("readings"),
        )  # fmt: skip
    except WorldError as error:
        return Problem("world-refused", f"{error}.")
    except scenarios.ScenarioError:
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


def list_events(asked: Asked) -> Reply:
    given, world = asked.given, asked.world
    system = given.get("system")
    if system is not None and system not in (SYSTEM, *asked.kit.worlds.systems):
        return unknown("unknown-system", "system", system, (SYSTEM, *asked.kit.worlds.systems))
    with world.lock:
        events, written = tuple(world.journal), world.journal.written
    after = int(given["after"][1:]) if "after" in given else 0
    fitting = (
        event
        for event in events
        if event.number > after
        and system in (None, event.system)
        and given.get("operation") in (None, event.operation)
        and given.get("status") in (None, event.status)
        and (event.violations or not given["violations"])
    )
    page = list(itertools.islice(fitting, given["limit"]))
    more = next(fitting, None) is not None
    # Events that do not fit were read as well: without more to come, the next call starts behind them.
    last = page[-1] if more else (events[-1] if events else None)
    return Done({
        "events": [views.event_in_a_line(event, world) for event in page],
        "next": last.id if last else None,
        "more": more,
        "dropped": written - len(events),
    })  # fmt: skip


def get_event(asked: Asked) -> Reply:
    world, name = asked.world, asked.given["event"]
    with world.lock:
        event = world.journal.get(name) if _EVENT.fullmatch(name) else None
    if event is None:
        return Problem(
            "unknown-event",
            f"world {world.name!r} has no event {name[:40]!r}; {kept(world)}",
        )
    book = asked.kit.worlds.rules.get(event.system)
    return Done(views.event_whole(event, world, asked.urls, book, secret_headers(asked.kit, event.system)))


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


def advance_clock(asked: Asked) -> Reply:
    try:
        by = durations.parse(asked.body["by"])
    except ValueError as error:
        return Problem("clock-out-of-range", str(error))
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
    heads = {name: scenarios.load(path, ()) for name, path in sorted(known_scenarios(asked.kit).items())}
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
