"""What does addsalesinvoice do? Lines of products, discount, drafts, own due days, addresses, and the stock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from ixmocks.engine.outcome import Changed, Outcome, Readings, Refused, Violation
from ixmocks.silvasoft.attachments import files_of
from ixmocks.silvasoft.form import Form, later, stamp
from ixmocks.silvasoft.lines import product_lines
from ixmocks.silvasoft.model import Address, Contact, Invoice, Kind, Line, Relation, Status
from ixmocks.silvasoft.parties import address_of, contact_of, customer_of
from ixmocks.silvasoft.sales import (
    LINES,
    invoice_day,
    invoice_number,
    line_rows,
    lines_max,
    project_of,
    term_of,
    totals,
    with_centres,
)
from ixmocks.silvasoft.state import Goods, Parties, State

REFERENCE_MAX = 150


def add_sales_invoice(
    state: State, command: Mapping[str, Any], *, at: datetime, readings: Readings
) -> Outcome:
    """Make an invoice of the invoicing module, or with AddAsDraft a draft that has no number yet."""
    found: list[Violation] = []
    notes: list[str] = []
    form = Form(command, "body", found)
    customer = customer_of(state, form, notes, readings)
    draft = form.flag("AddAsDraft")
    day = invoice_day(form, at, readings)
    number = None if draft else invoice_number(state, form)
    if draft and form.has("InvoiceNumber"):
        # ASSUMED: a draft ignores a wanted number, since it has none until it is posted.
        notes.append("SILV-50")
    reference = reference_of(form, "InvoiceReference")
    days = form.whole("InvoiceDueDays")
    discount = form.number("InvoiceDiscountPc")
    project = project_of(state.books, form, readings)
    contacts = contacts_of(form, "Invoice_Contact")
    address = given_address(form, "Invoice_Address")
    attachments = files_of(state, form, "Invoice_Attachment", notes)
    line_rows(form, LINES, lines_max(state, readings))
    lines = product_lines(state, form, LINES, discount=discount, notes=notes, readings=readings)
    net, incl = totals(lines, found)
    if found or customer is None:
        return Refused(tuple(found))
    if number is None and not draft:
        number = state.sales.next_number()
        notes.append("SILV-11")
    # ASSUMED: due days below zero are ignored like 0.
    due_days = days if days is not None and days > 0 else term_of(state, customer)
    if days is not None and days > 0:
        notes.append("SILV-51")
    parties = with_address(state.parties, customer, address)
    if parties is not state.parties:
        notes.append("SILV-75")
    invoice = Invoice(
        serial=state.sales.next_serial, kind=Kind.INVOICE, status=_first_status(draft=draft, incl=incl), number=number,
        date=day, due=later(day, due_days), due_days=due_days, customer=customer, lines=lines, net_cents=net,
        incl_cents=incl, outstanding_cents=incl, notes=form.text("InvoiceNotes"), reference=reference,
        project=project, attachments=attachments, created_on=stamp(at), contacts=contacts, address=address,
    )  # fmt: skip
    after = replace(
        state, centres=with_centres(state, lines, notes), sales=state.sales.book(invoice),
        parties=parties,
        goods=state.goods if draft else less_stock(state.goods, lines),
    )  # fmt: skip
    return Changed(after, invoice, tuple(dict.fromkeys(notes)))


def post(state: State, draft: Invoice, *, number: int, day: date, status: Status) -> tuple[State, Invoice]:
    """A draft becomes an invoice: it gets its number and date, and the goods leave the stock."""
    posted = draft._replace(number=number, date=day, due=later(day, draft.due_days), status=status)
    after = replace(state, sales=state.sales.book(posted), goods=less_stock(state.goods, draft.lines))
    return after, posted


def reference_of(form: Form, name: str) -> str:
    text = form.text(name)
    if len(text) > REFERENCE_MAX:
        form.wrong(
            "SILV-35",
            name,
            f"at most {REFERENCE_MAX} characters",
            f"{name} may have at most {REFERENCE_MAX} characters",
        )
    return text


def contacts_of(form: Form, name: str) -> tuple[Contact, ...] | None:
    """The contacts that a request brings; None: the relation's own."""
    return tuple(contact_of(row) for row in form.forms(name)) or None


def given_address(form: Form, name: str) -> Address | None:
    """The first address that a request brings; None: the relation's own."""
    addresses = [address_of(row) for row in form.forms(name)]
    return next((address for address in addresses if address), None)


def with_address(parties: Parties, customer: Relation, address: Address | None) -> Parties:
    """A new address is added to the relation; one it has stays alone."""
    if address is None or address == customer.address or address in customer.more_addresses:
        return parties
    return parties.put(replace(customer, more_addresses=(*customer.more_addresses, address)))


def less_stock(goods: Goods, lines: Sequence[Line]) -> Goods:
    """The stock after a sale (SILV-66). It may fall below zero: no document forbids to sell what is not there."""
    for line in lines:
        if line.product is not None and line.quantity:
            product = goods.all[line.product.serial]
            goods = goods.put(replace(product, stock=product.stock - line.quantity))
    return goods


def _first_status(*, draft: bool, incl: int) -> Status:
    """An invoice over nothing is paid at once (SILV-18)."""
    if draft:
        return Status.DRAFT
    return Status.OPEN if incl else Status.PAID
