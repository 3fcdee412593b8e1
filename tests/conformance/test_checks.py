"""Do the checks let what is right pass, and name what is wrong? On histories made by hand."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.histories import (
    booked,
    codes,
    data,
    document,
    exchange,
    findings,
    right,
    spoiled,
    with_documents,
    with_told,
)
from ixconform.data import Step
from ixconform.history import DocumentLine, History, Run
from ixconform.play import SETTLE_MAX, settling
from ixconform.profile import Claims


@given(count=st.integers(1, 6), seed=st.integers(0, 10_000))
def test_what_is_right_is_never_found(count: int, seed: int) -> None:
    assert findings(right(data(count, seed))) == []


@given(cents=st.integers(-500, 500).filter(bool), seed=st.integers(0, 1000))
def test_a_total_that_is_off_by_a_cent_or_more_is_found(cents: int, seed: int) -> None:
    history = right(data(1, seed))
    first = history.books.documents[0]
    assert "P-SUM" in codes(with_documents(history, replace(first, total_cents=first.total_cents + cents)))


def test_the_right_total_under_another_rate_is_found() -> None:
    history = right()
    first = history.books.documents[0]
    moved = tuple(replace(line, rate=line.rate - 15) for line in first.lines)
    assert codes(with_documents(history, replace(first, lines=moved), history.books.documents[1])) == {
        "P-SUM"
    }


def test_lines_in_another_order_or_merged_are_right() -> None:
    made = data(1)
    one = made.instalments[0]
    twice = replace(one, lines=(*one.lines, *one.lines))
    history = right(replace(made, instalments=(twice,)))
    first = history.books.documents[0]
    merged = DocumentLine(
        gross_cents=first.total_cents, net_cents=first.net_cents, rate=first.lines[0].rate, text="merged"
    )
    assert codes(with_documents(history, replace(first, lines=(merged,)))) == set()


def test_two_documents_for_one_instalment_are_found_and_both_requests_named() -> None:
    history = right(data(1))
    one = history.case.data.instalments[0]
    again = booked(20, one, 101)
    doubled = replace(history, exchanges=(*history.exchanges, *again))
    doubled = with_documents(doubled, *history.books.documents, document(one, 101, history.case.data))
    found = [each for each in findings(doubled) if each.code == "P-ONE"]
    assert [sorted(each.marks) for each in found] == [[2, 20]]


def test_a_document_that_a_person_deleted_does_not_count() -> None:
    history = right(data(1))
    one = history.case.data.instalments[0]
    gone = replace(document(one, 101, history.case.data), stage="void")
    assert codes(with_documents(history, *history.books.documents, gone)) == set()


def test_nothing_booked_is_found_and_left_for_a_person_only_where_the_kit_hid_the_outcome() -> None:
    history = with_documents(right(data(1)))
    bare = with_told(history, history.case.data.instalments[0].code, number="", due="")
    bare = replace(bare, exchanges=history.exchanges[:1])
    assert codes(bare) == {"P-ONE"}
    lost = exchange(5, "silvasoft", "addsalestransaction", fault="reset@received", status=0)
    hidden = replace(bare, exchanges=(*bare.exchanges, lost), case=replace(bare.case, faulty=True))
    assert [each.kind for each in findings(hidden) if each.code == "P-ONE"] == ["skip"]
    code = history.case.data.instalments[0].code
    said = replace(
        hidden, runs=(Run(number=1, ended="exit", code=0, seconds=0.1, output=f"{code} is uncertain"),)
    )
    assert findings(said) == []


def test_a_fault_at_a_read_excuses_nothing() -> None:
    history = with_documents(right(data(1)))
    code = history.case.data.instalments[0].code
    bare = replace(with_told(history, code, number="", due=""), exchanges=history.exchanges[:1])
    hit = exchange(5, "silvasoft", "listrelations", fault="reset@received", status=0)
    loud = Run(number=1, ended="exit", code=1, seconds=0.1, output=f"{code}: gave up")
    hidden = replace(
        bare, exchanges=(*bare.exchanges, hit), case=replace(bare.case, faulty=True), runs=(loud,)
    )
    assert "P-ONE" in codes(hidden)


def test_a_number_told_before_the_document_is_there_is_found() -> None:
    history = right(data(1))
    swapped = tuple(
        replace(each, number={2: 3, 3: 2}.get(each.number, each.number)) for each in history.exchanges
    )
    assert "P-ACK" in codes(replace(history, exchanges=tuple(sorted(swapped, key=lambda each: each.number))))


def test_the_number_of_another_instalments_document_is_found() -> None:
    history = right()
    first = history.case.data.instalments[0].code
    told = {"instalmentCode": first, "invoiceNumber": "101", "invoiceDueDate": "2026-05-15"}
    assert "P-ACK" in codes(with_told(spoiled(history, 3, sent=told), first, number="101"))


def test_a_draft_number_after_the_real_one_is_found_even_where_it_is_refused() -> None:
    history = right(data(1))
    code = history.case.data.instalments[0].code
    back = exchange(
        9,
        "ixpole",
        "putInstalments",
        method="PUT",
        status=409,
        sent={"instalmentCode": code, "invoiceNumber": "D100"},
    )
    assert codes(replace(history, exchanges=(*history.exchanges, back))) == {"P-ACK"}


def test_the_spelling_of_the_members_is_free() -> None:
    history = right(data(1))
    code = history.case.data.instalments[0].code
    told = [{"InstalmentCode": code, "invoicenumber": "100", "Invoice DueDate": "2026-05-15"}]
    assert codes(spoiled(history, 3, sent=told)) == set()


def test_a_code_that_only_begins_alike_is_another_one() -> None:
    made = data(2)
    first, second = made.instalments
    alike = (replace(first, code="K-1-1", token=""), replace(second, code="K-1-10", token=""))
    assert codes(right(replace(made, instalments=alike))) == set()


def test_a_customer_of_the_same_name_is_another_customer() -> None:
    history = right()
    first, second = history.books.documents
    assert "P-MAP" in codes(with_documents(history, replace(first, customer=second.customer), second))


def test_a_date_that_slipped_by_a_day_is_found() -> None:
    history = right(data(1))
    first = history.books.documents[0]
    assert codes(with_documents(history, replace(first, day="2026-04-14"))) == {"P-MAP"}


def test_more_than_75_lines_are_found_when_they_are_attempted() -> None:
    history = right(data(1))
    body = {"InvoiceNotes": "x", "Invoice_InvoiceLine": [{}] * 76}
    tried = exchange(9, "silvasoft", "addsalestransaction", status=400, sent=body)
    assert "P-LIM" in codes(replace(history, exchanges=(*history.exchanges, tried)))


def test_paid_is_found_while_something_is_outstanding_and_when_it_is_never_told() -> None:
    history = right(data(1))
    code = history.case.data.instalments[0].code
    paid = exchange(
        9, "ixpole", "putInstalments", method="PUT", sent={"instalmentCode": code, "paymentNo": "B-1"}
    )
    early = replace(history, exchanges=(*history.exchanges, paid))
    assert codes(early) == {"P-PAY"}
    assert codes(early, Claims(payments=False)) == set()
    money = exchange(8, "silvasoft", "act:registerPayment", run=0)
    settled = replace(history.books.documents[0], outstanding_cents=0)
    silent = with_documents(replace(history, exchanges=(*history.exchanges, money)), settled)
    assert codes(silent) == {"P-PAY"}


def test_the_same_refused_request_again_and_again_is_found() -> None:
    history = right(data(1))
    again = [exchange(20 + n, "silvasoft", "addsalestransaction", status=400, sent="same") for n in range(5)]
    assert codes(replace(history, exchanges=(*history.exchanges, *again))) == {"P-RETRY"}


def test_a_malformed_request_is_found_and_a_number_that_is_taken_is_not() -> None:
    history = right(data(1))
    form = {
        "rule": "SILV-09",
        "at": "body.InvoiceDate",
        "seen": "2026-04-15",
        "expected": "dd-MM-yyyy",
        "keyword": "",
    }
    wrong = exchange(20, "silvasoft", "addsalestransaction", status=400, violations=(form,))
    assert codes(replace(history, exchanges=(*history.exchanges, wrong))) == {"P-REQ"}
    taken = {**form, "rule": "SILV-03", "expected": "a number that is unique"}
    benign = replace(wrong, violations=(taken,))
    assert codes(replace(history, exchanges=(*history.exchanges, benign))) == set()


def test_asking_on_while_a_limit_is_in_force_is_found() -> None:
    history = right(data(1))
    limited = [
        exchange(20 + n, "silvasoft", "listrelations", status=401, answered="Ratelimit exceeded")
        for n in range(12)
    ]
    assert codes(replace(history, exchanges=(*history.exchanges, *limited))) == {"P-RATE"}
    assert codes(replace(history, exchanges=(*history.exchanges, *limited[:5]))) == set()


def test_a_secret_that_was_printed_is_found() -> None:
    history = right(data(1))
    loud = replace(history.runs[0], leaked=("IXKIT_SILVASOFT_API_KEY",))
    assert codes(replace(history, runs=(loud,))) == {"P-SEC"}


def test_a_run_that_never_ends_is_found() -> None:
    history = right(data(1))
    for ended in ("timeout", "loop"):
        endless = replace(history.runs[0], ended=ended, code=None)
        assert codes(replace(history, runs=(endless,), problem="stopped")) == {"P-END"}


def test_wrong_credentials_are_tried_a_few_times_only() -> None:
    history = right(data(1))
    case = replace(history.case, steps=(Step("trigger", {"wrong_key": True}),))
    tries = [exchange(20 + n, "ixpole", "postToken", status=400) for n in range(20)]
    assert "P-LOGIN" in codes(replace(history, case=case, exchanges=(*history.exchanges, *tries)))
    assert codes(replace(history, case=case, exchanges=(*history.exchanges, *tries[:3]))) == set()


def test_a_tag_that_is_claimed_must_be_there() -> None:
    history = right(data(1))
    assert codes(history, Claims(correlation=r"(?P<code>K-\S+)")) == set()
    assert codes(history, Claims(correlation=r"ref (?P<code>\S+)")) == {"P-MAP"}


def test_a_draft_number_that_the_kit_itself_delivered_late_is_no_step_back() -> None:
    history = right(data(1))
    code = history.case.data.instalments[0].code
    told = {"instalmentCode": code, "invoiceNumber": "D100"}
    late = exchange(9, "ixpole", "putInstalments", method="PUT", status=409, sent=told, fault="late@received")
    found = [each.actual for each in findings(replace(history, exchanges=(*history.exchanges, late)))]
    assert not any("after the real number" in each for each in found)


def test_a_draft_that_was_told_and_then_deleted_was_there() -> None:
    history = with_documents(right(data(1)))
    code = history.case.data.instalments[0].code
    told = {"instalmentCode": code, "invoiceNumber": "D100"}
    gone = with_told(spoiled(history, 3, sent=told), code, number="D100")
    lenient = replace(gone.case.data.instalments[0], expect="may-refuse")
    gone = replace(gone, case=replace(gone.case, data=replace(gone.case.data, instalments=(lenient,))))
    assert codes(gone) == set()
    assert "P-ACK" in codes(spoiled(gone, 2, answered=[{"InvoiceNumber": 777}]))


def test_a_rounding_that_may_wait_for_a_person_is_shown_to_one_or_booked_to_the_cent() -> None:
    made = data(1)
    one = replace(made.instalments[0], expect="may-park")
    history = right(replace(made, instalments=(one,)))
    assert findings(history) == []
    booked_wrong = replace(history.books.documents[0], total_cents=one.gross_cents + 5)
    assert codes(with_documents(history, booked_wrong)) == {"P-SUM"}
    bare = with_told(with_documents(history), one.code, number="", due="")
    bare = replace(bare, exchanges=history.exchanges[:1])
    assert codes(bare) == {"P-ONE"}
    loud = Run(number=1, ended="exit", code=0, seconds=0.1, output=f"parked {one.code}: five cents")
    assert findings(replace(bare, runs=(loud,))) == []


def test_a_write_back_that_was_refused_and_never_sent_again_is_a_failure() -> None:
    history = right(data(1))
    code = history.case.data.instalments[0].code
    untold = with_told(history, code, number="", due="")
    untold = replace(untold, case=replace(untold.case, faulty=True))
    refused = spoiled(untold, 3, fault="status@received", status=400, changed=False)
    assert [each.kind for each in findings(refused) if each.code == "P-ACK"] == ["fail"]
    lost = spoiled(refused, 2, fault="reset@after_commit", status=0)
    assert [each.kind for each in findings(lost) if each.code == "P-ACK"] == ["skip"]
    loud = Run(number=1, ended="exit", code=0, seconds=0.1, output=f"{code}: iXpole said 400")
    assert findings(replace(refused, runs=(loud,))) == []


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(
    ("file", "right_file"),
    [
        ("", False),
        (" ", False),
        (base64.b64encode(b"<html>not yet</html>").decode(), False),
        ("data:application/pdf;base64,JVBERi0x", False),
        ("%PDF-1.7 raw", False),
        (base64.b64encode(b"%PDF-1.7 of a document").decode(), True),
        (base64.encodebytes(b"%PDF-1.7 " + b"x" * 90).decode(), True),
        (None, True),
    ],
)
def test_a_file_that_is_no_pdf_is_found_as_it_is_sent(
    file: str | None, right_file: bool, status: int
) -> None:
    history = right(data(1))
    code = history.case.data.instalments[0].code
    told = {
        "instalmentCode": code,
        "invoiceNumber": "100",
        "invoiceDueDate": "2026-05-15",
        "invoicePdf": file,
    }
    attempt = exchange(3, "ixpole", "putInstalments", method="PUT", status=status, sent=told)
    again = replace(history.exchanges[-1], number=4)
    tried = replace(history, exchanges=(*history.exchanges[:2], attempt, again))
    assert codes(tried) == (set() if right_file else {"P-ACK"})


@given(backlog=st.integers(0, 500))
def test_whoever_books_one_a_run_has_time_and_nobody_has_it_for_ever(backlog: int) -> None:
    runs = settling(backlog)
    assert runs <= SETTLE_MAX
    assert runs > backlog + 1 or runs == SETTLE_MAX


def test_a_second_booking_cites_the_rule_that_nothing_is_idempotent() -> None:
    history = right(data(1))
    again = document(history.case.data.instalments[0], 101, history.case.data)
    found = findings(with_documents(history, *history.books.documents, again))
    assert [each.because for each in found if each.code == "P-ONE"] == [("SILV-28",)]


def test_a_call_that_went_past_the_kit_is_found() -> None:
    history = right(data(1))
    stray = replace(history.runs[0], calls=("api.vendor.example:443",))
    assert codes(replace(history, runs=(stray,))) == {"P-NET"}


def test_one_file_for_two_documents_is_found_and_one_file_sent_twice_is_not() -> None:
    history = right(data(2))
    paper = base64.b64encode(b"%PDF-1.4 of the first").decode()
    first, second = (each for each in history.exchanges if each.operation == "putInstalments")
    same = spoiled(history, first.number, sent={**first.sent, "invoicePdf": paper})
    again = exchange(30, "ixpole", "putInstalments", method="PUT", sent={**first.sent, "invoicePdf": paper})
    assert codes(replace(same, exchanges=(*same.exchanges, again))) == set()
    assert codes(spoiled(same, second.number, sent={**second.sent, "invoicePdf": paper})) == {"P-ACK"}


@pytest.mark.parametrize("name", ["ledger", "cost_centre"])
def test_what_ixpole_names_on_lines_may_be_called_otherwise_but_not_dropped_or_mixed_up(name: str) -> None:
    made = data(1)
    one = made.instalments[0]
    lines = tuple(
        replace(one.lines[0], text=f"{text} {one.token}", **{name: wanted})
        for text, wanted in (("Seat", "A"), ("Parking", "B"))
    )
    history = right(replace(made, instalments=(replace(one, lines=lines),)))
    first = history.books.documents[0]

    def named(*there: str) -> set[str]:
        held = tuple(replace(line, **{name: to}) for line, to in zip(first.lines, there, strict=True))
        return codes(with_documents(history, replace(first, lines=held)))

    assert named("A", "B") == named("7001", "7002") == set()
    assert named("", "B") == named("A", "A") == {"P-MAP"}


def newcomer(**held: str | None) -> History:
    """One instalment of a new customer, and what the books hold of it."""
    made = data(1)
    new = replace(made.customers[0], known=False)
    history = right(replace(made, customers=(new,)))
    party = replace(history.books.parties[0], **{"code": "701000", "vat": new.vat, **held})  # type: ignore[arg-type]
    return replace(history, books=replace(history.books, parties=(party,)))


CUSTOMER = data(1).customers[0]


@pytest.mark.parametrize(
    ("held", "found"),
    [
        ({}, set()),
        ({"name": CUSTOMER.name[:8]}, {"P-MAP"}),
        ({"email": ""}, {"P-MAP"}),
        ({"email": "somebody@else.example"}, {"P-MAP"}),
        ({"email": CUSTOMER.email.upper()}, set()),
        ({"email": None}, set()),
        ({"vat": ""}, {"P-MAP"}),
        ({"vat": CUSTOMER.vat.removeprefix("BE")}, set()),
        ({"vat": None}, set()),
        ({"address": "Voorbeeldstraat\n12\n9000\nGent"}, set()),
        ({"address": "12\n9000\nGent"}, {"P-MAP"}),
        ({"address": ""}, {"P-MAP"}),
    ],
)
def test_a_new_customer_keeps_what_ixpole_has_where_the_books_have_a_place_for_it(
    held: dict[str, str | None], found: set[str]
) -> None:
    assert codes(newcomer(**held)) == found


def test_an_address_that_a_person_has_entered_since_is_right_too() -> None:
    history = newcomer(email="moved@club.example", address="Nieuwstraat 7, 3000 Leuven")
    assert codes(history) == {"P-MAP"}
    home = {"street": "Nieuwstraat", "postalCode": "3000", "city": "Leuven"}
    moved = exchange(
        9, "ixpole", "act:editCustomer", method="ACT", run=0,
        sent={"customerId": CUSTOMER.id, "email": "moved@club.example", "addresses": [home]},
    )  # fmt: skip
    assert codes(replace(history, exchanges=(*history.exchanges, moved))) == set()


@pytest.mark.parametrize(("ended", "found"), [("exit", {"P-CONV"}), ("quiet", set())])
def test_polls_of_one_that_stays_are_no_work_out_of_proportion(ended: str, found: set[str]) -> None:
    history = right(data(1))
    polls = [exchange(100 + n, "ixpole", "getInstalments", run=1) for n in range(150)]
    run = replace(history.runs[0], ended=ended, code=None if ended == "quiet" else 0)
    assert codes(replace(history, runs=(run,), exchanges=(*history.exchanges, *polls))) == found
    changes = [
        exchange(100 + n, "silvasoft", "addproduct", sent={"ArticleNumber": str(n)}, changed=True)
        for n in range(150)
    ]
    busy = replace(history, runs=(run,), exchanges=(*history.exchanges, *changes, *polls))
    assert "P-CONV" in codes(busy)
