"""How are accounts and contacts made and changed?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from ixmocks.crmcom.form import Form
from ixmocks.crmcom.invoices import ACCOUNT, Found, refused
from ixmocks.crmcom.items import NAMES
from ixmocks.crmcom.model import Account, Contact
from ixmocks.crmcom.money import half_up
from ixmocks.crmcom.state import State, numbered
from ixmocks.engine.outcome import Changed, Outcome, Readings, Violation

RATINGS = ("AAA", "AA", "A", "BBB", "BB", "B", "CCC", "CC", "C")


def create_account(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """accounts_receivable/create: an account of a customer, born ACTIVE."""
    found: list[Violation] = []
    form = Form(command, "body", found)
    blank = Account("", "", "", state.settings.currency)
    account = _told(state, form, blank)
    if not account.name and not state.settings.names_accounts:
        form.wrong("CRM-53", "name", "a name")
    if found:
        return refused(found)
    state, id = state.new_id()
    counters, number = numbered(state.counters, "account")
    # ASSUMED: where the organisation names accounts itself, the name is the number.
    account = replace(account, id=id, number=number, name=account.name or number)
    state = replace(state, counters=counters, accounts=state.accounts.put(account))
    return Changed(state, Found(account))


def update_account(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """accounts_receivable/update: what is left out stays, what is null is cleared (CRM-40)."""
    found: list[Violation] = []
    form = Form(command, "body", found)
    account = form.pick(
        "accounts_receivable_identifier", state.accounts, *ACCOUNT, needed=True, what="account"
    )
    changed = _told(state, form, account or Account("", "", "", ""))
    if account is not None and not changed.name:
        form.wrong("CRM-53", "name", "a name: it cannot be cleared")
    if found or account is None:
        return refused(found)
    return Changed(replace(state, accounts=state.accounts.put(changed)), Found(changed))


def create_contact(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """contact_information/create: a person has a last name, a company a name (CRM-54)."""
    found: list[Violation] = []
    form = Form(command, "body", found)
    lists = state.lists
    kind = form.text("type")
    if kind not in ("PERSON", "COMPANY"):
        form.wrong("CRM-52" if kind is None else "schema", "type", "PERSON or COMPANY")
    needed = "company_name" if kind == "COMPANY" else "last_name"
    if kind is not None and not form.word(needed):
        form.wrong("CRM-54", needed, "a name")
    form.pick("category_identifier", lists.contact_categories, *NAMES, what="contact category")
    form.pick("owned_by_group_identifier", lists.groups, *NAMES, what="group")
    form.pick("privacy_level_identifier", lists.privacy_levels, *NAMES, what="privacy level")
    texts = ("title", "first_name", "middle_name", "last_name", "company_name", "notes")
    fields: dict[str, Any] = {name: form.text(name) for name in texts}
    if form.form("demographics") is not None:
        fields["demographics"] = form.members["demographics"]
    if list(form.forms("address_set")) or form.has("address_set"):
        fields["address_set"] = form.members["address_set"]
    if found:
        return refused(found)
    state, id = state.new_id()
    counters, number = numbered(state.counters, "contact")
    contact = Contact(id, number, kind == "PERSON", fields)
    state = replace(state, counters=counters, contacts=state.contacts.put(contact))
    return Changed(state, Found(contact))


def _told(state: State, form: Form, before: Account) -> Account:
    """The account with what the form says of it; null clears, absence keeps."""
    lists = state.lists
    form.pick("classification_identifier", lists.classifications, *NAMES, what="classification")
    form.pick("owned_by_group_identifier", lists.groups, *NAMES, what="group")
    contact = form.pick("contact_information_identifier", state.contacts, "id", "number", what="contact")
    rating = form.text("credit_rating_code")
    if rating is not None and rating not in RATINGS:
        form.wrong("schema", "credit_rating_code", f"one of {', '.join(RATINGS)}")
    limit = form.number("credit_limit", rule="schema")
    period = form.members.get("credit_period")
    if period is not None and (type(period) is not int or not 0 <= period < 2**31):
        form.wrong("schema", "credit_period", "a number of days")
        period = None
    values: dict[str, Any] = {
        "name": form.word("name"), "description": form.text("description"), "notes": form.text("notes"),
        "credit_rating": rating, "credit_limit_cents": None if limit is None else half_up(limit * 100),
        "credit_period": period, "credit_operator": form.word("credit_period_operator"),
        "vat_number": form.text("vat_number"), "owner": contact.id if contact else "",
    }  # fmt: skip
    told = {field: value for field, value in values.items() if _MEMBERS.get(field, field) in form.members}
    return replace(before, **told, udfs=form.udfs(before.udfs))


_MEMBERS = {
    "credit_rating": "credit_rating_code",
    "credit_limit_cents": "credit_limit",
    "credit_operator": "credit_period_operator",
    "owner": "contact_information_identifier",
}
