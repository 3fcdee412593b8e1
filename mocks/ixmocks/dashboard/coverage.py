"""Which statuses and steps has a world seen? Found by looking at each event's moments, once, and remembered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ixmocks.dashboard.document import Edge, Machine
from ixmocks.engine.journal import Event
from ixmocks.engine.world import Moment, World
from ixmocks.ixpole.state import today

RESET = "control:resetWorld"
NO_LIFE = frozenset({
    RESET, "control:rewindWorld", "control:forkWorld", "control:createWorld", "control:putState",
    "control:putSystemState",
})  # fmt: skip
"""These put things into another state without leading them there."""


@dataclass(slots=True)
class Seen:
    """What one machine of one world went through."""

    steps: Counter[Edge] = field(default_factory=Counter)
    strange: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """Steps that the table does not have: from, to, and by which operation."""
    examples: dict[Edge, str] = field(default_factory=dict)
    """The last event that made each step."""
    states: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Coverage:
    """What one world's journal shows of one system's machine; grows with the journal."""

    system: str
    machine: Machine
    seen: Seen = field(default_factory=Seen)
    last: int = 0

    def look(self, world: World) -> Seen:
        """Take in the events that came since the last look."""
        with world.lock:
            events = tuple(world.journal)
        if not self.last:
            self._take_states(events[0].before if events else world.moment)
        for event in events:
            if event.number <= self.last:
                continue
            if event.operation == RESET:
                self.seen = Seen()
            self._take(event)
        self.last = max(self.last, events[-1].number if events else 0)
        self._take_states(world.moment)
        return self.seen

    def _take_states(self, moment: Moment) -> None:
        day = today(moment.clock.now())
        self.seen.states.update(_statuses(self.machine, moment.systems.get(self.system), day).keys())

    def _take(self, event: Event) -> None:
        for old, new, edges in steps(self.system, self.machine, event):
            self.seen.states |= {old, new} - {""}
            if edges:
                self.seen.steps[edges[0]] += 1
                self.seen.examples[edges[0]] = event.id
            elif old != new:
                self.seen.strange[old, new, event.operation] += 1


def steps(system: str, machine: Machine, event: Event) -> Iterator[tuple[str, str, list[Edge]]]:
    """Every thing that this event moved or touched: from, to, and the rows of the table that fit."""
    if event.operation in NO_LIFE:
        return
    before, after = event.before.systems.get(system), event.after.systems.get(system)
    old_day, new_day = today(event.before.clock.now()), today(event.after.clock.now())
    turned = machine.alive_by_clock and old_day != new_day
    if after is None or before is None or (before is after and not turned):
        return
    old_things, new_things = machine.things(before), machine.things(after)
    if old_things is new_things and not turned:
        return
    for key in new_things:
        thing, was = new_things[key], old_things.get(key)
        if thing is was and not turned:
            continue
        old = machine.status(was, old_day) if was is not None else ""
        new = machine.status(thing, new_day)
        if thing is was and old == new:
            continue
        yield old, new, _fitting(machine, old, new, event.operation)


def _fitting(machine: Machine, old: str, new: str, operation: str) -> list[Edge]:
    return [
        edge for edge in machine.edges if (edge.source, edge.target) == (old, new) and operation in edge.by
    ]


def _statuses(machine: Machine, state: Any, day: date) -> Mapping[str, int]:
    if state is None:
        return {}
    things = machine.things(state)
    return Counter(machine.status(things[key], day) for key in things)


def now_in(machine: Machine, system: str, moment: Moment) -> Mapping[str, int]:
    """How many things are in each status at this moment."""
    return _statuses(machine, moment.systems.get(system), today(moment.clock.now()))
