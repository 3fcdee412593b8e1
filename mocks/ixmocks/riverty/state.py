"""What does the service remember? One immutable value; a snapshot is a reference."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime
from typing import Any

from rpds import HashTrieMap

from ixmocks.engine.timeline import Timeline
from ixmocks.engine.values import value
from ixmocks.riverty.model import (
    Callback,
    Due,
    Fault,
    Invoice,
    Notice,
    NoticeStatus,
    Order,
    OrderKey,
    Request,
    Settings,
    Task,
)


@value(frozen=True, slots=True)
class State:
    settings: Settings
    seed: int
    serial: int = 0
    """How many ids were given; the next one follows from it."""
    requests: HashTrieMap[str, Request] = field(default_factory=HashTrieMap)
    by_request_id: HashTrieMap[str, str] = field(default_factory=HashTrieMap)
    """`X-Request-ID` to the last request that came with it."""
    about: HashTrieMap[OrderKey, tuple[str, ...]] = field(default_factory=HashTrieMap)
    """The requests about each order, oldest first."""
    orders: HashTrieMap[OrderKey, Order] = field(default_factory=HashTrieMap)
    invoices: HashTrieMap[OrderKey, Invoice] = field(default_factory=HashTrieMap)
    numbers: HashTrieMap[OrderKey, str] = field(default_factory=HashTrieMap)
    """Business and number of an issued invoice to its reference."""
    credits: HashTrieMap[tuple[str, str, str], str] = field(default_factory=HashTrieMap)
    """Business, kind and reference of each return and goodwill to its order."""
    documents: HashTrieMap[str, OrderKey] = field(default_factory=HashTrieMap)
    customers: HashTrieMap[str, Mapping[str, Any]] = field(default_factory=HashTrieMap)
    callbacks: tuple[Callback, ...] = ()
    agenda: Timeline[Due] = field(default_factory=Timeline)
    notices: HashTrieMap[str, Notice] = field(default_factory=HashTrieMap)
    ready: tuple[str, ...] = ()
    """Notices to send now, oldest first."""
    held: tuple[str, ...] = ()
    """Notices that wait for others, to leave after them."""
    faults: tuple[Fault, ...] = ()
    downloads: tuple[datetime, ...] = ()
    """The moments of the last downloads, at most a second old."""

    def fresh(self, what: str) -> tuple[State, str]:
        """A new id, in the form of a UUID: the same on every machine, and no two alike."""
        serial = self.serial + 1
        return replace(self, serial=serial), uuid_of(f"{self.seed}:{serial}:{what}")

    def schedule(self, at: datetime, task: Task, *key: str) -> State:
        """With something to do at that time, behind what is due then already."""
        serial = self.serial + 1
        return replace(self, serial=serial, agenda=self.agenda.add(Due(at, serial, task, key)))

    def with_request(self, request: Request) -> State:
        return replace(self, requests=self.requests.insert(request.id, request))

    def with_order(self, order: Order) -> State:
        return replace(self, orders=self.orders.insert(order.key, order))

    def with_invoice(self, invoice: Invoice) -> State:
        return replace(self, invoices=self.invoices.insert(invoice.key, invoice))

    def with_notice(self, notice: Notice) -> State:
        ready = (*self.ready, notice.id) if notice.status is NoticeStatus.READY else self.ready
        return replace(self, notices=self.notices.insert(notice.id, notice), ready=ready)

    def invoice_of(self, business: str, name: str) -> Invoice | None:
        """By reference, or by the number it was issued under."""
        found = self.invoices.get((business, name))
        return found or self.invoices.get((business, self.numbers.get((business, name)) or ""))


def uuid_of(text: str) -> str:
    """A name as a UUID of version 8, whose digits are free to choose."""
    digits = hashlib.sha256(text.encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"
