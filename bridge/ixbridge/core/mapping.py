"""Which customer, tax code, ledger account, cost centre, article and mode does a line get?

The values are what the configuration file says (``shell/config.py`` reads it). The functions look
things up in them; what is not mapped is parked with the key to add, and nothing is guessed.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from types import MappingProxyType

from ixbridge.core.model import Basis, Instalment, InstalmentType, Line, Mode, Product, VatRate
from ixbridge.core.money import Rounding, print_decimal
from ixbridge.core.parked import Parked, Reason, park


def _none() -> Mapping[str, str]:
    return MappingProxyType({})


# --- what can be configured -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class System:
    """One side of the bridge; credentials come from the environment, never from the file."""

    name: str
    url: str | None = None
    options: Mapping[str, str] = field(default_factory=_none)
    """What only this system knows, as its description (``core/target.py``) lists it."""


@dataclass(frozen=True, slots=True)
class When:
    """Conditions on an instalment; all that are given must hold."""

    contract_prefix: str | None = None
    customer_code: str | None = None
    sale_type: str | None = None
    season: str | None = None
    type: InstalmentType | None = None
    barter: bool | None = None

    def holds(self, instalment: Instalment) -> bool:
        wanted_and_seen = (
            (self.customer_code, instalment.customer_code),
            (self.sale_type, instalment.sale_type),
            (self.season, instalment.season),
            (self.type, instalment.type),
            (self.barter, instalment.is_barter),
        )
        prefix = self.contract_prefix or ""
        same = all(wanted is None or wanted == seen for wanted, seen in wanted_and_seen)
        return same and instalment.contract_number.startswith(prefix)


@dataclass(frozen=True, slots=True)
class ModeRule:
    when: When
    mode: Mode


class DraftAs(Enum):
    """What a draft is in the target."""

    ORDER = "order"
    """A sales order: it has a number of its own, which iXpole gets behind a D."""
    INVOICE = "invoice"
    """A draft invoice. ASSUMED: where drafts have no number, iXpole gets D and the instalment's code."""


@dataclass(frozen=True, slots=True)
class ModeRules:
    """The first rule that holds decides, else the default."""

    default: Mode = Mode.DIRECT
    rules: tuple[ModeRule, ...] = ()
    draft_as: DraftAs = DraftAs.ORDER


class CustomerMatch(Enum):
    """How an existing customer is recognised in the target."""

    CODE = "code"  # the customer's code in iXpole is the number in the target
    VAT = "vat"
    EMAIL = "email"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class CustomerRules:
    create: bool = False
    match: tuple[CustomerMatch, ...] = (CustomerMatch.CODE,)
    shared: bool = False
    """May two iXpole customers be one customer in the target?"""
    numbers: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    """iXpole customer id to the target's number, where somebody knows better than any match."""


class ProductFallback(Enum):
    PARK = "park"
    SAME = "same"  # the article number is the iXpole product code


@dataclass(frozen=True, slots=True)
class ProductRules:
    """Articles in the target; only modes that book articles need them."""

    create: bool = False
    category: str = "iXpole"
    numbers: Mapping[str, str] = field(default_factory=_none)
    fallback: ProductFallback = ProductFallback.SAME


@dataclass(frozen=True, slots=True)
class TaxRule:
    """At least one of both; the percentage, where given, must be the line's."""

    percentage: Decimal | None = None
    code: str | None = None


class SplitCheck(Enum):
    """How strictly net and VAT of the target must be those of iXpole; gross always must."""

    PINNED = "pinned"  # any known way of rounding, the same one for all invoices
    STRICT = "strict"  # exactly iXpole's
    GROSS_ONLY = "gross_only"


@dataclass(frozen=True, slots=True)
class TaxRules:
    codes: Mapping[str, TaxRule] = field(default_factory=lambda: MappingProxyType({}))
    basis: Basis | None = None
    """How iXpole rounds; None: found out for each instalment."""
    split_check: SplitCheck = SplitCheck.PINNED
    rounding: Rounding = Rounding.PER_LINE
    """How the target rounds."""


