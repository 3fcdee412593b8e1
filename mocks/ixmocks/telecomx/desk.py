"""What do people do inside TelecomX, and the accounting system behind it? Pure decisions that may refuse.

The places in a refusal begin with `with`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ixmocks.engine.outcome import Changed, Outcome, Readings
from ixmocks.telecomx import dates, described, money, show
from ixmocks.telecomx.asked import Asked
from ixmocks.telecomx.described import ROOT
from ixmocks.telecomx.form import Form, Found
from ixmocks.telecomx.invoicing import line_of_current
from ixmocks.telecomx.people import Ids, changed_customer
from ixmocks.telecomx.products import changed_product
from ixmocks.telecomx.state import PENDING, Customer, Invoice, Product, Recurrence, State, effective

Command = Mapping[str, Any]


def set_invoice_number(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
    """The accounting side gives a number, its own or the next one, and may set the due date (TCX-06, TCX-12)."""
    found = Found()
    form = Form(command, "with", found)
    invoice = _invoice(state, form) if form.has("invoice") else _oldest_pending(state, form)
    due = described.moment(form, "dueDate")
    if invoice is not None and invoice.sent and not invoice.is_pending:
        form.wrong("TCX-12", "invoice", "an invoice that is not marked as sent")
    if found.violations or invoice is None:
        return found.refused
    number = form.text("number") or ""
    if not number:
        parent = state.customers[invoice.customer].parent
        following = state.next_number.get(parent) or state.first_number
        state = replace(state, next_number=state.next_number.insert(parent, following + 1))
        number = str(following)
    return _changed(state, replace(invoice, number=number, due=due or invoice.due), readings)


def mark_sent(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
    """From then on the number stays as it is (TCX-12)."""
    return _flagged(state, command, readings, sent=True)


def register_payment(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
    return _flagged(state, command, readings, paid=True)


def reverse_payment(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
    return _flagged(state, command, readings, paid=False)


def _flagged(state: State, command: Command, readings: Readings, **flag: bool) -> Outcome:
    found = Found()
    form = Form(command, "with", found)
    invoice = _invoice(state, form)
    for name, value in flag.items():
        if invoice is not None and getattr(invoice, name) is value:
            found.wrong("TCX-11", "with.invoice", f"an invoice that is {name} already", "another one")
    if found.violations or invoice is None:
        return found.refused
    return _changed(state, replace(invoice, **flag), readings)  # type: ignore[arg-type]


def delete_invoice(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
    """The API cannot. Current lines that went on it do not come back."""
    found = Found()
    invoice = _invoice(state, Form(command, "with", found))
    if invoice is not None and invoice.sent:
        found.wrong("TCX-12", "with.invoice", "an invoice that is marked as sent", "one that is not")
    if found.violations or invoice is None:
        return found.refused
    after = replace(state, invoices=state.invoices.remove(invoice.id))
    return Changed(after, show.invoice(invoice, ROOT, readings))


def run_month(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
    """The monthly run for one customer: all that waits goes on a period invoice; what recurs stays (TCX-14)."""
    found = Found()
    customer = _customer(state, Form(command, "with", found))
    waiting = [] if customer is None else [x for x in state.current.values() if x.customer == customer.id]
    # ASSUMED: the run takes every waiting line once, whatever its recurrence, and no part of a month.
    waiting = sorted((x for x in waiting if x.start is None or x.start <= at), key=lambda x: x.id)
    if customer is not None and not waiting:
        found.wrong("TCX-02", "with.customer", "a customer for whom nothing waits", "one with current lines")
    if found.violations or customer is None:
        return found.refused
    lines = tuple(line_of_current(state, one) for one in waiting)
    state, identifier = state.with_id(at)
    invoice = Invoice(
        id=identifier, customer=customer.id, sent=False, number=PENDING,
        day=dates.midnight(dates.day_of(at)), lines=lines, totals=money.totals(lines, readings),
        headline="Periode faktura", period=True,
    )  # fmt: skip
    gone = [one.id for one in waiting if one.recurrence is Recurrence.NONE]
    return _changed(state.without_current(gone), invoice, readings)


def add_customer(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
    """Described like in a scenario. Without a reseller it belongs to the connector's."""
    found, ids = Found(), Ids(state, at)
    form = Form(command, "with", found)
    own = state.employee_of("api")
    customer = described.customer(form, state, ids.next, readings)
    if not customer.parent and not customer.is_reseller and own is not None:
        customer = replace(customer, parent=own.customer)
    parent = state.customers.get(customer.parent)
    if customer.parent and (parent is None or not parent.is_reseller):
        form.wrong("TCX-21", "parentReseller", "the id of a reseller")
    if found.violations:
        return found.refused
    return Changed(ids.state.with_customer(customer), show.customer(customer, ROOT))


