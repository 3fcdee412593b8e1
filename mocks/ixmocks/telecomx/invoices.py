"""How are invoices found, read, and told their number, dates and payment?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from ixmocks.engine.outcome import Changed, Outcome, Readings
from ixmocks.telecomx import dates
from ixmocks.telecomx.asked import Asked, customer_for, denied, is_admin, sells, serves
from ixmocks.telecomx.form import Form, Found
from ixmocks.telecomx.invoicing import invoice_number
from ixmocks.telecomx.state import Invoice, State

PAGE, OVERVIEW_PAGE = 50, 500


@dataclass(frozen=True, slots=True)
class Page:
    offset: int
    limit: int
    total: int
    items: tuple[Any, ...]
    expand: bool = False


def get_invoice(state: State, asked: Asked, *, at: datetime, readings: Readings) -> Outcome:
    found = Found()
    invoice = invoice_for(state, asked, found)
    if found.violations or invoice is None:
        return found.refused
    return Changed(state, invoice, ("TCX-06",) if invoice.is_pending else ())


def invoice_for(state: State, asked: Asked, found: Found) -> Invoice | None:
    """TCX-37: the invoice that the address names, if the employee serves its customer."""
    invoice = state.invoices.get(asked.id)
    if not sells(asked.by):
        denied(found, asked.by, "a RESELLER or an ADMIN")
    elif invoice is None:
        found.wrong("TCX-37", "path.invoiceId", repr(asked.id)[:60], "the id of an invoice")
    elif not serves(asked.by, state.customers[invoice.customer]):
        denied(found, asked.by, "an employee of this customer's reseller, or an ADMIN")
    return invoice


def list_invoices(state: State, asked: Asked, *, at: datetime, readings: Readings) -> Outcome:
    """Newest first; the order of the same day is that of the ids."""
    found, query = Found(), asked.query
    if not sells(asked.by):
        denied(found, asked.by, "a RESELLER or an ADMIN")
    elif "customer" in query:
        customer_for(state, query["customer"], found, asked.by, at="query.customer")
    reseller = _reseller(state, asked, found)
    since, until = (_day(query, name, found) for name in ("fromDate", "toDate"))
    if found.violations:
        return found.refused
    fitting = _fitting(state, asked, reseller, since, until)
    # ASSUMED: newest first; no page tells the order.
    fitting.sort(key=lambda invoice: invoice.id)
    fitting.sort(key=lambda invoice: invoice.day, reverse=True)
    limit = query.get("limit", OVERVIEW_PAGE if "reseller" in query else PAGE)
    return Changed(state, page(fitting, query.get("offset", 0), limit, expand=query.get("expand", False)))


def _fitting(
    state: State, asked: Asked, reseller: str, since: date | None, until: date | None
) -> list[Invoice]:
    query = asked.query
    if query.get("externalLicenses"):
        return []
    only = query.get("customer")
    return [
        invoice
        for invoice in state.invoices.values()
        if (only is None or invoice.customer == only)
        and serves(asked.by, state.customers[invoice.customer])
        and (not reseller or state.customers[invoice.customer].parent == reseller)
        and _within(dates.day_of(invoice.day), since, until)
    ]


def _within(day: date, since: date | None, until: date | None) -> bool:
    """`fromDate` alone is one day; with `toDate` it begins a range."""
    # ASSUMED: `toDate` alone ends a range without beginning.
    if until is None:
        return since is None or day == since
    return (since is None or since <= day) and day <= until


def _reseller(state: State, asked: Asked, found: Found) -> str:
    given = asked.query.get("reseller", "")
    if not given:
        return ""
    reseller = state.customers.get(given)
    if reseller is None or not reseller.is_reseller:
        found.wrong("TCX-21", "query.reseller", repr(given)[:60], "the id of a reseller")
    elif not is_admin(asked.by) and given != asked.by.customer:
        denied(found, asked.by, "the reseller's own employee, or an ADMIN", "query.reseller")
    return str(given)


def _day(query: Any, name: str, found: Found) -> date | None:
    if name not in query:
        return None
    day = dates.day(query[name])
    if day is None:
        found.wrong(
            "TCX-22", f"query.{name}", repr(query[name])[:60], "a day that exists, such as 2015-01-01"
        )
    return day


def page(items: Iterable[Any], offset: int, limit: int, *, expand: bool = False) -> Page:
    everything = tuple(items)
    return Page(offset, limit, len(everything), everything[offset : offset + limit], expand)


def update_invoice(state: State, asked: Asked, *, at: datetime, readings: Readings) -> Outcome:
    """What the accounting system tells (TCX-12, TCX-16)."""
    found = Found()
    form = Form.of(asked.body, "body", found)
    invoice = invoice_for(state, asked, found)
    number = invoice_number(form) if form.has("invoiceNumber") else ""
    day, due = form.instant("invoiceDate", "TCX-22"), form.instant("dueDate", "TCX-05")
    headline = form.text("headline", "TCX-23")
    sent, paid = form.flag("sent"), form.flag("paid")
    if invoice is not None and number and number != invoice.number and invoice.sent:
        if readings.get("TCX-12") == "refused":
            form.wrong("TCX-12", "invoiceNumber", "no number: the invoice is marked as sent")
        else:
            found.notes.add("TCX-12")
            number = ""
    if found.violations or invoice is None:
        return found.refused
    if set(form.members) - KNOWN:
        found.notes.add("TCX-16")
    changed = replace(
        invoice,
        number=number or invoice.number,
        day=day or invoice.day,
        due=due or invoice.due,
        headline=invoice.headline if headline is None else headline,
        sent=invoice.sent if sent is None else sent,
        paid=invoice.paid if paid is None else paid,
    )
    after = state if changed == invoice else state.with_invoice(changed)
    return Changed(after, changed, found.noted)


KNOWN = frozenset({"invoiceNumber", "invoiceDate", "dueDate", "sent", "paid", "headline"})
