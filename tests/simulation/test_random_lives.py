"""Do random lives keep their promises, and is each told by its seed alone?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulation.case import Case, play
from simulation.hunt import live_single
from simulation.life import live
from simulation.points import singles
from simulation.quick import remembering
from simulation.swarm import live_by
from simulation.test_single_faults import Record, kept
from simulation.worlds import WAYS

TESTS = Path(__file__).parents[1]


def test_random_lives_keep_every_promise(record_property: Record) -> None:
    played = play(Case("random", "", 0, 60))
    record_property("random instalment lives", played.instalments)
    kept(played)


def test_a_seed_has_one_trace() -> None:
    assert play(Case("traces", "", 0, 10)).lives == 10


@pytest.mark.long
def test_a_hundred_seeds_have_one_trace_each_whatever_the_process_hashes_with() -> None:
    play(Case("traces", "", 0, 100))
    script = "from simulation.swarm import live_by; print([live_by(seed).trace for seed in range(100)])"
    said = set()
    for seed in ("0", "1"):
        known = os.environ | {"PYTHONPATH": str(TESTS), "PYTHONHASHSEED": seed}
        ran = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, check=True, text=True, env=known
        )
        said.add(ran.stdout)
    assert len(said) == 1


@pytest.mark.long
@pytest.mark.parametrize("part", range(20))
def test_many_random_lives_keep_every_promise(part: int) -> None:
    kept(play(Case("random", "", 1_000 + part * 1_000, 1_000)))


def test_the_plan_that_a_seed_drew_gives_the_same_trace() -> None:
    for seed in range(5):
        drawn = live_by(seed)
        assert live(drawn.plan).trace == drawn.trace


@pytest.mark.parametrize("way", WAYS)
def test_a_life_from_a_checkpoint_is_the_life_from_its_beginning(way: str) -> None:
    for plan in list(singles(way))[5::97]:
        assert live_single(plan).trace == live(plan).trace


def test_what_is_remembered_changes_nothing() -> None:
    drawn = live_by(3)
    with remembering():
        again, once_more = live_by(3), live_by(3)
    assert drawn.trace == again.trace == once_more.trace
