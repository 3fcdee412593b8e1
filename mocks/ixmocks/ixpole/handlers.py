"""Who answers which operation? Each handler reads the request, asks one rule and shapes the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ixmocks.engine.call import Call
from ixmocks.engine.outcome import Answer, Changed, Outcome
from ixmocks.ixpole import rules, show
from ixmocks.ixpole.state import today
from ixmocks.ixpole.writeback import ABSENT


def post_token(call: Call) -> Answer:
    outcome = call.decide(rules.issue_token, call.body)
    return call.reply(outcome, lambda token: Answer(200, token, (("Cache-Control", "no-store"),)))


def get_instalments(call: Call) -> Answer:
    outcome = call.decide(rules.deliver, None)
    return call.reply(outcome, lambda found: Answer(200, _instalments(call, found)))


def put_instalments(call: Call) -> Answer:
    outcome = call.decide(rules.write_back, call.body)
    return call.reply(_told(call, outcome), lambda written: _written(call, _instalments(call, written)))


def get_customer(call: Call) -> Answer:
    outcome = call.decide(rules.read_customer, call.path["CustomerId"])
    return call.reply(outcome, lambda customer: Answer(200, show.customer(customer)))


def get_customer_alias(call: Call) -> Answer:
    outcome = call.decide(rules.read_customer, call.path["customerId"])
    return call.reply(outcome, lambda customer: Answer(200, show.customer(customer)))


def patch_customer(call: Call) -> Answer:
    outcome = call.decide(rules.patch_customer, {"id": call.path["customerId"], "patch": call.body})
    return call.reply(_told(call, outcome), lambda customer: _written(call, show.customer(customer)))


def get_product(call: Call) -> Answer:
    outcome = call.decide(rules.read_product, call.path["ProductId"])
    return call.reply(outcome, lambda product: Answer(200, show.product(product)))


def _told(call: Call, outcome: Outcome) -> Outcome:
    """In a survey, what is absent may only have been taken out: it is no mistake of the connector then."""
    if not call.survey or isinstance(outcome, Changed):
        return outcome
    told = tuple(violation for violation in outcome.violations if violation.seen != ABSENT)
    return replace(outcome, violations=told) if told else Changed(call.state)


def _instalments(call: Call, found: Any) -> list[dict[str, Any]]:
    return [show.instalment(call.after, instalment, today(call.at)) for instalment in found]


def _written(call: Call, body: Any) -> Answer:
    """IXP-32: the updated object, or nothing at all. One object in gives one object out."""
    if call.readings.get("IXP-32") == "no_content":
        return Answer(204)
    return Answer(200, body[0] if isinstance(body, list) and isinstance(call.body, dict) else body)
