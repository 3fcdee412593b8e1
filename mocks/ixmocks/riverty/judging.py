"""What does accounting find wrong with a request that the first gate took? Every mistake, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from ixmocks.engine.outcome import Readings
from ixmocks.riverty import form
from ixmocks.riverty.model import (
    INVOICE_NEXT,
    LINE_NEXT,
    Invoice,
    InvoiceEvent,
    Kind,
    Line,
    LineEvent,
    LineStatus,
    Order,
    Request,
    Trouble,
)
from ixmocks.riverty.money import cents_of, number_of, vat_of
from ixmocks.riverty.state import State

Row = Mapping[str, Any]
Found = Iterator[Trouble]


def troubles_of(state: State, request: Request, readings: Readings) -> tuple[Trouble, ...]:
    """Everything that is wrong, as the books are now. None: the request is confirmed."""
    if request.business not in state.settings.businesses:
        text = f"Company code {request.business} is not known."
        return (Trouble("RIV-40", "BUSINESSCODE", request.business, text),)
    return tuple(_JUDGES[request.kind](state, request, readings))


def order_of(state: State, request: Request) -> Order | None:
    """The order a request is about, if it is this customer's."""
    order = state.orders.get((request.business, request.order))
    return order if order is not None and order.customer == request.customer else None


def wanted(request: Request, order: Order) -> list[int]:
    """The numbers of the lines that a request names; where it names none, of all that are open (RIV-29)."""
    named = [form.whole(row, "orderItemReference") for row in form.rows(request.body, "items")]
    if not named:
        return [line.number for line in order.lines if line.status is LineStatus.OPEN]
    return [number for number in named if number is not None]


# One judge for each kind of request.


def _order(state: State, request: Request, readings: Readings) -> Found:
    body = request.body
    if (request.business, request.order) in state.orders:
        yield _not_unique("ORDERREFERENCE", request.order)
    yield from _blank(body, ("orderReference", "ORDERREFERENCE"))
    yield from _languages(body)
    items = form.rows(body, "items")
    yield from _items(items, readings)
    sold = any(form.text(item, "positionType") == "SALES_ARTICLE" for item in items)
    if form.text(body, "orderType") == "PHYSICAL_GOODS" and not sold and readings["RIV-13"] == "required":
        text = "An order of physical goods needs a line of type SALES_ARTICLE."
        yield Trouble("RIV-13", "POSITIONTYPE", "", text)


def _invoice(state: State, request: Request, readings: Readings) -> Found:
    order = order_of(state, request)
    yield from _prerequisite(order, state, request, readings)
    yield from _new_invoice(state, request.business, request.body)
    if order is None:
        return
    yield from _shipped(order, request.body, readings)
    yield from _lines(order, wanted(request, order), LineEvent.INVOICE)


def _cancellation(state: State, request: Request, readings: Readings) -> Found:
    order = order_of(state, request)
    yield from _prerequisite(order, state, request, readings)
    if order is not None:
        yield from _lines(order, wanted(request, order), LineEvent.CANCEL)


def _return(state: State, request: Request, readings: Readings) -> Found:
    yield from _credit(state, request, readings, LineEvent.RETURN, "returnReference")


def _goodwill(state: State, request: Request, readings: Readings) -> Found:
    yield from _credit(state, request, readings, LineEvent.GOODWILL, "goodwillReference")


def _update(state: State, request: Request, readings: Readings) -> Found:
    order = order_of(state, request)
    yield from _prerequisite(order, state, request, readings)
    new = form.part(request.body, "invoice")
    yield from _new_invoice(state, request.business, new)
    yield from _new_credit(state, request, "goodwillReference", Kind.GOODWILL)
    items = form.rows(form.part(request.body, "order"), "items")
    yield from _items(items, readings)
    yield from _languages(form.part(request.body, "order"))
    if order is None:
        return
    old = state.invoice_of(request.business, request.invoice)
    if old is None or old.order != order.reference:
        text = f"Invoice {request.invoice} is not one of order {order.reference}."
        yield Trouble("RIV-23", "INVOICEREFERENCE", request.invoice, text)
    elif (old.status, InvoiceEvent.REPLACE) not in INVOICE_NEXT:
        text = f"Invoice {request.invoice} is {old.status.value} and cannot be replaced."
        yield Trouble("RIV-23", "INVOICEREFERENCE", request.invoice, text)
    else:
        yield from _replacement(order, old, items, form.rows(new, "items"))


_JUDGES: Mapping[Kind, Callable[[State, Request, Readings], Found]] = {
    Kind.ORDER: _order,
    Kind.INVOICE: _invoice,
    Kind.CANCELLATION: _cancellation,
    Kind.RETURN: _return,
    Kind.GOODWILL: _goodwill,
    Kind.UPDATE: _update,
}


# What several of them ask.


