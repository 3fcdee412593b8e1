"""Does a date stay the day that was meant? In winter, in summer, in the two nights between, and in any zone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ixmocks.kit import Kit
from ixmocks.telecomx import SYSTEM, dates

ZONES = ("UTC", "Europe/Copenhagen", "America/Los_Angeles", "Pacific/Kiritimati")
days = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@pytest.fixture(params=ZONES)
def zone(request: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@given(day=days)
@example(day=date(2017, 3, 26))
@example(day=date(2017, 10, 29))
def test_a_midnight_is_the_beginning_of_its_day(day: date) -> None:
    begin = dates.midnight(day)
    assert dates.day_of(begin) == day
    assert dates.day_of(begin - timedelta(milliseconds=1)) == day - timedelta(days=1)


@given(milliseconds=st.integers(0, 4 * 10**12), minutes=st.integers(-720, 840))
def test_what_is_shown_reads_back_as_the_same_moment(milliseconds: int, minutes: int) -> None:
    exact = datetime(1990, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    assert dates.instant(dates.shown(exact)) == exact
    local = exact.astimezone(timezone(timedelta(minutes=minutes)))
    text = f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03d}{local:%z}"
    assert dates.instant(text) == exact


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        (date(2015, 1, 1), "2014-12-31T23:00:00.000Z"),
        (date(2017, 3, 26), "2017-03-25T23:00:00.000Z"),  # this night the clocks go forward
        (date(2017, 3, 27), "2017-03-26T22:00:00.000Z"),
        (date(2017, 10, 29), "2017-10-28T22:00:00.000Z"),  # and in this one back
        (date(2017, 10, 30), "2017-10-29T23:00:00.000Z"),
    ],
)
def test_danish_midnights_are_told_in_utc(zone: str, day: date, shown: str) -> None:
    assert dates.shown(dates.midnight(day)) == shown


@pytest.mark.parametrize(
    ("clock", "today"),
    [
        ("2017-03-25T22:59:59+00:00", "2017-03-24T23:00:00.000Z"),
        ("2017-03-25T23:00:00+00:00", "2017-03-25T23:00:00.000Z"),
        ("2017-03-26T21:59:59+00:00", "2017-03-25T23:00:00.000Z"),
        ("2017-03-26T22:00:00+00:00", "2017-03-26T22:00:00.000Z"),
        ("2017-10-29T00:30:00+00:00", "2017-10-28T22:00:00.000Z"),
        ("2017-10-29T01:30:00+00:00", "2017-10-28T22:00:00.000Z"),  # half past two for the second time
        ("2017-10-29T22:59:59+00:00", "2017-10-28T22:00:00.000Z"),
        ("2017-10-29T23:00:00+00:00", "2017-10-29T23:00:00.000Z"),
    ],
)
def test_an_invoice_without_a_date_is_of_the_danish_day(zone: str, clock: str, today: str) -> None:
    kit = Kit("documents", clock=clock, systems=[SYSTEM])
    lines = [{"product": "1234567890ABCDEF12345677", "units": 1}]
    answer = kit.ask(
        "telecomx",
        "POST",
        "/invoice",
        json={"customer": "123457890ABCDEF12345678", "sent": False, "lines": lines},
    ).json
    assert answer["invoiceDate"] == today


@pytest.mark.parametrize(
    "text",
    [
        "2015-01-01", "2015-01-01T00:00:00", "2015-02-29T00:00:00+0100", "2015-01-01T24:00:00+0100",
        "2015-01-01T00:00:60+0100", "2015-01-01T00:00:00+01", "2015-01-01T00:00:00+2400", "2015-01-01T00:00:00+0160",
        "2015-1-1T00:00:00+0100", "0001-01-01T00:00:00+0100", "9999-12-31T23:59:59-0100", "", "today",
        "２０15-01-01T00:00:00+0100", None, 20150101, ["2015-01-01T00:00:00+0100"],
    ],
)  # fmt: skip
def test_what_is_no_moment_is_none(text: object) -> None:
    assert dates.instant(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "2014-12-31T23:00:00Z",
        "2015-01-01T00:00:00+01:00",
        "2015-01-01T00:00:00.000+0100",
        "2014-12-31T17:30:00-0530",
    ],
)
def test_other_spellings_of_the_same_moment_are_taken(text: str) -> None:
    assert dates.instant(text) == dates.midnight(date(2015, 1, 1))
