"""Are ids, numbers and keys of their own, and does looking up by them find the one that is meant?"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from ixmocks.crmcom.credentials import (
    organisation_of,
    password_of,
    user_name,
    web_api_key_of,
    world_of_key,
)
from ixmocks.crmcom.register import register
from ixmocks.crmcom.state import Counters, id_of, numbered

worlds = st.from_regex(r"[a-z0-9][a-z0-9-]{0,39}", fullmatch=True)


@given(seed=st.integers(0, 10**6), numbers=st.sets(st.integers(0, 10**9), min_size=2, max_size=50))
def test_no_two_ids_are_alike(seed: int, numbers: set[int]) -> None:
    ids = {id_of(seed, number) for number in numbers}
    assert len(ids) == len(numbers)
    assert all(re.fullmatch("[0-9A-F]{32}", id) for id in ids)


def test_an_id_is_the_same_in_every_run() -> None:
    assert id_of(7, 1) == id_of(7, 1) != id_of(8, 1)


@given(start=st.integers(1, 10**9), kind=st.sampled_from(["invoice", "reference", "cancellation", "payment"]))
def test_numbers_rise_and_never_repeat(start: int, kind: str) -> None:
    counters, first = numbered(Counters(**{kind: start}), kind)
    counters, second = numbered(counters, kind)
    assert first != second
    assert int(re.sub(r"\D", "", second)) == int(re.sub(r"\D", "", first)) + 1


def test_an_invoice_number_is_i_and_eight_digits() -> None:
    assert numbered(Counters(invoice=498), "invoice")[1] == "I00000498"


@given(one=worlds, other=worlds)
def test_credentials_find_their_world_and_no_other(one: str, other: str) -> None:
    assert organisation_of(user_name(one)) == one
    assert world_of_key(web_api_key_of(one)) == one
    assert (password_of(user_name(one)) == password_of(user_name(other))) is (one == other)
    assert (web_api_key_of(one) == web_api_key_of(other)) is (one == other)


@given(text=st.text())
def test_what_is_no_key_of_ours_opens_nothing(text: str) -> None:
    assert world_of_key(text) == ""


@dataclass(frozen=True)
class Card:
    id: str
    name: str


cards = st.lists(
    st.builds(Card, st.sampled_from("abcdef"), st.sampled_from(["", "x", "y", "z"])), max_size=12
)


@given(entries=cards)
def test_a_register_finds_what_a_search_through_all_finds(entries: list[Card]) -> None:
    kept = register(lambda card: card.id, name=lambda card: card.name)
    model: dict[str, Card] = {}
    for entry in entries:
        kept, model[entry.id] = kept.put(entry), entry
    assert list(kept) == list(model.values())
    assert list(kept.newest_first()) == list(model.values())[::-1]
    for name in ("", "x", "y", "z"):
        assert set(kept.find("name", name)) == {card for card in model.values() if name and card.name == name}
    for id in "abcdef":
        assert kept.get(id) == model.get(id)
