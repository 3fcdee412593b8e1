"""Are amounts exact, do shares make the whole, and is the source's way of rounding found out?"""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from itertools import combinations_with_replacement
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ixbridge.core.model import Basis, Instalment, InvoiceLine, Line, Totals, VatRate
from ixbridge.core.money import (
    EXPONENTS,
    Allocation,
    Rounding,
    allocate,
    allocation_of,
    as_decimal,
    explains,
    net_within,
    predicted,
    print_decimal,
    print_minor,
    read_decimal,
    read_minor,
    rounded,
    shared_by_rate,
    split,
    vat_on,
)
from ixbridge.core.parked import Parked, Reason
from support.instalments import a_line, an_instalment, instalments, negative, rates, some_lines

amounts = st.integers(-(10**12), 10**12)
currencies = st.sampled_from(sorted(EXPONENTS))
percentages = st.decimals(0, 30, places=1)


def header(instalment: Instalment) -> Totals:
    return Totals(instalment.net_minor, instalment.vat_minor, instalment.gross_minor)


def booked(net_minor: int, gross_minor: int, percentage: str = "21") -> InvoiceLine:
    return InvoiceLine("", net_minor, gross_minor, Decimal(percentage), None, None, None)


# --- reading and printing


@given(amount=amounts, currency=currencies)
def test_an_amount_survives_printing_and_reading(amount: int, currency: str) -> None:
    printed = print_minor(amount, currency=currency)
    assert read_minor(printed, currency=currency, field="x") == amount
    assert read_minor(as_decimal(amount, currency=currency), currency=currency, field="x") == amount
    assert set(printed) <= set("-.0123456789")
    assert json.loads(printed, parse_float=Decimal) == Decimal(amount).scaleb(-EXPONENTS[currency])


@given(number=st.decimals(-(10**8), 10**8, places=6))
def test_a_number_survives_printing_and_reading(number: Decimal) -> None:
    read = read_decimal(number, decimals_max=6, field="x")
    assert read == number
    assert read_decimal(print_decimal(number), decimals_max=6, field="x") == number
    assert "E" not in print_decimal(number)


WRONG = ["NaN", "Infinity", "-Infinity", "1e400", "1e-400", "01", "1.", ".5", "+1", "--1", "12,34", "1_000"]
TOO_FINE_OR_LONG = ["１２", "0x1F", "1.00001", "1234567890123456", "9" * 5000, "0." + "1" * 40]


@pytest.mark.parametrize("text", [*WRONG, *TOO_FINE_OR_LONG, "", " 12", "12 ", "1 000"])
def test_what_is_no_plain_number_is_refused(text: str) -> None:
    read = read_decimal(text, decimals_max=4, field="lines.1.amount")
    assert isinstance(read, Parked)
    assert read.reason is Reason.AMOUNT_UNREADABLE
    assert "lines.1.amount" in read.message


@pytest.mark.parametrize("text", ["NaN", "sNaN", "Infinity", "1E+400", "1E-400", "1.00001"])
def test_a_decimal_that_is_no_amount_is_refused_too(text: str) -> None:
    assert isinstance(read_decimal(Decimal(text), decimals_max=4, field="x"), Parked)


def test_true_is_not_a_number() -> None:
    assert isinstance(read_decimal(True, decimals_max=4, field="x"), Parked)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1E2", "EUR", 10000),
        ("-0.00", "EUR", 0),
        ("692.4", "EUR", 69240),
        ("0.29", "EUR", 29),
        ("19.99", "EUR", 1999),
        ("1.2300", "EUR", 123),
        ("15", "JPY", 15),
        ("1.234", "KWD", 1234),
    ],
)
def test_amounts_are_read_exactly(text: str, currency: str, minor: int) -> None:
    assert read_minor(text, currency=currency, field="x") == minor


def test_an_amount_finer_than_the_currency_is_not_rounded() -> None:
    assert isinstance(read_minor("1.005", currency="EUR", field="x"), Parked)
    assert isinstance(read_minor("1.5", currency="JPY", field="x"), Parked)


def test_an_unknown_currency_has_no_assumed_decimals() -> None:
    read = read_minor("1.00", currency="XTS", field="x")
    assert isinstance(read, Parked)
    assert read.reason is Reason.CURRENCY_UNKNOWN


# --- rounding and sharing


@given(numerator=amounts, denominator=st.integers(1, 10**6))
def test_rounding_is_to_the_nearest_and_symmetric(numerator: int, denominator: int) -> None:
    result = rounded(numerator, denominator)
    assert abs(result - Fraction(numerator, denominator)) <= Fraction(1, 2)
    assert rounded(-numerator, denominator) == -result


