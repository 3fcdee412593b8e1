"""How does an exchange go on that a fault leads another way: held, delivered twice, answered stale, done late?

Off the fast path: `perform` comes here only when such a fault struck. The world's lock is held.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ixmocks.engine.decide import decide
from ixmocks.engine.exchange import Received, Sent
from ixmocks.engine.faults import Fault, Harm, Place
from ixmocks.engine.holds import Hold, Then
from ixmocks.engine.operation import Operation
from ixmocks.engine.outcome import Answer, Presented
from ixmocks.engine.perform import fault_answer, record
from ixmocks.engine.system import System
from ixmocks.engine.world import LATE_MAX, Late, Moment, World

LOOKED_BACK_MAX = 200
"""How many earlier states a stale read is tried on."""
BROKEN = Fault(Place.AFTER_COMMIT, Harm.RESET)


@dataclass(frozen=True, slots=True)
class Way:
    """One routed request with all that it takes to answer it, now or later."""

    world: World
    system: System
    operation: Operation
    received: Received
    path: Mapping[str, str]
    headers: Mapping[str, str]
    presented: Presented
    faithful: bool
    fault: Fault

    @property
    def state(self) -> Any:
        return self.world.moment.systems[self.system.name]

    @property
    def now(self) -> datetime:
        return self.world.moment.clock.now()

    def decided(self, *, data: Any = None, admitted: bool = False) -> tuple[Answer, Any]:
        """As `decide`. `data`: the state that the answer comes from; `admitted`: the gates were passed before."""
        return decide(
            self.world, self.system, self.operation, self.received, self.path, self.headers, self.presented,
            self.now, data=data, admitted=admitted,
        )  # fmt: skip

    def done(self, answer: Answer, state: Any, before: Moment) -> Sent:
        """Commit, write the event, and hand out an answer that nothing damages."""
        if state is not None:
            self.world.put(self.system.name, state)
        sent = record(
            self.world, self.system, self.operation.id, self.received, answer, before, self.now, self.fault,
            faithful=self.faithful,
        )  # fmt: skip
        return replace(sent, fault=None)

    def whole(self, *, admitted: bool = False) -> Sent:
        before = self.world.moment
        return self.done(*self.decided(admitted=admitted), before)

    def broken(self, before: Moment) -> Sent:
        """Nothing is kept, and the connection breaks."""
        answer = fault_answer(self.system, self.operation, self.fault)
        return replace(self.done(answer, None, before), fault=BROKEN)


def detour(way: Way) -> Sent:
    return _DETOURS[way.fault.harm](way)


# ---- held ----------------------------------------------------------------------------------------


def _held(way: Way) -> Sent:
    if way.world.holds.full:
        return way.whole()
    return _HELD[way.fault.place](way)


def _held_unread(way: Way) -> Sent:
    """At `received`: nothing was looked at. It is decided when it goes on, with the state and time of then."""

    def go(then: Then) -> Sent:
        return way.whole() if then is Then.CONTINUE else way.broken(way.world.moment)

    return _waits(way, go)


def _held_decided(way: Way) -> Sent:
    """At `before_commit`: decided with the state and time of its arrival, unless another request overtakes it."""
    answer, state = way.decided()
    seen = way.state

    def go(then: Then) -> Sent:
        before = way.world.moment
        if then is Then.DROP:
            return way.broken(before)
        if way.state is not seen:
            return way.whole(admitted=True)
        return way.done(answer, state, before)

    return _waits(way, go)


def _held_answer(way: Way) -> Sent:
    """At `after_commit` and `sending`: all is done and written; the answer, or its second half, waits."""
    sent = way.whole()

    def go(then: Then) -> Sent:
        return sent if then is Then.CONTINUE else replace(sent, fault=BROKEN)

    return _waits(way, go, sent)


def _waits(way: Way, go: Callable[[Then], Sent], sent: Sent | None = None) -> Sent:
    holds = way.world.holds
    event = sent.event.id if sent is not None and sent.event is not None else ""
    hold = holds.add(
        Hold(
            holds.next_id(),
            way.now,
            way.fault.place,
            way.system.name,
            way.operation.id,
            way.received,
            event,
            go,
        )
    )
    way.world.journal.tell()
    sent = sent or Sent(0, b"", b"")
    return replace(sent, fault=way.fault, hold=hold)


# ---- twice, stale, late --------------------------------------------------------------------------


def _twice(way: Way) -> Sent:
    """A second delivery: at once, or `seconds` later. At `after_commit` its answer is the one that arrives."""
    first = way.whole()
    if way.fault.seconds:
        _later(way, way.whole)
        return first
    second = way.whole()
    return first if way.fault.place is Place.RECEIVED else second


def _stale(way: Way) -> Sent:
    """A read answers as it would have `seconds` ago; without `seconds`, as before the last change it can see.

    Who asks is judged by the present: a token that is newer than the data is good.
    """
    before = way.world.moment
    answer, state = way.decided()
    after = way.world.moment
    fresh = after.systems[way.system.name]
    if answer.refused is not None or (state is not None and state is not fresh):
        return way.done(answer, state, before)
    for old in _earlier(way, before):
        stale, _ = way.decided(data=old, admitted=True)
        if way.fault.seconds or (stale.status, stale.body) != (answer.status, answer.body):
            return way.done(stale, None, before)
    return way.done(answer, None, before)


def _earlier(way: Way, before: Moment) -> list[Any]:
    """States of this system that may be meant, the newest first."""
    name, world = way.system.name, way.world
    kept = list(world.journal)
    if way.fault.seconds:
        until = way.now - timedelta(seconds=way.fault.seconds)
        then = next((event.after for event in reversed(kept) if event.at <= until), None)
        return [(then or (kept[0].before if kept else before)).systems[name]]
    states: list[Any] = []
    for event in reversed(kept):
        state = event.before.systems[name]
        if state is not (states[-1] if states else before.systems[name]):
            states.append(state)
        if len(states) >= LOOKED_BACK_MAX:
            break
    return states


def _late(way: Way) -> Sent:
    """The connection breaks; the request is done later, as one that was let in when it came."""
    before = way.world.moment
    answer, _ = way.decided()
    sent = way.broken(before)
    if answer.refused is None:
        _later(way, lambda: way.whole(admitted=True))
    return replace(sent, fault=way.fault)


def _later(way: Way, go: Callable[[], Sent]) -> None:
    world = way.world
    if len(world.late) >= LATE_MAX:
        return
    at = way.now + timedelta(seconds=way.fault.seconds)
    said = (
        f"{way.system.name}: {way.received.method} {way.received.path} is processed late ({way.fault.label})"
    )
    world.late = world.late.add(Late(at, said, world.journal.written, go))


_HELD: Mapping[Place, Callable[[Way], Sent]] = {
    Place.RECEIVED: _held_unread,
    Place.BEFORE_COMMIT: _held_decided,
    Place.AFTER_COMMIT: _held_answer,
    Place.SENDING: _held_answer,
}
_DETOURS: Mapping[Harm, Callable[[Way], Sent]] = {
    Harm.HOLD: _held,
    Harm.TWICE: _twice,
    Harm.STALE: _stale,
    Harm.LATE: _late,
}