@dataclass(frozen=True, slots=True)
class LedgerRules:
    """Tried in this order: product, the line's own account, product group, fallback."""

    products: Mapping[str, str] = field(default_factory=_none)
    from_source: bool = True
    groups: Mapping[str, str] = field(default_factory=_none)
    fallback: str | None = None
    target_default: bool = False
    """With no fallback: leave the account out, so that the target takes its own default."""


@dataclass(frozen=True, slots=True)
class CostCentreRules:
    """Tried in this order: the line's own, product group, value. Templates may name fields."""

    from_source: bool = True
    groups: Mapping[str, str] = field(default_factory=_none)
    value: str | None = None
    allowed: frozenset[str] = frozenset()
    """When given, any other cost centre is parked (a target may create what it does not know)."""


class OverLimit(Enum):
    PARK = "park"
    CONSOLIDATE = "consolidate"
    SPLIT = "split"


class Dimension(Enum):
    """By what lines are summed up. The first three are never mixed."""

    TAX = "tax"
    LEDGER = "ledger"
    COST_CENTRE = "cost_centre"
    PRODUCT_GROUP = "product_group"
    PRODUCT = "product"
    PERIOD = "period"


NEVER_MIXED = (Dimension.TAX, Dimension.LEDGER, Dimension.COST_CENTRE)


@dataclass(frozen=True, slots=True)
class LineRules:
    max: int = 75
    """0 = no limit."""
    merge_identical: bool = True
    over_limit: OverLimit = OverLimit.PARK
    by: tuple[Dimension, ...] = (*NEVER_MIXED, Dimension.PRODUCT_GROUP)
    description: str = "{product_group} ({count} lines, see annex)"
    no_group: str = "Other"
    annex_required: bool = True
    structured_quantity: bool = False


@dataclass(frozen=True, slots=True)
class NumberSeries:
    """``start`` None: the target numbers its invoices. Else the bridge keeps a series of its own."""

    start: int | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the configuration file decides."""

    source: System = System("ixpole")
    target: System = System("silvasoft")
    mode: ModeRules = ModeRules()
    customers: CustomerRules = CustomerRules()
    products: ProductRules = ProductRules()
    tax: TaxRules = TaxRules()
    ledger: LedgerRules = LedgerRules()
    cost_centre: CostCentreRules = CostCentreRules()
    lines: LineRules = LineRules()
    numbers: NumberSeries = NumberSeries()
    notes: str = "{contract} {reference} {tag}"
    currencies: tuple[str, ...] = ("EUR",)
    tolerance_minor: int = 0


# --- templates --------------------------------------------------------------------------------

NOTES_FIELDS = frozenset({"tag", "code", "contract", "reference", "season", "sale_type", "date", "customer"})
COST_CENTRE_FIELDS = frozenset({"season", "contract", "sale_type", "product_group"})
DESCRIPTION_FIELDS = frozenset({"product_group", "count", "tax", "ledger", "cost_centre", "period"})


def template_problem(template: str, fields: frozenset[str]) -> str | None:
    """What is wrong with a template, in words, if anything is."""
    try:
        parsed = list(string.Formatter().parse(template))
    except ValueError as error:
        return str(error)
    for _, name, spec, conversion in parsed:
        if name is not None and (name not in fields or spec or conversion):
            return f"unknown field {{{name}}}; there are {', '.join(sorted(fields))}"
    return None


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with its fields filled in. Values are text only: nothing in them is a field."""
    parts = string.Formatter().parse(template)
    return "".join(text + (values[name] if name is not None else "") for text, name, _, _ in parts)


def fields_of(template: str) -> tuple[str, ...]:
    return tuple(name for _, name, _, _ in string.Formatter().parse(template) if name is not None)


# --- looking things up ------------------------------------------------------------------------


