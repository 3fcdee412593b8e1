"""Does Riverty get what iXpole meant, and is only that believed which it really said?

The production bridge against the production mock, whose verdicts come later: late, twice, out of order,
not at all, or from somebody else.
"""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ixbridge.core.keys import order_reference
from ixbridge.core.life import Life, Standing, life_of
from ixbridge.core.mapping import CustomerRules, NumberSeries
from ixbridge.core.model import Mode
from ixbridge.core.resolve import Adopt, NotCreated, Retry, Verdict, resolution
from ixbridge.shell.inbox import Put
from support.bridging import MemoryJournal, lost, swallowed
from support.notices import document_made, invoice_made, paid, verdict
from support.targets import Bench, bench, one

ORDER = order_reference("", "C-1")
DAY_S = 86_400
CLIENT: dict[str, Any] = {"options": {"invoices_by": "client"}, "numbers": NumberSeries(700)}


def made_of(*instalments: dict[str, Any], **changes: Any) -> Bench:
    return bench("riverty", *(instalments or (one("riverty", "C-1"),)), **changes)


def rest(made: Bench) -> Any:
    """Runs until nothing changes; how the first instalment then stands."""
    for _ in range(9):
        report = made.run()
        if not report.changed:
            return report.items[0] if report.items else None
    raise AssertionError("it does not come to rest")


def life(made: Bench) -> Life:
    return life_of("C-1", [each for each in made.disk if each.subject == "C-1"])


def operator(made: Bench, said: Verdict) -> None:
    entries = resolution(said, life(made), lives={"C-1": life(made)}, standing=Standing())
    assert not isinstance(entries, str), entries
    made.starts += 1
    journal = MemoryJournal(made.clock, made.disk, fence=made.starts)
    for entry in entries:
        journal.append(entry, sync=True)


# --- the whole way ----------------------------------------------------------------------------


def test_a_draft_is_an_order_without_its_invoice_and_lives_until_it_is_paid() -> None:
    made = made_of(one("riverty", "C-1"), one("riverty", "C-2", lines=((333, 25), (100, 0))), mode=Mode.DRAFT)
    made.wire.act("setOnboarding", invoicesByHand=True)
    rest(made)
    for code, held in made.wire.source.instalments.items():
        assert held["invoiceNumber"] == f"D{order_reference('', code)}"
    assert set(made.statuses().values()) == {"drafted"}
    for each in made.wire.documents():
        made.wire.act("makeInvoice", invoiceReference=each.reference, number=f"2026-{each.gross_cents}")
    rest(made)
    items = made.items()
    assert {item.number for item in items.values()} == {"2026-12500", "2026-516"}
    assert {item.due_date for item in items.values()} == {"2026-05-01"}
    for each in made.wire.documents():
        made.wire.act("registerPayment", invoiceReference=each.number)
    made.wait(DAY_S)
    assert set(made.statuses().values()) == {"paid"}
    assert all(each["paymentNo"] for each in made.wire.source.instalments.values())


@pytest.mark.parametrize("readings", [{}, {"RIV-34": "plain"}, {"RIV-12": "always"}, {"RIV-02": "queued"},
                                      {"RIV-27": "checked"}, {"RIV-25": "internal_id"}])  # fmt: skip
def test_what_the_service_makes_has_its_own_pdf(readings: dict[str, str]) -> None:
    made = made_of(readings=readings)
    item = rest(made)
    held = made.wire.source.instalments["C-1"]
    assert (item.status.value, held["invoiceNumber"], held["invoiceDueDate"]) == (
        "booked",
        f"IX{ORDER}",
        "2026-05-01",
    )
    (document,) = made.wire.documents()
    path = f"/documents/v1/S/{document.document}"
    assert [each.path for each in made.wire.requests if each.operation == "downloadDocument"] == [path]
    pdf = made.wire.kit.ask("riverty", "GET", path, world=made.wire.world).body
    assert base64.b64decode(held["invoicePdf"]) == pdf


