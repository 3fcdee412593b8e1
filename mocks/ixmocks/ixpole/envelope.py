"""In which words does iXpole say no? One envelope for the API, the one of RFC 6749 for the token call.

All of it is inferred: the style of the paths and of the token answer speaks for ASP.NET Web API.
"""

from __future__ import annotations

from typing import Any

from ixmocks.engine.outcome import Answer, Refused, Violation, Why

INVALID = "The request is invalid."
MESSAGES = {
    Why.NOT_FOUND: "No HTTP resource was found that matches the request URI.",
    Why.METHOD: "The requested resource does not support this http method.",
    Why.MEDIA_TYPE: "The request entity's media type is not supported for this resource.",
    Why.TOO_LARGE: "Maximum request length exceeded.",
    Why.UNAUTHORISED: "Authorization has been denied for this request.",
    Why.LIMITED: "Too many requests.",
    Why.FAULT: "An error has occurred.",
    Why.DEFECT: "An error has occurred.",
}
TOKEN_OPERATION = "postToken"


def refuse(refused: Refused, operation_id: str) -> Answer:
    if operation_id == TOKEN_OPERATION:
        return Answer(refused.status, {"error": _oauth_error(refused)}, refused=refused)
    headers = (("WWW-Authenticate", "Bearer"),) if refused.why is Why.UNAUTHORISED else ()
    return Answer(refused.status, _body(refused), headers, refused)


def _oauth_error(refused: Refused) -> str:
    """What is misshapen names its own error: an unknown grant is one, an absent client id another."""
    if refused.why in (Why.FAULT, Why.DEFECT):
        return "server_error"
    if refused.code:
        return refused.code
    first = refused.first
    if first.at.endswith(("client_id", "client_secret")):
        return "invalid_client"
    if first.at.endswith("grant_type") and first.keyword == "enum":
        return "unsupported_grant_type"
    return "invalid_request"


def _body(refused: Refused) -> dict[str, Any]:
    if refused.why is Why.FAULT and refused.status == 429:
        return {"Message": MESSAGES[Why.LIMITED]}
    if refused.why in MESSAGES:
        return {"Message": MESSAGES[refused.why]}
    if refused.status == 413:
        return {"Message": MESSAGES[Why.TOO_LARGE]}
    if refused.status != 400:
        return {"Message": _words(refused.first)}
    fields: dict[str, list[str]] = {}
    for violation in refused.violations:
        messages = fields.setdefault(_field(violation.at), [])
        if _words(violation) not in messages:
            messages.append(_words(violation))
    return {"Message": INVALID, "ModelState": fields}


def _words(violation: Violation) -> str:
    return violation.message or f"Seen {violation.seen}; expected {violation.expected}."


def _field(at: str) -> str:
    """`body.2.invoiceDueDate` is `[2].invoiceDueDate`; what concerns the whole body is `body`."""
    steps = at.split(".")
    if len(steps) > 1:
        steps = steps[1:]
    text = ""
    for step in steps:
        text += f"[{step}]" if step.isdigit() else f".{step}" if text else step
    return text
