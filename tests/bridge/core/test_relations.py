"""Is a customer of the target taken only where it is certain, and never by two customers of iXpole?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixbridge.core.mapping import CustomerMatch, CustomerRules
from ixbridge.core.model import Address, Contact, Customer
from ixbridge.core.parked import Parked, Reason
from ixbridge.core.relations import (
    address_of,
    born,
    chosen,
    email_of,
    incomplete,
    made,
    name_of,
    number_problem,
    shared,
    vat_core,
)
from ixbridge.core.steps import Relation

DEMO = Customer(1001, None, True, "Demo bedrijf", vat_number="BE0123456749", email="info@demo.example")
LIES = Customer(1002, None, False, "", first_name="Lies", last_name="Vermeulen", email="family@v.example")
THEIRS = Relation("7", "Demo  BEDRIJF", "Info@Demo.example", "0123456749")
EVERY = CustomerRules(True, (CustomerMatch.CODE, CustomerMatch.VAT, CustomerMatch.EMAIL, CustomerMatch.NAME))


def by(match: CustomerMatch, *, is_shared: bool = False) -> CustomerRules:
    return CustomerRules(True, (match,), is_shared)


NAMES = st.sampled_from(["Demo bedrijf", "De Smet", ""])
MAILS = st.sampled_from(["info@demo.example", "a@b.example", ""])
VATS = st.sampled_from(["BE0123456749", "NL123456789B01", ""])
RELATIONS = st.lists(
    st.builds(Relation, st.sampled_from(["1", "2", "3", ""]), NAMES, MAILS, VATS), max_size=4
)
CUSTOMERS = st.builds(Customer, st.just(1001), st.none(), st.just(True), NAMES, vat_number=VATS, email=MAILS)
TAKEN = st.dictionaries(st.sampled_from(["1", "2", "3"]), st.sampled_from([1001, 1002]))


@given(CUSTOMERS, RELATIONS, TAKEN)
def test_a_relation_of_another_customer_is_never_chosen(
    customer: Customer, relations: list[Relation], taken: dict[str, int]
) -> None:
    for found in (
        chosen(customer, relations, rules=EVERY, taken=taken),
        born(customer, relations, known=frozenset(), taken=taken),
    ):
        if isinstance(found, Relation):
            assert found in relations and taken.get(found.number, 1001) == 1001 and found.number


@given(CUSTOMERS, RELATIONS)
def test_what_was_there_before_a_create_was_not_made_by_it(
    customer: Customer, relations: list[Relation]
) -> None:
    known = frozenset(each.number for each in relations)
    assert born(customer, relations, known=known, taken={}) is None


def test_each_rule_takes_what_it_names() -> None:
    assert chosen(DEMO, [THEIRS], rules=by(CustomerMatch.VAT), taken={}) == THEIRS
    assert chosen(DEMO, [THEIRS], rules=by(CustomerMatch.EMAIL), taken={}) == THEIRS
    assert chosen(DEMO, [THEIRS], rules=by(CustomerMatch.NAME), taken={}) == THEIRS
    assert chosen(DEMO, [THEIRS], rules=by(CustomerMatch.CODE), taken={}) is None


@pytest.mark.parametrize(
    ("match", "relation"),
    [
        (CustomerMatch.EMAIL, replace(THEIRS, name="The neighbours")),
        (CustomerMatch.NAME, replace(THEIRS, email="other@demo.example")),
        (CustomerMatch.NAME, replace(THEIRS, vat_number="0999999999")),
        (CustomerMatch.VAT, replace(THEIRS, vat_number="")),
    ],
)
def test_likeness_is_not_enough(match: CustomerMatch, relation: Relation) -> None:
    assert chosen(DEMO, [relation], rules=by(match), taken={}) is None


def test_several_that_fit_are_parked() -> None:
    several = [THEIRS, replace(THEIRS, number="8")]
    found = chosen(DEMO, several, rules=EVERY, taken={})
    assert isinstance(found, Parked) and found.reason is Reason.CUSTOMER_AMBIGUOUS and "7, 8" in found.message
    found = born(DEMO, several, known=frozenset(), taken={})
    assert isinstance(found, Parked) and found.reason is Reason.CUSTOMER_AMBIGUOUS


def test_a_number_may_be_shared_only_where_the_settings_say_so() -> None:
    taken = {"7": 1002}
    assert chosen(DEMO, [THEIRS], rules=by(CustomerMatch.VAT), taken=taken) is None
    assert chosen(DEMO, [THEIRS], rules=by(CustomerMatch.VAT, is_shared=True), taken=taken) == THEIRS
    parked = shared("7", DEMO, EVERY, taken)
    assert parked is not None and parked.reason is Reason.CUSTOMER_SHARED


@pytest.mark.parametrize(
    ("relation", "reason"),
    [
        (replace(THEIRS, number="8"), Reason.CUSTOMER_AMBIGUOUS),
        (replace(THEIRS, name="The neighbours"), Reason.CUSTOMER_AMBIGUOUS),
    ],
)
def test_an_answer_that_shows_somebody_else_is_not_taken(relation: Relation, reason: Reason) -> None:
    parked = made(DEMO, relation, asked="7", known=frozenset(), taken={})
    assert parked is not None and parked.reason is reason


def test_an_answer_that_shows_a_relation_from_before_is_not_taken() -> None:
    assert made(DEMO, THEIRS, asked=None, known=frozenset(), taken={}) is None
    assert made(DEMO, THEIRS, asked=None, known=frozenset({"7"}), taken={}) is not None
    assert made(DEMO, THEIRS, asked=None, known=frozenset(), taken={"7": 1002}) is not None


@pytest.mark.parametrize("name", ["Lies Vermeulen", "Vermeulen, Lies", "VERMEULEN Lies"])
def test_a_person_is_the_same_in_any_order(name: str) -> None:
    relation = Relation("9", name, "family@v.example")
    assert chosen(LIES, [relation], rules=by(CustomerMatch.EMAIL), taken={}) == relation


def test_a_business_is_not_the_same_in_another_order() -> None:
    nord = replace(DEMO, name="Bank Nord")
    assert chosen(nord, [replace(THEIRS, name="Nord Bank")], rules=by(CustomerMatch.EMAIL), taken={}) is None


@pytest.mark.parametrize("number", ["BE0123456749", "be 0123.456.749", "0123456749"])
def test_vat_numbers_are_compared_by_their_digits(number: str) -> None:
    assert vat_core(number) == "0123456749"


def test_a_dutch_suffix_does_not_count() -> None:
    assert vat_core("NL123456789B01") == vat_core("123456789") == "123456789"


@pytest.mark.parametrize("code", ["0", "-1", "007", "12abc", "GUEST-7", "", "2147483648", "１２", "1.0"])
def test_a_code_that_is_no_customer_number(code: str) -> None:
    assert number_problem(code) is not None


@pytest.mark.parametrize("code", ["1", "100245", "2147483647"])
def test_a_code_that_is_a_customer_number(code: str) -> None:
    assert number_problem(code) is None


def test_what_of_a_customer_goes_where() -> None:
    billing, office = Address("Billing", street="B"), Address("Office", is_default=True, street="O")
    other = Address("Store", is_default=True, street="S")
    assert address_of(replace(DEMO, addresses=(other, office, billing))) == billing
    assert address_of(replace(DEMO, addresses=(Address("Store"), other))) == other
    assert address_of(DEMO) == Address()
    assert email_of(replace(DEMO, invoice_email="ap@demo.example")) == "ap@demo.example"
    assert email_of(replace(DEMO, email="", contacts=(Contact(email="c@d.example"),))) == "c@d.example"
    assert name_of(LIES) == "Lies Vermeulen"
    assert incomplete(replace(DEMO, name=" ")) is not None
