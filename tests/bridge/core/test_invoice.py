"""Does an instalment become exactly its invoice, or is it parked before anything is sent?"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixbridge.core.invoice import clean, invoice_for, invoices_for
from ixbridge.core.keys import is_tagged
from ixbridge.core.mapping import (
    LedgerRules,
    LineRules,
    ModeRules,
    OverLimit,
    ProductRules,
    Settings,
    SplitCheck,
    TaxRule,
    TaxRules,
)
from ixbridge.core.model import Basis, Instalment, InstalmentType, Invoice, Line, Mode, Product
from ixbridge.core.money import Rounding, print_minor
from ixbridge.core.parked import Parked, Reason
from support.instalments import SETTINGS, a_line, an_instalment, instalments, negative

CONSOLIDATE = replace(SETTINGS, lines=LineRules(over_limit=OverLimit.CONSOLIDATE))
SPLIT = replace(SETTINGS, lines=LineRules(over_limit=OverLimit.SPLIT))
DRAFT = replace(SETTINGS, mode=ModeRules(Mode.DRAFT), products=ProductRules(numbers={"SEAT": "1204"}))


def made(
    instalment: Instalment, settings: Settings = SETTINGS, number: str | None = None
) -> Invoice | Parked:
    products: dict[int, Product] = {}
    return invoice_for(
        instalment, customer_number="100245", products=products, settings=settings, number=number
    )


def booked(instalment: Instalment, settings: Settings = SETTINGS) -> Invoice:
    invoice = made(instalment, settings)
    assert isinstance(invoice, Invoice), invoice
    return invoice


def parked(instalment: Instalment, settings: Settings = SETTINGS) -> Reason:
    found = made(instalment, settings)
    assert isinstance(found, Parked)
    assert found.message
    assert found.advice
    return found.reason


def seats(count: int, *, alike: bool) -> list[Line]:
    return [a_line(i, 1887, code="6", text="Seat" if alike else f"Seat {i}") for i in range(1, count + 1)]


# --- nothing is lost


@given(case=instalments())
def test_every_line_amount_and_rate_is_kept(case: tuple[Instalment, Basis]) -> None:
    instalment, _ = case
    invoice = booked(instalment)
    assert len(invoice.lines) == len(instalment.lines)
    for line, sent in zip(instalment.lines, invoice.lines, strict=True):
        assert sent.net_minor == line.net_minor
        assert sent.vat_percentage == line.vat_rate.percentage
        assert abs(sent.gross_minor - (line.gross_minor or 0)) <= 1
        assert sent.merged == (line.number,)
        assert line.description in sent.description
        assert sent.cost_centre == line.cost_centre
        assert sent.ledger_account == (line.ledger_account or "8000")


@given(case=instalments(most=30), most=st.integers(1, 30), over=st.sampled_from(list(OverLimit)))
def test_totals_are_equal_to_the_cent_whatever_happens_to_the_lines(
    case: tuple[Instalment, Basis], most: int, over: OverLimit
) -> None:
    instalment, _ = case
    settings = replace(SETTINGS, lines=LineRules(max=most, over_limit=over))
    invoices = invoices_for(instalment, customer_number="1", products={}, settings=settings)
    if isinstance(invoices, Parked):
        assert invoices.reason is Reason.TOO_MANY_LINES
        return
    lines = [line for invoice in invoices for line in invoice.lines]
    assert sum(line.gross_minor for line in lines) == instalment.gross_minor
    assert sum(line.net_minor for line in lines) == sum(line.net_minor for line in instalment.lines)
    assert sum(invoice.expected.gross_minor for invoice in invoices) == instalment.gross_minor
    assert sorted(number for line in lines for number in line.merged) == [
        line.number for line in instalment.lines
    ]
    assert all(1 <= len(invoice.lines) <= most for invoice in invoices)


@given(case=instalments(most=30), over=st.sampled_from(list(OverLimit)))
def test_the_sums_of_each_rate_and_account_are_kept(case: tuple[Instalment, Basis], over: OverLimit) -> None:
    instalment, _ = case
    settings = replace(SETTINGS, lines=LineRules(max=5, over_limit=over))
    invoices = invoices_for(instalment, customer_number="1", products={}, settings=settings)
    if isinstance(invoices, Parked):
        return
    seen: Counter[object] = Counter()
    for line in (line for invoice in invoices for line in invoice.lines):
        seen[line.vat_percentage, line.ledger_account, line.cost_centre] += line.net_minor
    wanted: Counter[object] = Counter()
    for source in instalment.lines:
        account = source.ledger_account or "8000"
        wanted[source.vat_rate.percentage, account, source.cost_centre] += source.net_minor
    assert seen == wanted


@given(case=instalments(most=20), most=st.integers(2, 20))
def test_a_credit_is_the_exact_negative_of_its_invoice(case: tuple[Instalment, Basis], most: int) -> None:
    instalment, _ = case
    settings = replace(SETTINGS, lines=LineRules(max=most, over_limit=OverLimit.CONSOLIDATE))
    invoice, credit = made(instalment, settings), made(negative(instalment), settings)
    if isinstance(invoice, Parked) or isinstance(credit, Parked):
        assert isinstance(invoice, Parked)
        assert isinstance(credit, Parked)
        return
    amounts = [(line.net_minor, line.gross_minor) for line in invoice.lines]
    assert [(-line.net_minor, -line.gross_minor) for line in credit.lines] == amounts
    assert credit.expected.net_minor == -invoice.expected.net_minor


@given(case=instalments(), rounding=st.sampled_from(Rounding))
def test_the_inclusive_total_does_not_depend_on_how_the_target_rounds(
    case: tuple[Instalment, Basis], rounding: Rounding
) -> None:
    instalment, _ = case
    settings = replace(SETTINGS, tax=replace(SETTINGS.tax, rounding=rounding))
    assert booked(instalment, settings).expected.gross_minor == instalment.gross_minor


@given(case=instalments())
def test_lines_of_unrounded_inclusive_or_single_lines_keep_net_and_vat_too(
    case: tuple[Instalment, Basis],
) -> None:
    """Rounded per line, or out of inclusive amounts, the target finds iXpole's own net again."""
    instalment, basis = case
    expected = booked(instalment).expected
    if basis is not Basis.PER_RATE:
        assert (expected.net_minor, expected.vat_minor) == (instalment.net_minor, instalment.vat_minor)
    assert abs(expected.net_minor - instalment.net_minor) <= len(instalment.lines)


