"""Of what does the accounting consist? Orders, lines, invoices, requests and notices, and the lives they lead."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from ixmocks.engine.values import value
from ixmocks.riverty.money import cents_of

CONFIRMED, REFUSED = "OK", "ERROR_IN_FILE"


class Kind(Enum):
    """What a request asks for; the value is the service's own name for it."""

    ORDER = "GET_ORDER"
    # ASSUMED: the names below, by analogy with the one that is published.
    INVOICE = "GET_INVOICE"
    CANCELLATION = "GET_CANCELLATION"
    RETURN = "GET_RETURN"
    GOODWILL = "GET_GOODWILL"
    UPDATE = "GET_INVOICE_UPDATE"


class LineStatus(Enum):
    OPEN = "open"
    INVOICED = "invoiced"
    CANCELLED = "cancelled"


class LineEvent(Enum):
    INVOICE = "invoice"
    CANCEL = "cancel"
    RETURN = "return"
    GOODWILL = "goodwill"
    REPLACE = "replace"


LINE_NEXT: Mapping[tuple[LineStatus, LineEvent], LineStatus] = {
    (LineStatus.OPEN, LineEvent.INVOICE): LineStatus.INVOICED,
    (LineStatus.OPEN, LineEvent.CANCEL): LineStatus.CANCELLED,
    (LineStatus.INVOICED, LineEvent.RETURN): LineStatus.INVOICED,
    (LineStatus.INVOICED, LineEvent.GOODWILL): LineStatus.INVOICED,
    (LineStatus.INVOICED, LineEvent.REPLACE): LineStatus.INVOICED,
}
"""The life of a line: it ends invoiced or cancelled, and never becomes the other (RIV-06 to RIV-08)."""


class RequestStatus(Enum):
    RECEIVED = "received"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class InvoiceStatus(Enum):
    REQUESTED = "requested"
    """Confirmed, and the service has yet to make it."""
    ISSUED = "issued"
    REPLACED = "replaced"


class InvoiceEvent(Enum):
    ISSUE = "issue"
    REPLACE = "replace"


INVOICE_NEXT: Mapping[tuple[InvoiceStatus, InvoiceEvent], InvoiceStatus] = {
    (InvoiceStatus.REQUESTED, InvoiceEvent.ISSUE): InvoiceStatus.ISSUED,
    (InvoiceStatus.ISSUED, InvoiceEvent.REPLACE): InvoiceStatus.REPLACED,
}


@value(frozen=True, slots=True)
class Line:
    number: int
    description: str
    product: str
    quantity: Decimal
    price: Decimal
    """Of one, with VAT."""
    vat_percent: Decimal
    position: str
    status: LineStatus = LineStatus.OPEN
    invoice: str = ""
    """Reference of the invoice it is on."""
    returned: Decimal = Decimal(0)
    credited_cents: int = 0
    """By returns and goodwill."""

    @property
    def gross_cents(self) -> int:
        return cents_of(self.quantity, self.price)


OrderKey = tuple[str, str]
"""Business code and order reference; invoices are keyed likewise."""


@value(frozen=True, slots=True)
class Order:
    business: str
    customer: str
    reference: str
    type: str
    day: date
    currency: str
    bill_to: tuple[str, ...]
    """Name and address as they are printed."""
    lines: tuple[Line, ...]
    prepaid_cents: int = 0
    """Paid before there was an invoice, and not used by one yet."""

    @property
    def key(self) -> OrderKey:
        return self.business, self.reference

    @property
    def gross_cents(self) -> int:
        return sum(line.gross_cents for line in self.lines if line.status is not LineStatus.CANCELLED)

    def line(self, number: int) -> Line | None:
        return next((line for line in self.lines if line.number == number), None)


@value(frozen=True, slots=True)
class Invoice:
    business: str
    customer: str
    order: str
    reference: str
    """As the request named it."""
    number: str
    """As it is issued; empty until then."""
    day: date
    due: date
    dispatched: date
    lines: tuple[Line, ...]
    status: InvoiceStatus
    currency: str
    bill_to: tuple[str, ...]
    document: str = ""
    """Key of the PDF; empty: there is none."""
    paid_cents: int = 0
    credited_cents: int = 0
    refunded_cents: int = 0

    @property
    def key(self) -> OrderKey:
        return self.business, self.reference

    @property
    def gross_cents(self) -> int:
        return sum(line.gross_cents for line in self.lines)

    @property
    def remaining_cents(self) -> int:
        """What is left to pay; below zero: what is to be refunded."""
        return self.gross_cents - self.credited_cents - self.paid_cents + self.refunded_cents


@value(frozen=True, slots=True)
class Trouble:
    """One mistake that accounting finds."""

    rule: str
    field: str
    value: str
    text: str


@value(frozen=True, slots=True)
class Request:
    """What the first gate took, and what became of it at the second."""

    id: str
    kind: Kind
    business: str
    customer: str
    order: str
    invoice: str
    """Of the path, or of the body; empty where none is named."""
    body: Mapping[str, Any]
    transaction: str
    received: datetime
    seen: Order | None
    """Its order as it was confirmed when the request came; None: it was not (RIV-02)."""
    status: RequestStatus = RequestStatus.RECEIVED
    decided: datetime | None = None
    troubles: tuple[Trouble, ...] = ()


class Task(Enum):
    DECIDE = "decide"
    """Key: request id."""
    ISSUE = "issue"
    """Key: business and invoice reference."""
    TELL_PAYMENTS = "tell payments"
    REFUND = "refund"
    SEND = "send"
    """Key: notice id."""


@value(frozen=True, slots=True)
class Due:
    """Something that happens by itself at its time."""

    at: datetime
    serial: int
    """Decides between what is due at the same moment."""
    task: Task
    key: tuple[str, ...]


@value(frozen=True, slots=True)
class Callback:
    id: str
    url: str
    types: tuple[str, ...]
    description: str


class NoticeStatus(Enum):
    WAITING = "waiting"
    """Delayed, or held back to be reversed."""
    READY = "ready"
    SENT = "sent"
    LOST = "lost"


@value(frozen=True, slots=True)
class Notice:
    """One notification on its way to one address."""

    id: str
    type: str
    url: str
    body: Mapping[str, Any]
    made: datetime
    status: NoticeStatus = NoticeStatus.READY
    answer: int = 0
    """HTTP status of the receiver; 0: nobody answered, or nobody was asked yet."""
    forged: bool = False


class Mishap(Enum):
    LATE = "late"
    LOST = "lost"
    DOUBLED = "doubled"
    REVERSED = "reversed"


@value(frozen=True, slots=True)
class Fault:
    """What happens to the next notifications."""

    mishap: Mishap
    left: int
    type: str = ""
    """Of which type; empty: of any."""
    delay: timedelta = timedelta(0)


@value(frozen=True, slots=True)
class Settings:
    onboarding: str = "service"
    """Who makes invoices: `service` or `client` (RIV-01)."""
    businesses: tuple[str, ...] = ("1000",)
    verdict_delay_s: int = 30
    document_delay_s: int = 30
    payments_hour: int = 4
    """UTC hour at which the payments of a day are told."""
    orders_by_hand: bool = False
    invoices_by_hand: bool = False
    tolerance_cents: int = 0
    documents_per_second: int = 10
    """0: no limit."""
    wrong_key: int = 500
    document_url: str = "https://api-uat.accounting.riverty.io/documents/v1/S/"
