"""What is in TelecomX at first? Reads the `telecomx` section of a scenario, written in the API's own names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ixmocks.engine.system import SeedError
from ixmocks.telecomx import described
from ixmocks.telecomx.credentials import OWN_USER
from ixmocks.telecomx.form import Form, Found
from ixmocks.telecomx.people import Ids
from ixmocks.telecomx.state import EPOCH, Customer, Employee, Level, State, marker

SECTIONS = ("settings", "employees", "customers", "products", "current", "invoices")
SETTINGS = ("firstNumber",)
OWN_RESELLER = "59a1c0de0000000000000099"
OWN_EMPLOYEE = "59a1c0de0000000000000098"


def load(section: Mapping[str, Any], seed: int) -> State:
    """The first state of a world. Raises SeedError that names the key, what was seen and expected."""
    found = Found()
    described.known(Form(section, "telecomx", found), SECTIONS)
    settings = Form.of(section.get("settings") or {}, "settings", found)
    described.known(settings, SETTINGS)
    first = settings.members.get("firstNumber", 1)
    if isinstance(first, bool) or not isinstance(first, int):
        settings.wrong("TCX-06", "firstNumber", "a whole number")
        first = 1
    _stop(found)
    ids = Ids(State(marker=marker(seed), first_number=first), EPOCH)
    for form in _forms(section, "customers", found):
        ids.state = ids.state.with_customer(described.customer(form, ids.state, ids.next, {}))
        _stop(found)
    _parents(ids.state)
    for form in _forms(section, "employees", found):
        ids.state = ids.state.with_employee(described.employee(form, ids.state, ids.next))
        _stop(found)
    ids.state = _with_own(ids.state)
    for form in _forms(section, "products", found):
        ids.state = ids.state.with_product(described.product(form, ids.state, ids.next))
        _stop(found)
    for form in _forms(section, "current", found):
        ids.state = ids.state.with_current(described.current(form, ids.state, ids.next))
        _stop(found)
    for form in _forms(section, "invoices", found):
        ids.state = ids.state.with_invoice(described.invoice(form, ids.state, ids.next))
        _stop(found)
    return ids.state


def _forms(section: Mapping[str, Any], name: str, found: Found) -> list[Form]:
    rows = described.rows(section, name)
    return [Form.of(row, f"{name}.{number}", found) for number, row in enumerate(rows)]


def _stop(found: Found) -> None:
    for wrong in found.violations:
        raise SeedError(f"{wrong.at}: seen {wrong.seen}; expected {wrong.expected} ({wrong.rule})")


def _parents(state: State) -> None:
    for customer in state.customers.values():
        parent = state.customers.get(customer.parent)
        if customer.parent and (parent is None or not parent.is_reseller):
            raise SeedError(
                f"customers: {customer.id} has parentReseller {customer.parent!r}; expected the id of a reseller"
            )


def _with_own(state: State) -> State:
    """A world without the connector's own employee gets one, at its first reseller, or at one made for it."""
    if state.employee_of(OWN_USER) is not None:
        return state
    resellers = sorted(one.id for one in state.customers.values() if one.is_reseller)
    if not resellers:
        own = Customer(id=OWN_RESELLER, parent="", is_reseller=True)
        state = state.with_customer(replace(own, texts=own.texts.insert("name", "Reseller")))
        resellers = [OWN_RESELLER]
    return state.with_employee(
        Employee(
            id=OWN_EMPLOYEE, user=OWN_USER, level=Level.RESELLER, customer=resellers[0], name="Connector"
        )
    )
