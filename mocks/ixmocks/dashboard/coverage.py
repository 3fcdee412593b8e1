"""Which statuses and steps has a world seen? Found by looking at each event's moments, once, and remembered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
RUN = 128
"""Events that are looked at together."""


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
        for run in runs(self.system, self.machine, [event for event in events if event.number > self.last]):
            if run[0].operation == RESET:
                self.seen = Seen()
            keys = touched(self.system, self.machine, run)
            for event in run:
                self._take(event, keys)
        self.last = max(self.last, events[-1].number if events else 0)
        self._take_states(world.moment)
        return self.seen

    def _take_states(self, moment: Moment) -> None:
        day = today(moment.clock.now())
        self.seen.states.update(_statuses(self.machine, moment.systems.get(self.system), day).keys())

    def _take(self, event: Event, keys: Collection[Any] | None) -> None:
        for old, new, edges in steps(self.system, self.machine, event, keys):
            self.seen.states |= {old, new} - {""}
            if edges:
                self.seen.steps[edges[0]] += 1
                self.seen.examples[edges[0]] = event.id
            elif old != new:
                self.seen.strange[old, new, event.operation] += 1


def runs(system: str, machine: Machine, events: Iterable[Event]) -> Iterator[list[Event]]:
    """The events in pieces of at most `RUN`; within a piece each begins with the things the one before it left."""
    run: list[Event] = []
    left: Any = None
    for event in events:
        alone = event.operation in NO_LIFE or _turned(machine, event)
        begun = _things(system, machine, event.before)
        if run and (alone or len(run) >= RUN or begun is not left):
            yield run
            run = []
        run.append(event)
        left = None if alone else _things(system, machine, event.after)
    if run:
        yield run


def touched(system: str, machine: Machine, run: Sequence[Event]) -> Collection[Any] | None:
    """The keys of all that may have moved in these events; None: look at everything.

    Walking over thousands of things takes milliseconds, so it is done once for many events: a thing that is the
    same object before and after them was left alone by each.
    """
    if len(run) == 1:
        return None
    sizes = [len(_things(system, machine, event.after) or ()) for event in run]
    if sizes != sorted(sizes):
        return None  # something was taken away, perhaps something that came in between
    first, last = _things(system, machine, run[0].before), _things(system, machine, run[-1].after)
    if last is None or first is None:
        return None
    return () if first is last else [key for key, thing in last.items() if first.get(key) is not thing]


def _things(system: str, machine: Machine, moment: Moment) -> Mapping[Any, Any] | None:
    state = moment.systems.get(system)
    return machine.things(state) if state is not None else None


def _turned(machine: Machine, event: Event) -> bool:
    """Whether a day began in which a status may change by itself."""
    before, after = event.before.clock.now(), event.after.clock.now()
    return machine.alive_by_clock and before != after and today(before) != today(after)


def steps(
    system: str, machine: Machine, event: Event, keys: Collection[Any] | None = None
) -> Iterator[tuple[str, str, list[Edge]]]:
    """Every thing that this event moved or touched: from, to, and the rows of the table that fit.

    ``keys``: only these can have been touched.
    """
    if event.operation in NO_LIFE:
        return
    turned = _turned(machine, event)
    old_things, new_things = _things(system, machine, event.before), _things(system, machine, event.after)
    if old_things is None or new_things is None or (old_things is new_things and not turned):
        return
    old_day, new_day = today(event.before.clock.now()), today(event.after.clock.now())
    for key in new_things if keys is None else keys:
        thing, was = new_things.get(key), old_things.get(key)
        if thing is None or (thing is was and not turned):
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
