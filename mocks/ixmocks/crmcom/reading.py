"""How is something shown or listed? Reads change nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from ixmocks.crmcom import show
from ixmocks.crmcom.form import Form, fields_of, in_query
from ixmocks.crmcom.goods import PRODUCT
from ixmocks.crmcom.invoices import ACCOUNT, INVOICE, Found, refused
from ixmocks.crmcom.items import NAMES
from ixmocks.crmcom.register import Register
from ixmocks.crmcom.state import State
from ixmocks.engine.outcome import Changed, Outcome, Readings, Violation


@dataclass(frozen=True, slots=True)
class _Kind:
    """What of a system can be shown: where it is kept, and by what it is found."""

    identifier: str
    kept: Callable[[State], Register[Any]]
    keys: tuple[str, ...]
    members: frozenset[str]
    what: str


_INVOICE = _Kind("invoice_identifier", lambda state: state.invoices, INVOICE, show.INVOICE, "invoice")
_PAYMENT = _Kind(
    "payment_identifier",
    lambda state: state.payments,
    ("id", "number", "reference_number"),
    show.PAYMENT,
    "payment",
)
_ACCOUNT = _Kind(
    "accounts_receivable_identifier", lambda state: state.accounts, ACCOUNT, show.ACCOUNT, "account"
)
_CONTACT = _Kind(
    "contact_information_identifier", lambda state: state.contacts, ("id", "number"), show.CONTACT, "contact"
)
_PRODUCT = _Kind("product_identifier", lambda state: state.products, PRODUCT, show.PRODUCT, "product")


def show_invoice(state: State, query: Any, *, at: datetime, readings: Readings) -> Outcome:
    return _shown(_INVOICE, state, query, readings)


def show_payment(state: State, query: Any, *, at: datetime, readings: Readings) -> Outcome:
    return _shown(_PAYMENT, state, query, readings)


def show_account(state: State, query: Any, *, at: datetime, readings: Readings) -> Outcome:
    return _shown(_ACCOUNT, state, query, readings)


def show_contact(state: State, query: Any, *, at: datetime, readings: Readings) -> Outcome:
    return _shown(_CONTACT, state, query, readings)


def show_product(state: State, query: Any, *, at: datetime, readings: Readings) -> Outcome:
    return _shown(_PRODUCT, state, query, readings)


def list_invoices(state: State, query: Any, *, at: datetime, readings: Readings) -> Outcome:
    """invoices/list: of one account, which is mandatory (CRM-44)."""
    found: list[Violation] = []
    form = in_query(query, found, "accounts_receivable_identifier", "type_identifier", "category_identifier")
    account = form.pick(
        "accounts_receivable_identifier", state.accounts, *ACCOUNT, needed=True, what="account"
    )
    kind = form.pick("type_identifier", state.lists.types, *NAMES, what="financial transaction type")
    category = form.pick("category_identifier", state.lists.categories, "id", "name", "code", what="category")
    wanted = fields_of(form, show.INVOICE, readings)
    skip, most = _page(form)
    if found or account is None:
        return refused(found)
    chosen = (
        one
        for one in state.invoices_of(account.id)
        if (kind is None or one.type == kind.id) and (category is None or one.category == category.id)
    )
    return Changed(state, Found(list(islice(chosen, skip, most)), wanted))


def list_accounts(state: State, query: Any, *, at: datetime, readings: Readings) -> Outcome:
    return _listed(_ACCOUNT, state, query, readings)


def list_contacts(state: State, query: Any, *, at: datetime, readings: Readings) -> Outcome:
    return _listed(_CONTACT, state, query, readings)


def list_products(state: State, query: Any, *, at: datetime, readings: Readings) -> Outcome:
    return _listed(_PRODUCT, state, query, readings)


def _shown(kind: _Kind, state: State, query: Any, readings: Readings) -> Outcome:
    found: list[Violation] = []
    form = in_query(query, found, kind.identifier)
    one = form.pick(kind.identifier, kind.kept(state), *kind.keys, needed=True, what=kind.what)
    wanted = fields_of(form, kind.members, readings)
    if found:
        return refused(found)
    return Changed(state, Found(one, wanted))


def _listed(kind: _Kind, state: State, query: Any, readings: Readings) -> Outcome:
    found: list[Violation] = []
    form = Form(query, "query", found)
    wanted = fields_of(form, kind.members, readings)
    skip, most = _page(form)
    if found:
        return refused(found)
    chosen: Iterable[Any] = kind.kept(state).newest_first()
    return Changed(state, Found(list(islice(chosen, skip, most)), wanted))


def _page(form: Form) -> tuple[int, int | None]:
    """How many to pass over, and where to stop. ASSUMED: without a number of results all come."""
    numbers = []
    for name in ("offset", "number_of_results"):
        value = form.members.get(name)
        if value is not None and (type(value) is not int or value < 0):
            form.wrong("schema", name, "a whole number from 0")
            value = None
        numbers.append(value)
    skip = min(numbers[0] or 0, 2**31)
    return skip, None if numbers[1] is None else skip + min(numbers[1], 2**31)
