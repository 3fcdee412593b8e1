"""Who answers which operation? Each handler reads the request, asks one rule and shapes the answer."""

from __future__ import annotations

from typing import Any

from ixmocks.engine.call import Call
from ixmocks.engine.outcome import Answer
from ixmocks.pocketbook import rules
from ixmocks.pocketbook.money import wire
from ixmocks.pocketbook.state import Bill, Customer


def add_customer(call: Call) -> Answer:
    return call.reply(call.decide(rules.add_customer, call.body), lambda made: Answer(200, _customer(made)))


def get_customer(call: Call) -> Answer:
    outcome = call.decide(rules.get_customer, call.path["code"])
    return call.reply(outcome, lambda found: Answer(200, _customer(found)))


def find_bills(call: Call) -> Answer:
    outcome = call.decide(rules.find_bills, call.query.get("key", ""))
    return call.reply(outcome, lambda found: Answer(200, [_bill(bill) for bill in found]))


def get_bill(call: Call) -> Answer:
    outcome = call.decide(rules.get_bill, call.path.get("number", 0))
    return call.reply(outcome, lambda found: Answer(200, _bill(found)))


def add_bill(call: Call) -> Answer:
    return call.reply(call.decide(rules.add_bill, call.body), lambda made: Answer(200, _bill(made)))


def _customer(customer: Customer) -> dict[str, Any]:
    return {"code": customer.code, "name": customer.name, "note": customer.note}


def _bill(bill: Bill) -> dict[str, Any]:
    return {
        "number": bill.number, "key": bill.key, "customer": bill.customer, "day": bill.day.isoformat(),
        "due": bill.due.isoformat(), "total": wire(bill.total_cents),
        "open": wire(0 if bill.is_paid else bill.total_cents), "lines": bill.lines, "draft": bill.is_draft,
    }  # fmt: skip
