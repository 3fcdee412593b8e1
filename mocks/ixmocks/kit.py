"""How do I use the mocks from Python, without a socket? A kit holds worlds and answers requests in process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ixmocks.engine import exact, inline, scenario
from ixmocks.engine.clock import Clock
from ixmocks.engine.courier import Post, carry
from ixmocks.engine.document import SPECS, load_document, load_rules
from ixmocks.engine.exchange import Received, Sent
from ixmocks.engine.harm import damaged, lost
from ixmocks.engine.holds import Hold, Then
from ixmocks.engine.journal import Event
from ixmocks.engine.operation import compile_routes
from ixmocks.engine.outcome import Changed, Outcome, Refused, Violation
from ixmocks.engine.perform import act
from ixmocks.engine.port import Port
from ixmocks.engine.system import System
from ixmocks.engine.world import World
from ixmocks.engine.worlds import DEFAULT, Worlds

DEFAULT_SCENARIO = "club-season"


class AnswerLost(ConnectionError):
    """The request arrived, and no whole answer comes back (a fault was armed)."""


class Held(AnswerLost):
    """The exchange waits, as an armed fault wants it; `kit.release(error.hold.id)` lets it go on."""

    def __init__(self, hold: Hold) -> None:
        super().__init__(f"held at {hold.place.value} as {hold.id}")
        self.hold = hold


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes
    event: Event

    @property
    def json(self) -> Any:
        """The body as a value; numbers with a fraction are Decimals."""
        return exact.parse(self.body)

    @property
    def violations(self) -> tuple[Violation, ...]:
        return self.event.violations

    @property
    def rules(self) -> tuple[str, ...]:
        """The codes of the rules that were broken."""
        return tuple(violation.rule for violation in self.event.violations)


class Kit:
    """All systems in one process. The default world is made from `scenario`; more by `create`.

    Raises SpecError, ScenarioError, WorldError or ClockError, each with a message for a person.
    """

    def __init__(
        self,
        scenario: str = DEFAULT_SCENARIO,
        *,
        clock: str | Clock | None = None,
        seed: int | None = None,
        readings: Mapping[str, str] | None = None,
        faithful: bool = False,
        specs: Path = SPECS,
        systems: Iterable[System] | None = None,
    ) -> None:
        chosen = {system.name: system for system in (_all() if systems is None else systems)}
        rules = {name: load_rules(f"{name}.rules.yaml", specs) for name in chosen}
        self.worlds = Worlds(chosen, rules)
        self.scenario = scenario
        self.ports = {name: self._port(system, specs, faithful) for name, system in chosen.items()}
        self.create(DEFAULT, scenario=scenario, clock=clock, seed=seed, readings=readings)

    def _port(self, system: System, specs: Path, faithful: bool) -> Port:
        document = load_document(f"{system.name}.yaml", specs)
        routes = compile_routes(document, system.handlers, system.fold)
        return Port(system, document, self.worlds.rules[system.name], routes, self.worlds, faithful)

    def create(
        self,
        name: str,
        *,
        scenario: str = DEFAULT_SCENARIO,
        clock: str | Clock | None = None,
        seed: int | None = None,
        readings: Mapping[str, str] | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> World:
        """A new world, isolated from all others.

        `data` replaces what the scenario says of the systems it names: each value is what would stand in
        `<system>.yaml`, or that file's text. An empty `scenario` leaves all other systems empty.
        """
        systems = tuple(self.worlds.systems)
        chosen = _scenario(scenario, systems) if scenario else inline.EMPTY
        if data is not None:
            chosen = inline.with_data(chosen, data, systems)
        if isinstance(clock, str):
            clock = Clock.parse(clock)
        return self.worlds.create(chosen, name=name, seed=seed, clock=clock, readings=readings)

    def world(self, name: str = DEFAULT) -> World:
        found = self.worlds.get(name)
        if found is None:
            raise KeyError(name)
        return found

    def state(self, system: str, world: str = DEFAULT) -> Any:
        return self.world(world).moment.systems[system]

    @property
    def now(self) -> datetime:
        """The default world's clock, in UTC."""
        return self.world().moment.clock.now()

    def advance(self, *, world: str = DEFAULT, **by: float) -> list[str]:
        """Move a world's clock (`days=1, hours=2`); what became due, in words."""
        return advance(self.world(world), self.worlds.systems, timedelta(**by))

    def carry(self, post: Post, *, world: str = DEFAULT) -> int:
        """Post the webhooks that wait in this world's outboxes; how many. `post` gives the status (0: none)."""
        return carry(self.world(world), self.worlds.systems, post)

    def act(
        self, system: str, action: str, params: Mapping[str, Any] | None = None, world: str = DEFAULT
    ) -> Outcome:
        """Do what a person does inside the system. Raises KeyError for an action it does not have."""
        return act(self.world(world), self.worlds.systems[system], action, dict(params or {}))

    def release(self, hold: str, then: Then = Then.CONTINUE, *, world: str = DEFAULT) -> Reply:
        """Let a held exchange go on: what its client would get. Raises KeyError, and AnswerLost where it is dropped."""
        of = self.world(world)
        with of.lock:
            sent = of.holds.release(hold, then)
        if sent is None:
            raise KeyError(hold)
        return reply_of(sent)

    def exchange(self, system: str, received: Received) -> Sent:
        return self.ports[system].exchange(received)

    def ask(
        self,
        system: str,
        method: str,
        path: str,
        *,
        json: Any = None,
        data: bytes | None = None,
        form: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        world: str = DEFAULT,
        auth: bool = True,
    ) -> Reply:
        """One request in process. `auth` adds the world's own credentials.

        Raises AnswerLost where an armed fault swallows the answer, and Held where one holds the exchange.
        """
        sending = {name.lower(): value for name, value in (headers or {}).items()}
        signed = self.credentials(system, world) if auth else {}
        members = {name: signed.pop(name) for name in self.members(system) if name in signed}
        if method == "GET":
            query = {**members, **(query or {})}
        elif isinstance(json, dict):
            json = {**members, **json}
        body = data if data is not None else b""
        if json is not None:
            body = exact.dump(json)
            sending.setdefault("content-type", "application/json")
        if form is not None:
            body = urlencode(form).encode()
            sending.setdefault("content-type", "application/x-www-form-urlencoded")
        for name, value in signed.items():
            sending.setdefault(name.lower(), value)
        prefix = "" if world == DEFAULT else f"/w/{world}"
        received = Received(
            method, prefix + path, urlencode(_query(query)),
            tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in sending.items()), body,
        )  # fmt: skip
        return reply_of(self.exchange(system, received))

    def members(self, system: str) -> frozenset[str]:
        """Credentials that are no headers: they stand in the query of a GET and in the JSON body of a POST."""
        schemes = self.ports[system].document.security_schemes.values()
        return frozenset(str(scheme["name"]) for scheme in schemes if scheme.get("in") == "query")

    def _login(self, system: str, method: str, path: str, told: Mapping[str, str], world: str) -> Any:
        """What a login answers. Where credentials stand in JSON bodies, so do those of the login."""
        if self.worlds.systems[system].body_credentials:
            return self.ask(system, method, path, json=dict(told), world=world, auth=False).json
        return self.ask(system, method, path, form=told, world=world, auth=False).json

    def credentials(self, system: str, world: str = DEFAULT) -> dict[str, str]:
        """The headers by which this world's own connector is let in."""
        return self.worlds.systems[system].sign_in(
            self.world(world).credentials[system],
            lambda method, path, told: self._login(system, method, path, told, world),
        )


