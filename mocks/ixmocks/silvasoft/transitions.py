"""From which status to which can a sales order go? It is open until one invoice is made of it."""

from __future__ import annotations

from enum import Enum

from ixmocks.silvasoft.model import Order


class OrderStatus(Enum):
    OPEN = "open"
    INVOICED = "invoiced"


class OrderEvent(Enum):
    INVOICE = "make an invoice of it"


ORDER_NEXT: dict[tuple[OrderStatus, OrderEvent], OrderStatus] = {
    (OrderStatus.OPEN, OrderEvent.INVOICE): OrderStatus.INVOICED,
}
"""The life of an order. Its own word for its status is the user's, and means nothing here."""


def order_status_of(order: Order) -> OrderStatus:
    return OrderStatus.OPEN if order.invoiced_as is None else OrderStatus.INVOICED
