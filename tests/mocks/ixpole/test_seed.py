"""Does a scenario say what it means, and does a wrong one say what is wrong?"""

from __future__ import annotations

import copy
from dataclasses import fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ixmocks.engine.system import SeedError
from ixmocks.ixpole import seed, show, state, tables
from ixmocks.ixpole.state import Instalment, Mark, SaleState, State

CUSTOMER = {
    "customerId": 1,
    "name": "A NV",
    "vatNumber": "BE0",
    "addresses": [{"addressId": 9, "isDefault": True}],
}
SEAT = {
    "productId": 1, "productCode": "SEAT", "description": "Seat", "priceExclVat": "10.00",
    "vatRate": {"code": "21", "percentage": 21},
}  # fmt: skip
FORMULA = {**SEAT, "productId": 2, "productCode": "GOLD", "bom": [{"productId": 1, "percentage": 100}]}
INSTALMENT = {
    "instalmentCode": "C-1-01", "instalmentDate": "2017-05-05", "customer": {"customerId": 1},
    "lines": [{"productId": 1}],
}  # fmt: skip
SECTION: dict[str, Any] = {"customers": [CUSTOMER], "products": [SEAT, FORMULA], "instalments": [INSTALMENT]}


def loaded(*, line: dict[str, Any] | None = None, **members: Any) -> Instalment:
    section = copy.deepcopy(SECTION)
    section["instalments"][0] |= members
    if line is not None:
        section["instalments"][0]["lines"] = [line]
    return seed.load(section, 7).instalments["C-1-01"]


def message(section: Any) -> str:
    with pytest.raises(SeedError) as caught:
        seed.load(section, 7)
    return str(caught.value)


def test_what_is_left_out_is_worked_out() -> None:
    instalment = loaded()
    assert (instalment.net_cents, instalment.vat_cents, instalment.gross_cents) == (1000, 210, 1210)
    assert instalment.address_id == 9
    assert instalment.contact_id is None
    assert (instalment.currency, instalment.payment_term_days) == ("EUR", 30)
    assert instalment.season.name == "2016-2017"
    assert instalment.lines[0].description == "Seat"


def test_the_contract_number_is_the_code_without_its_sequence() -> None:
    held = seed.load(SECTION, 7)
    assert [sale.contract_number for sale in held.sales.values()] == ["C-1"]
    assert all(sale.state is SaleState.FINAL for sale in held.sales.values())


def test_the_same_seed_gives_the_same_state() -> None:
    assert seed.load(SECTION, 7) == seed.load(copy.deepcopy(SECTION), 7)
    assert seed.load(SECTION, 8).token_key != seed.load(SECTION, 7).token_key


def test_the_scenario_in_the_readme_loads() -> None:
    text = Path(seed.__file__).with_name("README.md").read_text().split("```yaml\n")[1].split("```")[0]
    held = seed.load(yaml.safe_load(text), 7)
    assert held.instalments["C-1-01"].gross_cents == 5300
    assert held.instalments["C-1-02"].payment_term_days == 14


def test_the_readme_lists_every_assumption() -> None:
    folder = Path(seed.__file__).parent
    made = sum(path.read_text().count("# ASSUMED:") for path in folder.glob("*.py"))
    assert folder.joinpath("README.md").read_text().count("- ASSUMED:") == made


def test_an_empty_section_is_an_empty_club() -> None:
    held = seed.load({}, 7)
    assert (len(held.customers), len(held.products), len(held.instalments)) == (0, 0, 0)


def test_what_is_shown_can_be_loaded_again() -> None:
    held = seed.load(SECTION, 7)
    again = seed.load(as_section(held), 7)
    assert again.instalments == held.instalments
    assert (again.customers, again.products, again.sales) == (held.customers, held.products, held.sales)


def as_section(held: State) -> dict[str, Any]:
    day = date(2017, 5, 5)
    return {
        "customers": [show.customer(c) for c in held.customers.values()],
        "products": [show.product(p) for p in held.products.values()],
        "instalments": [show.instalment(held, i, day) for i in held.instalments.values()],
    }


amounts = st.integers(-100_000, 100_000)
percentages = st.sampled_from(["0", "5.5", "6", "9", "12", "21", "25"])


@given(prices=st.lists(st.tuples(amounts, st.integers(-3, 3), percentages), min_size=1, max_size=6))
def test_an_instalment_is_the_sum_of_its_lines(prices: list[tuple[int, int, str]]) -> None:
    lines = [
        {
            "quantity": quantity,
            "unitPriceExclVat": Decimal(cents) / 100,
            "vatRate": {"code": rate, "percentage": rate},
        }
        for cents, quantity, rate in prices
    ]
    instalment = loaded(lines=lines)
    for line, (cents, quantity, rate) in zip(instalment.lines, prices, strict=True):
        assert line.net_cents == cents * quantity
        assert abs(Decimal(line.vat_cents) - Decimal(cents * quantity) * Decimal(rate) / 100) <= Decimal(
            "0.5"
        )
        assert line.gross_cents == line.net_cents + line.vat_cents
    assert instalment.net_cents == sum(line.net_cents for line in instalment.lines)
    assert instalment.gross_cents == sum(line.gross_cents for line in instalment.lines)


@given(gross=st.integers(0, 100_000), rate=percentages)
def test_amounts_may_come_out_of_the_inclusive_amount(gross: int, rate: str) -> None:
    line = {
        "amountInclVat": Decimal(gross) / 100, "vatRate": {"code": rate, "percentage": rate}, "description": "x",
    }  # fmt: skip
    instalment = loaded(line=line)
    assert instalment.gross_cents == gross
    assert abs(Decimal(instalment.net_cents) * (100 + Decimal(rate)) / 100 - gross) <= 1


