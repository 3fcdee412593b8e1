"""What does the kit know of a target? The same few answers from each module of this folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ixconform.data import Customer
from ixconform.history import Books, Document, Exchange

Act = tuple[str, Mapping[str, Any]]
"""An action of the control API and what it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What is so with this target, by its documents; the same for every connector."""

    name: str
    title: str
    currency: str
    country: str
    rates: tuple[str, ...]
    """Percentages that the base world can express, the usual one first."""
    lines_max: int = 0
    """0: no limit is known."""
    negative: bool = True
    """Whether a credit or a negative line can be booked at all."""
    vat_once: bool = False
    """Whether tax is worked out once on the sum, so that only such totals can be booked."""
    makes_products: bool = True
    """Whether a connector makes products that are missing; else the base world has them all."""
    has_pdf: bool = False
    creates: frozenset[str] = frozenset()
    """Operations that make a document."""
    adds: frozenset[str] = frozenset()
    """Operations that make a customer."""
    logins: frozenset[str] = frozenset()
    """Operations that sign in there."""
    enforced: tuple[str, ...] = ()
    """Members by which the target itself keeps a second document out, if the connector sends one."""
    part_payments: bool = True
    unseen: bool = False
    """Whether it stands outside the kit, so that nothing but what iXpole is told can be judged."""
    line_rule: str = ""
    posts: bool = False
    """Whether it posts notifications, without which nobody learns what became of a request."""
    callback: str = ""
    """The path at which an address for them is registered."""
    registers: frozenset[str] = frozenset()
    """Operations that register such an address: no bookkeeping, however often they are sent."""
    notifications: tuple[str, ...] = ()
    """What is to be registered for."""
    pulse: str = ""
    """How much time passes between two runs, so that what it does by itself is done."""
    payments_after: str = ""
    """How long after a payment it can be known."""
    unpays: bool = True
    """Whether a payment can be taken back."""
    overpays: bool = False
    """Whether more can be paid than is outstanding."""
    retires: str = ""
    """The action that archives a product by its code, which stands in this member: `archiveProduct ArticleNumber`."""
    drops: bool = True
    """Whether people can delete a draft there."""
    dues: bool = False
    """Whether it takes from the connector when a document is due; else it works that out itself."""
    names_currency: bool = False
    """Whether each document names its currency; else the books have one, and nothing else can be booked."""
    customers_along: bool = False
    """A customer is no record of its own, but comes with the first document."""
    opening: Mapping[str, tuple[Act, ...]] = field(default_factory=dict)
    """What is set up at first, by mode."""

    @property
    def sign_ins(self) -> frozenset[str]:
        """Operations that sign in, there or at iXpole."""
        return self.logins | {"postToken"}

    @property
    def bookless(self) -> frozenset[str]:
        """What changes something and books nothing: signing in, and saying where one hears."""
        return self.sign_ins | self.registers


class Target(Protocol):
    @property
    def traits(self) -> Traits: ...

    def code_of(self, customer: Customer) -> str:
        """The code under which iXpole knows a customer that the target has."""
        ...

    def enter(self, customer: Customer) -> Act | None:
        """Enter a customer by hand."""
        ...

    def books(self, state: Mapping[str, Any]) -> Books:
        """Documents and customers, out of the state that the control API tells."""
        ...

    def post(self, document: Document) -> Act | None:
        """What a person does to make a draft real; None where it is real."""
        ...

    def pay(self, document: Document, cents: int | None) -> Act | None: ...

    def unpay(self, document: Document) -> Act | None: ...

    def drop(self, document: Document) -> Act | None:
        """What a person does to delete a draft."""
        ...

    def by_hand(self, number: str, customer: Customer) -> Act | None:
        """A document of a person's own under this number; None where that cannot be."""
        ...

    def limited(self, exchange: Exchange) -> bool:
        """Whether this answer says "too many requests", in whatever disguise."""
        ...


class Usual:
    """What is so with most targets: people cannot do it there. Each says only where it differs."""

    def unpay(self, document: Document) -> Act | None:
        return None

    def drop(self, document: Document) -> Act | None:
        return None

    def by_hand(self, number: str, customer: Customer) -> Act | None:
        return None

    def limited(self, exchange: Exchange) -> bool:
        return exchange.status == 429


def texts(values: Iterable[Any]) -> str:
    """All text in nested values, a line each: where a tag or a watermark may stand."""
    found: list[str] = []
    stack = list(values)[::-1]
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, Mapping):
            stack.extend(list(value.values())[::-1])
        elif isinstance(value, list | tuple):
            stack.extend(value[::-1])
    return "\n".join(found)
