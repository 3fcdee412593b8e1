"""Who is invoiced, and where? Customers and their addresses are made, found, read and changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from ixmocks.engine.outcome import Changed, Outcome, Readings
from ixmocks.telecomx.asked import Asked, belongs, customer_for, denied, is_admin, sells, serves
from ixmocks.telecomx.form import Form, Found
from ixmocks.telecomx.invoices import page
from ixmocks.telecomx.state import Address, Customer, Level, State, Texts

TEXTS = ("name", "phoneNumber", "faxNumber", "emailAddress", "website", "notes")
FINANCE = ("vatNumber", "accountingSystemId", "accountingSystemRef", "emailAddress")
METHODS = {name: name for name in ("MAIL", "EMAIL", "ELECTRONIC")}
STATES = {name: name for name in ("ACTIVE", "BLOCKED")}
ADDRESS = (
    "alternativeName", "address", "zip", "city", "state", "country", "fixedNumber", "faxNumber",
)  # fmt: skip
SEARCHED = ("name", "phoneNumber", "emailAddress")
SEARCHED_FINANCE = ("vatNumber", "accountingSystemId")
HOME = "DK"

NewId = Callable[[], str]


def create_customer(state: State, asked: Asked, *, at: datetime, readings: Readings) -> Outcome:
    """TCX-41: undocumented. A reseller's new customer is her own."""
    found = Found()
    form = Form.of(asked.body, "body", found)
    if not sells(asked.by):
        denied(found, asked.by, "a RESELLER or an ADMIN")
    if not (form.text("name", "TCX-41") or "").strip() and isinstance(form.members.get("name", ""), str):
        form.wrong("TCX-41", "name", "a name")
    ids = Ids(state, at)
    blank = Customer(id=ids.next(), parent=asked.by.customer)
    customer = changed_customer(state, form, blank, asked, ids.next, readings)
    if not customer.addresses and not form.has("addresses"):
        form.wrong("TCX-40", "addresses", "at least one address")
    if found.violations:
        return found.refused
    found.notes.add("TCX-41")
    return Changed(ids.state.with_customer(customer), customer, found.noted)


class Ids:
    """Hands out ids and keeps the state that knows of them."""

    def __init__(self, state: State, at: datetime) -> None:
        self.state = state
        self._at = at

    def next(self) -> str:
        self.state, identifier = self.state.with_id(self._at)
        return identifier


def changed_customer(
    state: State, form: Form, customer: Customer, asked: Asked, new_id: NewId, readings: Readings
) -> Customer:
    """The customer with what the body says; absent members stay."""
    texts = _texts(form, TEXTS, customer.texts)
    finance = customer.finance
    if form.has("finance"):
        inner = Form.of(form.members["finance"], form.place("finance"), form.found)
        finance = _texts(inner, FINANCE, finance)
        method = inner.choice("invoiceMethod", METHODS)
        finance = finance.insert("invoiceMethod", method) if method else finance
    addresses = customer.addresses
    if form.has("addresses"):
        addresses = _addresses(form, new_id, readings)
    status = form.choice("state", STATES) or customer.state
    parent = _parent(state, form, customer, asked)
    return replace(customer, texts=texts, finance=finance, addresses=addresses, state=status, parent=parent)


def _texts(form: Form, names: tuple[str, ...], before: Texts) -> Texts:
    for name in names:
        given = form.text(name)
        if given is not None:
            before = before.insert(name, given)
    return before


def _parent(state: State, form: Form, customer: Customer, asked: Asked) -> str:
    """A reseller may name herself only; for anybody below, the member is passed over."""
    given = form.text("parentReseller")
    if given is None or not sells(asked.by):
        return customer.parent
    reseller = state.customers.get(given)
    if reseller is None or not reseller.is_reseller:
        form.wrong("TCX-21", "parentReseller", "the id of a reseller")
    elif not is_admin(asked.by) and given != asked.by.customer:
        denied(form.found, asked.by, "an ADMIN", form.place("parentReseller"))
    return given


def _addresses(form: Form, new_id: NewId, readings: Readings) -> tuple[Address, ...]:
    rows = form.rows("addresses", "TCX-40")
    if not rows and isinstance(form.members["addresses"], list):
        form.wrong("TCX-40", "addresses", "at least one address")
    made = []
    for number, row in enumerate(rows):
        inner = Form.of(row, form.place(f"addresses.{number}"), form.found)
        made.append(changed_address(inner, Address(id=new_id(), primary=False), readings))
    return one_primary(tuple(made), next((a.id for a in made if a.primary), ""))


def one_primary(addresses: tuple[Address, ...], chosen: str) -> tuple[Address, ...]:
    """One address is the main one: the chosen one, else the first."""
    chosen = chosen or (addresses[0].id if addresses else "")
    return tuple(replace(one, primary=one.id == chosen) for one in addresses)


def changed_address(form: Form, address: Address, readings: Readings) -> Address:
    """TCX-40, for what the address would be afterwards."""
    texts: Texts = address.texts
    for name in ADDRESS:
        given = form.text(name, "TCX-40")
        if given is not None:
            texts = texts.insert(name, given)
    primary = form.flag("primary")
    _check(form, texts, readings)
    return replace(address, texts=texts, primary=address.primary if primary is None else primary)


