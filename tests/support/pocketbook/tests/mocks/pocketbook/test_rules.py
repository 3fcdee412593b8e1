"""Does Pocketbook keep what it is told, exactly, and once?"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ixmocks.engine.outcome import Changed, Refused
from ixmocks.pocketbook import rules
from ixmocks.pocketbook.state import Customer, State

AT = datetime(2017, 5, 5, tzinfo=UTC)
READINGS = {"PBK-01": "refused"}
STATE = State().with_customer(Customer("P1", "First customer"))
AMOUNTS = st.lists(st.decimals(-10_000, 10_000, places=2), min_size=1, max_size=20)


@given(AMOUNTS)
def test_a_bill_comes_to_the_sum_of_its_lines(amounts: list[Decimal]) -> None:
    lines = [{"text": "x", "total": amount} for amount in amounts]
    told = {"key": "K", "customer": "P1", "day": "2017-05-05", "lines": lines}
    outcome = rules.add_bill(STATE, told, at=AT, readings=READINGS)
    assert isinstance(outcome, Changed) and outcome.answer.total_cents == sum(amounts) * 100
    again = rules.add_bill(outcome.state, told, at=AT, readings=READINGS)
    assert isinstance(again, Refused) and again.first.rule == "PBK-01"
