"""What happens by itself as time passes? Verdicts, invoices, notifications, the payments of the day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from ixmocks.engine.outcome import Changed, Readings
from ixmocks.riverty import notices
from ixmocks.riverty.booking import book, issue
from ixmocks.riverty.judging import troubles_of
from ixmocks.riverty.model import (
    CONFIRMED,
    REFUSED,
    Due,
    InvoiceStatus,
    NoticeStatus,
    Request,
    RequestStatus,
    Task,
    Trouble,
)
from ixmocks.riverty.money import shown
from ixmocks.riverty.state import State

Step = tuple[State, str]
"""The state, and what happened in words; empty: nothing that is worth a word."""


def due(state: State, since: datetime, until: datetime, readings: Readings) -> Changed:
    """Everything that has its time by now, in the order of time."""
    words: list[str] = []
    while (first := state.agenda.first) is not None and first.at <= until:
        state, said = _TASKS[first.task](replace(state, agenda=state.agenda.rest()), first, readings)
        words += [said] if said else []
    return Changed(state, tuple(words))


def next_due(state: State) -> datetime | None:
    """When the first thing of the agenda is due."""
    first = state.agenda.first
    return None if first is None else first.at


def settled(state: State, at: datetime, readings: Readings) -> State:
    """The state once everything happened whose time has come: what a request meets."""
    first = state.agenda.first
    if first is None or first.at > at:
        return state
    after: State = due(state, at, at, readings).state
    return after


def decide(state: State, request: Request, *, at: datetime, readings: Readings) -> Step:
    """Accounting's verdict, booked and told."""
    return conclude(state, request, troubles_of(state, request, readings), at=at, readings=readings)


def conclude(
    state: State, request: Request, troubles: tuple[Trouble, ...], *, at: datetime, readings: Readings
) -> Step:
    status = RequestStatus.REFUSED if troubles else RequestStatus.CONFIRMED
    request = replace(request, status=status, decided=at, troubles=troubles)
    if not troubles:
        state = book(state, request, at=at, readings=readings)
    state = notices.post(
        state.with_request(request), notices.verdict(request), at=at, readings=readings
    )  # fmt: skip
    why = "; ".join(f"{trouble.rule} {trouble.field}: {trouble.text}" for trouble in troubles)
    about = f"{request.kind.value} of order {request.order}"
    return state, f"{about}: {REFUSED}: {why}" if troubles else f"{about}: {CONFIRMED}"


def made(state: State, key: tuple[str, str], number: str, *, at: datetime, readings: Readings) -> Step:
    """The service makes an invoice and its document, and says so."""
    invoice = state.invoices[key]
    if invoice.status is InvoiceStatus.REQUESTED:
        state = issue(state, invoice, number or _number(state, key, readings), at)
    state, document = state.fresh("document")
    invoice = replace(state.invoices[key], document=document)
    state = replace(state, documents=state.documents.insert(document, key)).with_invoice(invoice)
    link = f"{state.settings.document_url}{document}"
    state, message = _message(state)
    told = notices.invoice_created(invoice, link, message, at)
    state = notices.post(state, told, at=at, readings=readings)
    state, message = _message(state)
    told = notices.document_created(invoice, link, message, at, readings)
    state = notices.post(state, told, at=at, readings=readings)
    return state, f"invoice {invoice.number} of order {invoice.order}: made, document {document}"


# One for each task.


def _decide(state: State, due: Due, readings: Readings) -> Step:
    request = state.requests[due.key[0]]
    if request.status is not RequestStatus.RECEIVED:
        return state, ""  # somebody was quicker, by hand
    return decide(state, request, at=due.at, readings=readings)


def _issue(state: State, due: Due, readings: Readings) -> Step:
    business, reference = due.key
    invoice = state.invoices[business, reference]
    if invoice.document or invoice.status is InvoiceStatus.REPLACED:
        return state, ""
    return made(state, (business, reference), "", at=due.at, readings=readings)


def _tell_payments(state: State, due: Due, readings: Readings) -> Step:
    business, order = due.key[:2]
    state, message = _message(state)
    state, document = _payment_document(state)
    tolerance = state.settings.tolerance_cents
    if len(due.key) > 2:
        invoice = state.invoices[business, due.key[2]]
        if invoice.status is InvoiceStatus.REPLACED:
            return state, ""
        told = notices.invoice_paid(invoice, message, document, tolerance, due.at)
        said = f"invoice {invoice.number}: paid {shown(invoice.paid_cents)}, {shown(invoice.remaining_cents)} left"
    else:
        prepaid = state.orders[business, order]
        if not prepaid.prepaid_cents:
            return state, ""  # an invoice has used it meanwhile, and tells of it
        told = notices.order_prepaid(prepaid, message, document, tolerance, due.at)
        said = f"order {order}: paid {shown(prepaid.prepaid_cents)} beforehand"
    return notices.post(state, told, at=due.at, readings=readings), said


def _refund(state: State, due: Due, readings: Readings) -> Step:
    order = state.orders[due.key[0], due.key[1]]
    invoice = state.invoices[due.key[0], due.key[2]] if len(due.key) > 2 else None
    cents = order.prepaid_cents if invoice is None else min(-invoice.remaining_cents, invoice.paid_cents)
    if cents <= 0:
        return state, ""
    if invoice is None:
        state = state.with_order(replace(order, prepaid_cents=0))
    else:
        state = state.with_invoice(replace(invoice, refunded_cents=invoice.refunded_cents + cents))
    state, message = _message(state)
    told = notices.refund_completed(order, invoice, cents, message, due.at)
    return (
        notices.post(state, told, at=due.at, readings=readings),
        f"order {order.reference}: {shown(cents)} refunded",
    )


def _send(state: State, due: Due, readings: Readings) -> Step:
    notice = state.notices[due.key[0]]
    if notice.status is not NoticeStatus.WAITING:
        return state, ""
    return notices.release(state, notice.id), f"{notice.type}: leaves, late"


_TASKS: Mapping[Task, Callable[[State, Due, Readings], Step]] = {
    Task.DECIDE: _decide,
    Task.ISSUE: _issue,
    Task.TELL_PAYMENTS: _tell_payments,
    Task.REFUND: _refund,
    Task.SEND: _send,
}


def _number(state: State, key: tuple[str, str], readings: Readings) -> str:
    """RIV-33: the reference of the request, or a number of the service's own."""
    business, reference = key
    if readings["RIV-33"] == "kept":
        return reference
    own = len(state.numbers) + 1
    while state.invoice_of(business, f"R{business}{own:07d}") is not None:
        own += 1
    return f"R{business}{own:07d}"


def _message(state: State) -> Step:
    """An id of a message: 32 digits in capitals, as in the samples."""
    state, message = state.fresh("message")
    return state, message.replace("-", "").upper()


def _payment_document(state: State) -> Step:
    serial = state.serial + 1
    return replace(state, serial=serial), f"2004{serial:08d}"
