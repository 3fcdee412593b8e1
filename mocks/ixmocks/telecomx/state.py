"""What does TelecomX remember? One immutable value; a change makes a new one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import field, replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import TypeAlias

from rpds import HashTrieMap

from ixmocks.engine.values import value

PENDING = "-1"
"""The number of an invoice that waits for its number. Anything else is one."""


class Level(Enum):
    """What an employee may do; the documents name the lower three and say little of them."""

    VIEWER = "VIEWER"
    MANAGER = "MANAGER"
    OWNER = "OWNER"
    RESELLER = "RESELLER"
    RESELLER_ADMIN = "RESELLER_ADMIN"
    """A RESELLER with the feature FINANCE. ASSUMED: here she may do what a RESELLER may."""
    ADMIN = "ADMIN"


RESELLERS = frozenset({Level.RESELLER, Level.RESELLER_ADMIN})
SELLING = RESELLERS | {Level.ADMIN}
"""Who makes invoices, and who sees wholesale prices."""


class Recurrence(Enum):
    NONE = "NONE"
    MONTHLY = "MONTHLY"
    QUARTERLY = "QUARTERLY"
    YEARLY = "YEARLY"


@value(frozen=True, slots=True)
class Employee:
    id: str
    user: str
    """The part of the user name before the @; behind it stands the world."""
    level: Level
    customer: str
    name: str = ""
    machines: tuple[int, ...] = ()
    """Serials of the machine tokens that are good."""
    machines_made: int = 0


Texts: TypeAlias = "HashTrieMap[str, str]"


@value(frozen=True, slots=True)
class Address:
    id: str
    primary: bool
    texts: Texts = field(default_factory=HashTrieMap)


@value(frozen=True, slots=True)
class Customer:
    id: str
    parent: str
    """The reseller; empty for a reseller of the top level."""
    state: str = "ACTIVE"
    is_reseller: bool = False
    texts: Texts = field(default_factory=HashTrieMap)
    addresses: tuple[Address, ...] = ()
    finance: Texts = field(default_factory=HashTrieMap)

    @property
    def name(self) -> str:
        return self.texts.get("name") or ""

    @property
    def primary(self) -> Address | None:
        return next((a for a in self.addresses if a.primary), self.addresses[0] if self.addresses else None)


@value(frozen=True, slots=True)
class Product:
    """Prices are exact and may have fractions of an øre: they are rates, not amounts."""

    id: str
    code: str
    name: str
    type: str = "OTHER"
    unit: str = "UNITS"
    recurrence: Recurrence = Recurrence.NONE
    full_month: bool = False
    cost: Decimal = Decimal(0)
    wholesale: Decimal = Decimal(0)
    price: Decimal = Decimal(0)
    vat_exempt: bool = False
    description: str = ""
    start: datetime | None = None
    end: datetime | None = None
    reseller: str = ""
    """Empty: a master product."""
    customer: str = ""
    """For this customer only; empty: for all of the reseller's."""
    inherits: str = ""
    inherits_reseller: str = ""
    reseller_only: bool = False
    standard: bool = False


@value(frozen=True, slots=True)
class Current:
    """A line that waits. None: the product's own value holds."""

    id: str
    customer: str
    product: str
    units: Decimal
    name: str | None = None
    description: str | None = None
    cost: Decimal | None = None
    wholesale: Decimal | None = None
    price: Decimal | None = None
    start: datetime | None = None
    terminate: datetime | None = None
    recurrence: Recurrence = Recurrence.NONE
    locked: bool = False
    billing: str = ""


@value(frozen=True, slots=True)
class Line:
    product: str
    code: str
    name: str
    description: str
    units: Decimal
    unit: str
    cost: Decimal
    wholesale: Decimal
    price: Decimal
    vat_exempt: bool
    since: datetime | None = None
    until: datetime | None = None


@value(frozen=True, slots=True)
class Sums:
    """Øre, without VAT and the VAT on it."""

    net: int = 0
    vat: int = 0


@value(frozen=True, slots=True)
class Totals:
    price: Sums = Sums()
    wholesale: Sums = Sums()
    cost: Sums = Sums()


@value(frozen=True, slots=True)
class Invoice:
    id: str
    customer: str
    sent: bool
    number: str
    day: datetime
    lines: tuple[Line, ...]
    totals: Totals
    due: datetime | None = None
    paid: bool = False
    headline: str | None = None
    period: bool = False
    reseller: str = ""
    """Named by an ADMIN at the creation; no answer shows it."""

    @property
    def is_pending(self) -> bool:
        return self.number == PENDING


@value(frozen=True, slots=True)
class State:
    marker: str
    """Five bytes in hexadecimal that stand in each id made here, so that worlds of other seeds differ."""
    employees: HashTrieMap[str, Employee] = field(default_factory=HashTrieMap)
    customers: HashTrieMap[str, Customer] = field(default_factory=HashTrieMap)
    products: HashTrieMap[str, Product] = field(default_factory=HashTrieMap)
    current: HashTrieMap[str, Current] = field(default_factory=HashTrieMap)
    invoices: HashTrieMap[str, Invoice] = field(default_factory=HashTrieMap)
    ids_made: int = 1_000_000
    next_number: HashTrieMap[str, int] = field(default_factory=HashTrieMap)
    """Reseller to the number that its next invoice gets, where TelecomX numbers."""
    first_number: int = 1
    used: HashTrieMap[str, datetime] = field(default_factory=HashTrieMap)
    """Session tokens to their last use, where that was later than the login."""
    query_token: str = ""
    """The token by which the present call was let in, where it came in the query."""

    def with_id(self, at: datetime) -> tuple[State, str]:
        """A new id of 24 characters: seconds, marker and a counter, like its kind elsewhere."""
        made = self.ids_made + 1
        seconds = max(int(at.timestamp()), 0) & 0xFFFFFFFF
        return replace(self, ids_made=made), f"{seconds:08x}{self.marker}{made & 0xFFFFFF:06x}"

    def with_invoice(self, invoice: Invoice) -> State:
        return replace(self, invoices=self.invoices.insert(invoice.id, invoice))

    def with_customer(self, customer: Customer) -> State:
        return replace(self, customers=self.customers.insert(customer.id, customer))

    def with_product(self, product: Product) -> State:
        return replace(self, products=self.products.insert(product.id, product))

    def with_current(self, line: Current) -> State:
        return replace(self, current=self.current.insert(line.id, line))

    def with_employee(self, employee: Employee) -> State:
        return replace(self, employees=self.employees.insert(employee.id, employee))

    def employee_of(self, user: str) -> Employee | None:
        return next((one for one in self.employees.values() if one.user == user), None)

    def without_current(self, ids: Iterable[str]) -> State:
        current = self.current
        for one in ids:
            current = current.discard(one)
        return replace(self, current=current)


def marker(seed: int) -> str:
    return hashlib.sha256(f"telecomx ids {seed}".encode()).hexdigest()[:10]


def effective(state: State, product: Product) -> Product:
    """The product with what it inherits: type, unit, cost and wholesale price are the master's own."""
    parent = state.products.get(product.inherits or product.inherits_reseller)
    if parent is None or parent.id == product.id:
        return product
    above = parent if product.inherits else effective(state, parent)
    return replace(product, type=above.type, unit=above.unit, cost=above.cost, wholesale=above.wholesale)


def usable(product: Product, at: datetime) -> bool:
    """From its start until its end; the moment of the end itself is too late."""
    begun = product.start is None or product.start <= at
    return begun and (product.end is None or at < product.end)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
