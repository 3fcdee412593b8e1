"""What is in Pocketbook at first? Reads the `pocketbook` section of a scenario: customers by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ixmocks.engine.system import SeedError
from ixmocks.pocketbook.state import Customer, State


def load(section: Mapping[str, Any], seed: int) -> State:
    """The first state of a world. Raises SeedError that names the key, what was seen and expected."""
    for key in section:
        if key != "customers":
            raise SeedError(f"{key}: a name that nobody knows; expected customers")
    names = section.get("customers") or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise SeedError(f"customers: seen {names!r}; expected a list of names")
    state = State()
    for number, name in enumerate(names, 1):
        state = state.with_customer(Customer(f"P{number}", name))
    return state
