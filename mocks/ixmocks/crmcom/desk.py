"""What do people do on the screens of CRM.COM?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from ixmocks.crmcom import goods, life, parties, payments, seed
from ixmocks.crmcom.envelope import violates
from ixmocks.crmcom.form import Form
from ixmocks.crmcom.invoices import Found, refused
from ixmocks.crmcom.model import Event, Invoice, Kind, Piece, Product, Release, Stage
from ixmocks.crmcom.money import half_up
from ixmocks.crmcom.state import State
from ixmocks.engine.outcome import Changed, Outcome, Readings, Refused, Violation
from ixmocks.engine.system import Rule

CHOICE = ("id", "number", "reference_number", "back_office_code")


def post_invoice(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """Post a draft; without a choice, the oldest one."""
    return _told(life.post, state, _chosen(state, command, Stage.DRAFT), at, readings)


def reject_invoice(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """Reject a draft; without a choice, the oldest one."""
    return _told(life.reject, state, _chosen(state, command, Stage.DRAFT), at, readings)


def cancel_invoice(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """Cancel a posted invoice, under the first type of that class."""
    told = _chosen(state, command, Stage.POSTED)
    kind = next((one for one in state.lists.types if one.kind is Kind.CANCELLATION), None)
    told["type_identifier"] = {"id": kind.id if kind else ""}
    return _told(life.cancel, state, told, at, readings)


def register_payment(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """Enter a payment of one invoice: a part, or all that is outstanding."""
    found: list[Violation] = []
    told = _chosen(state, command, Stage.POSTED)
    invoice = life.named(state, Form(told, "with", found), Event.PAY)
    form = Form(command, "with", found)
    amount = form.number("amount", rule="CRM-46")
    cents = None if amount is None else half_up(amount * 100)
    left = invoice.outstanding_cents or 0 if invoice else 0
    if invoice is not None and (cents == 0 or left == 0):
        form.wrong("CRM-46", "amount", "an amount, and something outstanding")
    if invoice is not None and cents is not None and cents > left:
        form.wrong("CRM-46", "amount", "at most what is outstanding")
    if found or invoice is None:
        return refused(found)
    state, payment = payments.register(state, invoice, cents, at)
    return Changed(state, _number(payment))


def add_account(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """Enter an account, with a number of one's own if wanted."""
    return _entered(parties.create_account, "accounts", state, command, at, readings)


def add_product(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """Enter a product, with its price."""
    told = {"alternative_code": _member(command, "code"), "description": _member(command, "code")} | dict(
        command
    )
    outcome = goods.create_product(state, told, at=at, readings=readings)
    if isinstance(outcome, Refused):
        return _said(outcome)
    found: list[Violation] = []
    price = Form(command, "with", found).number("price")
    if found:
        return refused(found)
    product: Product = replace(outcome.answer.entity, price=price)
    return Changed(replace(outcome.state, products=outcome.state.products.put(product)), {"id": product.id})


def add_installed_item(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """Take a piece of a traceable good into stock."""
    found: list[Violation] = []
    form = Form(command, "with", found)
    product: Product | None = form.pick(
        "product_identifier", state.products, *goods.PRODUCT, needed=True, what="product"
    )
    serial = form.word("serial_number")
    if product is not None and not product.type.traceable:
        form.wrong("CRM-48", "product_identifier", "a traceable product")
    if not serial or state.pieces.find("serial_number", serial):
        form.wrong("CRM-51", "serial_number", "a serial number that no other piece has")
    if found or product is None:
        return refused(found)
    state, id = state.new_id()
    piece = Piece(id, serial, form.word("alternative_code"), product.id)
    return Changed(replace(state, pieces=state.pieces.put(piece)), {"id": id})


def set_price(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """Let the pricing strategy ask another price for a product, or none."""
    found: list[Violation] = []
    form = Form(command, "with", found)
    product: Product | None = form.pick(
        "product_identifier", state.products, *goods.PRODUCT, needed=True, what="product"
    )
    price: Fraction | None = form.number("price")
    if found or product is None:
        return refused(found)
    return Changed(
        replace(state, products=state.products.put(replace(product, price=price))), {"id": product.id}
    )


def close_period(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """Close the accounting period up to a moment: nothing can be posted there any more (CRM-06)."""
    found: list[Violation] = []
    form = Form(command, "with", found)
    until = form.stamp("until")
    closed = state.settings.closed_until
    if until is None and not found:
        form.wrong("CRM-52", "until", "a date such as 2017-04-30T23:59:59")
    if until is not None and closed is not None and until < closed:
        form.wrong("CRM-06", "until", "not before the end of the last closed period")
    if found:
        return refused(found)
    return Changed(replace(state, settings=replace(state.settings, closed_until=until)), {})


def set_release(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """Install another release; without one, that of the reading of CRM-24 is in force again."""
    told = _member(command, "release")
    if told is not None and (not isinstance(told, str) or told not in Release.__members__):
        return refused([violates("schema", "with.release", repr(told), " or ".join(Release.__members__))])
    release = None if told is None else Release[told]
    return Changed(replace(state, settings=replace(state.settings, release=release)), {})


def set_credit_period(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """Change the organisation's credit period (CRM-17)."""
    days = _member(command, "days")
    if type(days) is not int or not 0 <= days <= seed.DAYS_MAX:
        return refused([violates("schema", "with.days", repr(days), "a number of days")])
    return Changed(replace(state, settings=replace(state.settings, credit_period_days=days)), {})


def _chosen(state: State, command: Any, stage: Stage) -> dict[str, Any]:
    """The command with an invoice identifier: the one told, or the oldest that stands there."""
    told = {name: _member(command, name) for name in CHOICE if _member(command, name) is not None}
    if not told:
        told = {"id": next((one.id for one in state.invoices if one.stage is stage), "")}
    rest = (
        {name: value for name, value in command.items() if name not in CHOICE}
        if isinstance(command, dict)
        else {}
    )
    return {**rest, "invoice_identifier": told}


def _told(rule: Rule, state: State, command: Mapping[str, Any], at: datetime, readings: Readings) -> Outcome:
    """What a method does, told to a person."""
    outcome = rule(state, command, at=at, readings=readings)
    if isinstance(outcome, Refused):
        return _said(outcome)
    return replace(outcome, answer=_number(outcome.answer.entity))


def _entered(rule: Rule, kept: str, state: State, command: Any, at: datetime, readings: Readings) -> Outcome:
    outcome = rule(state, command, at=at, readings=readings)
    if isinstance(outcome, Refused):
        return _said(outcome)
    found: Found = outcome.answer
    entity, number = found.entity, _member(command, "number")
    register = getattr(outcome.state, kept)
    if number:
        if register.find("number", number):
            return refused([violates("CRM-51", "with.number", repr(number), "a number that no other has")])
        entity = replace(entity, number=number)
    return Changed(replace(outcome.state, **{kept: register.put(entity)}), _number(entity))


def _said(refused: Refused) -> Refused:
    """Where a request says body, a person says with."""
    places = tuple(replace(one, at=one.at.replace("body", "with", 1)) for one in refused.violations)
    return replace(refused, violations=places)


def _number(entity: Any) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": entity.id, "number": entity.number}
    return shown | ({"life_cycle_state": entity.stage.value} if isinstance(entity, Invoice) else {})


def _member(command: Any, name: str) -> Any:
    return command.get(name) if isinstance(command, dict) else None
