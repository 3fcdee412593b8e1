"""What do people do inside CRM.COM, and do accounts, contacts and products come out as they were entered?"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from ixmocks.engine.outcome import Changed, Refused

DRAFT = "back_office_code=C-2017-0123-01"


def acted(client: Any, action: str, **params: Any) -> Any:
    outcome = client.kit.act("crmcom", action, params)
    assert isinstance(outcome, Changed), outcome
    return outcome.answer


def denied(client: Any, action: str, **params: Any) -> tuple[str, ...]:
    before = client.state
    outcome = client.kit.act("crmcom", action, params)
    assert isinstance(outcome, Refused)
    assert client.state is before
    return tuple(one.rule for one in outcome.violations)


def test_without_a_choice_the_oldest_draft_is_posted(client: Any) -> None:
    assert acted(client, "postInvoice")["life_cycle_state"] == "POSTED"
    assert client.done("invoices/show", {"invoice_identifier": DRAFT})["life_cycle_state"] == "POSTED"
    assert denied(client, "postInvoice") == ("CRM-01",)


def test_a_person_rejects_and_cancels(client: Any) -> None:
    assert acted(client, "rejectInvoice")["life_cycle_state"] == "REJECTED"
    assert acted(client, "cancelInvoice", back_office_code="OPENING")["number"] == "IC00000001"
    assert denied(client, "cancelInvoice", back_office_code="OPENING") == ("CRM-13",)


def test_a_person_enters_a_part_and_then_the_rest(client: Any) -> None:
    acted(client, "registerPayment", number="I00000496", amount=60)
    acted(client, "registerPayment", number="I00000496")
    found = client.done("invoices/show", {"invoice_identifier": "number=I00000496"})
    assert found["outstanding_amount"] == 0
    assert denied(client, "registerPayment", number="I00000496") == ("CRM-46",)


def test_more_than_is_outstanding_is_no_payment_of_an_invoice(client: Any) -> None:
    assert denied(client, "registerPayment", number="I00000496", amount=61) == ("CRM-46",)


def test_a_new_account_can_be_invoiced(client: Any, invoice: Callable[..., Any]) -> None:
    number = acted(client, "addAccount", name="New club", number="C-77", credit_period=14)["number"]
    made = client.done("invoices/create", invoice(accounts_receivable_identifier={"number": number}))
    assert (number, made["due_on"]) == ("C-77", "2017-05-19T09:00:00")
    assert denied(client, "addAccount", name="Again", number="C-77") == ("CRM-51",)


def test_a_new_product_has_its_price(client: Any, invoice: Callable[..., Any]) -> None:
    acted(client, "addProduct", code="CAP", type_identifier={"name": "Service"}, price=Decimal("12.5"))
    line = {"product_identifier": {"code": "CAP"}, "quantity": 2}
    assert client.done("invoices/create", invoice(line))["total_amount"] == 25
    acted(client, "setPrice", product_identifier={"code": "CAP"})
    assert client.refused("invoices/create", invoice(line)).rules == ("CRM-02",)


def test_a_new_piece_can_be_sold_once(client: Any, invoice: Callable[..., Any]) -> None:
    acted(client, "addInstalledItem", product_identifier={"code": "Smartcard"}, serial_number="9")
    card = {"installed_item_identifier": {"serial_number": "9"}}
    line = {"product_identifier": {"code": "Smartcard"}, "cost": 1, "installed_items_set": [card]}
    client.done("invoices/create", invoice(line))
    assert client.refused("invoices/create", invoice(line)).rules == ("CRM-48",)
    assert denied(client, "addInstalledItem", product_identifier={"code": "Gold"}, serial_number="8") == (
        "CRM-48",
    )


def test_a_setting_of_the_release_wins_over_the_reading(open_client: Callable[..., Any]) -> None:
    client = open_client(readings={"CRM-24": "r14"}, release="R17")
    line = {"product_identifier": {"code": "Gold"}, "quantity": 1}
    body = {
        "accounts_receivable_identifier": {"number": "401"},
        "type_identifier": {"name": "Invoice"},
        "life_cycle_state": "DRAFT",
        "invoice_item_set": [line],
    }
    client.done("invoices/create", body)
    acted(client, "setRelease")
    assert client.refused("invoices/create", body).rules == ("CRM-02",)


@pytest.mark.parametrize(("days", "due"), [(0, "2017-05-05T09:00:00"), (30, "2017-06-04T09:00:00")])
def test_the_credit_period_is_a_setting(
    client: Any, invoice: Callable[..., Any], days: int, due: str
) -> None:
    acted(client, "setCreditPeriod", days=days)
    assert client.done("invoices/create", invoice())["due_on"] == due


@pytest.mark.parametrize(
    ("operator", "due"),
    [("PLUS", "2017-05-17T09:00:00"), ("MINUS", "2017-05-05T09:00:00"), (None, "2017-05-15T09:00:00")],
)
def test_an_account_has_a_credit_period_of_its_own(
    client: Any, invoice: Callable[..., Any], operator: str | None, due: str
) -> None:
    told = {"name": "Own", "credit_period": 10, "credit_period_operator": operator}
    number = client.done("accounts_receivable/create", told)["number"]
    made = client.done("invoices/create", invoice(accounts_receivable_identifier={"number": number}))
    assert made["due_on"] == due


def test_closed_periods_stay_closed(client: Any) -> None:
    acted(client, "closePeriod", until="2017-04-30T23:59:59")
    assert denied(client, "closePeriod", until="2017-03-31T23:59:59") == ("CRM-06",)
    assert denied(client, "closePeriod", until="soon") == ("CRM-33",)


def test_an_update_clears_what_is_null_and_keeps_what_is_absent(client: Any) -> None:
    made = client.done(
        "accounts_receivable/create", {"name": "A", "notes": "n", "description": "d", "udf_string_1": "u"}
    )
    told = {"accounts_receivable_identifier": {"id": made["id"]}, "notes": None, "udf_string_1": None}
    changed = client.done("accounts_receivable/update", told)
    assert (changed["notes"], changed["description"], changed["udf_string_1"]) == (None, "d", None)
    assert changed["number"] == made["number"]


def test_a_contact_comes_back_as_it_was_given(client: Any) -> None:
    told = {
        "type": "COMPANY",
        "company_name": "Demo",
        "address_set": [{"town_city": "Gent"}],
        "demographics": {"x": 1},
    }
    made = client.done("contact_information/create", told)
    found = client.done("contact_information/show", {"contact_information_identifier": f"id={made['id']}"})
    assert found == made
    assert {name: found[name] for name in told} == told
    newest = client.done("contact_information/list", {"number_of_results": 1})
    assert [one["number"] for one in newest] == [made["number"]]


def test_a_product_is_found_by_each_of_its_codes(client: Any) -> None:
    told = {
        "code": "S",
        "alternative_code": "S-1",
        "description": "Seat",
        "type_identifier": {"name": "Service"},
    }
    made = client.done("products/create", told)
    for name in ("id", "code", "alternative_code"):
        assert client.done("products/show", {"product_identifier": f"{name}={made[name]}"}) == made
    assert client.refused("products/create", {**told, "code": "T"}).rules == ("CRM-51",)
