"""What goes wrong after all was well: a late D, a forgotten number, a second document, a bounced payment."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from ixbridge.core.life import Life, Stage, life_of, standing_of
from ixbridge.core.mapping import NumberSeries
from ixbridge.core.model import Mode
from ixbridge.core.records import Entry
from ixbridge.core.recovery import LATE_S, TOLD_MAX
from ixbridge.core.resolve import Adopt, NotCreated, Replace, Retry, Verdict, resolution
from support.bridging import (
    Bench,
    Killed,
    instalment,
    killed_before,
    lost,
    pocket,
    policy,
    says,
    swallowed,
    unsent,
)


def life(bench: Bench, code: str = "C-1") -> Life:
    return life_of(code, [each for each in bench.disk if each.subject == code])


def resolved(bench: Bench, verdict: Verdict, code: str = "C-1") -> None:
    standing = standing_of([each for each in bench.disk if each.subject == "customer 1001"])
    entries = resolution(verdict, life(bench, code), lives={}, standing=standing)
    assert not isinstance(entries, str), entries
    for entry in entries:
        bench.journal.append(entry, sync=True)


def numbers_told(bench: Bench) -> list[str]:
    return [said["invoiceNumber"] for said in bench.world.sent("putInstalments") if "invoiceNumber" in said]


def reported_draft(fault: Any) -> Bench:
    """A draft whose D number went out with this fault, and which was made real since."""
    bench = Bench(pocket("C-1"), policy(Mode.DRAFT))
    bench.world.faults["putInstalments", 1] = fault
    with suppress(Killed):
        bench.run()
    bench.world.post_drafts()
    bench.run()
    assert life(bench).stage is Stage.REPORTED
    return bench


# --- a late D ---------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [lost, swallowed, killed_before])
def test_after_a_doubtful_d_the_real_number_is_written_once_more_when_no_d_can_be_on_its_way(
    fault: Any,
) -> None:
    bench = reported_draft(fault)
    bench.world.instalments["C-1"]["invoiceNumber"] = "DC-1"  # the late D has undone it
    assert numbers_told(bench)[-1] == "1"
    before = len(numbers_told(bench))
    bench.run()
    assert len(numbers_told(bench)) == before, "a late D may still be on its way"
    bench.clock.passed_s += LATE_S
    bench.run()
    assert bench.world.instalments["C-1"]["invoiceNumber"] == "1"
    assert len(numbers_told(bench)) == before + 1 and life(bench).again == ""
    bench.run()
    assert len(numbers_told(bench)) == before + 1


def test_a_payment_does_not_wait_for_it() -> None:
    bench = reported_draft(swallowed)
    bench.world.pay_all()
    bench.run()
    assert life(bench).stage is Stage.PAID and life(bench).again
    bench.world.instalments["C-1"]["invoiceNumber"] = "DC-1"
    bench.clock.passed_s += LATE_S
    bench.run()
    assert life(bench).stage is Stage.PAID and not life(bench).again
    assert bench.world.instalments["C-1"]["invoiceNumber"] == "1"
    assert len(numbers_told(bench)) == 4


def test_without_a_doubt_nothing_is_written_twice() -> None:
    bench = Bench(pocket("C-1"), policy(Mode.DRAFT))
    bench.run()
    bench.world.post_drafts()
    bench.run()
    bench.clock.passed_s += 2 * LATE_S
    bench.run()
    assert numbers_told(bench) == ["DC-1", "1"]


# --- iXpole forgets ---------------------------------------------------------------------------


@pytest.mark.parametrize("mode", list(Mode))
def test_a_number_that_ixpole_lost_is_told_again(mode: Mode) -> None:
    bench = Bench(pocket("C-1"), policy(mode))
    bench.run()
    held = bench.world.instalments["C-1"]
    told = held.pop("invoiceNumber")
    bench.run()
    assert held["invoiceNumber"] == told and numbers_told(bench) == [told, told]
    assert len(bench.world.invoices) == 1


def test_a_paid_instalment_that_ixpole_lost_is_told_again_with_its_payment() -> None:
    bench = Bench(pocket("C-1"))
    bench.run()
    bench.world.pay_all()
    bench.run()
    held = bench.world.instalments["C-1"]
    held.pop("invoiceNumber"), held.pop("paymentNo")
    bench.run()
    assert (held["invoiceNumber"], held["paymentNo"]) == ("1", life(bench).payment_no)
    assert life(bench).stage is Stage.PAID and len(bench.world.invoices) == 1


def test_an_ixpole_that_always_forgets_is_a_case_for_a_person() -> None:
    bench = Bench(pocket("C-1"))
    for _ in range(TOLD_MAX + 3):
        bench.run()
        bench.world.instalments["C-1"].pop("invoiceNumber", None)
    parked = life(bench).parked
    assert parked is not None and parked.reason.value == "source_forgets"
    assert len(numbers_told(bench)) == TOLD_MAX and len(bench.world.invoices) == 1


def test_a_reported_instalment_that_comes_back_changed_is_parked() -> None:
    bench = Bench(pocket("C-1"))
    bench.run()
    bench.world.instalments["C-1"] = instalment("C-1", lines=[(20000, 21)])
    (item,) = bench.run().items
    assert item.reason == "source_changed" and numbers_told(bench) == ["1"]


# --- a second document ------------------------------------------------------------------------


def late_second(bench: Bench) -> None:
    """The create that nobody believed in arrives after all."""
    request = next(each for each in bench.world.requests if each.operation == "addsalestransaction")
    bench.world.send(request)


def test_a_create_that_an_operator_gave_up_and_that_arrives_late_is_an_alarm() -> None:
    bench = Bench(pocket("C-1"))
    bench.world.faults["addsalestransaction", 1] = swallowed
    bench.run()
    resolved(bench, NotCreated())
    assert bench.statuses() == {"C-1": "booked"}
    late_second(bench)
    report = bench.run()
    (item,) = report.items
    assert item.reason == "duplicate_documents" and report.exit_code == 1 and "1, 2" in item.message
    assert bench.run().exit_code == 0, "it is told once"
    bench.world.pay_all()
    assert bench.statuses() == {"C-1": "parked"}, "a payment hides no second document"
    resolved(bench, Adopt("1"))
    assert bench.statuses() == {"C-1": "paid"}


def test_a_second_document_that_is_gone_again_needs_nobody() -> None:
    bench = Bench(pocket("C-1"))
    bench.world.faults["addsalestransaction", 1] = swallowed
    bench.run()
    resolved(bench, NotCreated())
    bench.run()
    late_second(bench)
    bench.run()
    del bench.world.invoices[1]
    bench.world.pay_all()
    assert bench.statuses() == {"C-1": "paid"}


def test_an_audit_finds_a_second_document_of_a_paid_instalment() -> None:
    bench = Bench(pocket("C-1", "C-2"))
    bench.run()
    bench.world.pay_all()
    bench.run()
    assert bench.audit().exit_code == 0 and bench.audit().records == 0
    late_second(bench)
    report = bench.audit()
    assert [(item.code, item.reason) for item in report.items] == [("C-1", "duplicate_documents")]
    assert report.exit_code == 1
    resolved(bench, Adopt("1"))
    assert bench.audit().exit_code == 0


def test_an_audit_finds_a_total_that_was_changed_later() -> None:
    bench = Bench(pocket("C-1"))
    bench.run()
    bench.world.invoices[0].update(InvoiceTotalInclTax=122.0, InvoiceTaxAmount=22.0)
    report = bench.audit()
    assert [item.reason for item in report.items] == ["total_differs"] and report.exit_code == 1


# --- a bounced payment ------------------------------------------------------------------------


def test_a_payment_that_bounced_is_taken_back_in_ixpole() -> None:
    bench = Bench(pocket("C-1"))
    bench.run()
    bench.world.pay_all()
    bench.run()
    bench.world.invoices[0]["InvoiceOutstandingAmount"] = 121.0
    bench.audit()
    assert bench.world.instalments["C-1"]["paymentNo"] is None and life(bench).stage is Stage.REPORTED
    bench.world.pay_all()
    assert bench.statuses() == {"C-1": "paid"}
    assert bench.world.instalments["C-1"]["paymentNo"] == life(bench).payment_no


# --- credit and replace -----------------------------------------------------------------------


def changed_after_booking() -> Bench:
    bench = Bench(pocket("C-1"))
    bench.world.faults["putInstalments", 1] = killed_before
    with pytest.raises(Killed):
        bench.run()
    bench.world.instalments["C-1"] = instalment("C-1", lines=[(20000, 21)])
    assert bench.run().items[0].reason == "source_changed"
    return bench


def credited(bench: Bench, amount: str) -> None:
    """What a bookkeeper does: a credit, with the notes of the invoice."""
    (made,) = bench.world.invoices[:1]
    lines = [{"TaxPc": 21, "SubTotalInclTax": amount}]
    said = {"CustomerNumber": 1, "InvoiceDate": made["InvoiceDate"], "InvoiceNotes": made["InvoiceNotes"]}
    bench.world._invoice({**said, "Invoice_InvoiceLine": lines}, draft=False)


def test_a_changed_instalment_is_credited_and_booked_anew() -> None:
    bench = changed_after_booking()
    credited(bench, "-121.00")
    resolved(bench, Replace("2"))
    assert bench.statuses() == {"C-1": "booked"}
    assert [each["InvoiceTotalInclTax"] for each in bench.world.invoices] == [121.0, -121.0, 242.0]
    assert numbers_told(bench) == ["1", "3"] or numbers_told(bench) == ["3"]
    assert bench.world.instalments["C-1"]["invoiceNumber"] == "3"
    assert bench.audit().exit_code == 0


def test_a_credit_of_another_amount_replaces_nothing() -> None:
    bench = changed_after_booking()
    credited(bench, "-100.00")
    resolved(bench, Replace("2"))
    (item,) = bench.run().items
    assert item.reason == "credit_unproved" and "100.00 EUR" in item.message and "121.00 EUR" in item.message
    assert len(bench.world.invoices) == 2
    del bench.world.invoices[1]
    credited(bench, "-121.00")
    resolved(bench, Replace("3"))
    assert bench.statuses() == {"C-1": "booked"} and len(bench.world.invoices) == 3


def test_a_credit_that_is_not_there_replaces_nothing() -> None:
    bench = changed_after_booking()
    resolved(bench, Replace("99"))
    (item,) = bench.run().items
    assert item.reason == "credit_unproved" and len(bench.world.invoices) == 1


def test_only_a_parked_instalment_with_a_number_is_replaced() -> None:
    bench = Bench(pocket("C-1"))
    bench.run()
    for credit in ("2", "1", "D2"):
        assert isinstance(resolution(Replace(credit), life(bench), lives={}, standing=standing_of([])), str)


# --- out of reach and limits ------------------------------------------------------------------


def test_a_target_that_is_down_costs_a_handful_of_requests() -> None:
    bench = Bench(pocket("C-1", "C-2", "C-3"))
    down = {"listrelations", "addbusinessrelation", "addsalestransaction", "listsalesinvoices"}
    bench.world.faults = {(name, nth): unsent for name in down for nth in range(1, 99)}
    report = bench.run()
    assert report.exit_code == 4
    assert sum(bench.world.count(name) for name in down) <= 6
    bench.world.faults.clear()
    assert set(bench.statuses().values()) == {"booked"}


def test_a_limit_that_asks_for_an_hour_is_kept_by_the_next_runs_too() -> None:
    bench = Bench(pocket("C-1"))
    bench.world.faults["listrelations", 1] = says(429, {}, headers={"retry-after": "3000"})
    assert bench.run().exit_code == 4
    asked = len(bench.world.requests)
    bench.clock.passed_s += 1500
    report = bench.run()
    assert report.exit_code == 4 and "left alone until" in (report.halted or "")
    assert len(bench.world.requests) == asked, "nothing was sent before its time"
    bench.clock.passed_s += 1501
    assert bench.statuses() == {"C-1": "booked"}


def test_a_clock_that_was_set_back_does_not_make_a_limit_last_for_ever() -> None:
    bench = Bench(pocket("C-1"))
    bench.world.faults["listrelations", 1] = says(429, {}, headers={"retry-after": "3000"})
    bench.run()
    bench.clock.passed_s -= 86_400
    assert bench.statuses() == {"C-1": "booked"}


def test_a_short_limit_is_waited_out_by_the_next_run() -> None:
    bench = Bench(pocket("C-1"))
    bench.world.faults |= {
        ("listrelations", nth): says(429, {}, headers={"retry-after": "1"}) for nth in range(1, 9)
    }
    assert bench.run().exit_code == 4
    before = bench.clock.passed_s
    assert bench.statuses() == {"C-1": "booked"} and bench.clock.passed_s >= before + 1


@pytest.mark.parametrize("asked_s", [1, 3000])
def test_where_each_run_begins_at_the_same_moment_a_limit_ends_when_the_target_says_so(asked_s: int) -> None:
    bench = Bench(pocket("C-1"))
    busy = says(429, {}, headers={"retry-after": str(asked_s)})
    bench.world.faults |= {("listrelations", nth): busy for nth in range(1, 17)}
    began = bench.clock.passed_s
    for _ in range(16):
        if bench.run().exit_code == 0:
            break
        bench.clock.passed_s = began
    assert bench.statuses() == {"C-1": "booked"}


def test_a_limit_of_an_older_journal_is_kept_as_well() -> None:
    bench = Bench(pocket("C-1"))
    bench.run()
    until = bench.clock.now() + timedelta(seconds=3000)
    bench.journal.append(Entry("limit target", "limited", {"until": until.isoformat()}), sync=True)
    bench.clock.passed_s += 1500
    assert "left alone until" in (bench.run().halted or "")


def test_own_numbers_go_on_where_the_series_was() -> None:
    bench = Bench(pocket("C-1"), policy(numbers=NumberSeries(700)))
    bench.run()
    resolve_nothing = resolution(Retry(), life(bench), lives={}, standing=standing_of([]))
    assert isinstance(resolve_nothing, str)
    bench.world.instalments["C-2"] = instalment("C-2")
    bench.run()
    assert [each["InvoiceNumber"] for each in bench.world.invoices] == [700, 701]
