"""How do sales orders come, change and get listed? An order is a promise; only an action makes an invoice of it."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from ixmocks.engine.outcome import Changed, Outcome, Readings, Refused, Violation
from ixmocks.silvasoft.attachments import files_of
from ixmocks.silvasoft.form import Form, stamp
from ixmocks.silvasoft.invoicing import contacts_of, given_address, reference_of, with_address
from ixmocks.silvasoft.lines import product_lines
from ixmocks.silvasoft.listing import window_of
from ixmocks.silvasoft.model import Order
from ixmocks.silvasoft.parties import customer_of
from ixmocks.silvasoft.sales import invoice_day, line_rows, totals
from ixmocks.silvasoft.state import INTEGER_MAX, State

ORDERS_MAX = 50
LINES = "Order_Orderline"
LINES_MAX = 75
FIRST_STATUS = "New"
# ASSUMED: the status that an order gets when it brings none; no document names one.


@dataclass(frozen=True, slots=True)
class OrderPage:
    orders: tuple[Order, ...]
    plain_text: bool


def add_order(state: State, command: Mapping[str, Any], *, at: datetime, readings: Readings) -> Outcome:
    """A sales order. Stock and books stay as they are until it is invoiced."""
    found: list[Violation] = []
    notes: list[str] = []
    form = Form(command, "body", found)
    customer = customer_of(state, form, notes, readings)
    day = invoice_day(form, at, readings, "OrderDate")
    reference = reference_of(form, "OrderReference")
    created, changed = form.whole("CreatedOn"), form.whole("ChangedOn")
    contacts, address = contacts_of(form, "Order_Contact"), given_address(form, "Order_Address")
    attachments = files_of(state, form, "Order_Attachment", notes)
    line_rows(form, LINES, LINES_MAX)
    lines = product_lines(state, form, LINES, discount=None, notes=notes, readings=readings)
    net, incl = totals(lines, found)
    if found or customer is None:
        return Refused(tuple(found))
    now = stamp(at)
    order = Order(
        number=state.orders.numbers.next_free(most=INTEGER_MAX), date=day, customer=customer, lines=lines,
        net_cents=net, incl_cents=incl, status=form.word("OrderStatus") or FIRST_STATUS, reference=reference,
        notes=form.text("OrderNotes"), created_on=created or now, changed_on=changed or created or now,
        contacts=contacts, address=address, attachments=attachments,
    )  # fmt: skip
    parties = with_address(state.parties, customer, address)
    if parties is not state.parties:
        notes.append("SILV-75")
    after = replace(state, orders=state.orders.put(order), parties=parties)
    return Changed(after, order, tuple(dict.fromkeys(notes)))


def update_order(state: State, command: Mapping[str, Any], *, at: datetime, readings: Readings) -> Outcome:
    """Change status, reference or notes of an order; what is absent stays as it is."""
    found: list[Violation] = []
    form = Form(command, "body", found)
    number = form.whole("OrderNumber")
    old = state.orders.all.get(number) if number is not None else None
    if old is None:
        form.wrong("SILV-46", "OrderNumber", "the number of an order", "Order not found")
    reference = reference_of(form, "OrderReference") if form.has("OrderReference") else None
    notes = form.text("OrderNotes") if form.has("OrderNotes") else None
    if notes is not None and form.flag("HtmlAsPlainText"):
        notes = as_plain(notes)
    status = form.word("OrderStatus")
    if found:
        return Refused(tuple(found))
    assert old is not None
    order = replace(
        old, status=status or old.status, reference=old.reference if reference is None else reference,
        notes=old.notes if notes is None else notes, changed_on=stamp(at),
    )  # fmt: skip
    return Changed(replace(state, orders=state.orders.put(order)), order)


def list_orders(state: State, query: Mapping[str, Any], *, at: datetime, readings: Readings) -> Outcome:
    """Orders from the highest number down."""
    # ASSUMED: the order of the list, and that both ends of a span of days or seconds belong to it.
    found: list[Violation] = []
    notes: list[str] = []
    form = Form(query, "query", found)
    limit, offset = window_of(form, ORDERS_MAX, notes)
    since, until = form.day("DateFrom", readings), form.day("DateTill", readings)
    changed = form.whole("ChangedSince"), form.whole("ChangedTill")
    created = form.whole("CreatedSince"), form.whole("CreatedTill")
    status, plain_text = form.word("OrderStatus"), form.flag("HtmlAsPlainText")
    number = form.whole("OrderNumber")
    if found:
        return Refused(tuple(found))
    candidates = (state.orders.all[one] for one in state.orders.numbers.descending())
    chosen = (
        order
        for order in candidates
        if (number is None or order.number == number)
        and (since is None or order.date >= since)
        and (until is None or order.date <= until)
        and _within(order.changed_on, *changed)
        and _within(order.created_on, *created)
        and (not status or order.status == status)
    )
    return Changed(state, OrderPage(tuple(islice(chosen, offset, offset + limit)), plain_text), tuple(notes))


def as_plain(text: str) -> str:
    """HTML as the text a person reads: breaks become new lines, marks vanish, entities become characters."""
    broken = re.sub(r"(?i)<br\s*/?>|</(p|h[1-6]|div|li)\s*>", "\n", text)
    return html.unescape(re.sub(r"<[^<>]*>", "", broken)).strip()


def _within(moment: int, since: int | None, until: int | None) -> bool:
    return (since is None or moment >= since) and (until is None or moment <= until)
