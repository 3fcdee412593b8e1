"""Do rows that get one number after the other behave like a dict, and stay as they were in every older state?"""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ixmocks.engine.rows import Rows

changes = st.lists(st.integers(0, 2_000), max_size=60)


def grown(size: int, first: int = 1) -> Rows[str]:
    rows: Rows[str] = Rows(first)
    for serial in range(first, first + size):
        rows = rows.insert(serial, f"row {serial}")
    return rows


@given(st.integers(0, 70), st.integers(-3, 3), changes)
@example(1023, 1, [0, 31, 32, 1021, 1022])
@example(1024, 1, [0, 31, 32, 1022, 1023])
@example(1025, 0, [0, 991, 992, 1023, 1024])
@example(1100, 5, [0, 1023, 1024, 1055, 1056, 1087, 1088, 1099])
def test_it_reads_like_a_dict_and_changes_nothing_that_was(size: int, first: int, changed: list[int]) -> None:
    rows = grown(size, first)
    model = {serial: f"row {serial}" for serial in range(first, first + size)}
    for number, place in enumerate(changed):
        serial = first + place % (size + 1)
        before = dict(model)
        after = rows.insert(serial, f"change {number}")
        assert dict(rows) == before
        rows, model = after, {**model, serial: f"change {number}"}
        size = len(model)
    assert dict(rows.items()) == model
    assert [*rows] == sorted(model)
    assert (len(rows), bool(rows)) == (len(model), bool(model))
    assert all(serial in rows and rows.get(serial) == row for serial, row in model.items())
    for outside in (first - 1, first + size):
        assert outside not in rows
        assert rows.get(outside) is None


@given(st.integers(0, 1_100), st.integers(0, 1_100))
def test_rows_are_equal_where_they_hold_the_same_however_they_came_to_it(size: int, place: int) -> None:
    rows = grown(size)
    if place < size:
        changed = rows.insert(place + 1, "other")
        assert changed != rows
        assert changed.insert(place + 1, f"row {place + 1}") == rows
    assert rows == grown(size)
    assert hash(rows) == hash(grown(size))
    assert rows != grown(size + 1)
    assert rows != grown(size, 2) or not size
    assert rows != dict(rows) or not size


def test_a_branch_of_the_past_goes_its_own_way() -> None:
    past = grown(40)
    one, other = past.insert(41, "here"), past.insert(41, "there")
    assert (one[41], other[41], 41 in past) == ("here", "there", False)


@pytest.mark.parametrize("serial", [0, 5, -1])
def test_a_gap_is_refused(serial: int) -> None:
    with pytest.raises(KeyError, match="is not the next serial number, 4, nor a known one"):
        grown(3).insert(serial, "row")


def test_it_shows_what_it_holds() -> None:
    assert repr(grown(2)) == "Rows({1: 'row 1', 2: 'row 2'})"
