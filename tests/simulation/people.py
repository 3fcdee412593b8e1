"""What do the people of the accounting side do on a workbench? Number what waits, and enter the money."""

from __future__ import annotations

from support.targets import Bench


def people_number(made: Bench) -> None:
    for each in made.wire.documents():
        if made.wire.system == "telecomx" and each.is_pending:
            made.wire.act("setInvoiceNumber", invoice=each.id)
        elif made.wire.system == "crmcom" and each.stage.value == "DRAFT":
            made.wire.act("postInvoice", back_office_code=each.back_office_code)


def people_pay(made: Bench) -> None:
    for each in made.wire.documents():
        if made.wire.system == "telecomx" and not each.paid:
            made.wire.act("registerPayment", invoice=each.id)
        elif made.wire.system == "crmcom" and each.outstanding_cents:
            made.wire.act("registerPayment", back_office_code=each.back_office_code)
