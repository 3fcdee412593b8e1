"""Which things can people be made to do in TelecomX, and what must be said for each?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ixmocks.engine.system import Action
from ixmocks.telecomx import described, desk

Schema = Mapping[str, Any]

TEXT: Schema = {"type": "string"}
NAMED: Schema = {"type": "string", "minLength": 1}


def _params(required: tuple[str, ...] = (), /, **properties: Schema) -> Schema:
    schema: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": properties}
    return schema | ({"required": list(required)} if required else {})


def _any_of(names: tuple[str, ...], required: tuple[str, ...] = ()) -> Schema:
    """Members of whatever type: the rule names what does not fit."""
    return _params(required, **{name: {} for name in names})


def _without(names: tuple[str, ...], *less: str) -> tuple[str, ...]:
    return tuple(name for name in names if name not in less)


ACTIONS: Mapping[str, Action] = {
    "setInvoiceNumber": Action(
        desk.set_invoice_number,
        "The accounting side gives an invoice its number: the one named by id or headline, or the oldest that waits",
        _params(invoice=NAMED, number=NAMED, dueDate=TEXT),
    ),
    "markSent": Action(
        desk.mark_sent,
        "Mark an invoice as sent: its number is fixed then",
        _params(("invoice",), invoice=NAMED),
    ),
    "registerPayment": Action(
        desk.register_payment, "The money for an invoice has come", _params(("invoice",), invoice=NAMED)
    ),
    "reversePayment": Action(
        desk.reverse_payment, "The money for an invoice went back", _params(("invoice",), invoice=NAMED)
    ),
    "deleteInvoice": Action(
        desk.delete_invoice,
        "Delete an invoice that is not marked as sent",
        _params(("invoice",), invoice=NAMED),
    ),
    "runMonth": Action(
        desk.run_month,
        "The monthly run for one customer: a period invoice over all that waits",
        _params(("customer",), customer=NAMED),
    ),
    "addCustomer": Action(desk.add_customer, "Enter a customer", _any_of(described.CUSTOMER, ("name",))),
    "editCustomer": Action(
        desk.edit_customer,
        "Change a customer, or delete it by its state",
        _any_of(("customer", *_without(described.CUSTOMER, "_id", "isReseller")), ("customer",)),
    ),
    "addProduct": Action(
        desk.add_product, "Enter a product", _any_of(described.PRODUCT, ("productCode", "name"))
    ),
    "editProduct": Action(
        desk.edit_product,
        "Change a product",
        _any_of(
            (
                "product",
                *_without(
                    described.PRODUCT,
                    "_id",
                    "reseller",
                    "customer",
                    "inheritFrom",
                    "inheritFromReseller",
                    "description",
                ),
            ),
            ("product",),
        ),
    ),
    "endProduct": Action(
        desk.end_product, "End a product, now or at a moment", _params(("product",), product=NAMED, end=TEXT)
    ),
    "addCurrentLine": Action(
        desk.add_current_line,
        "Put a line on a customer's waiting list",
        _any_of(described.CURRENT, ("customer", "product")),
    ),
    "addEmployee": Action(
        desk.add_employee,
        "Enter an employee, who may then log in",
        _any_of(described.EMPLOYEE, ("user", "accessLevel", "customer")),
    ),
}