def edit_customer(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
    """As the API changes one; here the state may be DELETED too."""
    found, ids = Found(), Ids(state, at)
    form = Form(command, "with", found)
    customer = _customer(state, form)
    status = form.choice("state", described.STATES)
    rest = Form({k: v for k, v in command.items() if k != "state"}, "with", found)
    blank = customer or Customer(id="", parent="")
    changed = changed_customer(state, rest, blank, Asked(ROOT), ids.next, readings)
    if found.violations or customer is None:
        return found.refused
    changed = replace(changed, state=status or changed.state)
    return Changed(ids.state.with_customer(changed), show.customer(changed, ROOT))


def add_product(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
    """Described like in a scenario. Without a reseller it belongs to the connector's."""
    found, ids = Found(), Ids(state, at)
    own = state.employee_of("api")
    product = described.product(Form(command, "with", found), state, ids.next)
    if "reseller" not in command and own is not None:
        product = replace(product, reseller=own.customer)
    if found.violations:
        return found.refused
    return Changed(ids.state.with_product(product), show.product(effective(state, product), ROOT))


def edit_product(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
    found = Found()
    form = Form(command, "with", found)
    product = _product(state, form)
    blank = product or Product(id="", code="", name="")
    changed = changed_product(form, blank, is_master=not (blank.inherits or blank.inherits_reseller))
    if found.violations or product is None:
        return found.refused
    return Changed(state.with_product(changed), show.product(effective(state, changed), ROOT))


def end_product(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
    """It cannot be used any more from now on, or from the moment given (TCX-27)."""
    found = Found()
    form = Form(command, "with", found)
    product, end = _product(state, form), described.moment(form, "end")
    if found.violations or product is None:
        return found.refused
    changed = replace(product, end=end or at)
    return Changed(state.with_product(changed), show.product(effective(state, changed), ROOT))


def add_current_line(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
    """Described like in a scenario; so it may be locked, like what the platform makes itself."""
    found, ids = Found(), Ids(state, at)
    line = described.current(Form(command, "with", found), state, ids.next)
    if found.violations:
        return found.refused
    after = ids.state.with_current(line)
    return Changed(after, show.current(after, line, ROOT))


def add_employee(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
    """The password follows from the user name, as for everybody."""
    found, ids = Found(), Ids(state, at)
    employee = described.employee(Form(command, "with", found), state, ids.next)
    if found.violations:
        return found.refused
    return Changed(ids.state.with_employee(employee), {"_id": employee.id, "user": employee.user})


def _invoice(state: State, form: Form) -> Invoice | None:
    """By id, or by headline where exactly one invoice has it."""
    wanted = form.text("invoice") or ""
    alike = [one for one in state.invoices.values() if wanted and wanted in (one.id, one.headline)]
    if len(alike) != 1:
        seen = "nothing" if not alike else f"{len(alike)} invoices"
        form.found.wrong("TCX-37", "with.invoice", seen, "the id or the headline of one invoice")
        return None
    return alike[0]


def _oldest_pending(state: State, form: Form) -> Invoice | None:
    waiting = [one for one in state.invoices.values() if one.is_pending]
    if not waiting:
        form.found.wrong("TCX-06", "with.invoice", "no invoice that waits for a number", "one that does")
        return None
    return min(waiting, key=lambda one: (one.day, one.id))


def _customer(state: State, form: Form) -> Customer | None:
    customer = state.customers.get(form.text("customer") or "")
    if customer is None:
        form.wrong("TCX-20", "customer", "the id of a customer")
    return customer


def _product(state: State, form: Form) -> Product | None:
    product = state.products.get(form.text("product") or "")
    if product is None:
        form.wrong("TCX-24", "product", "the id of a product")
    return product


def _changed(state: State, invoice: Invoice, readings: Readings) -> Changed:
    return Changed(state.with_invoice(invoice), show.invoice(invoice, ROOT, readings))
