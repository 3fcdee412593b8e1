"""Does what is to come stay in the order of time, whatever is added to it, and in every older state as it was?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from ixmocks.engine.timeline import CHUNK_MAX, Timeline

START = datetime(2026, 1, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Due:
    at: datetime
    serial: int


def plan(minutes: list[int]) -> list[Due]:
    return [Due(START + timedelta(minutes=minute), serial) for serial, minute in enumerate(minutes)]


def by_time(items: list[Due]) -> list[Due]:
    return sorted(items, key=lambda due: due.at)


steps = st.lists(st.none() | st.integers(0, 40), max_size=150)
"""A minute at which something is to come, or None: the first of all happens."""


@given(st.integers(0, 700), steps)
@example(CHUNK_MAX, [0, 40, 40, None, 0])
@example(2 * CHUNK_MAX, [20, 20, 20, None, 0, 40])
def test_it_behaves_like_a_sorted_list_and_changes_nothing_that_was(
    size: int, changes: list[int | None]
) -> None:
    model = plan([minute % 41 for minute in range(size)])
    ours, model = Timeline(model), by_time(model)
    for serial, minute in enumerate(changes, start=size):
        before = [*ours]
        if minute is None:
            after, model = ours.rest(), model[1:]
        else:
            due = Due(START + timedelta(minutes=minute), serial)
            after, model = ours.add(due), by_time([*model, due])
        assert [*ours] == before
        ours = after
    assert [*ours] == model
    assert (len(ours), bool(ours), ours.first) == (len(model), bool(model), model[0] if model else None)
    assert all(ours[place] == due for place, due in enumerate(model))
    assert ours[1:3] == tuple(model[1:3])


@given(st.lists(st.integers(0, 40), max_size=700))
def test_it_does_not_matter_whether_it_came_at_once_or_one_by_one(minutes: list[int]) -> None:
    ours: Timeline[Due] = Timeline()
    for due in plan(minutes):
        ours = ours.add(due)
    assert ours == Timeline(plan(minutes))
    assert hash(ours) == hash(Timeline(plan(minutes)))
    assert ours != [*ours]
    assert (ours == ours.rest()) is (not minutes)


def test_a_change_of_a_long_one_leaves_most_of_it_where_it_is() -> None:
    long = Timeline(plan([*range(100 * CHUNK_MAX)]))
    for minute in (0, 50 * CHUNK_MAX, 100 * CHUNK_MAX):
        grown = long.add(Due(START + timedelta(minutes=minute), -1))
        mine = {id(chunk) for chunk in grown._chunks}
        assert sum(id(chunk) in mine for chunk in long._chunks) >= 99


def test_it_shows_what_it_holds() -> None:
    assert repr(Timeline(plan([]))) == "Timeline([])"
