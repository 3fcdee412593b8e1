"""What does a payment do? It settles the open invoices of an account, or one of them in full."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from ixmocks.crmcom.form import Form, show_stamp
from ixmocks.crmcom.invoices import ACCOUNT, Found, refused, stage_in, type_of
from ixmocks.crmcom.items import NAMES
from ixmocks.crmcom.life import named
from ixmocks.crmcom.model import Account, Event, Invoice, Kind, Payment, Stage
from ixmocks.crmcom.money import AMOUNT_MAX_CENTS, half_up
from ixmocks.crmcom.state import State, numbered
from ixmocks.engine.outcome import Changed, Outcome, Readings, Violation


def create(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """payments/create: a posted payment settles the account's open invoices, the oldest first."""
    found: list[Violation] = []
    form = Form(command, "body", found)
    account = _payer(state, form)
    _method(state, form)
    stage = stage_in(form)
    cents = _amount(form)
    notes = form.text("notes")
    if found or cents is None:
        return refused(found)
    state, payment = _entered(state, account, cents, at, notes)
    if stage is Stage.DRAFT:
        return Changed(_kept(state, payment), Found(payment))
    # ASSUMED: money on an account settles what has been open for the longest time.
    invoices = [] if account is None else _oldest_first(state, account)
    state, payment = _settled(state, payment, invoices, at)
    return Changed(state, Found(payment))


def pay_invoice(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """Pay what is outstanding of one invoice; the payment is posted at once."""
    found: list[Violation] = []
    form = Form(command, "body", found)
    account = _payer(state, form)
    _method(state, form)
    invoice = named(state, form, Event.PAY)
    if invoice is not None and not invoice.outstanding_cents:
        form.wrong(
            "CRM-46", "invoice_identifier", "an invoice with something outstanding", "Nothing is outstanding"
        )
    elif invoice is not None and account is not None and account.id != invoice.account:
        form.wrong("CRM-28", "invoice_identifier", "an invoice of the account", "The invoice was not found")
    if found or invoice is None:
        return refused(found)
    state, payment = _entered(state, account, invoice.outstanding_cents or 0, at, None)
    state, payment = _settled(state, payment, [invoice], at)
    return Changed(state, Found(payment))


def register(state: State, invoice: Invoice, cents: int | None, at: datetime) -> tuple[State, Payment]:
    """A payment of one invoice, entered by a person; None: of all that is outstanding."""
    account = state.accounts[invoice.account]
    state, payment = _entered(state, account, cents or invoice.outstanding_cents or 0, at, None)
    return _settled(state, payment, [invoice], at)


def _payer(state: State, form: Form) -> Account | None:
    """Exactly one of account and wallet (CRM-45)."""
    account_name, wallet_name = "accounts_receivable_identifier", "wallet_identifier"
    if form.has(account_name) == form.has(wallet_name):
        told = "both" if form.has(account_name) else "neither"
        form.wrong("CRM-45", account_name, f"exactly one of account and wallet, not {told}")
    account = form.pick(account_name, state.accounts, *ACCOUNT, what="account")
    form.pick(wallet_name, state.lists.wallets, "id", "number", what="wallet")
    return account


def _method(state: State, form: Form) -> None:
    type_of(state, form, Kind.PAYMENT)
    name = "payment_method_identifier"
    form.pick(name, state.lists.methods, *NAMES, needed=True, what="payment method")


def _amount(form: Form) -> int | None:
    if not form.has("payment_amount"):
        form.wrong("CRM-52", "payment_amount", "an amount")
        return None
    amount = form.number("payment_amount", rule="CRM-46")
    cents = None if amount is None else half_up(amount * 100)
    if cents == 0:
        form.wrong("CRM-46", "payment_amount", "at least a cent")
    elif cents is not None and cents > AMOUNT_MAX_CENTS:
        form.wrong("CRM-50", "payment_amount", "an amount that a double holds")
    return cents


def _entered(
    state: State, account: Account | None, cents: int, at: datetime, notes: str | None
) -> tuple[State, Payment]:
    state, id = state.new_id()
    counters, number = numbered(state.counters, "payment")
    counters, reference = numbered(counters, "reference")
    owner = "" if account is None else account.id
    payment = Payment(id, number, reference, False, owner, cents, cents, state.local(at), None, (), notes)
    return replace(state, counters=counters), payment


def _settled(state: State, payment: Payment, invoices: list[Invoice], at: datetime) -> tuple[State, Payment]:
    """Posted, and spread over the invoices until nothing is left of it. What is left stays on the account.

    Drafts and what is paid (CRM-20) have nothing outstanding, and take nothing.
    """
    left, paid = payment.amount_cents, []
    for invoice in invoices:
        share = min(left, invoice.outstanding_cents or 0)
        if share <= 0:
            continue
        left -= share
        paid.append(invoice.id)
        state = state.put_invoice(
            replace(invoice, outstanding_cents=(invoice.outstanding_cents or 0) - share)
        )
    posted = replace(
        payment, posted=True, posted_on=state.local(at), unsettled_cents=left, invoices=tuple(paid)
    )
    assert left >= 0
    account = state.accounts.get(payment.account)
    if account is not None and left:
        with_rest = replace(account, credit_cents=account.credit_cents + left)
        state = replace(state, accounts=state.accounts.put(with_rest))
    return _kept(state, posted), posted


def _kept(state: State, payment: Payment) -> State:
    return replace(state, payments=state.payments.put(payment))


def _oldest_first(state: State, account: Account) -> list[Invoice]:
    """All of the account, the oldest posting first."""
    oldest_first = list(state.invoices_of(account.id))[::-1]
    return sorted(oldest_first, key=lambda one: show_stamp(one.posted_on) or "")
