"""What do people and bad luck do? Payments, invoices and verdicts by hand, and notifications that go astray."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from ixmocks.engine.outcome import Changed, Outcome, Readings, Refused, Violation
from ixmocks.engine.timeline import Timeline
from ixmocks.riverty import clockwork, form, notices
from ixmocks.riverty.booking import refund, tell_payments
from ixmocks.riverty.judging import troubles_of
from ixmocks.riverty.model import (
    CONFIRMED,
    REFUSED,
    Fault,
    Invoice,
    InvoiceStatus,
    Kind,
    Mishap,
    NoticeStatus,
    Order,
    Request,
    RequestStatus,
    Trouble,
)
from ixmocks.riverty.money import cents_of, number_of
from ixmocks.riverty.state import State

Params = Mapping[str, Any]


def register_payment(state: State, params: Params, /, *, at: datetime, readings: Readings) -> Outcome:
    """Money came in: for an invoice, or for an order that has none yet. It is told on the next morning."""
    state = clockwork.settled(state, at, readings)
    invoice = _invoice(state, params) if "invoiceReference" in params else None
    order = _order(state, params) if invoice is None and "orderReference" in params else None
    if (invoice is None and order is None) or (invoice and invoice.status is not InvoiceStatus.ISSUED):
        return _nothing(params, "an invoice that is issued, or an order that is confirmed")
    owed = invoice.remaining_cents if invoice else order.gross_cents - order.prepaid_cents if order else 0
    cents = _cents(params["amount"]) if "amount" in params else owed
    if cents is None or cents <= 0:
        return _no("with.amount", params.get("amount", "nothing left"), "an amount above zero in whole cents")
    if invoice is not None:
        invoice = replace(invoice, paid_cents=invoice.paid_cents + cents)
        state = refund(state.with_invoice(invoice), invoice, at)
        return Changed(tell_payments(state, at, invoice.business, invoice.order, invoice.reference), cents)
    assert order is not None
    state = state.with_order(replace(order, prepaid_cents=order.prepaid_cents + cents))
    return Changed(tell_payments(state, at, *order.key), cents)


def make_invoice(state: State, params: Params, /, *, at: datetime, readings: Readings) -> Outcome:
    """The service makes an invoice that was confirmed: now, and under a number if one is given."""
    state = clockwork.settled(state, at, readings)
    invoice = _invoice(state, params) if "invoiceReference" in params else _oldest(state, params)
    if invoice is None or invoice.status is not InvoiceStatus.REQUESTED:
        return _nothing(params, "an invoice that was confirmed and is not made yet")
    number = str(params.get("number", ""))
    if number and state.invoice_of(invoice.business, number) not in (None, invoice):
        return _no("with.number", number, "a number that no invoice has")
    state, said = clockwork.made(state, invoice.key, number, at=at, readings=readings)
    return Changed(state, said)


def confirm_order(state: State, params: Params, /, *, at: datetime, readings: Readings) -> Outcome:
    """Accounting's word on an order that waits: yes, unless something is wrong with it after all."""
    state = clockwork.settled(state, at, readings)
    request = _waiting(state, params)
    if request is None:
        return _nothing(params, "an order that waits for its verdict")
    troubles = troubles_of(state, request, readings)
    if troubles:
        return Refused(tuple(Violation(one.rule, "with", one.value, one.text, one.text) for one in troubles))
    state, said = clockwork.conclude(state, request, (), at=at, readings=readings)
    return Changed(state, said)


def refuse_order(state: State, params: Params, /, *, at: datetime, readings: Readings) -> Outcome:
    """Accounting's word on an order that waits: no, for a reason of its own."""
    state = clockwork.settled(state, at, readings)
    request = _waiting(state, params)
    if request is None:
        return _nothing(params, "an order that waits for its verdict")
    field, text = (
        str(params.get("fieldName", "ORDERREFERENCE")),
        str(params.get("description", "Refused by hand.")),
    )
    trouble = Trouble("by hand", field, str(params.get("providedValue", "")), text)
    state, said = clockwork.conclude(state, request, (trouble,), at=at, readings=readings)
    return Changed(state, said)


def find_verdict(state: State, params: Params, /, *, at: datetime, readings: Readings) -> Outcome:
    """Look up what accounting said of a request; the last one that fits."""
    after = clockwork.settled(state, at, readings)
    fitting = [request for request in _requests(after, params) if _fits(request, params)]
    if not fitting:
        return _nothing(params, "a request with such a verdict")
    return Changed(after, notices.verdict(max(fitting, key=lambda request: request.decided or at)))


def send_notifications_now(state: State, params: Params, /, *, at: datetime, readings: Readings) -> Outcome:
    """Nobody waits any longer: verdicts are given, invoices made, payments told, late notices leave."""
    words: list[str] = []
    while state.agenda:
        # Everything that is due at some time is due now; what follows from it as well.
        due = Timeline(replace(one, at=min(one.at, at)) for one in state.agenda)
        outcome = clockwork.due(replace(state, agenda=due), at, at, readings)
        state, words = outcome.state, [*words, *outcome.answer]
    held = len(state.held)
    words += [f"{held} notifications leave that were held back"] if held else []
    return Changed(notices.release_held(state), tuple(words))


def resend_notifications(state: State, params: Params, /, *, at: datetime, readings: Readings) -> Outcome:
    """Support sends again what was lost or what no receiver took."""
    failed = [
        notice
        for notice in state.notices.values()
        if notice.status is NoticeStatus.LOST
        or (notice.status is NoticeStatus.SENT and not 200 <= notice.answer < 300)
    ]
    again = sorted(failed, key=lambda notice: (notice.made, notice.id))
    return Changed(notices.release(state, *(notice.id for notice in again)), len(again))


