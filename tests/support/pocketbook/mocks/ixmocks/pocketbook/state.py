"""What does Pocketbook remember? One immutable value: customers and bills."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from rpds import HashTrieMap


@dataclass(frozen=True, slots=True)
class Customer:
    code: str
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    number: int
    key: str
    customer: str
    day: date
    due: date
    total_cents: int
    lines: int
    is_draft: bool = False
    is_paid: bool = False


@dataclass(frozen=True, slots=True)
class State:
    customers: HashTrieMap[str, Customer] = field(default_factory=HashTrieMap)
    bills: HashTrieMap[str, Bill] = field(default_factory=HashTrieMap)
    """By their keys."""

    def with_customer(self, customer: Customer) -> State:
        return replace(self, customers=self.customers.insert(customer.code, customer))

    def with_bill(self, bill: Bill) -> State:
        return replace(self, bills=self.bills.insert(bill.key, bill))