def test_vat_may_be_rounded_once_per_rate() -> None:
    lines = [{"productId": 1, "unitPriceExclVat": "0.01"}, {"productId": 1, "unitPriceExclVat": "0.02"}]
    assert loaded(lines=lines).vat_cents == 0
    assert loaded(lines=lines, vatAmount="0.01").gross_cents == 4


def test_a_scenario_may_hold_wrong_amounts_if_it_says_so() -> None:
    section = copy.deepcopy(SECTION)
    section["instalments"][0]["amountInclVat"] = "99.00"
    assert "instalments.0.vatAmount" in message(section)
    section["settings"] = {"checkAmounts": False}
    assert seed.load(section, 7).instalments["C-1-01"].gross_cents == 9900


def test_only_the_end_marks_of_a_status_are_stored() -> None:
    assert loaded(status="Overdue").mark is Mark.NONE
    assert loaded(status="Credited").mark is Mark.CREDITED


def test_instalments_of_one_contract_share_their_sale() -> None:
    section = copy.deepcopy(SECTION)
    section["instalments"].append(section["instalments"][0] | {"instalmentCode": "C-1-02"})
    assert len(seed.load(section, 7).sales) == 1
    section["instalments"][1]["sale"] = {"isBarter": True}
    assert "instalments.1.sale.isBarter: seen True; expected False" in message(section)


def change(path: str, value: Any) -> dict[str, Any]:
    section = copy.deepcopy(SECTION)
    holder: Any = section
    *steps, last = path.split(".")
    for step in steps:
        holder = holder[int(step)] if step.isdigit() else holder[step]
    holder[int(last) if last.isdigit() else last] = value
    return section


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("customer", [], "customer: seen a name that nobody knows; expected perhaps customers?"),
        ("customers", {}, "customers: seen {}; expected a list"),
        ("customers.0.name", 7, "customers.0.name: seen 7; expected text"),
        ("customers.0.nmae", "x", "expected perhaps name?"),
        ("customers.0.language", "de", "expected one of nl, fr, en"),
        ("customers.0.customerType", None, "customers.0.customerType: seen null; expected a value"),
        ("products.0.priceExclVat", "1.005", "products.0.priceExclVat: seen '1.005'; expected an amount"),
        ("products.0.vatRate.percentage", 101, "expected a percentage from 0 to 100"),
        (
            "products.1.bom.0.percentage",
            60,
            "products.1.bom: seen percentages that add up to 60; expected 100",
        ),
        ("products.1.bom.0.productId", 5, "products.1.bom.0.productId: seen 5"),
        ("products.1.productId", 1, "expected an id that no other product has"),
        ("settings", {"creditSales": "yes"}, "settings.creditSales: seen 'yes'; expected true or false"),
        ("instalments.0.instalmentDate", "2017-02-30", "expected a date that exists"),
        ("instalments.0.customer.customerId", 5, "instalments.0.customer.customerId: seen 5"),
        ("instalments.0.customer.name", "B", "expected 'A NV', as the customer has it"),
        ("instalments.0.lines.0.productId", 2, "its parts 1: it is a composite (IXP-14)"),
        ("instalments.0.lines.0.productId", 5, "expected the id of a product"),
        ("instalments.0.lines.0.amountExclVat", "12.34", ""),
        ("instalments.0.addressId", 5, "expected null or one of the customer's own: 9"),
        ("instalments.0.type", "Credit", "expected a sum below zero"),
        ("instalments.0.status", "Paid", "expected one of Future, ToDo"),
    ],
)
def test_a_wrong_scenario_names_the_key_and_what_was_expected(path: str, value: Any, expected: str) -> None:
    section = change(path, value)
    if not expected:  # sound after all: the unit price follows from the amount
        assert seed.load(section, 7).instalments["C-1-01"].net_cents == 1234
        return
    assert expected in message(section)


@pytest.mark.parametrize("name", ["instalmentDate", "customer", "lines"])
def test_what_cannot_be_worked_out_must_be_given(name: str) -> None:
    section = copy.deepcopy(SECTION)
    del section["instalments"][0][name]
    assert f"instalments.0.{name}: seen nothing" in message(section)


def test_a_code_comes_once() -> None:
    section = copy.deepcopy(SECTION)
    section["instalments"] *= 2
    assert "instalments.1.instalmentCode" in message(section)
    assert "(IXP-03)" in message(section)


PLACES = ["customers.0", "products.0", "instalments.0", "customers", "instalments.0.lines", "settings"]
ALL_MEMBERS = (*tables.CUSTOMER, *tables.PRODUCT, *tables.INSTALMENT, *tables.LINE)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.decimals(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(
    path=st.sampled_from(PLACES),
    name=st.none() | st.sampled_from([member.name for member in ALL_MEMBERS]),
    value=json_values,
)
def test_whatever_a_scenario_says_it_loads_or_is_explained(path: str, name: str | None, value: Any) -> None:
    lists = path.endswith("s") and path != "settings"
    section = change(path if name is None or lists or path == "settings" else f"{path}.{name}", value)
    try:
        seed.load(section, 7)
    except SeedError as error:
        assert "seen" in str(error)
        assert "expected" in str(error)


def test_every_member_of_a_table_has_its_field() -> None:
    held_in = {
        state.Customer: tables.CUSTOMER, state.Product: tables.PRODUCT, state.Sale: tables.STORED_SALE,
        state.Line: tables.LINE, state.Address: tables.ADDRESS, state.Contact: tables.CONTACT,
        state.Settings: tables.SETTINGS, state.BomPart: tables.BOM_PART, state.Season: tables.SEASON,
    }  # fmt: skip
    for kind, table in held_in.items():
        assert {f.name for f in fields(kind)} == {member.field for member in table}, kind
