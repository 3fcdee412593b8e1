"""How does a call wait for something to happen, while everybody else goes on being answered?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from ixmocks.control.asked import Done
from ixmocks.engine.world import World

SECONDS_MAX: float = 60
"""Nobody waits longer, whatever the contract allows."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not yet: `look` again whenever the world stirs; after `seconds`, say what there is."""

    world: World
    look: Callable[[], Done | None]
    """The answer, once what was waited for is there."""
    last: Callable[[], Done]
    seconds: float
    settled: Callable[[Done], object] = lambda done: None
    """Called with the answer before it leaves: whatever changed a world is written into its journal."""


async def wait_out(waiting: Waiting) -> Done:
    """The answer, without a thread of its own: the event loop is told by whoever writes into the journal."""
    loop, stirred = asyncio.get_running_loop(), asyncio.Event()
    until = loop.time() + min(waiting.seconds, SECONDS_MAX)

    def tell() -> None:
        loop.call_soon_threadsafe(stirred.set)

    waiting.world.journal.watch(tell)
    try:
        while True:
            stirred.clear()
            done = waiting.look()
            if done is None:
                try:
                    await asyncio.wait_for(stirred.wait(), until - loop.time())
                    continue
                except TimeoutError:
                    done = waiting.last()
            waiting.settled(done)
            return done
    finally:
        waiting.world.journal.unwatch(tell)
