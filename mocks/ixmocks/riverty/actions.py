"""Which actions does the control API offer for Riverty, and what does each take?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ixmocks.engine.system import Action
from ixmocks.riverty import desk
from ixmocks.riverty.model import CONFIRMED, REFUSED, Kind
from ixmocks.riverty.notices import TYPES

_TEXT: Mapping[str, Any] = {"type": "string"}
_NAME: Mapping[str, Any] = {"type": "string", "minLength": 1}
_FLAG: Mapping[str, Any] = {"type": "boolean"}
_SECONDS: Mapping[str, Any] = {"type": "integer", "minimum": 0, "maximum": 31_536_000}
_TYPE: Mapping[str, Any] = {"type": "string", "enum": list(TYPES)}
_BUSINESS = {"businessCode": _NAME}
_ORDER = {"orderReference": _NAME, **_BUSINESS}
_INVOICE = {"invoiceReference": _NAME, **_ORDER}
_FAULT = {"next": {"type": "integer", "minimum": 1, "maximum": 10_000}, "type": _TYPE}


def _takes(properties: Mapping[str, Any], *required: str, **more: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": dict(properties), "additionalProperties": False, **more}
    return {**schema, "required": list(required)} if required else schema


ACTIONS: Mapping[str, Action] = {
    "registerPayment": Action(
        desk.register_payment,
        "Register a payment on an invoice, or on an order before its invoice: a part, or all that is left.",
        _takes(
            {**_INVOICE, "amount": {"type": ["number", "string"]}},
            anyOf=[{"required": ["invoiceReference"]}, {"required": ["orderReference"]}],
        ),
    ),
    "makeInvoice": Action(
        desk.make_invoice,
        "Make an invoice that was confirmed, at once. Without a choice, the oldest; without a number, by RIV-33.",
        _takes({**_INVOICE, "number": {"type": "string", "minLength": 1, "maxLength": 30}}),
    ),
    "confirmOrder": Action(desk.confirm_order, "Confirm an order that waits for its verdict.", _takes(_ORDER)),
    "refuseOrder": Action(
        desk.refuse_order,
        "Refuse an order that waits for its verdict, with a field and a reason.",
        _takes({**_ORDER, "fieldName": _NAME, "providedValue": _TEXT, "description": _NAME}),
    ),
    "findVerdict": Action(
        desk.find_verdict,
        "Look up the last verdict that fits; refused where there is none.",
        _takes(
            {
                **_INVOICE, "internalRequestId": _NAME, "transactionId": _NAME, "fieldName": _NAME, "rule": _NAME,
                "requestType": {"enum": [kind.value for kind in Kind]}, "result": {"enum": [CONFIRMED, REFUSED]},
            }
        ),
    ),
    "sendNotificationsNow": Action(
        desk.send_notifications_now,
        "Give every verdict, make every invoice and send every notification that is still to come.",
        _takes({}),
    ),
    "resendNotifications": Action(
        desk.resend_notifications, "Send again what was lost, or what its receiver did not take.", _takes({})
    ),
    "delayNotifications": Action(
        desk.delay_notifications,
        "Let the next notifications leave late, by an hour unless said otherwise.",
        _takes({**_FAULT, "seconds": _SECONDS}),
    ),
    "loseNotifications": Action(desk.lose_notifications, "Lose the next notifications.", _takes(_FAULT)),
    "doubleNotifications": Action(
        desk.double_notifications, "Send the next notifications twice.", _takes(_FAULT)
    ),
    "reverseNotifications": Action(
        desk.reverse_notifications,
        "Hold the next notifications, two unless said otherwise, and send them last one first.",
        _takes(_FAULT),
    ),
    "forgeNotification": Action(
        desk.forge_notification,
        "Post a notification that the service never made: a confirmed order, or what `parameters` say.",
        _takes({"type": _TYPE, "parameters": {"type": "object"}, "orderReference": _NAME, "transactionId": _NAME}),
    ),
    "setOnboarding": Action(
        desk.set_onboarding,
        "Change who makes invoices and who decides, the delays, the download limit or the answer to a wrong key.",
        _takes(
            {
                "onboarding": {"enum": ["service", "client"]}, "ordersByHand": _FLAG, "invoicesByHand": _FLAG,
                "verdictDelaySeconds": _SECONDS, "documentDelaySeconds": _SECONDS,
                "documentsPerSecond": {"type": "integer", "minimum": 0}, "wrongKey": {"enum": [500, 401]},
            },
            minProperties=1,
        ),
    ),
}  # fmt: skip
