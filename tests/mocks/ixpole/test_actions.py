"""Can people do in iXpole what its screens let them do, and nothing that makes no sense?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ixmocks.engine.outcome import Changed, Refused
from ixmocks.ixpole import SYSTEM
from ixmocks.ixpole.actions import ACTIONS
from ixmocks.kit import Kit

KIT = Kit("documents", clock="2017-05-05T09:00:00+02:00", seed=7, systems=(SYSTEM,))
LATER = ["2017-06-01", "2017-07-01", "2017-08-01", "2017-09-01", "2017-10-01", "2017-11-01"]


@pytest.fixture(autouse=True)
def _fresh() -> None:
    KIT.world().reset()


def act(action: str, **params: Any) -> Any:
    outcome = KIT.act("ixpole", action, params)
    assert isinstance(outcome, Changed), outcome
    return outcome.answer


def refusal(action: str, **params: Any) -> list[str]:
    before = KIT.state("ixpole")
    outcome = KIT.act("ixpole", action, params)
    assert isinstance(outcome, Refused), outcome
    assert KIT.state("ixpole") is before
    return [violation.rule for violation in outcome.violations]


def instalment(code: str) -> Any:
    return next(row for row in act("showInstalments") if row["instalmentCode"] == code)


@given(
    cents=st.integers(0, 10**7), count=st.integers(1, 6), quantity=st.integers(1, 7),
    discount=st.sampled_from([0, 10, Decimal("33.3")]),
)  # fmt: skip
@example(cents=10000, count=3, quantity=1, discount=0)
def test_the_instalments_of_a_sale_make_the_whole(
    cents: int, count: int, quantity: int, discount: int | Decimal
) -> None:
    KIT.world().reset()
    price = Decimal(cents) / 100
    line = {"productId": 520, "quantity": quantity, "unitPriceExclVat": price, "discountPercentage": discount}
    answer = act("addSale", customerId=1, instalmentDates=LATER[:count], lines=[line, {"productId": 610}])
    rows = answer["instalments"]
    assert len(rows) == count
    net = [row["lines"][0]["amountExclVat"] for row in rows]
    exact = Decimal(cents) * quantity * (100 - discount) / 10000
    assert abs(sum(net) - exact) <= Decimal("0.005")
    assert len(set(net[:-1])) <= 1
    for row in rows:
        for sold in row["lines"]:
            factor = sold["quantity"] * sold["unitPriceExclVat"] * (100 - sold["discountPercentage"]) / 100
            assert abs(factor - sold["amountExclVat"]) <= Decimal("0.005")
    parts = [sum(row["lines"][part]["amountExclVat"] for row in rows) for part in (1, 2)]
    assert parts == [600, 400]


def test_a_formula_is_sold_and_its_parts_are_invoiced() -> None:
    lines = act(
        "addSale", customerId=1, instalmentDates=LATER[:1], lines=[{"productId": 610, "quantity": 2}]
    )["instalments"][0]["lines"]
    assert [(line["productId"], line["parentProductId"], line["quantity"]) for line in lines] == [
        (611, 610, 2), (612, 610, 2),
    ]  # fmt: skip
    assert [line["vatRate"]["code"] for line in lines] == ["12", "21"]
    assert [line["amountExclVat"] for line in lines] == [1200, 800]


def test_a_sale_needs_a_customer_who_is_fit_for_it() -> None:
    assert (
        refusal("addSale", customerId=1003, instalmentDates=LATER, lines=[{"productId": 520}])
        == ["IXP-16"] * 3
    )


def test_a_final_sale_needs_instalments_and_a_draft_does_not() -> None:
    sale: dict[str, Any] = {"customerId": 1, "instalmentDates": [], "lines": [{"productId": 520}]}
    assert refusal("addSale", **sale) == ["IXP-09"]
    assert act("addSale", **sale, status="Draft")["instalments"] == []


def test_crediting_an_invoice_makes_its_negative_and_a_new_instalment() -> None:
    act("setCreditSales", enabled=True)
    answer = act("creditInstalment", instalmentCode="C-2016-0090-02", replace=True)
    original, credit = instalment("C-2016-0090-02"), instalment(answer["creditInstalmentCode"])
    assert original["status"] == "Credited"
    assert credit["amountInclVat"] == -original["amountInclVat"]
    assert credit["lines"][0]["quantity"] * credit["lines"][0]["unitPriceExclVat"] == credit["amountExclVat"]
    assert credit["sale"]["creditedInstalmentCode"] == "C-2016-0090-02"
    assert (credit["type"], credit["status"]) == ("Credit", "ToDo")
    assert answer["newInstalmentCode"] == "C-2016-0090-04"
    assert refusal("creditInstalment", instalmentCode="C-2016-0090-02") == ["IXP-12"]
    assert refusal("creditInstalment", instalmentCode="C-2016-0091-01") == ["IXP-12"]
    assert refusal("creditInstalment", instalmentCode="X") == ["IXP-20"]


def test_cancelling_a_sale_credits_what_was_chosen_and_cancels_what_is_not_invoiced() -> None:
    act("cancelSale", contractNumber="C-2016-0090", credit=["C-2016-0090-01"])
    assert instalment("C-2016-0090-01")["status"] == "Credited"
    assert instalment("C-2016-0090-02")["status"] == "Overdue"
    act("cancelSale", contractNumber="C-2017-0001")
    assert instalment("C-2017-0001-01")["status"] == "Cancelled"
    assert refusal("cancelSale", contractNumber="C-2016-0090", credit=["C-2017-0001-01"]) == ["IXP-20"]
    assert refusal("cancelSale", contractNumber="none") == ["IXP-50"]


def test_an_edited_instalment_is_computed_anew() -> None:
    edited = act("editInstalment", instalmentCode="C-2017-0001-01", lines=[{"productId": 502, "quantity": 2}])
    assert edited["amountInclVat"] == Decimal("290.40")
    moved = act("editInstalment", instalmentCode="C-2017-0001-01", instalmentDate="2017-12-01")
    assert (moved["status"], moved["amountInclVat"]) == ("Future", Decimal("290.40"))
    other = act("editInstalment", instalmentCode="C-2017-0001-01", customer={"customerId": 1001})
    assert (other["customer"]["name"], other["addressId"]) == ("Janssens Logistics NV", 5001)
    assert refusal("editInstalment", instalmentCode="C-2017-0001-01", instalmentDate="soon") == ["schema"]


def test_people_may_type_what_a_connector_may_not_send() -> None:
    typed = act("typeInvoiceNumber", instalmentCode="C-2016-0090-01", invoiceNumber="D1", paymentNo="CASH")
    assert typed["status"] == "Received"
    cleared = act("typeInvoiceNumber", instalmentCode="C-2016-0090-01", invoiceNumber=None, paymentNo="")
    assert cleared["status"] == "ToDo"
    rule = refusal("typeInvoiceNumber", instalmentCode="C-2016-0090-01", invoiceDueDate="2017-02-30")
    assert rule == ["IXP-39"]


def test_customers_and_products_are_entered_and_changed() -> None:
    new = act("addCustomer", name="Nieuw NV")
    assert act("editCustomer", customerId=new["customerId"], customerCode="777")["customerCode"] == "777"
    assert refusal("editCustomer", customerId=new["customerId"], customerCode="1") == ["IXP-34"]
    assert refusal("editCustomer", customerId=5) == ["IXP-50"]
    rate = {"code": "6", "percentage": 6}
    cup = act("addProduct", productCode="CUP", description="Cup", priceExclVat="2.50", vatRate=rate)
    assert act("editProduct", productId=cup["productId"], priceExclVat=3)["priceExclVat"] == 3
    assert refusal("editProduct", productId=610, bom=[{"productId": 611, "percentage": 99}]) == ["IXP-14"]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=5,
)
known = st.sampled_from(
    [1, 1003, 520, 610, "C-2017-0001", "C-2017-0001-01", "2017-05-05", [{"productId": 610}], []]
)


@given(data=st.data(), action=st.sampled_from(sorted(ACTIONS)))
def test_every_action_is_done_or_refused_whatever_it_is_told(data: st.DataObject, action: str) -> None:
    names = sorted(ACTIONS[action].params.get("properties", {})) or [
        "instalmentDate",
        "customer",
        "lines",
        "x",
    ]
    params = data.draw(st.dictionaries(st.sampled_from(names), anything | known, max_size=6))
    before = KIT.state("ixpole")
    outcome = KIT.act("ixpole", action, params)
    if isinstance(outcome, Refused):
        assert all(v.at.startswith("with") for v in outcome.violations)
        assert KIT.state("ixpole") is before
