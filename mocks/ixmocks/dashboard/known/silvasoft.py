"""What do the pages show of Silvasoft? Invoices of both modules, drafts and sales orders."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator

from ixmocks.dashboard.document import Document, Edge, Known, Line, Machine
from ixmocks.silvasoft import model, papers
from ixmocks.silvasoft.model import NEXT, Event, Invoice, Order, Status
from ixmocks.silvasoft.state import State
from ixmocks.silvasoft.transitions import ORDER_NEXT, OrderStatus, order_status_of

MADE = ("addsalestransaction", "addsalesinvoice", "act:bookByHand", "act:orderToInvoice")
GONE = (Status.DELETED, Status.CREDITED)
BY = {
    Event.POST: ("act:postDraft",),
    Event.PAY: ("act:registerPayment",),
    Event.SETTLE: ("act:registerPayment",),
    Event.REVERSE: ("act:reversePayment",),
    Event.CREDIT: ("act:creditInvoice",),
    Event.DELETE: ("act:deleteInvoice",),
}


def documents(state: State) -> Iterator[Document]:
    for serial in sorted(state.sales.all.keys()):
        yield _invoice(state.sales.all[serial])
    for number in sorted(state.orders.all.keys()):
        yield _order(state.orders.all[number])


def paper(state: State, key: str) -> bytes | None:
    kind, _, serial = key.partition("-")
    invoice = state.sales.all.get(int(serial)) if kind == "invoice" and serial.isdecimal() else None
    text = papers.base64_of(invoice) if invoice is not None else None
    return base64.b64decode(text) if text else None


def _invoice(of: Invoice) -> Document:
    return Document(
        key=f"invoice-{of.serial}",
        kind="draft" if of.number is None else "credit note" if of.credit_of else "invoice",
        status=of.status.value,
        number=str(of.number or ""),
        names=(of.reference, of.notes),
        customer=of.customer.name,
        day=of.date,
        due=of.due,
        total_cents=of.incl_cents,
        open_cents=of.outstanding_cents,
        paid=of.status is Status.PAID,
        gone=of.status in GONE,
        lines=_lines(of.lines),
        has_paper=of.number is not None and of.status is not Status.DELETED,
    )


def _order(of: Order) -> Document:
    status = order_status_of(of)
    return Document(
        key=f"order-{of.number}",
        kind="order",
        status=status.value,
        draft=str(of.number),
        names=(of.reference, of.notes),
        customer=of.customer.name,
        day=of.date,
        total_cents=of.incl_cents,
        gone=status is OrderStatus.INVOICED,
        lines=_lines(of.lines),
    )


def _lines(lines: Iterable[model.Line]) -> tuple[Line, ...]:
    return tuple(
        Line(line.description, f"{line.tax.percent:f} %" if line.tax else "no tax yet", line.incl)
        for line in lines
    )


INVOICES = Machine(
    name="invoice",
    title="Invoice",
    states=tuple(status.value for status in Status),
    edges=(
        Edge("", "without number", Status.DRAFT.value, ("addsalesinvoice",)),
        Edge("", "booked", Status.OPEN.value, (*MADE, "act:creditInvoice")),
        Edge("", "booked, nothing to pay", Status.PAID.value, (*MADE, "act:creditInvoice")),
        Edge(Status.DRAFT.value, "post, over nothing", Status.PAID.value, BY[Event.POST]),
        *(
            Edge(source.value, event.value, target.value, BY[event])
            for (source, event), target in NEXT.items()
        ),
    ),
    things=lambda state: state.sales.all,
    status=lambda thing, today: str(thing.status.value),
)
ORDERS = Machine(
    name="order",
    title="Sales order",
    states=tuple(status.value for status in OrderStatus),
    edges=(
        Edge("", "added", OrderStatus.OPEN.value, ("addorder",)),
        *(
            Edge(source.value, event.value, target.value, ("act:orderToInvoice",))
            for (source, event), target in ORDER_NEXT.items()
        ),
    ),
    things=lambda state: state.orders.all,
    status=lambda thing, today: order_status_of(thing).value,
)

KNOWN = Known("Silvasoft", machines=(INVOICES, ORDERS), documents=documents, paper=paper)
