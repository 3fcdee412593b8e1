"""What does a CRM.COM organisation remember? One immutable value; a snapshot is a reference."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from rpds import HashTrieMap, HashTrieSet, List

from ixmocks.crmcom.model import (
    Account,
    Cancellation,
    Contact,
    Currency,
    Invoice,
    Named,
    Payment,
    Piece,
    Product,
    ProductType,
    Release,
    Settings,
    TransactionType,
    VatRate,
    Warehouse,
)
from ixmocks.crmcom.register import Register, register
from ixmocks.engine.outcome import Readings
from ixmocks.engine.values import value


def _id(entity: Named) -> str:
    return entity.id


NAMED = register(_id, name=lambda one: one.name, alternative_code=lambda one: one.code)
CODED = register(_id, name=lambda one: one.name, code=lambda one: one.code)


@value(frozen=True, slots=True)
class Lists:
    """What people maintain on the screens and requests only refer to."""

    types: Register[TransactionType] = NAMED
    categories: Register[Named] = CODED
    currencies: Register[Currency] = field(default_factory=lambda: register(_id, code=lambda one: one.code))
    vat_rates: Register[VatRate] = NAMED
    warehouses: Register[Warehouse] = NAMED
    product_types: Register[ProductType] = NAMED
    methods: Register[Named] = NAMED
    reasons: Register[Named] = NAMED
    classifications: Register[Named] = NAMED
    groups: Register[Named] = NAMED
    brands: Register[Named] = NAMED
    families: Register[Named] = NAMED
    contact_categories: Register[Named] = NAMED
    privacy_levels: Register[Named] = NAMED
    wallets: Register[Named] = field(default_factory=lambda: register(_id, number=lambda one: one.code))
    units: Register[Named] = NAMED


@value(frozen=True, slots=True)
class Counters:
    """The next number of each kind of document. Ids count on their own."""

    id: int = 1
    invoice: int = 1
    reference: int = 1
    cancellation: int = 1
    payment: int = 1
    account: int = 1
    contact: int = 1


@value(frozen=True, slots=True)
class State:
    seed: int
    settings: Settings = field(default_factory=Settings)
    lists: Lists = field(default_factory=Lists)
    counters: Counters = field(default_factory=Counters)
    accounts: Register[Account] = field(
        default_factory=lambda: register(_id, number=lambda one: one.number, name=lambda one: one.name)
    )
    contacts: Register[Contact] = field(default_factory=lambda: register(_id, number=lambda one: one.number))
    products: Register[Product] = field(
        default_factory=lambda: register(
            _id, code=lambda one: one.code, alternative_code=lambda one: one.alternative_code
        )
    )
    pieces: Register[Piece] = field(
        default_factory=lambda: register(
            _id,
            serial_number=lambda one: one.serial_number,
            alternative_code=lambda one: one.alternative_code,
        )
    )
    invoices: Register[Invoice] = field(
        default_factory=lambda: register(
            _id,
            number=lambda one: one.number,
            reference_number=lambda one: one.reference,
            back_office_code=lambda one: one.back_office_code,
        )
    )
    by_account: HashTrieMap[str, List[str]] = field(default_factory=HashTrieMap)
    """Ids of an account's invoices, the newest first."""
    cancellations: Register[Cancellation] = field(
        default_factory=lambda: register(
            _id, number=lambda one: one.number, back_office_code=lambda one: one.back_office_code
        )
    )
    payments: Register[Payment] = field(
        default_factory=lambda: register(
            _id, number=lambda one: one.number, reference_number=lambda one: one.reference
        )
    )
    released: HashTrieSet[str] = field(default_factory=HashTrieSet)
    """The jti of tokens that were given back."""

    @property
    def token_key(self) -> str:
        return hashlib.sha256(f"crmcom token key {self.seed}".encode()).hexdigest()

    def release(self, readings: Readings) -> Release:
        """The organisation's own, else that of the reading (CRM-24)."""
        return self.settings.release or Release[readings.get("CRM-24", "r17").upper()]

    def new_id(self) -> tuple[State, str]:
        """An id that no other entity has, and the state that will not give it again."""
        number = self.counters.id
        return replace(self, counters=replace(self.counters, id=number + 1)), id_of(self.seed, number)

    def put_invoice(self, invoice: Invoice) -> State:
        invoices = self.invoices.put(invoice)
        if invoice.id in self.invoices.serials:
            return replace(self, invoices=invoices)
        of_account = self.by_account.get(invoice.account, List()).push_front(invoice.id)
        return replace(
            self, invoices=invoices, by_account=self.by_account.insert(invoice.account, of_account)
        )

    def moved(self, before: str, invoice: Invoice) -> State:
        """With an invoice in the list of another account."""
        rest = List([id for id in self.by_account.get(before, List()) if id != invoice.id])
        there = self.by_account.get(invoice.account, List()).push_front(invoice.id)
        lists = self.by_account.insert(before, rest).insert(invoice.account, there)
        return replace(self, by_account=lists)

    def invoices_of(self, account: str) -> Iterator[Invoice]:
        """The newest first."""
        return (self.invoices[id] for id in self.by_account.get(account, List()))

    def local(self, at: datetime) -> datetime:
        """A moment as the organisation's wall clock shows it, to the second."""
        return at.astimezone(zone_of(self.settings.zone)).replace(tzinfo=None, microsecond=0)


def id_of(seed: int, number: int) -> str:
    """32 hexadecimal capitals, made of the world's seed and a count; never by chance."""
    return hashlib.sha256(f"crmcom {seed} {number}".encode()).hexdigest()[:32].upper()


LAST = datetime.fromisoformat("9999-12-31T23:59:59")
"""The calendar's last moment: nothing is due later."""


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def later(moment: datetime, days: int) -> datetime:
    """Some days later, held inside the calendar."""
    try:
        return moment + timedelta(days=days)
    except OverflowError:
        return LAST


def numbered(counters: Counters, kind: str) -> tuple[Counters, str]:
    """The next number of a kind of document as the vendor prints it, and the counters behind it."""
    number: int = getattr(counters, kind)
    step: Mapping[str, int] = {kind: number + 1}
    return replace(counters, **step), FORMATS[kind].format(number)


FORMATS = {
    "invoice": "I{:08d}",
    "reference": "{}",
    # ASSUMED: cancellations and payments are numbered like invoices, under letters of their own.
    "cancellation": "IC{:08d}",
    "payment": "P{:08d}",
    "account": "ACR{:010d}",
    "contact": "CI{:06d}",
}
