"""What may become of a draft or an invoice? It is changed, posted, rejected, cancelled: as `NEXT` says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ixmocks.crmcom.envelope import violates
from ixmocks.crmcom.form import Form, seen
from ixmocks.crmcom.invoices import (
    ACCOUNT,
    INVOICE,
    Found,
    category_of,
    check_open,
    new_code,
    pieces_of,
    posted_now,
    posting_date,
    refused,
    type_of,
    with_item_ids,
)
from ixmocks.crmcom.items import ITEMS, Row, Terms, total, work_out
from ixmocks.crmcom.model import NEXT, Cancellation, Event, Invoice, Kind
from ixmocks.crmcom.state import State, numbered
from ixmocks.engine.outcome import Changed, Outcome, Readings, Violation


def update(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """invoices/update: of a draft only. What is left out stays (CRM-49)."""
    found: list[Violation] = []
    notes: list[str] = []
    form = Form(command, "body", found)
    invoice = named(state, form, Event.UPDATE)
    release = state.release(readings)
    account = form.pick("accounts_receivable_identifier", state.accounts, *ACCOUNT, what="account")
    kind = type_of(state, form, Kind.INVOICE) if form.has("type_identifier") else None
    category = category_of(state, form)
    due, posted = form.stamp("due_on"), posting_date(state, form, at, release, notes)
    code = new_code(state, form, readings, invoice)
    udfs, remarks = form.udfs(invoice.udfs if invoice else None), form.text("notes")
    owner = account or (state.accounts.get(invoice.account) if invoice else None)
    rows = _changed_rows(invoice, form)
    if invoice is not None and not rows and not found:
        form.wrong("CRM-30", ITEMS, "at least one item that stays")
    terms = Terms(state, owner, release, readings, invoice.id if invoice else "")
    items = work_out(terms, rows, found, notes)
    if found or invoice is None:
        return refused(found)
    changed = replace(
        invoice,
        account=account.id if account else invoice.account,
        type=kind.id if kind else invoice.type,
        category=_kept(form, "category_identifier", category.id if category else "", invoice.category),
        due_on=_kept(form, "due_on", due, invoice.due_on),
        posted_on=_kept(form, "posted_on", posted, invoice.posted_on),
        notes=_kept(form, "notes", remarks, invoice.notes),
        back_office_code=_kept(form, "back_office_code", code, invoice.back_office_code),
        udfs=udfs, items=items, total_cents=total(items),
    )  # fmt: skip
    state, changed = with_item_ids(state, changed)
    if changed.account != invoice.account:
        state = state.moved(invoice.account, changed)
    return Changed(state.put_invoice(changed), Found(changed), tuple(dict.fromkeys(notes)))


def post(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """invoices/post, which no readable page describes: a draft becomes final."""
    found: list[Violation] = []
    form = Form(command, "body", found)
    invoice = named(state, form, Event.POST)
    posted = posting_date(state, form, at, state.release(readings), [])
    if posted is None:
        check_open(state, found, at)
    if invoice is not None:
        _check_pieces(state, invoice, found)
    if found or invoice is None:
        return refused(found)
    posted = posted or invoice.posted_on or state.local(at)
    state, invoice = posted_now(state, replace(invoice, posted_on=posted), state.accounts[invoice.account])
    if not invoice.number:
        counters, number = numbered(state.counters, "invoice")
        invoice = replace(invoice, number=number)
        state = replace(state, counters=counters).put_invoice(invoice)
    return Changed(state, Found(invoice))


def reject(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """invoices/reject: a draft is over. Its posting date is then that of the rejection."""
    found: list[Violation] = []
    form = Form(command, "body", found)
    invoice = named(state, form, Event.REJECT)
    form.pick("rejection_reason_identifier", state.lists.reasons, "name", what="rejection reason")
    if found or invoice is None:
        return refused(found)
    gone = replace(
        invoice, stage=NEXT[invoice.stage, Event.REJECT], posted_on=state.local(at), outstanding_cents=0
    )
    return Changed(state.put_invoice(gone), Found(gone))


def cancel(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """invoices/cancel: another document takes a posted invoice back."""
    found: list[Violation] = []
    form = Form(command, "body", found)
    invoice = named(state, form, Event.CANCEL)
    kind = type_of(state, form, Kind.CANCELLATION)
    category_of(state, form)
    code, remarks = new_code(state, form, readings), form.text("notes")
    form.udfs()
    form.text("issue_reason")
    if found or invoice is None or kind is None:
        return refused(found)
    state, id = state.new_id()
    counters, number = numbered(state.counters, "cancellation")
    counters, reference = numbered(counters, "reference")
    document = Cancellation(
        id, number, reference, invoice.id, kind.id, state.local(at), invoice.total_cents, code, remarks
    )
    account = state.accounts[invoice.account]
    # ASSUMED: what was paid on a cancelled invoice stays on the account.
    paid = invoice.total_cents - (invoice.outstanding_cents or 0)
    gone = replace(invoice, stage=NEXT[invoice.stage, Event.CANCEL], outstanding_cents=0)
    state = replace(
        state, counters=counters, cancellations=state.cancellations.put(document),
        accounts=state.accounts.put(replace(account, credit_cents=account.credit_cents + paid)),
        pieces=pieces_of(state, invoice, ""),
    )  # fmt: skip
    return Changed(state.put_invoice(gone), Found(document))


def named(state: State, form: Form, event: Event) -> Invoice | None:
    """The invoice that is meant, if the event may happen to it (CRM-13)."""
    invoice: Invoice | None = form.pick(
        "invoice_identifier", state.invoices, *INVOICE, needed=True, what="invoice"
    )
    if invoice is not None and (invoice.stage, event) not in NEXT:
        may = " or ".join(stage.value for stage, other in NEXT if other is event)
        form.found.append(
            violates(
                "CRM-13", f"{form.place}.invoice_identifier", invoice.stage.value, f"an invoice that is {may}",
                f"The invoice is {invoice.stage.value}; it must be {may} to {event.value} it",
            )
        )  # fmt: skip
        return None
    return invoice


def _check_pieces(state: State, invoice: Invoice, found: list[Violation]) -> None:
    for item in invoice.items:
        for id in item.pieces:
            piece = state.pieces[id]
            if piece.sold_by:
                found.append(
                    violates(
                        "CRM-48",
                        "body.invoice_identifier",
                        f"{piece.serial_number}, sold meanwhile",
                        "pieces in stock",
                    )
                )


def _changed_rows(invoice: Invoice | None, form: Form) -> list[Row]:
    """The lines as they shall be: those that were there, changed, removed and added one by one."""
    rows = {
        item.id: Row(Form(item.asked, f"request.items.{number}", form.found), item.id)
        for number, item in enumerate(invoice.items if invoice else ())
    }
    added: list[Row] = []
    for change in form.forms(ITEMS):
        action = change.word("action").upper()
        if action == "ADD":
            added.append(Row(change))
        elif action in ("UPDATE", "REMOVE"):
            id = _item_id(change)
            if id not in rows:
                if id:
                    change.wrong(
                        "CRM-28",
                        "invoice_item_identifier",
                        "an item of this invoice",
                        "The invoice item was not found",
                    )
            elif action == "REMOVE":
                del rows[id]
            else:
                rows[id] = Row(Form(_merged(rows[id].form.members, change), change.place, form.found), id)
        else:
            change.wrong("CRM-49", "action", "ADD, UPDATE or REMOVE")
    return [*rows.values(), *added]


def _item_id(change: Form) -> str:
    told = change.form("invoice_item_identifier")
    id = told.text("id") if told is not None else None
    if not id:
        change.wrong("CRM-01", "invoice_item_identifier", "the id of an item of this invoice")
    return id or ""


_OWN = ("action", "invoice_item_identifier", "product_identifier")


def _merged(before: Mapping[str, Any], change: Form) -> Mapping[str, Any]:
    """The line as it was asked for, with what changes. The product stays."""
    if change.has("product_identifier"):
        seen_there = seen(change.members["product_identifier"])
        place = f"{change.place}.product_identifier"
        change.found.append(violates("CRM-49", place, seen_there, "nothing: only a new item has a product"))
    told = {name: value for name, value in change.members.items() if name not in _OWN}
    kept = {
        name: value for name, value in before.items() if name not in told or name == "installed_items_set"
    }
    if told.get("cost") is not None:
        kept.pop("sub_total", None)
    if told.get("sub_total") is not None:
        kept.pop("cost", None)
    old, new = kept.get("installed_items_set"), told.get("installed_items_set")
    if isinstance(old, list) and isinstance(new, list):
        told["installed_items_set"] = [*old, *new]
    elif isinstance(old, list):
        told.pop("installed_items_set", None)
    return {**kept, **told}


def _kept(form: Form, name: str, new: Any, old: Any) -> Any:
    """The new value if the member was given; null leaves what is there, as absence does."""
    return new if form.has(name) else old
