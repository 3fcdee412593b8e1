"""What do the pages show of Riverty? Orders, the invoices made of them, and what becomes of requests and lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ixmocks.dashboard.document import Document, Edge, Known, Line, Machine, merged
from ixmocks.paper import pdf
from ixmocks.riverty import model, papers
from ixmocks.riverty.model import (
    INVOICE_NEXT,
    LINE_NEXT,
    Invoice,
    InvoiceEvent,
    InvoiceStatus,
    LineEvent,
    LineStatus,
    Order,
    RequestStatus,
)
from ixmocks.riverty.state import State
from ixmocks.riverty.transitions import REQUEST_NEXT, RequestEvent

TIME = (
    "control:advanceClock", "control:setClock", "act:sendNotificationsNow", "createOrder", "createInvoice",
    "updateInvoice", "cancelOrder", "returnOrder", "addGoodwill",
)  # fmt: skip
"""What lets time pass: the clock, and every call that finds something due."""
REQUESTS = ("createOrder", "createInvoice", "updateInvoice", "cancelOrder", "returnOrder", "addGoodwill")


def documents(state: State) -> Iterator[Document]:
    for order in sorted(state.orders.values(), key=lambda one: (one.day, one.key)):
        yield _order(order)
    for invoice in sorted(state.invoices.values(), key=lambda one: (one.day, one.key)):
        yield _invoice(invoice)


def paper(state: State, key: str) -> bytes | None:
    kind, _, names = key.partition("-")
    business, _, reference = names.partition("-")
    invoice = state.invoices.get((business, reference)) if kind == "invoice" else None
    return pdf(papers.paper_of(invoice)) if invoice is not None and invoice.document else None


def _order(of: Order) -> Document:
    statuses = {line.status for line in of.lines}
    over = LineStatus.OPEN not in statuses
    return Document(
        key=f"order-{of.business}-{of.reference}",
        kind="order",
        status=" + ".join(sorted(status.value for status in statuses)) or "empty",
        draft=of.reference,
        names=(of.reference, *(line.description for line in of.lines)),
        customer=of.bill_to[0] if of.bill_to else of.customer,
        day=of.day,
        currency=of.currency,
        total_cents=of.gross_cents,
        gone=over,
        lines=_lines(of.lines),
    )


def _invoice(of: Invoice) -> Document:
    issued = of.status is InvoiceStatus.ISSUED
    return Document(
        key=f"invoice-{of.business}-{of.reference}",
        kind="invoice",
        status=of.status.value,
        number=of.number,
        names=(of.reference, of.order, *(line.description for line in of.lines)),
        customer=of.bill_to[0] if of.bill_to else of.customer,
        day=of.day,
        due=of.due,
        currency=of.currency,
        total_cents=of.gross_cents,
        open_cents=of.remaining_cents if issued else None,
        paid=issued and of.remaining_cents <= 0,
        gone=of.status is InvoiceStatus.REPLACED,
        lines=_lines(of.lines),
        has_paper=bool(of.document),
    )


def _lines(lines: Iterable[model.Line]) -> tuple[Line, ...]:
    return tuple(
        Line(
            line.description, f"{line.quantity:f} × {line.price:f}, {line.vat_percent:f} %", line.gross_cents
        )
        for line in lines
    )


def _all_lines(state: State) -> dict[Any, model.Line]:
    return {(*key, line.number): line for key, order in state.orders.items() for line in order.lines}


_LINE_BY = {
    LineEvent.INVOICE: ("createInvoice",),
    LineEvent.CANCEL: ("cancelOrder",),
    LineEvent.RETURN: ("returnOrder",),
    LineEvent.GOODWILL: ("addGoodwill",),
    LineEvent.REPLACE: ("updateInvoice",),
}
_INVOICE_BY = {InvoiceEvent.ISSUE: ("act:makeInvoice", *TIME), InvoiceEvent.REPLACE: TIME}
_REQUEST_BY = {
    RequestEvent.CONFIRM: ("act:confirmOrder", *TIME),
    RequestEvent.REFUSE: ("act:refuseOrder", *TIME),
}

MACHINES = (
    Machine(
        name="request",
        title="Request: the second gate",
        states=tuple(status.value for status in RequestStatus),
        edges=(
            Edge("", "taken", RequestStatus.RECEIVED.value, REQUESTS),
            *(Edge(s.value, e.value, t.value, _REQUEST_BY[e]) for (s, e), t in REQUEST_NEXT.items()),
        ),
        things=lambda state: state.requests,
        status=lambda thing, today: str(thing.status.value),
    ),
    Machine(
        name="line",
        title="Line of an order (RIV-06 to RIV-08)",
        states=tuple(status.value for status in LineStatus),
        edges=merged(
            [
                Edge("", "order confirmed", LineStatus.OPEN.value, TIME),
                *(Edge(s.value, e.value, t.value, (*_LINE_BY[e], *TIME)) for (s, e), t in LINE_NEXT.items()),
            ]
        ),
        things=_all_lines,
        status=lambda thing, today: str(thing.status.value),
    ),
    Machine(
        name="invoice",
        title="Invoice",
        states=tuple(status.value for status in InvoiceStatus),
        edges=(
            Edge("", "confirmed", InvoiceStatus.REQUESTED.value, TIME),
            Edge("", "confirmed and made", InvoiceStatus.ISSUED.value, TIME),
            *(Edge(s.value, e.value, t.value, _INVOICE_BY[e]) for (s, e), t in INVOICE_NEXT.items()),
        ),
        things=lambda state: state.invoices,
        status=lambda thing, today: str(thing.status.value),
    ),
)

KNOWN = Known("Riverty", machines=MACHINES, documents=documents, paper=paper)
