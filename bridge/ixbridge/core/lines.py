"""How do many instalment lines become at most 75 invoice lines, without losing anything?

Only what is too long is touched. First identical lines are merged, which loses nothing. If that is
not enough, the instalment is parked, or its lines are summed up with an annex, or (experimental) cut
into several invoices. Amounts are handed out to the lines before any of this, so every sum here is a
sum of whole cents.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ixbridge.core.mapping import Dimension, LineRules, OverLimit, fill
from ixbridge.core.model import Line
from ixbridge.core.money import Rounding, net_within, print_decimal
from ixbridge.core.parked import Parked, Reason, park


@dataclass(frozen=True, slots=True)
class MappedLine:
    """One instalment line with its inclusive amount and its place in the target's books."""

    line: Line
    gross_minor: int
    tax_code: str | None
    ledger_account: str | None
    cost_centre: str | None
    product_group: str = ""
    article: str = ""


@dataclass(frozen=True, slots=True)
class Bundle:
    """One invoice line and the instalment lines it stands for, so that it can be taken apart again."""

    parts: tuple[MappedLine, ...]
    summary: str | None = None
    """The text of a line that sums up different lines; None where all are identical."""

    @property
    def first(self) -> MappedLine:
        return self.parts[0]

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(part.line.number for part in self.parts)

    @property
    def net_minor(self) -> int:
        return sum(part.line.net_minor for part in self.parts)

    @property
    def gross_minor(self) -> int:
        return sum(part.gross_minor for part in self.parts)

    @property
    def quantity(self) -> Decimal:
        return sum((part.line.quantity for part in self.parts), Decimal(0))


def single(lines: Iterable[MappedLine]) -> tuple[Bundle, ...]:
    """Each line by itself, by line number."""
    return tuple(Bundle((line,)) for line in _ordered(lines))


def merge(bundles: Sequence[Bundle]) -> tuple[Bundle, ...]:
    """Identical lines become one; nothing is lost, and the order of the input does not matter."""
    return _grouped(apart(bundles), _identity)


def consolidate(bundles: Sequence[Bundle], rules: LineRules) -> tuple[Bundle, ...]:
    """One line per combination of the configured dimensions; a sum of zero stays as a zero line."""
    summed = _grouped(apart(bundles), lambda part: _place(part, rules))
    return tuple(
        Bundle(each.parts, None if len(merge([each])) == 1 else _summary(each, rules)) for each in summed
    )


def apart(bundles: Iterable[Bundle]) -> tuple[MappedLine, ...]:
    """The lines behind the bundles, by line number."""
    return _ordered(part for bundle in bundles for part in bundle.parts)


def merge_to_fit(bundles: Sequence[Bundle], at_most: int) -> tuple[Bundle, ...]:
    """Merge identical lines, but no further than the target's own net amounts allow.

    A target that takes the net out of each inclusive line total gets another net (and VAT) out of
    one sum than out of its parts: 76 tickets of 18.87, 20.00 with VAT, would lose 16 cents of net.
    So lines are merged as long as the net stays what it is; only when that is not enough, the rest
    is merged too. The inclusive total is the same in any case.
    """
    whole = merge(bundles)
    spare = at_most - len(whole)
    if spare < 0:
        return whole
    fitted: list[Bundle] = []
    for each in whole:
        runs = _runs(each)
        joined = max(0, len(runs) - 1 - spare)  # so many runs too many: they go into the first one
        spare -= len(runs) - 1 - joined
        fitted.append(Bundle(apart(runs[: joined + 1])))
        fitted += runs[joined + 1 :]
    return tuple(fitted)


def fit(
    lines: Sequence[MappedLine], rules: LineRules, *, rounding: Rounding = Rounding.PER_LINE
) -> tuple[tuple[Bundle, ...], ...] | Parked:
    """The invoices (nearly always one) and their lines: 1 to ``max`` each, or why not."""
    if not lines:
        return park(Reason.NO_LINES, "the instalment has no lines; an invoice needs at least one")
    bundles = single(lines)
    if _fits(bundles, rules):
        return (bundles,)
    if rules.merge_identical:
        per_line = rounding in (Rounding.PER_LINE, Rounding.PER_LINE_HALF_EVEN)
        bundles = merge_to_fit(bundles, rules.max) if per_line else merge(bundles)
    if not _fits(bundles, rules) and rules.over_limit is OverLimit.CONSOLIDATE:
        bundles = consolidate(bundles, rules)
    if _fits(bundles, rules):
        return (bundles,)
    if rules.over_limit is OverLimit.SPLIT:
        return cut(bundles, rules.max)
    merged = " after merging identical ones" if rules.merge_identical else ""
    seen = f"{len(lines)} lines, {len(bundles)}{merged}"
    if rules.over_limit is OverLimit.CONSOLIDATE:
        seen = f"{len(lines)} lines, {len(bundles)} after summing up"
    return park(Reason.TOO_MANY_LINES, f"{seen}; the target takes at most {rules.max}")


