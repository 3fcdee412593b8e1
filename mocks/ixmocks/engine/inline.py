"""What is in a world whose data came with a request? The same documents as in a scenario's folder, as values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ixmocks.engine.scenario import FILE_MAX, Scenario, ScenarioError, loaded, read_text
from ixmocks.engine.system import System

EMPTY = Scenario(
    name="empty", title="Nothing at all", clock="", seed=7, readings={}, folder=Path(), sections={}
)


def with_data(base: Scenario, data: Mapping[str, Any], systems: Collection[str]) -> Scenario:
    """The scenario with other data for the systems that `data` names. Raises ScenarioError."""
    for name in data:
        if name not in systems:
            near = get_close_matches(name, systems, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(systems)}"
            raise ScenarioError(f"data.{name}: no system has this name; {hint}")
    sections = {name: section(name, value) for name, value in data.items()}
    return replace(base, sections={**base.sections, **sections}, brought=base.brought | {*sections})


def section(name: str, value: Any) -> Mapping[str, Any]:
    """What a seed loads: a mapping as it is, or the text of a YAML file."""
    where = f"data.{name}"
    if isinstance(value, str):
        if len(value) > FILE_MAX:
            raise ScenarioError(f"{where}: {len(value)} characters; at most {FILE_MAX} are read.")
        return read_text(value.encode("utf-8", "replace"), where)
    if not isinstance(value, Mapping):
        raise ScenarioError(
            f"{where}: holds a {type(value).__name__}; expected a mapping, or YAML text of one."
        )
    return value


def state_of(system: System, value: Any, seed: int) -> Any:
    """The state that this document describes. Raises ScenarioError."""
    return loaded(lambda data: system.load(data, seed), section(system.name, value), f"data.{system.name}")
