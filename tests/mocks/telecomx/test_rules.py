"""Does POST /invoice refuse what its page refuses, in the page's order, and is everything else left as it was?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixmocks.engine import scenario
from ixmocks.engine.outcome import Changed, Refused
from ixmocks.kit import Kit
from ixmocks.telecomx import SYSTEM, desk, rules, seed, show
from ixmocks.telecomx.asked import Asked
from ixmocks.telecomx.state import Employee, State

AT = datetime(2017, 5, 5, 7, tzinfo=UTC)
CUSTOMER, PRODUCT = "123457890ABCDEF12345678", "1234567890ABCDEF12345677"
FOREIGN, FOREIGN_PRODUCT = "59a1c0de00000000000000f2", "59a1c0de00000000000000f9"
ENDED, RECURRING = "59a1c0de0000000000000023", "59a1c0de0000000000000041"
WAITING = ["1234567890ABCDEF12345670", "1234567890ABCDEF12345671"]
SAMPLE_INVOICE = "54a978806d30733986cfa817"
STATE: State = seed.load(scenario.load("documents", ["telecomx"]).sections["telecomx"], 7)

Json = dict[str, Any]


def by(user: str) -> Employee:
    employee = STATE.employee_of(user)
    assert employee is not None
    return employee


def kit(clock: str = "2017-05-05T09:00:00+02:00", **readings: str) -> Kit:
    named = {name.replace("_", "-"): value for name, value in readings.items()}
    return Kit("documents", clock=clock, readings=named, systems=[SYSTEM])


def body(**members: Any) -> Json:
    return {"customer": CUSTOMER, "sent": False, "lines": [{"product": PRODUCT, "units": 1}], **members}


def lined(**members: Any) -> Json:
    return body(lines=[{"product": PRODUCT, "units": 1, **members}])


ROWS: list[tuple[int, str, str, Json]] = [
    (404, "customer", "Customer not found", body(customer="nobody")),
    (404, "reseller", "Reseller not found", body(reseller="nobody")),
    (422, "invoiceDate", "Invoice date is invalid", body(invoiceDate="2017-02-29T00:00:00+0100")),
    (422, "dueDate", "Due date is invalid or in the past", body(dueDate="2017-05-04T00:00:00+0200")),
    (422, "dueDate", "Due date is invalid or in the past", body(dueDate="soon")),
    (422, "headline", "Headline is invalid", body(headline=1)),
    (404, "lines[0].product", "Product not found", lined(product="nothing")),
    (422, "lines[0].units", "Units is invalid", lined(units="1")),
    (422, "lines[0].unitCost", "Unit cost is invalid", lined(unitCost="1")),
    (422, "lines[0].unitWholesale", "Unit wholesale is invalid", lined(unitWholesale=True)),
    (422, "lines[0].unitPrice", "Unit price is invalid", lined(unitPrice=None)),
    (404, "lines[0].product", "Product not found or not valid for use", lined(product=ENDED)),
    (404, "currentInvoices", "Some or all items were not found", body(currentInvoices=["nothing"])),
    (
        422,
        "currentInvoices[0]",
        "Current invoice item cannot be included due to recurrence",
        body(currentInvoices=[RECURRING]),
    ),
    (422, "lines", "Nothing to invoice", body(lines=[], currentInvoices=[])),
]
"""The page's table down to what goes for every call, each with a body that has this one mistake."""


@pytest.mark.parametrize(("status", "message", "description", "wrong"), ROWS)
def test_each_row_of_the_error_table_is_answered(
    status: int, message: str, description: str, wrong: Json
) -> None:
    world = kit()
    before = world.state("telecomx")
    reply = world.ask("telecomx", "POST", "/invoice", json=wrong, headers=admin())
    assert reply.status == status
    assert reply.json == {"code": status, "message": message, "description": description}
    assert world.state("telecomx") is before


def admin() -> dict[str, str]:
    return {"authorization": "Bearer p0~admin~default~0983fb1d9fc2b753"}


MEMBER = {"customer": 0, "reseller": 1, "invoiceDate": 2, "dueDate": 3, "headline": 5, "currentInvoices": 12}


@pytest.mark.parametrize(("first", "second"), list(combinations(sorted(MEMBER.values()), 2)))
def test_of_two_mistakes_the_one_higher_on_the_page_is_told(first: int, second: int) -> None:
    name = next(name for name, row in MEMBER.items() if row == second)
    wrong = {**ROWS[first][3], name: ROWS[second][3][name]}
    reply = kit().ask("telecomx", "POST", "/invoice", json=wrong, headers=admin())
    assert reply.json["message"] == ROWS[first][1]
    assert len(reply.violations) == 2


@pytest.mark.parametrize(
    ("first", "second"), list(combinations(("units", "unitCost", "unitWholesale", "unitPrice"), 2))
)
def test_of_two_mistakes_in_a_line_the_one_higher_on_the_page_is_told(first: str, second: str) -> None:
    reply = kit().ask(
        "telecomx", "POST", "/invoice", json=lined(**{second: "x", first: "x"}), headers=admin()
    )
    assert reply.json["message"] == f"lines[0].{first}"