def reply_of(sent: Sent) -> Reply:
    """What a client would get. Raises AnswerLost where it gets nothing whole."""
    if sent.hold is not None:
        raise Held(sent.hold)
    if lost(sent.fault):
        raise AnswerLost(sent.fault.label if sent.fault else "")
    sent = damaged(sent)
    assert sent.event is not None
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in sent.headers}
    return Reply(sent.status, headers, sent.body, sent.event)


def advance(world: World, systems: Mapping[str, System], by: timedelta) -> list[str]:
    """Move the clock, let each system do what time makes due, and say what that was."""
    with world.lock:
        left, happened = by, list[str]()
        until = world.moment.clock.now() + by
        while (late := world.late.first) is not None and late.at <= until:
            world.late = world.late.rest()
            step = min(left, max(late.at - world.moment.clock.now(), timedelta()))
            happened += _pass(world, systems, step)
            left -= step
            late.go()
            happened.append(late.said)
        return happened + _pass(world, systems, left)


def next_due(world: World, systems: Mapping[str, System]) -> datetime | None:
    """When something happens next if only time passes: a system's own plan, or a late request. None: never."""
    with world.lock:
        planned = [system.next_due(world.moment.systems[name]) for name, system in systems.items()]
        late = world.late.first
        planned.append(None if late is None else late.at)
    return min((at for at in planned if at is not None), default=None)


def _pass(world: World, systems: Mapping[str, System], by: timedelta) -> list[str]:
    since = world.moment.clock.now()
    world.moment = replace(world.moment, clock=world.moment.clock.advanced(by))
    until = world.moment.clock.now()
    happened: list[str] = []
    for system in systems.values():
        if system.due is None:
            continue
        outcome = system.due(world.moment.systems[system.name], since, until, world.readings)
        world.put(system.name, outcome.state)
        happened += [f"{system.name}: {line}" for line in outcome.answer or ()]
    return happened


def _all() -> Iterable[System]:
    from ixmocks.systems import SYSTEMS

    return SYSTEMS


_loaded: dict[tuple[str, tuple[str, ...]], tuple[object, scenario.Scenario]] = {}


def _scenario(name: str, systems: tuple[str, ...]) -> scenario.Scenario:
    """A scenario is read once, and again when one of its files has changed since."""
    key = (name, systems)
    stamp = scenario.stamp(name)
    kept = _loaded.get(key)
    if kept is None or kept[0] != stamp:
        kept = _loaded[key] = (stamp, scenario.load(name, systems))
    return kept[1]


def _query(query: Mapping[str, Any] | None) -> dict[str, str]:
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in (query or {}).items()
    }


__all__ = ["AnswerLost", "Changed", "Held", "Kit", "Refused", "Reply", "advance", "next_due", "reply_of"]
