"""What may be on an invoice, and what becomes of drafts? Examples beside those of the rule book."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Invoice = Callable[..., dict[str, Any]]
DRAFT = {"invoice_identifier": {"back_office_code": "C-2017-0123-01"}}


def item(code: str, **members: Any) -> dict[str, Any]:
    return {"product_identifier": {"code": code}, **members}


def shown(client: Any, code: str) -> Any:
    return client.done("invoices/show", {"invoice_identifier": f"back_office_code={code}"})


def test_a_repeated_creation_is_refused_and_the_first_is_found(client: Any, invoice: Invoice) -> None:
    made = client.done("invoices/create", invoice(back_office_code="C-9"))
    reply = client.refused("invoices/create", invoice(back_office_code="C-9"))
    assert reply.json["status"]["code"] == "DUPLICATE_BACK_OFFICE_CODE"
    assert shown(client, "C-9")["id"] == made["id"]


@pytest.mark.parametrize("field", ["id", "number", "reference_number"])
def test_an_invoice_is_found_by_each_of_its_names(client: Any, invoice: Invoice, field: str) -> None:
    made = client.done("invoices/create", invoice())
    found = client.done("invoices/show", {"invoice_identifier": f"{field}={made[field]}"})
    assert found["number"] == made["number"]


def test_a_draft_is_changed_line_by_line(client: Any) -> None:
    first = shown(client, "C-2017-0123-01")["invoice_item_set"][0]["id"]
    client.done(
        "invoices/update",
        {**DRAFT, "invoice_item_set": [{"action": "ADD", **item("Bronze", quantity=1, cost=2)}]},
    )
    change = {"action": "update", "invoice_item_identifier": {"id": first}, "quantity": 2}
    made = client.done("invoices/update", {**DRAFT, "invoice_item_set": [change]})
    assert made["total_amount"] == 244
    gone = {"action": "REMOVE", "invoice_item_identifier": {"id": first}}
    assert client.done("invoices/update", {**DRAFT, "invoice_item_set": [gone]})["total_amount"] == 2
    assert [one["sub_total"] for one in shown(client, "C-2017-0123-01")["invoice_item_set"]] == [2]


def test_a_cost_can_become_a_sub_total(client: Any) -> None:
    line = shown(client, "C-2017-0123-01")["invoice_item_set"][0]["id"]
    change = {"action": "UPDATE", "invoice_item_identifier": {"id": line}, "sub_total": 50}
    assert client.done("invoices/update", {**DRAFT, "invoice_item_set": [change]})["total_amount"] == 50


def test_the_last_line_of_a_draft_stays(client: Any) -> None:
    line = shown(client, "C-2017-0123-01")["invoice_item_set"][0]["id"]
    gone = {"action": "REMOVE", "invoice_item_identifier": {"id": line}}
    assert client.refused("invoices/update", {**DRAFT, "invoice_item_set": [gone]}).rules == ("CRM-30",)


def test_a_line_of_another_invoice_is_unknown(client: Any) -> None:
    line = shown(client, "OPENING")["invoice_item_set"][0]["id"]
    gone = {"action": "REMOVE", "invoice_item_identifier": {"id": line}}
    assert client.refused("invoices/update", {**DRAFT, "invoice_item_set": [gone]}).rules == ("CRM-28",)


def test_a_draft_can_move_to_another_account(client: Any) -> None:
    client.done("invoices/update", {**DRAFT, "accounts_receivable_identifier": {"number": "401"}})
    listed = client.done("invoices/list", {"accounts_receivable_identifier": "number=401"})
    assert [one["back_office_code"] for one in listed] == ["C-2017-0123-01", "OPENING"]
    left = client.done("invoices/list", {"accounts_receivable_identifier": "number=ACR0000000214"})
    assert left == []


def test_posting_a_draft_keeps_its_number_and_makes_it_due(client: Any) -> None:
    before = shown(client, "C-2017-0123-01")
    client.kit.advance(days=10)
    client.token = client.log_in()
    made = client.done("invoices/post", DRAFT)
    assert made["number"] == before["number"]
    assert (made["posted_on"], made["due_on"]) == ("2017-05-15T09:00:00", "2017-05-17T09:00:00")
    assert made["outstanding_amount"] == 121


def test_pieces_of_a_draft_can_be_sold_in_the_meantime(client: Any, invoice: Invoice) -> None:
    card = {"installed_item_identifier": {"serial_number": "1000140089"}}
    line = item("Smartcard", cost=2, installed_items_set=[card])
    client.done("invoices/create", invoice(line, life_cycle_state="DRAFT", back_office_code="D"))
    client.done("invoices/create", invoice(line))
    reply = client.refused("invoices/post", {"invoice_identifier": {"back_office_code": "D"}})
    assert reply.rules == ("CRM-48",)


def test_a_posting_in_a_closed_month_is_refused_even_without_a_date(client: Any, invoice: Invoice) -> None:
    client.kit.act("crmcom", "closePeriod", {"until": "2017-05-31T23:59:59"})
    assert client.refused("invoices/create", invoice()).rules == ("CRM-06",)
    client.done("invoices/create", invoice(life_cycle_state="DRAFT"))


def test_the_clock_of_the_organisation_decides_what_the_future_is(client: Any, invoice: Invoice) -> None:
    client.done("invoices/create", invoice(posted_on="2017-05-05T09:00:00"))
    assert client.refused("invoices/create", invoice(posted_on="2017-05-05T09:00:01")).rules == ("CRM-06",)


@pytest.mark.parametrize("name", ["id", "number"])
def test_an_empty_member_counts_as_not_given(client: Any, invoice: Invoice, name: str) -> None:
    client.done("invoices/create", invoice(accounts_receivable_identifier={"name": "Mathew Litt", name: ""}))


def test_a_freed_code_can_be_used_again_under_its_reading(
    open_client: Callable[..., Any], invoice: Invoice
) -> None:
    client = open_client(readings={"CRM-35": "freed"})
    client.done("invoices/reject", DRAFT)
    client.done("invoices/create", invoice(back_office_code="C-2017-0123-01"))
    reply = client.refused("invoices/show", {"invoice_identifier": "back_office_code=C-2017-0123-01"})
    assert reply.rules == ("CRM-28",)


def test_a_list_is_paged_and_narrowed(client: Any, invoice: Invoice) -> None:
    for _ in range(3):
        client.done("invoices/create", invoice())
    account = {"accounts_receivable_identifier": "number=401", "fields_set": "number"}
    page = client.done("invoices/list", {**account, "number_of_results": 2, "offset": 1})
    assert page == [{"number": "I00000499"}, {"number": "I00000498"}]
    of_category = client.done("invoices/list", {**account, "category_identifier": "code=CAT1"})
    assert of_category == [{"number": "I00000496"}]
    assert client.done("invoices/list", {**account, "type_identifier": "name=Invoice 1"}) == []


def test_wanted_fields_may_come_as_an_array(client: Any, invoice: Invoice) -> None:
    assert set(client.done("invoices/create", invoice(fields_set=["id", "number"]))) == {"id", "number"}


def test_an_unknown_field_is_refused_under_its_reading(
    open_client: Callable[..., Any], invoice: Invoice
) -> None:
    client = open_client(readings={"CRM-34": "refused"})
    assert client.refused("invoices/create", invoice(fields_set="nummer")).rules == ("CRM-34",)


def test_a_single_piece_still_works_from_r17_under_its_reading(
    open_client: Callable[..., Any], invoice: Invoice
) -> None:
    client = open_client(readings={"CRM-08": "single-too"})
    line = item("Smartcard", cost=2, installed_item_identifier={"serial_number": "1000140089"})
    assert client.done("invoices/create", invoice(line))["total_amount"] == 2


def test_before_r15_nothing_is_known_of_pieces_and_warehouses(
    open_client: Callable[..., Any], invoice: Invoice
) -> None:
    client = open_client(release="R14")
    line = item("Smartcard", cost=2, quantity=3, from_warehouse={"name": "Elsewhere"})
    assert client.done("invoices/create", invoice(line))["total_amount"] == 6


def test_user_defined_fields_come_back(client: Any, invoice: Invoice) -> None:
    sent = {"udf_string_1": "x", "udf_float_1": 1.5, "udf_date_1": "2017-05-05T00:00:00", "udf_float_9": 1}
    client.done("invoices/create", invoice(back_office_code="U", **sent))
    whole = shown(client, "U")
    assert (whole["udf_string_1"], str(whole["udf_float_1"]), whole["udf_date_1"]) == (
        "x",
        "1.5",
        "2017-05-05T00:00:00",
    )
    assert "udf_float_9" not in whole
