"""Does addsalestransaction book what the documents say it books?"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ixmocks.engine.outcome import Changed, Refused
from ixmocks.silvasoft import show
from ixmocks.silvasoft.model import Invoice, Kind
from ixmocks.silvasoft.rules import add_sales_transaction
from ixmocks.silvasoft.state import State

RATES = (0, 6, 9, 12, 21)
amounts = st.integers(-(10**6), 10**6) | st.integers(-3, 3) | st.integers(-(10**310), 10**310)
line_lists = st.lists(st.tuples(st.sampled_from(RATES), amounts), min_size=1, max_size=75)
roundings = st.sampled_from(["per-line", "per-rate", "half-even"])

SAMPLE = {
    "CustomerNumber": 1,
    "InvoiceDate": "05-05-2017",
    "InvoiceNotes": "Invoices created from API",
    "InvoiceProject": "Pr-123",
    "SelectProjectBy": "NAME",
    "Invoice_InvoiceLine": [
        {"TaxPc": 21, "SubTotalInclTax": Decimal("449.68")},
        {"TaxPc": 6, "SubTotalInclTax": Decimal("340.01")},
    ],
}


def line(percent: object = 21, amount: object = 121, **more: Any) -> dict[str, Any]:
    return {"TaxPc": percent, "SubTotalInclTax": amount, **more}


def body(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"CustomerNumber": 1, "Invoice_InvoiceLine": list(lines or [line()]), **more}


def sent(cents: int) -> Decimal:
    return Decimal(f"{cents}e-2")


def booked(state: State, command: object, at: datetime, **readings: str) -> Invoice:
    outcome = add_sales_transaction(state, command, at=at, readings=_named(readings))  # type: ignore[arg-type]
    assert isinstance(outcome, Changed), outcome
    invoice: Invoice = outcome.answer
    assert outcome.state.sales.get(invoice.number) == invoice
    return invoice


def refused(state: State, command: object, at: datetime, **readings: str) -> set[str]:
    outcome = add_sales_transaction(state, command, at=at, readings=_named(readings))  # type: ignore[arg-type]
    assert isinstance(outcome, Refused), outcome
    return {violation.rule for violation in outcome.violations}


def notes(state: State, command: object, at: datetime) -> tuple[str, ...]:
    outcome = add_sales_transaction(state, command, at=at, readings={})  # type: ignore[arg-type]
    assert isinstance(outcome, Changed), outcome
    return outcome.notes


def _named(readings: dict[str, str]) -> dict[str, str]:
    return {code.replace("_", "-"): name for code, name in readings.items()}


@given(lines=line_lists, rounding=roundings)
@example(lines=[(21, 44968), (6, 34001)], rounding="per-line")
@example(lines=[(21, 1)] * 75, rounding="per-rate")
def test_totals_are_the_sums_of_the_lines_and_a_credit_mirrors_its_invoice(
    state: State, at: datetime, lines: list[tuple[int, int]], rounding: str
) -> None:
    if abs(sum(cents for _, cents in lines)) > 10**309:
        lines = lines[:1]
    there = booked(state, body(*(line(r, sent(c)) for r, c in lines)), at, SILV_17=rounding)
    back = booked(state, body(*(line(r, sent(-c)) for r, c in lines)), at, SILV_17=rounding)
    assert there.incl_cents == sum(cents for _, cents in lines) == there.outstanding_cents
    assert there.net_cents == sum(one.net for one in there.lines)
    assert [(one.incl, one.net) for one in back.lines] == [(-one.incl, -one.net) for one in there.lines]
    assert (back.net_cents, back.incl_cents) == (-there.net_cents, -there.incl_cents)
    most = Fraction(1) if rounding == "per-rate" else Fraction(1, 2)
    for (rate, cents), one in zip(lines, there.lines, strict=True):
        assert one.incl == cents
        assert abs(Fraction(cents * 100, 100 + rate) - one.net) <= most


usual = st.tuples(
    st.sampled_from([*RATES, Decimal("21.0"), 99]),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9),
    st.sampled_from(["", "VIP seats", " a "]),
)


@given(rows=st.lists(usual, min_size=1, max_size=8), rounding=roundings)
@example(rows=[(21, Decimal("0.005"), ""), (21, Decimal("-0.005"), "")], rounding="per-line")
def test_the_usual_lines_are_booked_as_with_care(
    state: State, at: datetime, rows: list[tuple[object, Decimal, str]], rounding: str
) -> None:
    plain = [line(rate, amount, Description=text) for rate, amount, text in rows]
    careful = [{**row, "LineComment": "a member nobody knows"} for row in plain]
    readings = {"SILV-17": rounding}
    first, second = (
        add_sales_transaction(state, body(*each), at=at, readings=readings) for each in (plain, careful)
    )
    if isinstance(first, Refused) or isinstance(second, Refused):
        assert first == second
    else:
        assert first.answer == second.answer


@pytest.mark.parametrize("percent", [[], {}, True, "x", None, Decimal("1e400")])
def test_a_line_of_the_usual_size_with_an_odd_percentage_is_refused(
    state: State, at: datetime, percent: object
) -> None:
    assert refused(state, body(line(percent, Decimal("12.10"), Description="")), at)


@given(wanted=st.lists(st.none() | st.integers(1, 6), max_size=8))
def test_numbers_are_unique_and_rise_where_nobody_chooses(
    state: State, at: datetime, wanted: list[int | None]
) -> None:
    used = {1}
    for number in wanted:
        command = body(**({} if number is None else {"InvoiceNumber": number}))
        outcome = add_sales_transaction(state, command, at=at, readings={})
        if number in used:
            assert isinstance(outcome, Refused)
            assert outcome.first.rule == "SILV-10"
            continue
        assert isinstance(outcome, Changed)
        state = outcome.state
        assert outcome.answer.number == (max(used) + 1 if number is None else number)
        used.add(outcome.answer.number)
    assert set(state.sales.numbers) == used


NAMES = ["", "De Smet BV", "Demo bedrijf", "Kapsalon Lies", "Jo Peeters", "Nobody", "Paper Supplies BV"]
EMAILS = ["", "gent@desmet.example", "family@vermeulen.example", "jo@peeters.example", "no@where.example"]


@given(name=st.sampled_from(NAMES), email=st.sampled_from(EMAILS))
def test_the_customer_is_the_first_created_that_matches_all_that_is_given(
    state: State, at: datetime, name: str, email: str
) -> None:
    everyone = [state.parties.all[guid] for guid in sorted(state.parties.all.keys())]
    fitting = [
        one
        for one in everyone
        if one.is_customer
        and (not name or one.name.lower() == name.lower())
        and (not email or (one.email or "").lower() == email.lower())
    ]
    command = {"CustomerName": name.upper(), "CustomerEmail": f" {email} ", "Invoice_InvoiceLine": [line()]}
    if not name and not email:
        assert refused(state, command, at) == {"SILV-03"}
    elif not fitting:
        assert refused(state, command, at) == {"SILV-08"}
    else:
        assert booked(state, command, at).customer == fitting[0]


def test_the_documents_sample_comes_out_field_for_field(state: State, at: datetime) -> None:
    contact = {
        "Email": None, "ContactNotes": None, "FamilyName": "Janssens", "FirstName": "Hendrik", "Phone": None,
        "Sex": "Man", "LastName": "Janssens", "DefaultContact": True,
    }  # fmt: skip
    assert show.invoice(booked(state, SAMPLE, at)) == {
        "InvoiceReference": "", "InvoiceOutstandingAmount": Decimal("789.69"),
        "InvoiceNotes": "Invoices created from API", "ProjectName": "Pr-123", "ProjectNumber": "1",
        "InvoiceTotalInclTax": Decimal("789.69"), "InvoiceType": "BOOKKEEPING", "PackingSlipNotes": "",
        "CustomerNumber": 1, "InvoiceTaxAmount": Decimal("97.29"), "InvoiceDueDate": "26-05-2017",
        "CustomerName": "Demo bedrijf", "InvoiceNumber": 2, "InvoiceDate": "05-05-2017",
        "InvoiceTotalExclTax": Decimal("692.4"),
        "Invoice_Contact": [{"ContactType": "Invoice", **contact}, {"ContactType": "PackingSlip", **contact}],
        "Invoice_Address": [
            {
                "Address_CountryCode": "BE", "Address_Unit": "55", "Address_City": "Antwerpen",
                "Address_UnitAppendix": "", "AddressType": "InvoiceAddress", "Address_PostalCode": "2018",
                "Address_Street": "Voorbeeldstraat",
            }
        ],
    }  # fmt: skip


@pytest.mark.parametrize("percent", [21, Decimal("21.0"), Decimal("21.00"), "21", "21.0", " 21 "])
def test_a_percentage_is_found_however_it_is_written(state: State, at: datetime, percent: object) -> None:
    assert booked(state, body(line(percent)), at).lines[0].tax == state.books.taxes[0]
    assert "SILV-13" in notes(state, body(line(percent)), at)


def test_a_tax_code_wins_over_a_percentage(state: State, at: datetime) -> None:
    command = body(line(6, 121, TaxCode="21.0% - high, services"))
    invoice = booked(state, command, at)
    assert invoice.lines[0].tax is state.books.taxes[1]
    assert invoice.net_cents == 10000
    assert "SILV-15" in notes(state, command, at)


@pytest.mark.parametrize(
    ("command", "rules"),
    [
        ({"Invoice_InvoiceLine": [line()]}, {"SILV-03"}),
        ({"CustomerNumber": 0, "Invoice_InvoiceLine": [line()]}, {"SILV-03"}),
        ({"CustomerNumber": 0, "CustomerName": "  ", "Invoice_InvoiceLine": [line()]}, {"SILV-03"}),
        (body(CustomerNumber=-1), {"SILV-48"}),
        (body(CustomerNumber=99), {"SILV-08"}),
        (body(CustomerNumber="GUEST-1"), {"SILV-47"}),
        ({"CustomerName": "Paper Supplies BV", "Invoice_InvoiceLine": [line()]}, {"SILV-08"}),
        (body(InvoiceDate="2017-05-05"), {"SILV-09"}),
        (body(InvoiceDate="30-02-2017"), {"SILV-09"}),
        (body(InvoiceDate="1-1-2017"), {"SILV-09"}),
        (body(InvoiceNumber=1), {"SILV-10"}),
        (body(InvoiceProject="Pr-999"), {"SILV-33"}),
        (body(InvoiceProject="Pr-123", SelectProjectBy="NUMBER"), {"SILV-33"}),
        (body(InvoiceProject="1", SelectProjectBy="WHICH"), {"SILV-33"}),
        (body(*[line()] * 76), {"SILV-01"}),
        ({"CustomerNumber": 1, "Invoice_InvoiceLine": []}, {"SILV-02"}),
        (body({"SubTotalInclTax": 1}), {"SILV-12"}),
        (body({"TaxPc": 21}), {"SILV-16"}),
        (body(line(19)), {"SILV-13"}),
        (body(line(-1)), {"SILV-13"}),
        (body(line(21, "twelve")), {"SILV-47"}),
        (body(line(21, True)), {"SILV-47"}),
        (body(line(21, Decimal("1e400"))), {"SILV-62"}),
        (body(*[line(21, Decimal("1.7e308"))] * 2), {"SILV-62"}),
        (body(line(TaxCode="9.0% - low purchases")), {"SILV-14"}),
        (body(line(TaxCode="high")), {"SILV-14"}),
        (body(line(LedgerAccountNumber="9999")), {"SILV-20"}),
        (body(line(LedgerAccountNumber="1300")), {"SILV-34"}),
        (body(line(19, "x", LedgerAccountNumber="9"), InvoiceDate="x", InvoiceNumber=1, CustomerNumber=99),
         {"SILV-08", "SILV-09", "SILV-10", "SILV-13", "SILV-20", "SILV-47"}),
    ],
)  # fmt: skip
def test_a_request_is_refused_with_every_rule_that_it_breaks(
    state: State, at: datetime, command: object, rules: set[str]
) -> None:
    assert refused(state, command, at) == rules


def test_seventy_five_lines_pass_and_fifty_under_the_older_reading(state: State, at: datetime) -> None:
    assert len(booked(state, body(*[line()] * 75), at).lines) == 75
    assert len(booked(state, body(*[line()] * 50), at, SILV_01="lines-50").lines) == 50
    assert refused(state, body(*[line()] * 51), at, SILV_01="lines-50") == {"SILV-01"}


def test_the_number_of_a_customer_wins_over_name_and_email(state: State, at: datetime) -> None:
    command = body(CustomerNumber="2", CustomerName="Demo bedrijf", CustomerEmail="no@where.example")
    assert booked(state, command, at).customer.guid == 2
    assert "SILV-04" in notes(state, command, at)


def test_the_due_date_follows_the_customers_term_else_the_administrations(state: State, at: datetime) -> None:
    assert show.invoice(booked(state, body(), at))["InvoiceDueDate"] == "26-05-2017"
    assert show.invoice(booked(state, body(CustomerNumber=6), at))["InvoiceDueDate"] == "04-07-2017"
    late = booked(state, body(InvoiceDate="31-12-9999"), at)
    assert show.invoice(late)["InvoiceDueDate"] == "31-12-9999"


def test_without_a_date_it_is_today_in_the_netherlands(state: State, at: datetime) -> None:
    almost_midnight_utc = at.replace(hour=22, minute=30)
    assert show.invoice(booked(state, body(), almost_midnight_utc))["InvoiceDate"] == "06-05-2017"


@pytest.mark.parametrize(
    ("text", "shown"),
    [("32-01-2017", "01-02-2017"), ("5-5-2017", "05-05-2017"), ("2017-05-05", "07-11-0010")],
)
def test_a_lenient_server_makes_sense_and_nonsense_of_dates(
    state: State, at: datetime, text: str, shown: str
) -> None:
    assert show.invoice(booked(state, body(InvoiceDate=text), at, SILV_09="lenient"))["InvoiceDate"] == shown


def test_an_unknown_cost_centre_is_made_by_a_booking_and_not_by_a_refusal(state: State, at: datetime) -> None:
    outcome = add_sales_transaction(
        state, body(line(CostCenter=" YOUTH "), line(CostCenter="FIRST TEAM")), at=at, readings={}
    )
    assert isinstance(outcome, Changed)
    assert set(outcome.state.centres.keys()) == {"FIRST TEAM", "YOUTH"}
    assert "SILV-19" in outcome.notes
    assert refused(state, body(line(CostCenter="YOUTH"), line(19)), at) == {"SILV-13"}


@pytest.mark.parametrize(
    ("file", "note"),
    [
        ("instalment.pdf", ""), ("instalment.PDF?v=2", ""), ("gone.pdf", "SILV-21"), ("unknown.pdf", "SILV-21"),
        ("instalment.txt", "SILV-22"), ("page.pdf", "SILV-23"), ("eleven-megabytes.pdf", "SILV-23"),
    ],
)  # fmt: skip
def test_a_file_is_attached_if_it_fits_and_never_stops_the_invoice(
    state: State, at: datetime, file: str, note: str
) -> None:
    command = body(InvoiceFileUrl=f"https://files.example/{file}")
    assert len(booked(state, command, at).attachments) == (0 if note else 1)
    assert {code for code in notes(state, command, at) if code in ("SILV-21", "SILV-22", "SILV-23")} == {
        note
    } - {""}


def test_the_project_is_found_by_number_first_and_by_name_when_told(state: State, at: datetime) -> None:
    def project(**how: str) -> str:
        found = booked(state, body(**how), at).project
        assert found is not None
        return found.number

    assert project(InvoiceProject="1") == "1"
    assert project(InvoiceProject="1", SelectProjectBy="NAME") == "2"
    assert project(InvoiceProject="pr-123") == "1"
    assert booked(state, body(InvoiceProject="Pr-999"), at, SILV_33="ignored").project is None


def test_more_than_two_decimals_are_rounded_or_refused_by_reading(state: State, at: datetime) -> None:
    odd = body(line(0, Decimal("0.125")))
    assert booked(state, odd, at).incl_cents == 13
    assert refused(state, odd, at, SILV_55="refused") == {"SILV-55"}


def test_an_invoice_over_nothing_is_paid_at_once_and_a_negative_one_keeps_its_type(
    state: State, at: datetime
) -> None:
    nothing = booked(state, body(line(21, 5), line(21, -5)), at)
    assert (nothing.status.value, nothing.outstanding_cents) == ("paid", 0)
    assert booked(state, body(line(21, -5)), at).kind is Kind.BOOKKEEPING


def test_misspelt_members_count_as_absent(state: State, at: datetime) -> None:
    assert refused(state, {"customernumber": 1, "Invoice_InvoiceLine": [line()]}, at) == {"SILV-03"}
