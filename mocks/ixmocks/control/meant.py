"""What does a call mean by a name, a time, a fault? From the values of a call to those of the engine, or a problem."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ixmocks.control.asked import Asked
from ixmocks.control.problems import Problem, unknown
from ixmocks.engine import scenario as scenarios
from ixmocks.engine.clock import Clock, ClockError
from ixmocks.engine.faults import Fault, FaultError, Harm, Place
from ixmocks.engine.inline import EMPTY
from ixmocks.engine.system import System
from ixmocks.engine.world import World
from ixmocks.env import instant
from ixmocks.kit import DEFAULT_SCENARIO, Kit

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
"""A world's clock stays between these, so that no sum with a date can run out of the calendar."""

_BODILESS = frozenset({304})
_FRAMING = frozenset({"connection", "content-length", "transfer-encoding", "upgrade"})
"""Headers that say where an answer ends; a fault that sets them would break the connection unannounced."""


def known_scenarios(kit: Kit) -> Mapping[str, str]:
    """Name to what a kit loads: nothing, those that come with ixkit, and the one that this process was started with.

    No other folder can be named from outside.
    """
    started = str(getattr(kit, "scenario", DEFAULT_SCENARIO))
    return {EMPTY.name: "", **{name: name for name in scenarios.names()}, Path(started).name: started}


def new_name(asked: Asked) -> str | Problem:
    """The name that was asked for, or the next one that is free."""
    worlds = asked.kit.worlds
    name = asked.body.get("name")
    if name is None:
        return next(free for free in (f"w{n}" for n in asked.numbers) if worlds.get(free) is None)
    if worlds.get(name) is not None:
        return Problem("world-exists", f"there is a world {name!r} already; choose another name or delete it")
    return str(name)


def system_of(asked: Asked) -> System | Problem:
    name, systems = asked.given["system"], asked.kit.worlds.systems
    return systems.get(name) or unknown("unknown-system", "system", name, systems)


def clock_at(text: str | None) -> Clock | Problem | None:
    if text is None:
        return None
    outside = Problem(
        "clock-out-of-range", f"{text[:40]} lies outside of {instant(EARLIEST)} to {instant(LATEST)}"
    )
    try:
        clock = Clock.parse(text)
    except ClockError as error:
        return Problem("clock-out-of-range", f"{error}.")
    except OverflowError:
        return outside
    return clock if EARLIEST <= clock.moment <= LATEST else outside


def fault_meant(body: Mapping[str, Any]) -> Fault | Problem:
    framing = [h["name"] for h in body.get("headers", ()) if h["name"].lower() in _FRAMING]
    if framing:
        return Problem(
            "fault-refused", f"the header {framing[0]!r} is set by the server itself; leave it out"
        )
    if body.get("status") in _BODILESS:
        return Problem("fault-refused", f"an answer with status {body['status']} has no body to say no in")
    try:
        return Fault(
            place=Place(body["place"]),
            harm=Harm(body["harm"]),
            system=body.get("system", ""),
            operation=body.get("operation", ""),
            key=body.get("key", ""),
            nth=body.get("nth", 1),
            times=body.get("times", 1),
            status=body.get("status", 500),
            seconds=float(body.get("seconds", 0)),
            headers=tuple((header["name"], header["value"]) for header in body.get("headers", ())),
        )
    except FaultError as error:
        return Problem("fault-refused", f"{error}.")


def unknown_target(kit: Kit, fault: Fault) -> Problem | None:
    """A fault for a system or an operation that nobody has would never strike."""
    if fault.system and fault.system not in kit.ports:
        return unknown("fault-refused", "system", fault.system, kit.ports)
    ports = [kit.ports[fault.system]] if fault.system else list(kit.ports.values())
    names = {operation.id for port in ports for operation in port.routes.operations()}
    if fault.operation and fault.operation not in names:
        return unknown("fault-refused", "operation", fault.operation, names)
    return None


def secret_headers(kit: Kit, system: str) -> frozenset[str]:
    """The headers by which this system's clients sign in, as its contract names them."""
    port = kit.ports.get(system)
    schemes = port.document.security_schemes.values() if port is not None else ()
    return frozenset(str(scheme["name"]).lower() for scheme in schemes if scheme.get("in") == "header")


def kept(world: World) -> str:
    kept = tuple(world.journal)
    return f"it keeps {kept[0].id} to {kept[-1].id}" if kept else "its journal is empty"
