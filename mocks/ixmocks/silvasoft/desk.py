"""What do people do inside Silvasoft itself? Nothing of this is part of the API; it is called through actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ixmocks.engine.outcome import Changed, Outcome, Readings, Refused, Violation
from ixmocks.engine.system import SeedError
from ixmocks.silvasoft import show
from ixmocks.silvasoft.form import Form, later, stamp, today
from ixmocks.silvasoft.invoicing import less_stock, post
from ixmocks.silvasoft.model import NEXT, Event, Invoice, Kind, Line, Relation, Status
from ixmocks.silvasoft.money import wire
from ixmocks.silvasoft.relations import add_business_relation, add_private_relation, update_relation
from ixmocks.silvasoft.sales import add_sales_transaction, term_of
from ixmocks.silvasoft.seed import file_of
from ixmocks.silvasoft.state import State

ACTION = "action"
"""Code of a violation that belongs to no rule of the API."""


def post_draft(state: State, command: Mapping[str, Any], *, at: datetime, readings: Readings) -> Outcome:
    """A draft becomes a real invoice with a number and a date. Without a choice: the oldest draft."""
    form = Form(command, "with", [])
    draft = _chosen(state, form)
    if draft is None and not any(form.has(name) for name in _CHOICE):
        draft = next((state.sales.all[serial] for serial in state.sales.drafts), None)
    after = _next(form, draft, Event.POST)
    number = form.whole("Number") or state.sales.next_number()
    if state.sales.get(number) is not None:
        form.wrong("SILV-10", "Number", "a number that no invoice has")
    day = form.day("Date", readings) or today(at)
    if form.found or draft is None or after is None:
        return Refused(tuple(form.found))
    status = after if draft.incl_cents else Status.PAID
    changed, posted = post(state, draft, number=number, day=day, status=status)
    return Changed(changed, described(posted))


def register_payment(
    state: State, command: Mapping[str, Any], *, at: datetime, readings: Readings
) -> Outcome:
    """Money came in: a part, or without an Amount all that is outstanding."""
    form = Form(command, "with", [])
    invoice = _chosen(state, form)
    outstanding = invoice.outstanding_cents if invoice is not None else 0
    amount = form.cents("Amount") if form.has("Amount") else outstanding
    amount = amount or 0
    after = _next(form, invoice, Event.SETTLE if amount == outstanding else Event.PAY)
    if (
        invoice is not None
        and after is not None
        and (not amount or not 0 <= amount * outstanding <= outstanding**2)
    ):
        form.wrong(ACTION, "Amount", f"an amount between 0 and what is outstanding, {wire(outstanding)}")
    if form.found or invoice is None or after is None:
        return Refused(tuple(form.found))
    paid = invoice._replace(status=after, outstanding_cents=outstanding - amount)
    return Changed(replace(state, sales=state.sales.change(paid)), described(paid))


def reverse_payment(state: State, command: Mapping[str, Any], *, at: datetime, readings: Readings) -> Outcome:
    """A payment is taken back: a part, or without an Amount all that was paid."""
    form = Form(command, "with", [])
    invoice = _chosen(state, form)
    after = _next(form, invoice, Event.REVERSE)
    paid = invoice.incl_cents - invoice.outstanding_cents if invoice is not None else 0
    amount = (form.cents("Amount") if form.has("Amount") else paid) or 0
    if invoice is not None and after is not None and (not amount or not 0 <= amount * paid <= paid**2):
        form.wrong(ACTION, "Amount", f"an amount between 0 and what was paid, {wire(paid)}")
    if invoice is not None and after is not None and invoice.credit_of is not None:
        form.wrong(ACTION, _name(form), "an invoice; what a credit note set off cannot be taken back")
    if form.found or invoice is None or after is None:
        return Refused(tuple(form.found))
    back = invoice._replace(status=after, outstanding_cents=invoice.outstanding_cents + amount)
    return Changed(replace(state, sales=state.sales.change(back)), described(back))


def delete_invoice(state: State, command: Mapping[str, Any], *, at: datetime, readings: Readings) -> Outcome:
    """An invoice or draft disappears. Its number is free again; what was paid must be taken back first."""
    # ASSUMED: the vendor lets an unpaid invoice be deleted, and its number be used again.
    form = Form(command, "with", [])
    invoice = _chosen(state, form)
    after = _next(form, invoice, Event.DELETE)
    if invoice is not None and after is not None and invoice.outstanding_cents != invoice.incl_cents:
        form.wrong(ACTION, _name(form), "an invoice on which nothing is paid; reverse the payment first")
    if form.found or invoice is None:
        return Refused(tuple(form.found))
    goods = state.goods
    if invoice.kind is Kind.INVOICE and invoice.status is not Status.DRAFT:
        goods = less_stock(goods, tuple(map(_mirrored, invoice.lines)))
    gone = replace(state, sales=state.sales.remove(invoice), goods=goods)
    return Changed(gone, described(invoice._replace(status=Status.DELETED)))


def credit_invoice(state: State, command: Mapping[str, Any], *, at: datetime, readings: Readings) -> Outcome:
    """A credit note for the whole invoice. What was still outstanding is set off; the rest is owed back."""
    form = Form(command, "with", [])
    invoice = _chosen(state, form)
    after = _next(form, invoice, Event.CREDIT)
    if invoice is not None and after is not None and invoice.credit_of is not None:
        form.wrong(ACTION, _name(form), "an invoice that is no credit note itself")
    if form.found or invoice is None or after is None:
        return Refused(tuple(form.found))
    day = today(at)
    outstanding = invoice.outstanding_cents - invoice.incl_cents
    note = invoice._replace(
        serial=state.sales.next_serial, number=state.sales.next_number(), date=day,
        due=later(day, invoice.due_days), lines=tuple(map(_mirrored, invoice.lines)), net_cents=-invoice.net_cents,
        incl_cents=-invoice.incl_cents, outstanding_cents=outstanding, attachments=(), credit_of=invoice.serial,
        status=Status.OPEN if outstanding else Status.PAID, created_on=stamp(at),
    )  # fmt: skip
    credited = invoice._replace(status=after, outstanding_cents=0, credited_by=note.serial)
    goods = less_stock(state.goods, note.lines) if invoice.kind is Kind.INVOICE else state.goods
    changed = replace(state, sales=state.sales.change(credited).book(note), goods=goods)
    return Changed(changed, described(note))


def book_by_hand(state: State, command: Mapping[str, Any], *, at: datetime, readings: Readings) -> Outcome:
    """Somebody types an invoice into the books, with a number of their own choice."""
    form = Form(command, "with", [])
    line = {
        "TaxPc": form.members.get("TaxPc", 21),
        "TaxCode": form.members.get("TaxCode"),
        "SubTotalInclTax": form.members.get("SubTotalInclTax", 100),
        "Description": form.members.get("Description", "Booked by hand"),
    }
    first = next((one.customer_number for one in _oldest_customers(state)), None)
    typed = {"Invoice_InvoiceLine": [line], "CustomerNumber": first, **form.members}
    return _told(add_sales_transaction(state, typed, at=at, readings=readings), described)


def add_relation(state: State, command: Mapping[str, Any], *, at: datetime, readings: Readings) -> Outcome:
    """Somebody enters a relation; doubles are allowed, as they are on the screen."""
    rule = add_private_relation if command.get("Private") is True else add_business_relation
    waved = {f"OnExistingRelation{what}": "CONTINUE" for what in ("Email", "Name")}
    typed = {**waved, **{name: value for name, value in command.items() if name != "PaymentTermDays"}}
    outcome = rule(state, typed, at=at, readings=readings)
    return _with_term(outcome, command)


def edit_relation(state: State, command: Mapping[str, Any], *, at: datetime, readings: Readings) -> Outcome:
    """Somebody changes a relation, found by RelationGUID or CustomerNumber."""
    guid = command.get("RelationGUID")
    typed = dict(command)
    if guid is None:
        number = typed.pop("CustomerNumber", None)
        guid = state.parties.by_customer.get(number) if type(number) is int else None
    if guid is None:
        form = Form(command, "with", [])
        form.wrong(ACTION, "CustomerNumber", "the number of a customer, or a RelationGUID")
        return Refused(tuple(form.found))
    if "NewCustomerNumber" in typed:
        typed["CustomerNumber"] = typed.pop("NewCustomerNumber")
    outcome = update_relation(state, {**typed, "RelationGUID": guid}, at=at, readings=readings)
    return _with_term(outcome, command)


def add_cost_centre(state: State, command: Mapping[str, Any], *, at: datetime, readings: Readings) -> Outcome:
    name = Form(command, "with", []).word("Name")
    known = name in state.centres
    centres = state.centres if known else state.centres.insert(name, len(state.centres) + 1)
    return Changed(replace(state, centres=centres), {"Name": name, "New": not known})


def archive_product(state: State, command: Mapping[str, Any], *, at: datetime, readings: Readings) -> Outcome:
    """A product is archived, or with Archived false brought back."""
    form = Form(command, "with", [])
    serial = state.goods.by_article.get(form.word("ArticleNumber"))
    if serial is None:
        form.wrong(ACTION, "ArticleNumber", "the number of a product")
        return Refused(tuple(form.found))
    product = replace(state.goods.all[serial], archived=form.flag("Archived", True), changed_on=stamp(at))
    answer = {**show.product(product), "Archived": product.archived}
    return Changed(replace(state, goods=state.goods.put(product)), answer)


def add_file(state: State, command: Mapping[str, Any], *, at: datetime, readings: Readings) -> Outcome:
    """Say what would be found at a URL. Nothing is ever fetched from there."""
    try:
        file = file_of(command, "with")
    except SeedError as error:
        return Refused((Violation(ACTION, "with", "this file", str(error)),))
    answer = {"url": file.url, "mime": file.mime, "size": file.size, "reachable": file.reachable}
    return Changed(replace(state, files=state.files.insert(file.url, file)), answer)


def set_plan(state: State, command: Mapping[str, Any], *, at: datetime, readings: Readings) -> Outcome:
    """Another API plan: so many requests an hour."""
    requests = Form(command, "with", []).whole("requestsPerHour") or state.settings.requests_per_hour
    settings = replace(state.settings, requests_per_hour=requests)
    return Changed(replace(state, settings=settings), {"requestsPerHour": requests})


def order_to_invoice(
    state: State, command: Mapping[str, Any], *, at: datetime, readings: Readings
) -> Outcome:
    """A sales order becomes an invoice of the invoicing module, dated today; an order does so once."""
    form = Form(command, "with", [])
    order = state.orders.all.get(form.whole("OrderNumber") or 0)
    if order is None:
        form.wrong(ACTION, "OrderNumber", "the number of an order")
    elif order.invoiced_as is not None:
        form.wrong(ACTION, "OrderNumber", "an order that was not invoiced yet")
    if form.found or order is None:
        return Refused(tuple(form.found))
    customer: Relation = state.parties.all[order.customer.guid]
    day, due_days = today(at), term_of(state, customer)
    invoice = Invoice(
        serial=state.sales.next_serial, kind=Kind.INVOICE, status=Status.OPEN if order.incl_cents else Status.PAID,
        number=state.sales.next_number(), date=day, due=later(day, due_days), due_days=due_days, customer=customer,
        lines=order.lines, net_cents=order.net_cents, incl_cents=order.incl_cents, outstanding_cents=order.incl_cents,
        notes=order.notes, reference=order.reference, created_on=stamp(at), contacts=order.contacts,
        address=order.address, attachments=order.attachments,
    )  # fmt: skip
    done = replace(order, invoiced_as=invoice.serial, changed_on=stamp(at))
    after = replace(
        state, sales=state.sales.book(invoice), orders=state.orders.put(done),
        goods=less_stock(state.goods, order.lines),
    )  # fmt: skip
    return Changed(after, described(invoice))


def described(invoice: Invoice) -> dict[str, Any]:
    """An invoice as the vendor shows it, with what only the screen tells: its status and our serial."""
    return {**show.invoice(invoice), "Serial": invoice.serial, "Status": invoice.status.value}


_CHOICE = ("InvoiceNumber", "InvoiceReference", "Serial")


def _name(form: Form) -> str:
    return next((name for name in _CHOICE if form.has(name)), _CHOICE[0])


def _chosen(state: State, form: Form) -> Invoice | None:
    """The invoice that an action means: by number, by serial, or the newest with that reference."""
    sales = state.sales
    number, serial, reference = (
        form.whole("InvoiceNumber"),
        form.whole("Serial"),
        form.text("InvoiceReference"),
    )
    if number is not None:
        return sales.get(number)
    if serial is not None:
        return sales.all.get(serial)
    if reference:
        with_it = [
            one
            for one in sales.all.values()
            if one.reference == reference and one.status is not Status.DELETED
        ]
        return max(with_it, key=lambda one: one.serial, default=None)
    return None


def _next(form: Form, invoice: Invoice | None, event: Event) -> Status | None:
    """The status after an event; None where the invoice is unknown or the table has no such step."""
    if invoice is None:
        form.wrong(ACTION, _name(form), "an invoice that exists")
        return None
    after = NEXT.get((invoice.status, event))
    if after is None:
        allowed = " or ".join(status.value for status, possible in NEXT if possible is event)
        form.found.append(
            Violation(
                ACTION,
                f"with.{_name(form)}",
                f"an invoice that is {invoice.status.value}",
                f"one that is {allowed}",
            )
        )
    return after


def _mirrored(line: Line) -> Line:
    quantity = -line.quantity if line.quantity is not None else None
    return line._replace(incl=-line.incl, net=-line.net, quantity=quantity)


def _told(outcome: Outcome, describe: Callable[[Any], Any]) -> Outcome:
    """A rule's outcome with an answer that the control API can print."""
    if isinstance(outcome, Refused):
        return outcome
    return replace(outcome, answer=describe(outcome.answer))


def _with_term(outcome: Outcome, command: Mapping[str, Any]) -> Outcome:
    """The payment term, which no API call can set, and the relation as the vendor shows it."""
    if isinstance(outcome, Refused):
        return outcome
    relation: Relation = outcome.answer
    state: State = outcome.state
    if "PaymentTermDays" in command:
        relation = replace(relation, payment_term_days=command["PaymentTermDays"])
        state = replace(state, parties=state.parties.put(relation))
    return Changed(
        state, {**show.relation(relation), "PaymentTermDays": relation.payment_term_days}, outcome.notes
    )


def _oldest_customers(state: State) -> list[Relation]:
    every = (state.parties.all[guid] for guid in state.parties.guids)
    return [one for one in every if one.is_customer][:1]
