"""What does iXpole say of a customer, a product or an instalment?"""

from __future__ import annotations

from datetime import date
from typing import Any

from ixmocks.ixpole import shape, tables
from ixmocks.ixpole.money import amount_of
from ixmocks.ixpole.state import Customer, Instalment, Product, Sale, State, status_of

Json = dict[str, Any]


def customer(of: Customer) -> Json:
    return shape.show(tables.CUSTOMER, of)


def product(of: Product) -> Json:
    return shape.show(tables.PRODUCT, of)


def sale(of: Sale) -> Json:
    """For people: as answers show it, and whether it is Final."""
    return {**shape.show(tables.SALE, of), "status": of.state.value}


def instalment(state: State, of: Instalment, today: date) -> Json:
    """All that is needed to make the invoice. Status and customer are looked up now, not stored."""
    return {
        "instalmentId": of.instalment_id,
        "instalmentCode": of.code,
        "instalmentDate": of.day.isoformat(),
        "invoiceReference": of.invoice_reference,
        "type": of.kind.value,
        "status": status_of(of, today).value,
        "season": shape.show(tables.SEASON, of.season),
        "sale": shape.show(tables.SALE, state.sales[of.sale_id]),
        "customer": shape.show(tables.CUSTOMER_OF_INSTALMENT, state.customers[of.customer_id]),
        "addressId": of.address_id,
        "contactId": of.contact_id,
        "owner": shape.show(tables.OWNER, of.owner),
        "currency": of.currency,
        "paymentTermDays": of.payment_term_days,
        "amountExclVat": amount_of(of.net_cents),
        "vatAmount": amount_of(of.vat_cents),
        "amountInclVat": amount_of(of.gross_cents),
        "invoiceNumber": of.invoice_number or None,
        "invoiceDueDate": of.due_date.isoformat() if of.due_date else None,
        "paymentNo": of.payment_no or None,
        "lines": [shape.show(tables.LINE, line) for line in of.lines],
    }
