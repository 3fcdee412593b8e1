"""Which things can people be made to do in iXpole, and what must be said for each?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ixmocks.engine.system import Action
from ixmocks.ixpole import desk, sales
from ixmocks.ixpole.shape import Table
from ixmocks.ixpole.tables import CUSTOMER, PRODUCT, STORED_SALE

Schema = Mapping[str, Any]

TEXT: Schema = {"type": "string"}
CODE: Schema = {"type": "string", "minLength": 1}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
FLAG: Schema = {"type": "boolean"}
ID: Schema = {"type": "integer"}
LINES: Schema = {"type": "array", "items": {"type": "object"}}


def _params(required: tuple[str, ...] = (), /, **properties: Schema) -> Schema:
    schema: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": properties}
    return schema | ({"required": list(required)} if required else {})


def _any_of(table: Table, required: tuple[str, ...] = ()) -> Schema:
    """The members of a table, of whatever type: the rule names what does not fit. What is required is an id."""
    return _params(required, **{member.name: ID if member.name in required else {} for member in table})


_INSTALMENT = {
    "instalmentDate": TEXT, "invoiceReference": TEXT, "paymentTermDays": ID, "customer": {"type": "object"},
    "addressId": {"type": ["integer", "null"]}, "contactId": {"type": ["integer", "null"]}, "lines": LINES,
}  # fmt: skip

ACTIONS: Mapping[str, Action] = {
    "addSale": Action(
        sales.add_sale,
        "Plan a contract: its lines divided evenly over the instalment dates",
        _params(
            ("customerId", "lines", "instalmentDates"),
            customerId=ID,
            lines=LINES,
            instalmentDates={"type": "array", "items": TEXT},
            **{member.name: {} for member in STORED_SALE if member.name != "contractNumber"},
            contractNumber=CODE,
        ),
    ),
    "finaliseSale": Action(
        sales.finalise_sale, "Make a draft sale Final", _params(("contractNumber",), contractNumber=CODE)
    ),
    "cancelSale": Action(
        sales.cancel_sale,
        "Cancel what is not invoiced of a sale, and credit the chosen invoices",
        _params(("contractNumber",), contractNumber=CODE, credit={"type": "array", "items": CODE}),
    ),
    "addInstalment": Action(
        desk.add_instalment,
        "Plan one instalment, described like in a scenario",
        {"type": "object", "required": ["instalmentDate", "customer", "lines"]},
    ),
    "editInstalment": Action(
        desk.edit_instalment,
        "Change an instalment that has no document yet",
        _params(("instalmentCode",), instalmentCode=CODE, **_INSTALMENT),
    ),
    "withdrawInstalment": Action(
        desk.withdraw_instalment,
        "Take an instalment without document out of its sale",
        _params(("instalmentCode",), instalmentCode=CODE),
    ),
    "creditInstalment": Action(
        sales.credit_instalment,
        "Request a credit note for an invoiced instalment, and plan a new one with `replace`",
        _params(("instalmentCode",), instalmentCode=CODE, replace=FLAG),
    ),
    "typeInvoiceNumber": Action(
        desk.type_invoice_number,
        "Type Invoice No, DueDate or Payment No into the overview; null or an empty text clears",
        _params(
            ("instalmentCode",),
            instalmentCode=CODE,
            invoiceNumber=TEXT_OR_NULL,
            invoiceDueDate=TEXT_OR_NULL,
            paymentNo=TEXT_OR_NULL,
        ),
    ),
    "showInstalments": Action(
        desk.show_instalments, "The instalments overview, all or those of one status", _params(status=TEXT)
    ),
    "downloadInvoicePdf": Action(
        desk.download_invoice_pdf,
        "The PDF as the customer finds it on the portal",
        _params(("instalmentCode",), instalmentCode=CODE),
    ),
    "setCreditSales": Action(
        desk.set_credit_sales, "Let credit sales be delivered, or not", _params(("enabled",), enabled=FLAG)
    ),
    "addCustomer": Action(desk.add_customer, "Enter a customer", _any_of(CUSTOMER)),
    "editCustomer": Action(desk.edit_customer, "Change a customer", _any_of(CUSTOMER, ("customerId",))),
    "addProduct": Action(desk.add_product, "Enter a product", _any_of(PRODUCT)),
    "editProduct": Action(desk.edit_product, "Change a product", _any_of(PRODUCT, ("productId",))),
}
