"""What does a target that answers later have to say, and what was said to it?

Such a target takes a request with a receipt and posts its verdict afterwards. A `Notice` is what one
of its notifications says, reduced to what decides; a `Talk` is what the bridge itself has sent. Both
are values that go into the journal, so that they can be laid side by side at any time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from ixbridge.core.records import Payload

HEARD = "heard"
"""The kind of a record that holds a notice."""
TEXT_MAX = 200
REASONS_MAX = 10


class Told(Enum):
    VERDICT = "verdict"
    """On an order or an invoice that was sent: booked, or refused."""
    INVOICE = "invoice"
    DOCUMENT = "document"
    PAYMENT = "payment"
    OTHER = "other"
    """Something that no decision needs; it is counted."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One notification. What is empty or None was not said."""

    told: Told
    type: str = ""
    """In the target's own words."""
    order: str = ""
    transaction: str = ""
    """Lower-case letters and digits only."""
    customer: str = ""
    invoice: str = ""
    """A number, or the reference under which it was asked for."""
    ok: bool = False
    fields: tuple[str, ...] = ()
    """Which fields were refused."""
    reasons: tuple[str, ...] = ()
    document: str = ""
    """The key of its PDF."""
    due: date | None = None
    currency: str = ""
    amount_minor: int | None = None
    paid_minor: int | None = None
    remaining_minor: int | None = None
    tolerance_minor: int | None = None
    digest: str = ""
    """Of the whole text, where nothing of it is kept."""


def payload_of(notice: Notice, epoch: int) -> Payload:
    """As the journal keeps it; ``epoch`` counts the refusals of its order that were acted on before."""
    said = {
        "told": notice.told.value,
        "type": notice.type,
        "order": notice.order,
        "transaction": notice.transaction,
        "customer": notice.customer,
        "invoice": notice.invoice,
        "ok": notice.ok,
        "fields": list(notice.fields),
        "reasons": list(notice.reasons),
        "document": notice.document,
        "due": notice.due.isoformat() if notice.due else None,
        "currency": notice.currency,
        "amount": notice.amount_minor,
        "paid": notice.paid_minor,
        "remaining": notice.remaining_minor,
        "tolerance": notice.tolerance_minor,
        "digest": notice.digest,
        "epoch": epoch,
    }
    return {name: value for name, value in said.items() if value not in (None, "", [])}


def notice_in(payload: Payload) -> tuple[Notice, int]:
    """The notice that a record holds, and its epoch."""
    due = text(payload, "due")
    notice = Notice(
        told=Told(text(payload, "told")),
        type=text(payload, "type"),
        order=text(payload, "order"),
        transaction=text(payload, "transaction"),
        customer=text(payload, "customer"),
        invoice=text(payload, "invoice"),
        ok=payload.get("ok") is True,
        fields=texts(payload, "fields"),
        reasons=texts(payload, "reasons"),
        document=text(payload, "document"),
        due=date.fromisoformat(due) if due else None,
        currency=text(payload, "currency"),
        amount_minor=integer(payload, "amount"),
        paid_minor=integer(payload, "paid"),
        remaining_minor=integer(payload, "remaining"),
        tolerance_minor=integer(payload, "tolerance"),
        digest=text(payload, "digest"),
    )
    return notice, integer(payload, "epoch") or 0


def name_of(payload: Payload) -> str:
    """The same for the same news, however often and in whatever form they arrive."""
    content = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(content.encode("ascii")).hexdigest()[:32]


