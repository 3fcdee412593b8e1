"""Are customers, addresses, products, current lines and lists what their pages say? Through the wire, by examples."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixmocks.engine.outcome import Changed
from ixmocks.kit import Kit, Reply
from ixmocks.telecomx import SYSTEM, tokens
from ixmocks.telecomx.tokens import Kind

CUSTOMER, OTHER = "123457890ABCDEF12345678", "54463ed73fc6ea53780080cf"
FOREIGN, RESELLER = "59a1c0de00000000000000f2", "123457890ABCDEF12345679"
PRODUCT, AD_HOC, MASTER = "1234567890ABCDEF12345677", "59a1c0de0000000000000021", "59a1c0de0000000000000011"
HOME = {"address": "Stadionvej 12", "zip": "2770", "city": "Kastrup", "country": "DK"}


def kit(**readings: str) -> Kit:
    named = {name.replace("_", "-"): value for name, value in readings.items()}
    return Kit("documents", readings=named, systems=[SYSTEM])


def ask(world: Kit, method: str, path: str, body: Any = None, *, user: str = "api", **query: Any) -> Reply:
    token = tokens.issue(Kind.PERSISTENT, 0, user=user, world="default").text
    headers = {"authorization": f"Bearer {token}"}
    return world.ask("telecomx", method, path, json=body, query=query, headers=headers)


def test_a_customer_is_made_found_and_given_its_code() -> None:
    world = kit()
    made = ask(world, "POST", "/customer", {"name": "Sponsor A/S", "addresses": [HOME]}).json
    path = f"/customer/{made['_id']}"
    changed = ask(world, "POST", path, {"finance": {"accountingSystemId": "100245"}}).json
    assert changed["finance"] == {"accountingSystemId": "100245"}
    assert changed["addresses"] == made["addresses"]
    found = ask(world, "GET", "/customer", filter="100245", full=True).json
    assert found["customers"] == [changed]
    assert ask(world, "GET", path, user="other").status == 403


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ({**HOME, "address": "Vej1"}, "addresses[0].address"), ({**HOME, "zip": "277"}, "addresses[0].zip"),
        ({**HOME, "zip": "27700"}, "addresses[0].zip"), ({**HOME, "zip": "27a0"}, "addresses[0].zip"),
        ({**HOME, "country": "SE", "zip": "12"}, "addresses[0].zip"),
        ({**HOME, "country": "SE", "city": "X"}, "addresses[0].city"),
        ({**HOME, "country": "dk"}, "addresses[0].country"),
        ({**HOME, "country": "Danmark"}, "addresses[0].country"), ({**HOME, "zip": 2770}, "addresses[0].zip"),
    ],
)  # fmt: skip
def test_an_address_without_shape_is_refused_and_nothing_changes(address: Any, key: str) -> None:
    world = kit()
    before = world.state("telecomx")
    reply = ask(world, "POST", f"/customer/{CUSTOMER}", {"addresses": [address]})
    assert (reply.status, reply.json["message"]) == (422, key)
    assert world.state("telecomx") is before


@given(primaries=st.lists(st.booleans(), min_size=1, max_size=4))
def test_exactly_one_address_is_the_main_one(primaries: list[bool]) -> None:
    world = kit()
    for primary in primaries:
        assert ask(world, "POST", f"/customer/{CUSTOMER}/address", {**HOME, "primary": primary}).status == 200
    addresses = ask(world, "GET", f"/customer/{CUSTOMER}").json["addresses"]
    assert len(addresses) == len(primaries) + 1
    assert [one["primary"] for one in addresses].count(True) == 1
    last = max((n for n, primary in enumerate(primaries, 1) if primary), default=0)
    assert addresses[last]["primary"]


def test_an_address_is_read_and_changed_by_its_id() -> None:
    world = kit()
    path = f"/customer/{CUSTOMER}/address/59a1c0de0000000000000031"
    changed = ask(world, "POST", path, {"address": "Lufthavnsvej 123"}, user="owner").json
    assert ask(world, "GET", path).json == changed
    assert changed["city"] == "Kastrup"


def test_notes_are_for_resellers_only() -> None:
    world = kit()
    ask(world, "POST", f"/customer/{CUSTOMER}", {"notes": "Pays late"})
    assert ask(world, "GET", f"/customer/{CUSTOMER}").json["notes"] == "Pays late"
    assert "notes" not in ask(world, "GET", f"/customer/{CUSTOMER}", user="owner").json


@pytest.mark.parametrize(
    ("user", "status"), [("viewer", 403), ("owner", 200), ("other", 403), ("admin", 200)]
)
def test_who_may_change_a_customer(user: str, status: int) -> None:
    assert ask(kit(), "POST", f"/customer/{CUSTOMER}", {"website": "example.org"}, user=user).status == status


def test_a_deleted_customer_is_listed_only_when_asked_for() -> None:
    world = kit()
    assert isinstance(world.act("telecomx", "editCustomer", {"customer": OTHER, "state": "DELETED"}), Changed)
    names = [one["_id"] for one in ask(world, "GET", "/customer").json["customers"]]
    assert names == [CUSTOMER]
    assert ask(world, "GET", "/customer", includeDeleted=True).json["total"] == 3
    assert ask(world, "GET", "/customer", customerIds=f"{CUSTOMER},{FOREIGN}").json["total"] == 1


def test_a_product_keeps_what_it_inherits() -> None:
    world = kit()
    body = {
        "inheritFrom": MASTER,
        "productCode": "SEAT",
        "name": "Seat",
        "price": 750,
        "wholesale": 1,
        "type": "DSL",
    }
    made = ask(world, "POST", "/product", body).json
    assert (made["wholesale"], made["type"], made["price"], made["reseller"]) == (950, "OTHER", 750, RESELLER)
    assert ask(world, "POST", f"/product/{MASTER}", {"wholesale": 900}, user="admin").json["wholesale"] == 900
    assert ask(world, "GET", f"/product/{made['_id']}").json["wholesale"] == 900
    assert ask(world, "POST", f"/product/{MASTER}", {"wholesale": 1}).status == 403


def test_the_list_of_products_is_what_can_be_used_for_the_customer() -> None:
    world = kit()
    codes = [one["productCode"] for one in ask(world, "GET", "/product").json]
    assert "OLD" not in codes and "NEW" not in codes and "FOREIGN" not in codes and "DSL-GIG" not in codes
    assert {"OLD", "NEW"} <= {one["productCode"] for one in ask(world, "GET", "/product", all=True).json}
    special = {one["name"] for one in ask(world, "GET", "/product", customer=OTHER).json}
    assert "Særpris" in special
    assert "Særpris" not in {one["name"] for one in ask(world, "GET", "/product", customer=CUSTOMER).json}
    masters = ask(world, "GET", "/product", master=True, type="AD_HOC").json
    assert [one["productCode"] for one in masters] == ["M-AD-HOC"]
    world.advance(days=30)
    assert "NEW" in {one["productCode"] for one in ask(world, "GET", "/product").json}


def test_a_product_that_ended_is_not_invoiced_any_more() -> None:
    world = kit()
    body = {"customer": CUSTOMER, "sent": False, "lines": [{"product": PRODUCT, "units": 1}]}
    assert ask(world, "POST", "/invoice", body).status == 200
    world.act("telecomx", "endProduct", {"product": PRODUCT})
    assert ask(world, "POST", "/invoice", body).rules == ("TCX-27",)
    waiting = {"customer": CUSTOMER, "sent": False, "currentInvoices": ["1234567890ABCDEF12345670"]}
    assert ask(world, "POST", "/invoice", waiting).status == 200


@pytest.mark.parametrize(("reading", "status"), [("ignored", 200), ("refused", 422)])
def test_only_ad_hoc_products_recur(reading: str, status: int) -> None:
    body = {"customer": CUSTOMER, "product": PRODUCT, "units": 1, "recurrence": "YEARLY"}
    assert ask(kit(TCX_38=reading), "POST", "/invoice/current", body).status == status
    made = ask(kit(TCX_38=reading), "POST", "/invoice/current", {**body, "product": AD_HOC}).json
    assert made["recurrence"] == "YEARLY"


def test_a_current_line_is_made_changed_invoiced_and_gone() -> None:
    world = kit()
    body = {"customer": CUSTOMER, "product": PRODUCT, "units": 2, "unitPrice": 10, "unitWholesale": 5}
    made = ask(world, "POST", "/invoice/current", body).json
    path = f"/invoice/current/{made['_id']}"
    assert ask(world, "POST", path, {"units": 3}).json == {**made, "units": 3}
    assert made["_id"] in {
        one["_id"] for one in ask(world, "GET", "/invoice/current", customer=CUSTOMER).json
    }
    invoice = {"customer": CUSTOMER, "sent": False, "currentInvoices": [made["_id"], made["_id"]]}
    answer = ask(world, "POST", "/invoice", invoice).json
    assert (answer["subTotal"], answer["subTotalWholesale"]) == (30, 15)
    assert ask(world, "GET", path).json["message"] == "not_found"
    assert ask(world, "DELETE", path).status == 404
    assert ask(world, "POST", "/invoice", invoice).json["message"] == "currentInvoices"


@given(count=st.integers(0, 7), offset=st.integers(0, 9), limit=st.integers(1, 4))
def test_pages_make_the_whole_list(count: int, offset: int, limit: int) -> None:
    world = kit()
    for number in range(count):
        body = {
            "customer": OTHER,
            "sent": False,
            "headline": str(number),
            "lines": [{"product": PRODUCT, "units": 1}],
        }
        ask(world, "POST", "/invoice", body)
    whole = ask(world, "GET", "/invoice", customer=OTHER).json
    assert whole["total"] == count + 1 == len(whole["invoices"])
    page = ask(world, "GET", "/invoice", customer=OTHER, offset=offset, limit=limit).json
    assert page["invoices"] == whole["invoices"][offset : offset + limit]
    assert page["total"] == count + 1


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ({}, 2), ({"fromDate": "2017-04-01"}, 1), ({"fromDate": "2017-03-31"}, 0),
        ({"fromDate": "2015-01-01", "toDate": "2017-04-01"}, 2), ({"toDate": "2015-01-01"}, 1),
        ({"fromDate": "0001-01-01", "toDate": "9999-12-31"}, 2), ({"externalLicenses": True}, 0),
    ],
)  # fmt: skip
def test_the_overview_of_a_reseller_goes_by_danish_days(query: dict[str, Any], total: int) -> None:
    answer = ask(kit(), "GET", "/invoice", reseller=RESELLER, **query).json
    assert (answer["total"], answer["limit"]) == (total, 500)


def test_an_admin_sees_all_and_a_reseller_her_own() -> None:
    world = kit()
    assert ask(world, "GET", "/invoice", user="admin").json["total"] == 3
    assert ask(world, "GET", "/invoice", user="other").json["total"] == 1
    assert ask(world, "GET", "/invoice", user="owner").status == 403
    assert ask(world, "GET", "/invoice", customer=FOREIGN).status == 403
    assert ask(world, "GET", "/invoice", reseller="59a1c0de00000000000000f1").status == 403
    assert ask(world, "GET", "/invoice", customer="nobody").json["message"] == "customer"
