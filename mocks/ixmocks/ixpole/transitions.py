"""From which status to which can an instalment go, and by what? The life that `DERIVATION` lets one see.

Statuses are derived, not stored, so this table is a consequence; tests play every row, and look for rows that lack.
"""

from __future__ import annotations

from enum import Enum

from ixmocks.ixpole.state import Status


class Cause(Enum):
    DAY = "its day comes"
    PAST_DUE = "due date passes"
    DRAFT = "draft number"
    REAL = "real number"
    LATE = "real number, past due"
    WITHDRAW = "number cleared"
    LATER = "later due date"
    PAY = "payment number"
    UNPAY = "payment taken back"
    CANCEL = "sale cancelled"
    CREDIT = "credited"
    POSTPONE = "moved to a later day"


TRANSITIONS: dict[tuple[Status, Cause], Status] = {
    (Status.FUTURE, Cause.DAY): Status.TODO,
    (Status.TODO, Cause.POSTPONE): Status.FUTURE,
    (Status.TODO, Cause.DRAFT): Status.PENDING,
    (Status.TODO, Cause.REAL): Status.OPEN,
    (Status.TODO, Cause.LATE): Status.OVERDUE,
    (Status.PENDING, Cause.REAL): Status.OPEN,
    (Status.PENDING, Cause.LATE): Status.OVERDUE,
    (Status.PENDING, Cause.WITHDRAW): Status.TODO,
    (Status.OPEN, Cause.PAST_DUE): Status.OVERDUE,
    (Status.OPEN, Cause.PAY): Status.RECEIVED,
    (Status.OVERDUE, Cause.PAY): Status.RECEIVED,
    (Status.OVERDUE, Cause.LATER): Status.OPEN,
    (Status.RECEIVED, Cause.UNPAY): Status.OPEN,
    (Status.TODO, Cause.CANCEL): Status.CANCELLED,
    (Status.FUTURE, Cause.CANCEL): Status.CANCELLED,
    (Status.PENDING, Cause.CANCEL): Status.CANCELLED,
    (Status.OPEN, Cause.CREDIT): Status.CREDITED,
    (Status.OVERDUE, Cause.CREDIT): Status.CREDITED,
    (Status.RECEIVED, Cause.CREDIT): Status.CREDITED,
}
"""The usual life. A number may also come early or be typed by hand; what is rare is not drawn."""
