"""Which actions does the control API offer for Silvasoft, and what does each take?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ixmocks.engine.system import Action
from ixmocks.silvasoft import desk

_NUMBER: Mapping[str, Any] = {"type": "integer"}
_TEXT: Mapping[str, Any] = {"type": "string"}
_AMOUNT: Mapping[str, Any] = {"type": ["number", "string"]}
_DAYS: Mapping[str, Any] = {"type": "integer", "minimum": 0, "maximum": 36_500}

_CHOICE: Mapping[str, Any] = {"InvoiceNumber": _NUMBER, "InvoiceReference": _TEXT, "Serial": _NUMBER}
_ONE_CHOICE: Mapping[str, Any] = {"anyOf": [{"required": [name]} for name in _CHOICE]}

_RELATION: Mapping[str, Any] = {
    "Name": _TEXT, "Email": _TEXT, "Phone": _TEXT, "CustomerNumber": _NUMBER, "SupplierNumber": _NUMBER,
    "IsCustomer": {"type": "boolean"}, "IsSupplier": {"type": "boolean"}, "IsOther": {"type": "boolean"},
    "RegistrationNumber": _TEXT, "TaxIdentificationNumber": _TEXT, "Address_Street": _TEXT, "Address_Unit": _TEXT,
    "Address_UnitAppendix": _TEXT, "Address_PostalCode": _TEXT, "Address_City": _TEXT, "Address_CountryCode": _TEXT,
    "Relation_Contact": {"type": "array", "items": {"type": "object"}}, "PaymentTermDays": _DAYS,
}  # fmt: skip


def _takes(properties: Mapping[str, Any], *required: str, **more: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": dict(properties), "additionalProperties": False, **more}
    return {**schema, "required": list(required)} if required else schema


ACTIONS: Mapping[str, Action] = {
    "postDraft": Action(
        desk.post_draft,
        "Make an invoice of a draft: it gets its number and date. Without a choice, of the oldest draft.",
        _takes({**_CHOICE, "Number": _NUMBER, "Date": _TEXT}),
    ),
    "registerPayment": Action(
        desk.register_payment,
        "Register a payment on an invoice: a part, or all that is outstanding.",
        _takes({**_CHOICE, "Amount": _AMOUNT}, **_ONE_CHOICE),
    ),
    "reversePayment": Action(
        desk.reverse_payment,
        "Take back a payment: a part, or all that was paid.",
        _takes({**_CHOICE, "Amount": _AMOUNT}, **_ONE_CHOICE),
    ),
    "deleteInvoice": Action(
        desk.delete_invoice, "Delete an unpaid invoice or a draft.", _takes(_CHOICE, **_ONE_CHOICE)
    ),
    "creditInvoice": Action(
        desk.credit_invoice, "Make a credit note for a whole invoice.", _takes(_CHOICE, **_ONE_CHOICE)
    ),
    "bookByHand": Action(
        desk.book_by_hand,
        "Type an invoice into the books, with a number of one's own.",
        _takes(
            {
                "InvoiceNumber": _NUMBER, "CustomerNumber": _NUMBER, "InvoiceDate": _TEXT, "InvoiceNotes": _TEXT,
                "SubTotalInclTax": _AMOUNT, "TaxPc": _AMOUNT, "TaxCode": _TEXT, "Description": _TEXT,
            }
        ),
    ),
    "addRelation": Action(
        desk.add_relation,
        "Enter a relation by hand; doubles of name and e-mail are allowed.",
        _takes({**_RELATION, "Private": {"type": "boolean"}}),
    ),
    "editRelation": Action(
        desk.edit_relation,
        "Change a relation, found by its GUID or customer number.",
        _takes(
            {**_RELATION, "RelationGUID": _NUMBER, "NewCustomerNumber": _NUMBER},
            anyOf=[{"required": ["RelationGUID"]}, {"required": ["CustomerNumber"]}],
        ),
    ),
    "addCostCentre": Action(
        desk.add_cost_centre,
        "Enter a cost centre.",
        _takes({"Name": {"type": "string", "pattern": "[^ ]"}}, "Name"),
    ),
    "archiveProduct": Action(
        desk.archive_product,
        "Archive a product, or bring it back.",
        _takes({"ArticleNumber": _TEXT, "Archived": {"type": "boolean"}}, "ArticleNumber"),
    ),
    "addFile": Action(
        desk.add_file,
        "Say what is found at a URL that InvoiceFileUrl may name; nothing is ever fetched.",
        _takes(
            {
                "url": _TEXT, "mime": _TEXT, "size": {"type": "integer", "minimum": 0}, "text": _TEXT, "base64": _TEXT,
                "reachable": {"type": "boolean"},
            },
            "url",
        ),
    ),
    "setPlan": Action(
        desk.set_plan,
        "Change the API plan: so many requests an hour.",
        _takes({"requestsPerHour": {"type": "integer", "minimum": 1}}, "requestsPerHour"),
    ),
    "orderToInvoice": Action(
        desk.order_to_invoice,
        "Make an invoice of a sales order.",
        _takes({"OrderNumber": _NUMBER}, "OrderNumber"),
    ),
}  # fmt: skip
