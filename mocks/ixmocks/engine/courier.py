"""Who carries webhooks to their callbacks? Reads the outboxes of a world, posts, and tells the system how it went."""

from __future__ import annotations

import logging
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from ixmocks.engine.clock import Clock
from ixmocks.engine.exchange import Received
from ixmocks.engine.outcome import Answer
from ixmocks.engine.perform import record
from ixmocks.engine.system import Delivery, System
from ixmocks.engine.world import World
from ixmocks.engine.worlds import Worlds

log = logging.getLogger("ixkit")

Post = Callable[[Delivery], int]
"""Sends one delivery and says the status it was answered with; 0: nobody answered."""

ROUNDS_MAX = 100
PATIENCE_S = 5.0
TICK_S = 1.0


def carry(world: World, systems: Mapping[str, System], post: Post) -> int:
    """Post all that the outboxes of this world hold, oldest first, until they are empty; how many went out.

    The lock is not held while posting: the callback may ask the mocks in turn.
    """
    sent = 0
    for _ in range(ROUNDS_MAX):
        with world.lock:
            waiting = [
                (system, delivery)
                for system in systems.values()
                if system.delivered is not None
                for delivery in system.outbox(world.moment.systems[system.name])
            ]
        if not waiting:
            break
        for system, delivery in waiting:
            status = post(delivery)
            sent += 1
            _settle(world, system, delivery, status)
    return sent


def _settle(world: World, system: System, delivery: Delivery, status: int) -> None:
    with world.lock:
        before = world.moment
        at = before.clock.now()
        assert system.delivered is not None
        world.put(system.name, system.delivered(before.systems[system.name], delivery.id, status, at))
        headers = tuple((name.encode(), value.encode()) for name, value in delivery.headers)
        sent = Received("HOOK", delivery.url, "", headers, delivery.body)
        record(world, system, "hook", sent, Answer(status), before, at, None, faithful=True)


class Courier(threading.Thread):
    """Carries for all worlds of a served kit, in the background, whenever somebody stirred."""

    def __init__(self, worlds: Worlds, hosts: Iterable[str], settle_due: Callable[[World], object]) -> None:
        super().__init__(name="courier", daemon=True)
        self._worlds = worlds
        self._hosts = frozenset(hosts)
        self._settle_due = settle_due
        self._stirred = threading.Event()
        self._leaving = False
        self._client: Any = None

    @property
    def needed(self) -> bool:
        return any(system.delivered is not None for system in self._worlds.systems.values())

    def stir(self) -> None:
        self._stirred.set()

    def leave(self) -> None:
        self._leaving = True
        self._stirred.set()

    def around(self, app: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        """The same application, after each of whose requests the outboxes are looked into."""

        async def stirring(scope: Any, receive: Any, send: Any) -> None:
            await app(scope, receive, send)
            self.stir()

        return stirring

    def run(self) -> None:
        while not self._leaving:
            self._stirred.wait(TICK_S)
            self._stirred.clear()
            for name in self._worlds.names():
                world = self._worlds.get(name)
                if world is not None and not self._leaving:
                    self._round(world)

    def _round(self, world: World) -> None:
        try:
            if _runs(world.moment.clock):
                self._settle_due(world)
            carry(world, self._worlds.systems, self.post)
        except Exception:
            log.exception("carrying webhooks of world %s failed; this is a defect of ixkit", world.name)

    def post(self, delivery: Delivery) -> int:
        """Only to hosts that were allowed: whoever holds a key can register any address."""
        import httpx  # at the first webhook, not at the start

        host = urlsplit(delivery.url).hostname or ""
        if host.lower() not in self._hosts:
            log.warning("webhook to %r is not sent: allow the host with --allow-host", host)
            return 0
        if self._client is None:
            self._client = httpx.Client(timeout=PATIENCE_S, trust_env=False)
        try:
            answer = self._client.post(delivery.url, content=delivery.body, headers=dict(delivery.headers))
        except (httpx.HTTPError, httpx.InvalidURL):
            return 0
        return int(answer.status_code)


def _runs(clock: Clock) -> bool:
    return clock.running_since is not None
