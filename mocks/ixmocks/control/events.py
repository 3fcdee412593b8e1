"""The journal from outside: a page of it, one event, wait until something is written."""

from __future__ import annotations

import itertools
import re

from ixmocks.control import views
from ixmocks.control.asked import Asked, Done
from ixmocks.control.filters import fits, fitting, number_of, unknown_name
from ixmocks.control.meant import kept, secret_headers
from ixmocks.control.problems import Problem
from ixmocks.control.waiting import Waiting
from ixmocks.engine.journal import Event
from ixmocks.engine.world import World

_EVENT = re.compile(r"e[1-9][0-9]{0,14}")


def list_events(asked: Asked) -> Done | Problem:
    given, world = asked.given, asked.world
    wrong = unknown_name(asked, given)
    if wrong is not None:
        return wrong
    with world.lock:
        events, written = tuple(world.journal), world.journal.written
    found = iter(fitting(events, given))
    page = list(itertools.islice(found, given["limit"]))
    more = next(found, None) is not None
    # Events that do not fit were read as well: without more to come, the next call starts behind them.
    last = page[-1] if more else (events[-1] if events else None)
    return Done({
        "events": [views.event_in_a_line(event, world) for event in page],
        "next": last.id if last else None,
        "more": more,
        "dropped": written - len(events),
    })  # fmt: skip


def get_event(asked: Asked) -> Done | Problem:
    event = event_named(asked)
    if isinstance(event, Problem):
        return event
    book = asked.kit.worlds.rules.get(event.system)
    hidden = secret_headers(asked.kit, event.system)
    return Done(views.event_whole(event, asked.world, asked.urls, book, hidden))


def event_named(asked: Asked) -> Event | Problem:
    world, name = asked.world, asked.given["event"]
    with world.lock:
        event = world.journal.get(name) if _EVENT.fullmatch(name) else None
    if event is None:
        detail = f"world {world.name!r} has no event {name[:40]!r}; {kept(world)}"
        return Problem("unknown-event", detail)
    return event


def wait_for_events(asked: Asked) -> Waiting | Problem:
    body = asked.body
    wrong = unknown_name(asked, body)
    if wrong is not None:
        return wrong
    wait = _Wait(
        asked.world, {name: body[name] for name in body if name not in ("n", "timeout")}, body.get("n", 1)
    )
    return Waiting(asked.world, wait.look, wait.last, float(body.get("timeout", 10)))


class _Wait:
    """Reads what is new at each look, and keeps what fits."""

    def __init__(self, world: World, given: dict[str, object], n: int) -> None:
        self._world, self._given, self._n = world, given, n
        self._seen = number_of(str(given["after"])) if "after" in given else 0
        self._found: list[Event] = []

    def look(self) -> Done | None:
        with self._world.lock:
            new = self._world.journal.since(self._seen)
        for event in new:
            self._seen = event.number
            if len(self._found) < self._n and fits(event, self._given):
                self._found.append(event)
        return self.last() if len(self._found) >= self._n else None

    def last(self) -> Done:
        found = self._found
        after = found[-1].id if len(found) >= self._n else f"e{self._seen}" if self._seen else None
        return Done({
            "reached": len(found) >= self._n,
            "events": [views.event_in_a_line(event, self._world) for event in found],
            "next": after,
        })  # fmt: skip
