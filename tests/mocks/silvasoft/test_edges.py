"""Do the rules of Silvasoft begin and end exactly where they should? Both sides of each edge, seen from the wire."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from ixmocks.engine.outcome import Refused
from ixmocks.kit import Kit, Reply
from ixmocks.silvasoft import rules
from ixmocks.silvasoft.form import Form
from ixmocks.silvasoft.lines import _tax
from ixmocks.silvasoft.money import AMOUNT_MAX_CENTS
from ixmocks.silvasoft.orders import ORDERS_MAX
from ixmocks.silvasoft.products import PRODUCTS_MAX
from ixmocks.silvasoft.relations import RELATIONS_MAX
from ixmocks.systems import SYSTEMS

LINE = {"ProductNumber": "LID-01", "Quantity": 1, "UnitPriceExclTax": 100, "TaxPc": 21, "Description": "Seat"}
MOST = AMOUNT_MAX_CENTS // 100


@pytest.fixture(scope="module")
def shared() -> Kit:
    return Kit(
        "documents", clock="2017-05-05T09:00:00+02:00", systems=[s for s in SYSTEMS if s.name == "silvasoft"]
    )


@pytest.fixture
def kit(shared: Kit) -> Kit:
    shared.world().reset()
    return shared


def product(kit: Kit) -> str:
    state = kit.state("silvasoft")
    return next(each.article for each in state.goods.all.values() if not each.archived and each.article)


def add(kit: Kit, call: str = "addsalesinvoice", line: dict[str, Any] | None = None, **more: Any) -> Reply:
    lines = "Order_Orderline" if call == "addorder" else "Invoice_InvoiceLine"
    one = {**LINE, "ProductNumber": product(kit), **(line or {})}
    one = {name: value for name, value in one.items() if value is not ...}
    return kit.ask("silvasoft", "POST", f"/rest/{call}/", json={"CustomerNumber": 1, lines: [one], **more})


def notes(reply: Reply) -> tuple[str, ...]:
    assert reply.status == 200, reply.body
    return reply.event.notes


@pytest.mark.parametrize(
    ("more", "noted"),
    [
        ({"AddAsDraft": True, "InvoiceNumber": 77}, True),
        ({"AddAsDraft": True}, False),
        ({"AddAsDraft": False, "InvoiceNumber": 77}, False),
    ],
)
def test_only_a_draft_ignores_a_number_of_its_own(kit: Kit, more: dict[str, Any], noted: bool) -> None:
    assert ("SILV-50" in notes(add(kit, **more))) is noted


@pytest.mark.parametrize(("days", "noted"), [(1, True), (0, False), (None, False)])
def test_due_days_count_from_one_on(kit: Kit, days: int | None, noted: bool) -> None:
    assert ("SILV-51" in notes(add(kit, **({} if days is None else {"InvoiceDueDays": days})))) is noted


@pytest.mark.parametrize(
    ("line", "noted"), [({"TaxPc": ""}, True), ({"TaxPc": ...}, False), ({"TaxPc": 21}, False)]
)
def test_only_an_empty_percentage_is_said_to_be_the_products(
    kit: Kit, line: dict[str, Any], noted: bool
) -> None:
    assert ("SILV-52" in notes(add(kit, line=line))) is noted


def test_an_amount_beyond_a_double_is_refused_and_a_large_one_is_not(kit: Kit) -> None:
    vast = add(kit, line={"UnitPriceExclTax": 10**200, "Quantity": 10**200})
    assert "SILV-62" in vast.rules, vast.violations
    assert add(kit, line={"UnitPriceExclTax": 10**9, "Quantity": 1000}).status == 200


@pytest.mark.parametrize(
    ("units", "more", "broken"),
    [
        (MOST, 0, ()),
        (-MOST, 0, ()),
        (MOST, 1, ("SILV-62",)),
        (-MOST, -1, ("SILV-62",)),
        (2 * MOST, -2 * MOST, ("SILV-62",)),
    ],
)
def test_each_amount_and_their_sum_end_where_doubles_do(
    kit: Kit, units: int, more: int, broken: tuple[str, ...]
) -> None:
    free = next(
        each for each in kit.state("silvasoft").goods.all.values() if each.article and not each.archived
    )
    lines = [
        {"ProductNumber": free.article, "TaxPc": 0, "Quantity": 2, "UnitPriceExclTax": Decimal(amount) / 2}
        for amount in (units, more)
    ]
    command = {"CustomerNumber": 1, "Invoice_InvoiceLine": lines}
    outcome = rules.add_sales_invoice(kit.state("silvasoft"), command, at=kit.now, readings={})
    assert tuple(each.rule for each in getattr(outcome, "violations", ())) == broken


@pytest.mark.parametrize(
    ("reading", "amount", "broken"),
    [
        ("refused", "10.05", ()),
        ("refused", "10.5", ()),
        ("refused", "10.005", ("SILV-55",)),
        ("rounded", "10.005", ()),
    ],
)
def test_two_decimals_are_money_and_three_are_not(
    kit: Kit, reading: str, amount: str, broken: tuple[str, ...]
) -> None:
    row = {"TaxPc": 0, "SubTotalInclTax": Decimal(amount)}
    command = {"CustomerNumber": 1, "Invoice_InvoiceLine": [row]}
    state, readings = kit.state("silvasoft"), {"SILV-55": reading}
    outcome = rules.add_sales_transaction(state, command, at=kit.now, readings=readings)
    assert tuple(each.rule for each in getattr(outcome, "violations", ())) == broken


def test_a_line_without_any_product_is_told_what_is_mandatory(kit: Kit) -> None:
    reply = add(kit, line={"ProductNumber": ...})
    assert reply.rules == ("SILV-36",)
    assert "mandatory" in str(reply.json)
    assert "mandatory" not in str(add(kit, line={"ProductNumber": "no such product"}).json)
    blank = add(kit, line={"ProductNumber": " ", "ProductEAN": ""})
    assert [(each.rule, each.message) for each in blank.violations] == [
        ("SILV-36", "ProductNumber or ProductEAN is mandatory")
    ]


@pytest.mark.parametrize("role", ["Customer", "Supplier"])
def test_a_number_that_another_relation_has_cannot_be_taken(kit: Kit, role: str) -> None:
    def relation(name: str, number: int) -> int:
        sent = {"Name": name, f"Is{role}": True, f"{role}Number": number}
        made = kit.ask("silvasoft", "POST", "/rest/addbusinessrelation/", json=sent).json
        return int(made[0]["RelationGUID"])

    first, second = relation("First", 771), relation("Second", 772)
    for guid, number, broken in ((second, 771, True), (second, 772, False), (first, 773, False)):
        sent = {"RelationGUID": guid, f"{role}Number": number}
        reply = kit.ask("silvasoft", "PUT", "/rest/updaterelation/", json=sent)
        assert [(each.rule, each.at) for each in reply.violations] == (
            [("SILV-40", f"body.{role}Number")] if broken else []
        )


@pytest.mark.parametrize("call", ["Order", "Invoice"])
def test_an_address_is_noted_only_where_one_came(kit: Kit, call: str) -> None:
    operation = "addorder" if call == "Order" else "addsalesinvoice"
    address = [
        {"Address_Street": "Voorbeeldstr.", "Address_City": "Antwerpen", "Address_Type": "BillingAddress"}
    ]
    assert "SILV-75" not in notes(add(kit, operation))
    assert "SILV-75" in notes(add(kit, operation, **{f"{call}_Address": address}))


@pytest.mark.parametrize(
    ("call", "most"),
    [("listorders", ORDERS_MAX), ("listproducts", PRODUCTS_MAX), ("listrelations", RELATIONS_MAX)],
)
def test_a_limit_is_cut_from_one_more_than_the_most_on(kit: Kit, call: str, most: int) -> None:
    for limit, cut in ((most, False), (most + 1, True)):
        reply = kit.ask("silvasoft", "GET", f"/rest/{call}/", query={"Limit": limit})
        assert ("SILV-32" in notes(reply)) is cut


def test_a_name_and_an_address_together_are_noted_and_one_match_is_not_called_many(kit: Kit) -> None:
    state = kit.state("silvasoft")
    one = next(each for each in state.parties.all.values() if each.customer_number == 1)
    alone = add(kit, CustomerNumber=0, CustomerName=one.name)
    both = add(kit, CustomerNumber=0, CustomerName=one.name, CustomerEmail=one.email)
    mail = add(kit, CustomerNumber=0, CustomerEmail=one.email)
    assert [("SILV-06" in notes(reply)) for reply in (alone, both, mail)] == [False, True, False]
    assert "SILV-07" not in notes(both)


def test_a_draft_is_not_posted_under_a_number_that_is_taken(kit: Kit) -> None:
    assert add(kit, AddAsDraft=True).status == 200
    refused = kit.act("silvasoft", "postDraft", {"Number": 1})
    assert isinstance(refused, Refused)
    assert [each.rule for each in refused.violations] == ["SILV-10"]
    assert not isinstance(kit.act("silvasoft", "postDraft", {"Number": 99}), Refused)


@pytest.mark.parametrize(
    ("zero_exists", "has_product", "broken"),
    [(False, True, ["SILV-13"]), (False, False, []), (True, True, []), (True, False, [])],
)
def test_a_product_without_tax_needs_a_code_of_0_percent(
    kit: Kit, zero_exists: bool, has_product: bool, broken: list[str]
) -> None:
    state = kit.state("silvasoft")
    codes = {percent: code for percent, code in state.books.tax_by_percent.items() if percent or zero_exists}
    state = replace(state, books=replace(state.books, tax_by_percent=codes))
    untaxed = replace(next(iter(state.goods.all.values())), tax=None)
    form = Form({}, "body", [])
    tax = _tax(state, form, untaxed if has_product else None, [])
    assert [each.rule for each in form.found] == broken
    assert (tax is not None) is zero_exists
