"""How do relations come, change and get found? An existing one is handed back rather than made again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ixmocks.engine.outcome import Changed, Outcome, Readings, Refused, Violation
from ixmocks.silvasoft.form import Form, stamp
from ixmocks.silvasoft.listing import paged, window_of
from ixmocks.silvasoft.model import Address, Contact, Relation, same
from ixmocks.silvasoft.parties import address_of, contact_of, party_number
from ixmocks.silvasoft.state import INTEGER_MAX, Parties, State

RELATIONS_MAX = 200


def add_business_relation(
    state: State, command: Mapping[str, Any], *, at: datetime, readings: Readings
) -> Outcome:
    return _add(state, command, at=at, private=False)


def add_private_relation(
    state: State, command: Mapping[str, Any], *, at: datetime, readings: Readings
) -> Outcome:
    return _add(state, command, at=at, private=True)


def _add(state: State, command: Mapping[str, Any], *, at: datetime, private: bool) -> Outcome:
    """A new relation, or the one that is there already and that no CONTINUE waves aside."""
    found: list[Violation] = []
    notes: list[str] = []
    form = Form(command, "body", found)
    wanted = _read(form, at=at, private=private)
    waved = {
        what: form.choice(f"OnExistingRelation{what}", "ABORT", "CONTINUE", default="ABORT") == "CONTINUE"
        for what in ("Email", "Number", "Name")
    }
    if not wanted.name:
        what = "Relation_Contact" if private else "Name"
        message = "LastName is mandatory" if private else "Name is mandatory"
        form.wrong("SILV-38", what, "a last name" if private else "a name", message)
    if found:
        return Refused(tuple(found))
    existing = _existing(state.parties, wanted, waved)
    if existing is not None:
        return Changed(state, existing, ("SILV-27",))
    parties = state.parties
    relation = _numbered(parties, replace(wanted, guid=parties.next_guid()), None)
    given = (
        (wanted.customer_number, relation.customer_number),
        (wanted.supplier_number, relation.supplier_number),
    )
    if any(before not in (None, after) for before, after in given):
        notes.append("SILV-64")
    return Changed(replace(state, parties=parties.put(relation)), relation, tuple(notes))


def update_relation(state: State, command: Mapping[str, Any], *, at: datetime, readings: Readings) -> Outcome:
    """Change what was sent of one relation; what is absent stays as it is."""
    found: list[Violation] = []
    form = Form(command, "body", found)
    guid = form.whole("RelationGUID")
    old = state.parties.all.get(guid) if guid is not None else None
    if old is None:
        form.wrong("SILV-39", "RelationGUID", "the GUID of a relation", "Relation not found")
        return Refused(tuple(found))
    changed = _changed(old, form, at=at)
    _refuse_taken(state.parties, changed, form)
    if found:
        return Refused(tuple(found))
    relation = _numbered(state.parties, changed, old)
    return Changed(replace(state, parties=state.parties.put(relation)), relation)


def list_relations(state: State, query: Mapping[str, Any], *, at: datetime, readings: Readings) -> Outcome:
    """Relations that fit all filters (or any, with OR: SILV-70), in the order of creation unless asked otherwise."""
    found: list[Violation] = []
    notes: list[str] = []
    form = Form(query, "query", found)
    limit, offset = window_of(form, RELATIONS_MAX, notes)
    kind = form.choice("RelationType", "All", "Supplier", "Customer", default="All")
    operand = form.choice("SearchOperand", "AND", "OR", default="AND")
    guid = form.whole("RelationGUID")
    customers_only = form.flag("IsCustomer") or kind == "Customer"
    filters = _filters(state.parties, form, kind)
    if found:
        return Refused(tuple(found))
    parties = state.parties
    if filters:
        guids = set.intersection(*filters) if operand == "AND" else set.union(*filters)
        candidates: Iterable[Relation] = [parties.all[one] for one in sorted(guids)]
    else:
        candidates = (parties.all[one] for one in parties.guids)
    chosen = (
        one
        for one in candidates
        if (not customers_only or one.is_customer)
        and (kind != "Supplier" or one.is_supplier)
        and (guid is None or one.guid == guid)
    )
    return Changed(state, paged(_sorted(chosen, form), limit, offset), tuple(notes))


def _read(form: Form, *, at: datetime, private: bool) -> Relation:
    """What a request says of a new relation; numbers that are 0 count as absent."""
    contacts = tuple(contact_of(row) for row in form.forms("Relation_Contact"))
    customer = party_number(form, "CustomerNumber") or None
    supplier = party_number(form, "SupplierNumber") or None
    kinds = {name: form.flag(name) for name in ("IsCustomer", "IsSupplier", "IsOther")}
    # ASSUMED: a relation of no kind at all is a customer: that is what API clients make them for.
    is_customer = kinds["IsCustomer"] or customer is not None or not any(kinds.values())
    name = form.word("Name")
    if private:
        name = name or full_name(contacts)
    return Relation(
        guid=0, private=private, name=name, is_customer=is_customer,
        is_supplier=kinds["IsSupplier"] or supplier is not None, is_other=kinds["IsOther"], customer_number=customer,
        supplier_number=supplier, email=form.word("Email") or _first_email(contacts), phone=form.word("Phone") or None,
        registration=form.word("RegistrationNumber") or None, vat=form.word("TaxIdentificationNumber") or None,
        address=address_of(form), contacts=contacts, created_on=stamp(at), changed_on=stamp(at),
    )  # fmt: skip


def _existing(parties: Parties, wanted: Relation, waved: Mapping[str, bool]) -> Relation | None:
    """The relation that this one would double: by e-mail, by number, and for a company by name."""
    # ASSUMED: asked in the order of the documents: e-mail, number, name.
    guid: int | None = None
    if wanted.email and not waved["Email"]:
        guid = next(iter(parties.by_email.get(same(wanted.email)) or ()), None)
    if guid is None and not waved["Number"]:
        if wanted.customer_number is not None:
            guid = parties.by_customer.get(wanted.customer_number)
        if guid is None and wanted.supplier_number is not None:
            guid = parties.by_supplier.get(wanted.supplier_number)
    if guid is None and not wanted.private and not waved["Name"]:
        guid = next(iter(parties.by_name.get(same(wanted.name)) or ()), None)
    return None if guid is None else parties.all[guid]


def _numbered(parties: Parties, relation: Relation, old: Relation | None) -> Relation:
    """With a free number for each role that needs one: highest + 1, customers and suppliers apart (SILV-65)."""
    customer, supplier = relation.customer_number, relation.supplier_number
    if relation.is_customer and not _may_have(customer, parties.by_customer, relation):
        customer = parties.customer_numbers.next_free(most=INTEGER_MAX)
    if relation.is_supplier and not _may_have(supplier, parties.by_supplier, relation):
        supplier = parties.supplier_numbers.next_free(most=INTEGER_MAX)
    return replace(relation, customer_number=customer, supplier_number=supplier)


def _may_have(number: int | None, holders: Mapping[int, int], relation: Relation) -> bool:
    """Whether there is a number, and nobody else has it (SILV-65)."""
    return number is not None and holders.get(number) in (None, relation.guid)


def _changed(old: Relation, form: Form, *, at: datetime) -> Relation:
    def kept(name: str, before: str | None) -> str | None:
        """What is absent stays (SILV-68)."""
        return (form.word(name) or None) if form.has(name) else before

    contacts = tuple(contact_of(row) for row in form.forms("Relation_Contact"))[:1]
    return replace(
        old,
        name=(form.word("Name") or old.name),
        email=kept("Email", old.email),
        phone=kept("Phone", old.phone),
        registration=kept("RegistrationNumber", old.registration),
        vat=kept("TaxIdentificationNumber", old.vat),
        is_customer=form.flag("IsCustomer", old.is_customer),
        is_supplier=form.flag("IsSupplier", old.is_supplier),
        is_other=form.flag("IsOther", old.is_other),
        customer_number=party_number(form, "CustomerNumber") or old.customer_number,
        supplier_number=party_number(form, "SupplierNumber") or old.supplier_number,
        address=_changed_address(old.address, form),
        contacts=_changed_contacts(old.contacts, contacts),
        changed_on=stamp(at),
    )


def _changed_address(old: Address, form: Form) -> Address:
    new = address_of(form)
    names = {
        "street": "Address_Street", "unit": "Address_Unit", "appendix": "Address_UnitAppendix",
        "postal_code": "Address_PostalCode", "city": "Address_City", "country": "Address_CountryCode",
    }  # fmt: skip
    return replace(old, **{key: getattr(new, key) for key, name in names.items() if form.has(name)})


def _changed_contacts(old: tuple[Contact, ...], new: tuple[Contact, ...]) -> tuple[Contact, ...]:
    """Only one contact can be changed, the first; the others stay."""
    return (*new, *old[1:]) if new else old


def _refuse_taken(parties: Parties, changed: Relation, form: Form) -> None:
    if changed.customer_number is not None:
        holder = parties.by_customer.get(changed.customer_number)
        if holder not in (None, changed.guid):
            form.wrong(
                "SILV-40",
                "CustomerNumber",
                "a number that no other relation has",
                "CustomerNumber already exists",
            )
    if changed.supplier_number is not None:
        holder = parties.by_supplier.get(changed.supplier_number)
        if holder not in (None, changed.guid):
            form.wrong(
                "SILV-40",
                "SupplierNumber",
                "a number that no other relation has",
                "SupplierNumber already exists",
            )


def _filters(parties: Parties, form: Form, kind: str) -> list[set[int]]:
    """For each of the four filters that was given, the GUIDs that fit it."""
    sets: list[set[int]] = []
    number = form.word("RelationNumber")
    if number:
        wanted = int(number) if number.isascii() and number.isdigit() and len(number) < 20 else None
        holders = [] if wanted is None else [
            index.get(wanted)
            for index, of in ((parties.by_customer, "Supplier"), (parties.by_supplier, "Customer"))
            if kind != of
        ]  # fmt: skip
        sets.append({guid for guid in holders if guid is not None})
    for name, index in (("RelationName", parties.by_name), ("RelationEmail", parties.by_email)):
        text = form.word(name)
        if text:
            sets.append(set(index.get(same(text)) or ()))
    vat = form.word("RelationVAT")
    if vat:
        sets.append({one.guid for one in parties.all.values() if not one.private and _digits(one.vat) == vat})
    return sets


def _digits(vat: str | None) -> str:
    """The VAT number as RelationVAT wants it: digits, without country code and B01 suffix."""
    bare = (vat or "").upper().lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ ").partition("B")[0]
    return "".join(char for char in bare if char in "0123456789")


_SORTS: dict[str, Callable[[Relation], Any]] = {
    "createddate": lambda one: (one.created_on, one.guid),
    "createdon": lambda one: (one.created_on, one.guid),
    "guid": lambda one: one.guid,
    "relationguid": lambda one: one.guid,
    "customernumber": lambda one: (one.customer_number or 0, one.guid),
    "suppliernumber": lambda one: (one.supplier_number or 0, one.guid),
    "name": lambda one: (same(one.name), one.guid),
    "relationname": lambda one: (same(one.name), one.guid),
}


def _sorted(relations: Iterable[Relation], form: Form) -> Iterable[Relation]:
    """By Sorting and SortDir; names that nobody documents leave the order of creation."""
    key = _SORTS.get(form.word("Sorting").lower())
    backwards = form.word("SortDir").upper() in ("DEC", "DESC")
    if key is None and not backwards:
        return relations
    return sorted(relations, key=key or _SORTS["guid"], reverse=backwards)


def full_name(contacts: tuple[Contact, ...]) -> str:
    first = next(iter(contacts), Contact())
    return f"{first.first_name or ''} {first.last_name}".strip() if first.last_name else ""


def _first_email(contacts: tuple[Contact, ...]) -> str | None:
    # ASSUMED: a relation without an address of its own is found by its contact's.
    return next((contact.email for contact in contacts if contact.email), None)
