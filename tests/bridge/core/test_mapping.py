"""Is everything looked up in the order that is promised, and nothing guessed?"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixbridge.core.mapping import (
    NOTES_FIELDS,
    CostCentreRules,
    CustomerMatch,
    CustomerRules,
    LedgerRules,
    ModeRule,
    ModeRules,
    ProductFallback,
    ProductRules,
    Settings,
    TaxRule,
    TaxRules,
    When,
    article_for,
    cost_centre_for,
    currency_problem,
    fill,
    known_customer_number,
    ledger_for,
    mode_for,
    tax_for,
    template_problem,
)
from ixbridge.core.model import InstalmentType, Mode, Product, VatRate
from ixbridge.core.parked import Parked, Reason
from support.instalments import a_line, an_instalment

INSTALMENT = an_instalment([a_line()])
PRODUCT = Product(1, "SEAT", "Seat", VatRate("21", Decimal(21)), None, group="Seats", ledger_account="8002")


def reason_of(found: object) -> Reason | None:
    return found.reason if isinstance(found, Parked) else None


# --- modes


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        (When(contract_prefix="C-"), True),
        (When(contract_prefix="S-"), False),
        (When(customer_code="100245"), True),
        (When(customer_code="1"), False),
        (When(sale_type="Season"), True),
        (When(sale_type="season"), False),
        (When(season="2024-2025"), False),
        (When(type=InstalmentType.INVOICE), True),
        (When(type=InstalmentType.CREDIT), False),
        (When(barter=False), True),
        (When(barter=True), False),
        (When(contract_prefix="C-", sale_type="Event"), False),
        (When(), True),
    ],
)
def test_a_rule_holds_when_all_its_conditions_do(when: When, holds: bool) -> None:
    assert when.holds(INSTALMENT) is holds


def test_the_first_rule_that_holds_decides() -> None:
    draft = ModeRule(When(contract_prefix="C-"), Mode.DRAFT)
    direct = ModeRule(When(sale_type="Season"), Mode.DIRECT)
    assert mode_for(INSTALMENT, ModeRules()) is Mode.DIRECT
    assert mode_for(INSTALMENT, ModeRules(rules=(draft, direct))) is Mode.DRAFT
    assert mode_for(INSTALMENT, ModeRules(rules=(direct, draft))) is Mode.DIRECT


# --- customers, currencies


def test_a_listed_number_goes_before_the_code_in_ixpole() -> None:
    rules = CustomerRules(numbers={1001: "7"})
    assert known_customer_number(1001, "100245", rules) == "7"
    assert known_customer_number(1002, "100245", rules) == "100245"
    assert known_customer_number(1002, " ", rules) is None
    assert known_customer_number(1002, "100245", CustomerRules(match=(CustomerMatch.VAT,))) is None


def test_only_listed_currencies_are_booked() -> None:
    assert currency_problem("EUR", Settings()) is None
    assert reason_of(currency_problem("GBP", Settings())) is Reason.CURRENCY_NOT_ALLOWED


# --- tax


def test_a_percentage_alone_is_no_mapping() -> None:
    """Several codes share a percentage, so that only the code tells which one is meant."""
    rules = TaxRules(codes={"21": TaxRule(Decimal(21))})
    assert tax_for(VatRate("21", Decimal("21.0")), rules) == TaxRule(Decimal(21))
    parked = tax_for(VatRate("21-M", Decimal(21)), rules)
    assert reason_of(parked) is Reason.TAX_NOT_MAPPED
    assert isinstance(parked, Parked)
    assert "21-M" in parked.message
    assert "21-M" in parked.advice


@given(seen=st.decimals(0, 100, places=2), mapped=st.decimals(0, 100, places=2))
def test_no_line_is_booked_at_another_rate(seen: Decimal, mapped: Decimal) -> None:
    found = tax_for(VatRate("x", seen), TaxRules(codes={"x": TaxRule(mapped, "code")}))
    assert (reason_of(found) is Reason.TAX_PERCENTAGE_DIFFERS) == (seen != mapped)


# --- ledger accounts


def test_the_ledger_account_is_looked_up_from_the_particular_to_the_general() -> None:
    rules = LedgerRules(products={"SEAT": "8000"}, groups={"Seats": "8003"}, fallback="8004")
    line = a_line(ledger="8001")
    assert ledger_for(line, PRODUCT, rules) == "8000"
    rules = replace(rules, products={})
    assert ledger_for(line, PRODUCT, rules) == "8001"
    assert ledger_for(a_line(), PRODUCT, rules) == "8002"
    rules = replace(rules, from_source=False)
    assert ledger_for(line, PRODUCT, rules) == "8003"
    assert ledger_for(line, None, rules) == "8004"


def test_without_an_account_the_target_chooses_only_if_told_so() -> None:
    assert reason_of(ledger_for(a_line(), None, LedgerRules())) is Reason.LEDGER_NOT_MAPPED
    assert ledger_for(a_line(), None, LedgerRules(target_default=True)) is None


# --- cost centres


def test_a_cost_centre_comes_from_the_line_then_the_group_then_the_rule() -> None:
    rules = CostCentreRules(groups={"Seats": "STAND"}, value="{season}/{contract}/{sale_type}")
    assert cost_centre_for(a_line(centre="VIP"), PRODUCT, INSTALMENT, rules) == "VIP"
    assert cost_centre_for(a_line(), PRODUCT, INSTALMENT, rules) == "STAND"
    assert cost_centre_for(a_line(), None, INSTALMENT, rules) == "2025-2026/C-1/Season"
    assert cost_centre_for(a_line(), None, INSTALMENT, CostCentreRules()) is None
    own = replace(rules, from_source=False)
    assert cost_centre_for(a_line(centre="VIP"), PRODUCT, INSTALMENT, own) == "STAND"


def test_a_cost_centre_that_needs_an_empty_field_is_parked() -> None:
    rules = CostCentreRules(value="{season}")
    found = cost_centre_for(a_line(), None, replace(INSTALMENT, season=""), rules)
    assert reason_of(found) is Reason.COST_CENTRE_UNKNOWN


def test_a_cost_centre_that_is_not_allowed_is_parked_before_the_target_makes_it() -> None:
    rules = CostCentreRules(allowed=frozenset({"VIP"}))
    assert cost_centre_for(a_line(centre="VIP"), None, INSTALMENT, rules) == "VIP"
    found = cost_centre_for(a_line(centre="VPI"), None, INSTALMENT, rules)
    assert reason_of(found) is Reason.COST_CENTRE_UNKNOWN


# --- articles


def test_an_article_is_listed_or_the_same_code_or_parked() -> None:
    rules = ProductRules(numbers={"SEAT": "1204"})
    assert article_for("SEAT", rules) == "1204"
    assert article_for("PARK", rules) == "PARK"
    assert reason_of(article_for("", rules)) is Reason.PRODUCT_NOT_MAPPED
    strict = replace(rules, fallback=ProductFallback.PARK)
    assert reason_of(article_for("PARK", strict)) is Reason.PRODUCT_NOT_MAPPED


# --- templates


@given(text=st.text(max_size=30))
def test_a_value_is_filled_in_as_it_is(text: str) -> None:
    assert fill("<{code}>{{}}", {"code": text}) == f"<{text}>{{}}"


@pytest.mark.parametrize(
    "template", ["{tag", "{}", "{0}", "{tag.x}", "{tag[0]}", "{tag!r}", "{tag:>9}", "{tga}"]
)
def test_a_template_that_cannot_be_filled_in_is_noticed(template: str) -> None:
    assert template_problem(template, NOTES_FIELDS)


def test_a_good_template_has_no_problem() -> None:
    assert template_problem("{contract} {{x}} {tag}", NOTES_FIELDS) is None
