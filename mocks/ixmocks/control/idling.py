"""How does time pass until nothing is planned any more? Step by step, and webhooks are delivered in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ixmocks.control.asked import Asked, Done
from ixmocks.control.waiting import Waiting
from ixmocks.engine.world import World
from ixmocks.env import clock_of, instant
from ixmocks.kit import Kit, advance, next_due

SPAN = timedelta(days=366)
"""How far the clock goes where nobody says."""
STEPS_MAX = 10_000
"""Something that plans itself anew for ever is stopped here."""
PATIENCE_S = 30
"""Real seconds for all webhooks of a call."""


def until_idle(asked: Asked, most: timedelta) -> Waiting:
    """Go to what is due next, again and again, as long as that is within `most` from now."""
    world = asked.world
    going = _Going(asked.kit, world, asked.stir, world.moment.clock.now() + most)
    return Waiting(world, going.on, going.told, PATIENCE_S)


@dataclass(slots=True)
class _Going:
    kit: Kit
    world: World
    stir: Callable[[], None] | None
    until: datetime
    steps: int = 0
    due: list[str] = field(default_factory=list)

    def on(self) -> Done | None:
        """As far as possible; None while a webhook is on its way, since its receiver may cause something new."""
        systems = self.kit.worlds.systems
        with self.world.lock:
            while self.steps < STEPS_MAX:
                if self._webhooks() and self.stir is not None:
                    self.stir()
                    return None
                at = next_due(self.world, systems)
                if at is None or at > self.until:
                    break
                self._step(max(at - self.world.moment.clock.now(), timedelta()))
            return self.told()

    def _step(self, by: timedelta) -> None:
        """All of a step or nothing of it."""
        before = self.world.moment
        try:
            self.due += advance(self.world, self.kit.worlds.systems, by)
        except Exception:
            self.world.moment = before
            raise
        self.steps += 1

    def told(self) -> Done:
        with self.world.lock:
            left = [*self._planned(), *self._webhooks(), *self._held()]
            body = {**clock_of(self.world.moment.clock), "due": self.due, "idle": not left, "left": left}
        return Done(body, happened=tuple(self.due))

    def _planned(self) -> list[str]:
        at = next_due(self.world, self.kit.worlds.systems)
        return [f"something is due at {instant(at)}"] if at is not None else []

    def _webhooks(self) -> list[str]:
        states = self.world.moment.systems
        waiting = {
            name: len(system.outbox(states[name]))
            for name, system in self.kit.worlds.systems.items()
            if system.delivered is not None
        }
        carried = "" if self.stir is not None else "; nobody carries them here, where there are no sockets"
        return [
            f"{name}: webhooks that are not delivered: {count}{carried}"
            for name, count in waiting.items()
            if count
        ]

    def _held(self) -> list[str]:
        return [
            f"{hold.system}: {hold.operation or 'an exchange'} is held as {hold.id}"
            for hold in self.world.holds.listed()
        ]
