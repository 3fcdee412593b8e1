"""How does one file offer many connectors? `python mutants.py M04 --target silvasoft`, and callables for a driver."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

import connector as right

OWN = {"silvasoft": "Target", "telecomx": "Danish", "crmcom": "Cypriot"}
"""What the class inside a connector is called that stands for a target."""


def poll(made: Any, argv: list[str]) -> int:
    targets = {name: getattr(made, OWN[name], target) for name, target in right.TARGETS.items()}
    return right.main(made, targets, argv)


def callable_of(family: Mapping[str, Any], name: str) -> Callable[[Any], int]:
    """`M04_silvasoft`: one poll, for a driver that calls instead of starting a process."""
    code, _, target = name.partition("_")
    if code not in family or target not in right.TARGETS:
        raise AttributeError(name)
    return lambda env: poll(family[code], ["--target", target])


def main(family: Mapping[str, Any], facts: Callable[[Any], dict[str, Any]]) -> int:
    if sys.argv[1:2] == ["--list"]:
        print(json.dumps({code: facts(each) for code, each in family.items()}, indent=1))
        return 0
    return poll(family[sys.argv[1]], sys.argv[2:])


def told(mutant: Any) -> dict[str, Any]:
    """What a mistake says of itself."""
    return {"mistake": mutant.__doc__, "named": mutant.named, "profiles": mutant.profiles}
