"""Do the rules of iXpole begin and end exactly where they should? Both sides of each edge."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from ixmocks.engine.outcome import Changed, Refused
from ixmocks.ixpole import money, plan, rules, sales, writeback
from ixmocks.ixpole.state import BomPart, Kind
from ixmocks.kit import Kit
from ixmocks.systems import SYSTEMS


@pytest.fixture(scope="module")
def kit() -> Kit:
    return Kit(
        "documents", clock="2017-05-05T09:00:00+02:00", systems=[s for s in SYSTEMS if s.name == "ixpole"]
    )


@pytest.mark.parametrize(
    ("kind", "cents", "fits"),
    [(Kind.CREDIT, -1, True), (Kind.CREDIT, 0, True), (Kind.CREDIT, 1, False), (Kind.INVOICE, 1, True)],
)
def test_a_credit_comes_to_nothing_or_less(kind: Kind, cents: int, fits: bool) -> None:
    if fits:
        plan.check_credit(kind, cents, "here")
        return
    with pytest.raises(Exception, match="below zero") as refused:
        plan.check_credit(kind, cents, "here")
    assert "IXP-11" in repr(refused.value.__dict__) + repr(refused.value.args)


@pytest.mark.parametrize(
    ("secret", "grant", "broken", "code"),
    [
        ("", "client_credentials", [], ""),
        ("", "password", ["IXP-25"], "unsupported_grant_type"),
        ("", None, ["IXP-25"], "unsupported_grant_type"),
        ("x", "client_credentials", ["IXP-24"], "invalid_client"),
        ("x", "password", ["IXP-24", "IXP-25"], "invalid_client"),
    ],
)
def test_the_rule_itself_wants_the_grant_and_the_secret_of_the_client(
    kit: Kit, secret: str, grant: str | None, broken: list[str], code: str
) -> None:
    own = kit.world().credentials["ixpole"]
    form = {"client_id": own.key, "client_secret": secret or own.secret}
    form |= {"grant_type": grant} if grant else {}
    outcome = rules.issue_token(kit.state("ixpole"), form, at=kit.now, readings=kit.world().readings)
    assert ([v.rule for v in outcome.violations] if isinstance(outcome, Refused) else []) == broken
    assert (outcome.code if isinstance(outcome, Refused) else "") == code


@pytest.mark.parametrize(
    ("header", "seen"),
    [
        ({}, "no Authorization header"),
        ({"Authorization": "Basic eDp5"}, "an Authorization header without a bearer token"),
    ],
)
def test_what_is_missing_of_a_token_is_said(kit: Kit, header: dict[str, str], seen: str) -> None:
    reply = kit.ask("ixpole", "GET", "/api/instalments", headers=header, auth=False)
    assert [(each.rule, each.seen) for each in reply.violations] == [("IXP-26", seen)]


@pytest.mark.parametrize(
    ("day", "taken"), [("2017-05-26", True), ("", True), (None, True), ("2017-02-30", False)]
)
def test_people_type_a_due_date_that_exists_or_clear_it(kit: Kit, day: Any, taken: bool) -> None:
    kit.world().reset()
    told = {"instalmentCode": "C-2017-0003-01", "invoiceDueDate": day}
    assert isinstance(kit.act("ixpole", "typeInvoiceNumber", told), Changed) is taken


BIGGEST = 2**writeback.BITS_MAX - 1


@pytest.mark.parametrize(
    ("number", "reading", "broken"),
    [
        (BIGGEST, "accepted", []),
        (BIGGEST + 1, "accepted", ["IXP-53"]),
        (1, "refused", ["IXP-53"]),
        (1, "accepted", []),
    ],
)
def test_a_number_stands_for_its_digits_up_to_what_anybody_counts(
    number: int, reading: str, broken: list[str]
) -> None:
    item = {"instalmentCode": "C-1", "invoiceNumber": number}
    (said,), sorry = writeback.read_items(item, {"IXP-53": reading})
    assert [each.rule for each in sorry] == broken
    assert said.number == (None if broken else str(number))


def patch(**changes: Any) -> dict[str, Any]:
    return {"op": "replace", "path": "/customerCode", "value": "7", **changes}


@pytest.mark.parametrize(
    ("operation", "broken"),
    [
        (patch(), []),
        (patch(op="add", path="/CUSTOMERCODE"), []),
        (patch(op="remove"), ["IXP-45"]),
        (patch(path="/name"), ["IXP-45"]),
        (patch(path=5), ["IXP-45"]),
        (patch(value=None), ["IXP-41"]),
    ],
)
def test_a_patch_replaces_the_customer_code_and_nothing_else(
    operation: dict[str, Any], broken: list[str]
) -> None:
    code, sorry, _ = writeback.read_customer_code([operation], {})
    assert [each.rule for each in sorry] == broken
    assert bool(broken) or code == "7"


@pytest.mark.parametrize(("paper", "noted"), [("JVBERi0xLjQK", True), ("JVBERi0xLjQKJSVFT0YK", False)])
def test_a_paper_without_its_end_is_noted(paper: str, noted: bool) -> None:
    (said,), sorry = writeback.read_items({"instalmentCode": "C-1", "invoicePdf": paper}, {})
    assert sorry == ()
    assert ("IXP-42" in said.notes) is noted


@pytest.mark.parametrize(
    ("before", "said", "noted"),
    [
        ({"invoice_number": "1"}, {"number": "2"}, {"IXP-33"}),
        ({"invoice_number": "1"}, {"number": "1"}, set()),
        ({"invoice_number": ""}, {"number": "2"}, set()),
        ({"invoice_number": "1"}, {}, set()),
        ({"payment_no": "P"}, {"payment_no": ""}, {"IXP-37"}),
        ({"payment_no": "P"}, {"payment_no": "Q"}, set()),
        ({"payment_no": ""}, {"payment_no": ""}, set()),
        ({"payment_no": "P"}, {}, set()),
    ],
)
def test_an_overwritten_number_and_a_payment_taken_back_are_noted_and_nothing_else_is(
    kit: Kit, before: dict[str, str], said: dict[str, str], noted: set[str]
) -> None:
    known = next(iter(kit.state("ixpole").instalments.values()))
    old = replace(known, **{"invoice_number": "", "payment_no": "", **before})
    new = replace(old, net_cents=old.net_cents + 1)  # something changed, or IXP-18 would be noted as well
    assert rules._remarks(old, new, writeback.Said("body", code=old.code, **said)) == noted


@pytest.mark.parametrize(("day", "taken"), [("2017-09-01", True), ("2017-09-31", False)])
def test_a_sale_is_invoiced_on_days_that_exist(kit: Kit, day: str, taken: bool) -> None:
    kit.world().reset()
    told = {"customerId": 1, "instalmentDates": [day], "lines": [{"productId": 520}]}
    outcome = kit.act("ixpole", "addSale", told)
    assert isinstance(outcome, Changed) is taken
    if isinstance(outcome, Refused):
        assert [(each.rule, each.at) for each in outcome.violations] == [("IXP-39", "with.instalmentDates.0")]


PDF_CUT_OFF, PDF_WHOLE = "JVBERi0xLjQK", "JVBERi0xLjQKJSVFT0YK"
ITEM = {"instalmentCode": "C-2016-0090-01", "paymentNo": "B-1"}


@pytest.mark.parametrize(
    ("method", "path", "body", "notes"),
    [
        ("PUT", "instalments", ITEM, ()),
        ("PUT", "instalments", {**ITEM, "paymentDate": "2017-05-04"}, ("IXP-47",)),
        ("PUT", "instalments", {**ITEM, "invoicePdf": PDF_WHOLE}, ()),
        ("PUT", "instalments", {**ITEM, "invoicePdf": PDF_CUT_OFF}, ("IXP-42",)),
        ("PATCH", "customers/1", {"customerCode": "71"}, ()),
        ("PATCH", "customers/1", {"customerCode": "71", "colour": "red"}, ("IXP-47",)),
    ],
)
def test_what_nobody_knows_and_what_was_cut_off_is_taken_and_noted(
    kit: Kit, method: str, path: str, body: dict[str, Any], notes: tuple[str, ...]
) -> None:
    kit.world().reset()
    reply = kit.ask("ixpole", method, f"/api/{path}", json=body)
    assert (reply.status, reply.event.notes) == (200, notes), reply.body


def test_an_item_without_a_code_is_told_that_and_not_that_its_code_is_unknown(kit: Kit) -> None:
    outcome = rules.write_back(kit.state("ixpole"), {"paymentNo": "B-1"}, at=kit.now, readings={})
    assert isinstance(outcome, Refused)
    assert [(each.rule, each.at) for each in outcome.violations] == [("IXP-03", "body.instalmentCode")]


def test_a_contract_number_belongs_to_one_sale(kit: Kit) -> None:
    kit.world().reset()
    told = {"customerId": 1, "instalmentDates": ["2017-09-01"], "lines": [{"productId": 520}]}
    assert isinstance(kit.act("ixpole", "addSale", {**told, "contractNumber": "C-7"}), Changed)
    refused = kit.act("ixpole", "addSale", {**told, "contractNumber": "C-7"})
    assert isinstance(refused, Refused)
    assert refused.first.at == "with.contractNumber"
    assert isinstance(kit.act("ixpole", "addSale", {**told, "contractNumber": "C-8"}), Changed)


def test_what_is_so_already_changes_nothing(kit: Kit) -> None:
    kit.world().reset()
    made = kit.act("ixpole", "addSale", {
        "customerId": 1, "instalmentDates": ["2017-09-01"], "lines": [{"productId": 520}], "status": "Draft"
    })  # fmt: skip
    assert isinstance(made, Changed)
    sale = {"contractNumber": made.answer["contractNumber"]}
    for action, told in (("finaliseSale", sale), ("setCreditSales", {"enabled": True})):
        before = kit.state("ixpole")
        assert isinstance(kit.act("ixpole", action, told), Changed)
        after = kit.state("ixpole")
        assert after is not before
        assert isinstance(kit.act("ixpole", action, told), Changed)
        assert kit.state("ixpole") is after


@pytest.mark.parametrize(
    ("amounts", "at"),
    [
        ({"amountExclVat": 100, "vatAmount": 21, "amountInclVat": 121}, ""),
        ({"amountExclVat": 100, "vatAmount": 21, "amountInclVat": 122}, "amountInclVat"),
        ({"amountExclVat": 100, "vatAmount": 20, "amountInclVat": 120}, "vatAmount"),
        ({"unitPriceExclVat": 50, "amountExclVat": 100, "vatAmount": 21}, ""),
        ({"unitPriceExclVat": 49, "amountExclVat": 100, "vatAmount": 21}, "amountExclVat"),
    ],
)
def test_what_is_said_of_a_line_adds_up(kit: Kit, amounts: dict[str, Any], at: str) -> None:
    kit.world().reset()
    line = {"vatRate": {"code": "21", "percentage": 21}, "description": "Seats", "quantity": 2, **amounts}
    told = {
        "instalmentCode": "C-9-01", "instalmentDate": "2017-09-01", "customer": {"customerId": 1}, "lines": [line],
    }  # fmt: skip
    outcome = kit.act("ixpole", "addInstalment", told)
    assert isinstance(outcome, Changed) is (not at), outcome
    if isinstance(outcome, Refused):
        assert [each.at for each in outcome.violations] == [f"with.lines.0.{at}"]


def test_a_sale_is_of_products_that_are_there(kit: Kit) -> None:
    kit.world().reset()
    told = {"customerId": 1, "instalmentDates": ["2017-09-01"], "lines": [{"productId": 999_999}]}
    outcome = kit.act("ixpole", "addSale", told)
    assert isinstance(outcome, Refused)
    assert [each.at for each in outcome.violations] == ["with.lines.0.productId"]


@pytest.mark.parametrize("cents", [100, 101, 1, 0, -100])
def test_the_parts_of_a_composite_make_the_whole_to_the_cent(kit: Kit, cents: int) -> None:
    state = kit.state("ixpole")
    product = replace(
        state.products[520], bom=tuple(BomPart(520, Decimal(share)) for share in ("33.33", "33.33", "33.34"))
    )
    whole = {"net_cents": cents, "description": "Evening"}
    parts = sales._bom_parts(state, whole, product)
    assert sum(part["net_cents"] for part in parts) == cents
    assert [part["net_cents"] for part in parts[:2]] == [money.rounded(cents * Decimal("0.3333"))] * 2


def test_a_line_of_a_sale_that_is_no_object_is_told_so(kit: Kit) -> None:
    command = {"customerId": 1, "instalmentDates": ["2017-09-01"], "lines": [5]}
    outcome = sales.add_sale(kit.state("ixpole"), command, at=kit.now, readings={})
    assert isinstance(outcome, Refused)
    assert [each.at for each in outcome.violations] == ["with.lines.0"]
