"""What do the pages show of TelecomX? Invoices; one whose number is −1 waits, and counts as a draft."""

from __future__ import annotations

from collections.abc import Iterator

from ixmocks.dashboard.document import Document, Edge, Known, Line, Machine
from ixmocks.telecomx import dates
from ixmocks.telecomx.show import total
from ixmocks.telecomx.state import Invoice, State
from ixmocks.telecomx.transitions import NEXT, Event, Status, status_of

MADE = ("invoiceCreate", "act:runMonth")
BY = {
    Event.NUMBER: ("invoiceUpdate", "act:setInvoiceNumber"),
    Event.SEND: ("invoiceUpdate", "act:markSent"),
    Event.PAY: ("invoiceUpdate", "act:registerPayment"),
    Event.UNSEND: ("invoiceUpdate",),
    Event.UNPAY: ("invoiceUpdate", "act:reversePayment"),
}


def documents(state: State) -> Iterator[Document]:
    for invoice in sorted(state.invoices.values(), key=lambda one: (one.day, one.id)):
        yield _invoice(state, invoice)


def _invoice(state: State, of: Invoice) -> Document:
    customer = state.customers.get(of.customer)
    cents = total(of.totals.price)
    return Document(
        key=of.id,
        kind="draft" if of.is_pending else "invoice",
        status=status_of(of).value,
        number="" if of.is_pending else of.number,
        draft=of.id,
        names=(of.headline or "",),
        customer=customer.name if customer else of.customer,
        day=dates.day_of(of.day),
        due=dates.day_of(of.due) if of.due else None,
        currency="DKK",
        total_cents=cents,
        open_cents=0 if of.paid else cents,
        paid=of.paid,
        lines=tuple(
            Line(
                line.name,
                f"{line.units:f} × {line.price:f}",
                int((line.units * line.price * 100).to_integral_value()),
            )
            for line in of.lines
        ),
    )


INVOICES = Machine(
    name="invoice",
    title="Invoice: a number and two flags",
    states=tuple(status.value for status in Status),
    edges=(
        Edge("", "made", Status.WAITS.value, MADE),
        *(
            Edge("", "made with a number", status.value, MADE)
            for status in (Status.NUMBERED, Status.SENT, Status.PAID)
        ),
        *(
            Edge(source.value, event.value, target.value, BY[event])
            for (source, event), targets in NEXT.items()
            for target in targets
        ),
    ),
    things=lambda state: state.invoices,
    status=lambda thing, today: status_of(thing).value,
)

KNOWN = Known("TelecomX", machines=(INVOICES,), documents=documents)
