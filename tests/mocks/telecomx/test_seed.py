"""Does a scenario load as written, and does a slip of the pen name its place?"""

from __future__ import annotations

from typing import Any

import pytest

from ixmocks.engine import scenario
from ixmocks.engine.outcome import Changed, Refused
from ixmocks.engine.system import SeedError
from ixmocks.kit import Kit
from ixmocks.telecomx import SYSTEM, seed
from ixmocks.telecomx.credentials import credentials

R = {"_id": "r", "name": "Reseller", "isReseller": True}
C = {"_id": "c", "name": "Customer", "parentReseller": "r"}
P = {"_id": "p", "productCode": "P", "name": "Product", "price": 10, "reseller": "r"}
L = {"_id": "l", "customer": "c", "product": "p"}


def test_the_documents_scenario_holds_what_the_samples_name() -> None:
    state = seed.load(scenario.load("documents", ["telecomx"]).sections["telecomx"], 7)
    assert {"123457890ABCDEF12345678", "123457890ABCDEF12345679", "54463ed73fc6ea53780080cf"} <= set(
        state.customers
    )
    assert {"1234567890ABCDEF12345677", "548ecd936b34cd1826f3ff2b", "54917e9940c67b6c3dd05a8c"} <= set(
        state.products
    )
    assert {"1234567890ABCDEF12345670", "1234567890ABCDEF12345671"} <= set(state.current)
    assert state.invoices["54a978806d30733986cfa817"].is_pending


def test_a_world_without_a_section_can_still_be_entered() -> None:
    assert seed.load({}, 7).employee_of("api") is not None


def test_the_same_seed_makes_the_same_ids_and_another_one_others() -> None:
    data = {"customers": [{k: v for k, v in R.items() if k != "_id"}]}
    assert seed.load(data, 7) == seed.load(data, 7)
    assert set(seed.load(data, 7).customers) != set(seed.load(data, 8).customers)


@pytest.mark.parametrize(
    ("section", "place"),
    [
        ({"custmers": []}, "telecomx.custmers"),
        ({"settings": {"first": 1}}, "settings.first"),
        ({"settings": {"firstNumber": "1"}}, "settings.firstNumber"),
        ({"customers": [{"nmae": "x"}]}, "customers.0.nmae"),
        ({"customers": [{"_id": "a"}]}, "customers.0.name"),
        ({"customers": [R, R]}, "customers.1._id"),
        ({"customers": [C]}, "parentReseller"),
        ({"customers": [{**R, "addresses": [{"address": "x"}]}]}, "customers.0.addresses.0.address"),
        ({"customers": "none"}, "customers.0"),
        ({"customers": [R], "employees": [{"user": "api", "customer": "x"}]}, "employees.0.customer"),
        ({"customers": [R], "employees": [{"user": "a", "customer": "r", "accessLevel": "KING"}]},
         "employees.0.accessLevel"),
        ({"products": [{"productCode": "P"}]}, "products.0.name"),
        ({"customers": [R], "products": [{**P, "inheritFrom": "m"}]}, "products.0.inheritFrom"),
        ({"customers": [R], "products": [{**P, "start": "2017-02-30"}]}, "products.0.start"),
        ({"customers": [R, C], "products": [P], "current": [{**L, "product": "x"}]}, "current.0.product"),
        ({"customers": [R, C], "products": [P], "invoices": [{"customer": "c"}]}, "invoices.0.invoiceDate"),
        (
            {"customers": [R, C], "products": [P],
             "invoices": [{"customer": "c", "invoiceDate": "2017-01-01", "lines": [{"product": "p"}]}]},
            "invoices.0.lines.0.units",
        ),
    ],
)  # fmt: skip
def test_a_slip_of_the_pen_is_named_with_its_place(section: Any, place: str) -> None:
    with pytest.raises(SeedError, match=place.replace(".", r"\.")):
        seed.load(section, 7)


def test_people_enter_what_a_scenario_could_hold() -> None:
    kit = Kit("documents", systems=[SYSTEM])
    made = kit.act("telecomx", "addCustomer", {"name": "New ApS"})
    assert isinstance(made, Changed)
    customer = made.answer["_id"]
    product = kit.act("telecomx", "addProduct", {"productCode": "X", "name": "X", "price": 5})
    assert isinstance(product, Changed)
    line = kit.act(
        "telecomx", "addCurrentLine", {"customer": customer, "product": product.answer["_id"], "locked": True}
    )
    assert isinstance(line, Changed)
    employee = kit.act(
        "telecomx", "addEmployee", {"user": "new", "accessLevel": "OWNER", "customer": customer}
    )
    assert isinstance(employee, Changed)
    edited = kit.act("telecomx", "editProduct", {"product": product.answer["_id"], "price": 6})
    assert isinstance(edited, Changed)
    assert kit.state("telecomx").products[product.answer["_id"]].price == 6
    assert isinstance(kit.act("telecomx", "addCustomer", {"name": "X", "parentReseller": "nobody"}), Refused)
    assert isinstance(kit.act("telecomx", "addCustomer", {"nmae": "X"}), Refused)


def test_credentials_are_the_same_everywhere() -> None:
    assert credentials("default").env == {
        "IXKIT_TELECOMX_USERNAME": "api@default.example",
        "IXKIT_TELECOMX_PASSWORD": "5bbe2e0fc401fbe48fe7017f",
    }
