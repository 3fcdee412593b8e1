"""What can the bridge ask of the two systems? One value per question, typed by its answer.

A step names the request; how a system spells it is the business of ``sources`` and ``targets``
(``request_for(step)``, ``meaning_of(step, heard)``), sending it the business of the shell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from ixbridge.core.model import Customer, Document, Instalment, Invoice, Product
from ixbridge.core.wire import Heard, Outcome, Request

T = TypeVar("T")


class Side(Enum):
    SOURCE = "source"
    TARGET = "target"


@dataclass(frozen=True, slots=True)
class Step(Generic[T]):
    """A question whose good answer is a ``T``."""

    side: ClassVar[Side]


class System(Protocol):
    """What a source or target module offers; both functions are pure."""

    def request_for(self, step: Step[Any], /) -> Request: ...

    def meaning_of(self, step: Step[T], heard: Heard, /) -> Outcome[T]: ...


# --- the source -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unusable:
    """An instalment of the list that cannot be read; it is set aside alone."""

    code: str
    """Its code, or ``#`` and its place in the list where not even that can be read."""
    reason: str


Delivered = Instalment | Unusable


@dataclass(frozen=True, slots=True)
class ReadInstalments(Step[tuple[Delivered, ...]]):
    side = Side.SOURCE


@dataclass(frozen=True, slots=True)
class ReadCustomer(Step[Customer]):
    customer_id: int
    side = Side.SOURCE


@dataclass(frozen=True, slots=True)
class ReadProduct(Step[Product]):
    product_id: int
    side = Side.SOURCE


@dataclass(frozen=True, slots=True)
class WriteCustomerCode(Step[None]):
    customer_id: int
    code: str
    side = Side.SOURCE


@dataclass(frozen=True, slots=True)
class WriteDraft(Step[None]):
    """``D`` and the document number: handed over, not yet real."""

    code: str
    number: str
    side = Side.SOURCE


@dataclass(frozen=True, slots=True)
class WriteInvoice(Step[None]):
    """The real number, once there is one."""

    code: str
    number: str
    due_date: date
    pdf: bytes | None
    side = Side.SOURCE


@dataclass(frozen=True, slots=True)
class WritePayment(Step[None]):
    code: str
    payment_no: str | None
    """None: it bounced, so iXpole is to forget it."""
    side = Side.SOURCE


# --- the target -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Relation:
    """A customer as the target knows it."""

    number: str
    name: str = ""
    email: str = ""
    vat_number: str = ""
    created_at: int | None = None
    """Seconds since 1970, by the target's clock."""
    alias: str = ""
    """Another number by which people know it, where documents name it by `number`."""
    source_id: str = ""
    """The iXpole customer that the bridge made it for, where it can say so in the target."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Part of a list: what it holds, and where the next part begins (None: this was the last)."""

    items: tuple[T, ...]
    next_offset: int | None


class By(Enum):
    """What relations are looked up by."""

    NUMBER = "number"
    VAT = "vat"
    NAME = "name"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class FindRelations(Step[Page[Relation]]):
    by: By
    value: str
    offset: int = 0
    side = Side.TARGET


@dataclass(frozen=True, slots=True)
class AddRelation(Step[Relation]):
    """A new customer. ``number`` is the one it must get; None: the target chooses."""

    customer: Customer
    number: str | None
    side = Side.TARGET


@dataclass(frozen=True, slots=True)
class Article:
    """An article as the target knows it."""

    number: str
    id: str
    """By what documents name it."""
    tax_codes: frozenset[str] = frozenset()
    """The names of its VAT rate, where it shows one."""


@dataclass(frozen=True, slots=True)
class FindProduct(Step[tuple[Article, ...]]):
    """Which articles have this number? One, if all is well; none, if it does not exist yet."""

    number: str
    side = Side.TARGET


@dataclass(frozen=True, slots=True)
class AddProduct(Step[Article]):
    number: str
    product: Product
    category: str
    tax_code: str | None
    side = Side.TARGET


class Creation(Enum):
    """Which kind of document is made."""

    TRANSACTION = "transaction"
    """Booked at once; it has a number from the start."""
    INVOICE_DRAFT = "invoice_draft"
    ORDER = "order"

    @property
    def is_draft(self) -> bool:
        return self is not Creation.TRANSACTION


@dataclass(frozen=True, slots=True)
class CreateDocument(Step[Document]):
    invoice: Invoice
    creation: Creation
    customer: Customer | None = None
    """Where the document carries name and address."""
    order: str = ""
    request_id: str = ""
    """Where the target takes an order first: its reference, and the id of the request."""
    side = Side.TARGET


@dataclass(frozen=True, slots=True)
class RequestInvoice(Step[str]):
    """The invoice of all lines of an order that was confirmed; its answer is a receipt."""

    customer_number: str
    order: str
    reference: str
    request_id: str
    day: date
    due: date
    lines: int
    options: Mapping[str, str] = field(default_factory=dict)
    side = Side.TARGET


@dataclass(frozen=True, slots=True)
class FetchDocument(Step[bytes]):
    """The PDF with this key."""

    key: str
    side = Side.TARGET


@dataclass(frozen=True, slots=True)
class RegisterCallback(Step[str]):
    """Post notifications here, from now on; its answer is the id of the registration."""

    url: str
    side = Side.TARGET


class Shelf(Enum):
    """Where documents are listed."""

    INVOICES = "invoices"
    ORDERS = "orders"


@dataclass(frozen=True, slots=True)
class ListDocuments(Step[Page[Document]]):
    """Documents dated from ``since`` up to ``until`` (both included), part by part."""

    since: date
    until: date | None
    offset: int = 0
    shelf: Shelf = Shelf.INVOICES
    side = Side.TARGET


@dataclass(frozen=True, slots=True)
class ListCustomerDocuments(Step[Page[Document]]):
    """All documents of one customer, part by part."""

    customer_number: str
    offset: int = 0
    side = Side.TARGET


@dataclass(frozen=True, slots=True)
class FindDocument(Step[tuple[Document, ...]]):
    """The document that has this instalment code in the field for it, if there is one."""

    code: str
    side = Side.TARGET


@dataclass(frozen=True, slots=True)
class ReadDocument(Step[tuple[Document, ...]]):
    """All documents of one number: none, one, or more than there should be."""

    number: str
    with_pdf: bool
    id: str = ""
    """Where the target reads a document by its id and not by its number."""
    side = Side.TARGET
