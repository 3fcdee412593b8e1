"""Does the map of numbers in use stay sorted and whole, however it grows and shrinks?"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ixmocks.silvasoft.ordered import CHUNK_MAX, Ordered

numbers = st.lists(st.integers(-50, 1_000), max_size=700)


def of(numbers: Mapping[int, int] | Iterable[int]) -> Ordered:
    """Added one by one: a mapping says what each number stands for, else it is itself."""
    made = Ordered()
    for number in numbers:
        made = made.add(number, numbers[number] if isinstance(numbers, Mapping) else None)
    return made


@given(numbers)
def test_adding_one_by_one_gives_the_sorted_set(given_numbers: list[int]) -> None:
    grown = of(given_numbers)
    assert list(grown) == sorted(set(given_numbers))
    assert len(grown) == len(set(given_numbers))
    assert all(0 < len(chunk) <= CHUNK_MAX for chunk in grown.chunks)
    assert grown.highest == max(given_numbers, default=None)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 40), st.integers(0, 3)), max_size=120))
def test_what_numbers_stand_for_agrees_with_a_plain_dict(steps: list[tuple[bool, int, int]]) -> None:
    ours = Ordered()
    model: dict[int, int] = {}
    for grows, number, shift in steps:
        before = [*ours.descending()]
        after = ours.add(number, number + shift) if grows else ours.drop(number)
        assert [*ours.descending()] == before
        ours = after
        if grows:
            model[number] = number + shift
        else:
            model.pop(number, None)
        assert [*ours] == sorted(model)
        assert (number in ours) is grows
        assert [*ours.descending()] == [model[each] for each in sorted(model, reverse=True)]
        assert [ours.get(each) for each in range(-1, 44)] == [model.get(each) for each in range(-1, 44)]
        assert dict(ours) == model


@given(st.dictionaries(st.integers(0, 200), st.integers(0, 3)), st.randoms(use_true_random=False))
def test_maps_are_equal_where_they_hold_the_same_however_they_came_to_it(
    model: dict[int, int], chance: random.Random
) -> None:
    stand_for = {number: number + shift for number, shift in model.items()}
    shuffled = chance.sample(sorted(stand_for), len(stand_for))
    one, other = (
        of({number: stand_for[number] for number in order}) for order in (sorted(stand_for), shuffled)
    )
    assert one == other
    assert (hash(one), repr(one)) == (hash(other), repr(other))
    assert one != one.add(201)
    assert not model or one != one.add(min(model), -1)
    assert one != stand_for or not model


def test_a_number_that_is_not_in_use_stands_for_nothing() -> None:
    with pytest.raises(KeyError):
        of([1, 3])[2]
    assert "1" not in of([1])
    assert repr(of([1, 2, 4])) == "Ordered([(1, 2, 0), (4, 4, 0)])"


def test_numbers_that_rise_with_what_they_stand_for_are_one_run() -> None:
    ours = Ordered()
    for number in range(1, 1000):
        ours = ours.add(20170000 + number, number)
    assert ours.chunks == (((20170001, 20170999, -20170000),),)


@given(numbers, st.integers(0, 800))
def test_descending_is_the_reversed_list_from_any_offset(given_numbers: list[int], skip: int) -> None:
    assert list(of(given_numbers).descending(skip)) == sorted(set(given_numbers), reverse=True)[skip:]


@given(st.lists(st.integers(-3, 9), max_size=12))
@example([9])
@example([9, 8, 7])
@example([])
def test_the_next_number_is_free_and_above_all_others_while_there_is_room(used: list[int]) -> None:
    free = of(used).next_free(most=9)
    assert free not in used
    if max(used, default=0) < 9:
        assert free == max(*used, 0, 0) + 1
