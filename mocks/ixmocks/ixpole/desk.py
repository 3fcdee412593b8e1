"""What do people do on iXpole's screens? Customers, products, single instalments, and columns typed by hand.

Each is a pure decision like those of the connector, and may refuse. The places in a refusal begin with `with`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import Any

from ixmocks.engine.outcome import Changed, Outcome, Readings, Refused, Violation
from ixmocks.ixpole import plan, seed, show
from ixmocks.ixpole.rules import refused
from ixmocks.ixpole.shape import LEAVE_OUT, Member, Misfit, Table, read, read_date, shown
from ixmocks.ixpole.state import (
    Customer,
    Instalment,
    Mark,
    Stage,
    State,
    in_order,
    stage_of,
    status_of,
    today,
)
from ixmocks.ixpole.tables import INSTALMENT

Command = dict[str, Any]
Rule = Callable[..., Outcome]


def answering(rule: Rule) -> Rule:
    """What does not fit is a refusal here, where a scenario would not load."""

    @wraps(rule)
    def answered(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
        try:
            return rule(state, command, at=at, readings=readings)
        except Misfit as misfit:
            return refused((Violation(misfit.rule, misfit.at, misfit.seen, misfit.expected),))

    return answered


# Instalments.


@answering
def add_instalment(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
    """Described like in a scenario; here the customer must be fit for a sale too (IXP-16)."""
    state, new = plan.instalment(state, command, "with")
    violations = unfit(state.customers[new.customer_id], "with.customer")
    if violations:
        return refused(violations)
    after = state.with_instalment(new)
    return Changed(after, show.instalment(after, new, today(at)))


EDITABLE: Table = tuple(
    Member(m.name, m.field, m.type, LEAVE_OUT, m.nullable)
    for m in INSTALMENT
    if m.name in (
        "instalmentDate", "invoiceReference", "paymentTermDays", "customer", "addressId", "contactId", "lines",
    )
)  # fmt: skip


@answering
def edit_instalment(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
    """Date, customer or lines, as long as no document is known; afterwards a credit note is needed (IXP-12)."""
    before, refusal = _without_document(state, command)
    if refusal or before is None:
        return refusal or missing(command)
    given = read(EDITABLE, {k: v for k, v in command.items() if k != "instalmentCode"}, "with")
    changes: dict[str, Any] = {
        k: given[k] for k in ("day", "invoice_reference", "payment_term_days") if k in given
    }
    customer = state.customers[before.customer_id]
    if "customer" in given:
        customer = plan.customer_of(state, given["customer"], "with.customer")
        changes["customer_id"] = customer.customer_id
    if {"customer", "address_id", "contact_id"} & given.keys():
        changes["address_id"] = plan.address_id(customer, given, "with")
        changes["contact_id"] = plan.contact_id(customer, given, "with")
    if "lines" in given:
        lines = plan.lines_of(state, given["lines"], state.sales[before.sale_id], "with")
        net_cents, vat_cents, gross_cents = plan.header({}, lines, True, "with")
        plan.check_credit(before.kind, net_cents, "with")
        changes |= {
            "lines": lines,
            "net_cents": net_cents,
            "vat_cents": vat_cents,
            "gross_cents": gross_cents,
        }
    changed = replace(before, **changes)
    after = state.with_instalment(changed)
    return Changed(after, show.instalment(after, changed, today(at)))


@answering
def withdraw_instalment(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
    """Take an instalment out of its sale, as if it had never been planned; its code is unknown from then on."""
    before, refusal = _without_document(state, command)
    if refusal or before is None:
        return refusal or missing(command)
    after = replace(state, instalments=state.instalments.remove(before.code))
    return Changed(after, show.instalment(state, before, today(at)))


@answering
def type_invoice_number(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
    """Invoice No, DueDate and Payment No are free columns of the overview: nothing is checked but the date."""
    instalment = state.instalments.get(command["instalmentCode"])
    if instalment is None:
        return missing(command)
    changes: dict[str, Any] = {}
    if "invoiceNumber" in command:
        changes["invoice_number"] = command["invoiceNumber"] or ""
    if "paymentNo" in command:
        changes["payment_no"] = command["paymentNo"] or ""
    if "invoiceDueDate" in command:
        text = command["invoiceDueDate"]
        day = read_date(text) if text else None
        if text and day is None:
            raise Misfit(
                "with.invoiceDueDate", shown(text), "a date that exists, such as 2017-05-26", "IXP-39"
            )
        changes["due_date"] = day
    changed = replace(instalment, **changes)
    after = state.with_instalment(changed)
    return Changed(after, show.instalment(after, changed, today(at)))


def download_invoice_pdf(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
    """What the customer finds with the order on the portal (IXP-17)."""
    instalment = state.instalments.get(command["instalmentCode"])
    if instalment is None:
        return missing(command)
    if not instalment.pdf:
        return refused((Violation("IXP-17", "with.instalmentCode", "no PDF", "a PDF that was written back"),))
    answer = {
        "instalmentCode": instalment.code,
        "bytes": len(instalment.pdf),
        "sha256": hashlib.sha256(instalment.pdf).hexdigest(),
        "invoicePdf": base64.b64encode(instalment.pdf).decode(),
    }
    return Changed(state, answer)


def show_instalments(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
    """The overview: every instalment with its status, whether it is delivered or not."""
    day = today(at)
    rows = in_order(state.instalments.values())
    wanted = command.get("status")
    chosen = [i for i in rows if wanted in (None, status_of(i, day).value)]
    return Changed(state, [show.instalment(state, i, day) for i in chosen])


def _without_document(state: State, command: Command) -> tuple[Instalment | None, Refused | None]:
    """The instalment, if nothing of a document is known; iXpole cannot know of one that was not told."""
    # ASSUMED: without a document an instalment can be edited and withdrawn, with one only credited.
    instalment = state.instalments.get(command["instalmentCode"])
    if instalment is None:
        return None, missing(command)
    if stage_of(instalment) is not Stage.BARE or instalment.mark is not Mark.NONE:
        seen = f"number {instalment.invoice_number!r}, {instalment.mark.value or 'live'}"
        expected = "an instalment without a document (request a credit note otherwise)"
        return None, refused((Violation("IXP-12", "with.instalmentCode", seen, expected),))
    return instalment, None


def missing(command: Command) -> Refused:
    code = command.get("instalmentCode")
    message = f"Instalment '{code}' was not found."
    return refused(
        (Violation("IXP-20", "with.instalmentCode", repr(code), "the code of an instalment", message),)
    )


# Customers, products, settings.


def unfit(customer: Customer, at: str) -> tuple[Violation, ...]:
    """IXP-16: what keeps a customer from getting a contract."""
    tests = (
        (customer.is_active, "isActive", "an inactive customer", "an active one"),
        (
            customer.customer_type != "Business" or bool(customer.vat_number),
            "vatNumber",
            "nothing",
            "a VAT number",
        ),
        (bool(customer.addresses), "addresses", "none", "at least one address"),
    )
    return tuple(
        Violation("IXP-16", f"{at}.{name}", seen, expected)
        for holds, name, seen, expected in tests
        if not holds
    )


@answering
def add_customer(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
    new = seed.customer({"customerId": state.next_id} | command, "with")
    after = seed.add_customer(state, new, "with")
    return Changed(after, show.customer(new))


@answering
def edit_customer(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
    before = state.customers.get(command["customerId"])
    if before is None:
        return _no_such("customerId", command)
    changed = seed.customer(show.customer(before) | command, "with")
    others = replace(state, customers=state.customers.remove(before.customer_id))
    return Changed(seed.add_customer(others, changed, "with"), show.customer(changed))


@answering
def add_product(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
    new = seed.product(state, {"productId": state.next_id} | command, "with")
    after = seed.add_product(state, new, "with")
    seed.check_bom(after, new, "with")
    return Changed(after, show.product(new))


@answering
def edit_product(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
    before = state.products.get(command["productId"])
    if before is None:
        return _no_such("productId", command)
    changed = seed.product(state, show.product(before) | command, "with")
    after = state.with_product(changed)
    seed.check_bom(after, changed, "with")
    return Changed(after, show.product(changed))


def set_credit_sales(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
    """The administrator's switch (IXP-28)."""
    settings = replace(state.settings, credit_sales=command["enabled"])
    return Changed(state if settings == state.settings else replace(state, settings=settings), dict(command))


def _no_such(name: str, command: Command) -> Refused:
    kind = name.removesuffix("Id").capitalize()
    message = f"{kind} '{command[name]}' was not found."
    return refused((Violation("IXP-50", f"with.{name}", str(command[name]), "an id that is there", message),))
