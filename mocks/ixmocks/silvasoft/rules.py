"""What does each operation of Silvasoft do? One name per operation; the modules hold the reasons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ixmocks.engine.outcome import Changed, Outcome, Readings, Refused, Violation
from ixmocks.silvasoft.form import Form
from ixmocks.silvasoft.invoicing import add_sales_invoice
from ixmocks.silvasoft.listing import list_sales_invoices
from ixmocks.silvasoft.orders import add_order, list_orders, update_order
from ixmocks.silvasoft.products import add_product, list_products, update_product
from ixmocks.silvasoft.relations import (
    add_business_relation,
    add_private_relation,
    list_relations,
    update_relation,
)
from ixmocks.silvasoft.sales import add_sales_transaction
from ixmocks.silvasoft.state import State


def list_tax_codes(state: State, query: Mapping[str, Any], *, at: datetime, readings: Readings) -> Outcome:
    return Changed(state, state.books.taxes)


def list_ledger_accounts(
    state: State, query: Mapping[str, Any], *, at: datetime, readings: Readings
) -> Outcome:
    """Accounts of one fiscal year, the latest unless asked otherwise (SILV-71)."""
    found: list[Violation] = []
    form = Form(query, "query", found)
    year = form.word("FiscalYear")
    kind = form.choice("LedgerType", "BalanceSheet", "IncomeStatement", default="")
    if found:
        return Refused(tuple(found))
    ledgers = state.books.ledgers
    wanted = year or max((one.fiscal_year for one in ledgers), default="")
    chosen = tuple(
        one
        for one in ledgers
        if one.fiscal_year == wanted and (not kind or one.income_statement == (kind == "IncomeStatement"))
    )
    return Changed(state, chosen)


__all__ = [
    "add_business_relation",
    "add_order",
    "add_private_relation",
    "add_product",
    "add_sales_invoice",
    "add_sales_transaction",
    "list_ledger_accounts",
    "list_orders",
    "list_products",
    "list_relations",
    "list_sales_invoices",
    "list_tax_codes",
    "update_order",
    "update_product",
    "update_relation",
]
