"""What all instalments come to is worked out in whole cents, and nothing is counted twice."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ixmocks.dashboard.document import Document, Instalment
from ixmocks.dashboard.lives import Found, Life, Step, life_of
from ixmocks.dashboard.sums import stations, sums


@st.composite
def some_lives(draw: st.DrawFn) -> Life:
    number = draw(st.sampled_from(["", "D1", "20250001"]))
    instalment = Instalment(
        code="C-2025-0001-01", day=date(2026, 1, 5), customer="Demo BV", reference="", kind="Invoice", number=number,
        status=draw(st.sampled_from(["Future", "ToDo", "Pending", "Open", "Cancelled"])), due=None,
        payment=draw(st.sampled_from(["", "P1"])) if number == "20250001" else "", net_cents=0, vat_cents=0,
        currency=draw(st.sampled_from(["EUR", "DKK"])), gross_cents=draw(st.integers(-10_000, 10_000)),
    )  # fmt: skip
    documents: list[Any] = draw(
        st.lists(
            st.tuples(st.integers(-10_000, 10_000), st.booleans(), st.sampled_from(["EUR", "DKK"])),
            max_size=3,
        )
    )
    return life_of(
        instalment,
        [
            Found(
                "any",
                "Any",
                Document(str(n), "invoice", "open", total_cents=cents, gone=gone, currency=of),
                "",
            )
            for n, (cents, gone, of) in enumerate(documents)
        ],
    )


@given(st.lists(some_lives(), max_size=6))
def test_each_cent_stands_in_one_currency_once(lives: list[Life]) -> None:
    found = sums(lives)
    assert len({each.currency for each in found}) == len(found)
    alive = [one.document.total_cents for life in lives for one in life.alive]
    assert sum(each.booked_cents for each in found) == sum(alive)


@given(st.lists(some_lives(), max_size=6), st.lists(some_lives(), max_size=6))
def test_sums_add_up_whatever_is_put_together(some: list[Life], others: list[Life]) -> None:
    def told(lives: list[Life]) -> dict[str, int]:
        return {each.currency: each.told_cents for each in sums(lives) if each.told_cents or each.asked_cents}

    both = dict.fromkeys({**told(some), **told(others)}, 0)
    for part in (told(some), told(others)):
        for currency, cents in part.items():
            both[currency] += cents
    whole = told([*some, *others])
    assert all(whole.get(currency, 0) == cents for currency, cents in both.items())


@given(st.lists(some_lives(), max_size=6))
def test_everybody_stands_at_one_station_at_most(lives: list[Life]) -> None:
    assert sum(stations(lives).values()) <= len(lives)
    assert stations(lives)[Step.PAID] == sum(bool(life.instalment.payment) for life in lives)
