"""What does each method of CRM.COM do? One name per method; the modules hold the reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from ixmocks.crmcom import goods, invoices, life, parties, payments, show
from ixmocks.crmcom.access import log_in, log_in_by_key, release
from ixmocks.crmcom.form import Form, fields_of
from ixmocks.crmcom.reading import (
    list_accounts,
    list_contacts,
    list_invoices,
    list_products,
    show_account,
    show_contact,
    show_invoice,
    show_payment,
    show_product,
)
from ixmocks.crmcom.state import State
from ixmocks.engine.outcome import Outcome, Readings, Refused, Violation
from ixmocks.engine.system import Rule


def choosing(rule: Rule, members: frozenset[str]) -> Rule:
    """The rule, which also minds `fields_set`: the members of its answer that are wanted (CRM-34)."""

    def chosen(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
        outcome = rule(state, command, at=at, readings=readings)
        found: list[Violation] = []
        wanted = fields_of(Form(command, "body", found), members, readings)
        if found:
            return Refused((*(outcome.violations if isinstance(outcome, Refused) else ()), *found))
        if isinstance(outcome, Refused):
            return outcome
        return replace(outcome, answer=replace(outcome.answer, wanted=wanted))

    return chosen


create_invoice: Rule = choosing(invoices.create, show.INVOICE)
update_invoice: Rule = choosing(life.update, show.INVOICE)
post_invoice: Rule = choosing(life.post, show.INVOICE)
reject_invoice: Rule = choosing(life.reject, show.INVOICE)
cancel_invoice: Rule = choosing(life.cancel, show.CANCELLATION)
create_payment: Rule = choosing(payments.create, show.PAYMENT)
pay_invoice: Rule = choosing(payments.pay_invoice, show.PAYMENT)
create_account: Rule = choosing(parties.create_account, show.ACCOUNT)
update_account: Rule = choosing(parties.update_account, show.ACCOUNT)
create_contact: Rule = choosing(parties.create_contact, show.CONTACT)
create_product: Rule = choosing(goods.create_product, show.PRODUCT)

__all__ = [
    "cancel_invoice",
    "create_account",
    "create_contact",
    "create_invoice",
    "create_payment",
    "create_product",
    "list_accounts",
    "list_contacts",
    "list_invoices",
    "list_products",
    "log_in",
    "log_in_by_key",
    "pay_invoice",
    "post_invoice",
    "reject_invoice",
    "release",
    "show_account",
    "show_contact",
    "show_invoice",
    "show_payment",
    "show_product",
    "update_account",
    "update_invoice",
]