def mode_for(instalment: Instalment, rules: ModeRules) -> Mode:
    """Booked at once, or as a draft?"""
    return next((rule.mode for rule in rules.rules if rule.when.holds(instalment)), rules.default)


def currency_problem(currency: str, settings: Settings) -> Parked | None:
    if currency in settings.currencies:
        return None
    allowed = ", ".join(settings.currencies)
    return park(Reason.CURRENCY_NOT_ALLOWED, f"the currency is {currency!r}; allowed: {allowed}")


def known_customer_number(customer_id: int, code: str | None, rules: CustomerRules) -> str | None:
    """The customer's number in the target as far as iXpole and the file know it; the target must confirm."""
    listed = rules.numbers.get(customer_id)
    if listed is not None:
        return listed
    return (code or "").strip() or None if CustomerMatch.CODE in rules.match else None


def tax_for(rate: VatRate, rules: TaxRules) -> TaxRule | Parked:
    """The target's tax code for an iXpole VAT code. The rate itself never changes."""
    rule = rules.codes.get(rate.code)
    shown = print_decimal(rate.percentage)
    if rule is None:
        known = ", ".join(sorted(rules.codes)) or "none"
        seen = f"VAT code {rate.code!r} ({shown} %) is not mapped; mapped: {known}"
        return park(Reason.TAX_NOT_MAPPED, seen, advice=f'Add "{rate.code}" under `tax.codes`.')
    if rule.percentage is not None and rule.percentage != rate.percentage:
        mapped = print_decimal(rule.percentage)
        seen = f"VAT code {rate.code!r} is {shown} % in iXpole and {mapped} % under `tax.codes`"
        return park(Reason.TAX_PERCENTAGE_DIFFERS, seen)
    return rule


def ledger_for(line: Line, product: Product | None, rules: LedgerRules) -> str | Parked | None:
    """The ledger account; None where the target is to take its own default."""
    source = (line.ledger_account or (product.ledger_account if product else None)) or None
    group = product.group if product else ""
    found = (
        rules.products.get(line.product_code),
        source if rules.from_source else None,
        rules.groups.get(group),
        rules.fallback,
    )
    account = next((each for each in found if each), None)
    if account or rules.target_default:
        return account
    seen = f"product {line.product_code!r} (group {group!r}) has no ledger account"
    return park(Reason.LEDGER_NOT_MAPPED, seen)


def cost_centre_for(
    line: Line, product: Product | None, instalment: Instalment, rules: CostCentreRules
) -> str | Parked | None:
    """The cost centre; None where there is none to be."""
    group = product.group if product else ""
    found = line.cost_centre if rules.from_source and line.cost_centre else None
    template = rules.groups.get(group) or rules.value
    if not found and template:
        values = {
            "season": instalment.season,
            "contract": instalment.contract_number,
            "sale_type": instalment.sale_type,
            "product_group": group,
        }
        empty = [name for name in fields_of(template) if not values[name]]
        if empty:
            needs = ", ".join(empty)
            seen = f"line {line.number}: the cost centre {template!r} needs {needs}, which is empty"
            return park(Reason.COST_CENTRE_UNKNOWN, seen)
        found = fill(template, values)
    if found and rules.allowed and found not in rules.allowed:
        known = ", ".join(sorted(rules.allowed))
        seen = f"line {line.number}: the cost centre {found!r} is not among the allowed ones: {known}"
        return park(Reason.COST_CENTRE_UNKNOWN, seen, advice="Add it to `cost_centre.allowed`.")
    return found


def article_for(product_code: str, rules: ProductRules) -> str | Parked:
    """The target's article number for an iXpole product code."""
    listed = rules.numbers.get(product_code)
    if listed:
        return listed
    if rules.fallback is ProductFallback.SAME and product_code.strip():
        return product_code
    return park(Reason.PRODUCT_NOT_MAPPED, f"product {product_code!r} has no article number")
