"""What is in an organisation at first? A scenario's section, in the vendor's words, becomes a state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from fractions import Fraction
from typing import Any, TypeVar
from zoneinfo import ZoneInfoNotFoundError

from ixmocks.crmcom import invoices, payments
from ixmocks.crmcom import seed_keys as keys
from ixmocks.crmcom.form import seen, stamp_of
from ixmocks.crmcom.model import (
    Account,
    Contact,
    Currency,
    Kind,
    Named,
    Piece,
    Product,
    ProductType,
    Release,
    Settings,
    TransactionType,
    VatRate,
    Warehouse,
)
from ixmocks.crmcom.money import fraction_of
from ixmocks.crmcom.register import Register
from ixmocks.crmcom.state import Lists, State, numbered, zone_of
from ixmocks.engine.outcome import Refused
from ixmocks.engine.system import Rule, SeedError

T = TypeVar("T")
DAYS_MAX = 36_500
Section = Mapping[str, Any]


def load(section: Section, seed: int) -> State:
    """The first state of a world. Raises SeedError with the key, what was seen and what was expected."""
    only(section, keys.SECTION, "")
    state = _with_lists(State(seed=seed), section)
    state = _with_settings(state, section.get("settings") or {})
    state = _with_contacts(state, section)
    state = _with_accounts(state, section)
    state = _with_products(state, section)
    state = _by_rule(invoices.create, state, section, "invoices")
    return _by_rule(payments.create, state, section, "payments")


def _with_lists(state: State, section: Section) -> State:
    lists: dict[str, Register[Any]] = {}

    def entries(
        name: str, known: tuple[str, ...], field: str, made: Callable[[Section, str, str], Any]
    ) -> None:
        nonlocal state
        register: Register[Any] = getattr(Lists(), field)
        for row, at in rows(section, name, known):
            state, id = _id(state, row)
            register = register.put(made(row, at, id))
        lists[field] = register

    entries("types", keys.TYPE, "types", _type)
    entries(
        "categories",
        keys.CATEGORY,
        "categories",
        lambda r, at, id: Named(id, text(r, "name", at), word(r, "code")),
    )
    entries("currencies", keys.CURRENCY, "currencies", _currency)
    entries("vat_rates", keys.VAT_RATE, "vat_rates", _vat_rate)
    entries("warehouses", keys.WAREHOUSE, "warehouses", _warehouse)
    entries("product_types", keys.PRODUCT_TYPE, "product_types", _product_type)
    entries("wallets", keys.WALLET, "wallets", lambda r, at, id: Named(id, "", text(r, "number", at)))
    for name, field in keys.LISTS.items():
        entries(name, keys.NAMED, field, _named)
    return replace(state, lists=Lists(**lists))


def _named(row: Section, at: str, id: str) -> Named:
    return Named(id, text(row, "name", at), word(row, "alternative_code"))


def _type(row: Section, at: str, id: str) -> TransactionType:
    kinds = {kind.value: kind for kind in Kind}
    kind = kinds.get(row.get("class", "INVOICE"))
    if kind is None:
        raise wrong(f"{at}.class", row["class"], " or ".join(kinds))
    return TransactionType(id, text(row, "name", at), word(row, "alternative_code"), kind)


def _warehouse(row: Section, at: str, id: str) -> Warehouse:
    return Warehouse(id, text(row, "name", at), word(row, "alternative_code"), word(row, "owner"))


def _product_type(row: Section, at: str, id: str) -> ProductType:
    stockable, traceable = flag(row, "stockable", at), flag(row, "traceable", at)
    if traceable and not stockable:
        raise wrong(f"{at}.stockable", row.get("stockable"), "true: only what lies in stock can be traced")
    return ProductType(id, text(row, "name", at), word(row, "alternative_code"), stockable, traceable)


def _currency(row: Section, at: str, id: str) -> Currency:
    rate = fraction_of(row.get("rate"))
    if "rate" in row and (rate is None or rate <= 0):
        raise wrong(f"{at}.rate", row["rate"], "a number above 0")
    return Currency(
        id, text(row, "code", at), word(row, "prefix_symbol"), word(row, "suffix_symbol"),
        word(row, "integer_part_name"), word(row, "decimal_part_name"), rate, id[::-1],
        moment(row, "from_date", at),
    )  # fmt: skip


def _vat_rate(row: Section, at: str, id: str) -> VatRate:
    under = row.get("percentage_under") or {}
    if not isinstance(under, Mapping):
        raise wrong(f"{at}.percentage_under", under, "a mapping of readings of CRM-25 to percentages")
    return VatRate(
        id, text(row, "name", at), word(row, "alternative_code"), word(row, "description"),
        percentage(row, "percentage", at),
        {str(name): percentage(under, name, f"{at}.percentage_under") for name in under},
    )  # fmt: skip


def _with_settings(state: State, given: Any) -> State:
    only(given, keys.SETTINGS, "settings")
    zone, release = str(given.get("zone", Settings().zone)), given.get("release")
    try:
        zone_of(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise wrong("settings.zone", zone, "the name of a time zone, such as Europe/Brussels") from None
    if release is not None and release not in Release.__members__:
        raise wrong("settings.release", release, " or ".join(Release.__members__))
    default = next((rate for rate in state.lists.vat_rates), None)
    rate = chosen(state.lists.vat_rates, "name", given, "vat_rate", "settings", default)
    currency = str(given.get("currency") or next((one.code for one in state.lists.currencies), "EUR"))
    if not state.lists.currencies.find("code", currency):
        raise wrong("settings.currency", currency, "the code of one of the currencies")
    settings = Settings(
        currency=currency,
        zone=zone,
        credit_period_days=whole(given, "credit_period_days", "settings", default=2, most=DAYS_MAX),
        release=None if release is None else Release[release],
        names_accounts=flag(given, "names_accounts", "settings"),
        vat_rate="" if rate is None else rate.id,
        closed_until=moment(given, "closed_until", "settings"),
    )
    counters = replace(
        state.counters,
        invoice=whole(given, "next_invoice_number", "settings", default=1, least=1),
        reference=whole(given, "next_reference_number", "settings", default=1, least=1),
    )
    return replace(state, settings=settings, counters=counters)


def _with_contacts(state: State, section: Section) -> State:
    for row, at in rows(section, "contacts", keys.CONTACT):
        kind = row.get("type", "PERSON")
        if kind not in ("PERSON", "COMPANY"):
            raise wrong(f"{at}.type", kind, "PERSON or COMPANY")
        text(row, "company_name" if kind == "COMPANY" else "last_name", at)
        state, id = _id(state, row)
        state, number = _number(state, row, "contact", state.contacts, at)
        fields = {name: value for name, value in row.items() if name not in ("id", "number", "type")}
        contact = Contact(id, number, kind == "PERSON", fields)
        state = replace(state, contacts=state.contacts.put(contact))
    return state


def _with_accounts(state: State, section: Section) -> State:
    for row, at in rows(section, "accounts", keys.ACCOUNT):
        state, id = _id(state, row)
        state, number = _number(state, row, "account", state.accounts, at)
        currency = str(row.get("currency") or state.settings.currency)
        if not state.lists.currencies.find("code", currency):
            raise wrong(f"{at}.currency", currency, "the code of one of the currencies")
        stage = str(row.get("life_cycle_state", "ACTIVE"))
        if stage not in ("ACTIVE", "SUSPENDED", "TERMINATED"):
            raise wrong(f"{at}.life_cycle_state", stage, "ACTIVE, SUSPENDED or TERMINATED")
        parent = chosen(state.accounts, "number", row, "parent", at)
        contact = chosen(state.contacts, "number", row, "contact", at)
        period = whole(row, "credit_period", at, default=0, most=DAYS_MAX) if "credit_period" in row else None
        account = Account(
            id, number, text(row, "name", at), currency, row.get("description"), row.get("notes"), stage,
            parent.id if parent else "", flag(row, "funds_members", at), word(row, "partner"),
            contact.id if contact else "", period, word(row, "credit_period_operator"),
            vat_number=row.get("vat_number"),
        )  # fmt: skip
        state = replace(state, accounts=state.accounts.put(account))
    return state


def _with_products(state: State, section: Section) -> State:
    for row, at in rows(section, "products", keys.PRODUCT):
        state, id = _id(state, row)
        code = text(row, "code", at)
        if state.products.find("code", code):
            raise wrong(f"{at}.code", code, "a code that no other product has")
        kind = chosen(
            state.lists.product_types, "name", row, "type", at, next(iter(state.lists.product_types), None)
        )
        usual = state.lists.vat_rates.get(state.settings.vat_rate)
        rate = chosen(state.lists.vat_rates, "name", row, "vat_rate", at, usual)
        if kind is None or rate is None:
            raise told(at, "no type or VAT rate", "product_types and vat_rates in the section")
        price = fraction_of(row["price"]) if "price" in row else None
        if "price" in row and (price is None or price < 0):
            raise wrong(f"{at}.price", row["price"], "an amount")
        # The page on products says so: without an alternative code, it is made of the code.
        product = Product(
            id,
            code,
            word(row, "alternative_code") or code,
            word(row, "description") or code,
            kind,
            rate,
            price,
        )
        state = replace(state, products=state.products.put(product))
    for row, at in rows(section, "installed_items", keys.PIECE):
        state, id = _id(state, row)
        of = chosen(state.products, "code", row, "product", at)
        serial = text(row, "serial_number", at)
        if of is None or not of.type.traceable:
            raise wrong(f"{at}.product", row.get("product"), "the code of a traceable product")
        if state.pieces.find("serial_number", serial):
            raise wrong(f"{at}.serial_number", serial, "a number that no other piece has")
        piece = Piece(id, serial, word(row, "alternative_code"), of.id)
        state = replace(state, pieces=state.pieces.put(piece))
    return state


def _by_rule(rule: Rule, state: State, section: Section, name: str) -> State:
    """Entered by the same rules that requests meet, at the moment that each one says."""
    for row, at in rows(section, name, None):
        on = moment(row, "entered_on", at)
        if on is None:
            raise wrong(f"{at}.entered_on", None, "a date: a scenario has no current one")
        when = on.replace(tzinfo=zone_of(state.settings.zone))
        command = {key: value for key, value in row.items() if key != "entered_on"}
        outcome = rule(state, command, at=when, readings={})
        if isinstance(outcome, Refused):
            first = outcome.first
            raise told(first.at.replace("body", at, 1), first.seen, first.expected)
        state = outcome.state
    return state


def only(given: Any, known: tuple[str, ...] | None, at: str) -> None:
    """Raises SeedError for anything that is no mapping, and for a key nobody knows, with the nearest one."""
    if not isinstance(given, Mapping):
        raise wrong(at or "the section", given, "a mapping")
    for key in given if known is not None else ():
        if known is not None and key not in known:
            near = get_close_matches(str(key), known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise told(
                f"{at}.{key}" if at else str(key), "an unknown key", f"one of {', '.join(known)}{hint}"
            )


def rows(section: Section, name: str, known: tuple[str, ...] | None) -> Iterator[tuple[Section, str]]:
    """Each item of a list with its place, its keys checked."""
    items = section.get(name)
    if items is None:
        items = keys.DEFAULTS.get(name, ())
    if not isinstance(items, list | tuple):
        raise wrong(name, items, "a list")
    for index, item in enumerate(items):
        at = f"{name}.{index}"
        only(item, known, at)
        yield item, at


def chosen(
    register: Register[T], key: str, row: Section, name: str, at: str, default: T | None = None
) -> T | None:
    """The entity that a row names by one of its members."""
    told_there = row.get(name)
    if told_there is None:
        return default
    found = register.find(key, str(told_there))
    if not found:
        raise wrong(f"{at}.{name}", told_there, f"the {key} of an entry of this section")
    return found[0]


def _id(state: State, row: Section) -> tuple[State, str]:
    return (state, str(row["id"])) if row.get("id") is not None else state.new_id()


def _number(state: State, row: Section, kind: str, kept: Register[Any], at: str) -> tuple[State, str]:
    told_there = row.get("number")
    if told_there is None:
        counters, number = numbered(state.counters, kind)
        while kept.find("number", number):
            counters, number = numbered(counters, kind)
        return replace(state, counters=counters), number
    if kept.find("number", str(told_there)):
        raise wrong(f"{at}.number", told_there, "a number that no other one has")
    return state, str(told_there)


def wrong(at: str, value: object, expected: str) -> SeedError:
    return told(at, seen(value), expected)


def told(at: str, what: str, expected: str) -> SeedError:
    return SeedError(f"{at}: {what}; expected {expected}.")


def text(row: Section, name: str, at: str) -> str:
    value = row.get(name)
    if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
        return str(value)
    raise wrong(f"{at}.{name}", value, "a text")


def word(row: Section, name: str) -> str:
    return "" if row.get(name) is None else str(row[name])


def percentage(row: Section, name: str, at: str) -> Fraction:
    value = fraction_of(row.get(name))
    if value is None or not 0 <= value <= 100:
        raise wrong(f"{at}.{name}", row.get(name), "a percentage such as 21")
    return value


def whole(row: Section, name: str, at: str, *, default: int, least: int = 0, most: int = 10**12) -> int:
    value = row.get(name, default)
    if type(value) is not int or not least <= value <= most:
        raise wrong(f"{at}.{name}", value, f"a whole number from {least} to {most}")
    return value


def flag(row: Section, name: str, at: str) -> bool:
    value = row.get(name, False)
    if type(value) is not bool:
        raise wrong(f"{at}.{name}", value, "true or false")
    return value


def moment(row: Section, name: str, at: str) -> datetime | None:
    value = row.get(name)
    if value is None:
        return None
    found = stamp_of(str(value))
    if found is None:
        raise wrong(f"{at}.{name}", value, "a date such as 2017-05-05T09:00:00")
    return found
