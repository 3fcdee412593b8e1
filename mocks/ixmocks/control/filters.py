"""Which events are meant? One filter for listing, waiting, following, exporting and verifying."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ixmocks.control.asked import Asked
from ixmocks.control.problems import Problem, unknown
from ixmocks.control.record import SYSTEM
from ixmocks.engine.journal import Event


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


def unknown_system(asked: Asked, given: Mapping[str, Any]) -> Problem | None:
    """A filter for a system that nobody has would never fit, and nobody would know why."""
    system, known = given.get("system"), (SYSTEM, *asked.kit.worlds.systems)
    if system is None or system in known:
        return None
    return unknown("unknown-system", "system", system, known)


def _holds(event: Event, key: bytes) -> bool:
    """Compared literally, as a fault's key is."""
    return any(key in part for part in (event.path.encode(), event.query.encode(), event.body))
