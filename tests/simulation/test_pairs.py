"""Do two faults together break what each alone does not? A sample here, all of them in the long run."""

from __future__ import annotations

import pytest

from simulation.campaign import Case, play
from simulation.test_single_faults import Record, kept
from simulation.worlds import WAYS

SAMPLED, THIN = 180, 10
"""Of so many first strikes one, and of so many second ones behind it one."""


@pytest.mark.parametrize("way", WAYS)
def test_no_pair_of_the_sample_breaks_a_promise(way: str, record_property: Record) -> None:
    played = play(Case("pairs", way, 11, SAMPLED, thin=THIN))
    record_property("fault pairs", played.lives)
    assert played.lives
    kept(played)


@pytest.mark.long
@pytest.mark.parametrize("part", range(20))
@pytest.mark.parametrize("way", WAYS)
def test_no_pair_at_all_breaks_a_promise(way: str, part: int) -> None:
    kept(play(Case("pairs", way, part, 20)))
