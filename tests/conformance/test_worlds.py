"""Are the made-up worlds fit to judge by? Unique marks, right sums, the same for the same seed, taken by iXpole."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ixconform.counterexample import META
from ixconform.data import Case, Instalment
from ixconform.judge import PROPERTIES
from ixconform.profile import Claims, profile_of, profiles
from ixconform.scenarios.asked import Asked, Call, Omitted, recording
from ixconform.scenarios.catalogue import SCENARIOS
from ixconform.server import BASE
from ixconform.systems import ixpole
from ixmocks import ixpole as mock
from ixmocks.engine.outcome import Changed
from ixmocks.kit import Kit

RECORDED = tuple(
    Call(system=system, operation=operation, nth=1, run=1, place=place, step=0, writes=writes)
    for place, (system, operation, writes) in enumerate(
        (("ixpole", "getInstalments", False), ("silvasoft", "addsalestransaction", True)), 1
    )
)


def every_case(profile: str, seed: int = 7) -> list[Case]:
    asked = Asked(profile=profile_of(profile), claims=Claims(store_loss=True), seed=seed, recorded=RECORDED)
    made = [scenario.cases(asked) for scenario in SCENARIOS]
    return [recording(asked), *(case for cases in made if not isinstance(cases, Omitted) for case in cases)]


@settings(max_examples=10)
@given(profile=st.sampled_from(profiles()), seed=st.integers(0, 10_000))
def test_every_instalment_has_a_total_and_a_word_of_its_own(profile: str, seed: int) -> None:
    for case in every_case(profile, seed):
        instalments = case.data.instalments
        assert len({each.gross_cents for each in instalments}) == len(instalments)
        tokens = [each.token for each in instalments]
        assert len(set(tokens)) == len(tokens)
        assert all(one not in other for one, other in pairwise(sorted(tokens)))
        assert all(each.token in line.text for each in instalments for line in each.lines)
        people = (*case.data.customers, *case.data.strangers)
        assert len({each.id for each in people}) == len(people)


@settings(max_examples=5)
@given(profile=st.sampled_from(profiles()), seed=st.integers(0, 10_000))
def test_the_same_seed_makes_the_same_cases(profile: str, seed: int) -> None:
    assert every_case(profile, seed) == every_case(profile, seed)


def adds_up(each: Instalment) -> bool:
    return sum(each.gross_by_rate.values()) == each.gross_cents == each.net_cents + each.vat_cents


@pytest.mark.parametrize("profile", profiles())
def test_every_instalment_adds_up_and_ixpole_takes_it(profile: str) -> None:
    kit = Kit("documents", systems=[mock.SYSTEM], clock="2030-01-01T09:00:00+01:00")
    traits = Asked(profile=profile_of(profile), claims=Claims()).target.traits
    for number, case in enumerate(every_case(profile)):
        world = f"w{number}"
        kit.create(world, scenario=str(BASE), clock="2030-01-01T09:00:00+01:00")
        acts = [ixpole.enter_customer(each, None, traits.country) for each in case.data.customers]
        acts += [ixpole.enter_product(each, traits.currency) for each in case.data.products]
        acts += [ixpole.enter_instalment(each, case.data, traits.currency) for each in case.data.instalments]
        for action, params in acts:
            outcome = kit.act("ixpole", action, params, world=world)
            assert isinstance(outcome, Changed), (case.scenario, case.variant, outcome)
        assert all(adds_up(each) for each in case.data.instalments)
        kit.worlds.delete(world)


def test_the_catalogue_names_each_scenario_once_and_says_why_it_is_there() -> None:
    ids = [each.id for each in SCENARIOS]
    assert len(set(ids)) == len(ids)
    assert all(each.purpose and each.title and each.about for each in SCENARIOS)
    assert [each.level for each in SCENARIOS] == sorted(each.level for each in SCENARIOS)


@pytest.mark.parametrize(
    "profile", ["ixpole-silvasoft-direct", "ixpole-crmcom-draft", "ixpole-telecomx-direct"]
)
def test_among_the_cents_stands_one_whose_vat_was_rounded_once(profile: str) -> None:
    (made,) = [each for each in every_case(profile) if each.scenario == "C-025"]
    once = made.data.instalments[-1]
    assert once.basis == "per_rate"
    assert sum(line.vat_cents for line in once.lines) - once.vat_cents == 5
    assert once.expect == ("book" if "telecomx" in profile else "may-park")


def test_a_write_back_is_refused_first_and_last() -> None:
    told = tuple(
        Call(system="ixpole", operation="putInstalments", nth=nth, run=1, place=nth, step=0, writes=True)
        for nth in (1, 2, 3)
    )
    scenario = next(each for each in SCENARIOS if each.id == "C-063")
    made = scenario.cases(Asked(profile=profile_of("ixpole-silvasoft-draft"), claims=Claims(), recorded=told))
    assert not isinstance(made, Omitted)
    armed = [(each.steps[0].args["nth"], each.steps[0].args["status"]) for each in made[1:]]
    assert armed == [(1, 400), (3, 409)]


def test_every_scenario_has_an_id_of_its_own_and_is_about_something_that_exists() -> None:
    ids = [each.id for each in SCENARIOS]
    assert len(ids) == len(set(ids))
    assert {code for each in SCENARIOS for code in each.about} <= {*PROPERTIES, *META}
