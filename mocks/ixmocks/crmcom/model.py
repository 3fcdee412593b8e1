"""Of what does an organisation in CRM.COM consist? Values that never change; a change is a new value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from fractions import Fraction
from typing import Any

from ixmocks.engine.values import value


class Stage(Enum):
    """The vendor's ``life_cycle_state`` of an invoice."""

    DRAFT = "DRAFT"
    POSTED = "POSTED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"


class Event(Enum):
    UPDATE = "update"
    POST = "post"
    REJECT = "reject"
    CANCEL = "cancel"
    PAY = "pay"


NEXT = {
    (Stage.DRAFT, Event.UPDATE): Stage.DRAFT,
    (Stage.DRAFT, Event.POST): Stage.POSTED,
    (Stage.DRAFT, Event.REJECT): Stage.REJECTED,
    (Stage.POSTED, Event.CANCEL): Stage.CANCELLED,
    (Stage.POSTED, Event.PAY): Stage.POSTED,
}
"""The life of an invoice. What is not here cannot happen (CRM-12, CRM-13)."""


class Kind(Enum):
    """What a financial transaction type is for."""

    INVOICE = "INVOICE"
    CANCELLATION = "INVOICE_CANCELLATION"
    PAYMENT = "PAYMENT"


class Release(Enum):
    """A release of the software, by the rules that it brought (CRM-24)."""

    R14 = 14
    R15 = 15
    R17 = 17

    def has(self, release: Release) -> bool:
        return self.value >= release.value


@value(frozen=True, slots=True)
class Named:
    """An entry of a list that the organisation keeps: a category, a payment method, a warehouse."""

    id: str
    name: str
    code: str = ""
    """Its alternative code; of a category or currency the code itself."""


@value(frozen=True, slots=True)
class TransactionType:
    id: str
    name: str
    code: str
    kind: Kind


@value(frozen=True, slots=True)
class ProductType:
    """Stockable goods lie in a warehouse; of traceable ones every piece is known."""

    id: str
    name: str
    code: str
    stockable: bool = False
    traceable: bool = False


@value(frozen=True, slots=True)
class Warehouse:
    id: str
    name: str
    code: str
    owner: str = ""
    """The partner group that owns it; "" for the organisation's own."""


@value(frozen=True, slots=True)
class VatRate:
    id: str
    name: str
    code: str
    description: str
    percentage: Fraction
    under: Mapping[str, Fraction]
    """Percentages that hold under a reading of CRM-25, where a sample leaves the rate itself open."""

    def percentage_under(self, reading: str) -> Fraction:
        return self.under.get(reading, self.percentage)


@value(frozen=True, slots=True)
class Currency:
    id: str
    code: str
    prefix: str = ""
    suffix: str = ""
    whole: str = ""
    part: str = ""
    rate: Fraction | None = None
    """How many of it one of the organisation's own currency buys; None for that one itself."""
    rate_id: str = ""
    rate_from: datetime | None = None


@value(frozen=True, slots=True)
class Account:
    id: str
    number: str
    name: str
    currency: str
    description: str | None = None
    notes: str | None = None
    stage: str = "ACTIVE"
    parent: str = ""
    """Id of the group's parent account; "" outside of groups."""
    funds_members: bool = False
    partner: str = ""
    """The partner group that the account is related to, if it is one's that owns a warehouse."""
    owner: str = ""
    """Id of the contact whose account it is."""
    credit_period: int | None = None
    credit_operator: str = ""
    credit_limit_cents: int | None = None
    credit_rating: str | None = None
    vat_number: str | None = None
    udfs: Mapping[str, Any] | None = None
    credit_cents: int = 0
    """What was paid and settles no invoice yet."""


@value(frozen=True, slots=True)
class Contact:
    id: str
    number: str
    person: bool
    fields: Mapping[str, Any]
    """As they were given: title, names, notes, demographics, addresses."""

    @property
    def name(self) -> str:
        names = ("first_name", "middle_name", "last_name") if self.person else ("company_name",)
        return " ".join(str(self.fields[name]) for name in names if self.fields.get(name))


@value(frozen=True, slots=True)
class Product:
    id: str
    code: str
    alternative_code: str
    description: str
    type: ProductType
    vat_rate: VatRate
    price: Fraction | None = None
    """What the pricing strategy asks for one, without tax; None: it knows no price."""
    fields: Mapping[str, Any] | None = None
    """Short and long description, priority, as they were given."""


@value(frozen=True, slots=True)
class Piece:
    """A traceable good that one can hold in one's hand; the vendor's installed item."""

    id: str
    serial_number: str
    alternative_code: str
    product: str
    """Id of the product that it is a piece of."""
    sold_by: str = ""
    """Id of the posted invoice that sold it; "" while it is in stock."""


@value(frozen=True, slots=True)
class Item:
    """A line of an invoice, its amounts worked out."""

    id: str
    product: Product
    quantity: Fraction
    cost: Fraction | None
    """None where a sub total was given."""
    discount_percentage: Fraction | None
    discount_cents: int
    net_cents: int
    """Before discount and tax."""
    vat_rate: VatRate
    vat_percentage: Fraction
    vat_cents: int
    total_cents: int
    asked: Mapping[str, Any]
    """The line as it was asked for, so that a draft can be worked out anew."""
    pieces: tuple[str, ...] = ()


@value(frozen=True, slots=True)
class Invoice:
    id: str
    number: str
    """Empty where a draft gets its number only when it is posted (CRM-16)."""
    reference: str
    stage: Stage
    account: str
    type: str
    items: tuple[Item, ...]
    issued_on: datetime
    posted_on: datetime | None
    due_on: datetime | None
    total_cents: int
    outstanding_cents: int | None
    """None for a draft: nothing is owed yet, and nothing is settled."""
    member: str = ""
    category: str = ""
    notes: str | None = None
    back_office_code: str = ""
    udfs: Mapping[str, Any] | None = None


@value(frozen=True, slots=True)
class Cancellation:
    id: str
    number: str
    reference: str
    invoice: str
    type: str
    posted_on: datetime
    total_cents: int
    back_office_code: str = ""
    notes: str | None = None


@value(frozen=True, slots=True)
class Payment:
    id: str
    number: str
    reference: str
    posted: bool
    account: str
    """"" where a wallet paid."""
    amount_cents: int
    unsettled_cents: int
    issued_on: datetime
    posted_on: datetime | None
    invoices: tuple[str, ...]
    notes: str | None = None


@value(frozen=True, slots=True)
class Settings:
    """What an organisation has chosen for itself."""

    currency: str = "EUR"
    zone: str = "Europe/Brussels"
    credit_period_days: int = 2
    release: Release | None = None
    """None: as the reading of CRM-24 says."""
    names_accounts: bool = False
    """Whether accounts without a name get one."""
    vat_rate: str = ""
    """Id of the rate of products that are made without one."""
    closed_until: datetime | None = None
    """The end of the last closed accounting period."""