def _prerequisite(order: Order | None, state: State, request: Request, readings: Readings) -> Found:
    """The order is there, is this customer's, and was confirmed before the request came."""
    text = f"Wrong order of requests: order {request.order} has not been confirmed."
    if order is None:
        if (request.business, request.order) in state.orders:
            wrong = f"Order {request.order} belongs to another customer."
            yield Trouble("RIV-50", "CUSTOMERNUMBER", request.customer, wrong)
        else:
            yield Trouble("RIV-02", "ORDERREFERENCE", request.order, text)
    elif request.seen is None and readings["RIV-02"] == "confirmed":
        yield Trouble("RIV-02", "ORDERREFERENCE", request.order, text)


def _new_invoice(state: State, business: str, body: Row) -> Found:
    reference = form.text(body, "invoiceReference")
    if state.invoice_of(business, reference) is not None:
        yield _not_unique("INVOICEREFERENCE", reference)
    yield from _blank(
        body, ("invoiceReference", "INVOICEREFERENCE"), ("shipmentReference", "SHIPMENTREFERENCE")
    )


def _shipped(order: Order, body: Row, readings: Readings) -> Found:
    if order.type != "PHYSICAL_GOODS" or readings["RIV-12"] == "never":
        return
    for name, field in (("carrier", "CARRIER"), ("trackingCode", "TRACKINGCODE")):
        if not form.text(body, name).strip():
            yield Trouble("RIV-12", field, "", f"Field {field} must not be empty for physical goods.")


def _lines(order: Order, numbers: list[int], event: LineEvent) -> Found:
    """Each named line is the order's, is named once, and may go that way."""
    for place, number in enumerate(numbers):
        line = order.line(number)
        if line is None:
            yield Trouble("RIV-26", _ITEM, str(number), f"Order {order.reference} has no line {number}.")
        elif number in numbers[:place]:
            yield Trouble("RIV-26", _ITEM, str(number), f"Line {number} is named more than once.")
        elif (line.status, event) not in LINE_NEXT:
            rule = _FORBIDDEN.get((line.status, event), "RIV-26")
            text = f"Line {number} is {line.status.value} and cannot be {_PARTICIPLE[event]}."
            yield Trouble(rule, _ITEM, str(number), text)
    if not numbers:
        yield Trouble("RIV-26", _ITEM, "", f"Order {order.reference} has no open line.")


def _credit(state: State, request: Request, readings: Readings, event: LineEvent, name: str) -> Found:
    order = order_of(state, request)
    yield from _prerequisite(order, state, request, readings)
    yield from _new_credit(state, request, name, request.kind)
    yield from _blank(request.body, (name, name.upper()))
    if order is None:
        return
    if request.invoice and request.invoice not in _names(state, order):
        text = f"Invoice {request.invoice} is not one of order {order.reference}."
        yield Trouble("RIV-22", "INVOICEREFERENCE", request.invoice, text)
    numbers: list[int] = []
    for row in form.rows(request.body, "items"):
        number = form.whole(row, "orderItemReference")
        line = None if number is None else order.line(number)
        if number in numbers:
            yield Trouble("RIV-26", _ITEM, str(number), f"Line {number} is named more than once.")
        elif line is None:
            yield Trouble("RIV-26", _ITEM, str(number), f"Order {order.reference} has no line {number}.")
        elif not _invoiced(line, request, readings):
            text = f"Line {number} is not on a confirmed invoice."
            yield Trouble("RIV-22", _ITEM, str(number), text)
        else:
            yield from _on_that_invoice(line, state, request)
            yield from _not_too_much(line, row, event)
        numbers += [] if number is None else [number]


def _invoiced(line: Line, request: Request, readings: Readings) -> bool:
    if line.status is not LineStatus.INVOICED:
        return False
    if readings["RIV-02"] != "confirmed" or request.seen is None:
        return True
    seen = request.seen.line(line.number)
    return seen is not None and seen.status is LineStatus.INVOICED


def _on_that_invoice(line: Line, state: State, request: Request) -> Found:
    invoice = state.invoice_of(request.business, line.invoice)
    if request.invoice and invoice is not None and request.invoice not in (invoice.reference, invoice.number):
        text = f"Line {line.number} is on invoice {invoice.reference}."
        yield Trouble("RIV-22", "INVOICEREFERENCE", request.invoice, text)


def _not_too_much(line: Line, row: Row, event: LineEvent) -> Found:
    quantity, price = number_of(row.get("quantity")), number_of(row.get("grossUnitPrice"))
    if quantity is None or price is None:
        field = "QUANTITY" if quantity is None else "GROSSUNITPRICE"
        yield Trouble("RIV-41", field, "", f"The content of field {field} cannot be interpreted.")
        return
    cents = cents_of(quantity, price)
    left = line.gross_cents - line.credited_cents
    if event is LineEvent.RETURN and not 0 < quantity <= line.quantity - line.returned:
        text = f"Of line {line.number}, {line.quantity - line.returned} can be returned."
        yield Trouble("RIV-37", "QUANTITY", str(quantity), text)
    elif not min(0, left) <= cents <= max(0, left):
        yield Trouble(
            "RIV-39", "GROSSUNITPRICE", str(price), f"More is credited than is left of line {line.number}."
        )


