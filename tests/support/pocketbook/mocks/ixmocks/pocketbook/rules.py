"""What may be done in Pocketbook, and what follows from it? One pure decision per operation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from ixmocks.engine.outcome import Changed, Outcome, Readings, Refused, Violation
from ixmocks.pocketbook.money import cents
from ixmocks.pocketbook.state import Bill, Customer, State

Command = Mapping[str, Any]
TERM = timedelta(days=14)


def add_customer(state: State, command: Command, /, *, at: datetime, readings: Readings) -> Outcome:
    made = Customer(
        f"P{len(state.customers) + 1}", str(command.get("name", "")), str(command.get("note", ""))
    )
    return Changed(state.with_customer(made), made)


def get_customer(state: State, code: str, /, *, at: datetime, readings: Readings) -> Outcome:
    found = state.customers.get(code)
    if found is None:
        wrong = Violation(
            "PBK-06", "path.code", repr(code), "the code of a customer", "there is no such customer"
        )
        return Refused((wrong,), 404)
    return Changed(state, found)


def find_bills(state: State, key: str, /, *, at: datetime, readings: Readings) -> Outcome:
    found = state.bills.get(key)
    return Changed(state, [] if found is None else [found])


def get_bill(state: State, number: int, /, *, at: datetime, readings: Readings) -> Outcome:
    found = next((bill for bill in state.bills.values() if bill.number == number), None)
    if found is None:
        wrong = Violation("PBK-09", "path.number", str(number), "a bill's number", "there is no such bill")
        return Refused((wrong,), 404)
    return Changed(state, found)


def add_bill(state: State, command: Command, /, *, at: datetime, readings: Readings) -> Outcome:
    """Every mistake at once. A key that is taken counts only where nothing else is wrong."""
    wrong: list[Violation] = []
    lines = command.get("lines") or []
    amounts = [cents(line.get("total", 0)) if isinstance(line, Mapping) else 0 for line in lines]
    day, due = _day(command.get("day")), _day(command.get("due"))
    if "customer" in command and command["customer"] not in state.customers:
        seen = repr(command["customer"])
        wrong.append(
            Violation("PBK-02", "body.customer", seen, "the code of a customer", "there is no such customer")
        )
    if day and due and due < day:
        wrong.append(
            Violation("PBK-03", "body.due", str(due), f"{day} or later", "it would be due before its day")
        )
    wrong += [
        Violation(
            "PBK-08", f"body.lines.{place}.total", "a third decimal", "whole cents", "more than two decimals"
        )
        for place, amount in enumerate(amounts)
        if amount is None
    ]
    if wrong or day is None:
        return Refused(tuple(wrong)) if wrong else Changed(state)
    return _kept(state, command, day, due or _later(day), sum(each or 0 for each in amounts), readings)


def _kept(
    state: State, command: Command, day: date, due: date, total_cents: int, readings: Readings
) -> Outcome:
    key = str(command.get("key", ""))
    before = state.bills.get(key)
    if before is not None and readings["PBK-01"] == "same":
        return Changed(state, before, ("PBK-01",))
    if before is not None:
        wrong = Violation("PBK-01", "body.key", repr(key), "a key that no bill has", "the key is taken")
        return Refused((wrong,), 409)
    number, lines = len(state.bills) + 1, len(command.get("lines") or [])
    customer, draft = str(command.get("customer", "")), command.get("draft") is True
    made = Bill(number, key, customer, day, due, total_cents, lines, draft)
    return Changed(state.with_bill(made), made)


def _later(day: date) -> date:
    return day + TERM if day <= date.max - TERM else date.max


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        return None
