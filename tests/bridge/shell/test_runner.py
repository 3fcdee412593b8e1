"""Does a whole run book, report and follow, and does it survive what gets lost on the way?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ixbridge.core.life import Life, Stage, life_of, standing_of
from ixbridge.core.mapping import CustomerMatch, CustomerRules, DraftAs, NumberSeries
from ixbridge.core.model import Mode
from ixbridge.core.resolve import Adopt, NotCreated, Retry, Verdict, resolution
from ixbridge.core.wire import Heard, Reply, Request
from support.bridging import (
    Bench,
    Killed,
    Pocket,
    customer,
    delivered_twice,
    instalment,
    killed_after,
    killed_before,
    lost,
    pocket,
    policy,
    says,
    swallowed,
    unsent,
)

OWN_NUMBERS = NumberSeries(start=700)


def life(bench: Bench, code: str = "C-1") -> Life:
    return life_of(code, [each for each in bench.disk if each.subject == code])


def resolved(bench: Bench, verdict: Verdict, code: str = "C-1") -> None:
    """What `ixkit bridge resolve` does."""
    standing = standing_of([each for each in bench.disk if each.subject == "customer 1001"])
    entries = resolution(verdict, life(bench, code), lives={}, standing=standing)
    assert not isinstance(entries, str), entries
    for entry in entries:
        bench.journal.append(entry, sync=True)


def documents(world: Pocket, code: str) -> int:
    return sum(f"[iX:{code}]" in each["InvoiceNotes"] for each in world.invoices)


# --- the plain journey ------------------------------------------------------------------------


def test_an_instalment_is_booked_and_reported_with_number_due_date_and_pdf() -> None:
    bench = Bench(pocket("C-1"))
    report = bench.run()
    assert [(item.code, item.status.value, item.number) for item in report.items] == [("C-1", "booked", "1")]
    assert report.exit_code == 0
    (said,) = bench.world.sent("putInstalments")
    assert said["invoiceNumber"] == "1" and said["invoiceDueDate"] == "2026-12-31" and said["invoicePdf"]
    assert bench.world.customers[1001]["customerCode"] == "1"


def test_a_second_run_sends_nothing_but_reads_and_writes_nothing() -> None:
    bench = Bench(pocket("C-1", "C-2"))
    bench.run()
    before = len(bench.disk)
    bench.world.requests.clear()
    report = bench.run()
    assert not report.changed and report.records == 0 and len(bench.disk) == before
    assert {each.method for each in bench.world.requests if each.operation != "postToken"} == {"GET"}


def test_a_payment_is_reported_once() -> None:
    bench = Bench(pocket("C-1"))
    bench.run()
    bench.world.pay_all()
    assert bench.statuses() == {"C-1": "paid"}
    assert bench.world.instalments["C-1"]["paymentNo"] == "SILVASOFT-1-2026-04-01"
    assert bench.statuses() == {}
    assert bench.world.count("putInstalments") == 2


@pytest.mark.parametrize("creation", [DraftAs.INVOICE, DraftAs.ORDER])
def test_a_draft_gets_d_first_and_its_real_number_later(creation: DraftAs) -> None:
    bench = Bench(pocket("C-1"), policy(Mode.DRAFT, draft_as=creation))
    assert bench.statuses() == {"C-1": "drafted"}
    draft = "DC-1" if creation is DraftAs.INVOICE else "D500"
    assert bench.world.instalments["C-1"]["invoiceNumber"] == draft
    assert bench.statuses() == {"C-1": "drafted"}
    if creation is DraftAs.ORDER:
        order = bench.world.orders[0]
        lines = [{"TaxPc": 21, "SubTotalInclTax": order["OrderTotalInclTax"]}]
        invoice = {"CustomerNumber": 1, "InvoiceDate": "03-05-2026", "InvoiceNotes": order["OrderNotes"]}
        bench.world._invoice({**invoice, "Invoice_InvoiceLine": lines}, draft=False)
    bench.world.post_drafts()
    assert bench.statuses() == {"C-1": "finalised"}
    assert bench.world.instalments["C-1"]["invoiceNumber"] == "1"
    bench.world.pay_all()
    assert bench.statuses() == {"C-1": "paid"}
    assert [said.get("invoiceNumber") for said in bench.world.sent("putInstalments")] == [draft, "1", None]


def test_products_are_made_once_and_only_for_drafts() -> None:
    bench = Bench(pocket("C-1", "C-2"), policy(Mode.DRAFT))
    bench.run()
    assert bench.world.articles == {"SEAT"} and bench.world.count("addproduct") == 1
    direct = Bench(pocket("C-1"))
    direct.run()
    assert direct.world.count("addproduct") == 0


def test_a_deleted_draft_is_parked() -> None:
    bench = Bench(pocket("C-1"), policy(Mode.DRAFT))
    bench.run()
    bench.world.invoices.clear()
    (item,) = bench.run().items
    assert (item.status.value, item.reason) == ("parked", "document_gone")
    assert "deleted" in item.message


def test_seventy_six_different_lines_are_parked_and_leave_no_customer_behind() -> None:
    world = pocket("C-1")
    world.instalments["C-1"] = instalment("C-1", lines=[(100 + n, 21) for n in range(76)])
    bench = Bench(world)
    (item,) = bench.run().items
    assert (item.status.value, item.reason) == ("parked", "too_many_lines")
    assert world.relations == [] and world.invoices == []
    assert bench.run().records == 0


def test_a_bad_instalment_is_parked_alone() -> None:
    world = pocket("C-1", "C-2", "C-3")
    world.instalments["C-2"]["amountExclVat"] = "a lot"
    world.instalments["C-3"]["amountInclVat"] = 121.01
    bench = Bench(world)
    report = bench.run()
    assert {item.code: item.reason for item in report.items} == {
        "C-1": None,
        "C-2": "instalment_unreadable",
        "C-3": "does_not_add_up",
    }
    assert bench.run().records == 0
    world.instalments["C-2"] = instalment("C-2")
    assert bench.statuses()["C-2"] == "booked"


def test_an_instalment_without_a_code_is_told_and_stops_nobody() -> None:
    world = pocket("C-1")
    world.instalments["x"] = {"amountInclVat": 1}
    report = Bench(world).run()
    assert [(item.code, item.status.value) for item in report.items] == [("C-1", "booked"), ("#2", "parked")]


@pytest.mark.parametrize("body", [b"<html>maintenance</html>", b"{}", b"null", b"", b'[{"a":1'])
def test_an_unreadable_list_is_an_error_and_never_nothing_to_do(body: bytes) -> None:
    bench = Bench(pocket("C-1"))
    bench.world.faults = {("getInstalments", nth): says(200, body) for nth in range(1, 5)}
    report = bench.run()
    assert report.exit_code == 4 and report.halted is not None
    assert bench.world.count("getInstalments") == 4


# --- customers --------------------------------------------------------------------------------


def test_two_customers_who_share_an_email_stay_apart() -> None:
    world = pocket("C-1", "C-2")
    world.customers = {n: customer(n, email="family@example.org") for n in (1001, 1002)}
    world.instalments["C-2"] = instalment("C-2", customer=1002)
    bench = Bench(world, policy(customers=CustomerRules(True, (CustomerMatch.CODE, CustomerMatch.EMAIL))))
    bench.run()
    assert [world.customers[n]["customerCode"] for n in (1001, 1002)] == ["1", "2"]
    assert [each["CustomerNumber"] for each in world.invoices] == [1, 2]


def test_two_customers_of_one_name_stay_apart() -> None:
    world = pocket("C-1", "C-2")
    world.customers = {n: customer(n, name="De Smet") for n in (1001, 1002)}
    world.instalments["C-2"] = instalment("C-2", customer=1002)
    every = (CustomerMatch.CODE, CustomerMatch.VAT, CustomerMatch.EMAIL, CustomerMatch.NAME)
    Bench(world, policy(customers=CustomerRules(True, every))).run()
    assert [each["CustomerNumber"] for each in world.invoices] == [1, 2]


def test_a_customer_with_a_code_is_taken_by_it() -> None:
    world = pocket("C-1")
    world.customers[1001]["customerCode"] = "42"
    world.relations.append({"CustomerNumber": 42, "Name": "Another spelling", "Email": ""})
    Bench(world).run()
    assert world.invoices[0]["CustomerNumber"] == 42
    assert world.count("addbusinessrelation") == world.count("patchCustomer") == 0


def test_a_code_that_the_target_does_not_know_is_parked() -> None:
    world = pocket("C-1")
    world.customers[1001]["customerCode"] = "42"
    (item,) = Bench(world).run().items
    assert item.reason == "customer_not_found" and world.relations == []


def test_a_code_taken_by_another_customer_parks() -> None:
    world = pocket("C-1")
    world.customers[1002] = customer(1002, code="1")
    (item,) = Bench(world).run().items
    assert item.reason == "customer_shared" and world.invoices == []


@pytest.mark.parametrize("fault", [lost, killed_after])
def test_a_customer_made_without_an_answer_is_found_and_not_made_twice(fault: object) -> None:
    bench = Bench(pocket("C-1"))
    bench.world.faults["addbusinessrelation", 1] = fault  # type: ignore[assignment]
    ran_until_done(bench)
    assert len(bench.world.relations) == 1
    assert bench.world.customers[1001]["customerCode"] == "1"


def test_a_customer_that_was_perhaps_made_is_parked_until_somebody_looks() -> None:
    bench = Bench(pocket("C-1"))
    bench.world.faults["addbusinessrelation", 1] = swallowed
    (item,) = bench.run().items
    assert item.reason == "uncertain_create"
    assert bench.run().records == 0 and bench.world.relations == []
    resolved(bench, NotCreated())
    assert bench.statuses() == {"C-1": "booked"}


# --- what gets lost ---------------------------------------------------------------------------


def ran_until_done(bench: Bench, rounds: int = 5) -> None:
    for _ in range(rounds):
        try:
            report = bench.run()
        except Killed:
            continue
        if not report.changed and report.halted is None:
            return


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("fault", [lost, killed_after, says(500, {}, done=True), says(200, {}, done=True)])
def test_a_document_made_without_an_answer_is_adopted(mode: Mode, fault: object) -> None:
    bench = Bench(pocket("C-1"), policy(mode))
    operation = "addsalestransaction" if mode is Mode.DIRECT else "addsalesinvoice"
    bench.world.faults[operation, 1] = fault  # type: ignore[assignment]
    ran_until_done(bench)
    assert documents(bench.world, "C-1") == 1 and bench.world.count(operation) == 1
    assert life(bench).stage is (Stage.REPORTED if mode is Mode.DIRECT else Stage.HANDED)


@pytest.mark.parametrize(
    "fault", [swallowed, killed_before, says(503, b"busy"), says(200, []), says(200, b"<html>")]
)
def test_an_uncertain_create_is_parked_and_never_sent_again(fault: object) -> None:
    bench = Bench(pocket("C-1"))
    bench.world.faults["addsalestransaction", 1] = fault  # type: ignore[assignment]
    ran_until_done(bench)
    assert bench.world.count("addsalestransaction") == 1
    parked = life(bench).parked
    assert parked is not None and parked.reason.value == "uncertain_create"


def test_an_uncertain_create_that_arrives_late_is_adopted_by_itself() -> None:
    bench = Bench(pocket("C-1"))
    bench.world.faults["addsalestransaction", 1] = swallowed
    bench.run()
    bench.world.send(
        bench.world.requests[[r.operation for r in bench.world.requests].index("addsalestransaction")]
    )
    assert bench.statuses() == {"C-1": "booked"}
    assert documents(bench.world, "C-1") == 1


def test_an_operator_may_say_that_nothing_was_created() -> None:
    bench = Bench(pocket("C-1"))
    bench.world.faults["addsalestransaction", 1] = swallowed
    bench.run()
    resolved(bench, NotCreated())
    assert bench.statuses() == {"C-1": "booked"}
    assert documents(bench.world, "C-1") == 1


def test_an_operator_may_name_the_document() -> None:
    bench = Bench(pocket("C-1"))
    bench.world.faults["addsalestransaction", 1] = swallowed
    bench.run()
    by_hand = {"CustomerNumber": 1, "InvoiceDate": "01-04-2026", "InvoiceNotes": "typed by hand"}
    lines = [{"TaxPc": 21, "SubTotalInclTax": "121.00"}]
    bench.world._invoice({**by_hand, "InvoiceNumber": 77, "Invoice_InvoiceLine": lines}, draft=False)
    resolved(bench, Adopt("77"))
    assert bench.statuses() == {"C-1": "booked"}
    assert bench.world.instalments["C-1"]["invoiceNumber"] == "77"


@pytest.mark.parametrize("fault", [swallowed, killed_before, lost, killed_after, says(500, {})])
def test_with_an_own_number_the_same_create_is_sent_again_and_one_document_exists(fault: object) -> None:
    bench = Bench(pocket("C-1"), policy(numbers=OWN_NUMBERS))
    bench.world.faults["addsalestransaction", 1] = fault  # type: ignore[assignment]
    ran_until_done(bench)
    assert [each["InvoiceNumber"] for each in bench.world.invoices] == [700]
    assert life(bench).stage is Stage.REPORTED


def test_own_numbers_follow_each_other() -> None:
    bench = Bench(pocket("C-1", "C-2", "C-3"), policy(numbers=OWN_NUMBERS))
    bench.run()
    assert [each["InvoiceNumber"] for each in bench.world.invoices] == [700, 701, 702]
    bench.world.instalments["C-4"] = instalment("C-4")
    bench.run()
    assert bench.world.invoices[-1]["InvoiceNumber"] == 703


def test_a_number_that_somebody_else_used_is_parked_and_the_next_one_goes_on() -> None:
    bench = Bench(pocket("C-1", "C-2"), policy(numbers=OWN_NUMBERS))
    bench.world.relations.append(
        {"CustomerNumber": 9, "Name": "X", "Email": "", "TaxIdentificationNumber": ""}
    )
    foreign = {"CustomerNumber": 9, "InvoiceDate": "01-04-2026", "InvoiceNotes": "", "InvoiceNumber": 700}
    bench.world._invoice(
        {**foreign, "Invoice_InvoiceLine": [{"TaxPc": 21, "SubTotalInclTax": 1}]}, draft=False
    )
    report = bench.run()
    assert {item.code: item.reason or item.number for item in report.items} == {
        "C-1": "number_taken",
        "C-2": "701",
    }


def test_a_lost_journal_books_nothing_twice() -> None:
    bench = Bench(pocket("C-1"))
    bench.world.faults["putInstalments", 1] = killed_before
    with pytest.raises(Killed):
        bench.run()
    bench.disk.clear()
    assert bench.statuses() == {"C-1": "booked"}
    assert documents(bench.world, "C-1") == 1


def test_a_document_delivered_twice_is_parked_with_both_numbers() -> None:
    bench = Bench(pocket("C-1"))
    bench.world.faults["addsalestransaction", 1] = delivered_twice
    report = bench.run()
    (item,) = report.items
    assert item.reason == "duplicate_documents" and "1, 2" in item.message
    assert report.exit_code == 1 and bench.world.count("putInstalments") == 0
    del bench.world.invoices[1]
    assert bench.statuses() == {"C-1": "parked"}, "the number that is left is not the one that was answered"


def test_a_total_that_differs_is_parked_and_fails_the_run() -> None:
    bench = Bench(pocket("C-1"))

    def wrong(request: object, answer: object) -> object:
        reply = answer()  # type: ignore[operator]
        bench.world.invoices[0]["InvoiceTotalInclTax"] = 121.01
        return reply

    bench.world.faults["addsalestransaction", 1] = wrong  # type: ignore[assignment]
    report = bench.run()
    assert report.items[0].reason == "total_differs" and report.exit_code == 1
    assert bench.world.count("putInstalments") == 0


@pytest.mark.parametrize(
    "operation",
    [
        "getInstalments",
        "getCustomer",
        "listrelations",
        "listsalesinvoices",
        "putInstalments",
        "patchCustomer",
    ],
)
@pytest.mark.parametrize("fault", [lost, swallowed, unsent, says(500, {}), says(200, b"<html>hello")])
def test_reads_and_idempotent_writes_are_tried_again(operation: str, fault: object) -> None:
    bench = Bench(pocket("C-1"))
    bench.world.faults[operation, 1] = fault  # type: ignore[assignment]
    assert bench.statuses() == {"C-1": "booked"}
    assert len(bench.clock.slept) == 1 and 0 < bench.clock.slept[0] <= 1


def test_a_read_is_tried_four_times_and_then_left_for_the_next_run() -> None:
    bench = Bench(pocket("C-1"))
    bench.world.faults = {("getCustomer", nth): says(503, {}) for nth in range(1, 5)}
    (item,) = bench.run().items
    assert item.status.value == "waiting" and bench.world.count("getCustomer") == 4
    assert bench.clock.slept == [0.5, 1.0, 2.0]
    assert bench.statuses() == {"C-1": "booked"}


def test_a_system_out_of_reach_ends_the_run_before_everybody_waits() -> None:
    bench = Bench(pocket(*(f"C-{n}" for n in range(20))))
    bench.world.faults = {("listrelations", nth): unsent for nth in range(1, 99)}
    report = bench.run()
    assert report.exit_code == 4 and bench.world.count("listrelations") == 6


LIMIT = {"errorCode": "UNAUTHORIZED", "errorMessage": "Ratelimit exceeded"}
REFUSED = {"errorCode": "UNAUTHORIZED", "errorMessage": "Invalid authentication credentials"}


def test_a_limit_in_disguise_is_waited_for() -> None:
    bench = Bench(pocket("C-1"))
    bench.world.faults = {
        ("addsalestransaction", 1): says(401, LIMIT),
        ("listrelations", 1): says(401, LIMIT),
    }
    assert bench.statuses() == {"C-1": "booked"}
    assert documents(bench.world, "C-1") == 1 and sum(bench.clock.slept) > 5


def test_a_limit_that_lasts_leaves_the_rest_for_the_next_run() -> None:
    bench = Bench(pocket("C-1", "C-2"))
    bench.world.faults = {("addsalestransaction", nth): says(401, LIMIT) for nth in range(1, 99)}
    report = bench.run()
    assert report.exit_code == 4 and "Ratelimit" in (report.halted or "")
    bench.world.faults.clear()
    assert bench.statuses() == {"C-1": "booked", "C-2": "booked"}


@pytest.mark.parametrize("operation", ["listrelations", "addsalestransaction"])
def test_a_limit_that_asks_for_no_wait_is_still_bounded(operation: str) -> None:
    bench = Bench(pocket("C-1"))
    nothing = says(429, {}, headers={"retry-after": "0"})
    bench.world.faults = {(operation, nth): nothing for nth in range(1, 999)}
    assert bench.run().exit_code == 4
    assert bench.world.count(operation) == 8


@pytest.mark.parametrize(("asked", "waited"), [("7", 7.5), ("999999", None), ("soon", 3.75), ("-1", 3.75)])
def test_retry_after_is_kept_within_reason(asked: str, waited: float | None) -> None:
    bench = Bench(pocket("C-1"))
    bench.world.faults["listrelations", 1] = says(429, {}, headers={"retry-after": asked})
    report = bench.run()
    if waited is None:
        assert report.exit_code == 4 and bench.clock.slept == []
    else:
        assert bench.clock.slept == [waited] and report.exit_code == 0


def test_wrong_credentials_stop_the_run_and_park_nothing() -> None:
    bench = Bench(pocket("C-1", "C-2"))
    bench.world.faults["addsalestransaction", 1] = says(401, REFUSED)
    report = bench.run()
    assert report.exit_code == 4 and bench.world.count("addsalestransaction") == 1
    assert {item.status.value for item in report.items} == {"waiting"}
    assert bench.statuses() == {"C-1": "booked", "C-2": "booked"}


def test_a_token_that_is_refused_is_renewed_once() -> None:
    bench = Bench(pocket("C-1"))
    bench.world.faults["getCustomer", 1] = says(401, {"Message": "Authorization has been denied."})
    assert bench.statuses() == {"C-1": "booked"}
    assert bench.world.count("postToken") == 2
    assert bench.clock.slept == [0.0]


def test_a_redirect_stops_the_run() -> None:
    bench = Bench(pocket("C-1"))
    bench.world.faults["getInstalments", 1] = says(
        302, b"", headers={"location": "https://elsewhere.example"}
    )
    report = bench.run()
    assert report.exit_code == 4 and bench.world.count("getInstalments") == 1


def test_a_refused_create_is_parked_and_may_be_retried() -> None:
    bench = Bench(pocket("C-1"))
    bench.world.faults["addsalestransaction", 1] = says(
        400, {"errorCode": "X", "errorMessage": "Ledger not found"}
    )
    (item,) = bench.run().items
    assert item.reason == "refused_by_target" and "Ledger not found" in item.message
    assert bench.run().records == 0
    resolved(bench, Retry())
    assert bench.statuses() == {"C-1": "booked"}


# --- changes in the source --------------------------------------------------------------------


def test_an_instalment_edited_before_its_create_is_booked_as_it_is_now() -> None:
    bench = Bench(pocket("C-1"))
    bench.world.faults["addsalestransaction", 1] = says(401, REFUSED)
    bench.run()
    bench.world.instalments["C-1"] = instalment("C-1", lines=[(20000, 21)])
    assert bench.statuses() == {"C-1": "booked"}
    assert bench.world.invoices[0]["InvoiceTotalInclTax"] == 242.0


def test_an_instalment_edited_after_its_create_is_parked() -> None:
    bench = Bench(pocket("C-1"))
    bench.world.faults["putInstalments", 1] = killed_before
    with pytest.raises(Killed):
        bench.run()
    bench.world.instalments["C-1"] = instalment("C-1", lines=[(20000, 21)])
    (item,) = bench.run().items
    assert item.reason == "source_changed" and documents(bench.world, "C-1") == 1
    bench.world.instalments["C-1"] = instalment("C-1")
    assert bench.statuses() == {"C-1": "booked"}


def test_an_instalment_withdrawn_before_its_create_is_dropped_with_a_record() -> None:
    bench = Bench(pocket("C-1"))
    bench.world.faults["addsalestransaction", 1] = says(401, REFUSED)
    bench.run()
    held = bench.world.instalments.pop("C-1")
    assert bench.statuses() == {"C-1": "dropped"}
    assert bench.statuses() == {} and bench.world.invoices == []
    bench.world.instalments["C-1"] = held
    assert bench.statuses() == {"C-1": "booked"}


def test_an_instalment_withdrawn_after_its_create_is_parked() -> None:
    bench = Bench(pocket("C-1"))
    bench.world.faults["putInstalments", 1] = killed_before
    with pytest.raises(Killed):
        bench.run()
    bench.world.instalments.clear()
    (item,) = bench.run().items
    assert item.reason == "source_withdrawn"


def test_a_changed_mapping_reopens_what_was_parked_before_its_create() -> None:
    world = pocket("C-1")
    world.instalments["C-1"] = instalment("C-1", lines=[(10000, 9)])
    bench = Bench(world)
    assert bench.run().items[0].reason == "tax_not_mapped"
    world.instalments["C-1"]["lines"][0]["vatRate"]["code"] = "9"
    rules = policy().settings.tax
    codes = {**rules.codes, "9": replace(rules.codes["21"], percentage=None)}
    bench.policy = policy(tax=replace(rules, codes=codes))
    assert bench.statuses() == {"C-1": "booked"}


# --- the journal ------------------------------------------------------------------------------


def test_no_create_is_sent_without_a_synced_intent() -> None:
    bench = Bench(pocket("C-1", "C-2"), policy(Mode.DRAFT))
    seen: list[set[str]] = []
    send = bench.world.send

    def watching(request: object) -> object:
        if request.operation in ("addsalesinvoice", "addbusinessrelation", "addproduct"):  # type: ignore[attr-defined]
            seen.append({each.subject for each in bench.disk if each.kind == "intent"})
        return send(request)  # type: ignore[arg-type]

    bench.world.send = watching  # type: ignore[method-assign, assignment]
    bench.run()
    assert seen == [
        {"customer 1001"},
        {"customer 1001", "product SEAT"},
        {"customer 1001", "product SEAT", "C-1"},
        {"customer 1001", "product SEAT", "C-1", "C-2"},
    ]


def test_the_journal_holds_no_secret_and_no_pdf() -> None:
    bench = Bench(pocket("C-1"))
    bench.run()
    text = repr(bench.disk)
    for secret in ("a-client-secret", "an-api-key", "a.token", "PDF-", "JVBER"):
        assert secret not in text


def test_a_limit_of_new_instalments_is_kept() -> None:
    bench = Bench(pocket("C-1", "C-2", "C-3"))
    report = bench.run(limit=2)
    assert [item.status.value for item in report.items] == ["booked", "booked", "waiting"]
    assert len(bench.world.invoices) == 2


def test_the_sums_add_up() -> None:
    world = pocket("C-1", "C-2", "C-3")
    world.instalments["C-2"] = instalment("C-2", lines=[(-5000, 6)])
    world.instalments["C-3"] = instalment("C-3", lines=[(100 + n, 21) for n in range(76)])
    totals = Bench(world).run().totals()
    parts = [totals[name] for name in totals if name != "all"]
    assert sum(part["count"] for part in parts) == totals["all"]["count"] == 3
    cents = sum(round(float(part["amounts"].get("EUR", 0)) * 100) for part in parts)
    assert cents == round(float(totals["all"]["amounts"]["EUR"]) * 100)


def test_many_unpaid_invoices_are_followed_by_one_reading_of_the_list() -> None:
    bench = Bench(pocket(*(f"C-{n}" for n in range(10))))
    bench.run()
    bench.world.requests.clear()
    bench.world.pay_all()
    assert set(bench.statuses().values()) == {"paid"}
    assert bench.world.count("listsalesinvoices") == 1


def test_what_is_uncertain_is_looked_for_in_every_run_at_the_price_of_one_list() -> None:
    bench = Bench(pocket(*(f"C-{n}" for n in range(6))))
    bench.world.faults = {("addsalestransaction", nth): swallowed for nth in range(1, 7)}
    bench.run()
    bench.world.requests.clear()
    bench.clock.slept.clear()
    assert set(bench.statuses().values()) == {"parked"}
    assert bench.world.count("listsalesinvoices") == 1 and bench.clock.slept == []


# --- people who edit meanwhile ----------------------------------------------------------------


def edited(bench: Bench, code: str, net: int) -> None:
    bench.world.instalments[code] = instalment(code, lines=((net, 21),))


@pytest.mark.parametrize("mode", Mode)
def test_what_was_edited_after_its_create_is_parked_before_ixpole_is_told(mode: Mode) -> None:
    bench = Bench(pocket("C-1"), policy(mode))

    def edit(request: Request, answer: Callable[[], Reply]) -> Heard:
        edited(bench, "C-1", 99)
        return answer()

    bench.world.faults |= {(name, 1): edit for name in ("addsalestransaction", "addsalesinvoice", "addorder")}
    (item,) = bench.run().items
    assert item.reason == "source_changed" and not bench.world.sent("putInstalments")


@pytest.mark.parametrize("took_s", [1, 61])
def test_nothing_is_booked_from_a_list_older_than_a_minute(took_s: int) -> None:
    bench = Bench(pocket("C-1", "C-2"))

    def slow(request: Request, answer: Callable[[], Reply]) -> Heard:
        bench.clock.sleep(took_s)
        edited(bench, "C-2", 99)
        return answer()

    bench.world.faults["addsalestransaction", 1] = slow
    statuses = {item.code: item.reason or item.status.value for item in bench.run().items}
    assert bench.world.count("addsalestransaction") == 2
    assert statuses == {"C-1": "booked", "C-2": "booked" if took_s > 60 else "source_changed"}