def _new_credit(state: State, request: Request, name: str, kind: Kind) -> Found:
    reference = form.text(request.body, name)
    if reference and (request.business, kind.value, reference) in state.credits:
        yield _not_unique(name.upper(), reference)


def _names(state: State, order: Order) -> set[str]:
    invoices = [state.invoice_of(order.business, line.invoice) for line in order.lines if line.invoice]
    return {name for one in invoices if one is not None for name in (one.reference, one.number) if name}


def _items(items: tuple[Row, ...], readings: Readings) -> Found:
    """The lines of an order: numbers that are unique, and values that a ledger can hold."""
    seen: set[int] = set()
    for item in items:
        number = form.whole(item, "orderItemReference")
        if number is not None and number in seen:
            yield _not_unique(_ITEM, str(number))
        elif number is not None:
            seen.add(number)
        for name in ("quantity", "grossUnitPrice", "vatPercent", "vatAmount"):
            if number_of(item.get(name)) is None:
                text = f"The content of field {name.upper()} cannot be interpreted."
                yield Trouble("RIV-41", name.upper(), "", text)
        yield from _blank(item, ("description", "DESCRIPTION"), ("positionType", "POSITIONTYPE"))
        if readings["RIV-27"] == "checked" and not vat_is_per_unit(item):
            text = "The content of field VATAMOUNT is not the VAT in the price of one."
            yield Trouble("RIV-27", "VATAMOUNT", str(item.get("vatAmount")), text)


def vat_is_per_unit(item: Row) -> bool:
    """Whether the VAT fits the price of one, to the cent; true where the numbers say nothing."""
    price, percent = number_of(item.get("grossUnitPrice")), number_of(item.get("vatPercent"))
    amount = number_of(item.get("vatAmount"))
    if price is None or percent is None or amount is None:
        return True
    return abs(cents_of(amount) - vat_of(cents_of(price), percent)) <= 1


def _replacement(order: Order, old: Invoice, items: tuple[Row, ...], named: tuple[Row, ...]) -> Found:
    """The new invoice names lines of the old one, at most at the old price, none of them credited."""
    replaced = {form.whole(item, "orderItemReference"): item for item in items}
    numbers = [number for row in named if (number := form.whole(row, "orderItemReference")) is not None]
    if not numbers:
        yield Trouble("RIV-29", _ITEM, "", "The new invoice names no line.")
    for number in numbers:
        line = order.line(number)
        if line is None or line.invoice != old.reference or numbers.count(number) > 1:
            text = f"Line {number} is not on invoice {old.reference}, or is named more than once."
            yield Trouble("RIV-26", _ITEM, str(number), text)
        elif line.credited_cents or line.returned:
            text = f"Line {number} was returned or credited; its invoice cannot be replaced."
            yield Trouble("RIV-38", _ITEM, str(number), text)
        elif number in replaced and _gross(replaced[number]) > line.gross_cents:
            text = f"The amount of line {number} may fall, not rise."
            yield Trouble("RIV-38", "GROSSUNITPRICE", str(replaced[number].get("grossUnitPrice")), text)
    for number in replaced:
        if number is not None and number not in numbers:
            yield Trouble("RIV-26", _ITEM, str(number), f"Line {number} is not on the new invoice.")


def _gross(item: Row) -> int:
    zero = Decimal(0)
    return cents_of(number_of(item.get("quantity")) or zero, number_of(item.get("grossUnitPrice")) or zero)


def _languages(body: Row) -> Found:
    for name, field in (("billToAddress", "BILLTOLANGUAGECODE"), ("shipToAddress", "SHIPTOLANGUAGECODE")):
        language = form.text(form.part(body, name), "language")
        if language and not (language.isascii() and language.isalpha() and language.islower()):
            text = f"The content of field {field} may only consist of lower case letters."
            yield Trouble("RIV-28", field, language, text)


def _blank(body: Row, *fields: tuple[str, str]) -> Found:
    for name, field in fields:
        if isinstance(body.get(name), str) and not body[name].strip():
            yield Trouble("RIV-51", field, "", f"Field {field} must not be empty.")


def _not_unique(field: str, value: str) -> Trouble:
    return Trouble("RIV-19", field, value, f"The content of field {field} must be unique.")


_ITEM = "ORDERITEMREFERENCE"
_FORBIDDEN = {
    (LineStatus.CANCELLED, LineEvent.INVOICE): "RIV-07",
    (LineStatus.INVOICED, LineEvent.CANCEL): "RIV-08",
}
_PARTICIPLE = {LineEvent.INVOICE: "invoiced", LineEvent.CANCEL: "cancelled"}
