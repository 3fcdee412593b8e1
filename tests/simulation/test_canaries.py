"""Would the simulation notice a broken bridge, and say which promise it breaks? Each canary must fall."""

from __future__ import annotations

import pytest

from simulation.canaries import CANARIES
from simulation.hunt import caught
from simulation.quick import remembering
from simulation.show import told


@pytest.mark.parametrize("name", CANARIES)
def test_the_broken_bridge_is_caught_and_its_promise_named(name: str) -> None:
    canary = CANARIES[name]
    with remembering():
        outcome = caught(canary)
    assert outcome is not None and outcome.violation is not None, f"{canary.mistake}: nobody noticed"
    assert outcome.violation.invariant in canary.falls, told(outcome)


def test_there_are_at_least_ten() -> None:
    assert len(CANARIES) >= 10
