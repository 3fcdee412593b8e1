"""In which words does CRM.COM say no? Inside HTTP 200, in `status`; HTTP errors come from the server around it.

All codes but OK are invented: no page lists one. Clients look whether the code is OK, and show the message.
"""

from __future__ import annotations

from typing import Any

from ixmocks.engine.outcome import Answer, Readings, Refused, Violation, Why

OK = "OK"
INSIDE_200 = frozenset({Why.UNAUTHORISED, Why.NOT_JSON, Why.SCHEMA, Why.RULE})
"""What the application itself says; the rest comes from the server around it, with a status of its own (CRM-21)."""

_BY_WHY = {
    Why.NOT_JSON: ("INVALID_JSON", "The request body is not valid JSON"),
    Why.NOT_FOUND: ("RESOURCE_NOT_FOUND", "The requested resource does not exist"),
    Why.METHOD: ("METHOD_NOT_ALLOWED", "The HTTP method is not allowed for this resource"),
    Why.MEDIA_TYPE: ("UNSUPPORTED_MEDIA_TYPE", "The content type must be application/json"),
    Why.TOO_LARGE: ("REQUEST_TOO_LARGE", "The request is too large"),
    Why.FAULT: ("SYSTEM_ERROR", "An unexpected error has occurred"),
    Why.DEFECT: ("SYSTEM_ERROR", "An unexpected error has occurred"),
}

_BY_RULE = {
    "CRM-01": ("INVALID_IDENTIFIER", "Exactly one of the semi-optional parameters must be specified"),
    "CRM-02": ("INVALID_AMOUNTS", "Cost and sub total exclude each other"),
    "CRM-03": ("INVALID_DISCOUNT", "Discount percentage and discount amount exclude each other"),
    "CRM-04": ("DUPLICATE_BACK_OFFICE_CODE", "The back office code is already in use"),
    "CRM-05": ("CURRENCY_MISMATCH", "The intended currency is not that of the accounts receivable"),
    "CRM-06": ("INVALID_POSTING_DATE", "The posting date is not allowed"),
    "CRM-07": ("INVALID_MEMBER", "The member accounts receivable is not applicable"),
    "CRM-08": ("INSTALLED_ITEM_MISSING", "Installed items are mandatory for traceable goods"),
    "CRM-09": ("INVALID_DISCOUNT", "A discount is not applicable to stockable physical goods"),
    "CRM-10": ("INVALID_WAREHOUSE", "The warehouses are not applicable"),
    "CRM-13": ("INVALID_LIFE_CYCLE_STATE", "The life cycle state does not allow this"),
    "CRM-15": ("TOKEN_EXPIRED", "The token has expired"),
    "CRM-22": ("INVALID_TOKEN", "The token is not valid"),
    "CRM-23": ("INVALID_CREDENTIALS", "The credentials are not valid"),
    "CRM-28": ("NOT_FOUND", "The entity was not found"),
    "CRM-29": ("INVALID_LIFE_CYCLE_STATE", "The life cycle state must be DRAFT or POSTED"),
    "CRM-30": ("MANDATORY_PARAMETER_MISSING", "At least one invoice item must be specified"),
    "CRM-31": ("INVALID_NUMBER", "The number must not be negative"),
    "CRM-32": ("INVALID_DISCOUNT", "The discount exceeds the amount"),
    "CRM-33": ("INVALID_DATE", "The date must be specified as yyyy-MM-ddTHH:mm:ss"),
    "CRM-34": ("INVALID_FIELDS_SET", "The field does not exist"),
    "CRM-38": ("MANDATORY_PARAMETER_MISSING", "The quantity is mandatory"),
    "CRM-39": ("INVALID_QUANTITY", "The quantity is not applicable to traceable goods"),
    "CRM-42": ("INVALID_IDENTIFIER", "The identifier must be specified as field=value"),
    "CRM-45": ("INVALID_IDENTIFIER", "Exactly one of accounts receivable and wallet must be specified"),
    "CRM-46": ("INVALID_NUMBER", "The payment amount must be more than zero"),
    "CRM-47": ("INVALID_TYPE", "The financial transaction type is not applicable"),
    "CRM-48": ("INVALID_INSTALLED_ITEM", "The installed item cannot be sold"),
    "CRM-49": ("INVALID_ACTION", "The action is not valid"),
    "CRM-50": ("INVALID_NUMBER", "The number is too large"),
    "CRM-51": ("DUPLICATE_CODE", "The code is already in use"),
    "CRM-52": ("MANDATORY_PARAMETER_MISSING", "A mandatory parameter is missing"),
    "CRM-53": ("MANDATORY_PARAMETER_MISSING", "The name is mandatory"),
    "CRM-54": ("MANDATORY_PARAMETER_MISSING", "The name is mandatory"),
}
_PLAIN = ("INVALID_PARAMETER", "A parameter is not valid")
_MISSING = _BY_RULE["CRM-52"]


def success(data: Any) -> dict[str, Any]:
    return {"data": data, "status": {"code": OK, "description": "", "message": ""}}


def refuse(refused: Refused, operation_id: str) -> Answer:
    """The envelope of any refusal. `description` names the place."""
    code, message = _words(refused)
    status = refused.status
    if refused.why in INSIDE_200:
        status = 200
    body = {
        "data": None,
        "status": {"code": code, "description": _place(refused.first.at), "message": message},
    }
    return Answer(status, body, refused=refused)


def under(answer: Answer, readings: Readings) -> Answer:
    """The same refusal under the reading `http-4xx` of CRM-21: as an HTTP error too."""
    refused = answer.refused
    if refused is None or refused.why not in INSIDE_200 or readings.get("CRM-21") != "http-4xx":
        return answer
    status = 401 if refused.why is Why.UNAUTHORISED or refused.first.rule == "CRM-23" else 400
    return Answer(status, answer.body, answer.headers, refused, answer.notes)


def _words(refused: Refused) -> tuple[str, str]:
    first = refused.first
    if refused.why in _BY_WHY:
        return _BY_WHY[refused.why]
    fallback = _MISSING if first.keyword == "required" else _PLAIN
    code, message = _BY_RULE.get(first.rule, fallback)
    return code, first.message or message


def _place(at: str) -> str:
    """`body.invoice_item_set.0.cost` without the part that names body or query."""
    return at.partition(".")[2] or at


def violates(rule: str, at: str, seen: str, expected: str, message: str = "", advice: str = "") -> Violation:
    """A breach of a rule, in the vendor's words where none are given."""
    return Violation(rule, at, seen, expected, message or _BY_RULE.get(rule, _PLAIN)[1], advice)
