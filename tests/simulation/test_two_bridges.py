"""What if two bridges run on one journal? The system's lock keeps the second out; without it, the fence does."""

from __future__ import annotations

import pytest

from ixbridge.shell.journal import JournalError
from simulation.case import Case, play
from simulation.disk import Disk, DiskJournal
from simulation.life import live
from simulation.plan import Plan, Strike
from simulation.points import quiet
from simulation.test_single_faults import Record, kept
from simulation.wire import WorldClock
from simulation.worlds import ONE, WAYS, stage_of


@pytest.mark.parametrize("way", WAYS)
def test_a_bridge_that_wakes_up_after_another_took_over_harms_nothing(
    way: str, record_property: Record
) -> None:
    played = play(Case("together", way, 0, 2))  # each second one: other places for the same three lengths
    record_property("interleavings of two bridges", played.lives)
    assert played.lives >= (5 if WAYS[way].hears else 17)  # a first poll that only orders reads three times
    kept(played)


@pytest.mark.long
@pytest.mark.parametrize("way", WAYS)
def test_nor_does_it_anywhere_else(way: str) -> None:
    kept(play(Case("together", way, 1, 2)))


@pytest.mark.parametrize("way", WAYS)
def test_with_the_lock_a_second_bridge_does_not_even_start(way: str) -> None:
    points = [point for point, kind in quiet(way).outcome.points if kind in ("WC", "WK")]
    outcome = live(Plan(way, "one", (Strike(points[-1], "second-bridge"),)))
    assert outcome.violation is None and outcome.ends == {"S-1": "paid"}
    assert any("another bridge is running" in entry.text for entry in outcome.history)


def test_the_lock_ends_with_its_process() -> None:
    disk, clock = Disk(), WorldClock(stage_of(WAYS["silvasoft-direct"], ONE))
    first = DiskJournal(disk, clock, lambda what: None)
    with pytest.raises(JournalError, match="only one may write"):
        DiskJournal(disk, clock, lambda what: None)
    first.died()
    assert DiskJournal(disk, clock, lambda what: None).fence == first.fence + 1
