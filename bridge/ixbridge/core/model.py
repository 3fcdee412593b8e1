"""What do the bridge's decisions speak of? Instalments, customers, products, invoices, documents.

Amounts are whole minor units of the currency (cents for EUR). Rates, quantities and unit prices
are exact decimals. Dates are dates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date as Date
from decimal import Decimal
from enum import Enum


class InstalmentType(Enum):
    INVOICE = "Invoice"
    CREDIT = "Credit"


class Mode(Enum):
    """How a target is used: booked at once, or as a draft that somebody makes real."""

    DIRECT = "direct"
    DRAFT = "draft"


class Basis(Enum):
    """How the source came to its VAT: rounded on each line, once per rate, or out of inclusive amounts."""

    PER_LINE = "per_line"
    PER_RATE = "per_rate"
    GROSS = "gross"


@dataclass(frozen=True, slots=True)
class VatRate:
    code: str
    percentage: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """One instalment line as iXpole gives it."""

    number: int
    product_id: int | None
    product_code: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    """Exclusive of VAT, in currency units, before discount."""
    discount_percentage: Decimal
    vat_rate: VatRate
    net_minor: int
    vat_minor: int | None
    gross_minor: int | None
    ledger_account: str | None = None
    cost_centre: str | None = None
    period_from: Date | None = None
    period_to: Date | None = None
    parent_product_id: int | None = None


@dataclass(frozen=True, slots=True)
class Instalment:
    code: str
    date: Date
    type: InstalmentType
    customer_id: int
    customer_code: str | None
    customer_name: str
    currency: str
    payment_term_days: int | None
    net_minor: int
    vat_minor: int
    gross_minor: int
    lines: tuple[Line, ...]
    status: str = "ToDo"
    invoice_number: str | None = None
    invoice_due_date: Date | None = None
    payment_no: str | None = None
    invoice_reference: str = ""
    contract_number: str = ""
    is_barter: bool = False
    credited_code: str | None = None
    season: str = ""
    sale_type: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    description: str = ""
    is_default: bool = False
    street: str = ""
    house_number: str = ""
    box: str = ""
    postal_code: str = ""
    city: str = ""
    country_code: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    gender: str = ""
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class Customer:
    id: int
    code: str | None
    is_business: bool
    name: str
    first_name: str = ""
    last_name: str = ""
    vat_number: str = ""
    language: str = ""
    email: str = ""
    invoice_email: str = ""
    phone: str = ""
    is_active: bool = True
    addresses: tuple[Address, ...] = ()
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, slots=True)
class Product:
    id: int
    code: str
    description: str
    vat_rate: VatRate
    price_minor: int | None
    """Exclusive of VAT; None where iXpole has no price."""
    currency: str = "EUR"
    unit: str = ""
    group: str = ""
    ledger_account: str | None = None


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line as it will be booked: VAT, ledger account and cost centre already mapped."""

    description: str
    net_minor: int
    gross_minor: int
    vat_percentage: Decimal
    tax_code: str | None
    ledger_account: str | None
    cost_centre: str | None
    product_code: str = ""
    article_id: str = ""
    """By what the target names the article, where that is not its number."""
    quantity: Decimal = Decimal(1)
    merged: tuple[int, ...] = ()
    """The numbers of the instalment lines it stands for."""

    @property
    def vat_minor(self) -> int:
        return self.gross_minor - self.net_minor


@dataclass(frozen=True, slots=True)
class Totals:
    net_minor: int
    vat_minor: int
    gross_minor: int


@dataclass(frozen=True, slots=True)
class Invoice:
    """What is to be booked for one instalment, complete, before anything is sent."""

    code: str
    date: Date
    currency: str
    customer_number: str
    lines: tuple[InvoiceLine, ...]
    expected: Totals
    """What the target will compute from these lines."""
    notes: str
    """Carries the tag by which the document is found again."""
    reference: str = ""
    number: str | None = None
    """Our own number, where the bridge keeps the series; None: the target numbers."""
    due_days: int | None = None
    annex: tuple[InvoiceLine, ...] = ()
    """The lines one by one, where the invoice sums them up: they must go along as a PDF."""
    due_date: Date | None = None
    """Where the target takes a date; `due_days` says the same in days."""
    options: Mapping[str, str] = field(default_factory=dict)
    """What the settings say of all documents of this target: a type, a category."""


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line as the target shows it."""

    description: str
    quantity: str
    net_minor: int
    vat: str = ""
    """The rate, as it is to be printed."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a target says of one document it holds."""

    number: str | None
    """The real number; None while it is a draft without one."""
    draft_id: str | None
    """What identifies the draft or order (becomes D + this); None for a direct invoice."""
    date: Date
    due_date: Date | None
    totals: Totals | None
    outstanding_minor: int | None
    notes: str = ""
    reference: str = ""
    customer_number: str = ""
    line_count: int | None = None
    pdf: bytes | None = None
    key: str = ""
    """The instalment's code, where the target has a field for it; else its tag is in the notes."""
    void: str = ""
    """What became of a document that counts no more: rejected, cancelled."""
    lines: tuple[DocumentLine, ...] = ()
    """Where the bridge draws the PDF itself."""
    currency: str = ""

    @property
    def is_draft(self) -> bool:
        return self.number is None
