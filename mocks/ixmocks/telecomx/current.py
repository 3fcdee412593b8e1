"""What waits to be invoiced? Current lines are made, read, changed and deleted; an invoice takes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from ixmocks.engine.outcome import Changed, Outcome, Readings
from ixmocks.telecomx import dates
from ixmocks.telecomx.asked import Asked, customer_for, denied, is_admin, sells, serves
from ixmocks.telecomx.form import Form, Found
from ixmocks.telecomx.invoicing import may_use, product_of, required_units
from ixmocks.telecomx.state import Current, Customer, Product, Recurrence, State, effective

RECURRENCES = {kind.value: kind for kind in Recurrence}
AD_HOC = "AD_HOC"
ONLY_AD_HOC = ("start", "terminate", "recurrence", "billingCustomer")


def create_current(state: State, asked: Asked, *, at: datetime, readings: Readings) -> Outcome:
    found = Found()
    form = Form.of(asked.body, "body", found)
    customer = _customer(state, form, asked)
    product = product_of(state, form)
    if product is not None and not may_use(product, customer, at):
        form.wrong("TCX-27", "product", "a product of the customer's reseller that can be used today")
    units = required_units(form)
    changes = _changes(state, form, product, at, readings)
    if not sells(asked.by):
        denied(found, asked.by, "an employee of this customer's reseller, or an ADMIN")
    if found.violations or customer is None or product is None or units is None:
        return found.refused
    state, identifier = state.with_id(at)
    changes = {"recurrence": product.recurrence} | changes
    if changes["recurrence"] is not Recurrence.NONE:
        changes = {"start": dates.midnight(dates.day_of(at))} | changes
    line = Current(id=identifier, customer=customer.id, product=product.id, **(changes | {"units": units}))
    return Changed(state.with_current(line), line, found.noted)


def _customer(state: State, form: Form, asked: Asked) -> Customer | None:
    given = form.text("customer", "TCX-20")
    if given is not None:
        return customer_for(state, given, form.found, asked.by, at="body.customer")
    if not form.has("customer"):
        form.wrong("TCX-20", "customer", "the id of a customer")
    return None


def _changes(
    state: State, form: Form, product: Product | None, at: datetime, readings: Readings
) -> dict[str, Any]:
    """Every member that a creation and an update share, by its field in the state."""
    values: dict[str, Any] = {
        "name": form.text("name"),
        "description": form.text("description"),
        "units": form.number("units", "TCX-25") if form.has("units") else None,
        "wholesale": form.number("unitWholesale", "TCX-26"),
        "price": form.number("unitPrice", "TCX-26"),
        "start": form.instant("start", "TCX-38"),
        "terminate": form.instant("terminate", "TCX-38"),
        "recurrence": form.choice("recurrence", RECURRENCES, "TCX-38"),
        "billing": form.text("billingCustomer"),
    }
    start = values["start"]
    if start is not None and dates.day_of(start) < dates.day_of(at):
        form.wrong("TCX-38", "start", f"{dates.day_of(at)} or later")
    billing = values["billing"]
    if billing is not None and billing not in state.customers:
        form.wrong("TCX-20", "billingCustomer", "the id of a customer")
    if product is not None and product.type != AD_HOC:
        _refuse_or_drop(form, values, readings)
    return {name: value for name, value in values.items() if value is not None}


def _refuse_or_drop(form: Form, values: dict[str, Any], readings: Readings) -> None:
    """TCX-38: some members are for AD_HOC products only."""
    fields = {"billingCustomer": "billing"}
    for name in ONLY_AD_HOC:
        if not form.has(name):
            continue
        if readings.get("TCX-38") == "refused":
            form.wrong("TCX-38", name, f"no such member: it is for products of type {AD_HOC}")
        else:
            form.found.notes.add("TCX-38")
        values[fields.get(name, name)] = None


def get_current(state: State, asked: Asked, *, at: datetime, readings: Readings) -> Outcome:
    found = Found()
    line = current_for(state, asked, found)
    return found.refused if found.violations or line is None else Changed(state, line)


def current_for(state: State, asked: Asked, found: Found, *, touch: bool = False) -> Current | None:
    """The line that the address names; to touch a locked one takes an ADMIN (TCX-39)."""
    line = state.current.get(asked.id)
    if not sells(asked.by):
        denied(found, asked.by, "a RESELLER or an ADMIN")
    elif line is None:
        found.wrong("TCX-37", "path.currentId", repr(asked.id)[:60], "the id of a current line")
    elif not serves(asked.by, state.customers[line.customer]):
        denied(found, asked.by, "an employee of this customer's reseller, or an ADMIN")
    if line is not None and touch and line.locked and not is_admin(asked.by):
        found.wrong("TCX-39", "path.currentId", "a locked line", "a line that is not locked, or an ADMIN")
    return line


def list_current(state: State, asked: Asked, *, at: datetime, readings: Readings) -> Outcome:
    found, only = Found(), asked.query.get("customer")
    if not sells(asked.by):
        denied(found, asked.by, "a RESELLER or an ADMIN")
    elif only is not None:
        customer_for(state, only, found, asked.by, at="query.customer")
    if found.violations:
        return found.refused
    if asked.query.get("externalLicenses"):
        return Changed(state, ())
    lines = [
        line
        for line in state.current.values()
        if (only is None or line.customer == only) and serves(asked.by, state.customers[line.customer])
    ]
    return Changed(state, tuple(sorted(lines, key=lambda line: line.id)))


def update_current(state: State, asked: Asked, *, at: datetime, readings: Readings) -> Outcome:
    found = Found()
    form = Form.of(asked.body, "body", found)
    line = current_for(state, asked, found, touch=True)
    product = effective(state, state.products[line.product]) if line is not None else None
    changes = _changes(state, form, product, at, readings)
    if found.violations or line is None:
        return found.refused
    changed = replace(line, **changes)
    return Changed(state if changed == line else state.with_current(changed), changed, found.noted)


def delete_current(state: State, asked: Asked, *, at: datetime, readings: Readings) -> Outcome:
    found = Found()
    line = current_for(state, asked, found, touch=True)
    if found.violations or line is None:
        return found.refused
    return Changed(state.without_current([line.id]), line)
