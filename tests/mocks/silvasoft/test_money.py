"""Are amounts read, rounded and shown to the cent, whatever their size and sign?"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ixmocks.silvasoft.money import (
    cents_from,
    cents_of,
    decimal_of,
    half_even,
    half_up,
    nets_by_rate,
    plain,
    shown,
    wire,
)

cents = st.integers(-(10**310), 10**310) | st.integers(-(10**7), 10**7)
divisors = st.integers(1, 10**6)
rates = st.sampled_from([0, 6, 9, 12, 21, 25])


@given(cents)
@example(69240)
@example(-1)
@example(10)
def test_an_amount_survives_the_way_to_the_wire_and_back(amount: int) -> None:
    assert cents_of(wire(amount)) == amount or abs(amount) > 10**308


@given(cents)
def test_the_wire_never_shows_an_exponent_or_a_needless_zero(amount: int) -> None:
    text = str(plain(Decimal(wire(amount))))
    assert "E" not in text and "e" not in text
    assert "." not in text or text[-1] not in "0."


@given(cents, divisors)
def test_half_up_is_never_off_by_more_than_a_half_and_mirrors(above: int, below: int) -> None:
    assert abs(Fraction(above, below) - half_up(above, below)) <= Fraction(1, 2)
    assert half_up(-above, below) == -half_up(above, below)


@given(cents, divisors)
def test_half_even_is_the_rounding_of_fractions_and_mirrors(above: int, below: int) -> None:
    assert half_even(above, below) == round(Fraction(above, below))
    assert half_even(-above, below) == -half_even(above, below)


@given(st.lists(st.tuples(rates, st.integers(-(10**6), 10**6)), max_size=75))
def test_rounding_per_rate_makes_the_parts_add_up_to_the_rounded_total(lines: list[tuple[int, int]]) -> None:
    nets = nets_by_rate([(str(rate), incl, 100, 100 + rate) for rate, incl in lines])
    for rate in {rate for rate, _ in lines}:
        total = sum(incl for one, incl in lines if one == rate)
        parts = sum(net for (one, _), net in zip(lines, nets, strict=True) if one == rate)
        assert parts == half_up(total * 100, 100 + rate)
    for (rate, incl), net in zip(lines, nets, strict=True):
        assert abs(Fraction(incl * 100, 100 + rate) - net) <= 1


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9))
def test_a_number_and_its_text_are_the_same_amount(amount: Decimal) -> None:
    assert cents_of(amount) == cents_of(str(amount)) == cents_of(f" {amount} ") == int(amount * 100)


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        (0, 0),
        (Decimal("449.68"), 44968),
        ("449.68", 44968),
        (Decimal("0.005"), 1),
        (Decimal("-0.005"), -1),
        (Decimal("0.00499999999999999999999999999999999999"), 0),
        (Decimal("1e3"), 100_000),
        (Decimal("1e-999999"), 0),
        (Decimal("123456789012345678901234567890.12"), 12345678901234567890123456789012),
        (10**300, 10**302),
    ],
)
def test_amounts_are_read_exactly_and_rounded_half_away_from_zero(value: object, amount: int) -> None:
    assert cents_of(value) == amount


@pytest.mark.parametrize(
    "value",
    [
        "",
        "12,50",
        "1_000",
        "NaN",
        "Infinity",
        "0x10",
        "1 000",
        "٣",
        True,
        None,
        [],
        {},
        Decimal("1e400"),
        10**310,
    ],
)
def test_what_is_no_finite_number_is_no_amount(value: object) -> None:
    assert cents_of(value) is None
    assert decimal_of(value) is None


def test_exact_units_become_cents_and_prices_show_all_their_digits() -> None:
    assert cents_from(Fraction("12.345")) == 1235
    assert shown(Fraction("2.8301")) == Decimal("2.8301")
    assert shown(Fraction(110)) == 110
