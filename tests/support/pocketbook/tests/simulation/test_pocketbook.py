"""Does the production bridge book in Pocketbook's mock, to the cent and once?"""

from __future__ import annotations

from decimal import Decimal

import pytest

from ixbridge.core.mapping import ProductRules, SplitCheck, TaxRule, TaxRules
from ixbridge.core.model import Mode
from ixmocks.pocketbook import SYSTEM
from support import targets
from support.bridging import swallowed

targets.SYSTEMS["pocketbook"] = SYSTEM
targets.CURRENCY["pocketbook"] = "EUR"
targets.TAXES["pocketbook"] = {}
targets.PRODUCTS["pocketbook"] = ProductRules()


# It shows no VAT, so its totals are compared, and not how they are split.
TAX = TaxRules({"21": TaxRule(Decimal(21)), "6": TaxRule(Decimal(6))}, split_check=SplitCheck.GROSS_ONLY)


def bills(made: targets.Bench) -> dict[str, int]:
    state = made.wire.kit.state("pocketbook", world=made.wire.world)
    return {bill.key: bill.total_cents for bill in state.bills.values()}


def test_what_is_due_is_booked_and_iXpole_hears_of_it() -> None:
    both = [
        targets.one("pocketbook", "C-1", lines=((10000, 21),)),
        targets.one("pocketbook", "C-2", lines=((333, 6),)),
    ]
    made = targets.bench("pocketbook", *both, tax=TAX)
    assert made.statuses() == {"C-1": "booked", "C-2": "booked"}
    assert bills(made) == {"C-1": 12100, "C-2": 353}
    made.wire.act("payBill", key="C-1")
    assert made.statuses() == {"C-1": "paid", "C-2": "booked"}
    assert made.wire.source.instalments["C-1"]["paymentNo"]


def test_a_draft_is_kept_and_then_real() -> None:
    made = targets.bench(
        "pocketbook", targets.one("pocketbook", "C-1", lines=((10000, 21),)), mode=Mode.DRAFT, tax=TAX
    )
    assert made.statuses() == {"C-1": "drafted"}
    assert made.wire.source.instalments["C-1"]["invoiceNumber"] == "D1"
    made.wire.act("keepBill", key="C-1")
    assert made.statuses() == {"C-1": "finalised"}
    assert made.wire.source.instalments["C-1"]["invoiceNumber"] == "1"


@pytest.mark.parametrize("operation", ["addBill", "addCustomer"])
def test_a_lost_answer_books_nothing_twice(operation: str) -> None:
    made = targets.bench("pocketbook", targets.one("pocketbook", "C-1", lines=((10000, 21),)), tax=TAX)
    made.wire.faults[operation, 1] = swallowed
    for _ in range(3):
        made.run()
    assert len(bills(made)) <= 1 and made.wire.count(operation) <= 2