# --- what was said to the target --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Talk:
    """What the bridge has sent about one instalment, by its own journal."""

    order: str = ""
    """The reference of its order there."""
    order_id: str = ""
    invoice_id: str = ""
    """The ids under which order and invoice are sent, however often."""
    orders_sent: int = 0
    invoices_sent: int = 0
    order_receipts: tuple[str, ...] = ()
    invoice_receipts: tuple[str, ...] = ()
    reference: str = ""
    """Under which the invoice was asked for."""
    invoicing: bool = False
    """An invoice was asked for, or was about to be."""
    refusals: int = 0
    """How many refusals were acted on."""
    refused: str = ""
    """The last of them, while no person has been told."""
    since: str = ""
    """When the target took what it now owes a verdict on: ISO 8601."""
    due: date | None = None
    lines: int = 0
    rows: tuple[str, ...] = ()
    """The lines as they are to be printed, where the bridge draws the invoice."""
    document: str = ""
    """The key of the PDF that was read back."""


NOTHING_SAID = Talk()


def talk_after(talk: Talk, event: str, payload: Payload) -> Talk:
    """With one more record of the instalment's life."""
    fold = _FOLDS.get(event)
    return talk if fold is None else fold(talk, payload)


def _intent(talk: Talk, payload: Payload) -> Talk:
    if not payload.get("order"):
        return talk
    return replace(_ordered(talk, payload), orders_sent=talk.orders_sent + 1)


def _ordered(talk: Talk, payload: Payload) -> Talk:
    due = text(payload, "due")
    return replace(
        talk,
        order=text(payload, "order"),
        order_id=text(payload, "order_id"),
        invoice_id=text(payload, "invoice_id"),
        due=date.fromisoformat(due) if due else None,
        lines=integer(payload, "lines") or 0,
        rows=texts(payload, "rows"),
    )


def _result(talk: Talk, payload: Payload) -> Talk:
    if payload.get("order"):  # found before it was made: the journal had lost it
        talk = _ordered(talk, payload)
    receipt = text(payload, "receipt")
    receipts = (*talk.order_receipts, receipt) if receipt else talk.order_receipts
    return replace(talk, order_receipts=receipts, since=text(payload, "since"))


def _requested(talk: Talk, payload: Payload) -> Talk:
    reference, sent = text(payload, "reference"), talk.invoices_sent + 1
    return replace(
        talk, invoicing=True, reference=reference, invoices_sent=sent, since=text(payload, "since")
    )


def _received(talk: Talk, payload: Payload) -> Talk:
    receipts = (*talk.invoice_receipts, text(payload, "receipt"))
    return replace(talk, invoice_receipts=receipts, since=text(payload, "since"))


def _declined(talk: Talk, payload: Payload) -> Talk:
    """The invoice was not made: the request did not leave, or was refused, or is to be sent again."""
    if payload.get("again"):
        return replace(talk, invoice_receipts=())
    refused = text(payload, "refused")
    if not refused:
        return replace(talk, invoicing=False)
    talk = replace(talk, refusals=talk.refusals + 1, refused=refused)
    return replace(talk, invoicing=False, invoices_sent=0, invoice_receipts=())


def _not_sent(talk: Talk, payload: Payload) -> Talk:
    refused = text(payload, "refused")
    if not refused:
        return talk
    return replace(
        talk, orders_sent=0, order_receipts=(), refusals=talk.refusals + 1, refused=refused, since=""
    )


_FOLDS: Mapping[str, Callable[[Talk, Payload], Talk]] = {
    "seen": lambda talk, payload: Talk(refusals=talk.refusals, orders_sent=talk.orders_sent),
    "intent": _intent,
    "result": _result,
    "nosend": _not_sent,
    "requested": _requested,
    "received": _received,
    "declined": _declined,
    "numbered": lambda talk, payload: replace(talk, document=text(payload, "document")),
    "parked": lambda talk, payload: replace(talk, refused=""),
}


# --- reading a payload ------------------------------------------------------------------------


def text(payload: Payload, name: str) -> str:
    value = payload.get(name)
    return "" if value is None else str(value)


def texts(payload: Payload, name: str) -> tuple[str, ...]:
    value = payload.get(name)
    return tuple(str(each) for each in value) if isinstance(value, list) else ()


def integer(payload: Payload, name: str) -> int | None:
    value = payload.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
