"""How does somebody get in? Logins, the question whether a token is good, and tokens for machines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ixmocks.engine.outcome import Changed, Outcome, Readings, Refused, Violation
from ixmocks.telecomx import tokens
from ixmocks.telecomx.asked import Asked, belongs, denied, is_admin
from ixmocks.telecomx.credentials import judge
from ixmocks.telecomx.form import Found
from ixmocks.telecomx.state import Employee, Level, State
from ixmocks.telecomx.tokens import ENDLESS_MINUTES, LIFE_MINUTES, Kind


@dataclass(frozen=True, slots=True)
class Session:
    token: str
    minutes: int
    employee: Employee
    customer_name: str


def log_in(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """TCX-19. The session begins with the token; nothing is remembered until it is used later."""
    form = command if isinstance(command, dict) else {}
    given, password = form.get("username"), form.get("password")
    named = tokens.split_user(given) if isinstance(given, str) else None
    employee = state.employee_of(named[0]) if named else None
    known = (
        isinstance(password, str)
        and isinstance(given, str)
        and tokens.is_known(name=given, password=password)
    )
    if employee is None or named is None or not known:
        violation = Violation(
            "TCX-19", "body.username" if employee is None else "body.password", "unknown credentials",
            "the user name and password of an employee",
            advice="The kit's env map holds the pair of each world.",
        )  # fmt: skip
        return Refused((violation,), 401, code="credentials_invalid")
    kind = Kind.PERSISTENT if form.get("persist") is True else Kind.SESSION
    token = tokens.issue(kind, max(int(at.timestamp()), 0), user=employee.user, world=named[1])
    minutes = ENDLESS_MINUTES if kind is Kind.PERSISTENT else LIFE_MINUTES
    return Changed(state, Session(token.text, minutes, employee, _customer_name(state, employee)))


def validate(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """`{"token": …, "simple": …}`: whose it is; with `simple`, a bad one is refused."""
    judged = judge(state, str(command.get("token", "")), at)
    employee = None if judged.expired else judged.employee
    if employee is None and command.get("simple"):
        seen = "an expired token" if judged.expired else "no token of an employee"
        return Refused(
            (Violation("TCX-18", "query.token", seen, "a token that opens"),), 403, code="invalid_token"
        )
    name = _customer_name(state, employee) if employee else ""
    return Changed(state, Session("", 0, employee, name) if employee else None)


def ping(state: State, asked: Asked, *, at: datetime, readings: Readings) -> Outcome:
    """The gate has done it all."""
    return Changed(state, None, ("TCX-17",))


def create_token(state: State, asked: Asked, *, at: datetime, readings: Readings) -> Outcome:
    """TCX-44: none for an ADMIN, and only the employee herself sees it."""
    found = Found()
    employee = _employee_for(state, asked, found)
    if employee is not None and employee.level is Level.ADMIN:
        found.wrong("TCX-44", "path.employeeId", "an ADMIN", "an employee of another level")
    if found.violations or employee is None:
        return found.refused
    serial = employee.machines_made + 1
    after = replace(employee, machines=(*employee.machines, serial), machines_made=serial)
    return Changed(state.with_employee(after), (after, serial) if employee.id == asked.by.id else None)


def delete_token(state: State, asked: Asked, *, at: datetime, readings: Readings) -> Outcome:
    found = Found()
    employee = _employee_for(state, asked, found)
    token = tokens.read(asked.inner)
    good = employee is not None and token is not None and token.kind is Kind.MACHINE
    good = good and token is not None and employee is not None and token.user == employee.user
    if employee is not None and not (good and token is not None and token.number in employee.machines):
        found.wrong("TCX-37", "path.token", repr(asked.inner)[:60], "a machine's token of this employee")
    if found.violations or employee is None or token is None:
        return found.refused
    left = tuple(serial for serial in employee.machines if serial != token.number)
    return Changed(state.with_employee(replace(employee, machines=left)))


def _employee_for(state: State, asked: Asked, found: Found) -> Employee | None:
    """The employee that the address names, if the caller may manage her tokens."""
    employee = state.employees.get(asked.id)
    if employee is None:
        found.wrong("TCX-37", "path.employeeId", repr(asked.id)[:60], "the id of an employee")
        return None
    customer = state.customers.get(employee.customer)
    may = is_admin(asked.by) or (customer is not None and belongs(asked.by, customer))
    if not may or asked.by.level is Level.VIEWER:
        denied(found, asked.by, "at least a MANAGER of the employee's customer, or its reseller")
    return employee


def _customer_name(state: State, employee: Employee) -> str:
    customer = state.customers.get(employee.customer)
    return customer.name if customer else ""
