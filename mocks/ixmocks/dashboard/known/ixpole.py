"""What do the pages show of iXpole? Its instalments, and the statuses they pass through."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from ixmocks.dashboard.document import Edge, Instalment, Known, Line, Machine, merged
from ixmocks.ixpole.state import (
    NEXT,
    Event,
    Kind,
    SaleState,
    Stage,
    State,
    Status,
    in_order,
    stage_of,
    status_of,
)
from ixmocks.ixpole.state import Instalment as Stored
from ixmocks.ixpole.transitions import TRANSITIONS, Cause

WRITTEN = ("putInstalments", "act:typeInvoiceNumber")
CLOCK = ("control:advanceClock", "control:setClock")
BY = {
    Cause.DAY: CLOCK,
    Cause.EARLIER: ("act:editInstalment",),
    Cause.POSTPONE: ("act:editInstalment", "control:setClock"),
    Cause.PAST_DUE: (*CLOCK, *WRITTEN),
    Cause.LATER: (*WRITTEN, "control:setClock"),
    Cause.CANCEL: ("act:cancelSale",),
    Cause.CREDIT: ("act:creditInstalment", "act:cancelSale"),
}
MADE = ("act:addSale", "act:addInstalment", "act:creditInstalment")


def instalments(state: State, today: date) -> list[Instalment]:
    """All of them, by date and code, as the overview shows them."""
    return [_shown(state, one, today) for one in in_order(state.instalments.values())]


def paper(state: State, key: str) -> bytes | None:
    """The PDF that a connector gave back."""
    stored = state.instalments.get(key)
    return stored.pdf or None if stored is not None else None


def _shown(state: State, of: Stored, today: date) -> Instalment:
    customer = state.customers[of.customer_id]
    final = state.sales[of.sale_id].state is SaleState.FINAL
    return Instalment(
        code=of.code,
        status=status_of(of, today).value,
        day=of.day,
        customer=customer.name,
        reference=of.invoice_reference,
        kind=of.kind.value,
        number=of.invoice_number,
        due=of.due_date,
        payment=of.payment_no,
        currency=of.currency,
        net_cents=of.net_cents,
        vat_cents=of.vat_cents,
        gross_cents=of.gross_cents,
        lines=tuple(
            Line(
                line.description,
                f"{line.quantity:f} × {line.unit_price:f}, {line.vat_rate.percentage:f} %",
                line.gross_cents,
            )
            for line in of.lines
        ),
        has_paper=bool(of.pdf),
        deliverable=final and (of.kind is not Kind.CREDIT or state.settings.credit_sales),
    )


def _things(state: State) -> Any:
    return state.instalments


def _edges() -> Iterable[Edge]:
    yield Edge("", "planned for later", Status.FUTURE.value, MADE)
    yield Edge("", "planned for today", Status.TODO.value, MADE)
    for (source, cause), targets in TRANSITIONS.items():
        for target in targets:
            yield Edge(source.value, cause.value, target.value, BY.get(cause, WRITTEN))


STATUSES = Machine(
    name="instalment",
    title="Instalment: the status on the screens",
    states=tuple(status.value for status in Status),
    edges=tuple(_edges()),
    things=_things,
    status=lambda thing, today: status_of(thing, today).value,
    alive_by_clock=True,
)
DOCUMENT = Machine(
    name="written-back",
    title="Instalment: what was written back (IXP-19, strict)",
    states=tuple(stage.value for stage in Stage),
    edges=merged(
        [
            Edge("", "planned", Stage.BARE.value, MADE),
            *(
                Edge(stage.value, event.value, after.value, WRITTEN)
                for (stage, event), after in NEXT.items()
                if stage is not after or event not in (Event.WITHDRAW, Event.UNPAY)
            ),
        ]
    ),
    things=_things,
    status=lambda thing, today: stage_of(thing).value,
)

KNOWN = Known("iXpole", machines=(STATUSES, DOCUMENT), paper=paper)
