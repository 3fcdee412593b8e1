"""What do the books look like once accounting said yes? Applies a request that no trouble stands against."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from ixmocks.engine.outcome import Readings
from ixmocks.riverty import form
from ixmocks.riverty.judging import order_of, wanted
from ixmocks.riverty.model import (
    INVOICE_NEXT,
    LINE_NEXT,
    Invoice,
    InvoiceEvent,
    InvoiceStatus,
    Kind,
    Line,
    LineEvent,
    LineStatus,
    Order,
    Request,
    Task,
)
from ixmocks.riverty.money import cents_of, number_of
from ixmocks.riverty.state import State

Row = Mapping[str, Any]


def book(state: State, request: Request, *, at: datetime, readings: Readings) -> State:
    return _BOOKS[request.kind](state, request, at, readings)


def line_of(item: Row) -> Line:
    return Line(
        number=form.whole(item, "orderItemReference") or 0,
        description=form.text(item, "description"),
        product=form.text(item, "productId"),
        quantity=_number(item, "quantity"),
        price=_number(item, "grossUnitPrice"),
        vat_percent=_number(item, "vatPercent"),
        position=form.text(item, "positionType"),
    )


def receiver_of(address: Row) -> tuple[str, ...]:
    """Name and address as they are printed, line by line."""
    rows = (
        ("title", "firstName", "lastName"), ("careOf",), ("street", "streetNumber"), ("postalCode", "postalPlace"),
        ("countryCode",),
    )  # fmt: skip
    lines = (" ".join(form.text(address, name) for name in names).strip() for names in rows)
    return tuple(line for line in lines if line)


def order_from(business: str, customer: str, body: Row, at: datetime) -> Order:
    return Order(
        business, customer, form.text(body, "orderReference"), form.text(body, "orderType"),
        _day(body, "orderDate", at), form.text(body, "currency"), receiver_of(form.part(body, "billToAddress")),
        tuple(line_of(item) for item in form.rows(body, "items")),
    )  # fmt: skip


def changed(order: Order, numbers: list[int], event: LineEvent, **more: Any) -> Order:
    """The order with these lines one step on in their life."""
    lines = tuple(
        replace(line, status=LINE_NEXT[line.status, event], **more) if line.number in numbers else line
        for line in order.lines
    )
    return replace(order, lines=lines)


def credited(state: State, order: Order, event: LineEvent, items: tuple[Row, ...], at: datetime) -> State:
    """Lines that are returned or credited: the amounts come off their invoices, and what is too much goes back."""
    for item in items:
        number = form.whole(item, "orderItemReference") or 0
        line = order.line(number)
        if line is None:
            continue
        quantity = _number(item, "quantity")
        cents = cents_of(quantity, _number(item, "grossUnitPrice"))
        returned = line.returned + (quantity if event is LineEvent.RETURN else 0)
        order = changed(order, [number], event, credited_cents=line.credited_cents + cents, returned=returned)
        invoice = state.invoice_of(order.business, line.invoice)
        if invoice is not None:
            invoice = replace(invoice, credited_cents=invoice.credited_cents + cents)
            state = refund(state.with_invoice(invoice), invoice, at)
    return state.with_order(order)


def refund(state: State, invoice: Invoice, at: datetime) -> State:
    """Where more was paid than is owed, the difference goes back by itself (RIV-22)."""
    if invoice.remaining_cents >= 0 or invoice.paid_cents <= 0:
        return state
    later = at + timedelta(seconds=state.settings.document_delay_s)
    return state.schedule(later, Task.REFUND, invoice.business, invoice.order, invoice.reference)


def issue(state: State, invoice: Invoice, number: str, at: datetime) -> State:
    """The invoice gets its number, and uses what was paid for its order beforehand."""
    issued = replace(invoice, number=number, status=INVOICE_NEXT[invoice.status, InvoiceEvent.ISSUE])
    order = state.orders[invoice.business, invoice.order]
    # ASSUMED: the next invoice of the order uses it, as far as it goes.
    used = min(order.prepaid_cents, max(issued.gross_cents, 0))
    if used:
        state = state.with_order(replace(order, prepaid_cents=order.prepaid_cents - used))
        issued = replace(issued, paid_cents=used)
        state = tell_payments(state, at, invoice.business, invoice.order, invoice.reference)
    numbers = state.numbers.insert((invoice.business, number), invoice.reference)
    return refund_rest(replace(state, numbers=numbers).with_invoice(issued), *order.key, at=at)


def refund_rest(state: State, business: str, reference: str, *, at: datetime) -> State:
    """What was paid for an order and no invoice can use any more goes back by itself."""
    # ASSUMED: a refund is described for lines that are cancelled; the same holds for what was paid too much.
    order = state.orders[business, reference]
    waiting = any(
        invoice.status is InvoiceStatus.REQUESTED
        for line in order.lines
        if (invoice := state.invoices.get((business, line.invoice))) is not None
    )
    if not order.prepaid_cents or waiting or any(line.status is LineStatus.OPEN for line in order.lines):
        return state
    later = at + timedelta(seconds=state.settings.document_delay_s)
    return state.schedule(later, Task.REFUND, business, reference)


def tell_payments(state: State, at: datetime, *key: str) -> State:
    """Payments of a day are told together, on the next morning (RIV-21)."""
    if any(due.task is Task.TELL_PAYMENTS and due.key == key for due in state.agenda):
        return state
    morning = at.replace(hour=state.settings.payments_hour, minute=0, second=0, microsecond=0)
    if morning <= at:
        morning += timedelta(days=1)
    return state.schedule(morning, Task.TELL_PAYMENTS, *key)


# One for each kind of request.


def _order(state: State, request: Request, at: datetime, readings: Readings) -> State:
    return state.with_order(order_from(request.business, request.customer, request.body, at))


def _invoice(state: State, request: Request, at: datetime, readings: Readings) -> State:
    order = _known(state, request)
    reference = form.text(request.body, "invoiceReference")
    numbers = wanted(request, order)
    order = changed(order, numbers, LineEvent.INVOICE, invoice=reference)
    return _made(state.with_order(order), order, request.body, numbers, at, readings)


def _cancellation(state: State, request: Request, at: datetime, readings: Readings) -> State:
    order = _known(state, request)
    order = changed(order, wanted(request, order), LineEvent.CANCEL)
    return refund_rest(state.with_order(order), *order.key, at=at)


def _return(state: State, request: Request, at: datetime, readings: Readings) -> State:
    state = _kept(state, request, "returnReference", Kind.RETURN)
    items = form.rows(request.body, "items")
    return credited(state, _known(state, request), LineEvent.RETURN, items, at)


def _goodwill(state: State, request: Request, at: datetime, readings: Readings) -> State:
    state = _kept(state, request, "goodwillReference", Kind.GOODWILL)
    items = form.rows(request.body, "items")
    return credited(state, _known(state, request), LineEvent.GOODWILL, items, at)


def _update(state: State, request: Request, at: datetime, readings: Readings) -> State:
    """A goodwill over what is left of the old invoice, and a new invoice in its place."""
    state = _kept(state, request, "goodwillReference", Kind.GOODWILL)
    order = _known(state, request)
    old = state.invoice_of(request.business, request.invoice)
    assert old is not None
    replacing = form.part(request.body, "order")
    new = {line.number: line for line in map(line_of, form.rows(replacing, "items"))}
    body = form.part(request.body, "invoice")
    reference = form.text(body, "invoiceReference")
    numbers = [form.whole(row, "orderItemReference") or 0 for row in form.rows(body, "items")]
    order = changed(order, numbers, LineEvent.REPLACE, invoice=reference)
    lines = tuple(_replaced(line, new, old.reference) for line in order.lines)
    receiver = receiver_of(form.part(replacing, "billToAddress")) or order.bill_to
    order = replace(order, lines=lines, bill_to=receiver)
    # ASSUMED: what was paid on the old invoice counts for the new one, so that nobody pays twice.
    paid = old.paid_cents - old.refunded_cents
    old = replace(
        old, status=INVOICE_NEXT[old.status, InvoiceEvent.REPLACE], credited_cents=old.gross_cents, paid_cents=0,
        refunded_cents=0,
    )  # fmt: skip
    order = replace(order, prepaid_cents=order.prepaid_cents + paid)
    state = state.with_invoice(old).with_order(order)
    return _made(state, order, body, numbers, at, readings)


def _replaced(line: Line, new: Mapping[int, Line], old: str) -> Line:
    """The line as it stands now; what stays on the old invoice is credited in full."""
    if line.invoice == old:
        # ASSUMED: the goodwill covers the whole old invoice, so nothing more can be credited of it.
        return replace(line, credited_cents=line.gross_cents)
    if line.number in new:
        return replace(new[line.number], status=line.status, invoice=line.invoice)
    return line


def _made(
    state: State, order: Order, body: Row, numbers: list[int], at: datetime, readings: Readings
) -> State:
    """A new invoice of these lines: the client's is one at once, the service's is made later (RIV-01)."""
    invoice = Invoice(
        business=order.business, customer=order.customer, order=order.reference,
        reference=form.text(body, "invoiceReference"), number="", day=_day(body, "invoiceDate", at),
        due=_day(body, "dueDate", at), dispatched=_day(body, "dispatchDate", at),
        lines=tuple(line for line in order.lines if line.number in numbers), status=InvoiceStatus.REQUESTED,
        currency=order.currency, bill_to=order.bill_to,
    )  # fmt: skip
    state = state.with_invoice(invoice)
    own = state.settings.onboarding == "service"
    if not own:
        state = issue(state, invoice, invoice.reference, at)
    if (own and not state.settings.invoices_by_hand) or (not own and readings["RIV-32"] == "always"):
        later = at + timedelta(seconds=state.settings.document_delay_s)
        state = state.schedule(later, Task.ISSUE, *invoice.key)
    return state


_BOOKS: Mapping[Kind, Callable[[State, Request, datetime, Readings], State]] = {
    Kind.ORDER: _order,
    Kind.INVOICE: _invoice,
    Kind.CANCELLATION: _cancellation,
    Kind.RETURN: _return,
    Kind.GOODWILL: _goodwill,
    Kind.UPDATE: _update,
}


def _known(state: State, request: Request) -> Order:
    order = order_of(state, request)
    assert order is not None, "nobody books what was not judged"
    return order


def _kept(state: State, request: Request, name: str, kind: Kind) -> State:
    reference = form.text(request.body, name)
    if not reference:
        return state
    key = (request.business, kind.value, reference)
    return replace(state, credits=state.credits.insert(key, request.order))


def _number(item: Row, name: str) -> Decimal:
    return number_of(item.get(name)) or Decimal(0)


def _day(body: Row, name: str, at: datetime) -> date:
    """The first gate has seen that there is such a day."""
    return form.day_of(body.get(name)) or at.date()
