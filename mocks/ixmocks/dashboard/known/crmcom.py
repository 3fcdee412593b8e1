"""What do the pages show of CRM.COM? Invoices in all four states; the cancellation is named by the invoice's state."""

from __future__ import annotations

from collections.abc import Iterator

from ixmocks.crmcom.model import NEXT, Event, Invoice, Stage
from ixmocks.crmcom.state import State
from ixmocks.dashboard.document import Document, Edge, Known, Line, Machine

MADE = ("invoicesCreate",)
BY = {
    Event.UPDATE: ("invoicesUpdate",),
    Event.POST: ("invoicesPost", "act:postInvoice"),
    Event.REJECT: ("invoicesReject", "act:rejectInvoice"),
    Event.CANCEL: ("invoicesCancel", "act:cancelInvoice"),
    Event.PAY: ("paymentsPayInvoice", "paymentsCreate", "act:registerPayment"),
}


def documents(state: State) -> Iterator[Document]:
    for serial in sorted(state.invoices.all.keys()):
        yield _invoice(state, state.invoices.all[serial])


def _invoice(state: State, of: Invoice) -> Document:
    account = state.accounts.get(of.account)
    draft = of.stage is Stage.DRAFT
    return Document(
        key=of.id,
        kind="draft" if draft else "invoice",
        status=of.stage.value,
        number="" if draft else of.number,
        draft=of.number or of.reference,
        names=(of.back_office_code, of.reference, of.notes or ""),
        customer=(account.name or account.number) if account else "",
        day=(of.posted_on or of.issued_on).date(),
        due=of.due_on.date() if of.due_on else None,
        currency=account.currency if account else "EUR",
        total_cents=of.total_cents,
        open_cents=of.outstanding_cents,
        paid=of.stage is Stage.POSTED and of.outstanding_cents == 0,
        gone=of.stage in (Stage.REJECTED, Stage.CANCELLED),
        lines=tuple(
            Line(
                item.product.description or item.product.code,
                f"{item.quantity} × {item.product.code}",
                item.total_cents,
            )
            for item in of.items
        ),
    )


INVOICES = Machine(
    name="invoice",
    title="Invoice: life_cycle_state",
    states=tuple(stage.value for stage in Stage),
    edges=(
        Edge("", "made as a draft", Stage.DRAFT.value, MADE),
        Edge("", "made as final", Stage.POSTED.value, MADE),
        *(
            Edge(source.value, event.value, target.value, BY[event])
            for (source, event), target in NEXT.items()
        ),
    ),
    things=lambda state: state.invoices.all,
    status=lambda thing, today: str(thing.stage.value),
)

KNOWN = Known("CRM.COM", machines=(INVOICES,), documents=documents)
