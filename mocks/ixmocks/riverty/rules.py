"""What does the first gate answer, and what is kept for accounting to decide? One rule for each operation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ixmocks.engine.outcome import Changed, Outcome, Readings, Refused, Violation, Why
from ixmocks.riverty import form
from ixmocks.riverty.clockwork import settled
from ixmocks.riverty.judging import order_of, vat_is_per_unit
from ixmocks.riverty.model import Callback, Kind, Request, RequestStatus, Task
from ixmocks.riverty.state import State

Command = Mapping[str, Any]
"""`path` and `body` of the request, and its `request_id`."""

DAYS = frozenset({
    "orderDate", "invoiceDate", "dueDate", "dispatchDate", "cancellationDate", "returnDate", "goodwillDate",
    "creditDate", "birthDate", "startDate", "endDate",
})  # fmt: skip
ALPHANUMERIC = re.compile(r"[A-Za-z0-9]*", re.ASCII)
LOOPBACK = re.compile(r"http://(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]{1,5})?(/.*)?", re.ASCII)
SECOND = timedelta(seconds=1)


def create_order(state: State, command: Command, /, *, at: datetime, readings: Readings) -> Outcome:
    body = form.members(command.get("body"))
    found = [*_orders_reference(body, readings), *_days(body)]
    notes = () if all(map(vat_is_per_unit, form.rows(body, "items"))) else ("RIV-27",)
    return _receive(state, command, Kind.ORDER, found, at, readings, notes)


def create_invoice(state: State, command: Command, /, *, at: datetime, readings: Readings) -> Outcome:
    body = form.members(command.get("body"))
    found = [*_days(body), *_items(body, readings), *_carrier(body, readings)]
    more = {name for row in form.rows(body, "items") for name in row} & {
        "quantity",
        "grossUnitPrice",
        "vatAmount",
    }
    return _receive(state, command, Kind.INVOICE, found, at, readings, ("RIV-04",) if more else ())


def update_invoice(state: State, command: Command, /, *, at: datetime, readings: Readings) -> Outcome:
    found = [*_days(form.members(command.get("body")))]
    return _receive(state, command, Kind.UPDATE, found, at, readings)


def cancel_order(state: State, command: Command, /, *, at: datetime, readings: Readings) -> Outcome:
    body = form.members(command.get("body"))
    found = [*_days(body), *_items(body, readings)]
    partial = any("quantity" in row for row in form.rows(body, "items"))
    return _receive(state, command, Kind.CANCELLATION, found, at, readings, ("RIV-09",) if partial else ())


def return_order(state: State, command: Command, /, *, at: datetime, readings: Readings) -> Outcome:
    found = [*_days(form.members(command.get("body")))]
    return _receive(state, command, Kind.RETURN, found, at, readings)


def add_goodwill(state: State, command: Command, /, *, at: datetime, readings: Readings) -> Outcome:
    found = [*_days(form.members(command.get("body")))]
    return _receive(state, command, Kind.GOODWILL, found, at, readings)


def create_customer(state: State, command: Command, /, *, at: datetime, readings: Readings) -> Outcome:
    """A customer that is known is updated: members that are not sent stay as they were (RIV-42)."""
    body = form.members(command.get("body"))
    found = [*_days(body)]
    if found:
        return Refused(tuple(found))
    number = form.text(body, "customerNumber")
    before = state.customers.get(number)
    customer = {**(before or {}), **{name: body[name] for name in CUSTOMER if name in body}}
    notes = () if before is None else ("RIV-42",)
    return Changed(replace(state, customers=state.customers.insert(number, customer)), customer, notes)


def get_customer(state: State, number: str, /, *, at: datetime, readings: Readings) -> Outcome:
    customer = state.customers.get(number)
    if customer is None:
        return _unknown("path.customerNumber", number, "a customer of the subscription module")
    return Changed(state, customer)


def create_notification_callback(
    state: State, command: Command, /, *, at: datetime, readings: Readings
) -> Outcome:
    body = form.members(command.get("body"))
    url = form.text(body, "callbackUrl")
    local = readings["RIV-20"] == "loopback_http" and LOOPBACK.fullmatch(url) is not None
    if not url.startswith("https://") and not local:
        expected = "an address that begins with https://"
        return Refused((Violation("RIV-20", "body.callbackUrl", form.quoted(url), expected),))
    listed = body.get("notificationTypes")
    types = tuple(str(kind) for kind in listed) if isinstance(listed, list) else ()
    state, callback_id = settled(state, at, readings).fresh("callback")
    names = ", ".join(re.sub(r"([a-z])([A-Z])", r"\1 \2", kind.rpartition("/")[2]).lower() for kind in types)
    callback = Callback(callback_id, url, types, f"Webhook for receiving {names} notifications")
    return Changed(replace(state, callbacks=(*state.callbacks, callback)), callback)


def download_document(state: State, key: str, /, *, at: datetime, readings: Readings) -> Outcome:
    """The invoice whose document it is. Only downloads count for the limit: a refusal keeps no state."""
    state = settled(state, at, readings)
    limit = state.settings.documents_per_second
    recent = tuple(moment for moment in state.downloads if moment > at - SECOND)
    if limit and len(recent) >= limit:
        seen = f"{len(recent) + 1} downloads in a second"
        return Refused((Violation("RIV-16", "request", seen, f"at most {limit}"),), 429, Why.LIMITED)
    found = state.documents.get(key.lower())
    if found is None:
        return _unknown("path.UUID", key, "the key of a document, from a notification")
    return Changed(replace(state, downloads=(*recent, at)), state.invoices[found])


CUSTOMER = (
    "customerNumber", "salutation", "firstName", "lastName", "address", "taxIdentificationNumber",
    "identificationNumber", "email", "companyName", "birthDate", "language", "customerCategory", "phone",
    "mobilePhone",
)  # fmt: skip


def _receive(
    state: State,
    command: Command,
    kind: Kind,
    found: list[Violation],
    at: datetime,
    readings: Readings,
    notes: tuple[str, ...] = (),
) -> Outcome:
    """The first gate: refused, passed over as seen before, or taken with an id (RIV-17)."""
    if found:
        return Refused(tuple(found))
    state = settled(state, at, readings)
    request_id = form.text(command, "request_id")
    known = state.requests.get(state.by_request_id.get(request_id) or "")
    repeated = known is not None and known.status is not RequestStatus.REFUSED
    if known is not None and repeated and readings["RIV-18"] == "ignored":
        return Changed(state, known.id, (*notes, "RIV-18"))
    state, taken = state.fresh("request")
    request = _request(state, taken, command, kind, at, readings)
    state = state.with_request(request)
    if request_id:
        state = replace(state, by_request_id=state.by_request_id.insert(request_id, taken))
    key = (request.business, request.order)
    state = replace(state, about=state.about.insert(key, (*(state.about.get(key) or ()), taken)))
    if not (kind is Kind.ORDER and state.settings.orders_by_hand):
        state = state.schedule(at + timedelta(seconds=state.settings.verdict_delay_s), Task.DECIDE, taken)
    return Changed(settled(state, at, readings), taken, notes)


def _request(
    state: State, taken: str, command: Command, kind: Kind, at: datetime, readings: Readings
) -> Request:
    path, body = form.part(command, "path"), form.members(command.get("body"))
    bare = taken.replace("-", "")
    own = readings["RIV-25"] == "internal_id"
    request = Request(
        id=taken, kind=kind, business=form.text(path, "businessCode"), customer=form.text(path, "customerNumber"),
        order=form.text(body, "orderReference") if kind is Kind.ORDER else form.text(path, "orderReference"),
        invoice=form.text(path, "invoiceReference") or form.text(body, "invoiceReference"), body=body,
        transaction=bare if own else form.text(command, "request_id") or bare, received=at, seen=None,
    )  # fmt: skip
    return replace(request, seen=order_of(state, request))


def _orders_reference(body: Mapping[str, Any], readings: Readings) -> Iterator[Violation]:
    reference = form.text(body, "orderReference")
    if readings["RIV-11"] == "alphanumeric" and not ALPHANUMERIC.fullmatch(reference):
        expected = "letters and digits only"
        yield Violation("RIV-11", "body.orderReference", form.quoted(reference), expected)


def _days(body: Mapping[str, Any]) -> Iterator[Violation]:
    for at, value in form.days_in(body, DAYS):
        if form.day_of(value) is None:
            yield Violation("RIV-30", at, form.quoted(value), "a day that exists, such as 2017-05-05")


def _items(body: Mapping[str, Any], readings: Readings) -> Iterator[Violation]:
    if readings["RIV-29"] == "refused" and not form.rows(body, "items"):
        yield Violation("RIV-29", "body.items", "no line", "the lines, at least one")


def _carrier(body: Mapping[str, Any], readings: Readings) -> Iterator[Violation]:
    if readings["RIV-12"] == "always":
        for name in ("carrier", "trackingCode"):
            if not form.text(body, name):
                yield Violation("RIV-12", f"body.{name}", "nothing", "a value: it is mandatory")


def _unknown(at: str, seen: str, expected: str) -> Refused:
    return Refused((Violation("RIV-44", at, form.quoted(seen), expected),), 404)
