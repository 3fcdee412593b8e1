"""What does POST /invoice do? Reads and checks everything, in the order of the page's error table, then computes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from ixmocks.engine.outcome import Changed, Outcome, Readings
from ixmocks.telecomx import dates, money
from ixmocks.telecomx.asked import Asked, denied, is_admin, sells, serves
from ixmocks.telecomx.form import Form, Found, shown
from ixmocks.telecomx.state import (
    PENDING,
    Current,
    Customer,
    Employee,
    Invoice,
    Line,
    Product,
    Recurrence,
    State,
    effective,
    usable,
)


def create_invoice(state: State, asked: Asked, *, at: datetime, readings: Readings) -> Outcome:
    """From lines, from current lines, or from both. The same call twice makes two invoices (TCX-15)."""
    found = Found()
    form = Form.of(asked.body, "body", found)
    customer = _customer(state, form)
    reseller = _reseller(state, form, asked.by, readings)
    day = form.instant("invoiceDate", "TCX-22")
    due = due_date(form, at, readings)
    headline = form.text("headline", "TCX-23")
    lines = _lines(state, form, customer, asked.by, at, readings)
    waiting = _waiting(state, form, customer, readings)
    sent, paid = _flag(form, "sent", readings), form.flag("paid") or False
    number = invoice_number(form)
    if not form.members.get("lines") and not form.members.get("currentInvoices"):
        found.wrong("TCX-02", "body.lines", "no line and no current line", "at least one of them")
    _access(found, asked.by, customer)
    lines += tuple(line_of_current(state, one) for one in waiting)
    totals = money.totals(lines, readings)
    if money.too_large(totals):
        found.wrong(
            "TCX-25", "body.lines", "a total of more than 308 digits", "amounts that a double can hold"
        )
    if found.violations or customer is None:
        return found.refused
    state, identifier = state.with_id(at)
    state, number = _numbered(state, customer, number, found, readings)
    invoice = Invoice(
        id=identifier, customer=customer.id, sent=sent, number=number,
        day=day or dates.midnight(dates.day_of(at)), lines=lines, totals=totals, due=due, paid=paid,
        headline=headline, reseller=reseller,
    )  # fmt: skip
    _notes(found, form, waiting)
    state = state.with_invoice(invoice).without_current(one.id for one in waiting)
    return Changed(state, invoice, found.noted)


def due_date(form: Form, at: datetime, readings: Readings) -> datetime | None:
    """TCX-05: today is early enough, unless the very moment counts."""
    due = form.instant("dueDate", "TCX-05")
    if due is None:
        return None
    past = due < at if readings.get("TCX-05") == "instant" else dates.day_of(due) < dates.day_of(at)
    if past:
        form.wrong("TCX-05", "dueDate", f"{dates.day_of(at)} or later", "Send a later date, or none.")
    return due


def invoice_number(form: Form) -> str:
    """The number that was given, as text; empty where none was."""
    # ASSUMED: an empty number counts as none, and -1 as the sign that one is to come.
    given = form.members.get("invoiceNumber")
    if isinstance(given, str):
        return given
    if isinstance(given, int) and not isinstance(given, bool) and given.bit_length() <= 1_024:
        return str(given)
    if form.has("invoiceNumber"):
        form.wrong("schema", "invoiceNumber", "text, or a whole number")
    return ""


def _customer(state: State, form: Form) -> Customer | None:
    given = form.text("customer", "TCX-20")
    customer = state.customers.get(given) if given is not None else None
    # ASSUMED: nobody makes an invoice for a deleted customer; the page has no other row for it.
    if customer is not None and customer.state != "DELETED":
        return customer
    if given is not None or not form.has("customer"):
        form.wrong("TCX-20", "customer", "the id of a customer")
    return None


def _reseller(state: State, form: Form, by: Employee, readings: Readings) -> str:
    given = form.text("reseller", "TCX-21")
    if given is None or not _admin_only(form, "reseller", by, readings):
        return ""
    reseller = state.customers.get(given)
    # ASSUMED: which reseller is named does not have to be the customer's own.
    if reseller is None or not reseller.is_reseller:
        form.wrong("TCX-21", "reseller", "the id of a reseller")
    return given


def _admin_only(form: Form, name: str, by: Employee, readings: Readings) -> bool:
    """TCX-08: from anybody but an ADMIN the member is passed over, or refused."""
    if is_admin(by):
        return True
    if readings.get("TCX-08") == "refused":
        form.wrong("TCX-08", name, "no such member: it is for ADMIN only")
    else:
        form.found.notes.add("TCX-08")
    return False


def _flag(form: Form, name: str, readings: Readings) -> bool:
    if not form.has(name) and readings.get("TCX-33") == "refused":
        form.wrong("TCX-33", name, "true or false: it is not marked as optional")
    return form.flag(name, "TCX-33") or False


def _lines(
    state: State, form: Form, customer: Customer | None, by: Employee, at: datetime, readings: Readings
) -> tuple[Line, ...]:
    lines = []
    for number, row in enumerate(form.rows("lines", "TCX-02")):
        place = Form.of(row, f"body.lines.{number}", form.found)
        line = _line(state, place, customer, by, at, readings)
        if line is not None:
            lines.append(line)
    return tuple(lines)


def _line(
    state: State, form: Form, customer: Customer | None, by: Employee, at: datetime, readings: Readings
) -> Line | None:
    """One line; what it does not say its product says (TCX-07). The order of its checks is that of the page."""
    product = product_of(state, form)
    units = required_units(form)
    cost, wholesale = (_inner_price(form, name, by, readings) for name in ("unitCost", "unitWholesale"))
    price = form.number("unitPrice", "TCX-26")
    if product is not None and not may_use(product, customer, at):
        form.wrong("TCX-27", "product", "a product of the customer's reseller that can be used today")
    name, description = form.text("name"), form.text("description")
    exempt = form.flag("vatExempt")
    since, until = form.instant("from", "TCX-34"), form.instant("to", "TCX-34")
    if product is None or units is None:
        return None
    return Line(
        product=product.id, code=product.code, name=product.name if name is None else name,
        description=product.description if description is None else description, units=units,
        unit=product.unit, cost=product.cost if cost is None else cost,
        wholesale=product.wholesale if wholesale is None else wholesale,
        price=product.price if price is None else price,
        vat_exempt=product.vat_exempt if exempt is None else exempt, since=since, until=until,
    )  # fmt: skip


def _inner_price(form: Form, name: str, by: Employee, readings: Readings) -> Decimal | None:
    price = form.number(name, "TCX-26")
    return price if price is not None and _admin_only(form, name, by, readings) else None


def product_of(state: State, form: Form) -> Product | None:
    """TCX-24, with what it inherits."""
    given = form.text("product", "TCX-24")
    product = state.products.get(given) if given is not None else None
    if product is None and (given is not None or not form.has("product")):
        form.wrong("TCX-24", "product", "the id of a product")
    return None if product is None else effective(state, product)


def required_units(form: Form) -> Decimal | None:
    if not form.has("units"):
        form.wrong("TCX-25", "units", "a number: it is mandatory")
    return form.number("units", "TCX-25")


def may_use(product: Product, customer: Customer | None, at: datetime) -> bool:
    """TCX-27: no master product, nobody else's product, and not before its start or after its end."""
    if not product.reseller or not usable(product, at):
        return False
    if customer is None:
        return True
    return product.reseller == customer.parent and product.customer in ("", customer.id)


