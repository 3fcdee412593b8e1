"""Do the rules of CRM.COM begin and end exactly where they should? Both sides of each edge.

A contract refuses much before a rule is asked; scenarios and people ask the rule itself, and so do some tests here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from ixmocks.crmcom import desk, rules
from ixmocks.crmcom.form import stamp_of
from ixmocks.crmcom.money import AMOUNT_MAX_CENTS
from ixmocks.crmcom.seed import DAYS_MAX
from ixmocks.crmcom.state import State
from ixmocks.engine.outcome import Changed, Refused

Invoice = Callable[..., dict[str, Any]]
CARD = {"installed_item_identifier": {"serial_number": "1000140089"}}
PAYMENT = {
    "accounts_receivable_identifier": {"number": "401"},
    "type_identifier": {"name": "Payment"},
    "payment_method_identifier": {"name": "Cash"},
    "life_cycle_state": "POSTED",
}
PRODUCT = {
    "code": "S",
    "alternative_code": "S-1",
    "description": "Seat",
    "type_identifier": {"name": "Service"},
}
MOST = AMOUNT_MAX_CENTS // 100
DRAFT = {"invoice_identifier": {"back_office_code": "C-2017-0123-01"}}


def asked(
    rule: Any, state: State, command: Any, at: datetime, readings: Mapping[str, str] | None = None
) -> list[tuple[str, str]]:
    """Rule and place of all that a rule of ours says against a command; nothing: it is obeyed."""
    outcome = rule(state, command, at=at, readings=readings or {})
    return [(one.rule, one.at) for one in outcome.violations] if isinstance(outcome, Refused) else []


def smartcards(*entries: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "product_identifier": {"code": "Smartcard"},
        "cost": 2,
        "installed_items_set": list(entries),
        **more,
    }


# ---- access --------------------------------------------------------------------------------------


def test_the_rule_itself_gives_no_token_for_a_key_that_nobody_has(state: State, at: datetime) -> None:
    told = {"authorization": "Basic bm9ib2R5Og==", "body": {}}
    assert asked(rules.log_in_by_key, state, told, at) == [("CRM-23", "header.Authorization")]


@pytest.mark.parametrize(("unit", "broken"), [("1", ()), ("2", ("CRM-28",)), ("", ())])
def test_a_unit_is_one_of_the_organisation(client: Any, unit: str, broken: tuple[str, ...]) -> None:
    own = client.kit.world().credentials["crmcom"]
    told = {"username": own.key, "password": own.secret, "organisation": "default", "unit": unit}
    assert client.raw("POST", "authentication/token", json=told).rules == broken


@pytest.mark.parametrize(
    ("token", "said"), [("", "The token is mandatory"), ("x.y.z", "The token is not valid")]
)
def test_no_token_and_a_wrong_one_are_told_apart(client: Any, token: str, said: str) -> None:
    reply = client.raw("POST", "invoices/post", json={"token": token, **DRAFT})
    assert [(one.rule, one.message) for one in reply.violations] == [("CRM-22", said)]


# ---- people --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("amount", "broken"), [("0.01", []), ("0", ["CRM-46"]), ("0.004", ["CRM-46"])])
def test_a_person_enters_a_cent_or_more(client: Any, amount: str, broken: list[str]) -> None:
    outcome = client.kit.act("crmcom", "registerPayment", {"number": "I00000496", "amount": Decimal(amount)})
    assert [one.rule for one in getattr(outcome, "violations", ())] == broken


def test_the_last_cent_can_be_paid(client: Any) -> None:
    for amount in ("60.49", "0.01"):
        told = {"number": "I00000496", "amount": Decimal(amount)}
        assert isinstance(client.kit.act("crmcom", "registerPayment", told), Changed)


@pytest.mark.parametrize(("serial", "broken"), [("9", []), ("1000140089", ["CRM-51"]), (" ", ["CRM-51"])])
def test_a_piece_has_a_serial_number_of_its_own(client: Any, serial: str, broken: list[str]) -> None:
    told = {"product_identifier": {"code": "Smartcard"}, "serial_number": serial}
    outcome = client.kit.act("crmcom", "addInstalledItem", told)
    assert [one.rule for one in getattr(outcome, "violations", ())] == broken


def test_a_period_is_closed_until_a_moment_and_not_until_nothing(state: State, at: datetime) -> None:
    assert asked(desk.close_period, state, {}, at) == [("CRM-52", "with.until")]
    closed = desk.close_period(state, {"until": "2017-04-30T23:59:59"}, at=at, readings={})
    assert isinstance(closed, Changed)
    assert asked(desk.close_period, closed.state, {"until": "2017-04-30T23:59:59"}, at) == []
    assert asked(desk.close_period, closed.state, {"until": "2017-04-30T23:59:58"}, at) == [
        ("CRM-06", "with.until")
    ]


# ---- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"),
    [("Twin", "More than one account has the name 'Twin'"), ("Nobody", "The account was not found")],
)
def test_a_name_that_two_have_is_not_called_unknown(
    client: Any, invoice: Invoice, name: str, said: str
) -> None:
    reply = client.refused("invoices/create", invoice(accounts_receivable_identifier={"name": name}))
    assert [(one.rule, one.message) for one in reply.violations] == [("CRM-28", said)]


@pytest.mark.parametrize("told", ["I00000496", "number=", "="])
def test_the_rule_itself_wants_a_field_and_a_value_in_a_query(state: State, at: datetime, told: str) -> None:
    broken = ("CRM-42", "query.invoice_identifier")
    assert broken in asked(rules.show_invoice, state, {"invoice_identifier": told}, at)
    assert asked(rules.show_invoice, state, {"invoice_identifier": "number=I00000496"}, at) == []


# ---- what must be there --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ({}, []),
        ({"code": ""}, [("CRM-52", "body.code")]),
        ({"alternative_code": " "}, [("CRM-52", "body.alternative_code")]),
        ({"description": None}, [("CRM-52", "body.description")]),
    ],
)
def test_a_product_has_codes_and_a_description(
    state: State, at: datetime, change: dict[str, Any], broken: list[tuple[str, str]]
) -> None:
    assert asked(rules.create_product, state, {**PRODUCT, **change}, at) == broken


def test_a_product_names_its_rate_where_the_organisation_has_no_usual_one(state: State, at: datetime) -> None:
    state = replace(state, settings=replace(state.settings, vat_rate=""))
    assert asked(rules.create_product, state, PRODUCT, at) == [("CRM-52", "body.vat_rate_identifier")]
    assert asked(rules.create_product, state, {**PRODUCT, "vat_rate_identifier": {"name": "High"}}, at) == []


@pytest.mark.parametrize(
    ("kind", "broken"),
    [("PERSON", []), (None, [("CRM-52", "body.type")]), ("ROBOT", [("schema", "body.type")])],
)
def test_a_contact_is_a_person_or_a_company(
    state: State, at: datetime, kind: str | None, broken: list[tuple[str, str]]
) -> None:
    assert asked(rules.create_contact, state, {"type": kind, "last_name": "Litt"}, at) == broken


@pytest.mark.parametrize("rows", [[], None])
def test_the_rule_itself_wants_an_item(state: State, at: datetime, invoice: Invoice, rows: Any) -> None:
    command = invoice(invoice_item_set=rows)
    assert asked(rules.create_invoice, state, command, at) == [("CRM-30", "body.invoice_item_set")]


@pytest.mark.parametrize(
    ("amount", "broken"),
    [
        (None, [("CRM-52", "body.payment_amount")]),
        (MOST, []),
        (MOST + 1, [("CRM-50", "body.payment_amount")]),
    ],
)
def test_a_payment_has_an_amount_that_a_double_holds(
    state: State, at: datetime, amount: int | None, broken: list[tuple[str, str]]
) -> None:
    assert asked(rules.create_payment, state, {**PAYMENT, "payment_amount": amount}, at) == broken


@pytest.mark.parametrize(("cost", "broken"), [(MOST, []), (MOST + 1, [("CRM-50", "body.invoice_item_set")])])
def test_an_invoice_has_a_total_that_a_double_holds(
    state: State, at: datetime, invoice: Invoice, cost: int, broken: list[tuple[str, str]]
) -> None:
    line = {"product_identifier": {"code": "Bronze"}, "quantity": 1, "cost": cost}
    assert asked(rules.create_invoice, state, invoice(line), at) == broken


# ---- dates ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("posted_on", "broken"), [("2017-04-30T23:59:59", ["CRM-06"]), ("2017-05-01T00:00:00", [])]
)
def test_a_closed_period_holds_its_last_second(
    state: State, at: datetime, invoice: Invoice, posted_on: str, broken: list[str]
) -> None:
    until = stamp_of("2017-04-30T23:59:59")
    state = replace(state, settings=replace(state.settings, closed_until=until))
    seen = asked(rules.create_invoice, state, invoice(posted_on=posted_on), at)
    assert [rule for rule, _ in seen] == broken


@pytest.mark.parametrize(("second", "broken"), [(0, ["CRM-06"]), (1, [])])
def test_nothing_is_posted_in_the_last_second_of_a_closed_period(
    state: State, at: datetime, invoice: Invoice, second: int, broken: list[str]
) -> None:
    until = state.local(at)
    state = replace(state, settings=replace(state.settings, closed_until=until))
    seen = asked(rules.create_invoice, state, invoice(), at.replace(second=second))
    assert [rule for rule, _ in seen] == broken


# ---- lines ---------------------------------------------------------------------------------------


def test_an_account_that_funds_no_members_pays_for_none_even_of_its_own_group(
    client: Any, invoice: Invoice
) -> None:
    def whom(parent: str, member: str) -> dict[str, Any]:
        return invoice(
            accounts_receivable_identifier={"number": parent},
            member_accounts_receivable_identifier={"number": member},
        )

    client.done("invoices/create", whom("ACR0000008050", "ACR0000008052"))
    assert client.refused("invoices/create", whom("ACR0000000214", "ACR0000008053")).rules == ("CRM-07",)


@pytest.mark.parametrize(
    ("off", "noted"),
    [({}, False), ({"discount_percentage": 5}, True), ({"discount_amount": 5}, True), ({"discount_amount": 0}, False)],
)  # fmt: skip
def test_a_discount_beside_a_sub_total_is_noted(
    client: Any, invoice: Invoice, off: dict[str, Any], noted: bool
) -> None:
    line = {"product_identifier": {"code": "Bronze"}, "quantity": 1, "sub_total": 50, **off}
    assert ("CRM-26" in client.ask("invoices/create", invoice(line)).event.notes) is noted


@pytest.mark.parametrize(
    ("reading", "more", "broken"),
    [
        ("refused", {"quantity": 1}, [("CRM-39", "body.invoice_item_set.0.quantity")]),
        ("refused", {}, []),
        ("ignored", {"quantity": 1}, []),
    ],
)
def test_a_quantity_of_traced_goods_is_refused_under_its_reading(
    state: State,
    at: datetime,
    invoice: Invoice,
    reading: str,
    more: dict[str, Any],
    broken: list[tuple[str, str]],
) -> None:
    line = smartcards(CARD, **more)
    assert asked(rules.create_invoice, state, invoice(line), at, {"CRM-39": reading}) == broken


OTHER = {"installed_item_identifier": {"serial_number": "1000140090"}}
SECOND = "body.invoice_item_set.0.installed_items_set.1"


@pytest.mark.parametrize(
    ("record", "broken"),
    [
        ({**OTHER}, []),
        ({**OTHER, "action": "add "}, []),
        ({**OTHER, "action": "UPDATE"}, [("CRM-49", f"{SECOND}.installed_item_identifier")]),
        ({**OTHER, "action": "REMOVE"}, [("CRM-49", f"{SECOND}.installed_item_identifier")]),
        ({**CARD, "action": "UPDATE"}, []),
        ({**CARD, "action": "SWAP"}, [("CRM-49", f"{SECOND}.action")]),
    ],
)
def test_a_record_of_a_piece_adds_it_or_is_about_one_that_is_there(
    state: State, at: datetime, invoice: Invoice, record: dict[str, Any], broken: list[tuple[str, str]]
) -> None:
    assert asked(rules.create_invoice, state, invoice(smartcards(CARD, record)), at) == broken


def test_a_piece_is_sold_as_what_it_is(client: Any, invoice: Invoice) -> None:
    told = {"code": "DEC", "type_identifier": {"name": "Traceable good"}}
    assert isinstance(client.kit.act("crmcom", "addProduct", told), Changed)
    line = smartcards(CARD, product_identifier={"code": "DEC"})
    assert client.refused("invoices/create", invoice(line)).rules == ("CRM-48",)
    client.done("invoices/create", invoice(smartcards(CARD)))


@pytest.mark.parametrize("action", ["UPDATE", "REMOVE"])
def test_a_change_of_an_item_says_which(client: Any, action: str) -> None:
    for whom in ({}, {"invoice_item_identifier": {"id": ""}}):
        sent = {**DRAFT, "invoice_item_set": [{"action": action, "quantity": 1, **whom}]}
        assert client.refused("invoices/update", sent).rules == ("CRM-01",)


def test_an_item_keeps_its_product(client: Any) -> None:
    shown = client.done("invoices/show", {"invoice_identifier": "back_office_code=C-2017-0123-01"})
    own = {"invoice_item_identifier": {"id": shown["invoice_item_set"][0]["id"]}, "action": "UPDATE"}
    for product, broken in (({"product_identifier": {"code": "Bronze"}}, ("CRM-49",)), ({}, ())):
        reply = client.ask(
            "invoices/update", {**DRAFT, "invoice_item_set": [{**own, "quantity": 1, **product}]}
        )
        assert reply.rules == broken


@pytest.mark.parametrize(("amount", "broken"), [(-1, ["CRM-46"]), (1, []), (None, [])])
def test_a_person_enters_no_less_than_nothing(
    state: State, at: datetime, amount: int | None, broken: list[str]
) -> None:
    command = {"number": "I00000496"} | ({} if amount is None else {"amount": amount})
    assert [rule for rule, _ in asked(desk.register_payment, state, command, at)] == broken


@pytest.mark.parametrize(
    ("days", "broken"), [(0, []), (DAYS_MAX, []), (-1, ["schema"]), (DAYS_MAX + 1, ["schema"])]
)
def test_a_credit_period_has_a_century_of_days_at_most(
    state: State, at: datetime, days: int, broken: list[str]
) -> None:
    assert [rule for rule, _ in asked(desk.set_credit_period, state, {"days": days}, at)] == broken


@pytest.mark.parametrize(("cost", "rule"), [(10**400, "CRM-50"), ("100", "schema"), (True, "schema")])
def test_a_number_that_is_too_large_is_not_called_a_text(
    state: State, at: datetime, invoice: Invoice, cost: Any, rule: str
) -> None:
    line = {"product_identifier": {"code": "Bronze"}, "quantity": 1, "cost": cost}
    assert asked(rules.create_invoice, state, invoice(line), at) == [(rule, "body.invoice_item_set.0.cost")]


@pytest.mark.parametrize(
    ("word", "broken"), [(..., ["CRM-52"]), ("PENDING", ["CRM-29"]), ("DRAFT", []), ("POSTED", [])]
)
def test_a_stage_that_is_missing_is_not_called_unknown(
    state: State, at: datetime, invoice: Invoice, word: Any, broken: list[str]
) -> None:
    seen = asked(rules.create_invoice, state, invoice(life_cycle_state=word), at)
    assert [rule for rule, _ in seen] == broken


def test_a_payment_lists_what_it_pays_and_nothing_else(client: Any, invoice: Invoice) -> None:
    line = {"product_identifier": {"code": "Bronze"}, "quantity": 1, "cost": Decimal("0.01")}
    cent = client.done("invoices/create", invoice(line))["number"]
    client.done("invoices/create", invoice(life_cycle_state="DRAFT"))
    made = client.done("payments/create", {**PAYMENT, "payment_amount": 100})
    assert [one["number"] for one in made["invoices_to_pay_set"]] == ["I00000496", cent]
    again = client.done("payments/create", {**PAYMENT, "payment_amount": 100})
    assert again["invoices_to_pay_set"] == []
