"""Do two faults together break what each alone does not? A sample here, all of them in the long run."""

from __future__ import annotations

import pytest

from simulation.case import Case, play
from simulation.hunt import live_pairs
from simulation.points import singles
from simulation.test_single_faults import Record, creates, kept
from simulation.worlds import WAYS

SAMPLED, THIN = 180, 10
"""Of so many first strikes one, and of so many second ones behind it one."""


@pytest.mark.parametrize("way", WAYS)
def test_no_pair_of_the_sample_breaks_a_promise(way: str, record_property: Record) -> None:
    played = play(Case("pairs", way, 11, SAMPLED, thin=THIN))
    record_property("fault pairs", played.lives)
    assert played.lives
    kept(played)


@pytest.mark.parametrize("way", [way.name for way in WAYS.values() if not (way.enforced or way.hears)])
def test_a_doubled_create_is_found_though_a_list_hides_one_of_the_two(way: str) -> None:
    """No list is believed alone: neither the first one after the create, nor one that unsays what was seen."""
    (doubled,) = [each for each in singles(way) if each.strikes[0].fault == "twice" and creates(each)]
    hidden = [each for each in live_pairs(doubled) if each.plan.strikes[1].fault == "stale"]
    assert len(hidden) >= 3
    assert {each.ends["S-1"] for each in hidden} == {"duplicate_documents"}


@pytest.mark.long
@pytest.mark.parametrize("part", range(20))
@pytest.mark.parametrize("way", WAYS)
def test_no_pair_at_all_breaks_a_promise(way: str, part: int) -> None:
    kept(play(Case("pairs", way, part, 20)))
