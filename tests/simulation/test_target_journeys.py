"""Do TelecomX and CRM.COM get what iXpole meant, and does iXpole hear what became of it?

The production bridge against the production mocks, which share no code: what agrees was worked out twice.
"""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ixbridge.core.life import Standing, life_of
from ixbridge.core.mapping import CustomerRules, NumberSeries, ProductRules
from ixbridge.core.model import Mode
from ixbridge.core.resolve import Adopt, resolution
from simulation.people import people_number, people_pay
from support.bridging import MemoryJournal, Reply, customer, swallowed
from support.targets import ADDRESS, Bench, bench, one

BOTH = pytest.mark.parametrize("system", ["telecomx", "crmcom"])


def total_cents(document: Any) -> int:
    if hasattr(document, "total_cents"):
        return int(document.total_cents)
    return int(document.totals.price.net + document.totals.price.vat)


# --- the whole way ----------------------------------------------------------------------------


@BOTH
def test_a_draft_lives_until_it_is_paid(system: str) -> None:
    made = bench(system, one(system, "C-1"), one(system, "C-2", lines=((333, 25), (100, 0))), mode=Mode.DRAFT)
    items = made.items()
    assert {each.status.value for each in items.values()} == {"drafted"}
    for code, each in items.items():
        assert each.draft_number.startswith("D") and each.draft_number != "D-1"
        assert made.wire.source.instalments[code]["invoiceNumber"] == each.draft_number
    assert not made.run().changed
    people_number(made)
    items = made.items()
    assert all(each.number and not each.number.startswith("D") for each in items.values())
    assert {each.due_date for each in items.values()} == {"2026-05-01"}
    for code, each in items.items():
        assert made.wire.source.instalments[code]["invoiceNumber"] == each.number
    people_pay(made)
    assert set(made.statuses().values()) == {"paid"}
    assert all(each["paymentNo"] for each in made.wire.source.instalments.values())


@BOTH
def test_what_is_booked_at_once_has_number_due_date_and_a_pdf(system: str) -> None:
    made = bench(system, readings={"TCX-06": "automatic"} if system == "telecomx" else {})
    (item,) = made.items().values()
    held = made.wire.source.instalments["C-1"]
    assert (item.status.value, held["invoiceNumber"], held["invoiceDueDate"]) == (
        "booked",
        item.number,
        "2026-05-01",
    )
    assert base64.b64decode(held["invoicePdf"]).startswith(b"%PDF-")


@BOTH
def test_the_drawn_pdf_is_the_same_each_time(system: str) -> None:
    pdfs = set()
    for _ in range(2):
        made = bench(system, readings={"TCX-06": "automatic"} if system == "telecomx" else {})
        made.run()
        pdfs.add(made.wire.source.instalments["C-1"]["invoicePdf"])
    assert len(pdfs) == 1


@BOTH
def test_a_second_run_and_a_third_change_nothing(system: str) -> None:
    made = bench(system)
    made.run()
    before = made.wire.kit.state(system, world=made.wire.world), len(made.disk)
    for _ in range(2):
        assert not made.run().changed
    after = made.wire.kit.state(system, world=made.wire.world), len(made.disk)
    assert after[1] == before[1] and len(made.wire.documents()) == 1


@BOTH
def test_a_lost_journal_books_nothing_twice(system: str) -> None:
    made = bench(system, one(system, "C-1"), one(system, "C-2"))
    made.run()
    made.disk.clear()
    made.run()
    assert len(made.wire.documents()) == 2


@BOTH
@settings(max_examples=40)
@given(
    nets=st.lists(st.tuples(st.integers(1, 60_000), st.sampled_from((25, 0))), min_size=1, max_size=30),
    form=st.sampled_from(("sub_total", "cost")),
)
def test_the_mock_computes_what_was_predicted_or_nothing_was_sent(
    system: str, nets: list[tuple[int, int]], form: str
) -> None:
    options = {"amounts": form} if system == "crmcom" else {}
    made = bench(system, one(system, "C-1", lines=nets), mode=Mode.DRAFT, options=options)
    (item,) = made.items().values()
    if item.status.value == "parked":
        assert item.reason == "total_not_reachable" and not made.wire.documents()
        return
    (document,) = made.wire.documents()
    assert item.status.value == "drafted" and total_cents(document) == int(Decimal(item.total) * 100)


@pytest.mark.parametrize(
    ("system", "reading", "option"),
    [
        ("telecomx", {"TCX-13": "half_even"}, {"vat": "once_half_even"}),
        ("telecomx", {"TCX-13": "per_line"}, {"vat": "per_line"}),
        ("crmcom", {"CRM-27": "half-even"}, {"amounts": "cost", "vat": "per_line_half_even"}),
        ("crmcom", {"CRM-27": "per-rate"}, {"amounts": "cost", "vat": "per_rate"}),
    ],
)
def test_each_way_of_rounding_can_be_configured(
    system: str, reading: dict[str, str], option: dict[str, str]
) -> None:
    for cents in range(1001, 1020):
        lines = ((cents, 25), (cents + 1, 25), (cents + 2, 25))
        made = bench(
            system, one(system, "C-1", lines=lines), mode=Mode.DRAFT, readings=reading, options=option
        )
        (item,) = made.items().values()
        assert item.status.value == "drafted" or item.reason == "total_not_reachable"


