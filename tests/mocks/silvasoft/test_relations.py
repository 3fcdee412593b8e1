"""Are relations made once, numbered apart, changed in part and found again?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixmocks.engine.outcome import Changed, Refused
from ixmocks.silvasoft import rules, show
from ixmocks.silvasoft.model import Relation
from ixmocks.silvasoft.state import State


def changed(rule: Any, state: State, command: object, at: datetime) -> Changed:
    outcome = rule(state, command, at=at, readings={})
    assert isinstance(outcome, Changed), outcome
    return outcome


def added(state: State, at: datetime, **command: Any) -> Changed:
    return changed(rules.add_business_relation, state, command, at)


def found(state: State, at: datetime, **query: Any) -> list[int]:
    relations: tuple[Relation, ...] = changed(rules.list_relations, state, query, at).answer
    return [one.guid for one in relations]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["A", "a ", "B", "Demo bedrijf"]), st.sampled_from(["", "x@y.example", "X@Y.example"]),
            st.integers(0, 4), st.booleans(), st.booleans(), st.booleans(),
        ),
        max_size=8,
    )
)  # fmt: skip
def test_without_continue_no_relation_is_doubled_and_numbers_stay_unique(
    state: State, at: datetime, wishes: list[tuple[str, str, int, bool, bool, bool]]
) -> None:
    for name, email, number, *waved in wishes:
        switches = {
            f"OnExistingRelation{what}": "CONTINUE" if wave else "ABORT"
            for what, wave in zip(("Email", "Number", "Name"), waved, strict=True)
        }
        before = list(state.parties.all.values())
        outcome = added(state, at, Name=name, Email=email, CustomerNumber=number, **switches)
        doubled = [
            one for one in before
            if (email and not waved[0] and (one.email or "").lower() == email.lower())
            or (number and not waved[1] and one.customer_number == number)
            or (not waved[2] and one.name.strip().lower() == name.strip().lower())
        ]  # fmt: skip
        if doubled:
            assert outcome.answer in doubled
            assert outcome.state is state
            assert outcome.notes == ("SILV-27",)
        else:
            assert len(outcome.state.parties.all) == len(before) + 1
        state = outcome.state
    numbers = [one.customer_number for one in state.parties.all.values() if one.customer_number is not None]
    assert len(numbers) == len(set(numbers)) == len(state.parties.by_customer)


def test_numbers_are_given_apart_for_customers_and_suppliers(state: State, at: datetime) -> None:
    shown = show.relation(
        added(state, at, Name="New BV", IsCustomer=True, IsSupplier=True, CustomerNumber=0).answer
    )
    assert (shown["RelationGUID"], shown["CustomerNumber"], shown["SupplierNumber"]) == (9, 8, 2)
    assert (shown["IsOther"], shown["CreatedOn"]) == (False, int(at.timestamp()))


def test_continue_on_a_taken_number_gives_another_one(state: State, at: datetime) -> None:
    outcome = added(state, at, Name="New BV", CustomerNumber=1, OnExistingRelationNumber="CONTINUE")
    assert outcome.answer.customer_number == 8
    assert outcome.notes == ("SILV-64",)


def test_a_person_is_called_after_the_first_contact(state: State, at: datetime) -> None:
    person = {"Relation_Contact": [{"FirstName": "Sam", "LastName": "Claes", "Email": "sam@claes.example"}]}
    relation = changed(rules.add_private_relation, state, person, at).answer
    assert (relation.name, relation.email, relation.customer_number) == ("Sam Claes", "sam@claes.example", 8)
    assert isinstance(
        rules.add_private_relation(state, {"Relation_Contact": [{}]}, at=at, readings={}), Refused
    )


def test_an_update_changes_what_is_sent_and_the_indexes_follow(state: State, at: datetime) -> None:
    command = {
        "RelationGUID": 2,
        "Name": "Renamed",
        "Email": "new@desmet.example",
        "CustomerNumber": 20,
        "Phone": None,
    }
    after = changed(rules.update_relation, state, command, at).state
    assert found(after, at, RelationName="renamed") == [2]
    assert found(after, at, RelationName="de smet bv") == [3]
    assert found(after, at, RelationEmail="gent@desmet.example") == []
    assert found(after, at, RelationNumber="20") == [2]
    assert found(after, at, RelationNumber="2") == []
    assert after.parties.all[2].address == state.parties.all[2].address


@pytest.mark.parametrize(
    ("command", "rule"),
    [
        ({"RelationGUID": 99}, "SILV-39"),
        ({"RelationGUID": 2, "CustomerNumber": 1}, "SILV-40"),
        ({}, "SILV-39"),
    ],
)
def test_an_impossible_update_is_refused(state: State, at: datetime, command: object, rule: str) -> None:
    outcome = rules.update_relation(state, command, at=at, readings={})  # type: ignore[arg-type]
    assert isinstance(outcome, Refused)
    assert outcome.first.rule == rule


def test_filters_join_by_and_or_by_or(state: State, at: datetime) -> None:
    two = {"RelationName": "De Smet BV", "RelationEmail": "family@vermeulen.example"}
    assert found(state, at, **two) == []
    assert found(state, at, **two, SearchOperand="OR") == [2, 3, 4, 5]
    assert found(state, at, **two, SearchOperand="OR", RelationGUID=4) == [4]
    assert found(state, at, RelationVAT="0123456749") == [1]
    assert found(state, at, RelationType="Supplier") == [7]
    assert found(state, at, RelationType="Customer") == [1, 2, 3, 4, 5, 6, 8]
    assert found(state, at, RelationNumber="1") == [1, 7]
    assert found(state, at, RelationNumber="1", RelationType="Supplier") == [7]


def test_pages_and_sorting(state: State, at: datetime) -> None:
    assert found(state, at, Limit=3, Offset=2) == [3, 4, 5]
    assert found(state, at, Sorting="createdDate", SortDir="DEC", Limit=2) == [8, 7]
    assert found(state, at, Sorting="CustomerNumber", Limit=2) == [7, 1]
    assert found(state, at, Sorting="nonsense") == [1, 2, 3, 4, 5, 6, 7, 8]
