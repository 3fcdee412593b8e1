"""What may a connector do in iXpole, and what follows from it? One pure decision per operation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from ixmocks.engine.outcome import Changed, Outcome, Readings, Refused, Violation
from ixmocks.ixpole import tokens
from ixmocks.ixpole.credentials import is_known
from ixmocks.ixpole.state import (
    NEXT,
    Event,
    Instalment,
    Kind,
    Mark,
    SaleState,
    State,
    Status,
    in_order,
    is_draft_number,
    stage_of,
    status_of,
    today,
)
from ixmocks.ixpole.writeback import ABSENT, Said, read_customer_code, read_items

STATUS: Mapping[str, int] = {
    "IXP-35": 413,
    "IXP-20": 404,
    "IXP-50": 404,
    "IXP-12": 409,
    "IXP-19": 409,
    "IXP-34": 409,
}
"""Rule to the status of its refusal; what is not here is 400."""

GATES = (413, 400, 404, 409)
"""In this order a server looks: size, form, existence, state. The first that says no names the status."""

PAYMENT = {Event.PAY, Event.UNPAY}


def issue_token(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """OAuth2 client credentials, in form fields (IXP-24, IXP-25)."""
    form = command if isinstance(command, dict) else {}
    client_id, secret = str(form.get("client_id") or ""), str(form.get("client_secret") or "")
    violations = []
    if not is_known(client_id=client_id, secret=secret):
        violations.append(
            Violation(
                "IXP-24", "body.client_secret" if client_id else "body.client_id", "unknown credentials",
                "the client id and secret that the club issued",
            )
        )  # fmt: skip
    if form.get("grant_type") != "client_credentials":
        seen = repr(form["grant_type"]) if "grant_type" in form else "nothing"
        violations.append(Violation("IXP-25", "body.grant_type", seen, "client_credentials"))
    if violations:
        code = "invalid_client" if violations[0].rule == "IXP-24" else "unsupported_grant_type"
        return Refused(tuple(violations), code=code)
    token = tokens.issue(client_id=client_id, key=state.token_key, at=at)
    return Changed(state, {"access_token": token, "token_type": "bearer", "expires_in": tokens.LIFE_S})


def deliver(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """Instalments to be invoiced now. Reading reserves nothing: the next call gives the same (IXP-30)."""
    day = today(at)
    return Changed(state, in_order(i for i in state.instalments.values() if _is_delivered(state, i, day)))


def _is_delivered(state: State, instalment: Instalment, day: date) -> bool:
    """Whether it is to be invoiced, its sale Final (IXP-29), and a credit sale wanted (IXP-28)."""
    if status_of(instalment, day) is not Status.TODO:
        return False
    if state.sales[instalment.sale_id].state is not SaleState.FINAL:
        return False
    return instalment.kind is not Kind.CREDIT or state.settings.credit_sales


def read_customer(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    customer = state.customers.get(command)
    if customer is None:
        return _unknown("Customer", command, "path.customerId")
    return Changed(state, customer)


def read_product(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    product = state.products.get(command)
    if product is None:
        return _unknown("Product", command, "path.ProductId")
    return Changed(state, product)


def patch_customer(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """Write back the code that the accounting system gave a customer: `{"id": …, "patch": body}`."""
    code, violations, notes = read_customer_code(command.get("patch"), readings)
    customer = state.customers.get(command.get("id"))
    if customer is None:
        violations += _unknown("Customer", command.get("id"), "path.customerId").violations
    holder = next((c for c in state.customers.values() if code is not None and c.code == code), None)
    if holder is not None and holder is not customer:
        violations += (
            Violation(
                "IXP-34", "body.customerCode", repr(code), "a code that no other customer has",
                f"Customer code '{code}' is already in use.",
                f"Customer {holder.customer_id} ({holder.name}) has it.",
            ),
        )  # fmt: skip
    if violations or customer is None:
        return refused(violations)
    if customer.code == code:
        return Changed(state, customer, notes)
    changed = replace(customer, code=code)
    return Changed(state.with_customer(changed), changed, notes)


def write_back(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """Numbers, due dates, PDFs and payments of one or many instalments: all of them, or none (IXP-36)."""
    items, violations = read_items(command, readings)
    notes: set[str] = set()
    written: list[str] = []
    after = state
    # ASSUMED: the same code twice in one array is taken in its order; an empty array changes nothing.
    for said in items:
        instalment = after.instalments.get(said.code) if said.code is not None else None
        if instalment is None:
            violations += () if said.code is None else (_unknown_code(said),)
            continue
        changed = _told(instalment, said)
        conflicts = _conflicts(instalment, changed, said)
        violations += _lacks(instalment, changed, said)
        violations += tuple(v for v in conflicts if readings.get(v.rule) != "lenient")
        notes.update(said.notes, _remarks(instalment, changed, said), (v.rule for v in conflicts))
        written.append(changed.code)
        if changed != instalment:
            after = after.with_instalment(changed)
    if violations:
        return refused(violations)
    return Changed(after, tuple(after.instalments[code] for code in written), tuple(sorted(notes)))


def events(said: Said) -> tuple[Event, ...]:
    """What an item tells of the document: first its number, then its payment."""
    told = []
    if said.number is not None:
        told.append(_event_of_number(said.number))
    if said.payment_no is not None:
        told.append(Event.PAY if said.payment_no else Event.UNPAY)
    return tuple(told)


def _event_of_number(number: str) -> Event:
    if not number:
        return Event.WITHDRAW
    return Event.DRAFT if is_draft_number(number) else Event.REAL


def _lacks(instalment: Instalment, changed: Instalment, said: Said) -> tuple[Violation, ...]:
    """What should have been said as well."""
    found: list[Violation] = []
    if not instalment.invoice_number and not {"invoiceNumber", "paymentNo"} & said.places.keys():
        expected = "an invoice number, or a paymentNo"
        found.append(Violation("IXP-40", said.place("invoiceNumber"), ABSENT, expected))
    is_real = bool(said.number) and not is_draft_number(said.number or "")
    if is_real and changed.due_date is None and "invoiceDueDate" not in said.places:
        expected = "the due date of the invoice"
        found.append(Violation("IXP-38", said.place("invoiceDueDate"), ABSENT, expected))
    return tuple(found)


def _conflicts(instalment: Instalment, changed: Instalment, said: Said) -> list[Violation]:
    """What the state has against it: a refusal if the reading is strict, a note if it is lenient."""
    if changed != instalment and instalment.mark is not Mark.NONE:
        seen = f"a {instalment.mark.value.lower()} instalment"
        return [_conflict("IXP-12", said.at, seen, "a live one"), *_out_of_turn(instalment, said)]
    return _out_of_turn(instalment, said)


def _out_of_turn(instalment: Instalment, said: Said) -> list[Violation]:
    """IXP-19: the life of a document goes one way."""
    stage = stage_of(instalment)
    for event in events(said):
        after = NEXT.get((stage, event))
        if after is None:
            name = "paymentNo" if event in PAYMENT else "invoiceNumber"
            seen, expected = f"{event.value} ({stage.value} document)", _IN_TURN[event]
            return [_conflict("IXP-19", said.place(name), seen, expected)]
        stage = after
    return []


_IN_TURN = {
    Event.DRAFT: "a real number: it was told already, and a draft cannot follow it",
    Event.WITHDRAW: "a real number: only a draft can be withdrawn",
    Event.PAY: "a real invoice number first",
}


def _told(instalment: Instalment, said: Said) -> Instalment:
    """The instalment with what was said; absent members stay."""
    # ASSUMED: a withdrawn draft loses its due date and PDF with its number.
    withdrawn = said.number == ""
    return replace(
        instalment,
        invoice_number=instalment.invoice_number if said.number is None else said.number,
        due_date=None if withdrawn and said.due_date is None else said.due_date or instalment.due_date,
        pdf=b"" if withdrawn and said.pdf is None else said.pdf or instalment.pdf,
        payment_no=instalment.payment_no if said.payment_no is None else said.payment_no,
    )


def _remarks(before: Instalment, after: Instalment, said: Said) -> set[str]:
    """Rules that shaped the answer without refusing it."""
    notes = set()
    if before == after:
        notes.add("IXP-18")
    if said.number and is_draft_number(said.number):
        notes.add("IXP-06" if said.due_date or said.pdf else "IXP-04")
    elif said.number and before.invoice_number and said.number != before.invoice_number:
        notes.add("IXP-05" if is_draft_number(before.invoice_number) else "IXP-33")
    if said.payment_no == "" and before.payment_no:
        notes.add("IXP-37")
    return notes


def refused(violations: tuple[Violation, ...]) -> Refused:
    """All violations, those of the first gate first; the first one names the status."""
    ordered = sorted(violations, key=lambda v: GATES.index(status_for(v)))
    return Refused(tuple(ordered), status_for(ordered[0]))


def status_for(violation: Violation) -> int:
    return STATUS.get(violation.rule, 400)


def _unknown_code(said: Said) -> Violation:
    return Violation(
        "IXP-20", said.place("instalmentCode"), repr(said.code), "the code of an instalment, byte for byte",
        f"Instalment '{said.code}' was not found.",
    )  # fmt: skip


def _unknown(kind: str, number: Any, at: str) -> Refused:
    message = f"{kind} '{number}' was not found."
    return refused(
        (Violation("IXP-50", at, str(number), f"the id of a {kind.lower()} of this club", message),)
    )


def _conflict(rule: str, at: str, seen: str, expected: str) -> Violation:
    message = f"The instalment cannot be updated: seen {seen}, expected {expected}."
    return Violation(rule, at, seen, expected, message)