def test_a_wrong_guess_of_the_rounding_is_found_and_parked_after_the_create() -> None:
    made = bench("telecomx", one("telecomx", "C-1", lines=((2, 25),)), readings={"TCX-13": "half_even"})
    (item,) = made.items().values()
    assert (item.status.value, item.reason) == ("parked", "total_differs") and item.failed_check


# --- what cannot be expressed -----------------------------------------------------------------


def parked(made: Bench) -> dict[str, str | None]:
    reasons = {code: item.reason for code, item in made.items().items() if item.status.value == "parked"}
    assert len(made.wire.documents()) == len(made.wire.source.instalments) - len(reasons)
    return reasons


def test_what_telecomx_cannot_express_is_parked_and_nothing_is_sent() -> None:
    made = bench(
        "telecomx",
        one("telecomx", "C-RATE", lines=((10000, 21),)),
        one("telecomx", "C-EURO", currency="EUR"),
        one("telecomx", "C-LATE", term=3),
        one("telecomx", "C-GOOD"),
        currencies=("DKK", "EUR"),
    )
    assert parked(made) == {
        "C-RATE": "rate_not_representable",
        "C-EURO": "currency_not_allowed",
        "C-LATE": "due_date_past",
    }


@pytest.mark.parametrize(("choice", "due"), [("omit", None), ("today", "2026-04-14T22:00:00.000Z")])
def test_a_due_date_that_is_past_is_left_out_or_raised_where_the_settings_say_so(
    choice: str, due: str | None
) -> None:
    made = bench("telecomx", one("telecomx", "C-1", term=3), options={"past_due": choice})
    assert made.statuses() == {"C-1": "drafted"}
    (document,) = made.wire.documents()
    assert (document.due is None) == (due is None)
    made.wire.act("setInvoiceNumber", invoice=document.id)
    item = made.items()["C-1"]
    assert item.due_date == (None if due is None else "2026-04-15")


def test_a_credit_is_minus_one_unit_at_telecomx_and_parked_at_crmcom() -> None:
    credit = made = bench("telecomx", one("telecomx", "C-1", lines=((-10000, 25),)), mode=Mode.DRAFT)
    assert credit.statuses() == {"C-1": "drafted"}
    assert total_cents(credit.wire.documents()[0]) == -12500
    made = bench("crmcom", one("crmcom", "C-1", lines=((-10000, 25),)), one("crmcom", "C-2"))
    assert parked(made) == {"C-1": "not_expressible"}


def test_a_product_of_another_rate_is_parked_where_the_product_decides() -> None:
    rules = ProductRules(numbers={"SEAT": "Gold"})  # Standard, 25 %
    lines = ((10000, 21),)
    for choice, status in (("product", "parked"), ("line", "booked")):
        made = bench(
            "crmcom", one("crmcom", "C-1", lines=lines), options={"vat_rate": choice}, products=rules
        )
        assert made.statuses() == {"C-1": status}
        assert len(made.wire.documents()) == (status == "booked")


def test_a_product_code_that_two_products_have_is_parked() -> None:
    rules = ProductRules(numbers={"SEAT": "NUM01"})
    made = bench("telecomx", products=rules)
    assert parked(made) == {"C-1": "article_ambiguous"}
    rules = ProductRules(numbers={"SEAT": "1234567890ABCDEF12345677"})
    assert bench("telecomx", products=rules).statuses() == {"C-1": "drafted"}


# --- customers --------------------------------------------------------------------------------


def test_a_customer_is_found_by_the_number_of_the_accounting_system() -> None:
    made = bench("telecomx")
    made.wire.source.customers[1001]["customerCode"] = "100"
    assert made.statuses() == {"C-1": "drafted"}
    assert made.wire.documents()[0].customer == "123457890ABCDEF12345678"
    assert made.wire.count("customerCreate") == 0 and made.wire.count("patchCustomer") == 0


@pytest.mark.parametrize(
    ("system", "code"), [("telecomx", "123457890ABCDEF12345678"), ("crmcom", "ACR0000000214")]
)
def test_a_customer_is_found_by_its_own_number(system: str, code: str) -> None:
    made = bench(system)
    made.wire.source.customers[1001]["customerCode"] = code
    made.run()
    (document,) = made.wire.documents()
    state = made.wire.kit.state(system, world=made.wire.world)
    held = document.customer if system == "telecomx" else state.accounts[document.account].number
    assert held == code


@BOTH
def test_a_code_that_leads_nowhere_is_parked(system: str) -> None:
    made = bench(system)
    made.wire.source.customers[1001]["customerCode"] = "424242"
    assert parked(made) == {"C-1": "customer_not_found"}