@given(case=instalments())
def test_the_same_instalment_gives_the_same_invoice(case: tuple[Instalment, Basis]) -> None:
    instalment, _ = case
    reordered = replace(instalment, lines=tuple(reversed(instalment.lines)))
    assert booked(instalment) == booked(reordered)


# --- examples of whole invoices


def test_the_sample_instalment_becomes_the_known_invoice() -> None:
    lines = [
        a_line(1, 150000, code="6", text="VIP seat", quantity="2", price=Decimal(750)),
        a_line(2, 60000, code="12", text="Food"),
        a_line(3, 40000, code="21", text="Drinks"),
    ]
    invoice = booked(an_instalment(lines, code="C-2024-0123-01"))
    assert [print_minor(line.gross_minor, currency="EUR") for line in invoice.lines] == [
        "1590.00",
        "672.00",
        "484.00",
    ]
    assert (invoice.expected.net_minor, invoice.expected.vat_minor) == (250000, 24600)
    assert [line.description for line in invoice.lines] == ["2 x VIP seat (750.00 each)", "Food", "Drinks"]
    assert invoice.notes == "C-1 PO 7781 [iX:C-2024-0123-01]"
    assert invoice.reference == "PO 7781"
    assert invoice.due_days == 30
    assert all(line.quantity == 1 for line in invoice.lines)


@pytest.mark.parametrize(("basis", "total"), [(Basis.PER_LINE, 6051), (Basis.PER_RATE, 6050)])
def test_both_ways_of_rounding_come_out_to_the_cent(basis: Basis, total: int) -> None:
    invoice = booked(an_instalment([a_line(1, 3750), a_line(2, 1250)], basis=basis))
    assert invoice.expected.gross_minor == total


