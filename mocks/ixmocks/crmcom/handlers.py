"""Who answers which method? A row each: what is read, which rule is asked, how its answer is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ixmocks.crmcom import rules, show
from ixmocks.crmcom.envelope import success
from ixmocks.crmcom.form import show_stamp
from ixmocks.engine.call import Call
from ixmocks.engine.outcome import Answer
from ixmocks.engine.system import Rule

Shape = Callable[[Call, Any], dict[str, Any]]
Handler = Callable[[Call], Answer]


def authentication_web_api_key_token(call: Call) -> Answer:
    command = {"authorization": call.headers.get("authorization"), "body": call.body}
    return call.reply(call.decide(rules.log_in_by_key, command), _token)


def authentication_token(call: Call) -> Answer:
    return call.reply(call.decide(rules.log_in, call.body), _token)


def authentication_token_release(call: Call) -> Answer:
    return call.reply(call.decide(rules.release, call.body), lambda _: Answer(200, success({})))


def _token(token: str) -> Answer:
    return Answer(200, success({"token": token}))


def _post(rule: Rule, shape: Shape) -> Handler:
    """The body says what is to be done, and the answer is one object."""
    return lambda call: call.reply(call.decide(rule, call.body), _one(call, shape))


def _show(rule: Rule, shape: Shape) -> Handler:
    """The query names one object."""
    return lambda call: call.reply(call.decide(rule, call.query), _one(call, shape))


def _list(rule: Rule, shape: Shape) -> Handler:
    """The query says which objects."""
    return lambda call: call.reply(call.decide(rule, call.query), _many(call, shape))


def _one(call: Call, shape: Shape) -> Callable[[Any], Answer]:
    return lambda found: Answer(200, success(show.chosen(shape(call, found.entity), found.wanted)))


def _many(call: Call, shape: Shape) -> Callable[[Any], Answer]:
    return lambda found: Answer(
        200, success([show.chosen(shape(call, one), found.wanted) for one in found.entity])
    )


def _created(call: Call, one: Any) -> dict[str, Any]:
    return show.invoice(call.after, one, fresh=True)


def _in_short(call: Call, one: Any) -> dict[str, Any]:
    return show.invoice(call.after, one)


def _complete(call: Call, one: Any) -> dict[str, Any]:
    return show.invoice_complete(call.after, one)


def _cancelled(call: Call, one: Any) -> dict[str, Any]:
    return show.cancellation(call.after, one)


def _payment(call: Call, one: Any) -> dict[str, Any]:
    return show.payment(call.after, one)


def _account(call: Call, one: Any) -> dict[str, Any]:
    return show.account(call.after, one, show_stamp(call.after.local(call.at)) or "")


def _contact(call: Call, one: Any) -> dict[str, Any]:
    return show.contact(one)


def _product(call: Call, one: Any) -> dict[str, Any]:
    return show.product(one)


invoices_create = _post(rules.create_invoice, _created)
invoices_update = _post(rules.update_invoice, _in_short)
invoices_post = _post(rules.post_invoice, _in_short)
invoices_reject = _post(rules.reject_invoice, _in_short)
invoices_cancel = _post(rules.cancel_invoice, _cancelled)
invoices_show = _show(rules.show_invoice, _complete)
invoices_list = _list(rules.list_invoices, _complete)

payments_create = _post(rules.create_payment, _payment)
payments_pay_invoice = _post(rules.pay_invoice, _payment)
payments_show = _show(rules.show_payment, _payment)

accounts_receivable_create = _post(rules.create_account, _account)
accounts_receivable_update = _post(rules.update_account, _account)
accounts_receivable_show = _show(rules.show_account, _account)
accounts_receivable_list = _list(rules.list_accounts, _account)

contact_information_create = _post(rules.create_contact, _contact)
contact_information_show = _show(rules.show_contact, _contact)
contact_information_list = _list(rules.list_contacts, _contact)

products_create = _post(rules.create_product, _product)
products_show = _show(rules.show_product, _product)
products_list = _list(rules.list_products, _product)
