"""Who answers which operation? Each handler reads the request, asks one rule and shapes the answer."""

from __future__ import annotations

from typing import Any

from ixmocks.engine.call import Call
from ixmocks.engine.outcome import Answer
from ixmocks.paper import pdf
from ixmocks.riverty import papers, rules
from ixmocks.riverty.model import Callback, Invoice


def create_order(call: Call) -> Answer:
    return call.reply(call.decide(rules.create_order, _command(call)), _receipt)


def create_invoice(call: Call) -> Answer:
    return call.reply(call.decide(rules.create_invoice, _command(call)), _receipt)


def update_invoice(call: Call) -> Answer:
    return call.reply(call.decide(rules.update_invoice, _command(call)), _receipt)


def cancel_order(call: Call) -> Answer:
    return call.reply(call.decide(rules.cancel_order, _command(call)), _receipt)


def return_order(call: Call) -> Answer:
    return call.reply(call.decide(rules.return_order, _command(call)), _receipt)


def add_goodwill(call: Call) -> Answer:
    return call.reply(call.decide(rules.add_goodwill, _command(call)), _receipt)


def create_customer(call: Call) -> Answer:
    outcome = call.decide(rules.create_customer, _command(call))
    return call.reply(outcome, lambda customer: Answer(200, dict(customer)))


create_business_customer = create_customer
# ASSUMED: the business in the newer path changes nothing, since the older one has none.


def get_customer(call: Call) -> Answer:
    outcome = call.decide(rules.get_customer, call.path["customerNumber"])
    return call.reply(outcome, lambda customer: Answer(200, dict(customer)))


def create_notification_callback(call: Call) -> Answer:
    return call.reply(call.decide(rules.create_notification_callback, _command(call)), _callback)


def download_document(call: Call) -> Answer:
    return call.reply(call.decide(rules.download_document, call.path["UUID"]), _document)


def _command(call: Call) -> dict[str, Any]:
    return {"path": call.path, "body": call.body, "request_id": call.headers.get("x-request-id", "")}


def _receipt(request_id: str) -> Answer:
    return Answer(200, {"internalRequestId": request_id})


def _callback(callback: Callback) -> Answer:
    return Answer(
        200,
        {
            "callbackUrl": callback.url, "description": callback.description, "id": callback.id,
            "notificationTypes": list(callback.types),
        },
    )  # fmt: skip


def _document(invoice: Invoice) -> Answer:
    return Answer(200, pdf(papers.paper_of(invoice)), (("content-type", "application/pdf"),))