@BOTH
def test_a_new_customer_is_made_once_and_its_number_written_back(system: str) -> None:
    made = bench(system, one(system, "C-1"), one(system, "C-2"))
    made.run()
    assert made.wire.count("customerCreate" if system == "telecomx" else "accountsReceivableCreate") == 1
    (said,) = made.wire.source.sent("patchCustomer")
    (held,) = {each.customer if system == "telecomx" else each.account for each in made.wire.documents()}
    state = made.wire.kit.state(system, world=made.wire.world)
    assert said["customerCode"] == (held if system == "telecomx" else state.accounts[held].number)


def test_two_customers_of_one_name_stay_apart_at_crmcom() -> None:
    other = {**one("crmcom", "C-2"), "customer": {"customerId": 1002, "customerCode": None, "name": "x"}}
    made = bench("crmcom", one("crmcom", "C-1"), other)
    made.wire.source.customers[1002] = {**customer(1002, name="Customer 1001"), "addresses": [ADDRESS]}
    made.run()
    assert len({each.account for each in made.wire.documents()}) == len(made.wire.documents())


def test_without_leave_to_create_nobody_is_made() -> None:
    made = bench("crmcom", customers=CustomerRules(create=False))
    assert parked(made) == {"C-1": "customer_number_missing"}


# --- numbers and states -----------------------------------------------------------------------


def test_own_numbers_go_along_to_telecomx() -> None:
    made = bench("telecomx", one("telecomx", "C-1"), one("telecomx", "C-2"), numbers=NumberSeries(700))
    assert {item.number for item in made.items().values()} == {"700", "701"}


def test_a_number_that_changes_after_it_was_reported_is_parked() -> None:
    made = bench("telecomx", readings={"TCX-06": "automatic"})
    made.run()
    (document,) = made.wire.documents()
    made.wire.act("setInvoiceNumber", invoice=document.id, number="9999")
    assert made.items()["C-1"].reason == "number_changed"


def test_an_operator_may_name_a_document_of_telecomx_by_its_id() -> None:
    made = bench("telecomx")
    made.wire.faults["invoiceCreate", 1] = swallowed
    assert made.items()["C-1"].reason == "uncertain_create"
    step = next(each for each in made.wire.requests if each.operation == "invoiceCreate")
    body = {**json.loads(step.body or b""), "headline": "made by hand"}
    reply = made.wire.kit.ask("telecomx", "POST", "/invoice", json=body, world=made.wire.world)
    life = life_of("C-1", [each for each in made.disk if each.subject == "C-1"])
    entries = resolution(Adopt(reply.json["_id"]), life, lives={"C-1": life}, standing=Standing())
    assert not isinstance(entries, str)
    journal = MemoryJournal(made.clock, made.disk, fence=9)
    for entry in entries:
        journal.append(entry, sync=True)
    made.starts = 9
    assert made.statuses() == {"C-1": "drafted"}
    people_number(made)
    item = made.items()["C-1"]
    assert (item.status.value, item.number) == ("finalised", made.wire.documents()[0].number)
    people_pay(made)
    assert made.statuses() == {"C-1": "paid"}


@pytest.mark.parametrize("action", ["rejectInvoice", "cancelInvoice"])
def test_a_rejected_draft_and_a_cancelled_invoice_are_parked_and_not_made_again(action: str) -> None:
    made = bench("crmcom", mode=Mode.DRAFT if action == "rejectInvoice" else Mode.DIRECT)
    made.run()
    (document,) = made.wire.documents()
    made.wire.act(action, back_office_code=document.back_office_code)
    for _ in range(3):
        assert made.items()["C-1"].reason == "document_gone"
    assert (
        made.wire.count("invoicesCreate") == 1
        and made.wire.source.instalments["C-1"].get("paymentNo") is None
    )


# --- sessions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("system", "login", "minutes"), [("telecomx", "authLogin", 16), ("crmcom", "authenticationToken", 121)]
)
@pytest.mark.parametrize("operation", ["create", "read"])
def test_a_session_that_ran_out_in_the_middle_is_renewed_once(
    system: str, login: str, minutes: int, operation: str
) -> None:
    made = bench(system)
    reads = {"telecomx": "productList", "crmcom": "productsShow"}
    creates = {"telecomx": "invoiceCreate", "crmcom": "invoicesCreate"}

    def late(request: Any, answer: Any) -> Reply:
        made.wire.kit.advance(minutes=minutes, world=made.wire.world)
        return answer()  # type: ignore[no-any-return]

    made.wire.faults[(creates if operation == "create" else reads)[system], 1] = late
    assert set(made.statuses().values()) == {"booked" if system == "crmcom" else "drafted"}
    assert made.wire.count(login) == 2 and len(made.wire.documents()) == 1


def test_no_credentials_stand_in_what_is_remembered() -> None:
    for system in ("telecomx", "crmcom"):
        made = bench(system)
        made.run()
        secrets = set(made.wire.kit.world(made.wire.world).credentials[system].env.values())
        text = repr(made.disk)
        assert not any(secret in text for secret in secrets if len(secret) > 8)