def cut(bundles: Sequence[Bundle], at_most: int) -> tuple[tuple[Bundle, ...], ...]:
    """Parts of nearly equal size, in order: every bundle is in exactly one part."""
    count = -(-len(bundles) // at_most)
    size, larger = divmod(len(bundles), count)
    ends = [size * (i + 1) + min(i + 1, larger) for i in range(count)]
    parts = tuple(tuple(bundles[start:end]) for start, end in zip([0, *ends], ends, strict=False))
    assert tuple(each for part in parts for each in part) == tuple(bundles)
    return parts


def _runs(bundle: Bundle) -> list[Bundle]:
    """A merged line cut into the longest runs whose net a target finds again."""
    if net_within(bundle.gross_minor, bundle.first.line.vat_rate.percentage) == bundle.net_minor:
        return [bundle]
    runs: list[list[MappedLine]] = []
    net = gross = 0
    for part in bundle.parts:
        net, gross = net + part.line.net_minor, gross + part.gross_minor
        if runs and net_within(gross, part.line.vat_rate.percentage) == net:
            runs[-1].append(part)
        else:
            runs.append([part])
            net, gross = part.line.net_minor, part.gross_minor
    return [Bundle(tuple(run)) for run in runs]


def _fits(bundles: Sequence[Bundle], rules: LineRules) -> bool:
    return rules.max == 0 or len(bundles) <= rules.max


def _ordered(lines: Iterable[MappedLine]) -> tuple[MappedLine, ...]:
    """By number; equal numbers by their content, so that the order of the input never shows."""
    return tuple(sorted(lines, key=lambda each: (each.line.number, repr(each))))


def _grouped(lines: Iterable[MappedLine], key_of: Callable[[MappedLine], Hashable]) -> tuple[Bundle, ...]:
    groups: dict[Hashable, list[MappedLine]] = {}
    for each in lines:
        groups.setdefault(key_of(each), []).append(each)
    return tuple(Bundle(tuple(parts)) for parts in groups.values())


def _identity(part: MappedLine) -> Hashable:
    """What must be equal. Signs count: a line and its opposite would vanish into a zero line."""
    line = part.line
    signs = tuple((each > 0) - (each < 0) for each in (line.quantity, line.net_minor, part.gross_minor))
    return (
        *(line.product_id, line.product_code, part.article, part.product_group, line.description),
        *(line.unit_price, line.discount_percentage, line.period_from, line.period_to),
        *(*_tax(part), part.ledger_account, part.cost_centre, signs),
    )


def _place(part: MappedLine, rules: LineRules) -> Hashable:
    line = part.line
    values: dict[Dimension, Hashable] = {
        Dimension.TAX: _tax(part),
        Dimension.LEDGER: part.ledger_account,
        Dimension.COST_CENTRE: part.cost_centre,
        Dimension.PRODUCT_GROUP: part.product_group,
        Dimension.PRODUCT: (line.product_code, part.article),
        Dimension.PERIOD: (line.period_from, line.period_to),
    }
    return tuple(values[each] for each in rules.by)


def _tax(part: MappedLine) -> tuple[Hashable, ...]:
    return part.line.vat_rate.code, part.line.vat_rate.percentage, part.tax_code


def _summary(bundle: Bundle, rules: LineRules) -> str:
    part = bundle.first
    days = [day for each in bundle.parts for day in (each.line.period_from, each.line.period_to) if day]
    values = {
        "product_group": part.product_group if Dimension.PRODUCT_GROUP in rules.by else "",
        "count": str(len(bundle.parts)),
        "tax": f"{print_decimal(part.line.vat_rate.percentage)} %",
        "ledger": part.ledger_account or "",
        "cost_centre": part.cost_centre or "",
        "period": f"{min(days)} to {max(days)}" if days else "",
    }
    values["product_group"] = values["product_group"] or rules.no_group
    return fill(rules.description, values).strip()
