"""Does addsalesinvoice work out products, prices, discounts and drafts?"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixmocks.engine.outcome import Changed, Refused
from ixmocks.silvasoft import show
from ixmocks.silvasoft.model import Invoice, Status
from ixmocks.silvasoft.rules import add_sales_invoice
from ixmocks.silvasoft.state import State


def body(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"CustomerNumber": 1, "Invoice_InvoiceLine": list(lines or [product()]), **more}


def product(number: str = "1204", **more: Any) -> dict[str, Any]:
    return {"ProductNumber": number, **more}


def made(state: State, command: object, at: datetime, **readings: str) -> Changed:
    named = {code.replace("_", "-"): name for code, name in readings.items()}
    outcome = add_sales_invoice(state, command, at=at, readings=named)  # type: ignore[arg-type]
    assert isinstance(outcome, Changed), outcome
    return outcome


def invoice(state: State, command: object, at: datetime) -> Invoice:
    answer: Invoice = made(state, command, at).answer
    return answer


def stock(state: State, number: str = "1204") -> Fraction:
    serial = state.goods.by_article.get(number)
    assert serial is not None
    return state.goods.all[serial].stock


@given(
    st.lists(
        st.tuples(st.sampled_from([0, 6, 21]), st.integers(-50, 50), st.integers(0, 99_999), st.booleans()),
        min_size=1, max_size=20,
    ),
    st.sampled_from(["per-line", "per-rate", "half-even"]),
)  # fmt: skip
def test_totals_are_sums_in_every_rounding_and_a_credit_mirrors(
    state: State, at: datetime, lines: list[tuple[int, int, int, bool]], rounding: str
) -> None:
    def rows(sign: int) -> list[dict[str, Any]]:
        return [
            product(TaxPc=rate, SubTotalInclTax=Decimal(sign * quantity * price) / 100)
            if inside
            else product(TaxPc=rate, Quantity=sign * quantity, UnitPriceExclTax=Decimal(price) / 1000)
            for rate, quantity, price, inside in lines
        ]

    there = made(state, body(*rows(1)), at, SILV_17=rounding).answer
    back = made(state, body(*rows(-1)), at, SILV_17=rounding).answer
    assert there.net_cents == sum(one.net for one in there.lines)
    assert there.incl_cents == sum(one.incl for one in there.lines)
    assert [(-one.incl, -one.net) for one in back.lines] == [(one.incl, one.net) for one in there.lines]


def test_an_articles_own_price_counts_when_told_or_when_none_is_given(state: State, at: datetime) -> None:
    given_price = invoice(state, body(product(Quantity=2, UnitPriceExclTax="12.345", TaxPc=21)), at)
    assert given_price.net_cents == 2469
    for line in (product(Quantity=2, UnitPriceExclTax=1, UseArticlePrice=True), product(Quantity="2")):
        own = invoice(state, body(line), at)
        assert (own.net_cents, own.incl_cents) == (22000, 26620)


def test_a_line_total_wins_over_a_unit_price_and_the_discount_is_taken_off(
    state: State, at: datetime
) -> None:
    line = product(SubTotalInclTax="121.00", UnitPriceExclTax=5, TaxPc=21)
    assert invoice(state, body(line), at).net_cents == 10000
    less = invoice(state, body(line, InvoiceDiscountPc=Decimal("12.5")), at)
    assert (less.incl_cents, less.net_cents) == (10588, 8750)


def test_minus_one_takes_the_products_tax_or_none(state: State, at: datetime) -> None:
    lines = (
        product("PROG", TaxPc=-1),
        product("GIFT", TaxPc="-1"),
        product("1204", TaxCode="9.0% - low", TaxPc=-1),
    )
    shown = [str(show.percent_text(one.tax)) for one in invoice(state, body(*lines), at).lines if one.tax]
    assert shown == ["6.0", "0.0", "9.0"]
    assert "SILV-52" in made(state, body(*lines), at).notes


def test_an_invoice_takes_goods_out_of_the_stock_and_a_draft_does_not(state: State, at: datetime) -> None:
    lines = (product(Quantity=2), product(Quantity="0.5"))
    assert stock(made(state, body(*lines), at).state) == stock(state) - Fraction(5, 2)
    assert stock(made(state, body(*lines, AddAsDraft=True), at).state) == stock(state)


def test_a_draft_has_no_number_even_if_one_is_wanted(state: State, at: datetime) -> None:
    outcome = made(state, body(AddAsDraft=True, InvoiceNumber=1, InvoiceReference="C-1"), at)
    shown = show.invoice(outcome.answer)
    assert (shown["InvoiceNumber"], shown["InvoiceReference"], shown["InvoiceType"]) == (
        None,
        "C-1",
        "INVOICE",
    )
    assert outcome.answer.status is Status.DRAFT
    assert "SILV-50" in outcome.notes
    assert made(outcome.state, body(), at).answer.number == 2


def test_due_days_set_the_term_and_zero_does_not(state: State, at: datetime) -> None:
    assert show.invoice(invoice(state, body(InvoiceDueDays=14), at))["InvoiceDueDate"] == "19-05-2017"
    assert show.invoice(invoice(state, body(InvoiceDueDays=0), at))["InvoiceDueDate"] == "26-05-2017"
    assert show.invoice(invoice(state, body(InvoiceDueDays=2**31 - 1), at))["InvoiceDueDate"] == "31-12-9999"


def test_a_new_address_stands_on_the_invoice_and_joins_the_relation_once(state: State, at: datetime) -> None:
    address = {
        "Address_Street": "Stadionlaan",
        "Address_Unit": "1",
        "Address_City": "Gent",
        "Address_PostalCode": "9000",
    }
    first = made(state, body(Invoice_Address=[{**address, "Address_Type": "BillingAddress"}]), at)
    again = made(first.state, body(Invoice_Address=[address]), at)
    assert show.invoice(first.answer)["Invoice_Address"][0]["Address_Street"] == "Stadionlaan"
    assert (
        len(first.state.parties.all[1].more_addresses) == len(again.state.parties.all[1].more_addresses) == 1
    )
    assert ("SILV-75" in first.notes, "SILV-75" in again.notes) == (True, False)
    assert first.state.parties.all[1].address == state.parties.all[1].address


@pytest.mark.parametrize(
    ("row", "note"),
    [
        ({"FileUrl": "https://files.example/instalment.pdf"}, ""),
        ({"FileName": "terms.pdf", "FileContent": "JVBERi0xLjQKJSVFT0YK"}, ""),
        ({"FileUrl": "https://files.example/gone.pdf"}, "SILV-21"),
        ({"FileName": "terms.exe", "FileContent": "JVBERi0xLjQKJSVFT0YK"}, "SILV-22"),
        ({"FileName": "terms.pdf", "FileContent": "no base64!"}, "SILV-23"),
        ({"FileName": "terms.pdf", "FileContent": "bm8gcGRm"}, "SILV-23"),
        ({}, "SILV-22"),
    ],
)
def test_attachments_come_by_url_or_in_base64(
    state: State, at: datetime, row: dict[str, str], note: str
) -> None:
    outcome = made(state, body(Invoice_Attachment=[row]), at)
    assert len(outcome.answer.attachments) == (0 if note else 1)
    assert not note or note in outcome.notes


@pytest.mark.parametrize(
    ("command", "rules"),
    [
        (body({"Quantity": 1}), {"SILV-36"}),
        (body(product("NONE")), {"SILV-36"}),
        (body({"ProductEAN": "1"}), {"SILV-36"}),
        (body(product("OLD-1")), {"SILV-37"}),
        (body(product(TaxPc=19)), {"SILV-13"}),
        (body(product(LedgerAccountNumber="1300")), {"SILV-34"}),
        (body(InvoiceReference="x" * 151), {"SILV-35"}),
        (body(InvoiceNumber=1), {"SILV-10"}),
        (body(*[product()] * 76), {"SILV-01"}),
        (body(product(Quantity="two", UnitPriceExclTax=[])), {"SILV-47"}),
    ],
)
def test_what_breaks_a_rule_is_refused(state: State, at: datetime, command: object, rules: set[str]) -> None:
    outcome = add_sales_invoice(state, command, at=at, readings={})  # type: ignore[arg-type]
    assert isinstance(outcome, Refused)
    assert {one.rule for one in outcome.violations} == rules


def test_an_archived_product_can_be_sold_under_another_reading(state: State, at: datetime) -> None:
    assert made(state, body(product("OLD-1")), at, SILV_37="accepted").answer.net_cents == 2500
