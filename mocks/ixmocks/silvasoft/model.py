"""Of what does an administration consist? Values that never change; a change is a new value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date as Day
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import NamedTuple, TypeVar

from ixmocks.engine.values import value
from ixmocks.silvasoft.money import Rounding

T = TypeVar("T")


class Kind(Enum):
    """From which module an invoice comes; the vendor's ``InvoiceType``."""

    BOOKKEEPING = "BOOKKEEPING"
    INVOICE = "INVOICE"


class Status(Enum):
    DRAFT = "draft"
    OPEN = "open"
    PAID = "paid"
    CREDITED = "credited"
    DELETED = "deleted"


class Event(Enum):
    POST = "post"
    PAY = "pay a part"
    SETTLE = "pay in full"
    REVERSE = "reverse a payment"
    CREDIT = "credit"
    DELETE = "delete"


NEXT = {
    (Status.DRAFT, Event.POST): Status.OPEN,
    (Status.DRAFT, Event.DELETE): Status.DELETED,
    (Status.OPEN, Event.PAY): Status.OPEN,
    (Status.OPEN, Event.SETTLE): Status.PAID,
    (Status.OPEN, Event.REVERSE): Status.OPEN,
    (Status.OPEN, Event.CREDIT): Status.CREDITED,
    (Status.OPEN, Event.DELETE): Status.DELETED,
    (Status.PAID, Event.REVERSE): Status.OPEN,
    (Status.PAID, Event.CREDIT): Status.CREDITED,
}
"""The life of an invoice. What is not here cannot happen."""


@value(frozen=True, slots=True)
class Settings:
    """What an administration has chosen for itself."""

    payment_term_days: int = 21
    rounding: Rounding | None = None
    """None: as the reading of SILV-17 says."""
    requests_per_hour: int = 1200
    lines_max: int = 75
    default_ledger: str = "8000"


@value(frozen=True, slots=True)
class TaxCode:
    code: str
    name: str
    percent: Decimal
    exempt: bool
    sales: bool
    above: int
    below: int
    """above / below is 1 / (1 + percent / 100), in whole numbers."""


@value(frozen=True, slots=True)
class Ledger:
    number: str
    name: str
    fiscal_year: str
    income_statement: bool
    country: str
    credit: bool


@value(frozen=True, slots=True)
class Project:
    number: str
    name: str


@value(frozen=True, slots=True)
class File:
    """What would be found at a URL. Nothing is ever fetched."""

    url: str
    mime: str
    size: int
    content: bytes
    reachable: bool = True


@value(frozen=True, slots=True)
class Books:
    """What the seed fixes and no call changes: tax codes, ledger accounts, projects, and their indexes."""

    taxes: tuple[TaxCode, ...]
    tax_by_code: Mapping[str, TaxCode]
    tax_by_percent: Mapping[Decimal | int, TaxCode]
    """First Sales code of each percentage; 21, 21.0 and 21.00 are one key."""
    percents_shared: frozenset[Decimal]
    """Percentages that several Sales codes have."""
    ledgers: tuple[Ledger, ...]
    ledger_by_number: Mapping[str, Ledger]
    project_by_number: Mapping[str, Project]
    project_by_name: Mapping[str, Project]

    @classmethod
    def of(cls, taxes: Iterable[TaxCode], ledgers: Iterable[Ledger], projects: Iterable[Project]) -> Books:
        taxes, ledgers, projects = tuple(taxes), tuple(ledgers), tuple(projects)
        first: dict[Decimal | int, TaxCode] = {}
        shared: set[Decimal] = set()
        for tax in taxes:
            if tax.sales and first.setdefault(tax.percent, tax) is not tax:
                shared.add(tax.percent)
        latest: dict[str, Ledger] = {}
        for ledger in ledgers:
            known = latest.get(ledger.number)
            if known is None or known.fiscal_year <= ledger.fiscal_year:
                latest[ledger.number] = ledger
        return cls(
            taxes, _first(taxes, lambda tax: tax.code), first, frozenset(shared), ledgers, latest,
            _first(projects, lambda project: project.number),
            _first(projects, lambda project: same(project.name)),
        )  # fmt: skip


@value(frozen=True, slots=True)
class Address:
    street: str = ""
    unit: str = ""
    appendix: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""

    def __bool__(self) -> bool:
        return bool(self.street or self.unit or self.postal_code or self.city)


@value(frozen=True, slots=True)
class Contact:
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    sex: str | None = None
    notes: str | None = None
    default: bool = True
    type: str = ""
    """``Invoice`` or ``PackingSlip``; "" for a relation's own contact, who serves as both."""


@value(frozen=True, slots=True)
class Relation:
    guid: int
    """Rises with creation: the order of GUIDs is the order of creation."""
    private: bool
    name: str
    is_customer: bool
    is_supplier: bool
    is_other: bool
    customer_number: int | None
    supplier_number: int | None
    email: str | None
    phone: str | None
    registration: str | None
    vat: str | None
    address: Address
    contacts: tuple[Contact, ...]
    created_on: int
    changed_on: int
    more_addresses: tuple[Address, ...] = ()
    payment_term_days: int | None = None


@value(frozen=True, slots=True)
class Product:
    serial: int
    article: str | None
    name: str
    category: str
    ean: str | None
    description: str
    stock: Fraction
    price: Fraction
    """Sale price without tax."""
    purchase_price: Fraction
    tax: TaxCode | None
    unit: str
    minimal_stock: Fraction
    supplier_article: str | None
    created_on: int
    changed_on: int
    archived: bool = False


class Line(NamedTuple):
    """One line of an invoice or order. A tuple, since an invoice may have 75 of them."""

    tax: TaxCode | None
    """None only on an order line: no tax is known for it yet."""
    incl: int
    net: int
    description: str = ""
    centre: str = ""
    ledger: str = ""
    product: Product | None = None
    quantity: Fraction | None = None
    unit_price: Fraction | None = None


@value(frozen=True, slots=True)
class Attachment:
    name: str
    mime: str
    content: bytes


class Invoice(NamedTuple):
    """A document of the invoicing or the bookkeeping module. The customer is as it was that day.

    A tuple, since one is made with each call: it takes a quarter of the time of a frozen dataclass.
    """

    serial: int
    kind: Kind
    status: Status
    number: int | None
    """None while it is a draft."""
    date: Day
    due: Day
    due_days: int
    customer: Relation
    lines: Sequence[Line]
    net_cents: int
    incl_cents: int
    outstanding_cents: int
    notes: str = ""
    reference: str = ""
    project: Project | None = None
    attachments: tuple[Attachment, ...] = ()
    created_on: int = 0
    contacts: tuple[Contact, ...] | None = None
    """None: the customer's own."""
    address: Address | None = None
    discount: Fraction = Fraction(0)
    credit_of: int | None = None
    credited_by: int | None = None


@value(frozen=True, slots=True)
class Order:
    number: int
    date: Day
    customer: Relation
    lines: Sequence[Line]
    net_cents: int
    incl_cents: int
    status: str
    reference: str
    notes: str
    created_on: int
    changed_on: int
    contacts: tuple[Contact, ...] | None = None
    address: Address | None = None
    attachments: tuple[Attachment, ...] = ()
    invoiced_as: int | None = None
    """Serial of the invoice that was made of it."""


def same(text: str) -> str:
    """The form in which names and e-mail addresses are compared."""
    return text.strip().lower()


def _first(items: Iterable[T], key: Callable[[T], str]) -> dict[str, T]:
    found: dict[str, T] = {}
    for item in items:
        found.setdefault(key(item), item)
    return found
