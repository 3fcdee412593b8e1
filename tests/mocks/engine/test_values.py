"""Are values made by C code dataclasses to whoever looks at them, and is what was found out of them bounded?"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import field, fields, is_dataclass, replace

import pytest

from ixmocks.engine.memo import FOUND_MAX, VALUES_MAX, Memos
from ixmocks.engine.values import value


@value(frozen=True, slots=True)
class Point:
    """Where something is."""

    x: int
    y: int = 0
    names: tuple[str, ...] = field(default_factory=tuple)

    @property
    def sum(self) -> int:
        return self.x + self.y

    @classmethod
    def origin(cls) -> Point:
        return cls(0)


def test_a_value_is_a_dataclass_to_whoever_looks_at_it() -> None:
    one = Point(1, names=("a",))
    assert is_dataclass(one)
    assert [each.name for each in fields(one)] == ["x", "y", "names"]
    assert replace(one, y=5) == Point(1, 5, ("a",))
    assert (one.sum, Point.origin(), Point.__doc__) == (1, Point(0, 0, ()), "Where something is.")
    assert repr(one) == "Point(x=1, y=0, names=('a',))"
    assert deepcopy(one) == one
    match one:
        case Point(x, y):
            assert (x, y) == (1, 0)


def test_a_value_never_changes_and_is_known_by_its_members() -> None:
    one = Point(1)
    with pytest.raises(AttributeError):
        one.x = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        one.z = 2  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        Point()  # type: ignore[call-arg]
    assert one == Point(1) != Point(2)
    assert len({one, Point(1), Point(2)}) == 2


def test_what_was_found_out_is_kept_beside_its_value_and_bounded() -> None:
    memos: Memos[list[int], int, int] = Memos()
    first: list[int] = [1]
    memos.of(first)[7] = 8
    assert memos.of(first)[7] == 8
    assert memos.of([1]).get(7) is None  # equal, but another
    held = [[number] for number in range(VALUES_MAX)]
    for each in held:
        memos.of(each)
    assert memos.of(first).get(7) is None
    memo = memos.of(first)
    for number in range(FOUND_MAX + 5):
        memo[number] = number
    assert len(memo) <= FOUND_MAX
    assert memo[FOUND_MAX + 4] == FOUND_MAX + 4