def test_the_number_is_what_the_service_says_it_is() -> None:
    item = rest(made_of(readings={"RIV-33": "own"}))
    assert item.number.startswith("R1000")


@pytest.mark.parametrize("readings", [{}, {"RIV-32": "always"}])
@pytest.mark.parametrize("mode", Mode)
def test_what_the_client_makes_has_our_number_and_a_pdf(mode: Mode, readings: dict[str, str]) -> None:
    made = made_of(one("riverty", "C-1"), one("riverty", "C-2"), mode=mode, readings=readings, **CLIENT)
    rest(made)
    assert {item.number for item in made.items().values()} == {"700", "701"}
    assert {each.number for each in made.wire.documents()} == {"700", "701"}
    for held in made.wire.source.instalments.values():
        assert base64.b64decode(held["invoicePdf"]).startswith(b"%PDF-")


def test_a_second_run_and_a_third_change_nothing() -> None:
    made = made_of()
    rest(made)
    before = made.wire.kit.state("riverty", world=made.wire.world), len(made.disk), len(made.heard)
    for _ in range(2):
        assert not made.run().changed
    assert (made.wire.kit.state("riverty", world=made.wire.world), len(made.disk), len(made.heard)) == before


@pytest.mark.parametrize("readings", [{}, {"RIV-18": "processed"}])
@pytest.mark.parametrize("runs", range(1, 5))
def test_a_lost_journal_books_nothing_twice(runs: int, readings: dict[str, str]) -> None:
    made = made_of(readings=readings)
    for _ in range(runs):
        made.run()
    made.disk.clear()
    rest(made)
    made.wait(2 * DAY_S)
    rest(made)
    assert len(made.wire.documents()) <= 1
    state = made.wire.kit.state("riverty", world=made.wire.world)
    assert len([key for key in state.orders if key[1] == ORDER]) == 1


@pytest.mark.parametrize("missing", [1, 4, 7])
def test_a_journal_whose_end_is_lost_books_nothing_twice(missing: int) -> None:
    whole = made_of(mode=Mode.DRAFT)
    rest(whole)
    for end in range(missing, len(whole.disk), 3):
        made = made_of(mode=Mode.DRAFT)
        for _ in range(4):
            made.run()
            del made.disk[end:]
        rest(made)
        assert len(made.wire.documents()) <= 1


@settings(max_examples=15)
@given(
    nets=st.lists(
        st.tuples(st.integers(0, 60_000), st.sampled_from((25, 21, 6, 0))), min_size=1, max_size=30
    ),
    client=st.booleans(),
)
def test_the_mock_computes_what_was_predicted(nets: list[tuple[int, int]], client: bool) -> None:
    made = made_of(
        one("riverty", "C-1", lines=nets), readings={"RIV-27": "checked"}, **(CLIENT if client else {})
    )
    item = rest(made)
    (document,) = made.wire.documents()
    assert item.status.value == "booked" and document.gross_cents == int(Decimal(item.total) * 100)


# --- notifications ----------------------------------------------------------------------------

MISHAPS = ("delayNotifications", "doubleNotifications", "reverseNotifications")


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("mishap", MISHAPS)
def test_late_doubled_and_reversed_news_ends_the_same(mishap: str, mode: Mode) -> None:
    made = made_of(one("riverty", "C-1"), one("riverty", "C-2"), mode=mode)
    made.wire.act(mishap, next=12)
    rest(made)
    made.wait(2 * 3600)
    rest(made)
    made.wire.act("sendNotificationsNow")  # what was held back to be reversed
    assert rest(made).number == f"IX{ORDER}"
    assert len(made.wire.documents()) == 2 and made.wire.count("createInvoice") == 2