def test_a_total_of_ten_euro_that_no_net_leads_to_is_reached() -> None:
    invoice = booked(an_instalment([a_line(1, 826, gross_minor=1000)]))
    assert (invoice.expected.net_minor, invoice.expected.gross_minor) == (826, 1000)


def test_zero_and_negative_lines_stay() -> None:
    lines = [a_line(1, 10000), a_line(2, 0, text="Gift"), a_line(3, -2500, text="Deposit returned")]
    invoice = booked(an_instalment(lines))
    assert [line.net_minor for line in invoice.lines] == [10000, 0, -2500]


def test_an_invoice_of_nothing_but_zero_is_still_an_invoice() -> None:
    assert booked(an_instalment([a_line(1, 0)])).expected.gross_minor == 0


def test_quantity_price_discount_and_period_are_told_in_words() -> None:
    line = a_line(1, 57390 - 9960, text="Scarf", quantity="45", price=Decimal("12.40"))
    line = replace(
        line,
        discount_percentage=Decimal(15),
        period_from=date(2025, 8, 1),
        period_to=date(2026, 5, 31),
    )
    text = booked(an_instalment([line])).lines[0].description
    assert text == "45 x Scarf (12.40 each, less 15 %) 2025-08-01 to 2026-05-31"


def test_a_price_that_does_not_make_the_amount_is_not_told() -> None:
    line = a_line(1, 1000, text="Share", quantity="2", price=Decimal("7.50"))
    assert booked(an_instalment([line])).lines[0].description == "2 x Share"


@pytest.mark.parametrize(("price", "quantity"), [("5.00", Decimal(2)), ("7.50", Decimal(1))])
def test_a_structured_quantity_is_used_only_where_it_makes_the_amount(price: str, quantity: Decimal) -> None:
    settings = replace(SETTINGS, lines=LineRules(structured_quantity=True))
    line = a_line(1, 1000, quantity="2", price=Decimal(price))
    assert booked(an_instalment([line]), settings).lines[0].quantity == quantity


def test_a_draft_carries_article_numbers() -> None:
    assert [line.product_code for line in booked(an_instalment([a_line()]), DRAFT).lines] == ["1204"]


# --- many lines


def test_75_lines_pass_untouched() -> None:
    assert [line.merged for line in booked(an_instalment(seats(75, alike=True))).lines] == [
        (number,) for number in range(1, 76)
    ]


def test_76_identical_lines_pass_with_net_and_vat_as_they_were() -> None:
    instalment = an_instalment(seats(76, alike=True))
    invoice = booked(instalment)
    assert len(invoice.lines) <= 75
    assert invoice.expected.net_minor == instalment.net_minor
    assert invoice.lines[0].description == "2 x Seat (18.87 each)"
    assert invoice.annex == ()


@pytest.mark.parametrize("count", [76, 160])
def test_76_distinct_lines_are_parked(count: int) -> None:
    assert parked(an_instalment(seats(count, alike=False))) is Reason.TOO_MANY_LINES


def test_summed_up_lines_come_with_every_line_in_the_annex() -> None:
    instalment = an_instalment(seats(160, alike=False))
    invoice = booked(instalment, CONSOLIDATE)
    assert [line.description for line in invoice.lines] == ["Other (160 lines, see annex)"]
    assert [line.description for line in invoice.annex] == [line.description for line in instalment.lines]
    assert sum(line.gross_minor for line in invoice.annex) == instalment.gross_minor
    optional = replace(CONSOLIDATE, lines=replace(CONSOLIDATE.lines, annex_required=False))
    assert booked(instalment, optional).annex == ()


def test_a_split_is_only_made_when_asked_for_by_name() -> None:
    instalment = an_instalment(seats(160, alike=False))
    assert parked(instalment, SPLIT) is Reason.SPLIT_EXPERIMENTAL
    invoices = invoices_for(instalment, customer_number="1", products={}, settings=SPLIT, number="7")
    assert not isinstance(invoices, Parked)
    assert [invoice.code for invoice in invoices] == ["C-1-01#1/3", "C-1-01#2/3", "C-1-01#3/3"]
    assert [len(invoice.lines) for invoice in invoices] == [54, 53, 53]
    assert all(is_tagged(invoice.notes, invoice.code) for invoice in invoices)
    assert [invoice.number for invoice in invoices] == [None] * 3


