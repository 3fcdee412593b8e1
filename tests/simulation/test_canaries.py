"""Would the simulation notice a broken bridge, and say which promise it breaks? Each canary must fall."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulation.canaries import CANARIES
from simulation.hunt import caught
from simulation.judge import INVARIANTS
from simulation.quick import remembering
from simulation.show import told


@pytest.mark.parametrize("name", CANARIES)
def test_the_broken_bridge_is_caught_and_its_promise_named(name: str) -> None:
    canary = CANARIES[name]
    with remembering():
        outcome = caught(canary)
    assert outcome is not None and outcome.violation is not None, f"{canary.mistake}: nobody noticed"
    assert outcome.violation.invariant in canary.falls, told(outcome)


def test_there_are_ten_and_the_page_names_them_all_and_every_promise() -> None:
    page = (Path(__file__).parents[2] / "docs" / "simulation.md").read_text("utf-8")
    rows = [
        f"| `{each.name}` | {each.mistake} | {', '.join(sorted(each.falls))} |" for each in CANARIES.values()
    ]
    rows += [f"| {invariant} | " for invariant in INVARIANTS]
    assert len(CANARIES) >= 10 and [row for row in rows if row not in page] == []
