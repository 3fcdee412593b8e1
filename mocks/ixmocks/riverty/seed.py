"""What does the service know at first? A scenario's section, in the vendor's member names, becomes a state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from ixmocks.engine.outcome import Changed, Refused
from ixmocks.engine.system import SeedError
from ixmocks.engine.timeline import Timeline
from ixmocks.riverty import form, rules
from ixmocks.riverty import seed_keys as keys
from ixmocks.riverty.booking import book, changed, issue
from ixmocks.riverty.judging import troubles_of
from ixmocks.riverty.model import Invoice, Kind, LineEvent, LineStatus, Request, Settings
from ixmocks.riverty.money import cents_of, number_of
from ixmocks.riverty.notices import TYPES
from ixmocks.riverty.state import State

LONG_AGO = datetime(2017, 1, 1, tzinfo=UTC)
READINGS = {
    "RIV-02": "confirmed", "RIV-11": "alphanumeric", "RIV-12": "never", "RIV-13": "tolerated", "RIV-18": "ignored",
    "RIV-20": "loopback_http", "RIV-25": "request_id", "RIV-27": "unchecked", "RIV-29": "full_delivery",
    "RIV-32": "service_only", "RIV-33": "kept",
}  # fmt: skip
"""What a scenario is read by: the most tolerant of each, since what stands in it has happened."""


def load(section: Mapping[str, Any], seed: int) -> State:
    """The first state of a world. Raises SeedError with the key, what was seen and what was expected."""
    _only(section, keys.SECTION, "")
    state = State(_settings(section.get("settings") or {}), seed)
    for row, at in _rows(section, "orders", keys.ORDER):
        state = _with_order(state, row, at)
    for row, at in _rows(section, "invoices", keys.INVOICE):
        state = _with_invoice(state, row, at)
    for row, at in _rows(section, "customers", rules.CUSTOMER):
        _text(row, "customerNumber", at)
        outcome = rules.create_customer(state, {"body": row}, at=LONG_AGO, readings=READINGS)
        state = _accepted(outcome, at)
    for row, at in _rows(section, "callbacks", keys.CALLBACK):
        for kind in row.get("notificationTypes") or ():
            if kind not in TYPES:
                raise _wrong(f"{at}.notificationTypes", kind, " or ".join(TYPES))
        outcome = rules.create_notification_callback(state, {"body": row}, at=LONG_AGO, readings=READINGS)
        state = _accepted(outcome, at)
    return replace(state, agenda=Timeline())


def _settings(given: Any) -> Settings:
    _only(given, tuple(keys.SETTINGS), "settings")
    fields = {keys.SETTINGS[name]: value for name, value in given.items()}
    usual = Settings()
    if "businesses" in fields:
        codes = fields["businesses"]
        if not isinstance(codes, list) or not codes:
            raise _wrong("settings.businessCodes", codes, 'a list such as ["1000"]')
        fields["businesses"] = tuple(map(str, codes))
    if "tolerance_cents" in fields:
        fields["tolerance_cents"] = _cents(given, "tolerance", "settings")
    for name, field in keys.SETTINGS.items():
        if field not in fields:
            continue
        value, sort = fields[field], type(getattr(usual, field))
        if type(value) is not sort or (sort is int and value < 0):
            raise _wrong(f"settings.{name}", value, f"a value like {getattr(usual, field)!r}")
    settings = replace(usual, **fields)
    for name, seen, allowed in (
        ("onboarding", settings.onboarding, ("service", "client")),
        ("wrongKey", settings.wrong_key, (500, 401)),
        ("paymentsHour", settings.payments_hour, range(24)),
    ):
        if seen not in allowed:
            raise _wrong(f"settings.{name}", seen, " or ".join(map(str, allowed)))
    return settings


def _with_order(state: State, row: Mapping[str, Any], at: str) -> State:
    for item, where in _rows(row, "items", keys.ITEM, at):
        if form.whole(item, "orderItemReference") is None:
            raise _wrong(f"{where}.orderItemReference", item.get("orderItemReference"), "a whole number")
    customer, _ = _text(row, "customerNumber", at), _text(row, "orderReference", at)
    state = _booked(state, Kind.ORDER, row, at, customer)
    key = (_business(state, row), form.text(row, "orderReference"))
    order = state.orders[key]
    cancelled = row.get("cancelled") or []
    for number in cancelled:
        line = order.line(number)
        if line is None or line.status is not LineStatus.OPEN:
            raise _wrong(f"{at}.cancelled", number, "the number of a line")
    prepaid = _cents(row, "prepaid", at)
    return state.with_order(replace(changed(order, cancelled, LineEvent.CANCEL), prepaid_cents=prepaid))


def _with_invoice(state: State, row: Mapping[str, Any], at: str) -> State:
    reference, name = _text(row, "invoiceReference", at), _text(row, "orderReference", at)
    business = _business(state, row)
    order = state.orders.get((business, name))
    if order is None:
        raise _wrong(f"{at}.orderReference", name, f"the reference of an order of business {business}")
    state = _booked(state, Kind.INVOICE, row, at, order.customer)
    invoice = state.invoices[business, reference]
    if row.get("requested"):
        return state
    if not invoice.number:
        state = issue(state, invoice, str(row.get("number", reference)), LONG_AGO)
    invoice = state.invoices[business, reference]
    if state.settings.onboarding == "service" or "documentKey" in row:
        state, invoice = _with_document(state, invoice, row)
    return state.with_invoice(replace(invoice, paid_cents=invoice.paid_cents + _cents(row, "paid", at)))


def _with_document(state: State, invoice: Invoice, row: Mapping[str, Any]) -> tuple[State, Invoice]:
    state, fresh = state.fresh("document")
    key = str(row.get("documentKey", fresh)).lower()
    state = replace(state, documents=state.documents.insert(key, invoice.key))
    return state, replace(invoice, document=key)


def _booked(state: State, kind: Kind, row: Mapping[str, Any], at: str, customer: str) -> State:
    """What stands in a scenario passes the same judgement as what is sent."""
    for place, value in form.days_in(row, rules.DAYS, at):
        if form.day_of(value) is None:
            raise _wrong(place, value, "a day that exists, such as 2017-05-05")
    business, order = _business(state, row), form.text(row, "orderReference")
    request = Request(
        id="", kind=kind, business=business, customer=customer, order=order, invoice=form.text(row, "invoiceReference"),
        body=row, transaction="", received=LONG_AGO, seen=state.orders.get((business, order)),
    )  # fmt: skip
    troubles = troubles_of(state, request, READINGS)
    if troubles:
        first = troubles[0]
        raise _wrong(f"{at} ({first.field})", first.value or "this", first.text)
    return book(state, request, at=LONG_AGO, readings=READINGS)


def _accepted(outcome: Changed | Refused, at: str) -> State:
    if isinstance(outcome, Refused):
        first = outcome.first
        raise _wrong(at + first.at.removeprefix("body"), first.seen, first.expected)
    state: State = outcome.state
    return state


def _business(state: State, row: Mapping[str, Any]) -> str:
    return str(row.get("businessCode", state.settings.businesses[0]))


def _cents(row: Mapping[str, Any], name: str, at: str) -> int:
    number = number_of(row.get(name, 0))
    if number is None or number < 0:
        raise _wrong(f"{at}.{name}", row.get(name), "an amount such as 12.50")
    return cents_of(number)


def _text(row: Mapping[str, Any], name: str, at: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value:
        raise _wrong(f"{at}.{name}", value, "text (put it in quotes)")
    return value


def _rows(
    holder: Mapping[str, Any], name: str, known: tuple[str, ...], at: str = ""
) -> Iterator[tuple[Mapping[str, Any], str]]:
    listed = holder.get(name) or []
    where = f"{at}.{name}" if at else name
    if not isinstance(listed, list):
        raise _wrong(where, listed, "a list")
    for index, row in enumerate(listed):
        _only(row, known, f"{where}.{index}")
        yield row, f"{where}.{index}"


def _only(row: Any, known: tuple[str, ...], at: str) -> None:
    if not isinstance(row, Mapping):
        raise _wrong(at or "the section", row, "a mapping")
    for name in row:
        if name not in known:
            near = get_close_matches(str(name), known, 1)
            expected = f"perhaps {near[0]}?" if near else f"one of {', '.join(known)}"
            raise _wrong(f"{at}.{name}" if at else str(name), "a key that nobody knows", expected)


def _wrong(at: str, seen: Any, expected: str) -> SeedError:
    return SeedError(f"{at}: seen {form.quoted(seen)}; expected {expected}")
