"""Is each mock true to its own spec? Schemathesis, every check, valid and invalid data, must find nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from ixmocks.kit import Kit
from ixmocks.systems import SYSTEMS
from support import pocket
from support.fuzzing import fuzz

NAMES = [system.name for system in SYSTEMS]
NO_WINDOWS = {"SILV-31": "none"}
"""A fuzzer sends more in a second than any plan allows; the windows have tests of their own."""
FIRST = {"riverty": [("setOnboarding", {"wrongKey": 401})]}
"""What is done in a system before it is fuzzed: Riverty's documented 500 for a wrong key would be a finding."""
PHASES = "examples,coverage,fuzzing,stateful"
BOUNDED = {"ixpole": PHASES}
"""The coverage phase plays thousands of calls. In the usual run one mock shows that it finds nothing there either;
`test_every_part.py` breaks each keyword of all five once, and the long run leaves out nothing."""


@pytest.mark.parametrize("system", NAMES)
def test_a_bounded_fuzz_finds_nothing(tmp_path: Path, system: str) -> None:
    phases = BOUNDED.get(system, "examples,fuzzing,stateful")
    code, output = fuzz(_kit(), system, tmp_path, examples=5, seed=1, phases=phases)
    assert code == 0, output


@pytest.mark.long
@pytest.mark.parametrize("seed", [2, 3, 5])
@pytest.mark.parametrize("system", NAMES)
def test_a_long_fuzz_finds_nothing(tmp_path: Path, system: str, seed: int) -> None:
    code, output = fuzz(_kit(), system, tmp_path, examples=300, seed=seed, phases=PHASES)
    assert code == 0, output


@pytest.mark.parametrize(
    ("defect", "finding"),
    [("odd status", "ST101"), ("odd body", "ST101")],
)
def test_the_gate_bites_where_a_mock_breaks_its_spec(tmp_path: Path, defect: str, finding: str) -> None:
    spec = {**pocket.SPEC, "paths": {"/notes": {"post": _with_example(defect)}}}
    pocket.write(tmp_path, spec=spec)
    kit = Kit(str(tmp_path / "scene"), specs=tmp_path, systems=[pocket.SYSTEM])
    code, output = fuzz(kit, "pocket", tmp_path, examples=5, seed=1, phases="examples")
    assert code == 1
    assert finding in output


def _kit() -> Kit:
    kit = Kit("documents", readings=NO_WINDOWS)
    for system, actions in FIRST.items():
        for action, params in actions:
            kit.act(system, action, params)
    return kit


def _with_example(text: str) -> dict[str, object]:
    post: dict[str, object] = dict(pocket.SPEC["paths"]["/notes"]["post"])
    content = {"application/json": {"schema": pocket.NOTE, "example": {"text": text}}}
    return {**post, "requestBody": {"required": True, "content": content}}
