"""What do people do in Pocketbook? They keep drafts, and see that the money has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ixmocks.engine.outcome import Changed, Outcome, Readings, Refused, Violation
from ixmocks.pocketbook.state import State

Command = Mapping[str, Any]


def keep_bill(state: State, command: Command, /, *, at: datetime, readings: Readings) -> Outcome:
    bill = state.bills.get(str(command.get("key", "")))
    if bill is None or not bill.is_draft:
        return _refused("the key of a draft")
    return Changed(state.with_bill(replace(bill, is_draft=False)), {"number": bill.number})


def pay_bill(state: State, command: Command, /, *, at: datetime, readings: Readings) -> Outcome:
    bill = state.bills.get(str(command.get("key", "")))
    if bill is None or bill.is_paid or bill.is_draft:
        return _refused("the key of a bill that is kept and not paid")
    return Changed(state.with_bill(replace(bill, is_paid=True)), {"number": bill.number})


def _refused(expected: str) -> Refused:
    return Refused((Violation("PBK-10", "with.key", "another key", expected),))
