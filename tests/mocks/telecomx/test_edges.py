"""Do the rules of TelecomX begin and end exactly where they should? Both sides of each edge.

A contract refuses much before a rule is asked; scenarios and people ask the rule itself, and so do some tests here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ixmocks.engine import scenario
from ixmocks.engine.outcome import Refused
from ixmocks.kit import Kit, Reply
from ixmocks.telecomx import SYSTEM, described, desk, rules, seed, tokens
from ixmocks.telecomx.asked import Asked
from ixmocks.telecomx.form import Form, Found
from ixmocks.telecomx.state import State
from ixmocks.telecomx.tokens import Kind

AT = datetime(2017, 5, 5, 7, tzinfo=UTC)
STATE: State = seed.load(scenario.load("documents", ["telecomx"]).sections["telecomx"], 7)
CUSTOMER, RESELLER = "123457890ABCDEF12345678", "123457890ABCDEF12345679"
PRODUCT, AD_HOC, MASTER = "1234567890ABCDEF12345677", "59a1c0de0000000000000021", "59a1c0de0000000000000011"
ENDED, COMING = "59a1c0de0000000000000023", "59a1c0de0000000000000024"
HOME = {"address": "Stadionvej 12", "zip": "2770", "city": "Kastrup", "country": "DK"}
LINE = {"customer": CUSTOMER, "product": PRODUCT, "units": 1}
SEAT = {"inheritFrom": MASTER, "productCode": "SEAT", "name": "Seat"}

Broken = list[tuple[str, str]]


@pytest.fixture(scope="module")
def shared() -> Kit:
    return Kit("documents", clock="2017-05-05T09:00:00+02:00", systems=[SYSTEM])


@pytest.fixture
def kit(shared: Kit) -> Kit:
    shared.world().reset()
    return shared


def ask(kit: Kit, method: str, path: str, body: Any = None, *, user: str = "api", **query: Any) -> Reply:
    token = tokens.issue(Kind.PERSISTENT, 0, user=user, world="default").text
    headers = {"authorization": f"Bearer {token}"}
    return kit.ask("telecomx", method, path, json=body, query=query, headers=headers)


def said(outcome: Any) -> Broken:
    """Rule and place of all that stands against a request; nothing: it was done."""
    return [(one.rule, one.at) for one in outcome.violations] if isinstance(outcome, Refused) else []


def decided(rule: Callable[..., Any], body: Any, *, user: str = "api") -> Broken:
    """What a rule itself says, which no contract has looked for."""
    by = STATE.employee_of(user)
    assert by is not None
    return said(rule(STATE, Asked(by, body), at=AT, readings={}))


def done(action: Callable[..., Any], state: State = STATE, **command: Any) -> Broken:
    """What people are told."""
    return said(action(state, command, at=AT, readings={}))


# ---- current lines -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        ({}, ()),
        ({"product": ENDED}, ("TCX-27",)),
        ({"product": COMING}, ("TCX-27",)),
        ({"product": AD_HOC, "billingCustomer": CUSTOMER}, ()),
        ({"product": AD_HOC, "billingCustomer": "nobody"}, ("TCX-20",)),
    ],
)
def test_a_line_waits_for_a_product_of_today_and_a_payer_who_exists(
    kit: Kit, change: dict[str, Any], rules: tuple[str, ...]
) -> None:
    assert ask(kit, "POST", "/invoice/current", {**LINE, **change}).rules == rules


def test_the_rule_itself_wants_a_customer_of_a_line() -> None:
    assert decided(rules.create_current, {"product": PRODUCT, "units": 1}) == [("TCX-20", "body.customer")]
    assert decided(rules.create_current, LINE) == []


# ---- invoices ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reseller", "rules"), [(RESELLER, ()), ("nobody", ("TCX-21",)), (CUSTOMER, ("TCX-21",))]
)
def test_the_overview_is_one_of_a_reseller(kit: Kit, reseller: str, rules: tuple[str, ...]) -> None:
    assert ask(kit, "GET", "/invoice", reseller=reseller).rules == rules


def test_a_total_beyond_a_double_is_refused_and_a_large_one_is_not(kit: Kit) -> None:
    def invoice(units: int) -> Reply:
        lines = [{"product": PRODUCT, "units": units, "unitPrice": 10**200}]
        return ask(kit, "POST", "/invoice", {"customer": CUSTOMER, "lines": lines})

    assert invoice(10**107).status == 200
    assert [(one.rule, one.at) for one in invoice(10**109).violations] == [("TCX-25", "body.lines")]


def test_what_is_no_line_at_all_is_told_in_its_place(kit: Kit) -> None:
    lines = [{"product": PRODUCT, "units": "x"}, 5]
    reply = ask(kit, "POST", "/invoice", {"customer": CUSTOMER, "lines": lines})
    assert [one.at for one in reply.violations] == ["body.lines.0.units", "body.lines.1"]
    assert reply.json["message"] == "lines[0].units"


# ---- customers and products ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("addresses", "broken"),
    [
        ({"addresses": [HOME]}, []),
        ({"addresses": []}, [("TCX-40", "body.addresses")]),
        ({}, [("TCX-40", "body.addresses")]),
    ],
)
def test_the_rule_itself_wants_an_address_and_says_so_once(addresses: dict[str, Any], broken: Broken) -> None:
    assert decided(rules.create_customer, {"name": "Sponsor", **addresses}) == broken


@pytest.mark.parametrize(
    ("user", "change", "broken"),
    [
        ("api", {}, []),
        ("api", {"productCode": ...}, [("TCX-42", "body.productCode")]),
        ("api", {"name": ...}, [("TCX-42", "body.name")]),
        ("api", {"inheritFrom": ...}, [("TCX-42", "request")]),
        ("api", {"inheritFrom": 5}, [("TCX-42", "body.inheritFrom")]),
        ("admin", {"inheritFrom": ...}, []),
        ("admin", {"reseller": RESELLER}, []),
        ("admin", {"reseller": "nobody"}, [("TCX-21", "body.reseller")]),
    ],
)
def test_a_product_has_a_name_and_something_above_it(
    user: str, change: dict[str, Any], broken: Broken
) -> None:
    body = {name: value for name, value in {**SEAT, **change}.items() if value is not ...}
    assert decided(rules.create_product, body, user=user) == broken


@pytest.mark.parametrize(
    ("user", "change", "noted"),
    [
        ("api", {}, False),
        ("api", {"wholesale": 1}, True),
        ("admin", {"wholesale": 1, "inheritFrom": ...}, False),
    ],
)
def test_what_a_product_inherits_is_passed_over_and_noted(
    kit: Kit, user: str, change: dict[str, Any], noted: bool
) -> None:
    body = {name: value for name, value in {**SEAT, **change}.items() if value is not ...}
    reply = ask(kit, "POST", "/product", body, user=user)
    assert reply.status == 200
    assert ("TCX-16" in reply.event.notes) is noted


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/product/nothing"), ("POST", "/product/nothing"), ("POST", "/employee/nobody/token")],
)
def test_what_an_address_names_must_be_there(kit: Kit, method: str, path: str) -> None:
    reply = ask(kit, method, path, {} if method == "POST" and "product" in path else None)
    assert (reply.status, reply.rules) == (404, ("TCX-37",))


# ---- people and scenarios ------------------------------------------------------------------------


def test_people_name_what_is_there() -> None:
    assert done(desk.edit_customer, customer="nobody", name="X") == [("TCX-20", "with.customer")]
    assert done(desk.edit_customer, customer=CUSTOMER, name="X") == []
    assert done(desk.edit_product, product="nothing", name="X") == [("TCX-24", "with.product")]
    assert done(desk.edit_product, product=PRODUCT, name="X") == []
    new = {"productCode": "S", "name": "Seat"}
    assert done(desk.add_product, **new, reseller="nobody") == [("TCX-21", "with.reseller")]
    assert done(desk.add_product, **new, customer="nobody") == [("TCX-20", "with.customer")]
    assert done(desk.add_product, **new, reseller=RESELLER, customer=CUSTOMER) == []
    assert done(desk.add_current_line, product=PRODUCT, customer="nobody") == [("TCX-20", "with.customer")]
    assert done(desk.add_current_line, product=PRODUCT, customer=CUSTOMER) == []


def test_a_monthly_run_takes_at_least_a_line() -> None:
    assert done(desk.run_month, customer=CUSTOMER) == []
    empty = STATE.without_current(list(STATE.current))
    assert done(desk.run_month, empty, customer=CUSTOMER) == [("TCX-02", "with.customer")]


def test_a_number_goes_to_an_invoice_that_waits_for_one() -> None:
    assert done(desk.set_invoice_number) == []
    none = replace(STATE, invoices=type(STATE.invoices)())
    assert done(desk.set_invoice_number, none) == [("TCX-06", "with.invoice")]


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ({}, []),
        ({"customer": "nobody"}, [("TCX-20", "invoice.customer")]),
        ({"invoiceDate": "soon"}, [("TCX-29", "invoice.invoiceDate")]),
        ({"invoiceDate": None}, [("TCX-22", "invoice.invoiceDate")]),
    ],
)
def test_an_invoice_of_a_scenario_has_a_customer_and_a_day(change: dict[str, Any], broken: Broken) -> None:
    row = {"customer": CUSTOMER, "invoiceDate": "2017-05-05", "lines": [{"product": PRODUCT, "units": 1}]}
    found = Found()
    described.invoice(Form.of({**row, **change}, "invoice", found), STATE, lambda: "new")
    assert [(one.rule, one.at) for one in found.violations] == broken
