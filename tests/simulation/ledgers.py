"""What stands in the books of a target? Read off the mock's state, in the simulation's own words.

Nothing of the bridge is used here: its tags, totals and numbers are read and added up a second time.
"""

from __future__ import annotations

import base64
import hashlib
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
    for _, one in sorted(state.sales.all.items()):  # a map has no order of its own
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
    for _, one in sorted(state.orders.all.items()):
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
    for one in sorted(state.invoices.values(), key=lambda each: each.id):  # a map has no order of its own
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


def _riverty(state: Any) -> Iterator[Doc]:
    """An order whose invoice is not made yet is the draft; then the invoice takes its place."""
    made = {one.order: one for one in state.invoices.values() if one.status.value != "replaced"}
    for _, order in sorted(state.orders.items()):
        code = CODES.get(order.reference, "")
        if not code:
            continue
        one = made.get(order.reference)
        lines = order.lines if one is None else one.lines
        total = sum(line.gross_cents for line in lines)
        vat = sum(_half_up(line.gross_cents * _hundredths(line.vat_percent), 10_000 + _hundredths(line.vat_percent))
                  for line in lines)  # fmt: skip
        number = one.number if one is not None else ""
        yield Doc(
            code, frozenset({order.reference}), number or None, order.customer, total, vat,
            total if one is None else one.remaining_cents, order.day if one is None else one.day,
            one.due if one is not None else None,
            tuple((_hundredths(line.vat_percent), line.gross_cents) for line in lines),
            True, bool(number),
        )  # fmt: skip


def order_of(code: str) -> str:
    """The reference of a code's order: 80 bits of a digest, in letters and digits."""
    return base64.b32encode(hashlib.sha256(f"\0{code}".encode()).digest())[:16].decode()


CODES: Mapping[str, str] = {order_of(f"S-{number}"): f"S-{number}" for number in range(1, 10)}
"""Which instalment an order is of; only those that the simulation has."""


def _half_up(numerator: int, denominator: int) -> int:
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


def _hundredths(percentage: Any) -> int:
    return int(percentage * 100)


_READ: Mapping[str, Callable[[Any], Iterator[Doc]]] = {
    "silvasoft": _silvasoft,
    "telecomx": _telecomx,
    "crmcom": _crmcom,
    "riverty": _riverty,
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
    "riverty": lambda state: len(state.customers),
}
_PRODUCTS: Mapping[str, Callable[[Any], int]] = {
    "silvasoft": lambda state: len(state.goods.all),
    "telecomx": lambda state: len(state.products),
    "crmcom": lambda state: len(state.products),
    "riverty": lambda state: 0,
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
    if system == "riverty":  # a customer comes with the first order; any such number will do
        return re.fullmatch("[A-Za-z0-9]{1,20}", number) is not None
    return any(each.number == number for each in state.accounts)
