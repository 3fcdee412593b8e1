"""Does a bridge know what time it is for mocks whose clock stands still?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixbridge.shell.clock import RealClock, ShiftedClock
from ixbridge.shell.wiring import clock_from

BASE = datetime(1971, 1, 1, tzinfo=timezone(timedelta(hours=2)))
MOMENTS = st.integers(0, 10**10).map(lambda seconds: BASE + timedelta(seconds=seconds))


@given(MOMENTS)
def test_it_begins_at_the_moment_that_was_said_and_goes_on(at: datetime) -> None:
    clock = ShiftedClock(at)
    first, second = clock.now(), clock.now()
    assert at <= first <= second < at + timedelta(minutes=10)
    assert first.utcoffset() == timedelta(0)


def test_durations_are_the_machine_s() -> None:
    clock = ShiftedClock(datetime(2026, 4, 15, tzinfo=UTC))
    before = RealClock().monotonic()
    assert before <= clock.monotonic() <= RealClock().monotonic()


def test_without_a_word_it_is_the_machine_s() -> None:
    assert type(clock_from(None)) is RealClock
    assert isinstance(clock_from("2026-04-15T09:00:00+02:00"), ShiftedClock)


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-04-15", "2026-04-15T09:00:00", "2026-02-30T09:00:00Z", ""]
)
def test_anything_but_a_time_with_its_zone_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(click.exceptions.Exit) as stopped:
        clock_from(text)
    assert stopped.value.exit_code == 2
    said = capsys.readouterr().err
    assert repr(text) in said and "2026-04-15T09:00:00+02:00" in said
