"""Which net amounts make a target compute iXpole's total, where it works the VAT out itself?

A target that rounds otherwise than iXpole is a few cents off. So single nets are moved by a cent,
never by more than it takes, and never where there is no VAT: what is sent adds up to the total.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from ixbridge.core.model import InvoiceLine, Totals
from ixbridge.core.money import rounded


class Taxing(Enum):
    """How a target gets from nets to VAT."""

    PER_LINE = "per_line"
    PER_LINE_HALF_EVEN = "per_line_half_even"
    PER_RATE = "per_rate"
    PER_RATE_HALF_EVEN = "per_rate_half_even"


def taxed(lines: Sequence[InvoiceLine], taxing: Taxing) -> Totals:
    """What the target will compute from these nets."""
    net = sum(line.net_minor for line in lines)
    vat = sum(_vat(amount, rate, taxing) for rate, amount in _taxed_amounts(lines, taxing))
    return Totals(net, vat, net + vat)


def fitted(
    lines: Sequence[InvoiceLine], *, gross_minor: int, taxing: Taxing
) -> tuple[InvoiceLine, ...] | None:
    """The lines with nets from which the target computes this total; None where no nets do."""
    shifts = _SHIFTS[taxing](lines, gross_minor, taxing)
    if shifts is None:
        return None
    moved = tuple(
        replace(line, net_minor=line.net_minor + shift) for line, shift in zip(lines, shifts, strict=True)
    )
    assert taxed(moved, taxing).gross_minor == gross_minor
    return moved


# --- once per rate ----------------------------------------------------------------------------


def _once(lines: Sequence[InvoiceLine], gross_minor: int, taxing: Taxing) -> list[int] | None:
    """Another sum for one rate, handed out a cent a line; the rate that needs least is tried first."""
    shifts = [0] * len(lines)
    missing = gross_minor - taxed(lines, taxing).gross_minor
    if not missing:
        return shifts
    tries: list[tuple[int, list[int]]] = []
    for rate in {line.vat_percentage for line in lines if line.vat_percentage}:
        places = [at for at, line in enumerate(lines) if line.vat_percentage == rate and line.net_minor]
        net = sum(lines[at].net_minor for at in places)
        wanted = net + _vat(net, rate, taxing) + missing
        sum_of = next(_sums(wanted, rate, taxing), None)
        handed = None if sum_of is None else _handed_out(lines, places, sum_of - net)
        if handed is not None:
            tries.append((sum(map(abs, handed)), handed))
    return min(tries, default=(0, None))[1]


def _sums(gross: int, rate: Decimal, taxing: Taxing) -> Iterator[int]:
    """The net sums, if any, to which this rate's VAT makes exactly this much."""
    exact = Fraction(gross) / (1 + _share(rate))
    near = rounded(exact.numerator, exact.denominator)
    return (each for each in (near, near - 1, near + 1) if each + _vat(each, rate, taxing) == gross)


def _handed_out(lines: Sequence[InvoiceLine], places: Sequence[int], cents: int) -> list[int] | None:
    """One cent each for the lines that are furthest from their exact net; None if there are too few."""
    if abs(cents) > len(places):
        return None
    step = 1 if cents > 0 else -1

    def distance(at: int) -> tuple[Fraction, int]:
        return abs(_exact_net(lines[at]) - lines[at].net_minor - step), at

    shifts = [0] * len(lines)
    for at in sorted((at for at in places if lines[at].net_minor + step), key=distance)[: abs(cents)]:
        shifts[at] = step
    return shifts if sum(shifts) == cents else None


# --- line by line -----------------------------------------------------------------------------


def _each(lines: Sequence[InvoiceLine], gross_minor: int, taxing: Taxing) -> list[int] | None:
    """Single nets a cent up or down until the lines add up; two lines where one step is too long."""
    shifts = [0] * len(lines)
    for _ in range(2 * len(lines) + 4):
        missing = gross_minor - sum(
            _gross(line, shift, taxing) for line, shift in zip(lines, shifts, strict=True)
        )
        if not missing:
            return shifts
        steps = list(_steps(lines, shifts, taxing))
        # The step that comes nearest; of equals the one that stays nearest to the exact net.
        best = min(steps, key=lambda each: (abs(missing - each[2]), each[3], each[0]), default=None)
        if best is None:
            return None
        at, step, gained, _ = best
        if abs(missing - gained) >= abs(missing):
            pair = _pair(steps, missing)
            if pair is None:
                return None
            for at, step in pair:
                shifts[at] += step
            continue
        shifts[at] += step
    return None


def _steps(
    lines: Sequence[InvoiceLine], shifts: Sequence[int], taxing: Taxing
) -> Iterator[tuple[int, int, int, Fraction]]:
    """Every single cent that may be moved: where, which way, what it changes, how far off it ends."""
    for at, line in enumerate(lines):
        if not line.vat_percentage or not line.net_minor:
            continue
        for step in (1, -1):
            after = shifts[at] + step
            if abs(after) > 2 or (line.net_minor + after) * line.net_minor <= 0:
                continue
            gained = _gross(line, after, taxing) - _gross(line, shifts[at], taxing)
            yield at, step, gained, abs(_exact_net(line) - line.net_minor - after)


def _pair(
    steps: Sequence[tuple[int, int, int, Fraction]], missing: int
) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Two lines that together make the difference: one up by two cents, another down by one."""
    first: dict[int, list[tuple[int, int]]] = {}
    for at, step, gained, _ in steps:
        first.setdefault(gained, []).append((at, step))
    for gained, places in first.items():
        for one in places:
            for other in first.get(missing - gained, ()):
                if one[0] != other[0]:
                    return one, other
    return None


_SHIFTS: Mapping[Taxing, Callable[[Sequence[InvoiceLine], int, Taxing], list[int] | None]] = {
    Taxing.PER_LINE: _each,
    Taxing.PER_LINE_HALF_EVEN: _each,
    Taxing.PER_RATE: _once,
    Taxing.PER_RATE_HALF_EVEN: _once,
}


# --- helpers ----------------------------------------------------------------------------------


def _taxed_amounts(lines: Sequence[InvoiceLine], taxing: Taxing) -> list[tuple[Decimal, int]]:
    if taxing in (Taxing.PER_LINE, Taxing.PER_LINE_HALF_EVEN):
        return [(line.vat_percentage, line.net_minor) for line in lines]
    sums: dict[Decimal, int] = {}
    for line in lines:
        sums[line.vat_percentage] = sums.get(line.vat_percentage, 0) + line.net_minor
    return list(sums.items())


def _vat(net_minor: int, rate: Decimal, taxing: Taxing) -> int:
    exact = net_minor * _share(rate)
    if taxing in (Taxing.PER_LINE_HALF_EVEN, Taxing.PER_RATE_HALF_EVEN):
        return _half_even(exact)
    return rounded(exact.numerator, exact.denominator)


def _half_even(exact: Fraction) -> int:
    return round(exact)


def _gross(line: InvoiceLine, shift: int, taxing: Taxing) -> int:
    net = line.net_minor + shift
    return net + _vat(net, line.vat_percentage, taxing)


def _share(rate: Decimal) -> Fraction:
    return Fraction(*rate.as_integer_ratio()) / 100


def _exact_net(line: InvoiceLine) -> Fraction:
    return line.gross_minor / (1 + _share(line.vat_percentage))
