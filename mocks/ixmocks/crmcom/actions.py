"""Which actions does the control API offer for CRM.COM, and what does each take?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ixmocks.crmcom import desk
from ixmocks.crmcom.model import Release
from ixmocks.crmcom.seed import DAYS_MAX
from ixmocks.engine.system import Action

_TEXT: Mapping[str, Any] = {"type": "string"}
_AMOUNT: Mapping[str, Any] = {"type": "number", "minimum": 0}
_ONE: Mapping[str, Any] = {"type": "object"}
_CHOICE: Mapping[str, Any] = dict.fromkeys(desk.CHOICE, _TEXT)


def _takes(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return {**schema, "required": list(required)} if required else schema


ACTIONS: Mapping[str, Action] = {
    "postInvoice": Action(
        desk.post_invoice,
        "Post a draft: it becomes final. Without a choice, the oldest draft.",
        _takes({**_CHOICE, "posted_on": _TEXT}),
    ),
    "rejectInvoice": Action(
        desk.reject_invoice, "Reject a draft. Without a choice, the oldest one.", _takes(_CHOICE)
    ),
    "cancelInvoice": Action(
        desk.cancel_invoice,
        "Cancel a posted invoice by a document of its own. Without a choice, the oldest one.",
        _takes({**_CHOICE, "notes": _TEXT}),
    ),
    "registerPayment": Action(
        desk.register_payment,
        "Enter a payment of an invoice: a part, or all that is outstanding. Without a choice, of the oldest one.",
        _takes({**_CHOICE, "amount": _AMOUNT}),
    ),
    "addAccount": Action(
        desk.add_account,
        "Enter an account by hand, with a number of one's own if wanted.",
        _takes(
            {
                "name": _TEXT, "number": {"type": "string", "minLength": 1}, "description": _TEXT, "notes": _TEXT,
                "vat_number": _TEXT, "contact_information_identifier": _ONE,
                "credit_period": {"type": "integer", "minimum": 0, "maximum": DAYS_MAX},
            },
            "name",
        ),
    ),
    "addProduct": Action(
        desk.add_product,
        "Enter a product by hand, with the price that the pricing strategy asks.",
        _takes(
            {
                "code": _TEXT, "alternative_code": _TEXT, "description": _TEXT, "type_identifier": _ONE,
                "vat_rate_identifier": _ONE, "price": _AMOUNT,
            },
            "code", "type_identifier",
        ),
    ),
    "addInstalledItem": Action(
        desk.add_installed_item,
        "Take a piece of a traceable good into stock.",
        _takes(
            {"product_identifier": _ONE, "serial_number": _TEXT, "alternative_code": _TEXT},
            "product_identifier", "serial_number",
        ),
    ),
    "setPrice": Action(
        desk.set_price,
        "Let the pricing strategy ask another price for a product; without one, none.",
        _takes({"product_identifier": _ONE, "price": _AMOUNT}, "product_identifier"),
    ),
    "closePeriod": Action(
        desk.close_period,
        "Close the accounting period up to a moment, written as the organisation's clock shows it.",
        _takes({"until": _TEXT}, "until"),
    ),
    "setRelease": Action(
        desk.set_release,
        "Install another release; without one, that of the reading of CRM-24 is in force again.",
        _takes({"release": {"type": "string", "enum": list(Release.__members__)}}),
    ),
    "setCreditPeriod": Action(
        desk.set_credit_period,
        "Change after how many days an invoice is due.",
        _takes({"days": {"type": "integer", "minimum": 0, "maximum": DAYS_MAX}}, "days"),
    ),
}  # fmt: skip
