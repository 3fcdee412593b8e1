"""What does a control handler see of a call, and what does it hand back?"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ixmocks.engine.world import Moment, World
from ixmocks.env import Urls
from ixmocks.kit import Kit


@dataclass(frozen=True, slots=True)
class Asked:
    """One call, its names and values as the contract says. Where it may change a world, the lock is held."""

    kit: Kit
    urls: Urls
    given: Mapping[str, Any] = field(default_factory=dict)
    """Values of path and query, by name."""
    body: Any = None
    target: World | None = None
    numbers: Iterator[int] = field(default_factory=itertools.count)
    """For worlds that get no name."""
    stop: Callable[[], None] | None = None
    """Ends the process, where it is ours to end."""
    stir: Callable[[], None] | None = None
    """Tells the courier to look into the outboxes at once; None: nobody carries webhooks here."""

    @property
    def world(self) -> World:
        """The world that the path names; it was looked up before the handler was asked."""
        assert self.target is not None
        return self.target

    @property
    def moment(self) -> Moment:
        with self.world.lock:
            return self.world.moment


@dataclass(frozen=True, slots=True)
class Done:
    """A yes: what to answer, and what the journal should know."""

    body: Any = None
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    made: World | None = None
    """A world that this call made; its journal gets the event."""
    happened: tuple[str, ...] = ()
    journalled: bool = False
    """True where the event is written already."""
