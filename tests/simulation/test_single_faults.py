"""Does any single fault, at any point of a life, break a promise? Every class, every exchange, every commit.

The quiet life of each way numbers its points; then each fault is played at each of them, from the last
checkpoint before it, until everything rests. ``make test`` says how many there were.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ixbridge.core.recovery import Fault
from simulation.case import Case, Played, play
from simulation.faults import AT_DISK, FAULTS
from simulation.hunt import live_single
from simulation.judge import CREATES
from simulation.plan import Plan
from simulation.points import quiet, singles
from simulation.worlds import WAYS

PARTS = 3
Record = Callable[[str, object], None]


def kept(played: Played) -> None:
    assert not played.broken, "\n\n".join(played.told)


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("way", WAYS)
def test_no_single_fault_breaks_a_promise(way: str, part: int, record_property: Record) -> None:
    played = play(Case("singles", way, part, PARTS))
    record_property("fault points", played.lives)
    kept(played)


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("way", WAYS)
def test_nor_does_any_other_spelling_of_it(way: str, part: int) -> None:
    kept(play(Case("singles", way, part, PARTS, every=True)))


def test_every_class_of_fault_is_played() -> None:
    played = {fault.klass for fault in FAULTS.values()} | set(AT_DISK.values())
    assert {fault.value for fault in Fault} == played - {"A7"}


@pytest.mark.parametrize("way", WAYS)
def test_a_quiet_life_ends_paid_and_needs_nobody(way: str) -> None:
    assert quiet(way).outcome.ends == {"S-1": "paid"}


@pytest.mark.parametrize("way", [way.name for way in WAYS.values() if way.enforced])
def test_with_an_enforced_key_no_lost_create_needs_a_person(way: str) -> None:
    lost = [
        plan
        for plan in singles(way)
        if FAULTS.get(plan.strikes[0].fault, FAULTS["stale"]).unknown and creates(plan)
    ]
    assert len(lost) >= 8
    assert {str(plan): live_single(plan).ends["S-1"] for plan in lost} == {str(plan): "paid" for plan in lost}


@pytest.mark.parametrize("way", [way.name for way in WAYS.values() if not way.enforced])
def test_a_create_that_the_network_doubled_is_found_and_parked(way: str) -> None:
    (plan,) = [each for each in singles(way) if each.strikes[0].fault == "twice" and creates(each)]
    assert live_single(plan).ends["S-1"] == "duplicate_documents"


def creates(plan: Plan) -> bool:
    return plan.strikes[0].point.partition("#")[0].partition(".")[2] in CREATES