def delay_notifications(state: State, params: Params, /, *, at: datetime, readings: Readings) -> Outcome:
    delay = timedelta(seconds=int(params.get("seconds", 3600)))
    return _armed(state, params, Mishap.LATE, delay)


def lose_notifications(state: State, params: Params, /, *, at: datetime, readings: Readings) -> Outcome:
    return _armed(state, params, Mishap.LOST)


def double_notifications(state: State, params: Params, /, *, at: datetime, readings: Readings) -> Outcome:
    return _armed(state, params, Mishap.DOUBLED)


def reverse_notifications(state: State, params: Params, /, *, at: datetime, readings: Readings) -> Outcome:
    return _armed(state, {"next": 2, **params}, Mishap.REVERSED)


def forge_notification(state: State, params: Params, /, *, at: datetime, readings: Readings) -> Outcome:
    """Somebody else posts a notification that looks like one of the service's."""
    kind = str(params.get("type", notices.VERDICT))
    state, message = state.fresh("forged")
    transaction = str(params.get("transactionId", message.replace("-", "")))
    parameters: Mapping[str, Any] = params.get("parameters") or {
        "requestType": Kind.ORDER.value,
        "transactionId": transaction,
        "details": {
            "orderNo": params.get("orderReference", "FORGED"),
            "result": CONFIRMED,
            "errorDetails": [],
        },
    }
    body = {"type": kind, "parameters": parameters}
    before = state.ready
    state = notices.post(state, body, at=at, readings=readings, forged=True)
    return Changed(state, len(state.ready) - len(before))


def set_onboarding(state: State, params: Params, /, *, at: datetime, readings: Readings) -> Outcome:
    """A new onboarding: who makes invoices from now on, who decides, and how fast."""
    state = clockwork.settled(state, at, readings)
    names = {name: field for name, field in ONBOARDING.items() if name in params}
    settings = replace(state.settings, **{field: params[name] for name, field in names.items()})
    return Changed(replace(state, settings=settings))


ONBOARDING = {
    "onboarding": "onboarding",
    "ordersByHand": "orders_by_hand",
    "invoicesByHand": "invoices_by_hand",
    "verdictDelaySeconds": "verdict_delay_s",
    "documentDelaySeconds": "document_delay_s",
    "documentsPerSecond": "documents_per_second",
    "wrongKey": "wrong_key",
}


def _armed(state: State, params: Params, mishap: Mishap, delay: timedelta = timedelta(0)) -> Outcome:
    fault = Fault(mishap, int(params.get("next", 1)), str(params.get("type", "")), delay)
    return Changed(replace(state, faults=(*state.faults, fault)))


def _businesses(state: State, params: Params) -> tuple[str, ...]:
    return (str(params["businessCode"]),) if "businessCode" in params else state.settings.businesses


def _invoice(state: State, params: Params) -> Invoice | None:
    name = str(params["invoiceReference"])
    found = (state.invoice_of(business, name) for business in _businesses(state, params))
    return next((invoice for invoice in found if invoice is not None), None)


def _order(state: State, params: Params) -> Order | None:
    name = form.text(params, "orderReference")
    found = (state.orders.get((business, name)) for business in _businesses(state, params))
    return next((order for order in found if order is not None), None)


def _oldest(state: State, params: Params) -> Invoice | None:
    """The first invoice that waits to be made: of an order, or of all."""
    order = params.get("orderReference")
    waiting = [
        invoice
        for invoice in state.invoices.values()
        if invoice.status is InvoiceStatus.REQUESTED and order in (None, invoice.order)
    ]
    return min(waiting, key=lambda invoice: (invoice.day, invoice.key), default=None)


def _requests(state: State, params: Params) -> list[Request]:
    if "orderReference" not in params:
        return list(state.requests.values())
    keys = ((business, str(params["orderReference"])) for business in _businesses(state, params))
    return [state.requests[one] for key in keys for one in state.about.get(key) or ()]


def _waiting(state: State, params: Params) -> Request | None:
    waiting = (one for one in _requests(state, params) if one.status is RequestStatus.RECEIVED)
    return next((request for request in waiting if request.kind is Kind.ORDER), None)


def _fits(request: Request, params: Params) -> bool:
    result = CONFIRMED if request.status is RequestStatus.CONFIRMED else REFUSED
    rules = {trouble.rule for trouble in request.troubles}
    fields = {trouble.field for trouble in request.troubles}
    return request.status is not RequestStatus.RECEIVED and (
        params.get("internalRequestId") in (None, request.id)
        and params.get("transactionId") in (None, request.transaction)
        and params.get("requestType") in (None, request.kind.value)
        and params.get("invoiceReference") in (None, request.invoice)
        and params.get("result") in (None, result)
        and params.get("rule") in (None, *rules)
        and params.get("fieldName") in (None, *fields)
    )


def _cents(value: Any) -> int | None:
    try:
        number = number_of(Decimal(value) if isinstance(value, str) else value)
    except InvalidOperation:
        return None
    if number is None or number != number.quantize(Decimal("0.01")):
        return None
    return cents_of(number)


def _nothing(params: Params, expected: str) -> Refused:
    named = ", ".join(f"{name} {value}" for name, value in params.items()) or "no choice"
    return _no("with", named, expected)


def _no(at: str, seen: Any, expected: str) -> Refused:
    return Refused((Violation("action", at, str(seen), expected, f"{seen}: expected {expected}"),))