def test_a_line_is_checked_to_its_end_before_the_next_one() -> None:
    wrong = body(lines=[{"product": ENDED, "units": 1}, {"product": "nothing", "units": "x"}])
    reply = kit().ask("telecomx", "POST", "/invoice", json=wrong)
    assert reply.json["message"] == "lines[0].product"
    assert [v.at for v in reply.violations] == [
        "body.lines.0.product",
        "body.lines.1.product",
        "body.lines.1.units",
    ]


def test_access_denied_stands_last_on_the_page() -> None:
    foreign = {"customer": FOREIGN, "sent": False, "lines": [{"product": FOREIGN_PRODUCT, "units": 1}]}
    assert kit().ask("telecomx", "POST", "/invoice", json=foreign).json["message"] == "access_denied"
    late = kit().ask("telecomx", "POST", "/invoice", json={**foreign, "headline": 1})
    assert late.json["message"] == "headline"
    assert set(late.rules) == {"TCX-23", "TCX-01"}


def test_the_vendors_request_sample_runs_on_its_own_day() -> None:
    sample = {
        "customer": "123457890ABCDEF12345678", "reseller": "123457890ABCDEF12345679", "sent": False,
        "invoiceNumber": "12345", "invoiceDate": "2015-01-01T00:00:00+0100", "dueDate": "2015-01-14T00:00:00+0100",
        "paid": False, "headline": "Vedr. ordrenr. 123 - afd. Kastrup",
        "lines": [{"product": "1234567890ABCDEF12345677", "description": "Nummer: 70305050", "units": 1}],
        "currentInvoices": ["1234567890ABCDEF12345670", "1234567890ABCDEF12345671"],
    }  # fmt: skip
    world = kit(clock="2015-01-02T09:00:00+01:00")
    answer = world.ask("telecomx", "POST", "/invoice", json=sample).json
    assert answer["invoiceNumber"] == "12345"
    assert answer["invoiceDate"] == "2014-12-31T23:00:00.000Z"
    assert answer["dueDate"] == "2015-01-13T23:00:00.000Z"
    assert [line["unitPrice"] for line in answer["lines"]] == [200, 200, Decimal("24.5")]
    assert (answer["subTotal"], answer["vat"], answer["total"]) == (
        Decimal("522.5"), Decimal("130.63"), Decimal("653.13"),
    )  # fmt: skip
    left = {line["_id"] for line in world.ask("telecomx", "GET", "/invoice/current").json}
    assert not left & set(WAITING)
    late = kit(clock="2015-01-15T00:00:00+01:00").ask("telecomx", "POST", "/invoice", json=sample)
    assert late.json["message"] == "dueDate"


def test_the_same_call_twice_makes_two_invoices() -> None:
    world = kit()
    first, second = (world.ask("telecomx", "POST", "/invoice", json=body()).json for _ in range(2))
    assert first["_id"] != second["_id"]
    assert {k: v for k, v in first.items() if k != "_id"} == {k: v for k, v in second.items() if k != "_id"}


def test_numbers_count_up_for_each_reseller_where_telecomx_numbers() -> None:
    world = kit(TCX_06="automatic")
    foreign = {"customer": FOREIGN, "sent": False, "lines": [{"product": FOREIGN_PRODUCT, "units": 1}]}
    made = [world.ask("telecomx", "POST", "/invoice", json=body(), headers=admin()).json for _ in range(2)]
    made.append(world.ask("telecomx", "POST", "/invoice", json=foreign, headers=admin()).json)
    assert [one["invoiceNumber"] for one in made] == ["1001", "1002", "1001"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [(None, -1), ("", -1), ("-1", -1), (-1, -1), ("12345", "12345"), (23542, "23542"), ("D7", "D7")],
)
def test_a_number_is_shown_as_text_and_a_missing_one_as_minus_one(given: Any, shown: Any) -> None:
    members = {} if given is None else {"invoiceNumber": given}
    assert kit().ask("telecomx", "POST", "/invoice", json=body(**members)).json["invoiceNumber"] == shown


COST = {"subTotalCost", "vatCost"}
WHOLESALE = {"subTotalWholesale", "vatWholesale"}


@pytest.mark.parametrize(
    ("user", "seen", "hidden"),
    [("admin", COST | WHOLESALE, set()), ("api", WHOLESALE, COST), ("owner", set(), COST | WHOLESALE)],
)
def test_cost_and_wholesale_prices_are_shown_to_those_they_concern(
    user: str, seen: set[str], hidden: set[str]
) -> None:
    shown = show.invoice(STATE.invoices[SAMPLE_INVOICE], by(user), {})
    assert seen <= set(shown)
    assert not hidden & set(shown)
    line = shown["lines"][0]
    assert ("unitCost" in line) is (user == "admin")
    assert ("unitWholesale" in line) is (user != "owner")


@pytest.mark.parametrize(("reading", "status", "wholesale"), [("ignored", 200, 100), ("refused", 403, None)])
def test_a_reseller_does_not_override_wholesale_prices(reading: str, status: int, wholesale: Any) -> None:
    reply = kit(TCX_08=reading).ask("telecomx", "POST", "/invoice", json=lined(unitWholesale=1))
    assert reply.status == status
    assert reply.json.get("subTotalWholesale") == wholesale


