"""What does CRM.COM say of an invoice, a payment, an account? Plain JSON values, in the vendor's names."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from ixmocks.crmcom.form import UDFS, show_stamp
from ixmocks.crmcom.model import (
    Account,
    Cancellation,
    Contact,
    Invoice,
    Item,
    Payment,
    Product,
    Stage,
    VatRate,
)
from ixmocks.crmcom.money import half_up, shown, wire
from ixmocks.crmcom.state import State

Json = dict[str, Any]
RATE_DIGITS = 10**6


def invoice(state: State, of: Invoice, *, fresh: bool = False) -> Json:
    """In short. Right after the creation nobody says what is outstanding (CRM-36)."""
    left = None if fresh else wire(of.outstanding_cents)
    return {
        "posted_on": show_stamp(of.posted_on),
        "number": of.number or None,
        "total_amount": wire(of.total_cents),
        "unsettled_amount": left,
        "issued_on": show_stamp(of.issued_on),
        "currency_rate_period": _rate_period(state, of),
        "id": of.id,
        "life_cycle_state": of.stage.value,
        "outstanding_amount": left,
        "reference_number": of.reference,
        "due_on": show_stamp(of.due_on),
    }


def invoice_complete(state: State, of: Invoice) -> Json:
    vat = sum(item.vat_cents for item in of.items)
    return {
        **invoice(state, of),
        "discount_amount": wire(sum(item.discount_cents for item in of.items)),
        "vat_amount": wire(vat),
        "tax_amount": wire(vat),
        "net_amount": wire(sum(item.net_cents for item in of.items)),
        "notes": of.notes,
        "back_office_code": of.back_office_code or None,
        **_udfs(of.udfs),
        "invoice_item_set": [item_of(item) for item in of.items],
    }


def item_of(of: Item) -> Json:
    rate = of.vat_rate
    return {
        "id": of.id,
        "quantity": shown(of.quantity),
        "cost": shown(of.cost),
        "net_amount": wire(of.net_cents),
        "discount_percentage": shown(of.discount_percentage),
        "discount_amount": wire(of.discount_cents),
        "vat_percentage": shown(of.vat_percentage),
        "vat_amount": wire(of.vat_cents),
        "tax_amount": wire(of.vat_cents),
        "sub_total": wire(of.total_cents),
        "product": {
            "id": of.product.id,
            "code": of.product.code,
            "alternative_code": of.product.alternative_code or None,
            "description": of.product.description,
        },
        "vat_rate": vat_rate(rate),
        "applied_tax_rates": [
            {
                "id": rate.id,
                "name": rate.name,
                "percentage": shown(of.vat_percentage),
                "amount": wire(of.vat_cents),
            }
        ],
    }


def vat_rate(of: VatRate) -> Json:
    return {
        "id": of.id,
        "name": of.name,
        "description": of.description or None,
        "alternative_code": of.code or None,
    }


def cancellation(state: State, of: Cancellation) -> Json:
    return {
        "id": of.id,
        "number": of.number,
        "reference_number": of.reference,
        "life_cycle_state": Stage.POSTED.value,
        "issued_on": show_stamp(of.posted_on),
        "posted_on": show_stamp(of.posted_on),
        "total_amount": wire(of.total_cents),
        "invoice": _in_passing(state, of.invoice),
    }


def payment(state: State, of: Payment) -> Json:
    return {
        "id": of.id,
        "number": of.number,
        "reference_number": of.reference,
        "life_cycle_state": "POSTED" if of.posted else "DRAFT",
        "payment_amount": wire(of.amount_cents),
        "unsettled_amount": wire(of.unsettled_cents),
        "issued_on": show_stamp(of.issued_on),
        "posted_on": show_stamp(of.posted_on),
        "notes": of.notes,
        "invoices_to_pay_set": [_in_passing(state, id) for id in of.invoices],
    }


def account(state: State, of: Account, now: str) -> Json:
    """``now``: the organisation's time, by which debits are past their due date."""
    posted = [one for one in state.invoices_of(of.id) if one.stage is Stage.POSTED]
    past_due = [one for one in posted if (show_stamp(one.due_on) or now) < now]
    owner = state.contacts.get(of.owner)
    return {
        "id": of.id,
        "type": "CUSTOMER",
        "number": of.number,
        "name": of.name,
        "description": of.description,
        "notes": of.notes,
        "balance": wire(sum(one.outstanding_cents or 0 for one in posted) - of.credit_cents),
        "outstanding_amount": wire(sum(one.outstanding_cents or 0 for one in past_due)),
        "credit_limit": wire(of.credit_limit_cents),
        "credit_period": of.credit_period,
        "credit_rating_code": of.credit_rating,
        "vat_number": of.vat_number,
        "life_cycle_state": of.stage,
        "account_owner": None
        if owner is None
        else {"id": owner.id, "number": owner.number, "name": owner.name},
        **_udfs(of.udfs),
    }


