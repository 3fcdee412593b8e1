"""What is in a world at first? Customers, products and instalments as plain values that a case file can hold.

Amounts are decimal text, rates are percentages as text; nothing here knows a target. `ixconform.worlds` makes such
data, `ixconform.filling` puts it into a world.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ixconform.money import by_rate, vat_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    id: int
    name: str
    known: bool = True
    """The target has it, and iXpole knows its code there."""
    email: str = ""
    vat: str = ""
    person: tuple[str, str] | None = None
    """First and last name of a private person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    id: int
    code: str
    text: str
    rate: str = "21"
    group: str = "Seats"
    ledger: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    product: int
    text: str
    net_cents: int
    rate: str
    quantity: int = 1
    discount: int = 0
    """Percent, already taken off `net_cents`."""
    ledger: str = ""
    cost_centre: str = ""

    @property
    def vat_cents(self) -> int:
        return vat_of(self.net_cents, Decimal(self.rate))

    @property
    def gross_cents(self) -> int:
        return self.net_cents + self.vat_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    code: str
    day: str
    customer: int
    lines: tuple[Line, ...]
    credit: bool = False
    term: int = 30
    reference: str = ""
    currency: str = ""
    """Empty: that of the books."""
    basis: str = "per_line"
    """How the header's VAT was rounded: `per_line`, or once `per_rate`."""
    token: str = ""
    """The watermark: stands in each line's text and nowhere else in the world."""
    expect: str = "book"
    """`book`; `may-refuse`: right if booked, right if left for a person; `may-park`: the same, if it says
    so by name or exit code; `refuse`: must not be booked."""
    why: str = ""
    """What is special about it, in words."""

    @property
    def net_by_rate(self) -> dict[Decimal, int]:
        return by_rate((Decimal(line.rate), line.net_cents) for line in self.lines)

    @property
    def vat_by_rate(self) -> dict[Decimal, int]:
        if self.basis == "per_rate":
            return {rate: vat_of(net, rate) for rate, net in self.net_by_rate.items()}
        return by_rate((Decimal(line.rate), line.vat_cents) for line in self.lines)

    @property
    def net_cents(self) -> int:
        return sum(line.net_cents for line in self.lines)

    @property
    def vat_cents(self) -> int:
        return sum(self.vat_by_rate.values())

    @property
    def gross_cents(self) -> int:
        return self.net_cents + self.vat_cents

    @property
    def gross_by_rate(self) -> dict[Decimal, int]:
        vat = self.vat_by_rate
        return {rate: net + vat[rate] for rate, net in self.net_by_rate.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    customers: tuple[Customer, ...] = ()
    products: tuple[Product, ...] = ()
    instalments: tuple[Instalment, ...] = ()
    strangers: tuple[Customer, ...] = ()
    """In the target alone: other people of the same name or address."""
    by_hand: tuple[str, ...] = ()
    """Numbers that people have used for documents of their own in the target."""

    def instalment(self, code: str) -> Instalment | None:
        return next((each for each in self.instalments if each.code == code), None)

    def customer(self, id: int) -> Customer:
        return next(each for each in self.customers if each.id == id)

    def product(self, id: int) -> Product:
        return next(each for each in self.products if each.id == id)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens: `kind` and what it takes, as plain JSON values."""

    kind: str
    args: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A world and what happens in it. Everything that is needed to play it again, the seed not among it."""

    scenario: str
    """`C-010`: the entry in the catalogue."""
    title: str
    level: int
    data: Data
    steps: tuple[Step, ...]
    variant: str = ""
    """Which of the scenario's worlds: `answer lost at addsalestransaction`."""
    readings: dict[str, str] = field(default_factory=dict)
    clock: str = "2026-04-15T09:00:00+02:00"
    running: bool = False
    """Whether the world's clock runs, as limits by the second need it."""
    seed: int = 7
    faulty: bool = False
    """Whether something goes wrong that may leave an instalment for a person to look at."""
