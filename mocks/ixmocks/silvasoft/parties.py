"""Which relation does a request mean? Number before name and e-mail, both of these together, first match first."""

from __future__ import annotations

from ixmocks.engine.outcome import Readings
from ixmocks.silvasoft.form import Form
from ixmocks.silvasoft.model import Address, Contact, Relation, same
from ixmocks.silvasoft.state import INTEGER_MAX, State

NOT_FOUND = "Customer not found"


def customer_of(state: State, form: Form, notes: list[str], readings: Readings) -> Relation | None:
    """The customer of an invoice or order; None where there is none, which is then reported."""
    found_before = len(form.found)
    number = party_number(form, "CustomerNumber")
    name, email = form.word("CustomerName"), form.word("CustomerEmail")
    if number:
        if name or email:
            notes.append("SILV-04")
        guid = state.parties.by_customer.get(number)
        if guid is None:
            form.wrong("SILV-08", "CustomerNumber", "the number of a customer", NOT_FOUND)
            return None
        return state.parties.all[guid]
    if number == 0:
        notes.append("SILV-05")
    if not name and not email:
        if len(form.found) == found_before:
            form.wrong(
                "SILV-03", "CustomerNumber", "CustomerNumber, CustomerName or CustomerEmail",
                "At least one of CustomerNumber, CustomerName or CustomerEmail is mandatory",
            )  # fmt: skip
        return None
    matches = matching(state, name, email, exact_case=readings.get("SILV-49") == "exact-case")
    if not matches:
        form.wrong("SILV-08", "CustomerName" if name else "CustomerEmail", _wanted(name, email), NOT_FOUND)
        return None
    if name and email:
        notes.append("SILV-06")
    if len(matches) > 1:
        notes.append("SILV-07")
    return matches[0]


def party_number(form: Form, name: str) -> int | None:
    """A customer or supplier number; None where absent or below zero (which is then reported)."""
    number = form.whole(name)
    if number is not None and number < 0:
        form.wrong(
            "SILV-48",
            name,
            "a number from 0, where 0 counts as not given",
            f"{name} must not be negative",
        )
        return None
    if number is not None and number > INTEGER_MAX:
        form.no_number(name)
        return None
    return number


def matching(state: State, name: str, email: str, *, exact_case: bool = False) -> list[Relation]:
    """Customers (SILV-79) with that name, that e-mail address, or both where both are given; oldest first."""
    # ASSUMED (SILV-49): whole names only, without regard to case and outer blanks;
    # relations that are no customers are not looked at.
    parties = state.parties
    if email:
        guids = parties.by_email.get(same(email)) or ()
        found = [parties.all[guid] for guid in guids]
        if name:
            wanted = same(name)
            found = [relation for relation in found if same(relation.name) == wanted]
    else:
        found = [parties.all[guid] for guid in parties.by_name.get(same(name)) or ()]
    if exact_case:
        found = [one for one in found if name in ("", one.name) and email in ("", one.email)]
    return [relation for relation in found if relation.is_customer]


def contact_of(form: Form) -> Contact:
    return Contact(
        first_name=form.word("FirstName") or None,
        last_name=form.word("LastName") or form.word("FamilyName") or None,
        email=form.word("Email") or None,
        phone=form.word("Phone") or None,
        sex=form.word("Sex") or None,
        notes=form.text("ContactNotes") or None,
        default=form.flag("DefaultContact", True),
        type=form.word("ContactType"),
    )


def address_of(form: Form) -> Address:
    return Address(
        street=form.word("Address_Street"),
        unit=form.word("Address_Unit"),
        appendix=form.word("Address_UnitAppendix"),
        postal_code=form.word("Address_PostalCode"),
        city=form.word("Address_City"),
        country=form.word("Address_CountryCode"),
    )


def _wanted(name: str, email: str) -> str:
    if name and email:
        return "a customer with both this name and this e-mail address"
    return "the name of a customer" if name else "the e-mail address of a customer"
