"""Who answers which operation? A row each: which rule is asked, and how its answer is shown."""

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

Shape = Callable[[Call, Any], Any]
Handler = Callable[[Call], Answer]
SUCCESS = {"success": True}
IDS = ("invoiceId", "currentId", "customerId", "productId", "employeeId")
INNER_IDS = ("addressId", "token")


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


def _asks(rule: Rule, shape: Shape) -> Handler:
    """Somebody who is let in asks for what the address names; the answer is shown to her."""

    def handler(call: Call) -> Answer:
        asked = Asked(
            _by(call), call.body,
            id=next((call.path[name] for name in IDS if name in call.path), ""),
            inner=next((call.path[name] for name in INNER_IDS if name in call.path), ""), query=call.query,
        )  # fmt: skip
        return call.reply(call.decide(rule, asked), lambda of: Answer(200, shape(call, of)))

    return handler


def _each(shape: Shape) -> Shape:
    return lambda call, found: [shape(call, one) for one in found]


def _token(call: Call) -> str:
    return credentials.bearer(call.headers.get("authorization", "")) or str(call.state.query_token)


def _by(call: Call) -> Employee:
    employee = credentials.judge(call.state, _token(call), call.at).employee
    assert employee is not None, "the gate lets nobody else in"
    return employee


# How things are shown.


def _done(call: Call, of: Any) -> Any:
    return SUCCESS


def _machine_token(call: Call, made: tuple[Employee, int] | None) -> Any:
    if made is None:
        return SUCCESS
    employee, serial = made
    own = tokens.read(_token(call))
    token = tokens.issue(Kind.MACHINE, serial, user=employee.user, world=own.world if own else "")
    return {**SUCCESS, "token": token.text}


def _invoice(call: Call, of: Any) -> Any:
    return show.invoice(of, _by(call), call.readings)


def _invoices(call: Call, page: Any) -> Any:
    return show.invoices(page, call.state, _by(call), call.readings)


def _current(call: Call, of: Any) -> Any:
    return show.current(call.state, of, _by(call))


def _customer(call: Call, of: Any) -> Any:
    return show.customer(of, _by(call))


def _customers(call: Call, page: Any) -> Any:
    return show.customers(page, _by(call))


def _address(call: Call, of: Any) -> Any:
    return show.address(of)


def _product(call: Call, of: Any) -> Any:
    return show.product(of, _by(call))


ping = _asks(rules.ping, _done)
employee_create_token = _asks(rules.create_token, _machine_token)
employee_delete_token = _asks(rules.delete_token, _done)

invoice_create = _asks(rules.create_invoice, _invoice)
invoice_get = _asks(rules.get_invoice, _invoice)
invoice_list = _asks(rules.list_invoices, _invoices)
invoice_update = _asks(rules.update_invoice, _done)
invoice_current_create = _asks(rules.create_current, _current)
invoice_current_get = _asks(rules.get_current, _current)
invoice_current_list = _asks(rules.list_current, _each(_current))
invoice_current_update = _asks(rules.update_current, _current)
invoice_current_delete = _asks(rules.delete_current, _done)

customer_create = _asks(rules.create_customer, _customer)
customer_get = _asks(rules.get_customer, _customer)
customer_list = _asks(rules.list_customers, _customers)
customer_update = _asks(rules.update_customer, _customer)
customer_address_create = _asks(rules.create_address, _address)
customer_address_get = _asks(rules.get_address, _address)
customer_address_update = _asks(rules.update_address, _address)

product_create = _asks(rules.create_product, _product)
product_get = _asks(rules.get_product, _product)
product_list = _asks(rules.list_products, _each(_product))
product_update = _asks(rules.update_product, _product)
