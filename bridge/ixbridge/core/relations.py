"""Which customer of the target is this iXpole customer? Found with certainty, made, or set aside.

A number that is wrong sends one customer's invoices to another. So a relation is taken by its
number, or by what the settings name, only where it fits alone and no other iXpole customer has it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from ixbridge.core.mapping import CustomerMatch, CustomerRules
from ixbridge.core.model import Address, Contact, Customer
from ixbridge.core.parked import Parked, Reason, park
from ixbridge.core.steps import By, Relation
from ixbridge.core.target import PLAIN, Target

_ADDRESSES = ("billing", "invoice", "office")


# --- what of a customer goes where ------------------------------------------------------------


def name_of(customer: Customer) -> str:
    person = f"{customer.first_name} {customer.last_name}".strip()
    return customer.name.strip() or person


def email_of(customer: Customer) -> str:
    """Where the invoices go."""
    return (customer.invoice_email or customer.email or contact_of(customer).email).strip()


def address_of(customer: Customer) -> Address:
    """The billing address, else the default one, else the first."""

    def rank(place: Address) -> tuple[int, bool]:
        what = place.description.casefold()
        return (_ADDRESSES.index(what) if what in _ADDRESSES else len(_ADDRESSES), not place.is_default)

    return min(customer.addresses, key=rank, default=Address())


def contact_of(customer: Customer) -> Contact:
    if not customer.is_business and (customer.last_name or customer.first_name):
        first, last = customer.first_name, customer.last_name
        return Contact(first, last, customer.email, customer.phone, is_default=True)
    return min(customer.contacts, key=lambda each: not each.is_default, default=Contact())


def without_country(vat_number: str) -> str:
    """A VAT number without country, dots and blanks."""
    plain = re.sub(r"[^0-9A-Za-z]", "", vat_number).upper()
    return plain[2:] if plain[:2].isalpha() else plain


def vat_core(number: str) -> str:
    """The digits by which VAT numbers are compared: no country, no Dutch B-suffix."""
    return re.sub(r"B\d\d\Z", "", without_country(number))


def incomplete(customer: Customer) -> Parked | None:
    """What a new customer of the target cannot do without."""
    if not name_of(customer):
        return park(Reason.CUSTOMER_INCOMPLETE, f"customer {customer.id} has no name")
    return None


def number_problem(code: str, target: Target = PLAIN) -> Parked | None:
    """Why this customer code cannot be the target's customer number, if it cannot."""
    # ASSUMED: Silvasoft's numbers are positive and fit 31 bits (documented as Integer).
    if target.is_customer_number(code):
        return None
    seen = f"the customer code {code[:40]!r} is not {target.customer_number_words}"
    return park(Reason.CUSTOMER_NUMBER_MISSING, seen, advice="Correct the customer's code in iXpole.")


# --- what fits --------------------------------------------------------------------------------


def searches(customer: Customer, rules: CustomerRules, target: Target = PLAIN) -> tuple[tuple[By, str], ...]:
    """What to look for among the target's customers, before one is made.

    Name and e-mail are always looked for: what is there before a create cannot be its result.
    """
    wanted = {
        By.VAT: vat_core(customer.vat_number) if CustomerMatch.VAT in rules.match else "",
        By.EMAIL: email_of(customer),
        By.NAME: name_of(customer),
    }
    return tuple((by, value) for by, value in wanted.items() if value and by in target.searches)


def chosen(
    customer: Customer, candidates: Sequence[Relation], *, rules: CustomerRules, taken: Mapping[str, int]
) -> Relation | Parked | None:
    """The relation that is this customer, by the first rule that fits any; None: there is none.

    ``taken`` says which iXpole customer has which number already.
    """
    for match in rules.match:
        fitting = {
            each.number: each
            for each in candidates
            if each.number and _FITS[match](customer, each) and _free(each, customer, rules, taken)
        }
        if len(fitting) > 1:
            numbers = ", ".join(sorted(fitting))
            seen = f"{name_of(customer)!r} fits several customers of the target by {match.value}: {numbers}"
            return park(Reason.CUSTOMER_AMBIGUOUS, seen)
        if fitting:
            return next(iter(fitting.values()))
    return None