def contact(of: Contact) -> Json:
    names = (
        "title",
        "first_name",
        "middle_name",
        "last_name",
        "company_name",
        "notes",
        "demographics",
        "address_set",
    )
    kind = "PERSON" if of.person else "COMPANY"
    return {"id": of.id, "number": of.number, "type": kind} | {name: of.fields.get(name) for name in names}


def product(of: Product) -> Json:
    fields = of.fields or {}
    return {
        "id": of.id,
        "code": of.code,
        "alternative_code": of.alternative_code or None,
        "description": of.description,
        "short_description": fields.get("short_description"),
        "long_description": fields.get("long_description"),
        "priority": shown(fields.get("priority")),
        "type": {"id": of.type.id, "name": of.type.name, "alternative_code": of.type.code or None},
        "vat_rate": vat_rate(of.vat_rate),
    }


def chosen(shown_whole: Json, wanted: frozenset[str] | None) -> Json:
    """Only the members that were asked for (CRM-34)."""
    if wanted is None:
        return shown_whole
    return {name: value for name, value in shown_whole.items() if name in wanted}


def _in_passing(state: State, id: str) -> Json:
    whole = invoice(state, state.invoices[id])
    del whole["currency_rate_period"]
    return whole


def _udfs(given: Mapping[str, Any] | None) -> Json:
    udfs = given or {}
    return {name: _udf(udfs.get(name)) for name in UDFS}


def _udf(value: Any) -> Any:
    return show_stamp(value) if hasattr(value, "isoformat") else value


def _rate_period(state: State, of: Invoice) -> Json | None:
    """CRM-55: null in the organisation's own currency, as in all samples since R10."""
    code = state.accounts[of.account].currency
    currency = next(iter(state.lists.currencies.find("code", code)), None)
    if currency is None or currency.rate is None:
        return None
    inverse = Fraction(half_up(RATE_DIGITS / currency.rate), RATE_DIGITS)
    return {
        "id": currency.rate_id,
        "rate": shown(currency.rate),
        "inverse_rate": shown(inverse),
        "from_date": show_stamp(currency.rate_from),
        "to_date": None,
        "currency": {
            "id": currency.id,
            "code": currency.code,
            "prefix_symbol": currency.prefix or None,
            "suffix_symbol": currency.suffix or None,
            "life_cycle_state": "EFFECTIVE",
            "integer_part_name": currency.whole or None,
            "decimal_part_name": currency.part or None,
        },
    }


_SHORT = (
    "id", "number", "reference_number", "life_cycle_state", "issued_on", "posted_on", "due_on", "total_amount",
    "outstanding_amount", "unsettled_amount",
)  # fmt: skip
INVOICE = frozenset(
    (*_SHORT, "currency_rate_period", "discount_amount", "vat_amount", "tax_amount", "net_amount", "notes",
     "back_office_code", *UDFS, "invoice_item_set")
)  # fmt: skip
PAYMENT = frozenset(
    ("id", "number", "reference_number", "life_cycle_state", "payment_amount", "unsettled_amount", "issued_on",
     "posted_on", "notes", "invoices_to_pay_set")
)  # fmt: skip
CANCELLATION = frozenset((*_SHORT[:6], "total_amount", "invoice"))
ACCOUNT = frozenset(
    ("id", "type", "number", "name", "description", "notes", "balance", "outstanding_amount", "credit_limit",
     "credit_period", "credit_rating_code", "vat_number", "life_cycle_state", "account_owner", *UDFS)
)  # fmt: skip
CONTACT = frozenset(
    ("id", "number", "type", "title", "first_name", "middle_name", "last_name", "company_name", "notes",
     "demographics", "address_set")
)  # fmt: skip
PRODUCT = frozenset(
    ("id", "code", "alternative_code", "description", "short_description", "long_description", "priority", "type",
     "vat_rate")
)  # fmt: skip
