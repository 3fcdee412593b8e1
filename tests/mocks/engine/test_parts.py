"""Clocks of the windows, journal bounds, fault counting: the small parts on their own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rpds import HashTrieMap

from ixmocks.engine.clock import Clock
from ixmocks.engine.faults import Fault, FaultError, Faults, Harm, Place
from ixmocks.engine.journal import KEPT_BYTES, Event, Journal
from ixmocks.engine.system import Window
from ixmocks.engine.windows import count
from ixmocks.engine.world import Moment, Stamps

START = datetime(2026, 1, 5, tzinfo=UTC)
WINDOWS = (Window(1, 2), Window(60, 5))


@given(st.lists(st.integers(0, 40), max_size=40))
def test_a_window_counts_like_a_plain_list_of_times(gaps: list[int]) -> None:
    stamps: Stamps = ()
    times: list[datetime] = []
    at = START
    for gap in gaps:
        at += timedelta(seconds=gap)
        times.append(at)
        stamps, overrun = count(stamps, at, WINDOWS)
        crowded = [
            window
            for window in WINDOWS
            if sum(time > at - timedelta(seconds=window.seconds) for time in times) > window.limit
        ]
        assert overrun == (crowded[0] if crowded else None)
        assert len(stamps) <= 61


def _event(number: int, size: int = 0) -> Event:
    moment = Moment(HashTrieMap(), Clock.frozen(START), HashTrieMap())
    return Event(
        number, START, "pocket", "addNote", "POST", "/notes", "", (), b"x" * size,
        200, b"", (), (), (), "", moment, moment,
    )  # fmt: skip


def test_the_journal_keeps_the_newest_within_both_bounds() -> None:
    journal = Journal(events_max=3, bytes_max=9_000 + 2 * KEPT_BYTES)
    for number in range(1, 6):
        journal.append(_event(number))
    assert [event.id for event in journal] == ["e3", "e4", "e5"]
    journal.append(_event(6, size=9_000))
    assert [event.id for event in journal] == ["e5", "e6"]
    assert journal.written == 6


@pytest.mark.parametrize(
    ("name", "found"),
    [("e4", True), ("e1", False), ("e9", False), ("4", False), ("ex", False), ("e04", False)],
)
def test_an_event_is_found_by_its_id_while_it_is_kept(name: str, found: bool) -> None:
    journal = Journal(events_max=3)
    for number in range(1, 6):
        journal.append(_event(number))
    event = journal.get(name)
    assert (event is not None and event.id == name) == found


@given(st.integers(1, 5), st.integers(1, 5))
def test_a_fault_strikes_from_the_nth_match_as_often_as_it_says(nth: int, times: int) -> None:
    faults = Faults()
    faults.arm(Fault(Place.RECEIVED, Harm.RESET, operation="addNote", nth=nth, times=times))
    struck = [faults.strike("pocket", "addNote", ()) is not None for _ in range(12)]
    assert struck == [nth <= n < nth + times for n in range(1, 13)]
    assert faults.listed() == {}


def test_a_fault_fits_by_system_operation_and_literal_key() -> None:
    fault = Fault(Place.RECEIVED, Harm.RESET, system="pocket", operation="addNote", key="a.c")
    assert fault.fits("pocket", "addNote", (b"/notes", b"--a.c--"))
    assert not fault.fits("pocket", "addNote", (b"/notes", b"--abc--"))
    assert not fault.fits("pocket", "listNotes", (b"a.c",))
    assert not fault.fits("other", "addNote", (b"a.c",))


@pytest.mark.parametrize(
    "wrong",
    [
        {"place": Place.RECEIVED, "harm": Harm.CUT},
        {"place": Place.SENDING, "harm": Harm.RESET},
        {"place": Place.RECEIVED, "harm": Harm.RESET, "nth": 0},
        {"place": Place.RECEIVED, "harm": Harm.RESET, "times": 10**9},
        {"place": Place.RECEIVED, "harm": Harm.HANG, "seconds": -1},
        {"place": Place.RECEIVED, "harm": Harm.STATUS, "status": 204},
        {"place": Place.RECEIVED, "harm": Harm.STATUS, "status": 304},
        {"place": Place.RECEIVED, "harm": Harm.STATUS, "headers": (("Content-Length", "1"),)},
        {"place": Place.RECEIVED, "harm": Harm.STATUS, "headers": (("Retry After", "1"),)},
        {"place": Place.RECEIVED, "harm": Harm.STATUS, "headers": (("X", "a\r\nset-cookie: b"),)},
    ],
)
def test_a_fault_that_makes_no_sense_cannot_be_armed(wrong: dict[str, object]) -> None:
    with pytest.raises(FaultError):
        Fault(**wrong)  # type: ignore[arg-type]


def test_faults_can_be_disarmed_one_by_one_and_all_at_once() -> None:
    faults = Faults()
    names = [faults.arm(Fault(Place.RECEIVED, Harm.RESET)) for _ in range(3)]
    assert faults.clear(names[0]) == 1
    assert faults.clear("nothing") == 0
    assert faults.clear() == 2