def born(
    customer: Customer, candidates: Sequence[Relation], *, known: frozenset[str], taken: Mapping[str, int]
) -> Relation | Parked | None:
    """The relation that our lost create made: named and addressed like the customer, and new since then."""
    fitting = {
        each.number: each
        for each in candidates
        if each.number
        and each.number not in known
        and taken.get(each.number, customer.id) == customer.id
        and (each.source_id == str(customer.id) or _alike(customer, each))
    }
    if len(fitting) > 1:
        numbers = ", ".join(sorted(fitting))
        return park(
            Reason.CUSTOMER_AMBIGUOUS, f"{name_of(customer)!r} may be any of the new numbers {numbers}"
        )
    return next(iter(fitting.values()), None)


def made(
    customer: Customer,
    relation: Relation,
    *,
    asked: str | None,
    known: frozenset[str],
    taken: Mapping[str, int],
) -> Parked | None:
    """May the relation that a create answered be taken for this customer? Why not, if not.

    Silvasoft answers 200 with an *existing* relation where one stands in the way, so a good
    status alone says nothing.
    """
    if asked is not None and asked not in (relation.number, relation.alias):
        seen = f"customer number {asked} was asked for, {relation.number or 'none'} came back"
        return park(Reason.CUSTOMER_AMBIGUOUS, seen)
    owner = taken.get(relation.number, customer.id)
    if owner != customer.id:
        seen = f"the target answered with number {relation.number}, which is iXpole customer {owner}"
        return park(Reason.CUSTOMER_SHARED, seen)
    if not _same_name(customer, relation) or relation.number in known:
        seen = f"the target answered with {relation.name!r} (number {relation.number})"
        return park(Reason.CUSTOMER_AMBIGUOUS, f"{seen}, expected a new customer {name_of(customer)!r}")
    return None


def shared(number: str, customer: Customer, rules: CustomerRules, taken: Mapping[str, int]) -> Parked | None:
    """Does another iXpole customer have this number already?"""
    owner = taken.get(number, customer.id)
    if owner == customer.id or rules.shared:
        return None
    return park(Reason.CUSTOMER_SHARED, f"number {number} is already iXpole customer {owner}")


def _free(relation: Relation, customer: Customer, rules: CustomerRules, taken: Mapping[str, int]) -> bool:
    return shared(relation.number, customer, rules, taken) is None


def _plain(text: str) -> str:
    """The form in which names are compared: no case, no runs of blanks, one Unicode form."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _same_name(customer: Customer, relation: Relation) -> bool:
    ours, theirs = _plain(name_of(customer)), _plain(relation.name)
    if customer.is_business:
        return ours == theirs
    person = _plain(f"{customer.first_name} {customer.last_name}")
    # Persons come as "first last" here and "last, first" there.
    words = sorted(theirs.replace(",", " ").split())
    return words in (sorted(ours.replace(",", " ").split()), sorted(person.split()))


def _same_email(customer: Customer, relation: Relation) -> bool:
    return email_of(customer).casefold() == relation.email.strip().casefold()


def _alike(customer: Customer, relation: Relation) -> bool:
    return _same_name(customer, relation) and _same_email(customer, relation)


def _by_vat(customer: Customer, relation: Relation) -> bool:
    ours = vat_core(customer.vat_number)
    return bool(ours) and ours == vat_core(relation.vat_number)


def _by_email(customer: Customer, relation: Relation) -> bool:
    """An e-mail may be shared by a family or an agency, so the name must agree."""
    return bool(relation.email.strip()) and _same_email(customer, relation) and _same_name(customer, relation)


def _by_name(customer: Customer, relation: Relation) -> bool:
    """Two customers may have one name, so nothing else that is known may differ."""
    ours, theirs = vat_core(customer.vat_number), vat_core(relation.vat_number)
    if ours and theirs and ours != theirs:
        return False
    emails_agree = not relation.email.strip() or not email_of(customer) or _same_email(customer, relation)
    return _same_name(customer, relation) and emails_agree


_FITS = {
    CustomerMatch.CODE: lambda customer, relation: False,
    CustomerMatch.VAT: _by_vat,
    CustomerMatch.EMAIL: _by_email,
    CustomerMatch.NAME: _by_name,
}
