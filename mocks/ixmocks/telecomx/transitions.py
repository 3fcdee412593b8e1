"""From which status to which can an invoice go in TelecomX, and by what?

TelecomX stores a number and two flags, no status; this is how a person would name what they say together.
"""

from __future__ import annotations

from enum import Enum

from ixmocks.telecomx.state import Invoice


class Status(Enum):
    WAITS = "waits for number"
    NUMBERED = "numbered"
    SENT = "sent"
    PAID = "paid"


class Event(Enum):
    NUMBER = "gets its number"
    SEND = "is marked as sent"
    PAY = "is paid"
    UNPAY = "payment reversed"
    UNSEND = "mark taken back"


NEXT: dict[tuple[Status, Event], tuple[Status, ...]] = {
    (Status.WAITS, Event.NUMBER): (Status.NUMBERED, Status.SENT, Status.PAID),
    (Status.NUMBERED, Event.SEND): (Status.SENT,),
    (Status.NUMBERED, Event.PAY): (Status.PAID,),
    (Status.SENT, Event.UNSEND): (Status.NUMBERED,),
    (Status.SENT, Event.PAY): (Status.PAID,),
    (Status.PAID, Event.UNPAY): (Status.NUMBERED, Status.SENT),
}
"""The flags may be set while the number is still to come; then they show once it is there."""


def status_of(invoice: Invoice) -> Status:
    if invoice.is_pending:
        return Status.WAITS
    if invoice.paid:
        return Status.PAID
    return Status.SENT if invoice.sent else Status.NUMBERED
