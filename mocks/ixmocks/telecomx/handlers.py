"""Who answers which operation? Each handler reads the request, asks one rule and shapes the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ixmocks.engine.call import Call
from ixmocks.engine.outcome import Answer
from ixmocks.engine.system import Rule
from ixmocks.telecomx import credentials, rules, show, tokens
from ixmocks.telecomx.asked import Asked
from ixmocks.telecomx.entry import Session
from ixmocks.telecomx.state import Employee
from ixmocks.telecomx.tokens import Kind

SUCCESS = {"success": True}


def auth_login(call: Call) -> Answer:
    return call.reply(call.decide(rules.log_in, call.body), lambda made: Answer(200, show.session(made)))


def auth_login_get(call: Call) -> Answer:
    return call.reply(
        call.decide(rules.log_in, dict(call.query)), lambda made: Answer(200, show.session(made))
    )


def auth_validate_token(call: Call) -> Answer:
    def shape(whose: Session | None) -> Answer:
        return Answer(200, show.validity(whose, extended=call.query.get("extend", False)))

    return call.reply(call.decide(rules.validate, dict(call.query)), shape)


def ping(call: Call) -> Answer:
    return _done(call, rules.ping)


def employee_create_token(call: Call) -> Answer:
    def shape(made: tuple[Employee, int] | None) -> Answer:
        if made is None:
            return Answer(200, SUCCESS)
        employee, serial = made
        token = tokens.issue(Kind.MACHINE, serial, user=employee.user, world=_world(call))
        return Answer(200, {**SUCCESS, "token": token.text})

    return _answered(call, rules.create_token, shape)


def employee_delete_token(call: Call) -> Answer:
    return _done(call, rules.delete_token)


def invoice_create(call: Call) -> Answer:
    return _answered(call, rules.create_invoice, lambda made: _invoice(call, made))


def invoice_get(call: Call) -> Answer:
    return _answered(call, rules.get_invoice, lambda found: _invoice(call, found))


def invoice_list(call: Call) -> Answer:
    def shape(page: Any) -> Answer:
        return Answer(200, show.invoices(page, call.state, _by(call), call.readings))

    return _answered(call, rules.list_invoices, shape)


def invoice_update(call: Call) -> Answer:
    return _done(call, rules.update_invoice)


def invoice_current_create(call: Call) -> Answer:
    return _answered(call, rules.create_current, lambda made: _current(call, made))


def invoice_current_get(call: Call) -> Answer:
    return _answered(call, rules.get_current, lambda found: _current(call, found))


def invoice_current_list(call: Call) -> Answer:
    def shape(found: Any) -> Answer:
        return Answer(200, [show.current(call.state, one, _by(call)) for one in found])

    return _answered(call, rules.list_current, shape)


def invoice_current_update(call: Call) -> Answer:
    return _answered(call, rules.update_current, lambda changed: _current(call, changed))


def invoice_current_delete(call: Call) -> Answer:
    return _done(call, rules.delete_current)


def customer_create(call: Call) -> Answer:
    return _answered(call, rules.create_customer, lambda made: _customer(call, made))


def customer_get(call: Call) -> Answer:
    return _answered(call, rules.get_customer, lambda found: _customer(call, found))


def customer_list(call: Call) -> Answer:
    return _answered(call, rules.list_customers, lambda page: Answer(200, show.customers(page, _by(call))))


def customer_update(call: Call) -> Answer:
    return _answered(call, rules.update_customer, lambda changed: _customer(call, changed))


def customer_address_create(call: Call) -> Answer:
    return _answered(call, rules.create_address, lambda made: Answer(200, show.address(made)))


def customer_address_get(call: Call) -> Answer:
    return _answered(call, rules.get_address, lambda found: Answer(200, show.address(found)))


def customer_address_update(call: Call) -> Answer:
    return _answered(call, rules.update_address, lambda changed: Answer(200, show.address(changed)))


def product_create(call: Call) -> Answer:
    return _answered(call, rules.create_product, lambda made: Answer(200, show.product(made, _by(call))))


def product_get(call: Call) -> Answer:
    return _answered(call, rules.get_product, lambda found: Answer(200, show.product(found, _by(call))))


def product_list(call: Call) -> Answer:
    return _answered(
        call,
        rules.list_products,
        lambda found: Answer(200, [show.product(one, _by(call)) for one in found]),
    )


def product_update(call: Call) -> Answer:
    return _answered(
        call, rules.update_product, lambda changed: Answer(200, show.product(changed, _by(call)))
    )


IDS = ("invoiceId", "currentId", "customerId", "productId", "employeeId")
INNER_IDS = ("addressId", "token")


def _answered(call: Call, rule: Rule, shape: Callable[[Any], Answer]) -> Answer:
    path = call.path
    asked = Asked(
        _by(call), call.body,
        id=next((path[name] for name in IDS if name in path), ""),
        inner=next((path[name] for name in INNER_IDS if name in path), ""), query=call.query,
    )  # fmt: skip
    return call.reply(call.decide(rule, asked), shape)


def _done(call: Call, rule: Rule) -> Answer:
    return _answered(call, rule, lambda _: Answer(200, SUCCESS))


def _token(call: Call) -> str:
    return credentials.bearer(call.headers.get("authorization", "")) or str(call.state.query_token)


def _by(call: Call) -> Employee:
    employee = credentials.judge(call.state, _token(call), call.at).employee
    assert employee is not None, "the gate lets nobody else in"
    return employee


def _world(call: Call) -> str:
    token = tokens.read(_token(call))
    return token.world if token else ""


def _invoice(call: Call, of: Any) -> Answer:
    return Answer(200, show.invoice(of, _by(call), call.readings))


def _current(call: Call, of: Any) -> Answer:
    return Answer(200, show.current(call.state, of, _by(call)))


def _customer(call: Call, of: Any) -> Answer:
    return Answer(200, show.customer(of, _by(call)))
