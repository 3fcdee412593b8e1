"""Do the four samples of the vendor's page give what it prints, sent as it prints them?"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

UDFS: dict[str, Any] = {
    **{f"udf_string_{n}": f"udf string {n}" for n in range(1, 9)},
    **{f"udf_float_{n}": 10 * n for n in range(1, 9)},
    "udf_date_1": "2014-05-05T15:49:59",
    "udf_date_2": "2014-06-05T15:49:59",
    "udf_date_3": "2014-07-05T15:49:59",
    "udf_date_4": "2014-08-05T15:49:59",
}


def item(code: str, **members: Any) -> dict[str, Any]:
    return {"product_identifier": {"code": code}, **members}


FIRST = {
    "accounts_receivable_identifier": {"number": "401"},
    "type_identifier": {"name": "Invoice 1"},
    "life_cycle_state": "POSTED",
    "category_identifier": {"name": "Invoice Category 1"},
    "due_on": "2014-11-05T15:49:59",
    "notes": "to be issued later",
    **UDFS,
    "invoice_item_set": [
        item("Smart Card", quantity=3, cost=20, discount_percentage=5, vat_rate_identifier={"name": "Zero"}, **UDFS)
    ],
}  # fmt: skip
SECOND = {
    "accounts_receivable_identifier": {"number": "ACR0000000214"},
    "type_identifier": {"name": "Invoice"},
    "life_cycle_state": "POSTED",
    "notes": "to be issued later",
    **UDFS,
    "invoice_item_set": [
        item("Smartcard", quantity=3, cost=20, discount_percentage=5, vat_rate_identifier={"name": "Zero"}, **UDFS)
    ],
}  # fmt: skip
THIRD = {
    "accounts_receivable_identifier": {"number": "ACR0000008050"},
    "type_identifier": {"name": "Invoice"},
    "life_cycle_state": "POSTED",
    "member_accounts_receivable_identifier": {"number": "ACR0000008052"},
    "invoice_item_set": [
        item("Gold", quantity=1, cost=30, discount_percentage=10, vat_rate_identifier={"name": "Standard"}),
        item(
            "Sports 1", quantity=2, cost=10, discount_percentage=5, vat_rate_identifier={"name": "Standard"}
        ),
    ],
}
FOURTH = {
    "accounts_receivable_identifier": {"number": "ACR0000014008"},
    "type_identifier": {"name": "Invoice"},
    "life_cycle_state": "POSTED",
    "due_on": "2019-06-14T15:49:59",
    "invoice_item_set": [
        item("Bronze", cost=2, quantity=1),
        item(
            "Smartcard",
            cost=2,
            installed_items_set=[
                {"installed_item_identifier": {"serial_number": "1000140089"}},
                {"installed_item_identifier": {"serial_number": "1000140090"}},
            ],
        ),
    ],
}
PRINTED = [
    ("R14", "2014-10-29T18:20:40+01:00", FIRST, "57", "2014-10-29T18:20:40", "2014-11-05T15:49:59"),
    ("R14", "2016-07-05T15:33:48+02:00", SECOND, "57", "2016-07-05T15:33:48", "2016-07-07T15:33:48"),
    ("R14", "2017-04-05T17:28:29+02:00", THIRD, "57.5", "2017-04-05T17:28:29", "2017-04-07T17:28:29"),
    ("R17", "2019-05-17T10:28:29+02:00", FOURTH, "6", "2019-05-17T10:28:29", "2019-06-14T15:49:59"),
]


@pytest.mark.parametrize(("release", "clock", "body", "total", "posted", "due"), PRINTED)
def test_a_sample_gives_what_the_page_prints(
    open_client: Callable[..., Any], release: str, clock: str, body: dict[str, Any], total: str, posted: str, due: str
) -> None:  # fmt: skip
    made = open_client(clock=clock, release=release).done("invoices/create", body)
    assert Decimal(str(made.pop("total_amount"))) == Decimal(total)
    id, number, reference = made.pop("id"), made.pop("number"), made.pop("reference_number")
    assert (len(id), number[0], len(number), reference.isdigit()) == (32, "I", 9, True)
    assert made == {
        "posted_on": posted, "issued_on": posted, "due_on": due, "life_cycle_state": "POSTED",
        "outstanding_amount": None, "unsettled_amount": None, "currency_rate_period": None,
    }  # fmt: skip


@pytest.mark.parametrize("body", [FIRST, THIRD, FOURTH])
def test_three_of_the_samples_run_in_the_scenario_as_it_is(client: Any, body: dict[str, Any]) -> None:
    assert client.done("invoices/create", body)["life_cycle_state"] == "POSTED"


def test_the_first_sample_gets_the_number_of_the_page(client: Any) -> None:
    made = client.done("invoices/create", FIRST)
    assert (made["number"], made["reference_number"]) == ("I00000498", "542")


@pytest.mark.parametrize("reading", ["after-discount", "no-discount-on-taxed", "before-discount"])
@pytest.mark.parametrize(("body", "total"), [(FIRST, 57), (THIRD, Decimal("57.5")), (FOURTH, 6)])
def test_every_reading_of_the_tax_fits_every_sample(
    open_client: Callable[..., Any], reading: str, body: dict[str, Any], total: Decimal
) -> None:
    client = open_client(readings={"CRM-25": reading})
    assert client.done("invoices/create", body)["total_amount"] == total


def test_the_first_sample_shows_60_less_3(client: Any) -> None:
    made = client.done("invoices/create", FIRST)
    shown = client.done("invoices/show", {"invoice_identifier": f"id={made['id']}"})
    (line,) = shown["invoice_item_set"]
    amounts = ("net_amount", "discount_amount", "vat_amount", "sub_total", "discount_percentage")
    assert [line[name] for name in amounts] == [60, 3, 0, 57, 5]
    assert (line["vat_rate"]["name"], line["vat_rate"]["alternative_code"]) == ("Zero", "ZR")
    assert (shown["udf_string_8"], shown["udf_float_4"], shown["udf_date_4"]) == (
        "udf string 8",
        40,
        "2014-08-05T15:49:59",
    )
    assert "udf_float_5" not in shown


@pytest.mark.parametrize(("release", "rule"), [("R15", "CRM-09"), ("R17", "CRM-08")])
def test_the_second_sample_is_of_its_release_only(
    open_client: Callable[..., Any], release: str, rule: str
) -> None:
    reply = open_client(release=release).refused("invoices/create", SECOND)
    assert rule in reply.rules


def test_the_fourth_sample_is_of_its_release_only(open_client: Callable[..., Any]) -> None:
    assert "CRM-38" in open_client(release="R14").refused("invoices/create", FOURTH).rules
    assert "CRM-08" in open_client(release="R15").refused("invoices/create", FOURTH).rules
