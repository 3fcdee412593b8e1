"""What happened in a world? A bounded list of events, each written before its answer leaves."""

from __future__ import annotations

import itertools
import re
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from ixmocks.engine.heads import RawHeaders, pairs_of
from ixmocks.engine.outcome import Violation
from ixmocks.engine.values import value

if TYPE_CHECKING:
    from ixmocks.engine.world import Moment

EVENTS_MAX = 10_000
_ID = re.compile(r"e[1-9][0-9]{0,14}")
BYTES_MAX = 64 * 1024 * 1024
KEPT_BYTES = 3_000
"""What an event keeps besides body and answer: headers, itself, and its moment's share of the states.

1,100 to 2,100 bytes as measured with all five systems; somewhat more where much is planned for later.
"""


@value(slots=True)
class Event:
    """One exchange, action or control call. The moments before and after are references, not copies."""

    number: int
    at: datetime
    """On the world's clock."""
    system: str
    operation: str
    """operationId, `act:<name>` or `control:<name>`; empty for a path nobody knows."""
    method: str
    path: str
    query: str
    headers: RawHeaders
    body: bytes
    status: int
    answer: bytes
    answer_head: bytes
    """The headers of the answer, as `head_of` writes them."""
    violations: tuple[Violation, ...]
    notes: tuple[str, ...]
    fault: str
    before: Moment
    after: Moment
    happened: tuple[str, ...] = ()
    """What time brought about, in words, where this moved the clock."""

    @property
    def id(self) -> str:
        return f"e{self.number}"

    @property
    def answer_headers(self) -> RawHeaders:
        return pairs_of(self.answer_head)

    @property
    def changed(self) -> bool:
        return self.before.systems is not self.after.systems

    @property
    def size(self) -> int:
        """About how many bytes are free again once it is dropped."""
        return len(self.body) + len(self.answer) + KEPT_BYTES


class Journal:
    """The newest events, at most 10,000 and 64 MiB; older ones are counted and dropped."""

    def __init__(self, *, events_max: int = EVENTS_MAX, bytes_max: int = BYTES_MAX) -> None:
        self._events: deque[Event] = deque()
        self._bytes = 0
        self._events_max = events_max
        self._bytes_max = bytes_max
        self.written = 0
        self._watchers: tuple[Callable[[], None], ...] = ()

    def next_number(self) -> int:
        return self.written + 1

    def append(self, event: Event) -> None:
        self.written = event.number
        self._events.append(event)
        self._bytes += event.size
        while len(self._events) > self._events_max or self._bytes > self._bytes_max:
            self._bytes -= self._events.popleft().size
        if self._watchers:
            self.tell()

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call it whenever something is written; it must not wait."""
        self._watchers = (*self._watchers, watcher)

    def unwatch(self, watcher: Callable[[], None]) -> None:
        self._watchers = tuple(other for other in self._watchers if other != watcher)

    def tell(self) -> None:
        """Something happened that a watcher may wait for."""
        for watcher in self._watchers:
            watcher()

    def get(self, event_id: str) -> Event | None:
        """The event `e12`, if it is still kept."""
        if not self._events or not _ID.fullmatch(event_id):
            return None
        index = int(event_id[1:]) - self._events[0].number
        return self._events[index] if 0 <= index < len(self._events) else None

    def since(self, number: int) -> tuple[Event, ...]:
        """The kept events after that number, oldest first."""
        if not self._events or number >= self._events[-1].number:
            return ()
        return tuple(itertools.islice(self._events, max(0, number - self._events[0].number + 1), None))

    def clear(self) -> None:
        self._events.clear()
        self._bytes = 0

    def __iter__(self) -> Iterator[Event]:
        return iter(tuple(self._events))

    def __len__(self) -> int:
        return len(self._events)
