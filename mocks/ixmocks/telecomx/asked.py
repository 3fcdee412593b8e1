"""Who asks for what, and what may they see and touch? The access levels in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ixmocks.telecomx.form import Found
from ixmocks.telecomx.state import RESELLERS, SELLING, Customer, Employee, Level, State


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as a rule sees it."""

    by: Employee
    body: Any = None
    id: str = ""
    """The object that the address names."""
    inner: str = ""
    """The object inside it, if the address names one."""
    query: Mapping[str, Any] = field(default_factory=dict)


def sells(by: Employee) -> bool:
    """Whether this level may work with invoices and customers of others."""
    return by.level in SELLING


def is_admin(by: Employee) -> bool:
    return by.level is Level.ADMIN


def serves(by: Employee, customer: Customer) -> bool:
    """TCX-01: a RESELLER serves her own customers, an ADMIN all of them, nobody else any."""
    return is_admin(by) or (by.level in RESELLERS and customer.parent == by.customer)


def belongs(by: Employee, customer: Customer) -> bool:
    """Whether the employee serves the customer, or works there."""
    return serves(by, customer) or by.customer == customer.id


def denied(found: Found, by: Employee, what: str, at: str = "request") -> None:
    """TCX-01."""
    found.wrong("TCX-01", at, f"{by.level.value} {by.user}", what)


def customer_for(
    state: State, identifier: str, found: Found, by: Employee, *, at: str, also_own: bool = False
) -> Customer | None:
    """The customer of that id, if there is one and the employee may touch it; what is wrong is noted."""
    customer = state.customers.get(identifier)
    if customer is None:
        found.wrong("TCX-20", at, repr(identifier)[:60], "the id of a customer")
    elif not (belongs(by, customer) if also_own else serves(by, customer)):
        denied(found, by, "an employee of this customer's reseller, or an ADMIN", at)
    return customer
