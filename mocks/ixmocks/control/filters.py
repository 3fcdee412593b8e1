"""Which events are meant? One filter for listing, waiting, following, exporting and verifying."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ixmocks.control.asked import Asked
from ixmocks.control.problems import Problem, unknown
from ixmocks.control.record import SYSTEM
from ixmocks.engine.journal import Event
from ixmocks.engine.schema import SCHEMA
from ixmocks.kit import Kit


def fits(event: Event, given: Mapping[str, Any]) -> bool:
    """Whether an event is what all given names say; a name that is left out says nothing."""
    return (
        given.get("system") in (None, event.system)
        and given.get("operation") in (None, event.operation)
        and given.get("status") in (None, event.status)
        and given.get("method") in (None, event.method)
        and given.get("fault") in (None, event.fault)
        and given.get("changed") in (None, event.changed)
        and not (given.get("violations") and not event.violations)
        and (given.get("rule") is None or any(v.rule == given["rule"] for v in event.violations))
        and event.number > number_of(given.get("after"))
        and ("key" not in given or _holds(event, given["key"].encode("utf-8", "replace")))
    )


def number_of(event_id: str | None) -> int:
    """`e12` is 12; nothing is 0."""
    return int(event_id[1:]) if event_id else 0


def fitting(events: Iterable[Event], given: Mapping[str, Any]) -> Iterable[Event]:
    return (event for event in events if fits(event, given))


def unknown_name(asked: Asked, given: Mapping[str, Any]) -> Problem | None:
    """A filter for a system, an operation or a rule that nobody has would never fit, and nobody would know why."""
    for what, names in (("system", _systems), ("operation", operations), ("rule", _rules)):
        name = given.get(what)
        if name is None or (what == "operation" and name.startswith(_CONTROL)):
            continue
        known = names(asked.kit)
        if name not in known:
            return unknown(f"unknown-{what}", what, name, known)
    return None


_CONTROL = f"{SYSTEM}:"
"""How the calls of the control API are named in a journal; they are too many to list as a hint."""
_NO_RULES = (SCHEMA, "fault", "defect")
"""What stands in a violation where no numbered rule was broken."""


def _systems(kit: Kit) -> Collection[str]:
    return (SYSTEM, *kit.worlds.systems)


def operations(kit: Kit) -> Collection[str]:
    """What an event's operation may be, but for the calls of the control API."""
    called = {operation.id for port in kit.ports.values() for operation in port.routes.operations()}
    return called | {f"act:{name}" for system in kit.worlds.systems.values() for name in system.actions}


def _rules(kit: Kit) -> Collection[str]:
    return {*_NO_RULES, *(code for book in kit.worlds.rules.values() for code in book.rules)}


def _holds(event: Event, key: bytes) -> bool:
    """Compared literally, as a fault's key is."""
    return any(key in part for part in (event.path.encode(), event.query.encode(), event.body))
