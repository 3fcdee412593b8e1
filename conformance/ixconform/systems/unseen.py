"""An accounting system that the kit has no mock of: only what iXpole sees can be judged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ixconform.data import Customer
from ixconform.history import Books, Document
from ixconform.systems.target import Act, Traits, Usual

TRAITS = Traits(
    name="unseen",
    title="an accounting system of its own",
    currency="EUR",
    country="BE",
    rates=("21", "6", "12", "0"),
    unseen=True,
)


class Unseen(Usual):
    traits = TRAITS

    def code_of(self, customer: Customer) -> str:
        return str(100_000 + customer.id)

    def enter(self, customer: Customer) -> Act | None:
        return None

    def books(self, state: Mapping[str, Any]) -> Books:
        return Books()

    def post(self, document: Document) -> Act | None:
        return None

    def pay(self, document: Document, cents: int | None) -> Act | None:
        return None
