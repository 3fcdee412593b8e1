"""How does the service say no? Two kinds of bodies: the first gate's, and the gateway's before it."""

from __future__ import annotations

import re
from dataclasses import replace

from ixmocks.engine.outcome import Answer, Readings, Refused, Violation, Why

PREFACE = (
    "Body of the request does not conform to the definition which is associated with the content type "
    "application/json."
)
DOWN = "The service is not available or the subscription key is not valid."
NO_ACCESS = "Access denied due to invalid subscription key."
UNEXPECTED = "An unexpected error occurred while the request was handled."

# ASSUMED: the documents show the body of a 400 only; titles and texts of the others follow it.
_BY_WHY = {
    Why.NOT_JSON: (400, "RequestBody", "IncorrectMessage"),
    Why.TOO_LARGE: (413, "RequestBody", "RequestTooLarge"),
    Why.MEDIA_TYPE: (415, "RequestBody", "UnsupportedMediaType"),
    Why.DEFECT: (500, "Service", "InternalServerError"),
}
_TEXTS = {
    Why.NOT_JSON: "The body of the request is not valid JSON.",
    Why.TOO_LARGE: "The body of the request is too large.",
    Why.MEDIA_TYPE: "Content type must be application/json.",
    Why.DEFECT: UNEXPECTED,
}
_GATEWAY = {
    Why.NOT_FOUND: (404, "Resource not found"),
    Why.METHOD: (405, "Method not allowed"),
    Why.LIMITED: (429, "Rate limit is exceeded. Try again in 1 seconds."),
}
_BY_STATUS = {404: _GATEWAY[Why.NOT_FOUND], 429: _GATEWAY[Why.LIMITED]}
_SCHEMAS = {
    "createOrder": "CreateOrder",
    "createInvoice": "CreateInvoice",
    "updateInvoice": "UpdateInvoice",
    "cancelOrder": "CancelOrder",
    "returnOrder": "ReturnOrder",
    "addGoodwill": "AddGoodwill",
    "createCustomer": "CustomerRequest",
    "createBusinessCustomer": "CustomerRequest",
    "createNotificationCallback": "CallbackRequest",
}


def refuse(refused: Refused, operation_id: str) -> Answer:
    """The vendor's envelope for any refusal."""
    gateway = _GATEWAY.get(refused.why) or _BY_STATUS.get(refused.status)
    if gateway is not None:
        status, message = gateway
        headers = (("Retry-After", "1"),) if status == 429 and refused.why is Why.LIMITED else ()
        return Answer(status, {"statusCode": status, "message": message}, headers, refused)
    if refused.why is Why.UNAUTHORISED and refused.status == 401:
        return Answer(401, {"statusCode": 401, "message": NO_ACCESS}, refused=refused)
    status, kind, title = _head(refused)
    text = _text(refused, operation_id)
    return Answer(
        status, {"type": kind, "title": title, "code": status, "description": text}, refused=refused
    )


def under(answer: Answer, readings: Readings) -> Answer:
    """A wrong key under the reading `http-401` of RIV-15: said by the gateway, not like an outage."""
    refused = answer.refused
    if refused is None or refused.why is not Why.UNAUTHORISED or readings.get("RIV-15") != "http-401":
        return answer
    return refuse(replace(refused, status=401), "")


def _head(refused: Refused) -> tuple[int, str, str]:
    if refused.why in _BY_WHY:
        return _BY_WHY[refused.why]
    if refused.status >= 500:
        return refused.status, "Service", "InternalServerError"
    return refused.status, "RequestBody", "IncorrectMessage"


def _text(refused: Refused, operation_id: str) -> str:
    if refused.why in _TEXTS:
        return _TEXTS[refused.why]
    if refused.status >= 500:
        return DOWN
    if refused.why is Why.FAULT:
        return UNEXPECTED
    first = refused.first
    place = first.at.split(".")[1:]
    parent = place[:-1] if first.keyword == "required" else place
    return f"{PREFACE} Path:{_path(parent)} Message: {_message(first)} SchemaId: {_pointer(operation_id, parent)}"


def _path(place: list[str]) -> str:
    """`items[0].quantity`"""
    shown = ""
    for step in place:
        shown += f"[{step}]" if step.isdigit() else f".{step}" if shown else step
    return shown


def _pointer(operation_id: str, place: list[str]) -> str:
    # ASSUMED: the vendor's schema names are not known; ours stand in.
    steps = "".join("/items" if step.isdigit() else f"/properties/{step}" for step in place)
    return f"#/components/schemas/{_SCHEMAS.get(operation_id, 'Request')}{steps}"


def _message(first: Violation) -> str:
    """In the words of the validator that the example points to."""
    name, number = first.at.rpartition(".")[2], "".join(re.findall(r"\d+", first.expected)[:1])
    by_keyword = {
        "required": f"Required properties are missing from object: {name}.",
        "maxLength": f"String {first.seen} exceeds maximum length of {number}.",
        "enum": f"Value {first.seen} is not defined in enum.",
        "minItems": f"Array item count is less than minimum count of {number}.",
        "type": f"Invalid type. Expected {first.expected.removeprefix('of type ').capitalize()}.",
    }
    if first.keyword == "pattern" and name == "email":
        return f"String {first.seen} does not validate against format 'email'."
    return by_keyword.get(first.keyword, f"Value {first.seen} is not {first.expected}.")
