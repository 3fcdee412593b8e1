"""What does a payment do to invoices and accounts?"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixmocks.crmcom import rules
from ixmocks.crmcom.state import State
from ixmocks.engine.outcome import Changed

PAYMENT = {
    "accounts_receivable_identifier": {"number": "401"},
    "type_identifier": {"name": "Payment"},
    "payment_method_identifier": {"name": "Bank transfer"},
}
OPENING = {"invoice_identifier": {"back_office_code": "OPENING"}}


def balance(client: Any) -> Any:
    account = client.done("accounts_receivable/show", {"accounts_receivable_identifier": "number=401"})
    return account["balance"], account["outstanding_amount"]


def test_paying_an_invoice_leaves_nothing_outstanding(client: Any) -> None:
    made = client.done("payments/pay_invoice", {**PAYMENT, **OPENING})
    assert (made["payment_amount"], made["life_cycle_state"]) == (Decimal("60.5"), "POSTED")
    found = client.done("payments/show", {"payment_identifier": f"number={made['number']}"})
    assert [one["outstanding_amount"] for one in found["invoices_to_pay_set"]] == [0]
    assert client.refused("payments/pay_invoice", {**PAYMENT, **OPENING}).rules == ("CRM-46",)


def test_a_draft_of_a_payment_settles_nothing(client: Any) -> None:
    made = client.done("payments/create", {**PAYMENT, "life_cycle_state": "DRAFT", "payment_amount": 10})
    assert (made["unsettled_amount"], made["posted_on"], made["invoices_to_pay_set"]) == (10, None, [])
    assert balance(client) == (Decimal("60.5"), 0)


def test_too_much_stays_on_the_account(client: Any) -> None:
    made = client.done("payments/create", {**PAYMENT, "life_cycle_state": "POSTED", "payment_amount": 100})
    assert made["unsettled_amount"] == Decimal("39.5")
    assert balance(client) == (Decimal("-39.5"), 0)


def test_what_is_past_its_due_date_is_outstanding(client: Any) -> None:
    client.kit.advance(days=40)
    client.token = client.log_in()
    assert balance(client) == (Decimal("60.5"), Decimal("60.5"))


def test_a_cancelled_invoice_gives_its_payments_back_to_the_account(client: Any) -> None:
    client.done("invoices/cancel", {**OPENING, "type_identifier": {"name": "Invoice Cancellation"}})
    assert balance(client) == (Decimal("-60.5"), 0)


def test_a_draft_cannot_be_paid(client: Any) -> None:
    draft = {"invoice_identifier": {"back_office_code": "C-2017-0123-01"}}
    payer = {"accounts_receivable_identifier": {"number": "ACR0000000214"}}
    assert client.refused("payments/pay_invoice", {**PAYMENT, **payer, **draft}).rules == ("CRM-13",)


def test_nobody_pays_an_invoice_of_another_account(client: Any) -> None:
    other = {"accounts_receivable_identifier": {"number": "ACR0000000214"}}
    assert client.refused("payments/pay_invoice", {**PAYMENT, **other, **OPENING}).rules == ("CRM-28",)


@pytest.mark.parametrize("amount", [0, -1, Decimal("0.001")])
def test_nothing_is_no_payment(client: Any, amount: Any) -> None:
    told = client.refused(
        "payments/create", {**PAYMENT, "life_cycle_state": "POSTED", "payment_amount": amount}
    )
    assert told.rules == ("CRM-46",)


@given(owed=st.lists(st.integers(1, 10_000), max_size=5), paid=st.integers(1, 60_000))
def test_the_oldest_are_settled_first_and_no_cent_is_lost(
    state: State, at: Any, owed: list[int], paid: int
) -> None:
    for cents in owed:
        command = {
            "accounts_receivable_identifier": {"number": "401"}, "type_identifier": {"name": "Invoice"},
            "life_cycle_state": "POSTED",
            "invoice_item_set": [
                {"product_identifier": {"code": "Bronze"}, "quantity": 1, "cost": Decimal(cents) / 100}
            ],
        }  # fmt: skip
        booked = rules.create_invoice(state, command, at=at, readings={})
        assert isinstance(booked, Changed)
        state = booked.state
    command = {**PAYMENT, "life_cycle_state": "POSTED", "payment_amount": Decimal(paid) / 100}
    outcome = rules.create_payment(state, command, at=at, readings={})
    assert isinstance(outcome, Changed)
    (account,) = outcome.state.accounts.find("number", "401")
    left = [one.outstanding_cents or 0 for one in outcome.state.invoices_of(account.id)][::-1]
    before = [6050, *owed]
    assert sum(before) - sum(left) + account.credit_cents == paid
    first_open = next((place for place, cents in enumerate(left) if cents), len(left))
    assert left[first_open + 1 :] == before[first_open + 1 :]


def test_a_wallet_pays_no_invoice(client: Any, invoice: Callable[..., Any]) -> None:
    told = {**PAYMENT, "accounts_receivable_identifier": None, "wallet_identifier": {"number": "W00001"}}
    made = client.done("payments/create", {**told, "life_cycle_state": "POSTED", "payment_amount": 5})
    assert (made["invoices_to_pay_set"], made["unsettled_amount"]) == ([], 5)
