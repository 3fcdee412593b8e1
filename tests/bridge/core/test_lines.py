"""Do many lines become few without losing any, and never more than the target takes?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixbridge.core.lines import (
    Bundle,
    MappedLine,
    apart,
    consolidate,
    cut,
    fit,
    merge,
    merge_to_fit,
    single,
)
from ixbridge.core.mapping import NEVER_MIXED, Dimension, LineRules, OverLimit
from ixbridge.core.model import Basis, Line
from ixbridge.core.money import Rounding, net_within
from ixbridge.core.parked import Parked, Reason
from support.instalments import a_line, some_lines

GROUPS = {"A": "Seats", "B": ""}


def mapped(lines: Sequence[Line]) -> list[MappedLine]:
    return [
        MappedLine(
            line,
            line.gross_minor or 0,
            line.vat_rate.code,
            line.ledger_account,
            line.cost_centre,
            GROUPS.get(line.description, ""),
        )
        for line in lines
    ]


def place(part: MappedLine) -> Hashable:
    return part.line.vat_rate, part.tax_code, part.ledger_account, part.cost_centre


def totals(bundles: Sequence[Bundle]) -> Counter[tuple[Hashable, str]]:
    """Net and gross for each VAT code, ledger account and cost centre."""
    sums: Counter[tuple[Hashable, str]] = Counter()
    for bundle in bundles:
        sums[place(bundle.first), "net"] += bundle.net_minor
        sums[place(bundle.first), "gross"] += bundle.gross_minor
    return sums


some = st.sampled_from(Basis).flatmap(lambda basis: some_lines(basis, most=30)).map(mapped)


def alike(count: int, *, net: int = 1887, code: str = "6") -> list[MappedLine]:
    return mapped([a_line(number, net, code=code) for number in range(1, count + 1)])


def distinct(count: int) -> list[MappedLine]:
    return mapped([a_line(number, 1000, text=f"Seat {number}") for number in range(1, count + 1)])


# --- merging


@given(lines=some, rng=st.randoms(use_true_random=False))
def test_merging_does_not_depend_on_order_and_is_done_once(lines: list[MappedLine], rng: Random) -> None:
    shuffled = list(lines)
    rng.shuffle(shuffled)
    merged = merge(single(lines))
    assert merge(single(shuffled)) == merged
    assert merge(merged) == merged


@given(lines=some)
def test_merging_can_be_undone_from_its_result(lines: list[MappedLine]) -> None:
    merged = merge(single(lines))
    assert apart(merged) == tuple(lines)
    for bundle in merged:
        prices = {(part.line.description, part.line.unit_price, place(part)) for part in bundle.parts}
        assert len(prices) == 1
        assert bundle.quantity == sum(part.line.quantity for part in bundle.parts)


@given(lines=some)
def test_merging_keeps_the_sums_of_each_code_and_account(lines: list[MappedLine]) -> None:
    assert totals(merge(single(lines))) == totals(single(lines))


@given(lines=some)
def test_no_line_is_merged_away_by_its_opposite(lines: list[MappedLine]) -> None:
    for bundle in merge(single(lines)):
        signs = {(part.line.net_minor > 0) - (part.line.net_minor < 0) for part in bundle.parts}
        assert len(signs) == 1
        assert bool(bundle.net_minor) == any(part.line.net_minor for part in bundle.parts)


@pytest.mark.parametrize(
    "change",
    [
        {"product_id": 7},
        {"product_code": "OTHER"},
        {"description": "Other"},
        {"unit_price": Decimal(1)},
        {"discount_percentage": Decimal(5)},
        {"period_from": date(2025, 8, 1)},
        {"period_to": date(2026, 5, 31)},
    ],
)
def test_lines_that_differ_in_anything_visible_stay_apart(change: dict[str, object]) -> None:
    one, other = alike(2)
    other = replace(other, line=replace(other.line, **change))  # type: ignore[arg-type]
    assert len(merge(single([one, other]))) == 2


@pytest.mark.parametrize("change", [{"tax_code": "x"}, {"ledger_account": "x"}, {"cost_centre": "x"}])
def test_lines_of_different_accounts_stay_apart(change: dict[str, str]) -> None:
    one, other = alike(2)
    assert len(merge(single([one, replace(other, **change)]))) == 2  # type: ignore[arg-type]


def test_quantities_are_added() -> None:
    lines = mapped([a_line(1, 2000, quantity="2"), a_line(2, 3000, quantity="3")])
    (bundle,) = merge(single(lines))
    assert (bundle.quantity, bundle.net_minor, bundle.numbers) == (Decimal(5), 5000, (1, 2))


# --- merging no further than needed


@given(lines=some, at_most=st.integers(1, 30))
def test_merging_to_fit_loses_nothing_and_fits_if_merging_can(lines: list[MappedLine], at_most: int) -> None:
    fitted = merge_to_fit(single(lines), at_most)
    assert apart(fitted) == tuple(lines)
    assert totals(fitted) == totals(single(lines))
    assert len(fitted) <= max(at_most, len(merge(single(lines))))


def test_tickets_merge_in_pairs_because_the_net_of_more_would_be_off() -> None:
    fitted = merge_to_fit(single(alike(76)), 75)
    assert len(fitted) == 38
    assert sum(net_within(each.gross_minor, Decimal(6)) for each in fitted) == 76 * 1887
    (whole,) = merge(single(alike(76)))
    assert net_within(whole.gross_minor, Decimal(6)) == 76 * 1887 - 16


def test_where_every_merger_moves_the_net_only_as_many_are_merged_as_must_be() -> None:
    fitted = merge_to_fit(single(alike(76, net=4150, code="21")), 75)
    assert [len(each.parts) for each in fitted] == [2] + [1] * 74


# --- fitting


@pytest.mark.parametrize("over_limit", OverLimit)
@given(lines=some, at_most=st.integers(1, 12), merging=st.booleans())
def test_an_invoice_never_has_more_lines_than_allowed_nor_none(
    over_limit: OverLimit, lines: list[MappedLine], at_most: int, merging: bool
) -> None:
    rules = LineRules(max=at_most, over_limit=over_limit, merge_identical=merging)
    parts = fit(lines, rules)
    if isinstance(parts, Parked):
        assert parts.reason is Reason.TOO_MANY_LINES
        assert over_limit is not OverLimit.SPLIT
        return
    assert all(1 <= len(part) <= at_most for part in parts)
    assert apart(bundle for part in parts for bundle in part) == tuple(lines)
    assert totals([bundle for part in parts for bundle in part]) == totals(single(lines))


def test_75_lines_pass_as_they_are_even_when_identical() -> None:
    parts = fit(alike(75), LineRules())
    assert not isinstance(parts, Parked)
    assert [len(part) for part in parts] == [75]


def test_76_identical_lines_pass_merged() -> None:
    parts = fit(alike(76), LineRules())
    assert not isinstance(parts, Parked)
    assert len(parts) == 1
    assert len(parts[0]) <= 75


def test_a_target_that_rounds_once_gets_identical_lines_as_one() -> None:
    parts = fit(alike(76), LineRules(), rounding=Rounding.PER_RATE)
    assert not isinstance(parts, Parked)
    assert [bundle.quantity for bundle in parts[0]] == [Decimal(76)]


@pytest.mark.parametrize("count", [76, 160])
def test_too_many_distinct_lines_are_parked(count: int) -> None:
    parked = fit(distinct(count), LineRules())
    assert isinstance(parked, Parked)
    assert parked.reason is Reason.TOO_MANY_LINES
    assert f"{count} lines" in parked.message


def test_no_limit_means_no_limit() -> None:
    parts = fit(distinct(300), LineRules(max=0))
    assert not isinstance(parts, Parked)
    assert [len(part) for part in parts] == [300]


def test_no_lines_at_all_are_parked() -> None:
    parked = fit([], LineRules())
    assert isinstance(parked, Parked)
    assert parked.reason is Reason.NO_LINES


# --- summing up


@given(lines=some, by=st.sets(st.sampled_from(Dimension)))
def test_summing_up_mixes_no_code_account_or_cost_centre(lines: list[MappedLine], by: set[Dimension]) -> None:
    rules = LineRules(by=(*NEVER_MIXED, *sorted(by - set(NEVER_MIXED), key=lambda each: each.value)))
    summed = consolidate(single(lines), rules)
    assert totals(summed) == totals(single(lines))
    assert apart(summed) == tuple(lines)
    for bundle in summed:
        assert len({place(part) for part in bundle.parts}) == 1
    assert consolidate(summed, rules) == summed


def test_a_group_that_sums_to_zero_stays_as_a_zero_line() -> None:
    lines = mapped([a_line(1, 1000, text="A"), a_line(2, -1000, text="A", quantity="-1")])
    (bundle,) = consolidate(single(lines), LineRules())
    assert (bundle.net_minor, bundle.gross_minor) == (0, 0)
    assert bundle.summary == "Seats (2 lines, see annex)"


def test_a_group_of_identical_lines_keeps_its_own_words() -> None:
    (bundle,) = consolidate(single(alike(3)), LineRules())
    assert bundle.summary is None


def test_the_words_of_a_summed_up_line_name_what_it_sums() -> None:
    template = "{product_group}/{count}/{tax}/{ledger}/{cost_centre}/{period}"
    lines = mapped([a_line(1, 100, ledger="8010", centre="VIP"), a_line(2, 200, ledger="8010", centre="VIP")])
    dated = replace(lines[0].line, period_from=date(2025, 8, 1), period_to=date(2026, 5, 31))
    lines[0] = replace(lines[0], line=dated)
    (bundle,) = consolidate(single(lines), LineRules(description=template, no_group="Rest"))
    assert bundle.summary == "Rest/2/21 %/8010/VIP/2025-08-01 to 2026-05-31"


# --- cutting


@given(count=st.integers(1, 400), at_most=st.integers(1, 75))
def test_cut_parts_are_a_balanced_partition(count: int, at_most: int) -> None:
    bundles = [Bundle((line,)) for line in alike(1)] * count
    parts = cut(bundles, at_most)
    assert [each for part in parts for each in part] == bundles
    sizes = [len(part) for part in parts]
    assert max(sizes) <= at_most
    assert max(sizes) - min(sizes) <= 1
    assert len(parts) == -(-count // at_most)
