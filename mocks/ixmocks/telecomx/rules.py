"""What may be done in TelecomX, and what follows from it? One pure decision per operation, here by name."""

from __future__ import annotations

from ixmocks.telecomx.current import (
    create_current,
    delete_current,
    get_current,
    list_current,
    update_current,
)
from ixmocks.telecomx.entry import create_token, delete_token, log_in, ping, validate
from ixmocks.telecomx.invoices import get_invoice, list_invoices, update_invoice
from ixmocks.telecomx.invoicing import create_invoice
from ixmocks.telecomx.people import (
    create_address,
    create_customer,
    get_address,
    get_customer,
    list_customers,
    update_address,
    update_customer,
)
from ixmocks.telecomx.products import create_product, get_product, list_products, update_product

__all__ = [
    "create_address", "create_current", "create_customer", "create_invoice", "create_product", "create_token",
    "delete_current", "delete_token", "get_address", "get_current", "get_customer", "get_invoice", "get_product",
    "list_current", "list_customers", "list_invoices", "list_products", "log_in", "ping", "update_address",
    "update_current", "update_customer", "update_invoice", "update_product", "validate",
]  # fmt: skip