def _check(form: Form, texts: Texts, readings: Readings) -> None:
    """TCX-40, part by part."""
    country = texts.get("country") or ""
    at_home = country in ("", HOME)
    zip_code = texts.get("zip") or ""
    # ASSUMED: in Denmark four digits; which postal codes there are, and their cities, is not modelled.
    good_zip = (len(zip_code) == 4 and zip_code.isdecimal()) if at_home else len(zip_code) >= 3
    checks = (
        ("address", len(texts.get("address") or "") >= 5, "at least 5 characters"),
        ("zip", good_zip, "4 digits in Denmark, else at least 3 characters"),
        ("city", at_home or len(texts.get("city") or "") >= 2, "at least 2 characters outside Denmark"),
        ("country", _good_country(country, readings), "two letters, such as DK"),
    )
    for name, good, expected in checks:
        wrong_type = form.has(name) and not isinstance(form.members[name], str)
        if not good and not wrong_type:
            form.wrong("TCX-40", name, expected)


def _good_country(country: str, readings: Readings) -> bool:
    if readings.get("TCX-40") == "any_country" or not country:
        return True
    return len(country) == 2 and country.isascii() and country.isalpha() and country.isupper()


def get_customer(state: State, asked: Asked, *, at: datetime, readings: Readings) -> Outcome:
    found = Found()
    customer = customer_for(state, asked.id, found, asked.by, at="path.customerId", also_own=True)
    return found.refused if found.violations or customer is None else Changed(state, customer)


def list_customers(state: State, asked: Asked, *, at: datetime, readings: Readings) -> Outcome:
    found, query = Found(), asked.query
    if not sells(asked.by):
        denied(found, asked.by, "a RESELLER or an ADMIN")
        return found.refused
    ids = {part.strip() for part in query["customerIds"].split(",")} if "customerIds" in query else None
    parent = query.get("parentReseller") if is_admin(asked.by) else None
    fitting = [
        customer
        for customer in state.customers.values()
        if serves(asked.by, customer)
        and (query.get("includeDeleted") or customer.state != "DELETED")
        and (not query.get("resellers") or customer.is_reseller)
        and (ids is None or customer.id in ids)
        and (parent is None or customer.parent == parent)
        and _matches(customer, query.get("filter", ""))
    ]
    # ASSUMED: by name; no page tells the order.
    fitting.sort(key=lambda customer: (customer.name.casefold(), customer.id))
    shown = page(fitting, query.get("offset", 0), query.get("limit", 100), expand=bool(query.get("full")))
    return Changed(state, shown)


def _matches(customer: Customer, text: str) -> bool:
    wanted = text.casefold()
    where = [customer.texts.get(name) for name in SEARCHED]
    where += [customer.finance.get(name) for name in SEARCHED_FINANCE]
    return not wanted or any(wanted in one.casefold() for one in where if one)


def update_customer(state: State, asked: Asked, *, at: datetime, readings: Readings) -> Outcome:
    found = Found()
    form = Form.of(asked.body, "body", found)
    customer = customer_for(state, asked.id, found, asked.by, at="path.customerId", also_own=True)
    if asked.by.level is Level.VIEWER:
        denied(found, asked.by, "at least a MANAGER")
    ids = Ids(state, at)
    blank = customer or Customer(id="", parent="")
    changed = changed_customer(state, form, blank, asked, ids.next, readings)
    if found.violations or customer is None:
        return found.refused
    if changed == customer:
        return Changed(state, customer)
    return Changed(ids.state.with_customer(changed), changed, found.noted)


def create_address(state: State, asked: Asked, *, at: datetime, readings: Readings) -> Outcome:
    found = Found()
    form = Form.of(asked.body, "body", found)
    customer = customer_for(state, asked.id, found, asked.by, at="path.customerId", also_own=True)
    after, identifier = state.with_id(at)
    address = changed_address(form, Address(id=identifier, primary=False), readings)
    if found.violations or customer is None:
        return found.refused
    return _with_address(after, customer, (*customer.addresses, address), address)


def get_address(state: State, asked: Asked, *, at: datetime, readings: Readings) -> Outcome:
    found = Found()
    _, address = _address_for(state, asked, found)
    return found.refused if found.violations or address is None else Changed(state, address)


def update_address(state: State, asked: Asked, *, at: datetime, readings: Readings) -> Outcome:
    found = Found()
    form = Form.of(asked.body, "body", found)
    customer, address = _address_for(state, asked, found)
    if address is None or customer is None:
        return found.refused
    changed = changed_address(form, address, readings)
    if found.violations:
        return found.refused
    if changed == address:
        return Changed(state, address)
    others = tuple(changed if one.id == changed.id else one for one in customer.addresses)
    return _with_address(state, customer, others, changed)


def _address_for(state: State, asked: Asked, found: Found) -> tuple[Customer | None, Address | None]:
    customer = customer_for(state, asked.id, found, asked.by, at="path.customerId", also_own=True)
    if customer is None or not belongs(asked.by, customer):
        return customer, None
    address = next((one for one in customer.addresses if one.id == asked.inner), None)
    if address is None:
        found.wrong(
            "TCX-37", "path.addressId", repr(asked.inner)[:60], "the id of an address of this customer"
        )
    return customer, address


def _with_address(state: State, customer: Customer, addresses: tuple[Address, ...], of: Address) -> Changed:
    chosen = of.id if of.primary else next((a.id for a in addresses if a.primary and a.id != of.id), "")
    kept = one_primary(addresses, chosen)
    answer: Any = next(one for one in kept if one.id == of.id)
    return Changed(state.with_customer(replace(customer, addresses=kept)), answer)
