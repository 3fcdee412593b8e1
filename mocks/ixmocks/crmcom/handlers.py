"""Who answers which method? Each handler reads the request, asks one rule and shapes the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ixmocks.crmcom import rules, show
from ixmocks.crmcom.envelope import success, under
from ixmocks.crmcom.form import show_stamp
from ixmocks.crmcom.invoices import Found
from ixmocks.crmcom.model import Account
from ixmocks.engine.call import Call
from ixmocks.engine.outcome import Answer, Outcome

Shown = dict[str, Any]


def authentication_token(call: Call) -> Answer:
    return _reply(call, call.decide(rules.log_in, call.body), _token)


def authentication_web_api_key_token(call: Call) -> Answer:
    command = {"authorization": call.headers.get("authorization"), "body": call.body}
    return _reply(call, call.decide(rules.log_in_by_key, command), _token)


def authentication_token_release(call: Call) -> Answer:
    return _reply(call, call.decide(rules.release, call.body), lambda _: Answer(200, success({})))


def invoices_create(call: Call) -> Answer:
    outcome = call.decide(rules.create_invoice, call.body)
    return _reply(call, outcome, _one(lambda one: show.invoice(call.after, one, fresh=True)))


def invoices_update(call: Call) -> Answer:
    outcome = call.decide(rules.update_invoice, call.body)
    return _reply(call, outcome, _one(lambda one: show.invoice(call.after, one)))


def invoices_post(call: Call) -> Answer:
    outcome = call.decide(rules.post_invoice, call.body)
    return _reply(call, outcome, _one(lambda one: show.invoice(call.after, one)))


def invoices_reject(call: Call) -> Answer:
    outcome = call.decide(rules.reject_invoice, call.body)
    return _reply(call, outcome, _one(lambda one: show.invoice(call.after, one)))


def invoices_cancel(call: Call) -> Answer:
    outcome = call.decide(rules.cancel_invoice, call.body)
    return _reply(call, outcome, _one(lambda one: show.cancellation(call.after, one)))


def invoices_show(call: Call) -> Answer:
    outcome = call.decide(rules.show_invoice, call.query)
    return _reply(call, outcome, _one(lambda one: show.invoice_complete(call.after, one)))


def invoices_list(call: Call) -> Answer:
    outcome = call.decide(rules.list_invoices, call.query)
    return _reply(call, outcome, _many(lambda one: show.invoice_complete(call.after, one)))


def payments_create(call: Call) -> Answer:
    outcome = call.decide(rules.create_payment, call.body)
    return _reply(call, outcome, _one(lambda one: show.payment(call.after, one)))


def payments_pay_invoice(call: Call) -> Answer:
    outcome = call.decide(rules.pay_invoice, call.body)
    return _reply(call, outcome, _one(lambda one: show.payment(call.after, one)))


def payments_show(call: Call) -> Answer:
    outcome = call.decide(rules.show_payment, call.query)
    return _reply(call, outcome, _one(lambda one: show.payment(call.after, one)))


def accounts_receivable_create(call: Call) -> Answer:
    return _reply(call, call.decide(rules.create_account, call.body), _one(lambda one: _account(call, one)))


def accounts_receivable_update(call: Call) -> Answer:
    return _reply(call, call.decide(rules.update_account, call.body), _one(lambda one: _account(call, one)))


def accounts_receivable_show(call: Call) -> Answer:
    return _reply(call, call.decide(rules.show_account, call.query), _one(lambda one: _account(call, one)))


def accounts_receivable_list(call: Call) -> Answer:
    return _reply(call, call.decide(rules.list_accounts, call.query), _many(lambda one: _account(call, one)))


def contact_information_create(call: Call) -> Answer:
    return _reply(call, call.decide(rules.create_contact, call.body), _one(show.contact))


def contact_information_show(call: Call) -> Answer:
    return _reply(call, call.decide(rules.show_contact, call.query), _one(show.contact))


def contact_information_list(call: Call) -> Answer:
    return _reply(call, call.decide(rules.list_contacts, call.query), _many(show.contact))


def products_create(call: Call) -> Answer:
    return _reply(call, call.decide(rules.create_product, call.body), _one(show.product))


def products_show(call: Call) -> Answer:
    return _reply(call, call.decide(rules.show_product, call.query), _one(show.product))


def products_list(call: Call) -> Answer:
    return _reply(call, call.decide(rules.list_products, call.query), _many(show.product))


def _reply(call: Call, outcome: Outcome, shape: Callable[[Any], Answer]) -> Answer:
    """The answer, its status by the reading of CRM-21."""
    return under(call.reply(outcome, shape), call.readings)


def _one(shape: Callable[[Any], Shown]) -> Callable[[Found], Answer]:
    return lambda found: Answer(200, success(show.chosen(shape(found.entity), found.wanted)))


def _many(shape: Callable[[Any], Shown]) -> Callable[[Found], Answer]:
    return lambda found: Answer(200, success([show.chosen(shape(one), found.wanted) for one in found.entity]))


def _token(token: str) -> Answer:
    return Answer(200, success({"token": token}))


def _account(call: Call, account: Account) -> Shown:
    return show.account(call.after, account, show_stamp(call.after.local(call.at)) or "")