def _waiting(state: State, form: Form, customer: Customer | None, readings: Readings) -> tuple[Current, ...]:
    """TCX-03: the current lines that were named, each once, in their order."""
    taken: dict[str, Current] = {}
    unknown = []
    for number, given in enumerate(form.rows("currentInvoices", "TCX-03")):
        line = state.current.get(given) if isinstance(given, str) else None
        foreign = line is not None and customer is not None and line.customer != customer.id
        hidden = line is not None and line.locked and readings.get("TCX-03") == "locked_not_found"
        if line is None or foreign or hidden:
            unknown.append(shown(given))
        elif line.recurrence is not Recurrence.NONE or line.locked:
            seen = "a locked line" if line.locked else f"a line that recurs {line.recurrence.value}"
            form.found.wrong("TCX-03", f"body.currentInvoices.{number}", seen, "a line that waits once")
        else:
            taken[line.id] = line
    if unknown:
        seen = ", ".join(unknown[:5])
        form.found.wrong("TCX-03", "body.currentInvoices", seen, "ids of current lines of this customer")
    return tuple(taken.values())


def line_of_current(state: State, one: Current) -> Line:
    """A line that waited, as it stands on the invoice. Its product need not be usable any more."""
    product = effective(state, state.products[one.product])
    return Line(
        product=product.id, code=product.code, name=product.name if one.name is None else one.name,
        description=product.description if one.description is None else one.description, units=one.units,
        unit=product.unit, cost=product.cost if one.cost is None else one.cost,
        wholesale=product.wholesale if one.wholesale is None else one.wholesale,
        price=product.price if one.price is None else one.price, vat_exempt=product.vat_exempt,
        since=one.start, until=one.terminate,
    )  # fmt: skip


def _access(found: Found, by: Employee, customer: Customer | None) -> None:
    if not sells(by) or (customer is not None and not serves(by, customer)):
        denied(found, by, "an employee of this customer's reseller, or an ADMIN")


def _numbered(
    state: State, customer: Customer, number: str, found: Found, readings: Readings
) -> tuple[State, str]:
    """TCX-06: the number that was given, else the reseller's next, else none yet."""
    if number:
        return state, number
    found.notes.add("TCX-06")
    if readings.get("TCX-06") != "automatic":
        return state, PENDING
    next_number = state.next_number.get(customer.parent) or state.first_number
    return (
        replace(state, next_number=state.next_number.insert(customer.parent, next_number + 1)),
        str(next_number),
    )


def _notes(found: Found, form: Form, waiting: tuple[Current, ...]) -> None:
    if not form.has("invoiceDate"):
        found.notes.add("TCX-04")
    if waiting:
        found.notes.add("TCX-03")