def test_a_doubled_notification_is_kept_once() -> None:
    made = made_of()
    made.run()
    made.wire.act("doubleNotifications", next=9)
    rest(made)
    bodies, records = len(made.heard), [each for each in made.disk if each.kind == "heard"]
    assert bodies == 2 * len(records) == 8
    assert made.hear(*made.heard) == [Put.DOUBLED] * bodies


KINDS = ("EDIErrorSent", "invoiceCreated", "documentCreated", "paymentReceived")


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_lost_news_is_waited_for_and_found_when_it_is_sent_again(kind: str, nth: int) -> None:
    made = made_of()
    if nth == 2:
        made.run()
        made.wait()
    made.wire.act("loseNotifications", next=1, type=f"accounting/{kind}")
    rest(made)
    for document in made.wire.documents():
        if document.number:
            made.wire.act("registerPayment", invoiceReference=document.number)
    made.wait(DAY_S)
    rest(made)
    made.wait(2 * DAY_S)
    item = made.items().get("C-1")
    documents = made.wire.documents()
    assert len(documents) <= 1 and made.wire.source.instalments["C-1"].get("invoiceNumber") in (
        None,
        f"IX{ORDER}",
    )
    if kind == "EDIErrorSent" and nth == 1:
        assert (item.status.value, item.reason) == ("parked", "no_verdict") and not documents
    made.wire.act("resendNotifications")
    rest(made)
    for document in made.wire.documents():
        if document.remaining_cents:
            made.wire.act("registerPayment", invoiceReference=document.number)
    made.wait(DAY_S)
    rest(made)
    assert life(made).stage.value == "paid" and len(made.wire.documents()) == 1


FORGED = (
    verdict(ORDER, "0a6b660174a3306898a924639688dffb"),
    verdict("FORGED", "46b54e92-9396-8170-9393-96db5b9b48c1"),
    invoice_made(ORDER, "R7"), document_made(ORDER, "R7"), paid(ORDER, "R7"),
)  # fmt: skip


def test_forged_news_before_its_time_is_kept_and_not_acted_on() -> None:
    made = made_of()
    made.run()
    assert made.hear(*FORGED)[0] is Put.STORED
    made.deaf = True
    for _ in range(3):
        item = made.items()["C-1"]
        assert item.status.value == "waiting" and "waits for the verdict" in item.message
    assert made.wire.count("createInvoice") == 0 and not made.wire.source.instalments["C-1"].get(
        "invoiceNumber"
    )


def test_a_forged_invoice_is_not_believed_as_its_document_cannot_be_read() -> None:
    made = made_of()
    made.wire.act("setOnboarding", invoicesByHand=True)
    rest(made)
    nowhere = "https://evil.example/S/00000000-0000-4000-8000-000000000000"
    made.hear(invoice_made(ORDER, f"IX{ORDER}", urlKey=nowhere))
    item = rest(made)
    assert item.status.value == "waiting" and "cannot be read" in item.message
    made.wire.act("makeInvoice", orderReference=ORDER)
    assert rest(made).status.value == "booked"


@pytest.mark.parametrize("wrong", [{"grossAmount": 1250}, {"currency": "DKK"}])
def test_an_invoice_of_another_amount_is_parked(wrong: dict[str, Any]) -> None:
    made = made_of()
    made.wire.act("setOnboarding", invoicesByHand=True)
    rest(made)
    made.hear(invoice_made(ORDER, f"IX{ORDER}", **wrong))
    item = rest(made)
    assert (item.status.value, item.reason) == ("parked", "total_differs")
    assert not made.wire.source.instalments["C-1"].get("invoiceNumber")


def test_two_numbers_for_one_order_are_parked_before_and_after_they_are_reported() -> None:
    made = made_of()
    rest(made)
    made.hear(invoice_made(ORDER, "R7"))
    assert rest(made).reason == "number_changed"
    made = made_of()
    made.wire.act("setOnboarding", invoicesByHand=True)
    rest(made)
    made.hear(invoice_made(ORDER, "R7"), invoice_made(ORDER, "R8"))
    assert rest(made).reason == "number_changed"


