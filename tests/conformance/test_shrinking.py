"""Does shrinking keep what is wrong, and only that?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from conformance.histories import TARGET
from ixconform.data import Case, Step
from ixconform.shrinking import DRIVING, shrink, size, smaller
from ixconform.worlds import Maker


def case(instalments: int, lines: int, steps: int, seed: int = 7) -> Case:
    maker = Maker(TARGET.traits, seed)
    for _ in range(instalments):
        maker.instalment(maker.customer(), [maker.line(1000 + n) for n in range(lines)])
    played = tuple(Step("settle") if n % 2 == 0 else Step("advance", {"by": "1d"}) for n in range(steps))
    return Case(scenario="C-1", title="", level=2, data=maker.data(), steps=played)


cases = st.builds(case, st.integers(1, 6), st.integers(1, 9), st.integers(1, 6), st.integers(0, 99))


@given(made=cases)
def test_every_candidate_is_smaller_or_plainer_and_still_drives(made: Case) -> None:
    for candidate in smaller(made):
        plainer = [step.kind for step in candidate.steps] != [step.kind for step in made.steps]
        assert size(candidate) < size(made) or plainer
        assert any(step.kind in DRIVING for step in candidate.steps)
        assert candidate.data.instalments


@given(made=cases, at=st.integers(0, 5))
def test_what_is_left_is_still_wrong_and_nothing_else_is_left(made: Case, at: int) -> None:
    guilty = made.data.instalments[at % len(made.data.instalments)].code

    def wrong(candidate: Case) -> bool:
        return candidate.data.instalment(guilty) is not None

    found = shrink(made, wrong, runs_max=500)
    assert wrong(found.case)
    assert [each.code for each in found.case.data.instalments] == [guilty]
    assert [step.kind for step in found.case.steps] == ["trigger"]
    assert len(found.case.data.instalments[0].lines) == 1


@given(made=cases, most=st.integers(1, 20))
def test_it_asks_no_more_often_than_it_may(made: Case, most: int) -> None:
    asked = []
    shrink(made, lambda candidate: asked.append(candidate) is None, runs_max=most)
    assert len(asked) <= most


def test_where_nothing_smaller_is_wrong_the_case_stays() -> None:
    made = case(2, 2, 3)
    assert shrink(made, lambda candidate: False).case == made
