"""What do the people of the accounting side do on a workbench? Number what waits, and enter the money."""

from __future__ import annotations

from support.targets import Bench


def people_number(made: Bench) -> None:
    """Every draft becomes an invoice."""
    wire = made.wire
    if wire.system == "silvasoft":
        for order in wire.orders():
            if order.invoiced_as is None:
                wire.act("orderToInvoice", OrderNumber=order.number)
        return
    for each in wire.documents():
        if wire.system == "telecomx" and each.is_pending:
            wire.act("setInvoiceNumber", invoice=each.id)
        elif wire.system == "crmcom" and each.stage.value == "DRAFT":
            wire.act("postInvoice", back_office_code=each.back_office_code)
        elif wire.system == "riverty" and each.status.value == "requested":
            wire.act("makeInvoice", invoiceReference=each.reference)


def people_pay(made: Bench) -> None:
    """Every invoice is paid in full."""
    wire = made.wire
    for each in wire.documents():
        if wire.system == "telecomx" and not each.paid:
            wire.act("registerPayment", invoice=each.id)
        elif wire.system == "crmcom" and each.outstanding_cents:
            wire.act("registerPayment", back_office_code=each.back_office_code)
        elif wire.system == "silvasoft" and each.number is not None and each.outstanding_cents:
            wire.act("registerPayment", InvoiceNumber=each.number)
        elif wire.system == "riverty" and each.status.value == "issued" and each.remaining_cents:
            wire.act("registerPayment", invoiceReference=each.number)
