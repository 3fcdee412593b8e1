"""Which exchanges wait at this moment, and for what? Each goes on, or is dropped, when somebody says so."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

from ixmocks.engine.faults import Place

if TYPE_CHECKING:
    from ixmocks.engine.exchange import Received, Sent

HELD_MAX = 1000


class Then(Enum):
    """What becomes of a held exchange."""

    CONTINUE = "continue"  # as if nothing had been
    DROP = "drop"  # the connection breaks; what was not kept yet never will be


@dataclass(slots=True, eq=False)
class Hold:
    """One exchange that waits; `outcome` is set once it was released."""

    id: str
    at: datetime
    """When it came, on the world's clock."""
    place: Place
    system: str
    operation: str
    received: Received
    event: str
    """The event that tells of it, if it was decided before it was held; else empty."""
    go: Callable[[Then], Sent]
    outcome: Future[Sent] = field(default_factory=Future)


@dataclass(slots=True)
class Holds:
    """All exchanges of a world that wait. Use it with the world's lock held."""

    _waiting: dict[str, Hold] = field(default_factory=dict)
    _made: int = 0

    @property
    def full(self) -> bool:
        return len(self._waiting) >= HELD_MAX

    def next_id(self) -> str:
        return f"h{self._made + 1}"

    def add(self, hold: Hold) -> Hold:
        self._made += 1
        self._waiting[hold.id] = hold
        return hold

    def get(self, name: str) -> Hold | None:
        return self._waiting.get(name)

    def release(self, name: str, then: Then) -> Sent | None:
        """Let it go on, or drop it: what is still to be done is done before this returns. None: nobody waits so."""
        hold = self._waiting.pop(name, None)
        if hold is None:
            return None
        sent = hold.go(then)
        if hold.outcome.set_running_or_notify_cancel():  # else nobody is left to hear of it
            hold.outcome.set_result(sent)
        return sent

    def drop_all(self) -> int:
        return sum(self.release(name, Then.DROP) is not None for name in tuple(self._waiting))

    def listed(self) -> tuple[Hold, ...]:
        """Oldest first."""
        return tuple(self._waiting.values())