def test_a_locked_line_is_refused_or_unknown_as_the_reading_says() -> None:
    locked = {"customer": CUSTOMER, "sent": False, "currentInvoices": ["59a1c0de0000000000000042"]}
    refused = kit().ask("telecomx", "POST", "/invoice", json=locked)
    unknown = kit(TCX_03="locked_not_found").ask("telecomx", "POST", "/invoice", json=locked)
    assert (refused.status, refused.json["message"]) == (422, "currentInvoices[0]")
    assert (unknown.status, unknown.json["message"]) == (404, "currentInvoices")


def test_this_mornings_midnight_is_past_only_where_moments_count() -> None:
    today = body(dueDate="2017-05-05T00:00:00+0200")
    assert kit().ask("telecomx", "POST", "/invoice", json=today).status == 200
    assert kit(TCX_05="instant").ask("telecomx", "POST", "/invoice", json=today).status == 422


@pytest.mark.parametrize("reading", ["hidden", "shown"])
def test_the_period_of_a_line_is_kept_and_shown_where_the_reading_says(reading: str) -> None:
    asked = lined(**{"from": "2017-06-01T00:00:00+0200", "to": "2017-05-01T00:00:00+0200"})
    made = kit(TCX_34=reading).ask("telecomx", "POST", "/invoice", json=asked).json["lines"][0]
    assert ("from" in made) is (reading == "shown")


# Whatever comes.

leaves = (
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=True) | st.text(max_size=20)
    | st.sampled_from([CUSTOMER, PRODUCT, ENDED, RECURRING, *WAITING, "2017-05-05T00:00:00+0200", "-1"])
)  # fmt: skip
names = st.sampled_from(
    [
        "customer", "reseller", "sent", "invoiceNumber", "invoiceDate", "dueDate", "paid", "headline", "lines",
        "currentInvoices", "product", "name", "description", "units", "unitCost", "unitWholesale", "unitPrice",
        "vatExempt", "from", "to", "start", "terminate", "recurrence", "billingCustomer", "addresses", "address", "zip",
        "country", "finance", "invoiceMethod", "state", "parentReseller", "primary", "productCode", "inheritFrom",
        "inheritFromReseller", "price", "end", "type", "unitType", "username", "password", "invoice", "number", "_id",
    ]
)  # fmt: skip
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=6),
    max_leaves=20,
)
bodies = st.dictionaries(names, anything, max_size=8) | anything
BODY_RULES: Mapping[str, Callable[..., Any]] = {
    name: getattr(rules, name)
    for name in rules.__all__
    if name.startswith(("create_", "update_")) and name != "create_token"
}
IDS = {
    "update_invoice": SAMPLE_INVOICE, "update_current": RECURRING, "update_customer": CUSTOMER,
    "create_address": CUSTOMER, "update_address": CUSTOMER, "update_product": PRODUCT,
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(BODY_RULES))
@given(given=bodies, user=st.sampled_from(["api", "admin", "owner", "viewer", "other"]))
def test_no_rule_raises_and_a_refusal_says_why(name: str, given: Any, user: str) -> None:
    asked = Asked(by(user), given, IDS.get(name, ""), "59a1c0de0000000000000031")
    outcome = BODY_RULES[name](STATE, asked, at=AT, readings={})
    assert isinstance(outcome, Changed | Refused)
    if isinstance(outcome, Refused):
        assert outcome.violations
        answer = SYSTEM.refuse(outcome, "invoiceCreate")
        assert 400 <= answer.status < 500
        assert set(answer.body) == {"code", "message", "description"}


@given(given=st.dictionaries(names, anything, max_size=8))
def test_no_action_raises_whatever_its_members_hold(given: Json) -> None:
    for name, action in SYSTEM.actions.items():
        known = action.params["properties"]
        outcome = action.rule(STATE, {k: v for k, v in given.items() if k in known}, at=AT, readings={})
        assert isinstance(outcome, Changed | Refused), name


def test_an_unsent_invoice_is_deleted_and_a_sent_one_is_not() -> None:
    unsent = desk.delete_invoice(STATE, {"invoice": SAMPLE_INVOICE}, at=AT, readings={})
    assert isinstance(unsent, Changed)
    assert SAMPLE_INVOICE not in unsent.state.invoices
    sent = replace(STATE.invoices[SAMPLE_INVOICE], sent=True)
    refused = desk.delete_invoice(STATE.with_invoice(sent), {"invoice": SAMPLE_INVOICE}, at=AT, readings={})
    assert isinstance(refused, Refused)


def test_the_monthly_run_takes_what_waits_and_leaves_what_recurs() -> None:
    outcome = desk.run_month(STATE, {"customer": CUSTOMER}, at=AT, readings={})
    assert isinstance(outcome, Changed)
    assert outcome.answer["period"] is True
    assert len(outcome.answer["lines"]) == 4
    assert {line.id for line in outcome.state.current.values() if line.customer == CUSTOMER} == {RECURRING}
