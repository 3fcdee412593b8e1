"""Which documents does a list show, and how many at once? Reading changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from ixmocks.engine.outcome import Changed, Outcome, Readings, Refused, Violation
from ixmocks.silvasoft.form import Form
from ixmocks.silvasoft.model import Invoice, Kind
from ixmocks.silvasoft.state import Sales, State

T = TypeVar("T")

PAGE_MAX = 100
PAGE_WITH_LINES_MAX = 50
PAGE_WITH_PDF_MAX = 15


@dataclass(frozen=True, slots=True)
class Page:
    """What listsalesinvoices found, and what to show of it."""

    invoices: tuple[Invoice, ...]
    with_lines: bool
    with_pdf: bool
    generate_pdf: bool = True


def list_sales_invoices(
    state: State, query: Mapping[str, Any], *, at: datetime, readings: Readings
) -> Outcome:
    """Invoices of both modules, the highest number first; drafts, which have none, behind them.

    Both ends of a span of days belong to it (SILV-59).
    """
    found: list[Violation] = []
    notes: list[str] = []
    form = Form(query, "query", found)
    number = form.whole("InvoiceNumber")
    with_lines = _wants_lines(form)
    with_pdf = form.flag("IncludeBase64PDF")
    since, until = form.day("DateFrom", readings), form.day("DateTill", readings)
    most = PAGE_WITH_PDF_MAX if with_pdf else PAGE_WITH_LINES_MAX if with_lines else PAGE_MAX
    limit, offset = window_of(form, most, notes)
    if found:
        return Refused(tuple(found))
    drafts = readings.get("SILV-58") != "drafts-hidden"
    module = Kind.INVOICE if readings.get("SILV-53") == "invoicing-only" else None
    if number is not None:
        one = state.sales.get(number)
        candidates: Iterable[Invoice] = () if one is None else (one,)
    elif since is None and until is None and module is None:
        candidates, offset = in_order(state.sales, skip=offset, drafts=drafts), 0
    else:
        candidates = in_order(state.sales, drafts=drafts)
    matching = (
        invoice
        for invoice in candidates
        if (since is None or invoice.date >= since)
        and (until is None or invoice.date <= until)
        and (module is None or invoice.kind is module)
    )
    page = Page(
        tuple(islice(matching, offset, offset + limit)),
        with_lines,
        with_pdf,
        readings.get("SILV-54") != "attached-only",
    )
    return Changed(state, page, tuple(notes))


def _wants_lines(form: Form) -> bool:
    """The vendor's page spells the flag in two ways (SILV-60)."""
    return form.flag("InlcudeInvoiceLinesInResponse") or form.flag("IncludeInvoiceLinesInResponse")


def in_order(sales: Sales, *, skip: int = 0, drafts: bool = True) -> Iterator[Invoice]:
    """All documents from the highest number down, then drafts from the newest back."""
    # ASSUMED: drafts are listed, and last, since a document without a number sorts below all others.
    everything = sales.all
    for serial in sales.numbers.descending(skip):
        yield everything[serial]
    if not drafts:
        return
    for serial in sales.drafts.descending(max(0, skip - len(sales.numbers))):
        yield everything[serial]


def window_of(form: Form, most: int, notes: list[str]) -> tuple[int, int]:
    """Limit and offset. A limit that is too large is cut without a word; one below 1 counts as not given."""
    limit, offset = form.whole("Limit"), form.whole("Offset")
    if limit is not None and limit > most:
        notes.append("SILV-32")
    return (most if limit is None or limit < 1 else min(limit, most)), max(offset or 0, 0)


def paged(items: Iterable[T], limit: int, offset: int) -> tuple[T, ...]:
    return tuple(islice(items, offset, offset + limit))
