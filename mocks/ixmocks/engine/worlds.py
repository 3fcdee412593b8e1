"""Which worlds are there, and which one does a request mean?"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rpds import HashTrieMap

from ixmocks.engine.clock import START, Clock
from ixmocks.engine.document import RuleBook
from ixmocks.engine.scenario import Scenario, ScenarioError
from ixmocks.engine.system import Credentials, System
from ixmocks.engine.world import NAME, Moment, World

DEFAULT = "default"
WORLDS_MAX = 1000
LOADED_MAX = 100
"""First states that are kept: those of some twenty scenarios."""


class WorldError(ValueError):
    """A world that cannot be made or found; the message says why."""


@dataclass(slots=True)
class Worlds:
    """All worlds of one process, found by name or by the key that a connector came with."""

    systems: Mapping[str, System]
    rules: Mapping[str, RuleBook]
    _worlds: dict[str, World] = field(default_factory=dict)
    _keys: dict[tuple[str, str], World] = field(default_factory=dict)
    _loaded: dict[tuple[str, int, int], tuple[Mapping[str, Any], Any]] = field(default_factory=dict)
    """System, document and seed to the document itself and the state it describes."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def default(self) -> World:
        return self._worlds[DEFAULT]

    def get(self, name: str) -> World | None:
        return self._worlds.get(name)

    def names(self) -> Iterable[str]:
        return tuple(self._worlds)

    def by_key(self, system: str, key: str) -> World:
        """The world that issued this key; the default world for a key nobody knows."""
        return self._keys.get((system, key)) or self._worlds[DEFAULT]

    def create(
        self,
        scenario: Scenario,
        *,
        name: str = DEFAULT,
        seed: int | None = None,
        clock: Clock | None = None,
        readings: Mapping[str, str] | None = None,
    ) -> World:
        """A new world of that scenario. Raises WorldError, or ScenarioError for impossible data."""
        try:
            self.check_readings(scenario.readings)
        except WorldError as error:
            raise ScenarioError(f"{scenario.folder / 'scenario.yaml'}: {error}") from None
        self.check_readings(readings or {})
        chosen = {**scenario.readings, **(readings or {})}
        seed = scenario.seed if seed is None else seed
        clock = clock or (Clock.parse(scenario.clock) if scenario.clock else Clock.frozen(START))
        first = Moment(self._states(scenario, seed), clock, HashTrieMap())
        world = World(
            name=name, scenario=scenario.name, seed=seed, first=first, moment=first,
            readings=self.complete(chosen), credentials=self._issue(name),
        )  # fmt: skip
        self.add(world)
        return world

    def _states(self, scenario: Scenario, seed: int) -> dict[str, Any]:
        """The first states. They never change in place, so all worlds of one seed share those of one document."""
        return {name: self._state(scenario, system, seed) for name, system in self.systems.items()}

    def _state(self, scenario: Scenario, system: System, seed: int) -> Any:
        section = scenario.section(system.name)
        key = (system.name, id(section), seed)
        kept, state = self._loaded.get(key, (None, None))
        if kept is section:
            return state
        state = scenario.load(system.name, lambda data: system.load(data, seed))
        if system.name not in scenario.brought:
            while len(self._loaded) >= LOADED_MAX:
                self._loaded.pop(next(iter(self._loaded)), None)
            self._loaded[key] = (section, state)
        return state

    def fork(self, source: World, name: str) -> World:
        world = source.fork(name, self._issue(name))
        self.add(world)
        return world

    def add(self, world: World) -> None:
        with self._lock:
            if not NAME.fullmatch(world.name):
                raise WorldError(
                    f"world name {world.name!r}: expected lower-case letters, digits and '-', at most 40"
                )
            if world.name in self._worlds:
                raise WorldError(f"there is a world {world.name!r} already; choose another name or delete it")
            if len(self._worlds) >= WORLDS_MAX:
                raise WorldError(f"{WORLDS_MAX} worlds exist; delete some")
            self._worlds[world.name] = world
            for system, credentials in world.credentials.items():
                self._keys[(system, credentials.key)] = world

    def delete(self, name: str) -> bool:
        with self._lock:
            if name == DEFAULT:
                raise WorldError("the default world cannot be deleted; reset it instead")
            world = self._worlds.pop(name, None)
            if world is None:
                return False
            for system, credentials in world.credentials.items():
                self._keys.pop((system, credentials.key), None)
        world.clear_waiting()
        return True

    def complete(self, chosen: Mapping[str, str]) -> dict[str, str]:
        """The reading of every rule that has readings: the chosen one or the likeliest."""
        return {code: name for book in self.rules.values() for code, name in book.readings(chosen).items()}

    def check_readings(self, chosen: Mapping[str, str]) -> None:
        """Raises WorldError for a rule or reading that no rule book has."""
        for code, name in chosen.items():
            rule = next((book.rules[code] for book in self.rules.values() if code in book.rules), None)
            if rule is None:
                raise WorldError(
                    f"reading {code}={name}: there is no rule {code}; open are {', '.join(self._open())}"
                )
            names = [reading.name for reading in rule.readings]
            if name not in names:
                offer = ", ".join(names) if names else "none: this rule leaves nothing open"
                raise WorldError(f"reading {code}={name}: {code} has the readings {offer}")

    def _open(self) -> list[str]:
        """The rules that leave something open."""
        return [code for book in self.rules.values() for code, rule in book.rules.items() if rule.readings]

    def _issue(self, name: str) -> dict[str, Credentials]:
        return {system.name: system.credentials(name) for system in self.systems.values()}
