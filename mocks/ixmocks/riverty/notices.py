"""What does the service report, to whom, and what may go wrong on the way?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ixmocks.engine import exact
from ixmocks.engine.outcome import Readings
from ixmocks.engine.system import Delivery
from ixmocks.riverty.model import (
    CONFIRMED,
    REFUSED,
    Fault,
    Invoice,
    Mishap,
    Notice,
    NoticeStatus,
    Order,
    Request,
    RequestStatus,
    Task,
    Trouble,
)
from ixmocks.riverty.state import State

VERDICT = "accounting/EDIErrorSent"
INVOICE = "accounting/invoiceCreated"
DOCUMENT = "accounting/documentCreated"
PAYMENT = "accounting/paymentReceived"
REFUND = "accounting/refundCompleted"
TYPES = (
    VERDICT, INVOICE, DOCUMENT, "accounting/balanceUpdated", "accounting/chargebackReceived", PAYMENT, REFUND,
    "accounting/reminderSent", "accounting/dailyGLAccountBalanceSent",
)  # fmt: skip


def post(
    state: State, body: Mapping[str, Any], *, at: datetime, readings: Readings, forged: bool = False
) -> State:
    """The notification to everyone who registered for its type; nobody registered, nothing is sent."""
    kind = str(body["type"])
    urls = [callback.url for callback in state.callbacks if kind in callback.types]
    if readings.get("RIV-36", "once") == "once":
        urls = list(dict.fromkeys(urls))
    for url in urls:
        state, notice_id = state.fresh("notice")
        notice = Notice(notice_id, kind, url, body, at, forged=forged)
        state = state.with_notice(notice) if forged else _sent_off(state, notice, at)
    return state


def outbox(state: State) -> tuple[Delivery, ...]:
    """What is to be sent now, oldest first."""
    return tuple(
        Delivery(notice.id, notice.url, exact.dump(notice.body))
        for notice in (state.notices[notice_id] for notice_id in state.ready)
    )


def delivered(state: State, notice_id: str, status: int, at: datetime) -> State:
    """Whatever the receiver said, it is not sent again (RIV-35)."""
    if notice_id not in state.ready:
        return state
    notice = replace(state.notices[notice_id], status=NoticeStatus.SENT, answer=status)
    ready = tuple(other for other in state.ready if other != notice_id)
    return replace(state, notices=state.notices.insert(notice_id, notice), ready=ready)


def release(state: State, *notice_ids: str) -> State:
    """Notices that waited may leave now, in this order."""
    for notice_id in notice_ids:
        state = state.with_notice(replace(state.notices[notice_id], status=NoticeStatus.READY))
    return state


def release_held(state: State) -> State:
    """What was held back to be reversed leaves, last one first."""
    faults = tuple(fault for fault in state.faults if fault.mishap is not Mishap.REVERSED)
    return release(replace(state, held=(), faults=faults), *reversed(state.held))


def _sent_off(state: State, notice: Notice, at: datetime) -> State:
    """On its way, with every mishap that was armed for it. Lost is lost, whatever else was armed."""
    state, mishaps = _struck(state, notice.type)
    copies = [notice]
    if Mishap.LOST in mishaps:
        state, copies = state.with_notice(replace(notice, status=NoticeStatus.LOST)), []
    elif Mishap.DOUBLED in mishaps:
        state, again = state.fresh("notice")
        copies.append(replace(notice, id=again))
    for copy in copies:
        if Mishap.LATE in mishaps:
            state = state.with_notice(replace(copy, status=NoticeStatus.WAITING))
            state = state.schedule(mishaps[Mishap.LATE] + at, Task.SEND, copy.id)
        elif Mishap.REVERSED in mishaps:
            state = state.with_notice(replace(copy, status=NoticeStatus.WAITING))
            state = replace(state, held=(*state.held, copy.id))
        else:
            state = state.with_notice(copy)
    if state.held and not any(fault.mishap is Mishap.REVERSED for fault in state.faults):
        state = release_held(state)
    return state


def _struck(state: State, kind: str) -> tuple[State, dict[Mishap, Any]]:
    """The mishaps of the next notification, each used up by one."""
    mishaps: dict[Mishap, Any] = {}
    left: list[Fault] = []
    for fault in state.faults:
        if fault.mishap in mishaps or fault.type not in ("", kind):
            left.append(fault)
            continue
        mishaps[fault.mishap] = fault.delay
        if fault.left > 1:
            left.append(replace(fault, left=fault.left - 1))
    return replace(state, faults=tuple(left)), mishaps


# The bodies.


def verdict(request: Request) -> dict[str, Any]:
    details: dict[str, Any] = {"orderNo": request.order}
    if request.invoice:
        details["invoiceReference"] = request.invoice
    details["result"] = CONFIRMED if request.status is RequestStatus.CONFIRMED else REFUSED
    details["errorDetails"] = [_detail(trouble) for trouble in request.troubles]
    parameters = {
        "requestType": request.kind.value, "transactionId": request.transaction, "details": details,
    }  # fmt: skip
    return {"type": VERDICT, "parameters": parameters}


def _detail(trouble: Trouble) -> dict[str, str]:
    detail = {"fieldName": trouble.field}
    if trouble.value:
        detail["providedValue"] = trouble.value
    return {**detail, "ErrorDescription": trouble.text}


def document_created(
    invoice: Invoice, link: str, message: str, at: datetime, readings: Readings
) -> dict[str, Any]:
    zero = "0" if readings.get("RIV-34", "leading_zero") == "leading_zero" else ""
    information = {
        "documentCreationDate": at.date().isoformat(), "customerNumber": invoice.customer,
        "invoiceReference": invoice.number, "orderReference": zero + invoice.order,
    }  # fmt: skip
    document = {"documentType": "INVOICE", "urlKey": link, "documentInformation": [information]}
    parameters = {"businessCode": invoice.business, "transactionId": message, "documents": [document]}
    return {"type": DOCUMENT, "timestamp": stamp(at), "parameters": parameters}


def invoice_created(invoice: Invoice, link: str, message: str, at: datetime) -> dict[str, Any]:
    # ASSUMED: no sample of this notification is public; keys of documentCreated and of the request.
    items = [
        {
            "orderItemReference": line.number, "description": line.description, "quantity": line.quantity,
            "grossUnitPrice": line.price, "vatPercent": line.vat_percent,
            "grossAmount": exact.amount(line.gross_cents),
        }
        for line in invoice.lines
    ]  # fmt: skip
    parameters = {
        "businessCode": invoice.business, "transactionId": message, "customerNumber": invoice.customer,
        "orderReference": invoice.order, "invoiceReference": invoice.number,
        "invoiceDate": invoice.day.isoformat(), "dueDate": invoice.due.isoformat(),
        "currency": invoice.currency, "grossAmount": exact.amount(invoice.gross_cents), "urlKey": link,
        "items": items,
    }  # fmt: skip
    return {"type": INVOICE, "timestamp": stamp(at), "parameters": parameters}


def invoice_paid(
    invoice: Invoice, message: str, document: str, tolerance: int, at: datetime
) -> dict[str, Any]:
    # ASSUMED: orderAmount is what this invoice asks for, so that paid and remaining add up to it.
    paid = invoice.paid_cents - invoice.refunded_cents
    parameters = {
        "businessCode": invoice.business, "companyCode": invoice.business, "currency": invoice.currency,
        "customerNumber": invoice.customer, "fiscalYear": at.year, "invoiceReference": invoice.number,
        "orderAmount": exact.amount(invoice.gross_cents - invoice.credited_cents),
        "orderReference": invoice.order, "paidAmount": exact.amount(paid), "paymentDocument": document,
        "remainingAmount": exact.amount(invoice.remaining_cents), "tolerance": exact.amount(tolerance),
        "transactionId": f"PaymentInformation-{invoice.business}-{message}",
    }  # fmt: skip
    return {"type": PAYMENT, "parameters": parameters}


def order_prepaid(order: Order, message: str, document: str, tolerance: int, at: datetime) -> dict[str, Any]:
    """A payment before there is any invoice: the same, without an invoice."""
    total = order.gross_cents
    parameters = {
        "businessCode": order.business, "companyCode": order.business, "currency": order.currency,
        "customerNumber": order.customer, "fiscalYear": at.year, "orderAmount": exact.amount(total),
        "orderReference": order.reference, "paidAmount": exact.amount(order.prepaid_cents),
        "paymentDocument": document, "remainingAmount": exact.amount(total - order.prepaid_cents),
        "tolerance": exact.amount(tolerance), "transactionId": f"PaymentInformation-{order.business}-{message}",
    }  # fmt: skip
    return {"type": PAYMENT, "parameters": parameters}


def refund_completed(
    order: Order, invoice: Invoice | None, cents: int, message: str, at: datetime
) -> dict[str, Any]:
    # ASSUMED: no sample of this notification is public.
    parameters: dict[str, Any] = {
        "businessCode": order.business, "customerNumber": order.customer, "orderReference": order.reference,
    }  # fmt: skip
    if invoice is not None:
        parameters["invoiceReference"] = invoice.number
    parameters |= {
        "currency": order.currency, "refundAmount": exact.amount(cents), "transactionId": message,
    }  # fmt: skip
    return {"type": REFUND, "timestamp": stamp(at), "parameters": parameters}


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
