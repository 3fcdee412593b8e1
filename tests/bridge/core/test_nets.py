"""Do the nets that are sent make the target compute exactly the total that iXpole has?"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from ixbridge.core.model import InvoiceLine
from ixbridge.core.nets import Taxing, fitted, taxed

PER_LINE = (Taxing.PER_LINE, Taxing.PER_LINE_HALF_EVEN)
HALF_EVEN = (Taxing.PER_LINE_HALF_EVEN, Taxing.PER_RATE_HALF_EVEN)
danish = st.lists(
    st.tuples(st.integers(-500_000, 500_000), st.sampled_from((25, 25, 25, 0))), min_size=1, max_size=80
)
belgian = st.lists(
    st.tuples(st.integers(1, 500_000), st.sampled_from((21, 12, 6, 0))), min_size=1, max_size=80
)


def rounded(exact: Decimal, taxing: Taxing) -> int:
    return int(exact.quantize(Decimal(1), ROUND_HALF_EVEN if taxing in HALF_EVEN else ROUND_HALF_UP))


def computed(lines: list[tuple[int, int]], taxing: Taxing) -> int:
    """The total by another small arithmetic than the bridge's."""
    if taxing in PER_LINE:
        return sum(net + rounded(Decimal(net) * rate / 100, taxing) for net, rate in lines)
    sums = {rate: sum(net for net, other in lines if other == rate) for _, rate in lines}
    return sum(net + rounded(Decimal(net) * rate / 100, taxing) for rate, net in sums.items())


def booked(lines: list[tuple[int, int]], taxing: Taxing) -> list[InvoiceLine]:
    """Lines whose source rounded in its own way."""
    made = []
    for net, rate in lines:
        gross = net + rounded(Decimal(net) * rate / 100, taxing)
        made.append(InvoiceLine("", net, gross, Decimal(rate), None, None, None))
    return made


def plain(lines: tuple[InvoiceLine, ...] | list[InvoiceLine]) -> list[tuple[int, int]]:
    return [(line.net_minor, int(line.vat_percentage)) for line in lines]


@given(lines=st.one_of(danish, belgian), taxing=st.sampled_from(Taxing))
def test_what_is_predicted_is_what_a_target_computes(lines: list[tuple[int, int]], taxing: Taxing) -> None:
    assert taxed(booked(lines, taxing), taxing).gross_minor == computed(lines, taxing)


@given(lines=st.one_of(danish, belgian), taxing=st.sampled_from(Taxing), source=st.sampled_from(PER_LINE))
@example(lines=[(2, 25)] * 5, taxing=Taxing.PER_RATE, source=Taxing.PER_LINE)
def test_fitted_nets_make_exactly_the_total(
    lines: list[tuple[int, int]], taxing: Taxing, source: Taxing
) -> None:
    given_lines = booked(lines, source)
    gross = sum(line.gross_minor for line in given_lines)
    sent = fitted(given_lines, gross_minor=gross, taxing=taxing)
    if sent is None:
        return
    assert computed(plain(sent), taxing) == gross
    for before, after in zip(given_lines, sent, strict=True):
        moved = after.net_minor - before.net_minor
        assert abs(moved) <= 2 and (before.vat_percentage or not moved), "no more than it takes"
        assert (before.net_minor > 0) - (before.net_minor < 0) == (after.net_minor > 0) - (
            after.net_minor < 0
        )


@given(lines=belgian, header=st.sampled_from(PER_LINE))
def test_line_by_line_every_total_of_a_source_that_rounds_so_is_reached(
    lines: list[tuple[int, int]], header: Taxing
) -> None:
    given_lines = booked(lines, header)
    gross = sum(line.gross_minor for line in given_lines)
    assert fitted(given_lines, gross_minor=gross, taxing=header) == tuple(given_lines)


@given(lines=st.lists(st.integers(100, 500_000), min_size=5, max_size=80))
def test_once_on_the_sum_exactly_the_reachable_totals_are_reached(lines: list[int]) -> None:
    """Of five totals in a row one cannot be: no net and a quarter of it make it."""
    given_lines = booked([(net, 25) for net in lines], Taxing.PER_LINE)
    gross = sum(line.gross_minor for line in given_lines)
    near = round(Decimal(gross) * 4 / 5)
    reachable = any(
        net + rounded(Decimal(net) / 4, Taxing.PER_RATE) == gross for net in range(near - 3, near + 4)
    )
    assert (fitted(given_lines, gross_minor=gross, taxing=Taxing.PER_RATE) is not None) == reachable


def test_a_total_that_no_nets_make_is_said_to_be_so() -> None:
    line = InvoiceLine("", 2, 2, Decimal(25), None, None, None)
    assert fitted([line], gross_minor=2, taxing=Taxing.PER_RATE) is None