# --- what is parked


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"lines": ()}, Reason.NO_LINES),
        ({"currency": "GBP"}, Reason.CURRENCY_NOT_ALLOWED),
        ({"code": "C 1"}, Reason.CODE_UNUSABLE),
        ({"type": InstalmentType.CREDIT}, Reason.CREDIT_NOT_NEGATIVE),
        ({"gross_minor": 1211, "vat_minor": 211}, Reason.DOES_NOT_ADD_UP),
        ({"invoice_reference": "&#91;iX:C-2&#93;"}, Reason.NOTES_AMBIGUOUS),
    ],
)
def test_an_instalment_that_cannot_be_booked_is_parked(change: dict[str, object], reason: Reason) -> None:
    assert parked(replace(an_instalment([a_line()]), **change)) is reason  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (replace(SETTINGS, tax=TaxRules()), Reason.TAX_NOT_MAPPED),
        (replace(SETTINGS, tax=TaxRules({"21": TaxRule(Decimal(6))})), Reason.TAX_PERCENTAGE_DIFFERS),
        (replace(SETTINGS, ledger=LedgerRules()), Reason.LEDGER_NOT_MAPPED),
        (replace(SETTINGS, tax=replace(SETTINGS.tax, basis=Basis.GROSS)), None),
    ],
)
def test_what_is_not_mapped_is_parked(settings: Settings, reason: Reason | None) -> None:
    instalment = an_instalment([a_line()])
    found = made(instalment, settings)
    assert (found.reason if isinstance(found, Parked) else None) is reason


def test_all_that_is_not_mapped_is_told_at_once() -> None:
    settings = replace(SETTINGS, tax=TaxRules())
    found = made(an_instalment([a_line(1, code="6"), a_line(2, code="21")]), settings)
    assert isinstance(found, Parked)
    assert "'6'" in found.message
    assert "'21'" in found.message


def test_a_customer_without_a_number_is_parked() -> None:
    found = invoice_for(an_instalment([a_line()]), customer_number=" ", products={}, settings=SETTINGS)
    assert isinstance(found, Parked)
    assert found.reason is Reason.CUSTOMER_NUMBER_MISSING


def test_an_own_number_that_looks_like_a_draft_is_parked() -> None:
    found = made(an_instalment([a_line()]), number="D1")
    assert isinstance(found, Parked)
    assert found.reason is Reason.NUMBER_LOOKS_LIKE_DRAFT
    numbered = made(an_instalment([a_line()]), number="20250001")
    assert isinstance(numbered, Invoice)
    assert numbered.number == "20250001"


def test_a_net_that_would_differ_is_parked_when_the_split_must_be_exact() -> None:
    instalment = an_instalment([a_line(1, 3), a_line(2, 3)], basis=Basis.PER_RATE)
    strict = replace(SETTINGS, tax=replace(SETTINGS.tax, split_check=SplitCheck.STRICT))
    assert booked(instalment).expected.gross_minor == instalment.gross_minor
    assert parked(instalment, strict) is Reason.TAX_SPLIT_DIFFERS


# --- notes


@given(
    reference=st.text(max_size=40),
    template=st.sampled_from(["", "{reference}", "{tag}{reference}", "{{tag}}"]),
)
def test_notes_carry_exactly_one_tag_whatever_the_reference_says(reference: str, template: str) -> None:
    instalment = replace(an_instalment([a_line()]), invoice_reference=reference)
    found = made(instalment, replace(SETTINGS, notes=template))
    if isinstance(found, Invoice):
        assert is_tagged(found.notes, instalment.code)
    else:
        assert found.reason is Reason.NOTES_AMBIGUOUS


def test_a_reference_cannot_pretend_to_be_another_instalment() -> None:
    instalment = replace(an_instalment([a_line()]), invoice_reference="[iX:C-2]")
    assert booked(instalment).notes == "C-1 (iX:C-2) [iX:C-1-01]"


@given(text=st.text(max_size=40))
def test_cleaned_text_has_no_control_characters_and_is_stable(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert not any(each < " " or "\x7f" <= each <= "\x9f" for each in cleaned)
