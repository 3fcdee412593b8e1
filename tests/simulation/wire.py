"""How does a request of the bridge reach a mock in the same process? As bytes, past the plan's faults.

Points are named by system, operation and how often it was asked in this life (``crmcom.invoicesCreate#2``),
so that a small change elsewhere does not rename all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlencode

from ixbridge.core.wire import Heard, Kind, NoReply, Reply, Request
from ixmocks.engine.exchange import Received
from ixmocks.engine.faults import Fault as Armed
from ixmocks.engine.harm import damaged, lost
from simulation.disk import DiskJournal
from simulation.faults import FAULTS
from simulation.worlds import IXPOLE, Stage

if TYPE_CHECKING:
    from simulation.life import Life

LOGINS = frozenset({"postToken", "authLogin", "authenticationToken"})


class WorldClock:
    """One clock for all: when a bridge sleeps, the mocks' time moves too. Only its calendar can be wrong."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.skew_s = 0.0
        self._began = self._true()

    def _true(self) -> datetime:
        return self._stage.world.moment.clock.now()

    def now(self) -> datetime:
        return (self._true() + timedelta(seconds=self.skew_s)).astimezone(UTC)

    def monotonic(self) -> float:
        return (self._true() - self._began).total_seconds()

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            self._stage.kit.advance(world=self._stage.world.name, seconds=seconds)


@dataclass(slots=True)
class Waiting:
    """A request on its way, whose sender has given up."""

    request: Request
    left: int | None


@dataclass(slots=True)
class Wire:
    """The network of one life."""

    life: Life
    counts: dict[str, int] = field(default_factory=dict)
    waiting: list[Waiting] = field(default_factory=list)
    fences: dict[int, DiskJournal] = field(default_factory=dict)
    """The journal that each bridge has opened."""
    lagging: dict[str, Any] = field(default_factory=dict)
    """Of each system, its state before the newest document or write-back."""

    def copy(self, life: Life) -> Wire:
        return Wire(life, dict(self.counts), list(self.waiting), {}, dict(self.lagging))

    def send(self, bridge: int, request: Request) -> Heard:
        name = f"{request.system}.{request.operation}"
        nth = self.counts[name] = self.counts.get(name, 0) + 1
        exchange = Exchange(self, bridge, request, f"{name}#{nth}")
        self.life.sending(exchange)
        self._deliver_due()
        struck = self.life.strike(exchange.point, request.kind)
        if struck is None:
            heard = exchange.pass_on()
        else:
            exchange.fault = struck
            try:
                heard = FAULTS[struck].play(exchange)
            except BaseException:
                self.life.heard(exchange, None)
                raise
        self.life.heard(exchange, heard)
        self.life.post.carry(bridge)
        return heard

    def deliver_all(self) -> None:
        """What is still on its way arrives now."""
        waiting, self.waiting = self.waiting, []
        for each in waiting:
            self.life.arrived(each.request, self.reach(each.request, None))

    def _deliver_due(self) -> None:
        due = []
        for each in self.waiting:
            if each.left is not None:
                each.left -= 1
                if each.left < 0:
                    due.append(each)
        for each in due:
            self.waiting.remove(each)
            self.life.arrived(each.request, self.reach(each.request, None))

    def reach(self, request: Request, armed: Armed | None) -> Heard:
        """Through the mock's own port, from bytes to bytes."""
        stage = self.life.stage
        world, system = stage.world, request.system
        before = world.moment.systems[system]
        headers = [(b"host", b"localhost")]
        headers += [(name.lower().encode(), text.encode()) for name, text in request.headers.items()]
        if request.body is not None:
            headers.append((b"content-type", request.content_type.encode()))
        received = Received(
            request.method, f"/w/{world.name}{unquote(request.path)}", urlencode(dict(request.query)),
            tuple(headers), request.body or b"",
        )  # fmt: skip
        if armed is not None:
            world.faults.arm(armed)
        sent = stage.kit.exchange(system, received)
        if request.kind is not Kind.READ and world.moment.systems[system] is not before:
            self.lagging[system] = before
        self.life.happened()
        if lost(sent.fault):
            return NoReply(sent=True, reason="no answer")
        sent = damaged(sent)
        names = {name.decode("latin-1"): text.decode("latin-1") for name, text in sent.headers}
        return Reply(sent.status, names, sent.body)


@dataclass(slots=True)
class Exchange:
    """One request on its way, and what a fault can do with it."""

    wire: Wire
    bridge: int
    request: Request
    point: str
    fault: str = ""
    passed: int = 0

    @property
    def kind(self) -> Kind:
        return self.request.kind

    def pass_on(self, armed: Armed | None = None) -> Heard:
        self.passed += 1
        return self.wire.reach(self.request, armed)

    def sleep(self, seconds: float) -> None:
        self.wire.life.clock.sleep(seconds)

    def deliver_later(self, exchanges: int | None) -> None:
        self.wire.waiting.append(Waiting(self.request, exchanges))

    def jump(self, seconds: float) -> None:
        self.wire.life.clock.skew_s += seconds

    def people(self, deed: str) -> None:
        self.wire.life.deed(deed)

    def second_bridge(self) -> None:
        self.wire.life.second_bridge()

    @contextmanager
    def yesterday(self) -> Iterator[None]:
        """The list answers as it was before the newest document."""
        world, system = self.wire.life.stage.world, self.request.system
        now = world.moment.systems[system]
        world.put(system, self.wire.lagging.get(system, now))
        try:
            yield
        finally:
            world.put(system, now)


@dataclass(frozen=True, slots=True)
class Line:
    """One bridge's end of the wire."""

    wire: Wire
    bridge: int
    turn: Callable[[], None] | None = None
    """Another bridge may go on before each read. Between a write's last look at the fence and the write itself
    no bridge can help: the target knows no fence."""

    def send(self, request: Request, /) -> Heard:
        if self.turn is not None and request.kind is Kind.READ:
            self.turn()
        return self.wire.send(self.bridge, request)


__all__ = ["IXPOLE", "LOGINS", "Exchange", "Line", "Wire", "WorldClock"]
