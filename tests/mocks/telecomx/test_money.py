"""Are TelecomX's totals right to the øre? Against a second sum, made another way, in every reading."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ixmocks.telecomx import money
from ixmocks.telecomx.state import Line, Sums

ROUNDINGS = ("half_up", "half_even", "per_line")
PLACES = ("sum", "line")
WIDE = Context(prec=200)
CENT = Decimal("0.01")

units = st.decimals(-1000, 1000, places=3)
prices = st.decimals(-10_000, 10_000, places=4)
rows = st.lists(st.tuples(units, prices, st.booleans()), max_size=8)


def line(units: Decimal, price: Decimal, exempt: bool = False) -> Line:
    return Line("p", "P", "name", "", units, "UNITS", price * 2, -price, price, exempt)


def modelled(
    lines: list[tuple[Decimal, Decimal, bool]], taxation: str, place: str
) -> tuple[Decimal, Decimal]:
    """The same with decimal arithmetic: net and VAT, in crowns."""
    mode = ROUND_HALF_EVEN if taxation == "half_even" else ROUND_HALF_UP

    def rounded(amount: Decimal) -> Decimal:
        return amount.quantize(CENT, mode, WIDE)

    amounts = [(WIDE.multiply(count, price), exempt) for count, price, exempt in lines]
    if place == "line":
        amounts = [(rounded(amount), exempt) for amount, exempt in amounts]
    net = rounded(sum((amount for amount, _ in amounts), Decimal(0)))
    taxed = [amount for amount, exempt in amounts if not exempt]
    if taxation == "per_line":
        return net, sum((rounded(amount / 4) for amount in taxed), Decimal(0))
    return net, rounded(rounded(sum(taxed, Decimal(0))) * Decimal("0.25"))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("taxation", ROUNDINGS)
@given(lines=rows)
@example(lines=[(Decimal(1), Decimal("0.02"), False)] * 3)
@example(lines=[(Decimal(-1), Decimal("0.10"), False)])
@example(lines=[(Decimal(1), Decimal("0.005"), True)])
def test_totals_agree_with_a_second_sum(
    taxation: str, place: str, lines: list[tuple[Decimal, Decimal, bool]]
) -> None:
    readings = {"TCX-13": taxation, "TCX-30": place}
    totals = money.totals([line(*row) for row in lines], readings)
    for sums, factor in ((totals.price, 1), (totals.cost, 2), (totals.wholesale, -1)):
        net, vat = modelled([(u, p * factor, e) for u, p, e in lines], taxation, place)
        assert (Decimal(sums.net) / 100, Decimal(sums.vat) / 100) == (net, vat)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("taxation", ROUNDINGS)
@given(lines=rows)
def test_a_credit_is_exactly_the_negative_of_its_invoice(
    taxation: str, place: str, lines: list[tuple[Decimal, Decimal, bool]]
) -> None:
    readings = {"TCX-13": taxation, "TCX-30": place}
    there = money.totals([line(*row) for row in lines], readings).price
    back = money.totals([line(-count, price, exempt) for count, price, exempt in lines], readings).price
    assert (back.net, back.vat) == (-there.net, -there.vat)


def test_the_vendors_sample_is_right_from_its_subtotal_on_only() -> None:
    sample = [
        line(Decimal(1), Decimal(200)), line(Decimal(5), Decimal(25)), line(Decimal(1), Decimal("792.22")),
    ]  # fmt: skip
    assert money.totals([line(Decimal(1), Decimal("920.76"))], {}).price == Sums(92076, 23019)
    assert money.totals([line(Decimal(1), Decimal("499.81"))], {}).price == Sums(49981, 12495)
    assert money.totals(sample, {}).price == Sums(111722, 27931)  # and not 920.76


@pytest.mark.parametrize(
    ("reading", "vat"),
    [("half_up", 3), ("half_even", 2), ("per_line", 3)],
)
def test_half_an_ore_goes_where_the_reading_says(reading: str, vat: int) -> None:
    assert money.totals([line(Decimal(1), Decimal("0.10"))], {"TCX-13": reading}).price.vat == vat


@given(value=st.integers() | st.decimals(allow_nan=True, allow_infinity=True) | st.booleans() | st.text())
def test_a_number_is_what_a_double_can_hold(value: object) -> None:
    number = money.number(value)
    if isinstance(value, bool | str):
        assert number is None
    elif number is not None:
        assert abs(number) < Decimal(10) ** 309


@given(value=st.decimals(-(10**9), 10**9, places=6))
def test_a_rate_is_printed_in_plain_digits_and_loses_nothing(value: Decimal) -> None:
    shown = money.plain(value)
    assert shown == value
    text = str(shown)
    assert text == text.rstrip("0").rstrip(".") if "." in text else text.lstrip("-").isdecimal()


def test_what_no_double_can_hold_is_too_large() -> None:
    huge = line(Decimal("1e300"), Decimal("1e300"))
    assert money.too_large(money.totals([huge], {}))
    assert not money.too_large(money.totals([line(Decimal(10**9), Decimal(10**9))], {}))
