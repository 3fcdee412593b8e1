"""How does an invoice come into being, and what may become of it?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ixmocks.crmcom.envelope import violates
from ixmocks.crmcom.form import Form, show_stamp
from ixmocks.crmcom.items import ITEMS, NAMES, Row, Terms, total, work_out
from ixmocks.crmcom.model import (
    Account,
    Invoice,
    Kind,
    Named,
    Release,
    Stage,
    TransactionType,
)
from ixmocks.crmcom.state import State, later, numbered
from ixmocks.engine.outcome import Changed, Outcome, Readings, Refused, Violation

ACCOUNT = ("id", "number", "name")
INVOICE = ("id", "number", "reference_number", "back_office_code")


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule answers: the entity, and which members of it are wanted (None: all)."""

    entity: Any
    wanted: frozenset[str] | None = None


def refused(found: list[Violation]) -> Refused:
    return Refused(tuple(found))


def create(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """invoices/create: everything is checked before anything happens."""
    found: list[Violation] = []
    notes: list[str] = []
    form = Form(command, "body", found)
    release = state.release(readings)
    account = form.pick(
        "accounts_receivable_identifier", state.accounts, *ACCOUNT, needed=True, what="account"
    )
    kind = type_of(state, form, Kind.INVOICE)
    stage = stage_in(form)
    category = category_of(state, form)
    member = _member(state, form, account)
    _intended(state, form, account, notes)
    due = form.stamp("due_on")
    posted = posting_date(state, form, at, release, notes)
    code = new_code(state, form, readings)
    udfs, remarks = form.udfs(), form.text("notes")
    rows = [Row(row) for row in form.forms(ITEMS)]
    if not rows:
        form.wrong("CRM-30", ITEMS, "at least one item")
    items = work_out(Terms(state, account, release, readings), rows, found, notes)
    final = stage is Stage.POSTED
    if final and posted is None:
        check_open(state, found, at)
    if found or account is None or kind is None:
        return refused(found)
    now = state.local(at)
    if final:
        posted = posted or now
    invoice = Invoice(
        id="", number="", reference="", stage=stage, account=account.id, type=kind.id, items=items,
        issued_on=posted if final and posted else now, posted_on=posted, due_on=due, total_cents=total(items),
        outstanding_cents=None, member=member, category=category.id if category else "", notes=remarks,
        back_office_code=code, udfs=udfs,
    )  # fmt: skip
    state, invoice = _entered(state, invoice, readings)
    if final:
        if due is None:
            notes.append("CRM-17")
        state, invoice = posted_now(state, invoice, account)
    return Changed(state, Found(invoice), tuple(dict.fromkeys(notes)))


def type_of(state: State, form: Form, kind: Kind) -> TransactionType | None:
    """The financial transaction type, which must be of that class (CRM-47)."""
    found: TransactionType | None = form.pick(
        "type_identifier", state.lists.types, *NAMES, needed=True, what="financial transaction type"
    )
    if found is not None and found.kind is not kind:
        form.wrong(
            "CRM-47",
            "type_identifier",
            f"a type of class {kind.value}; {found.name} is one of {found.kind.value}",
        )
        return None
    return found


def stage_in(form: Form) -> Stage:
    word = form.text("life_cycle_state")
    if word not in (Stage.DRAFT.value, Stage.POSTED.value):
        rule = "CRM-52" if word is None else "CRM-29"
        form.wrong(rule, "life_cycle_state", "DRAFT or POSTED")
        return Stage.DRAFT
    return Stage(word)


def category_of(state: State, form: Form) -> Named | None:
    return form.pick("category_identifier", state.lists.categories, "id", "name", "code", what="category")


def new_code(state: State, form: Form, readings: Readings, own: Invoice | None = None) -> str:
    """A back office code that no other invoice or cancellation has (CRM-04, CRM-35)."""
    code = form.text("back_office_code") or ""
    holders = [
        other for other in state.invoices.find("back_office_code", code) if own is None or other.id != own.id
    ]
    if readings.get("CRM-35") == "freed":
        holders = [other for other in holders if other.stage in (Stage.DRAFT, Stage.POSTED)]
    if holders or state.cancellations.find("back_office_code", code):
        form.wrong(
            "CRM-04", "back_office_code", "a code that no invoice has",
            advice="Look the invoice up by this code: an earlier call may have made it.",
        )  # fmt: skip
    return code


def posting_date(
    state: State, form: Form, at: datetime, release: Release, notes: list[str]
) -> datetime | None:
    """CRM-06: not in the future, not in a closed period; known from R14.11 on."""
    if not release.has(Release.R15):
        if form.has("posted_on"):
            notes.append("CRM-24")
        return None
    posted = form.stamp("posted_on")
    closed = state.settings.closed_until
    if posted is not None and posted > state.local(at):
        form.wrong("CRM-06", "posted_on", "now or earlier", "The posting date must not be in the future")
    elif posted is not None and closed is not None and posted <= closed:
        message = "The posting date is included in a closed accounting period"
        form.wrong("CRM-06", "posted_on", f"later than {show_stamp(closed)}", message)
    return posted


def check_open(state: State, found: list[Violation], at: datetime) -> None:
    closed = state.settings.closed_until
    if closed is not None and state.local(at) <= closed:
        found.append(
            violates(
                "CRM-06",
                "body.posted_on",
                f"now, {show_stamp(state.local(at))}",
                f"later than {show_stamp(closed)}",
            )
        )


def _member(state: State, form: Form, account: Account | None) -> str:
    """CRM-07: the account is a group's parent, funds its members, and this is one of them."""
    name = "member_accounts_receivable_identifier"
    member = form.pick(name, state.accounts, *ACCOUNT, what="member account")
    if member is None or account is None:
        return ""
    if not account.funds_members:
        form.wrong("CRM-07", name, "none: the account funds no members")
    elif member.parent != account.id:
        form.wrong("CRM-07", name, f"a member of the group of {account.number}")
    return str(member.id)


def _intended(state: State, form: Form, account: Account | None, notes: list[str]) -> None:
    """CRM-05: checked, never stored."""
    name = "intended_currency_identifier"
    currency = form.pick(name, state.lists.currencies, "id", "code", what="currency")
    if currency is None or account is None:
        return
    if currency.code != account.currency:
        form.wrong("CRM-05", name, f"the currency of the account, {account.currency}")
    notes.append("CRM-05")


def _entered(state: State, invoice: Invoice, readings: Readings) -> tuple[State, Invoice]:
    """With ids and numbers, and in the books."""
    state, id = state.new_id()
    counters, reference = numbered(state.counters, "reference")
    number = ""
    if invoice.stage is Stage.POSTED or readings.get("CRM-16") != "at-posting":
        counters, number = numbered(counters, "invoice")
    state = replace(state, counters=counters)
    state, invoice = with_item_ids(state, replace(invoice, id=id, reference=reference, number=number))
    return state.put_invoice(invoice), invoice


def with_item_ids(state: State, invoice: Invoice) -> tuple[State, Invoice]:
    items = []
    for item in invoice.items:
        id = item.id
        if not id:
            state, id = state.new_id()
        items.append(replace(item, id=id))
    return state, replace(invoice, items=tuple(items))


def posted_now(state: State, invoice: Invoice, account: Account) -> tuple[State, Invoice]:
    """Final: it is owed, due, and its pieces are sold."""
    due = invoice.due_on
    if due is None and invoice.posted_on is not None:
        due = later(invoice.posted_on, credit_days(state, account))
    final = replace(invoice, stage=Stage.POSTED, due_on=due, outstanding_cents=invoice.total_cents)
    return replace(state, pieces=pieces_of(state, final, final.id)).put_invoice(final), final


def credit_days(state: State, account: Account) -> int:
    """CRM-17: the organisation's credit period, or the account's own, which may be relative to it."""
    days, own = state.settings.credit_period_days, account.credit_period
    if own is None:
        return days
    # ASSUMED: an operator makes the account's days relative to the organisation's.
    if account.credit_operator == "PLUS":
        return days + own
    return max(days - own, 0) if account.credit_operator == "MINUS" else own


def pieces_of(state: State, invoice: Invoice, seller: str) -> Any:
    pieces = state.pieces
    for item in invoice.items:
        for id in item.pieces:
            pieces = pieces.put(replace(pieces[id], sold_by=seller))
    return pieces
