"""How do scenarios and people describe things? In the API's own names, and with what the API does not take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from ixmocks.engine.outcome import Readings
from ixmocks.telecomx import dates, money
from ixmocks.telecomx.asked import Asked
from ixmocks.telecomx.current import RECURRENCES
from ixmocks.telecomx.form import Form
from ixmocks.telecomx.invoicing import invoice_number, line_of_current, product_of, required_units
from ixmocks.telecomx.people import changed_address, changed_customer, one_primary
from ixmocks.telecomx.products import changed_product
from ixmocks.telecomx.state import (
    EPOCH,
    PENDING,
    Address,
    Current,
    Customer,
    Employee,
    Invoice,
    Level,
    Line,
    Product,
    Recurrence,
    State,
    effective,
)

EMPLOYEE = ("_id", "user", "accessLevel", "customer", "name")
CUSTOMER = (
    "_id", "name", "phoneNumber", "faxNumber", "emailAddress", "website", "notes", "state", "parentReseller",
    "isReseller", "addresses", "finance",
)  # fmt: skip
PRODUCT = (
    "_id", "type", "productCode", "name", "description", "unitType", "recurrence", "recurrenceFullMonth", "cost",
    "wholesale", "price", "vatExempt", "start", "end", "reseller", "customer", "inheritFrom", "inheritFromReseller",
    "applyByResellerOnly", "standard",
)  # fmt: skip
CURRENT = (
    "_id", "customer", "product", "name", "description", "units", "unitCost", "unitWholesale", "unitPrice", "start",
    "terminate", "recurrence", "locked", "billingCustomer",
)  # fmt: skip
INVOICE = (
    "_id", "customer", "sent", "invoiceNumber", "period", "invoiceDate", "dueDate", "paid", "headline", "lines",
)  # fmt: skip
LINE = (
    "product", "productCode", "name", "description", "units", "type", "unitCost", "unitWholesale", "unitPrice",
    "vatExempt", "from", "to",
)  # fmt: skip
STATES = {name: name for name in ("ACTIVE", "BLOCKED", "DELETED")}
LEVELS = {level.value: level for level in Level}
ROOT = Employee(id="", user="somebody", level=Level.ADMIN, customer="")
"""For whom what people and scenarios say is read: nothing is forbidden to them."""

NewId = Callable[[], str]


def known(form: Form, names: Iterable[str]) -> None:
    """Notes each member that nobody knows: in a scenario it is a slip of the pen."""
    names = tuple(names)
    for name in form.members:
        if name not in names:
            near = get_close_matches(str(name), names, 1)
            expected = f"perhaps {near[0]}?" if near else f"one of {', '.join(names)}"
            form.found.wrong("schema", form.place(str(name)), "a name that nobody knows", expected)


def moment(form: Form, name: str) -> datetime | None:
    """A moment with its offset, or a day, which is its midnight in Denmark."""
    if form.members.get(name) is None:
        return None
    day = dates.day(form.members[name])
    return dates.midnight(day) if day is not None else form.instant(name, "TCX-29")


def identifier(form: Form, taken: Iterable[str], new_id: NewId) -> str:
    given = form.text("_id")
    if given in set(taken):
        form.wrong("schema", "_id", "an id that no other has")
    return given or new_id()


def employee(form: Form, state: State, new_id: NewId) -> Employee:
    known(form, EMPLOYEE)
    user, customer = form.text("user") or "", form.text("customer") or ""
    if not user or state.employee_of(user) is not None:
        form.wrong("schema", "user", "the part of a user name before the @, for one employee only")
    if customer not in state.customers:
        form.wrong("TCX-20", "customer", "the id of a customer in `customers`")
    level = form.choice("accessLevel", LEVELS) or Level.RESELLER
    return Employee(
        id=identifier(form, state.employees, new_id), user=user, level=level, customer=customer,
        name=form.text("name") or "",
    )  # fmt: skip


def customer(form: Form, state: State, new_id: NewId, readings: Readings) -> Customer:
    """A new customer. Whose it is is not checked: the reseller may come later in the file."""
    known(form, CUSTOMER)
    blank = Customer(
        id=identifier(form, state.customers, new_id), parent=form.text("parentReseller") or "",
        is_reseller=form.flag("isReseller") or False, state=form.choice("state", STATES) or "ACTIVE",
    )  # fmt: skip
    if not form.text("name"):
        form.wrong("TCX-41", "name", "a name")
    rows = form.rows("addresses", "TCX-40")
    addresses = tuple(
        _address(Form.of(row, form.place(f"addresses.{n}"), form.found), new_id, readings)
        for n, row in enumerate(rows)
    )
    rest = {k: v for k, v in form.members.items() if k not in ("addresses", "parentReseller", "state")}
    told = changed_customer(state, Form(rest, form.at, form.found), blank, Asked(ROOT), new_id, readings)
    chosen = next((one.id for one in addresses if one.primary), "")
    return replace(told, addresses=one_primary(addresses, chosen))


def _address(form: Form, new_id: NewId, readings: Readings) -> Address:
    return changed_address(form, Address(id=form.text("_id") or new_id(), primary=False), readings)


def product(form: Form, state: State, new_id: NewId) -> Product:
    known(form, PRODUCT)
    dated = {name: moment(form, name) for name in ("start", "end")}
    rest = {name: value for name, value in form.members.items() if name not in dated}
    for name in ("productCode", "name"):
        if not form.text(name):
            form.wrong("TCX-42", name, "a text")
    blank = Product(
        id=identifier(form, state.products, new_id), code="", name="", reseller=form.text("reseller") or "",
        customer=form.text("customer") or "", inherits=form.text("inheritFrom") or "",
        inherits_reseller=form.text("inheritFromReseller") or "", description=form.text("description") or "",
    )  # fmt: skip
    for name, owner in (("reseller", blank.reseller), ("customer", blank.customer)):
        if owner and owner not in state.customers:
            form.wrong(
                "TCX-21" if name == "reseller" else "TCX-20", name, "the id of a customer in `customers`"
            )
    for name, above in (("inheritFrom", blank.inherits), ("inheritFromReseller", blank.inherits_reseller)):
        if above and above not in state.products:
            form.wrong("TCX-42", name, "the id of a product further up")
    is_master = not (blank.inherits or blank.inherits_reseller)
    return changed_product(
        Form(rest, form.at, form.found), replace(blank, start=dated["start"], end=dated["end"]),
        is_master=is_master,
    )  # fmt: skip


def current(form: Form, state: State, new_id: NewId) -> Current:
    known(form, CURRENT)
    whose, what = form.text("customer") or "", form.text("product") or ""
    if whose not in state.customers:
        form.wrong("TCX-20", "customer", "the id of a customer")
    if what not in state.products:
        form.wrong("TCX-24", "product", "the id of a product")
    units = form.number("units", "TCX-25") if form.has("units") else money.number(1)
    return Current(
        id=identifier(form, state.current, new_id), customer=whose, product=what, units=units or money.ZERO,
        name=form.text("name"), description=form.text("description"), cost=form.number("unitCost", "TCX-26"),
        wholesale=form.number("unitWholesale", "TCX-26"), price=form.number("unitPrice", "TCX-26"),
        start=moment(form, "start"), terminate=moment(form, "terminate"),
        recurrence=form.choice("recurrence", RECURRENCES) or Recurrence.NONE,
        locked=form.flag("locked") or False, billing=form.text("billingCustomer") or "",
    )  # fmt: skip


def invoice(form: Form, state: State, new_id: NewId) -> Invoice:
    """An invoice that exists. Its totals are always worked out, never taken from the description."""
    known(form, INVOICE)
    whose = form.text("customer") or ""
    if whose not in state.customers:
        form.wrong("TCX-20", "customer", "the id of a customer")
    day = moment(form, "invoiceDate")
    if day is None and not form.members.get("invoiceDate"):
        form.wrong("TCX-22", "invoiceDate", "a date")
    rows = form.rows("lines", "TCX-02")
    lines = tuple(
        line
        for n, row in enumerate(rows)
        if (line := _line(Form.of(row, form.place(f"lines.{n}"), form.found), state)) is not None
    )
    return Invoice(
        id=identifier(form, state.invoices, new_id), customer=whose, sent=form.flag("sent") or False,
        number=invoice_number(form) or PENDING, day=day or EPOCH,
        lines=lines, totals=money.totals(lines, {}), due=moment(form, "dueDate"), paid=form.flag("paid") or False,
        headline=form.text("headline"), period=form.flag("period") or False,
    )  # fmt: skip


def _line(form: Form, state: State) -> Line | None:
    known(form, LINE)
    found, units = product_of(state, form), required_units(form)
    if found is None or units is None:
        return None
    of: Product = effective(state, found)
    one = Current(
        id="", customer="", product=of.id, units=units, name=form.text("name"),
        description=form.text("description"), cost=form.number("unitCost", "TCX-26"),
        wholesale=form.number("unitWholesale", "TCX-26"), price=form.number("unitPrice", "TCX-26"),
        start=moment(form, "from"), terminate=moment(form, "to"),
    )  # fmt: skip
    line = line_of_current(state, one)
    exempt = form.flag("vatExempt")
    return line if exempt is None else replace(line, vat_exempt=exempt)


def rows(section: Mapping[str, Any], name: str) -> list[Any]:
    given = section.get(name)
    return [] if given is None else list(given) if isinstance(given, list | tuple) else [given]
