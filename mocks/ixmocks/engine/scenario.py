"""What is in a world at first? Scenarios are folders of YAML files that users copy and change."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from ixmocks.engine.clock import Clock, ClockError
from ixmocks.engine.system import SeedError
from ixmocks.places import SCENARIOS

FILE_MAX = 8 * 1024 * 1024
ALIASES_MAX = 50
_KEYS = ("title", "text", "clock", "seed", "readings")


class ScenarioError(ValueError):
    """A scenario that cannot be found or read; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    title: str
    clock: str
    """As `--clock` takes it; empty: the kit's own start."""
    seed: int
    readings: Mapping[str, str]
    folder: Path
    sections: Mapping[str, Mapping[str, Any]]
    """System name to what its seed loads."""

    brought: frozenset[str] = frozenset()
    """Systems whose data came with a request, so that no other world can want the same."""

    def section(self, system: str) -> Mapping[str, Any]:
        """What its seed loads; the same object each time."""
        return self.sections.get(system, _NOTHING)

    def load(self, system: str, loader: Callable[[Mapping[str, Any]], Any]) -> Any:
        where = f"data.{system}" if system in self.brought else str(self.folder / f"{system}.yaml")
        return loaded(loader, self.section(system), where)


_NOTHING: Mapping[str, Any] = {}


def loaded(loader: Callable[[Mapping[str, Any]], Any], data: Mapping[str, Any], where: str) -> Any:
    """The state that a document describes; `where` is how a message names it. Raises ScenarioError."""
    try:
        return loader(data)
    except SeedError as error:
        raise ScenarioError(f"{where}: {error}") from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # A seed checks what people get wrong; what it did not think of is a mistake in the document all the same.
        raise ScenarioError(
            f"{where}: cannot be read ({type(error).__name__}: {error}); "
            "compare it with a scenario that comes with ixkit."
        ) from None


def stamp(name: str) -> tuple[tuple[str, int, int], ...]:
    """Differs when a file of that scenario was changed, added or removed."""
    folder = SCENARIOS / name if _ours(name) else Path(name)
    found = []
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".yaml"):
                status = entry.stat()
                found.append((entry.name, status.st_mtime_ns, status.st_size))
    return tuple(sorted(found))


def names() -> tuple[str, ...]:
    """The scenarios that come with ixkit."""
    return tuple(sorted(path.parent.name for path in SCENARIOS.glob("*/scenario.yaml")))


def load(name: str, systems: Collection[str]) -> Scenario:
    """A scenario by name, or by the path of its folder. Raises ScenarioError."""
    folder = SCENARIOS / name if _ours(name) else Path(name)
    if not (folder / "scenario.yaml").is_file():
        near = get_close_matches(name, names(), n=1)
        hint = f"; did you mean {near[0]!r}?" if near else "."
        raise ScenarioError(
            f"there is no scenario {name!r}{hint} Known: {', '.join(names())}; or give the path of a folder that "
            "holds a scenario.yaml."
        )
    head = _read(folder / "scenario.yaml")
    for key in head:
        if key not in _KEYS:
            raise ScenarioError(
                f"{folder / 'scenario.yaml'}: unknown key {key!r}; expected {', '.join(_KEYS)}."
            )
    seed = head.get("seed", 7)
    readings = head.get("readings") or {}
    if not isinstance(seed, int) or not isinstance(readings, dict):
        raise ScenarioError(f"{folder / 'scenario.yaml'}: `seed` is a whole number, `readings` a mapping.")
    clock = str(head.get("clock") or "")
    try:
        Clock.parse(clock or "real")
    except ClockError as error:
        raise ScenarioError(f"{folder / 'scenario.yaml'}: {error}") from None
    _known_files(folder, systems)
    sections = {
        system: _read(folder / f"{system}.yaml")
        for system in systems
        if (folder / f"{system}.yaml").is_file()
    }
    return Scenario(
        name=folder.name, title=str(head.get("title", folder.name)), clock=clock, seed=seed,
        readings={str(k): str(v) for k, v in readings.items()}, folder=folder, sections=sections,
    )  # fmt: skip


def _ours(name: str) -> bool:
    """Whether a name means a scenario that comes with ixkit, rather than a folder."""
    if "/" in name or "\\" in name:
        return False
    return (SCENARIOS / name / "scenario.yaml").is_file() or not Path(name).is_dir()


def _known_files(folder: Path, systems: Iterable[str]) -> None:
    """A file whose name is almost a system's would leave that system empty, and nobody would know why."""
    for path in sorted(folder.glob("*.yaml")):
        near = get_close_matches(path.stem, systems, n=1, cutoff=0.8)
        if near and path.stem != near[0]:
            raise ScenarioError(f"{path}: no system has this name; did you mean {near[0]}.yaml?")


class _PlainLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML without dates and floats of its own: `2026-01-05` and `12.10` stay the text they are."""


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag not in ("tag:yaml.org,2002:timestamp",)]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _exact(loader: Any, node: Any) -> Any:
    text = loader.construct_scalar(node).replace("_", "")
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


_PlainLoader.add_constructor("tag:yaml.org,2002:float", _exact)


def _read(path: Path) -> dict[str, Any]:
    try:
        size = path.stat().st_size
        if size > FILE_MAX:
            raise ScenarioError(f"{path}: {size} bytes; at most {FILE_MAX} are read.")
        text = path.read_bytes()
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be read ({error.strerror}).") from None
    return read_text(text, str(path))


def read_text(text: bytes, path: str) -> dict[str, Any]:
    """The mapping that a YAML text holds; `path` is how a message names it. Raises ScenarioError."""
    if b"&" in text and _aliases(text) > ALIASES_MAX:
        raise ScenarioError(f"{path}: more than {ALIASES_MAX} YAML aliases; write the values out.")
    try:
        value = yaml.load(text, _PlainLoader)
    except yaml.YAMLError as error:
        raise ScenarioError(f"{path}: not YAML: {' '.join(str(error).split())}") from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ScenarioError(f"{path}: holds a {type(value).__name__}; expected a mapping.")
    return value


def _aliases(text: bytes) -> int:
    try:
        return sum(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, _PlainLoader))
    except yaml.YAMLError:
        return 0
