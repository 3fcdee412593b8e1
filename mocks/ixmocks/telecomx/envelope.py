"""How does TelecomX say no? One error at a time: status, a short key, and a few words.

The rows are those of the vendor's error tables. For the creation of an invoice they are in the order of
its page, and the first one that fits is told (TCX-28).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from ixmocks.engine.outcome import Answer, Refused, Violation, Why

CREATE = "invoiceCreate"

_BY_WHY: Mapping[Why, tuple[int, str, str]] = {
    Why.NOT_JSON: (400, "bad_request", "The body is not valid JSON"),
    # ASSUMED: the rows below; the documents have a row for the last one only.
    Why.NOT_FOUND: (404, "not_found", "Unknown URI"),
    Why.METHOD: (405, "method_not_allowed", "Method not allowed"),
    Why.MEDIA_TYPE: (415, "unsupported_media_type", "The body must be application/json"),
    Why.TOO_LARGE: (413, "request_too_large", "Request entity too large"),
    Why.LIMITED: (429, "too_many_requests", "Too many requests"),
    Why.DEFECT: (500, "internal_error", "Internal error"),
}

WITHOUT_ID = re.compile(r"/(invoice|invoice/reseller|invoice/current|customer|product)/")
"""An address that ends where the id should stand (TCX-46)."""

_STATUS: Mapping[str, int] = {
    "TCX-01": 403, "TCX-08": 403, "TCX-39": 403, "TCX-44": 403,
    "TCX-20": 404, "TCX-21": 404, "TCX-24": 404, "TCX-27": 404, "TCX-37": 404,
}  # fmt: skip
"""Rule to the status of its refusal; what is not here is 422."""

_KEYS: Mapping[str, str] = {
    "path.customerId": "customer", "path.addressId": "address", "path.employeeId": "id", "path.token": "token",
}  # fmt: skip
"""Places to the key that the tables have for them; another object of the address is `not_found`."""

_WORDS: Mapping[str, str] = {
    "customer": "Customer not found", "reseller": "Reseller not found", "address": "Address not found",
    "invoiceDate": "Invoice date is invalid", "dueDate": "Due date is invalid or in the past",
    "headline": "Headline is invalid", "lines[x].product": "Product not found", "lines[x].units": "Units is invalid",
    "lines[x].unitCost": "Unit cost is invalid", "lines[x].unitWholesale": "Unit wholesale is invalid",
    "lines[x].unitPrice": "Unit price is invalid", "currentInvoices": "Some or all items were not found",
    "currentInvoices[x]": "Current invoice item cannot be included due to recurrence",
    "lines": "Nothing to invoice", "access_denied": "Access denied", "not_found": "Not found",
    "id": "Employee not found", "token": "Token not found", "product": "Product not found",
    "bad_request": "The body must be a JSON object",
}  # fmt: skip
"""A key to the words of its row."""

_PAGE = ("customer", "reseller", "invoiceDate", "dueDate", "headline")
_LINE = ("product", "units", "unitCost", "unitWholesale", "unitPrice", "", "other")
"""The checks of one line in their order; the empty place is the second row on its product (TCX-27)."""


def refuse(refused: Refused, operation_id: str) -> Answer:
    """The vendor's envelope for any refusal."""
    if refused.why is Why.NOT_FOUND and WITHOUT_ID.fullmatch(refused.first.seen):
        found = replace(refused.first, rule="TCX-46", expected="the address with an id at its end")
        refused, status, key, words = (
            replace(refused, violations=(found,)),
            400,
            "bad_request",
            "Id is missing",
        )
    elif refused.why in _BY_WHY:
        status, key, words = _BY_WHY[refused.why]
    elif refused.why is Why.FAULT:
        status, key, words = _of_fault(refused.status)
    elif refused.code:
        status, key, words = refused.status, refused.code, refused.first.message or "Please login"
    else:
        refused = _ordered(refused, operation_id)
        status, key, words = row_of(refused.first)
    return Answer(status, {"code": status, "message": key, "description": words}, refused=refused)


def row_of(violation: Violation) -> tuple[int, str, str]:
    """The row of the error table that a violation is."""
    status, key = _status_and_key(violation)
    general = re.sub(r"\[\d+\]", "[x]", key)
    if violation.rule == "TCX-27":
        return status, key, "Product not found or not valid for use"
    if violation.rule == "TCX-44":
        return status, key, "Tokens are not allowed for admins"
    return status, key, _WORDS.get(general) or f"{key} is invalid"


def _status_and_key(violation: Violation) -> tuple[int, str]:
    rule, at = violation.rule, violation.at
    if rule in ("TCX-01", "TCX-08", "TCX-39") or at == "request":
        return 403, "access_denied"
    if at == "body":
        return 400, "bad_request"
    if rule == "TCX-03":
        single = at != "body.currentInvoices" and not violation.keyword
        return (422, _key(at)) if single else (404, "currentInvoices")
    if rule == "TCX-42" and at.endswith(("inheritFrom", "inheritFromReseller")):
        return 404, _key(at)
    if rule == "TCX-37":
        return 404, _KEYS.get(at, "not_found")
    return _STATUS.get(rule, 422), _KEYS.get(at) or _key(at)


def _key(at: str) -> str:
    """`body.lines.0.units` is `lines[0].units`."""
    text = ""
    for step in at.split(".")[1:]:
        text += f"[{step}]" if step.isdigit() else f".{step}" if text else step
    return text or at


def _ordered(refused: Refused, operation_id: str) -> Refused:
    if operation_id != CREATE or len(refused.violations) < 2:
        return refused
    return replace(refused, violations=tuple(sorted(refused.violations, key=page_order)))


def page_order(violation: Violation) -> tuple[int, int, int]:
    """Where the row stands on the page (TCX-28): before the lines, in a line, after the lines."""
    steps = violation.at.split(".")
    status, key = _status_and_key(violation)
    if key == "bad_request":
        return (0, 0, 0)
    if key in _PAGE:
        return (1, _PAGE.index(key), 0)
    if steps[:2] == ["body", "lines"] and len(steps) > 2:
        name = "" if violation.rule == "TCX-27" else steps[3] if len(steps) > 3 else "other"
        return (3, int(steps[2]), _LINE.index(name if name in _LINE else "other"))
    if steps[:2] == ["body", "currentInvoices"]:
        return (4, 0 if status == 404 else 1, 0)
    if key == "lines":
        return (5, 0, 0)
    # ASSUMED: members without a row of their own are looked at between headline and lines.
    return (6, 0, 0) if key == "access_denied" else (2, 0, 0)


def _of_fault(status: int) -> tuple[int, str, str]:
    """A fault that was armed on purpose looks like the vendor's own trouble of that status."""
    if status == 429:
        return _BY_WHY[Why.LIMITED]
    if status == 401:
        return 401, "expired", "Session has expired, please login"
    return status, "internal_error", "Internal error"
