"""Whom and what do cases find in a world? Customers, products and instalments, watermarked and boundary cases first.

Every instalment of a world has a total and a word of its own, so that a document shows whose it is even where the
target has no field for it. The same seed makes the same world.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from ixconform.data import Customer, Data, Instalment, Line, Product
from ixconform.systems.target import Traits

TODAY = date(2026, 4, 15)
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
PRODUCTS = (("SEAT", "Seat"), ("PARK", "Parking"), ("GIFT", "Gift"), ("BOARD", "Board"))


@dataclass
class Maker:
    """Makes one world, piece by piece."""

    traits: Traits
    seed: int = 7
    customers: list[Customer] = field(default_factory=list)
    strangers: list[Customer] = field(default_factory=list)
    instalments: list[Instalment] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self._totals: set[int] = set()
        self._first_id = 1000 + self.seed % 7 * 100

    # --- who

    def customer(
        self,
        name: str = "",
        *,
        known: bool = True,
        email: str | None = None,
        private: bool = False,
        id: int = 0,
    ) -> Customer:
        number = id or self._first_id + len(self.customers) + len(self.strangers) + 1
        # Nobody can enter a customer into books that the kit does not know: there all of them are new.
        title = name or f"Club {_word(self.seed * 7919 + number, 6).title()} NV"
        made = Customer(
            id=number, name=title, known=known and not self.traits.unseen,
            vat="" if private else f"{self.traits.country}{_vat(number)}",
            email=f"pay{number}@club.example" if email is None else email,
            person=_person(title) if private else None,
        )  # fmt: skip
        self.customers.append(made)
        return made

    def stranger(self, name: str, email: str) -> Customer:
        number = self._first_id + 500 + len(self.strangers)
        made = Customer(id=number, name=name, email=email, vat=f"{self.traits.country}{_vat(number)}")
        self.strangers.append(made)
        return made

    # --- what

    def line(
        self, net_cents: int, rate: str = "", *, text: str = "", product: int = 0, **more: int | str
    ) -> Line:
        wanted = rate or self.traits.rates[0]
        choice = product or 501 + len(self.instalments) % len(PRODUCTS)
        return Line(product=choice, text=text or "Seat", net_cents=net_cents, rate=wanted, **more)  # type: ignore[arg-type]

    def instalment(
        self, customer: Customer, lines: Sequence[Line] = (), *, code: str = "", day: date | str = TODAY,
        why: str = "", expect: str = "book", term: int = 30, unique: bool = True, reference: str = "", basis: str = "",
        bare: bool = False, currency: str = "",
    ) -> Instalment:  # fmt: skip
        number = len(self.instalments) + 1
        token = _word(self.seed * 1000 + number, 5)
        usual = [] if bare else [self.line(10_000 + self.chance.randrange(1, 90_000))]
        chosen = list(lines) or usual
        marked = tuple(replace(line, text=f"{line.text} {token}") for line in chosen)
        made = Instalment(
            code=code or f"K-26{self.seed % 100:02d}{number:02d}-01", day=str(day), customer=customer.id, lines=marked,
            credit=sum(line.net_cents for line in marked) < 0, term=term, token=token, why=why, expect=expect,
            basis=basis or ("per_rate" if self.traits.vat_once else "per_line"), reference=reference,
            currency=currency,
        )  # fmt: skip
        while unique and not bare and made.gross_cents in self._totals:
            first = replace(made.lines[0], net_cents=made.lines[0].net_cents + 100)
            made = replace(made, lines=(first, *made.lines[1:]))
        self._totals.add(made.gross_cents)
        self.instalments.append(made)
        return made

    def data(self, *, by_hand: Iterable[str] = ()) -> Data:
        used = {line.product: line.rate for each in self.instalments for line in each.lines}
        rates = {**{501 + n: self.traits.rates[0] for n in range(len(PRODUCTS))}, **used}
        products = tuple(
            Product(id=501 + n, code=code, text=text, rate=rates[501 + n], group=f"{text}s")
            for n, (code, text) in enumerate(PRODUCTS)
        )
        return Data(
            customers=tuple(self.customers), products=products, instalments=tuple(self.instalments),
            strangers=tuple(self.strangers), by_hand=tuple(by_hand),
        )  # fmt: skip


def day(offset: int) -> str:
    """So many days before (below zero) or after the day on which worlds begin."""
    return str(TODAY + timedelta(days=offset))


def _word(seed: int, length: int) -> str:
    """A word that stands nowhere else: letters only, no vowels, so that it means nothing."""
    digest = hashlib.sha256(f"watermark {seed}".encode()).digest()
    return "".join(LETTERS[byte % len(LETTERS)] for byte in digest[: max(length % 32, 5)])


def _vat(number: int) -> str:
    """A number with the Belgian check digits; for Denmark its first eight digits serve."""
    base = 9_900_000 + number % 90_000
    return f"0{base:07d}{97 - base % 97:02d}"


def _person(name: str) -> tuple[str, str]:
    first, _, last = name.partition(" ")
    return first, last or first
