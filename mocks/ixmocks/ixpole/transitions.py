"""From which status to which can an instalment go, and by what? The life that `DERIVATION` lets one see.

Statuses are derived, not stored, so this table is a consequence; tests play every row, and look for rows that lack.
"""

from __future__ import annotations

from enum import Enum

from ixmocks.ixpole.state import Status


class Cause(Enum):
    DAY = "its day comes"
    EARLIER = "moved to an earlier day"
    POSTPONE = "moved to a later day"
    DRAFT = "draft number"
    REAL = "real number"
    WITHDRAW = "number cleared"
    PAST_DUE = "due date passes"
    LATER = "later due date"
    PAY = "payment number"
    UNPAY = "payment taken back"
    CANCEL = "sale cancelled"
    CREDIT = "credited"


TRANSITIONS: dict[tuple[Status, Cause], tuple[Status, ...]] = {
    (Status.FUTURE, Cause.DAY): (Status.TODO,),
    (Status.FUTURE, Cause.EARLIER): (Status.TODO,),
    (Status.TODO, Cause.POSTPONE): (Status.FUTURE,),
    (Status.FUTURE, Cause.DRAFT): (Status.PENDING,),
    (Status.TODO, Cause.DRAFT): (Status.PENDING,),
    (Status.FUTURE, Cause.REAL): (Status.OPEN, Status.OVERDUE),
    (Status.TODO, Cause.REAL): (Status.OPEN, Status.OVERDUE),
    (Status.PENDING, Cause.REAL): (Status.OPEN, Status.OVERDUE),
    (Status.PENDING, Cause.WITHDRAW): (Status.TODO, Status.FUTURE),
    (Status.OPEN, Cause.PAST_DUE): (Status.OVERDUE,),
    (Status.OVERDUE, Cause.LATER): (Status.OPEN,),
    (Status.OPEN, Cause.PAY): (Status.RECEIVED,),
    (Status.OVERDUE, Cause.PAY): (Status.RECEIVED,),
    (Status.RECEIVED, Cause.UNPAY): (Status.OPEN, Status.OVERDUE),
    (Status.FUTURE, Cause.CANCEL): (Status.CANCELLED,),
    (Status.TODO, Cause.CANCEL): (Status.CANCELLED,),
    (Status.PENDING, Cause.CANCEL): (Status.CANCELLED,),
    (Status.OPEN, Cause.CREDIT): (Status.CREDITED,),
    (Status.OVERDUE, Cause.CREDIT): (Status.CREDITED,),
    (Status.RECEIVED, Cause.CREDIT): (Status.CREDITED,),
}
"""Where dates decide, there are two targets: a number given back goes to ToDo or Future, a real one may be overdue."""