@pytest.mark.parametrize(
    ("net", "pc", "expected"), [(2, "25", 1), (-2, "25", -1), (50, "21", 11), (6, "25", 2)]
)
def test_a_third_decimal_of_five_goes_away_from_zero(net: int, pc: str, expected: int) -> None:
    assert vat_on(net, Decimal(pc)) == expected


@given(total=amounts, weights=st.lists(st.integers(0, 1000), min_size=1, max_size=20).filter(any))
@example(total=100, weights=[1, 1, 1])
def test_shares_make_the_whole_and_are_fair(total: int, weights: list[int]) -> None:
    shares = allocate(total, weights=weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - Fraction(total * weight, sum(weights))) < 1
    assert allocate(-total, weights=weights) == tuple(-share for share in shares)


def test_cents_left_over_go_to_the_first() -> None:
    assert split(10000, parts=3) == (3334, 3333, 3333)


@pytest.mark.parametrize("weights", [[], [0], [1, -1], [2, -1]])
def test_there_is_no_share_of_nothing(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        allocate(1, weights=weights)


# --- facts about rounding once per rate


@given(net=amounts, percentage=percentages)
def test_t1_an_inclusive_total_gives_its_net_back(net: int, percentage: Decimal) -> None:
    assert net_within(net + vat_on(net, percentage), percentage) == net


@given(nets=st.lists(st.integers(-5000, 5000) | st.just(0), min_size=1, max_size=75), rate=rates)
def test_t2_handing_out_cents_moves_no_line_by_a_whole_cent(nets: list[int], rate: VatRate) -> None:
    lines = [a_line(i, net, code=rate.code) for i, net in enumerate(nets, start=1)]
    percentage = lines[0].vat_rate.percentage
    shares = shared_by_rate(lines)
    assert sum(shares) == sum(nets) + vat_on(sum(nets), percentage)
    for net, gross in zip(nets, shares, strict=True):
        exact = net * (1 + Fraction(percentage) / 100)
        assert abs(gross - exact) < 1
        assert gross * net >= 0
        assert net or not gross


def test_t2_holds_for_every_small_set_of_lines() -> None:
    for code in ("6", "21", "25"):
        for nets in combinations_with_replacement(range(-3, 9), 4):
            lines = [a_line(i, net, code=code) for i, net in enumerate(nets)]
            for net, gross in zip(nets, shared_by_rate(lines), strict=True):
                exact = net * (100 + int(code))
                assert abs(100 * gross - exact) < 100


@pytest.mark.parametrize(
    ("code", "nets", "gross"), [("25", (1, 1), 3), ("21", (3, 3), 7), ("9", (1, 5), 7), ("6", (2, 7), 10)]
)
def test_t4_some_totals_keep_the_gross_but_not_the_net(code: str, nets: tuple[int, int], gross: int) -> None:
    """The smallest cases where a target that rounds per line finds another net than iXpole."""
    shares = shared_by_rate([a_line(i, net, code=code) for i, net in enumerate(nets)])
    seen = predicted([booked(net, share, code) for net, share in zip(nets, shares, strict=True)])
    assert seen.gross_minor == gross
    assert abs(seen.net_minor - sum(nets)) == 1


@given(net=amounts, rate=rates)
def test_t5_one_line_per_rate_is_exact_for_every_model(net: int, rate: VatRate) -> None:
    percentage = rate.percentage
    line = InvoiceLine("", net, net + vat_on(net, percentage), percentage, None, None, None)
    for model in (Rounding.PER_LINE, Rounding.PER_RATE, Rounding.PER_INVOICE):
        assert predicted([line], model).net_minor == net


# --- how the source rounded


@given(made=instalments())
def test_the_gross_of_the_lines_makes_the_total_in_every_basis(made: tuple[Instalment, Basis]) -> None:
    instalment, basis = made
    allocation = allocation_of(instalment.lines, header(instalment))
    assert isinstance(allocation, Allocation)
    assert sum(allocation.gross_minor) == instalment.gross_minor
    if basis is not Basis.PER_RATE:
        assert list(allocation.gross_minor) == [line.gross_minor for line in instalment.lines]


@given(lines=some_lines(Basis.PER_RATE), rng=st.randoms(use_true_random=False))
def test_cents_are_handed_out_by_line_number_not_by_order(lines: list[Line], rng: Random) -> None:
    instalment = an_instalment(lines, basis=Basis.PER_RATE)
    shuffled = list(instalment.lines)
    rng.shuffle(shuffled)
    one = allocation_of(instalment.lines, header(instalment))
    other = allocation_of(shuffled, header(instalment))
    assert isinstance(one, Allocation)
    assert isinstance(other, Allocation)
    by_number = {line.number: gross for line, gross in zip(shuffled, other.gross_minor, strict=True)}
    assert [by_number[line.number] for line in instalment.lines] == list(one.gross_minor)


@given(made=instalments())
def test_a_credit_is_handed_out_as_the_exact_negative(made: tuple[Instalment, Basis]) -> None:
    instalment, _ = made
    credit = negative(instalment)
    one = allocation_of(instalment.lines, header(instalment))
    other = allocation_of(credit.lines, header(credit))
    assert isinstance(one, Allocation)
    assert isinstance(other, Allocation)
    assert [-gross for gross in other.gross_minor] == list(one.gross_minor)


@pytest.mark.parametrize(
    ("lines", "total", "basis"),
    [
        ([a_line(1, 3750), a_line(2, 1250)], 6051, Basis.PER_LINE),
        ([a_line(1, 3750), a_line(2, 1250)], 6050, Basis.PER_RATE),
        ([a_line(1, 826, gross_minor=1000)], 1000, Basis.GROSS),
    ],
)
def test_the_basis_is_found_out(lines: list[Line], total: int, basis: Basis) -> None:
    net = sum(line.net_minor for line in lines)
    found = allocation_of(lines, Totals(net, total - net, total))
    assert isinstance(found, Allocation)
    assert found.basis is basis


@pytest.mark.parametrize("vat", [0, 1, 2])
def test_two_codes_of_one_percentage_may_be_rounded_together_or_apart(vat: int) -> None:
    """Per line no cent of VAT, once for 21 % one cent, once per code two."""
    nets = ((1, "21"), (2, "21"), (1, "21-EU"), (2, "21-EU"))
    lines = [a_line(number, net, code=code) for number, (net, code) in enumerate(nets, start=1)]
    found = allocation_of(lines, Totals(6, vat, 6 + vat))
    assert isinstance(found, Allocation)
    assert sum(found.gross_minor) == 6 + vat


def test_inclusive_amounts_are_kept_when_the_net_was_taken_out_once_per_rate() -> None:
    lines = [a_line(1, 2, gross_minor=3), a_line(2, 2, gross_minor=3)]
    assert allocation_of(lines, Totals(5, 1, 6)) == Allocation(Basis.GROSS, (3, 3))


def test_among_equal_lines_the_cent_moves_on_the_lowest_number() -> None:
    lines = [a_line(2, 3), a_line(1, 3)]  # a cent of VAT on each, but only one on both together
    assert shared_by_rate(lines) == (4, 3)


@pytest.mark.parametrize(
    ("lines", "totals"),
    [
        ([a_line(1, 1000)], Totals(1000, 210, 1211)),
        ([a_line(1, 1000)], Totals(1000, 211, 1211)),
        ([a_line(1, 1000)], Totals(999, 211, 1210)),
        ([a_line(1, 1000, gross_minor=1060)], Totals(1000, 60, 1060)),
        ([a_line(1, 1000, code="0", gross_minor=1001)], Totals(1000, 1, 1001)),
    ],
)
def test_what_does_not_add_up_is_parked(lines: list[Line], totals: Totals) -> None:
    found = allocation_of(lines, totals)
    assert isinstance(found, Parked)
    assert found.reason is Reason.DOES_NOT_ADD_UP


def test_a_prescribed_basis_is_not_replaced_by_another() -> None:
    lines = [a_line(1, 3750), a_line(2, 1250)]
    found = allocation_of(lines, Totals(5000, 1050, 6050), basis=Basis.PER_LINE)
    assert isinstance(found, Parked)
    assert "per_line" in found.message


# --- what a target computes


def test_the_published_answer_comes_out() -> None:
    lines = [booked(37164, 44968, "21"), booked(32076, 34001, "6")]
    assert predicted(lines) == Totals(69240, 9729, 78969)


@given(lines=some_lines(Basis.GROSS), model=st.sampled_from(Rounding))
def test_the_inclusive_total_is_exact_under_every_model(lines: list[Line], model: Rounding) -> None:
    sent = [
        InvoiceLine("", line.net_minor, line.gross_minor or 0, line.vat_rate.percentage, None, None, None)
        for line in lines
    ]
    totals = predicted(sent, model)
    assert totals.gross_minor == sum(line.gross_minor for line in sent)
    assert totals.net_minor + totals.vat_minor == totals.gross_minor
    assert model in explains(sent, totals)
    assert not explains(sent, Totals(totals.net_minor, totals.vat_minor + 1, totals.gross_minor + 1))
