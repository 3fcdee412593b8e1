"""Do the rules of TelecomX begin and end exactly where they should? Both sides of each edge.

A contract refuses much before a rule is asked; scenarios and people ask the rule itself, and so do some tests here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ixmocks.engine import scenario
from ixmocks.engine.outcome import Changed, Refused
from ixmocks.kit import Kit, Reply
from ixmocks.telecomx import SYSTEM, described, desk, rules, seed, tokens
from ixmocks.telecomx.asked import Asked
from ixmocks.telecomx.envelope import _key
from ixmocks.telecomx.form import Form, Found
from ixmocks.telecomx.invoicing import due_date
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


# ---- values of the wrong kind, and whoever may not -------------------------------------------------

WAITING = "1234567890ABCDEF12345670"
WRONG: Any = {"not": "this"}


@pytest.mark.parametrize(
    ("rule", "of", "members"),
    [
        (rules.create_current, "", {"TCX-20": ["customer"]}),
        (rules.update_current, WAITING, {
            "TCX-25": ["units"], "TCX-26": ["unitWholesale", "unitPrice"],
            "TCX-38": ["start", "terminate", "recurrence"],
        }),
        (rules.create_invoice, "", {
            "TCX-20": ["customer"], "TCX-21": ["reseller"], "TCX-22": ["invoiceDate"], "TCX-05": ["dueDate"],
            "TCX-23": ["headline"], "TCX-33": ["sent"], "TCX-02": ["lines"], "TCX-03": ["currentInvoices"],
        }),
        (rules.update_invoice, "54a978806d30733986cfa817", {
            "TCX-22": ["invoiceDate"], "TCX-05": ["dueDate"], "TCX-23": ["headline"],
        }),
        (rules.create_customer, "", {"TCX-41": ["name"], "TCX-40": ["addresses"]}),
        (rules.update_customer, CUSTOMER, {"TCX-40": ["addresses"]}),
        (rules.create_address, CUSTOMER, {"TCX-40": ["address", "zip", "city", "country"]}),
        (rules.create_product, "", {
            "TCX-42": ["inheritFrom", "inheritFromReseller"], "TCX-21": ["reseller"], "TCX-20": ["customer"],
            "TCX-43": ["start", "end"],
            "TCX-26": ["price", "cost", "wholesale"],
        }),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_kind_is_told_under_the_rule_of_its_member(
    rule: Any, of: str, members: dict[str, list[str]]
) -> None:
    for code, names in members.items():
        for name in names:
            by = STATE.employee_of("admin")
            assert by is not None
            asked = Asked(by, {name: WRONG}, of)
            assert said(rule(STATE, asked, at=AT, readings={})).count((code, f"body.{name}")) == 1, name


def test_a_line_of_an_invoice_is_read_with_the_same_care() -> None:
    members = {
        "TCX-24": ["product"], "TCX-25": ["units"], "TCX-26": ["unitCost", "unitWholesale", "unitPrice"],
        "TCX-34": ["from", "to"],
    }  # fmt: skip
    for code, names in members.items():
        for name in names:
            body = {"customer": CUSTOMER, "lines": [{"product": PRODUCT, "units": 1, name: WRONG}]}
            assert decided(rules.create_invoice, body, user="admin") == [(code, f"body.lines.0.{name}")]


@pytest.mark.parametrize(
    ("describe", "members"),
    [
        (
            lambda form: described.customer(form, STATE, lambda: "new", {}),
            {"TCX-40": ["addresses"], "TCX-41": ["name"]},
        ),
        (
            lambda form: described.current(form, STATE, lambda: "new"),
            {"TCX-25": ["units"], "TCX-26": ["unitCost", "unitWholesale", "unitPrice"], "TCX-29": ["start"]},
        ),
        (
            lambda form: described.invoice(form, STATE, lambda: "new"),
            {"TCX-02": ["lines"], "TCX-29": ["invoiceDate", "dueDate"]},
        ),
        (
            lambda form: described._line(form, STATE),
            {
                "TCX-24": ["product"],
                "TCX-25": ["units"],
                "TCX-26": ["unitCost", "unitWholesale", "unitPrice"],
                "TCX-29": ["from", "to"],
            },
        ),
    ],
    ids=["customer", "current", "invoice", "line"],
)
def test_a_scenario_is_read_with_the_same_care(
    describe: Callable[[Form], Any], members: dict[str, list[str]]
) -> None:
    for code, names in members.items():
        for name in names:
            found = Found()
            describe(Form({"product": PRODUCT, "units": 1, name: WRONG}, "with", found))
            assert (code, f"with.{name}") in [(one.rule, one.at) for one in found.violations], name


@pytest.mark.parametrize(
    ("rule", "of", "user", "may"),
    [
        (rules.create_current, "", "api", True),
        (rules.create_current, "", "owner", False),
        (rules.get_current, WAITING, "api", True),
        (rules.get_current, WAITING, "admin", True),
        (rules.get_current, WAITING, "owner", False),
        (rules.get_current, WAITING, "other", False),
        (rules.list_current, "", "api", True),
        (rules.list_current, "", "owner", False),
        (rules.create_token, "59a1c0de0000000000000001", "api", True),
        (rules.create_token, "59a1c0de0000000000000003", "owner", True),
        (rules.create_token, "59a1c0de0000000000000004", "viewer", False),
        (rules.create_token, "59a1c0de0000000000000004", "owner", True),
        (rules.create_token, "59a1c0de0000000000000003", "other", False),
        (rules.create_token, "59a1c0de0000000000000003", "admin", True),
        (rules.create_token, "59a1c0de0000000000000001", "owner", False),
        (rules.create_customer, "", "api", True),
        (rules.create_customer, "", "owner", False),
        (rules.list_customers, "", "api", True),
        (rules.list_customers, "", "owner", False),
        (rules.create_product, "", "api", True),
        (rules.create_product, "", "owner", False),
        (rules.get_product, PRODUCT, "owner", True),
        (rules.update_product, PRODUCT, "api", True),
        (rules.update_product, PRODUCT, "owner", False),
        (rules.update_product, PRODUCT, "other", False),
    ],
)
def test_who_may_touch_what(rule: Any, of: str, user: str, may: bool) -> None:
    by = STATE.employee_of(user)
    assert by is not None
    body = {
        rules.create_current: LINE, rules.create_product: SEAT,
        rules.create_customer: {"name": "Sponsor", "addresses": [HOME]},
    }.get(rule, {})  # fmt: skip
    found = said(rule(STATE, Asked(by, body, of), at=AT, readings={}))
    assert (("TCX-01", "request") in found) is not may
    assert bool(found) is not may


@pytest.mark.parametrize(("late_s", "taken"), [(-1, True), (0, True), (1, False)])
def test_a_monthly_run_takes_what_has_begun(late_s: int, taken: bool) -> None:
    line = replace(STATE.current[WAITING], start=AT + timedelta(seconds=late_s))
    state = STATE.without_current(list(STATE.current)).with_current(line)
    assert (done(desk.run_month, state, customer=CUSTOMER) == []) is taken


# ---- the order of the page -------------------------------------------------------------------------

RECURRING = "59a1c0de0000000000000041"
NUMBERLESS, NUMBERED = "54a978806d30733986cfa817", "59a1c0de0000000000000051"


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"lines": [{"product": ENDED, "units": "x"}]}, ["lines[0].units", "lines[0].product"]),
        (
            {"lines": [{"product": PRODUCT, "units": "x"}], "currentInvoices": ["nothing"]},
            ["lines[0].units", "currentInvoices"],
        ),
        (
            {"lines": [{"product": PRODUCT, "units": "x"}], "currentInvoices": [RECURRING]},
            ["lines[0].units", "currentInvoices[0]"],
        ),
        ({"currentInvoices": [RECURRING, "nothing"]}, ["currentInvoices", "currentInvoices[0]"]),
        ({"lines": [{"product": PRODUCT, "units": "x"}], "sent": 1}, ["sent", "lines[0].units"]),
        ({"currentInvoices": ["nothing"], "sent": 1}, ["sent", "currentInvoices"]),
    ],
)
def test_the_row_that_stands_higher_is_told_first(kit: Kit, members: dict[str, Any], told: list[str]) -> None:
    reply = ask(kit, "POST", "/invoice", {"customer": CUSTOMER, **members})
    rows = [_key(one.at) for one in reply.violations]
    assert (rows, reply.json["message"]) == (told, told[0])


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        ({"productCode": ...}, 422, "productCode"),
        ({"inheritFrom": "nothing"}, 404, "inheritFrom"),
        ({"inheritFrom": ..., "inheritFromReseller": "nothing"}, 404, "inheritFromReseller"),
    ],
)
def test_what_a_product_lacks_is_422_and_what_is_not_above_it_is_404(
    kit: Kit, change: dict[str, Any], status: int, message: str
) -> None:
    body = {name: value for name, value in {**SEAT, **change}.items() if value is not ...}
    reply = ask(kit, "POST", "/product", body)
    assert (reply.status, reply.json["message"]) == (status, message)


@pytest.mark.parametrize(("invoice", "noted"), [(NUMBERLESS, True), (NUMBERED, False)])
def test_an_invoice_without_a_number_is_noted_when_it_is_read(kit: Kit, invoice: str, noted: bool) -> None:
    reply = ask(kit, "GET", f"/invoice/{invoice}")
    assert (reply.status, "TCX-06" in reply.event.notes) == (200, noted)


@pytest.mark.parametrize(
    ("user", "may"), [("api", True), ("admin", True), ("owner", False), ("other", False)]
)
def test_who_may_touch_an_invoice(user: str, may: bool) -> None:
    by = STATE.employee_of(user)
    assert by is not None
    for rule in (rules.get_invoice, rules.update_invoice):
        found = said(rule(STATE, Asked(by, {}, NUMBERED), at=AT, readings={}))
        assert found == ([] if may else [("TCX-01", "request")])


@pytest.mark.parametrize(
    ("reading", "late_s", "past"),
    [
        ("instant", -1, True),
        ("instant", 0, False),
        ("instant", 1, False),
        ("day", -3600 * 9, False),
        ("day", -3600 * 9 - 1, True),
    ],
)
def test_a_due_date_is_past_from_the_moment_or_the_day_after_it(
    reading: str, late_s: int, past: bool
) -> None:
    form = Form({"dueDate": (AT + timedelta(seconds=late_s)).isoformat()}, "body", Found())
    due_date(form, AT, {"TCX-05": reading})
    assert [one.rule for one in form.found.violations] == (["TCX-05"] if past else [])


@pytest.mark.parametrize(
    ("line", "shown"),
    [({}, "Of the product"), ({"description": "Its own"}, "Its own"), ({"description": ""}, "")],
)
def test_a_line_is_described_by_its_product_unless_it_says_so_itself(
    line: dict[str, str], shown: str
) -> None:
    described_one = replace(STATE.products[PRODUCT], description="Of the product")
    by = STATE.employee_of("api")
    assert by is not None
    body = {"customer": CUSTOMER, "lines": [{"product": PRODUCT, "units": 1, **line}]}
    outcome = rules.create_invoice(STATE.with_product(described_one), Asked(by, body), at=AT, readings={})
    assert isinstance(outcome, Changed)
    assert [one.description for one in outcome.answer.lines] == [shown]


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"address": "Vej 1"}, ""),
        ({"address": "Vej1"}, "address"),
        ({"zip": "2770"}, ""),
        ({"zip": "277"}, "zip"),
        ({"zip": "27700"}, "zip"),
        ({"city": ""}, ""),
        ({"country": "SE", "zip": "123"}, ""),
        ({"country": "SE", "zip": "12"}, "zip"),
        ({"country": "SE", "city": "Lu"}, ""),
        ({"country": "SE", "city": "L"}, "city"),
        ({"country": "S"}, "country"),
        ({"country": "SWE"}, "country"),
    ],
)
def test_an_address_is_as_long_as_it_must_be_and_no_longer(change: dict[str, str], wrong: str) -> None:
    broken = decided(rules.create_customer, {"name": "Sponsor", "addresses": [{**HOME, **change}]})
    assert broken == ([("TCX-40", f"body.addresses.0.{wrong}")] if wrong else [])


@pytest.mark.parametrize(
    ("reading", "query", "shown"),
    [(None, {}, False), (None, {"expand": True}, True), ("shown", {}, True), ("omitted", {}, False)],
)
def test_a_list_has_totals_where_it_is_expanded_or_its_reading_says_so(
    reading: str | None, query: dict[str, Any], shown: bool
) -> None:
    kit = Kit("documents", systems=[SYSTEM], readings={"TCX-35": reading} if reading else {})
    (first, *_) = ask(kit, "GET", "/invoice", **query).json["invoices"]
    assert ("total" in first) is shown


@pytest.mark.parametrize(("user", "told"), [("owner", "TCX-01"), ("viewer", "TCX-01"), ("api", "TCX-37")])
def test_who_may_touch_nothing_does_not_learn_what_is_there(user: str, told: str) -> None:
    by = STATE.employee_of(user)
    assert by is not None
    for rule in (rules.get_current, rules.delete_current, rules.get_invoice, rules.update_invoice):
        found = said(rule(STATE, Asked(by, {}, "nothing"), at=AT, readings={}))
        assert [one for one, _ in found] == [told]


OTHER_RESELLER = "59a1c0de00000000000000f1"


@pytest.mark.parametrize(
    ("user", "parent", "broken"),
    [
        ("api", RESELLER, []),
        ("api", "nobody", [("TCX-21", "body.parentReseller")]),
        ("api", CUSTOMER, [("TCX-21", "body.parentReseller")]),
        ("api", OTHER_RESELLER, [("TCX-01", "body.parentReseller")]),
        ("admin", OTHER_RESELLER, []),
        ("admin", RESELLER, []),
    ],
)
def test_a_reseller_names_herself_and_an_admin_whom_she_likes(user: str, parent: str, broken: Broken) -> None:
    body = {"name": "Sponsor", "addresses": [HOME], "parentReseller": parent}
    assert decided(rules.create_customer, body, user=user) == broken