def test_the_mocks_own_forgery_changes_nothing() -> None:
    made = made_of()
    made.run()
    made.wire.act("forgeNotification", orderReference=ORDER)
    made.hear(*made.wire.posted())
    made.deaf = True
    assert "waits for the verdict" in rest(made).message


# --- refusals ---------------------------------------------------------------------------------


def test_a_refused_order_is_parked_once_and_sent_again_when_it_was_corrected() -> None:
    made = made_of()
    made.wire.act("setOnboarding", ordersByHand=True)
    for refusal in (1, 2):
        made.run()
        made.wire.act(
            "refuseOrder", orderReference=ORDER, fieldName="SUPPLYINGCOUNTRY", description="is not known"
        )
        item = rest(made)
        assert item.reason == "refused_by_target" and "SUPPLYINGCOUNTRY: is not known" in item.message
        assert made.wire.count("createOrder") == refusal
        assert not made.run().changed
        changed = one("riverty", "C-1", lines=((10000 + refusal, 25),))
        made.wire.source.instalments["C-1"].update(changed)
    made.run()
    made.wire.act("confirmOrder", orderReference=ORDER)
    assert rest(made).status.value == "booked"
    ids = {each.headers["X-Request-ID"] for each in made.wire.requests if each.operation == "createOrder"}
    assert len(ids) == 1 and made.wire.count("createOrder") == 3


def test_an_operator_may_send_a_refused_order_again() -> None:
    made = made_of()
    made.wire.act("setOnboarding", ordersByHand=True)
    made.run()
    made.wire.act("refuseOrder", orderReference=ORDER)
    rest(made)
    made.wire.act("setOnboarding", ordersByHand=False)
    operator(made, Retry())
    assert rest(made).status.value == "booked"


def test_a_number_that_is_taken_is_parked_and_the_next_one_used() -> None:
    made = made_of(**CLIENT)
    made.run()
    body = {
        "invoiceReference": "700", "invoiceDate": "2026-04-01", "dueDate": "2026-04-01", "dispatchDate": "2026-04-01",
        "shipmentReference": "S", "items": [{"orderItemReference": 2}],
    }  # fmt: skip
    path = "/accounting/v1/businesses/1000/customers/TFI2021072801/orders/ODE12345678901/invoices"
    assert made.wire.kit.ask("riverty", "POST", path, json={**body, "carrier": "x", "trackingCode": "x"},
                             world=made.wire.world).status == 200  # fmt: skip
    made.wait()
    item = rest(made)
    assert item.reason == "number_taken" and "INVOICEREFERENCE" in item.message
    operator(made, Retry())
    assert rest(made).number == "701"


def test_an_edited_and_a_withdrawn_instalment_are_parked_before_the_invoice() -> None:
    for change, reason in (("edit", "source_changed"), ("withdraw", "source_withdrawn")):
        made = made_of()
        made.run()
        held = made.wire.source.instalments.pop("C-1")
        if change == "edit":
            made.wire.source.instalments["C-1"] = {**held, **one("riverty", "C-1", lines=((9000, 25),))}
        item = rest(made)
        assert item.reason == reason and made.wire.count("createInvoice") == 0
        made.wire.source.instalments["C-1"] = held
        assert rest(made).status.value == "booked"


# --- silence ----------------------------------------------------------------------------------


def test_silence_is_waited_for_then_parked_and_ends_when_the_verdict_comes() -> None:
    made = made_of()
    made.deaf = True
    made.run()
    made.wait(23 * 3600)
    assert made.items()["C-1"].status.value == "waiting"
    made.wait(2 * 3600)
    assert made.items()["C-1"].reason == "no_verdict"
    assert not made.run().changed
    made.deaf = False
    made.hear(*made.heard)
    assert rest(made).status.value == "booked" and made.wire.count("createOrder") == 1


