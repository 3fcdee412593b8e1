"""What does iXpole remember, and in which status is an instalment today?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from rpds import HashTrieMap

from ixmocks.engine.values import value

HOME = ZoneInfo("Europe/Brussels")
# ASSUMED: days begin at midnight in Belgium, where iXpole is made.


class Status(Enum):
    """The six statuses of the screens, and two end marks that we need beside them."""

    FUTURE = "Future"
    TODO = "ToDo"
    PENDING = "Pending"
    OPEN = "Open"
    OVERDUE = "Overdue"
    RECEIVED = "Received"
    CANCELLED = "Cancelled"
    CREDITED = "Credited"


class Mark(Enum):
    """Ends the life of an instalment, whatever its number and dates say."""

    NONE = ""
    CANCELLED = "Cancelled"
    CREDITED = "Credited"


class Kind(Enum):
    INVOICE = "Invoice"
    CREDIT = "Credit"


class SaleState(Enum):
    DRAFT = "Draft"
    FINAL = "Final"


@value(frozen=True, slots=True)
class VatRate:
    code: str
    percentage: Decimal
    description: str = ""


@value(frozen=True, slots=True)
class Address:
    address_id: int
    description: str
    is_default: bool
    street: str
    house_number: str
    box: str
    postal_code: str
    city: str
    country_code: str


@value(frozen=True, slots=True)
class Contact:
    contact_id: int
    first_name: str | None
    last_name: str | None
    gender: str | None
    email: str | None
    phone: str | None
    language: str | None
    is_default: bool


@value(frozen=True, slots=True)
class Customer:
    customer_id: int
    code: str | None
    customer_type: str
    is_active: bool
    is_prospect: bool
    is_internal: bool
    is_key_account: bool
    name: str
    alternative_name1: str | None
    alternative_name2: str | None
    first_name: str | None
    last_name: str | None
    vat_number: str | None
    language: str
    customer_category: str | None
    price_list: str
    phone1: str | None
    phone2: str | None
    email: str | None
    website: str | None
    invoice_delivery_type: str
    invoice_email: str | None
    tickets_name: str | None
    addresses: tuple[Address, ...]
    contact_persons: tuple[Contact, ...]
    user_defined_fields: HashTrieMap[str, Any]


@value(frozen=True, slots=True)
class BomPart:
    product_id: int
    percentage: Decimal


@value(frozen=True, slots=True)
class Product:
    product_id: int
    code: str
    description: str
    category: str
    product_group: str
    vat_rate: VatRate
    price_cents: int
    currency: str
    unit: str
    is_active: bool
    on_demand: bool
    stock_quantity: int | None
    ledger_account: str | None
    bom: tuple[BomPart, ...]


@value(frozen=True, slots=True)
class Season:
    season_id: int
    name: str


@value(frozen=True, slots=True)
class Owner:
    user_id: int
    name: str
    email: str


@value(frozen=True, slots=True)
class Sale:
    sale_id: int
    contract_number: str
    contract_reference: str
    sale_type: str
    is_barter: bool
    start_date: date | None
    end_date: date | None
    credited_code: str | None
    state: SaleState


@value(frozen=True, slots=True)
class Line:
    number: int
    product_id: int | None
    product_code: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    discount_percentage: Decimal
    vat_rate: VatRate
    net_cents: int
    vat_cents: int
    gross_cents: int
    ledger_account: str | None
    cost_centre: str | None
    period_from: date | None
    period_to: date | None
    parent_product_id: int | None


@value(frozen=True, slots=True)
class Instalment:
    instalment_id: int
    code: str
    day: date
    """When it is to be invoiced."""
    invoice_reference: str
    kind: Kind
    season: Season
    sale_id: int
    customer_id: int
    address_id: int | None
    contact_id: int | None
    owner: Owner
    currency: str
    payment_term_days: int
    net_cents: int
    vat_cents: int
    gross_cents: int
    lines: tuple[Line, ...]
    invoice_number: str = ""
    """What the accounting system told; empty: nothing yet."""
    due_date: date | None = None
    payment_no: str = ""
    pdf: bytes = b""
    mark: Mark = Mark.NONE


@value(frozen=True, slots=True)
class Settings:
    credit_sales: bool = False
    """Whether the administrator lets credit sales be delivered."""
    payment_term_days: int = 30
    currency: str = "EUR"
    check_amounts: bool = True
    """Off: a scenario may hold instalments whose amounts do not add up."""


@value(frozen=True, slots=True)
class State:
    settings: Settings
    token_key: str
    """Signs the access tokens of this world; comes from the seed."""
    next_id: int
    customers: HashTrieMap[int, Customer] = field(default_factory=HashTrieMap)
    products: HashTrieMap[int, Product] = field(default_factory=HashTrieMap)
    sales: HashTrieMap[int, Sale] = field(default_factory=HashTrieMap)
    contracts: HashTrieMap[str, int] = field(default_factory=HashTrieMap)
    """Contract number to sale."""
    instalments: HashTrieMap[str, Instalment] = field(default_factory=HashTrieMap)

    def with_instalment(self, instalment: Instalment) -> State:
        return replace(self, instalments=self.instalments.insert(instalment.code, instalment))

    def with_customer(self, customer: Customer) -> State:
        return replace(self, customers=self.customers.insert(customer.customer_id, customer))

    def with_product(self, product: Product) -> State:
        return replace(self, products=self.products.insert(product.product_id, product))

    def with_sale(self, sale: Sale) -> State:
        return replace(
            self,
            sales=self.sales.insert(sale.sale_id, sale),
            contracts=self.contracts.insert(sale.contract_number, sale.sale_id),
        )

    def having(self, *ids: int) -> State:
        """Ids that are given by hand are never given out again."""
        return replace(self, next_id=max(self.next_id, *(given + 1 for given in ids)))

    def instalments_of(self, sale_id: int) -> tuple[Instalment, ...]:
        return in_order(i for i in self.instalments.values() if i.sale_id == sale_id)


DERIVATION: tuple[tuple[Callable[[Instalment, date], bool], Status], ...] = (
    (lambda i, today: i.mark is Mark.CREDITED, Status.CREDITED),
    (lambda i, today: i.mark is Mark.CANCELLED, Status.CANCELLED),
    (lambda i, today: bool(i.payment_no), Status.RECEIVED),
    (lambda i, today: is_draft_number(i.invoice_number), Status.PENDING),
    (lambda i, today: bool(i.invoice_number) and is_past(i.due_date, today), Status.OVERDUE),
    (lambda i, today: bool(i.invoice_number), Status.OPEN),
    (lambda i, today: i.day <= today, Status.TODO),
    (lambda i, today: True, Status.FUTURE),
)
"""The status table: the first test that holds names the status."""


def status_of(instalment: Instalment, today: date) -> Status:
    return next(status for holds, status in DERIVATION if holds(instalment, today))


def is_draft_number(number: str) -> bool:
    """A draft or sales order is told by the letter D before the document number."""
    return number.startswith("D")


def is_past(due_date: date | None, today: date) -> bool:
    """Overdue begins on the day after the due date (IXP-08)."""
    return due_date is not None and today > due_date


def today(at: datetime) -> date:
    return at.astimezone(HOME).date()


def in_order(instalments: Iterable[Instalment]) -> tuple[Instalment, ...]:
    """By date, then by code."""
    return tuple(sorted(instalments, key=lambda i: (i.day, i.code)))


class Stage(Enum):
    """How far the document of an instalment has come."""

    BARE = "bare"
    DRAFT = "draft"
    REAL = "real"
    PAID = "paid"


class Event(Enum):
    """What a write-back can tell of a document."""

    DRAFT = "draft number"
    REAL = "real number"
    WITHDRAW = "empty number"
    PAY = "payment number"
    UNPAY = "payment taken back"


NEXT = {
    (Stage.BARE, Event.DRAFT): Stage.DRAFT,
    (Stage.BARE, Event.REAL): Stage.REAL,
    (Stage.BARE, Event.WITHDRAW): Stage.BARE,
    (Stage.BARE, Event.UNPAY): Stage.BARE,
    (Stage.DRAFT, Event.DRAFT): Stage.DRAFT,
    (Stage.DRAFT, Event.REAL): Stage.REAL,
    (Stage.DRAFT, Event.WITHDRAW): Stage.BARE,
    (Stage.DRAFT, Event.UNPAY): Stage.DRAFT,
    (Stage.REAL, Event.REAL): Stage.REAL,
    (Stage.REAL, Event.PAY): Stage.PAID,
    (Stage.REAL, Event.UNPAY): Stage.REAL,
    (Stage.PAID, Event.REAL): Stage.PAID,
    (Stage.PAID, Event.PAY): Stage.PAID,
    (Stage.PAID, Event.UNPAY): Stage.REAL,
}
"""The strict life of a document. What is not here is a conflict (IXP-19); lenient lets it pass."""


def stage_of(instalment: Instalment) -> Stage:
    if instalment.payment_no:
        return Stage.PAID
    if not instalment.invoice_number:
        return Stage.BARE
    return Stage.DRAFT if is_draft_number(instalment.invoice_number) else Stage.REAL
