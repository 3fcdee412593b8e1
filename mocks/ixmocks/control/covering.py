"""What of the contracts did this world's journal touch? Operations, statuses, rules, readings, changes of status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from ixmocks.control.asked import Asked, Done
from ixmocks.control.difference import walk_owned
from ixmocks.engine.journal import Event
from ixmocks.engine.port import Port
from ixmocks.reach.promised import promised
from ixmocks.reach.seen import Reached, Seen


def get_coverage(asked: Asked) -> Done:
    with asked.world.lock:
        events, written = tuple(asked.world.journal), asked.world.journal.written
    by_system: dict[str, list[Event]] = {name: [] for name in asked.kit.ports}
    for event in events:
        if event.system in by_system:
            by_system[event.system].append(event)
    return Done({
        "world": asked.world.name,
        "events": len(events),
        "dropped": written - len(events),
        "systems": {
            name: {
                **_of_system(asked.kit.ports[name], seen, asked.world.readings),
                "reached": _reached(asked.kit.ports[name], events, asked.world.readings),
            }
            for name, seen in by_system.items()
        },
    })  # fmt: skip


def _of_system(port: Port, events: list[Event], readings: Mapping[str, str]) -> dict[str, Any]:
    operations = [_of_operation(operation, events) for operation in port.routes.operations()]
    rules = [_of_rule(rule, events, readings) for rule in port.rules.rules.values()]
    return {
        "asked": sum(1 for operation in operations if operation["asked"]),
        "operations": operations,
        "rules": rules,
        "transitions": transitions(events, port.system.name),
    }


def _reached(port: Port, events: Iterable[Event], readings: Mapping[str, str]) -> Reached:
    seen = Seen(port.system.name, port.rules)
    for event in events:
        seen.take(event, readings)
    return seen.reached(promised(port))


def _of_operation(operation: Any, events: Iterable[Event]) -> dict[str, Any]:
    statuses = Counter(str(event.status) for event in events if event.operation == operation.id)
    return {
        "operation": operation.id,
        "method": operation.method,
        "path": operation.path,
        "asked": sum(statuses.values()),
        "statuses": dict(sorted(statuses.items())),
        "never": sorted(status for status in operation.answers if status not in statuses),
    }


def _of_rule(rule: Any, events: Iterable[Event], readings: Mapping[str, str]) -> dict[str, Any]:
    """Obeyed: an event of one of its operations was answered without breaking any rule."""
    broken = obeyed = shaped = 0
    for event in events:
        codes = [violation.rule for violation in event.violations]
        broken += rule.code in codes
        shaped += rule.code in event.notes
        obeyed += not codes and not event.fault and event.operation in rule.operations
    return {
        "rule": rule.code,
        "broken": broken,
        "obeyed": obeyed,
        "shaped": shaped,
        "reading": readings.get(rule.code),
        "readings": [reading.name for reading in rule.readings],
    }


def transitions(events: Iterable[Event], system: str) -> list[dict[str, Any]]:
    """Each change of a status that happened: of what kind of thing, which member, from what to what, how often."""
    seen: Counter[tuple[str, str, str, str]] = Counter()
    for event in events:
        before, after = event.before.systems[system], event.after.systems[system]
        if before is not after:
            seen.update(moves(before, after))
    return [
        {"of": of, "member": member, "from": was, "to": now, "times": times}
        for (of, member, was, now), times in sorted(seen.items())
    ]


def moves(before: Any, after: Any) -> Iterable[tuple[str, str, str, str]]:
    for was, now in walk_owned(before, after):
        if not (was is None or type(was) is type(now)):
            continue
        for member in _members(now):
            old, new = getattr(was, member, None), getattr(now, member)
            if isinstance(new, Enum) and old != new:
                yield type(now).__name__, member, "" if old is None else str(old.value), str(new.value)


def _members(thing: Any) -> tuple[str, ...]:
    """The names of what a dataclass or a named tuple holds; of anything else, none."""
    if is_dataclass(thing):
        return tuple(member.name for member in fields(thing))
    return tuple(getattr(thing, "_fields", ()))