def test_an_operator_may_say_what_became_of_a_silent_order() -> None:
    made = made_of()
    made.wire.faults["createOrder", 1] = lambda request, answer: answer()  # heard by nobody
    made.deaf = True
    made.run()
    made.wait(26 * 3600)
    assert made.items()["C-1"].reason == "no_verdict"
    operator(made, NotCreated())
    made.run()
    assert made.wire.count("createOrder") == 2, "sent again under the same id"
    made.wait(26 * 3600)
    rest(made)
    operator(made, Adopt("2026-7"))
    item = rest(made)
    assert (item.status.value, item.number) == ("booked", "2026-7")
    assert made.wire.source.instalments["C-1"]["invoiceNumber"] == "2026-7"


@pytest.mark.parametrize("fault", [lost, swallowed])
def test_a_lost_receipt_is_asked_for_again_under_the_same_id(fault: Any) -> None:
    made = made_of(readings={"RIV-18": "processed"})
    made.wire.faults["createOrder", 1] = made.wire.faults["createInvoice", 1] = fault
    assert rest(made).status.value == "booked"
    for operation in ("createOrder", "createInvoice"):
        sent = [each for each in made.wire.requests if each.operation == operation]
        assert (
            len({each.headers["X-Request-ID"] for each in sent}) == 1
            and len({each.body for each in sent}) == 1
        )
    assert len(made.wire.documents()) == 1


# --- customers and what cannot be said --------------------------------------------------------


def test_a_customer_is_named_by_its_code_or_gets_one() -> None:
    made = made_of()
    rest(made)
    (said,) = made.wire.source.sent("patchCustomer")
    assert said["customerCode"] == "IX1001" and made.wire.documents()[0].customer == "IX1001"
    made = made_of()
    made.wire.source.customers[1001]["customerCode"] = "200105432"
    rest(made)
    assert made.wire.documents()[0].customer == "200105432" and made.wire.count("patchCustomer") == 0


@pytest.mark.parametrize(
    ("code", "rules", "reason"),
    [
        ("200/105", CustomerRules(create=True), "customer_number_missing"),
        ("X" * 21, CustomerRules(create=True), "customer_number_missing"),
        (None, CustomerRules(create=False), "customer_number_missing"),
    ],
)
def test_a_code_that_cannot_be_one_is_parked(code: str | None, rules: CustomerRules, reason: str) -> None:
    made = made_of(customers=rules)
    made.wire.source.customers[1001]["customerCode"] = code
    assert rest(made).reason == reason and made.wire.count("createOrder") == 0


def test_credits_and_other_currencies_are_parked_and_nothing_is_sent() -> None:
    made = made_of(
        one("riverty", "C-1", lines=((-10000, 25),)),
        one("riverty", "C-2", lines=((10000, 25), (-1, 25))),
        one("riverty", "C-3", currency="DKK"),
    )
    rest(made)
    reasons = {item.code: item.reason for item in made.items().values()}
    assert reasons == {"C-1": "not_expressible", "C-2": "not_expressible", "C-3": "currency_not_allowed"}
    assert made.wire.count("createOrder") == 0


def test_without_a_term_the_due_date_is_the_configured_one() -> None:
    assert rest(made_of(one("riverty", "C-1", term=None))).due_date == "2026-05-01"
    made = made_of(one("riverty", "C-1", term=None), options={"due_days": "14"})
    assert rest(made).due_date == "2026-04-15"


def test_clubs_of_one_business_are_told_apart_by_their_tenant() -> None:
    orders = set()
    for tenant in ("", "kv-example"):
        made = made_of(options={"tenant": tenant} if tenant else {})
        rest(made)
        orders.add(made.wire.documents()[0].order)
    assert len(orders) == 2


def test_no_credentials_stand_in_what_is_remembered() -> None:
    made = made_of()
    rest(made)
    text = json.dumps([each.payload for each in made.disk])
    known = made.wire.kit.world(made.wire.world).credentials["riverty"]
    assert known.key not in text and known.secret not in text
