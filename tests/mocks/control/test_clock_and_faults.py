"""Time and trouble over the control API."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixmocks.control.durations import MOST, parse
from ixmocks.engine.outcome import Changed
from ixmocks.kit import AnswerLost

CLOCK = "/v1/worlds/default/clock"
FAULTS = "/v1/worlds/default/faults"
START = datetime(2017, 5, 5, 7, 0, tzinfo=UTC)
UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}


@given(st.lists(st.tuples(st.integers(0, 999), st.sampled_from("wdhms")), min_size=1, max_size=5))
def test_a_span_is_the_sum_of_its_parts(parts: list[tuple[int, str]]) -> None:
    assert parse("".join(f"{n}{unit}" for n, unit in parts)) == timedelta(
        seconds=sum(n * UNITS[u] for n, u in parts)
    )


@given(st.integers(0, 999), st.integers(0, 999), st.integers(0, 999), st.integers(0, 999))
def test_an_iso_span_is_the_same_span(days: int, hours: int, minutes: int, seconds: int) -> None:
    iso = f"P{days}DT{hours}H{minutes}M{seconds}S"
    assert parse(iso) == timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


@given(st.decimals(min_value=0, max_value=10**9, places=6))
def test_seconds_are_exact(seconds: Decimal) -> None:
    assert parse(seconds) == timedelta(microseconds=int(seconds * 10**6))


@pytest.mark.parametrize(
    "text", ["", "90", "d", "90 d", "-1d", "1y", "P", "PT", "P1M", "P1Y", "1.5h", "1d ", "٣d"]
)
def test_no_span_is_guessed(text: str) -> None:
    with pytest.raises(ValueError, match="no span of time"):
        parse(text)


def test_a_hundred_years_is_the_most() -> None:
    assert parse("36525d") == parse(MOST.total_seconds()) == MOST  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="100 years"):
        parse("36526d")


@pytest.mark.parametrize(
    ("by", "now"),
    [
        ("90d", "2017-08-03T07:00:00Z"),
        ("PT1H", "2017-05-05T08:00:00Z"),
        (90.5, "2017-05-05T07:01:30.500000Z"),
    ],
)
def test_time_passes_as_told(control: Any, by: Any, now: str) -> None:
    assert control.post(f"{CLOCK}/advance", {"by": by}) == {"now": now, "mode": "frozen", "due": []}
    assert control.get(CLOCK) == {"now": now, "mode": "frozen"}


@pytest.mark.parametrize("by", ["90y", -1, "", None, [], "999999w", 3155760001, "1d1d1d1d1d1d"])
def test_a_step_that_is_none_moves_nothing(unchanged: Any, by: Any) -> None:
    assert unchanged("POST", f"{CLOCK}/advance", {"by": by}).status_code in (400, 409)


def test_the_calendar_ends(control: Any) -> None:
    control("PUT", CLOCK, {"set": "2199-12-31T00:00:00Z"})
    before = control.worlds()
    response = control("POST", f"{CLOCK}/advance", {"by": "2d"})
    assert response.status_code == 409
    assert "calendar ends" in response.json()["detail"]
    assert control.worlds() == before


def test_what_becomes_due_is_told_and_journalled(control: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    spans: list[tuple[datetime, datetime]] = []

    def due(state: Any, since: datetime, until: datetime, readings: Any) -> Changed:
        spans.append((since, until))
        return Changed(state, ("a note is due",))

    systems = {"pocket": replace(control.kit.worlds.systems["pocket"], due=due)}
    monkeypatch.setattr(control.kit.worlds, "systems", systems)
    assert control.post(f"{CLOCK}/advance", {"by": "1d"})["due"] == ["pocket: a note is due"]
    assert control.get("/v1/worlds/default/journal/e1")["happened"] == ["pocket: a note is due"]
    assert control("PUT", CLOCK, {"set": "2017-05-07T07:00:00Z"}).json()["due"] == ["pocket: a note is due"]
    assert control("PUT", CLOCK, {"set": "2017-05-01T07:00:00Z"}).json()["due"] == []
    day = timedelta(days=1)
    assert spans == [(START, START + day), (START + day, START + 2 * day)]


def test_a_system_that_fails_leaves_the_clock_where_it_was(
    control: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def due(state: Any, since: datetime, until: datetime, readings: Any) -> Changed:
        raise RuntimeError("a mistake at /home/somebody/state.py")

    systems = {"pocket": replace(control.kit.worlds.systems["pocket"], due=due)}
    monkeypatch.setattr(control.kit.worlds, "systems", systems)
    before = control.worlds()
    response = control("POST", f"{CLOCK}/advance", {"by": "1d"})
    assert response.status_code == 500
    assert "somebody" not in response.text
    assert control.worlds() == before


def test_a_clock_can_run_and_stand_again(control: Any) -> None:
    assert (
        control("PUT", CLOCK, {"set": "2026-01-05T09:00:00+01:00", "mode": "running"}).json()["mode"]
        == "running"
    )
    assert control.kit.now >= datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
    assert control("PUT", CLOCK, {"mode": "frozen"}).json()["mode"] == "frozen"
    assert control.get(CLOCK) == control.get(CLOCK)


@pytest.mark.parametrize(
    "body",
    [
        {}, {"set": "2026-01-05"}, {"set": "2026-01-05T09:00:00"}, {"set": "2025-02-30T00:00:00Z"}, {"set": 5},
        {"set": "1969-12-31T00:00:00Z"}, {"set": "2200-01-02T00:00:00Z"}, {"mode": "fast"}, {"sett": "x"},
        {"set": "2026-01-05T09:00:00Z", "mode": "fast"}, {"set": "real"},
    ],
)  # fmt: skip
def test_a_clock_is_set_to_real_times_only(unchanged: Any, body: dict[str, Any]) -> None:
    assert unchanged("PUT", CLOCK, body).status_code in (400, 409)


def test_an_armed_fault_strikes_and_is_gone(control: Any) -> None:
    armed = control.post(
        FAULTS, {"place": "after_commit", "harm": "reset", "system": "pocket", "operation": "addNote"}
    )
    assert control.get(FAULTS) == {"faults": [armed]}
    with pytest.raises(AnswerLost):
        control.kit.ask("pocket", "POST", "/notes", json={"text": "kept"})
    assert control.get(FAULTS) == {"faults": []}
    assert [note["text"] for note in control.kit.state("pocket").notes.values()] == ["kept"]


def test_a_refusal_on_purpose_has_its_headers(control: Any) -> None:
    control.post(
        FAULTS,
        {
            "place": "received",
            "harm": "status",
            "status": 503,
            "headers": [{"name": "Retry-After", "value": "2"}],
        },
    )
    reply = control.kit.ask("pocket", "POST", "/notes", json={"text": "x"})
    assert (reply.status, reply.headers["retry-after"]) == (503, "2")


def test_faults_are_disarmed_one_by_one_or_all(control: Any) -> None:
    for _ in range(3):
        control.post(FAULTS, {"place": "sending", "harm": "cut"})
    assert control("DELETE", f"{FAULTS}/f2").json() == {"cleared": 1}
    assert control("DELETE", f"{FAULTS}/f2").status_code == 404
    assert control("DELETE", f"{FAULTS}/all").json() == {"cleared": 2}
    assert control("DELETE", f"{FAULTS}/all").json() == {"cleared": 0}


@pytest.mark.parametrize(
    "fault",
    [
        {}, {"place": "received"}, {"place": "received", "harm": "cut"}, {"place": "sending", "harm": "reset"},
        {"place": "before", "harm": "reset"}, {"place": "received", "harm": "reset", "nth": 0},
        {"place": "received", "harm": "reset", "times": 1_000_000_000},
        {"place": "received", "harm": "hang", "seconds": 1e9},
        {"place": "received", "harm": "hang", "seconds": -1}, {"place": "received", "harm": "status", "status": 99},
        {"place": "received", "harm": "status", "status": 304},
        {"place": "received", "harm": "reset", "system": "pockte"},
        {"place": "received", "harm": "reset", "operation": "addNotes"},
        {"place": "received", "harm": "reset", "key": "x" * 201},
        {"place": "received", "harm": "reset", "regex": "(a+)+$"},
        {"place": "received", "harm": "status", "headers": [{"name": "X", "value": "a\r\nb: c"}]},
        {"place": "received", "harm": "status", "headers": [{"name": "X\r\nY", "value": "a"}]},
        {"place": "received", "harm": "status", "headers": [{"name": "Content-Length", "value": "1"}]},
        {"place": "received", "harm": "status", "headers": {"X": "a"}},
    ],
)  # fmt: skip
def test_a_fault_that_cannot_be_is_not_armed(unchanged: Any, fault: dict[str, Any]) -> None:
    response = unchanged("POST", FAULTS, fault)
    assert response.status_code in (400, 409)
    assert response.json()["detail"]


def test_a_fault_for_nobody_names_the_likely_one(unchanged: Any) -> None:
    fault = {"place": "received", "harm": "reset", "operation": "addNotes"}
    assert unchanged("POST", FAULTS, fault).json()["suggestions"][0] == "addNote"
