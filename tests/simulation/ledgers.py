"""What stands in the books of a target? Read off the mock's state, in the simulation's own words.

Nothing of the bridge is used here: its tags, totals and numbers are read and added up a second time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

TAG = re.compile(r"\[iX:([^\[\]]+)\]")


@dataclass(frozen=True, slots=True)
class Doc:
    """A document that says it is of one of our instalments."""

    code: str
    names: frozenset[str]
    """What a draft of it may be called."""
    number: str | None
    customer: str
    total_cents: int
    vat_cents: int
    outstanding_cents: int
    day: date
    due: date | None
    lines: tuple[tuple[int, int], ...]
    """Of each line: percentage in hundredths, cents (with or without VAT, as the target keeps them)."""
    live: bool
    real: bool
    is_order: bool = False


def tagged(text: str | None) -> str:
    """The code in a tag; empty where there is none."""
    found = TAG.search(text or "")
    return found.group(1) if found else ""


def _silvasoft(state: Any) -> Iterator[Doc]:
    for one in state.sales.all.values():
        code = tagged(one.notes)
        if not code or one.credit_of is not None:
            continue
        live = one.status.value not in ("deleted", "credited")
        yield Doc(
            code, frozenset({code}), None if one.number is None else str(one.number),
            str(one.customer.customer_number), one.incl_cents, one.incl_cents - one.net_cents, one.outstanding_cents,
            one.date, one.due, tuple((_hundredths(line.tax.percent), line.incl) for line in one.lines if line.tax),
            live, live and one.number is not None,
        )  # fmt: skip
    for one in state.orders.all.values():
        code = tagged(one.notes)
        if code:
            yield Doc(
                code, frozenset({str(one.number)}), None, str(one.customer.customer_number), one.incl_cents,
                one.incl_cents - one.net_cents, one.incl_cents, one.date, None,
                tuple((_hundredths(line.tax.percent), line.incl) for line in one.lines if line.tax),
                one.invoiced_as is None, False, True,
            )  # fmt: skip


_COPENHAGEN = ZoneInfo("Europe/Copenhagen")


def _telecomx(state: Any) -> Iterator[Doc]:
    for one in state.invoices.values():
        code = tagged(one.headline)
        if not code:
            continue
        sums = one.totals.price
        number = None if one.number == "-1" else one.number
        yield Doc(
            code, frozenset({one.id}), number, one.customer, sums.net + sums.vat, sums.vat,
            0 if one.paid else sums.net + sums.vat, one.day.astimezone(_COPENHAGEN).date(),
            one.due.astimezone(_COPENHAGEN).date() if one.due else None,
            tuple((0 if line.vat_exempt else 2500, round(line.units * line.price * 100)) for line in one.lines),
            True, number is not None,
        )  # fmt: skip


def _crmcom(state: Any) -> Iterator[Doc]:
    for one in state.invoices:
        if not one.back_office_code:
            continue
        stage = one.stage.value
        vat = sum(item.vat_cents for item in one.items)
        owed = one.total_cents if one.outstanding_cents is None else one.outstanding_cents
        yield Doc(
            one.back_office_code, frozenset({one.id, one.number, one.reference} - {""}), one.number or None,
            state.accounts[one.account].number, one.total_cents, vat, owed,
            one.issued_on.date(), one.due_on.date() if one.due_on else None,
            tuple((_hundredths(item.vat_percentage), item.total_cents) for item in one.items),
            stage in ("DRAFT", "POSTED"), stage == "POSTED",
        )  # fmt: skip


def _hundredths(percentage: Any) -> int:
    return int(percentage * 100)


_READ: Mapping[str, Callable[[Any], Iterator[Doc]]] = {
    "silvasoft": _silvasoft,
    "telecomx": _telecomx,
    "crmcom": _crmcom,
}


_KEPT_MAX = 8
_kept: dict[int, tuple[Any, tuple[Doc, ...]]] = {}
"""The newest states and what stands in them; a state never changes."""


def documents(system: str, state: Any) -> tuple[Doc, ...]:
    known = _kept.get(id(state))
    if known is not None and known[0] is state:
        return known[1]
    found = tuple(_READ[system](state))
    while len(_kept) >= _KEPT_MAX:
        del _kept[next(iter(_kept))]
    _kept[id(state)] = (state, found)
    return found


_CUSTOMERS: Mapping[str, Callable[[Any], int]] = {
    "silvasoft": lambda state: len(state.parties.all),
    "telecomx": lambda state: len(state.customers),
    "crmcom": lambda state: len(state.accounts),
}
_PRODUCTS: Mapping[str, Callable[[Any], int]] = {
    "silvasoft": lambda state: len(state.goods.all),
    "telecomx": lambda state: len(state.products),
    "crmcom": lambda state: len(state.products),
}


def customers(system: str, state: Any) -> int:
    return _CUSTOMERS[system](state)


def products(system: str, state: Any) -> int:
    return _PRODUCTS[system](state)


def has_customer(system: str, state: Any, number: str) -> bool:
    """Is there a customer of exactly this number?"""
    if system == "silvasoft":
        return number.isdecimal() and int(number) in state.parties.by_customer
    if system == "telecomx":
        return number in state.customers
    return any(each.number == number for each in state.accounts)
