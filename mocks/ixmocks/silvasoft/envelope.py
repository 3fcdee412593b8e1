"""How does Silvasoft say no? Two keys, and texts that its clients look for word by word."""

from __future__ import annotations

from ixmocks.engine.outcome import Answer, Refused, Violation, Why

CREDENTIALS = "Invalid authentication credentials"
RATE = "Ratelimit exceeded"
NOT_JSON = "JSON is incorrect"
TECHNICAL = "A technical error has occurred"

_BY_WHY = {
    Why.UNAUTHORISED: (401, "UNAUTHORIZED", CREDENTIALS),
    Why.LIMITED: (401, "UNAUTHORIZED", RATE),
    Why.NOT_JSON: (400, "INVALID_JSON", NOT_JSON),
    # ASSUMED: codes and texts of the rows below; the documents show only the three above.
    Why.NOT_FOUND: (404, "NOT_FOUND", "Unknown API endpoint"),
    Why.METHOD: (405, "METHOD_NOT_ALLOWED", "Method not allowed"),
    Why.MEDIA_TYPE: (415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type must be application/json"),
    Why.TOO_LARGE: (413, "REQUEST_TOO_LARGE", "The request is too large"),
    Why.DEFECT: (500, "TECHNICAL_ERROR", TECHNICAL),
}

_NUMBERS = frozenset({
    "CustomerNumber", "InvoiceNumber", "TaxPc", "SubTotalInclTax", "InvoiceDiscountPc", "InvoiceDueDays",
    "Quantity", "UnitPriceExclTax", "SupplierNumber", "RelationGUID", "NewSalePrice", "NewStockQty",
    "NewStockMutationPurchasePrice", "NewVATPercentage", "CreatedOn", "ChangedOn", "OrderNumber", "Limit",
    "Offset", "FiscalYear", "ChangedSince", "ChangedTill", "CreatedSince", "CreatedTill",
})  # fmt: skip
_FLAGS = frozenset({
    "AddAsDraft", "UseArticlePrice", "IsCustomer", "IsSupplier", "IsOther", "DefaultContact",
    "CategoryCreateIfMissing", "HtmlAsPlainText", "IncludeArchived", "IncludeStockPositions",
    "InlcudeInvoiceLinesInResponse", "IncludeInvoiceLinesInResponse", "IncludeBase64PDF",
})  # fmt: skip
_ARRAYS = frozenset({
    "Invoice_InvoiceLine", "Order_Orderline", "Invoice_Contact", "Invoice_Address", "Order_Contact",
    "Order_Address", "Relation_Contact",
})  # fmt: skip
_OF_TYPE = frozenset({"type", "anyOf", "oneOf"})
_OF_NUMBER = frozenset({"pattern", "minimum", "maximum"})

_MESSAGES = {
    "SILV-01": "Maximum 75 invoice lines per invoice allowed",
    "SILV-02": "At least one invoice line must be present",
    "SILV-03": "At least one of CustomerNumber, CustomerName or CustomerEmail is mandatory",
    "SILV-09": "{name} is not a valid date (dd-MM-yyyy)",
    "SILV-12": "At least one of TaxPc or TaxCode is mandatory",
    "SILV-35": "{name} may have at most 150 characters",
    "SILV-36": "ProductNumber or ProductEAN is mandatory",
    "SILV-43": "ArticleNumber or EAN is mandatory",
    "SILV-44": "{name} is too long",
    "SILV-48": "{name} must not be negative",
}
"""Where a schema said no on behalf of a rule, in the words of that rule."""


def refuse(refused: Refused, operation_id: str) -> Answer:
    """The vendor's envelope for any refusal."""
    first = refused.first
    if refused.why in _BY_WHY:
        status, code, message = _BY_WHY[refused.why]
    elif refused.why is Why.FAULT:
        status, code, message = refused.status, *_of_fault(refused.status)
    else:
        status = refused.status
        code, message = _of_violation(first)
        code = refused.code or code
    return Answer(status, {"errorCode": code, "errorMessage": message}, refused=refused)


def _of_violation(first: Violation) -> tuple[str, str]:
    name, keyword = first.at.rpartition(".")[2], first.keyword
    if first.message:
        return ("INVALID_JSON" if keyword == "type" else "VALIDATION_ERROR"), first.message
    if first.rule in _MESSAGES:
        return "VALIDATION_ERROR", _MESSAGES[first.rule].format(name=name)
    of_type = keyword in _OF_TYPE or (keyword in _OF_NUMBER and name in _NUMBERS)
    if of_type and not first.at.startswith("query."):
        return "INVALID_JSON", _type_message(name)
    return "VALIDATION_ERROR", _plain_message(name, first)


def _type_message(name: str) -> str:
    """In the words of the parser that the vendor uses."""
    if name == "body":
        return NOT_JSON
    if name.isdigit():
        return f"JSONArray[{name}] is not a JSONObject."
    wanted = "a number" if name in _NUMBERS else "a Boolean" if name in _FLAGS else "a string"
    return f'JSONObject["{name}"] is not {"a JSONArray" if name in _ARRAYS else wanted}.'


def _plain_message(name: str, first: Violation) -> str:
    if first.keyword == "required":
        return f"{name} is mandatory"
    return f"{name} is invalid: {first.expected} expected"


def _of_fault(status: int) -> tuple[str, str]:
    """A fault that was armed on purpose looks like the vendor's own trouble of that status."""
    by_status = {401: ("UNAUTHORIZED", RATE), 400: ("VALIDATION_ERROR", "The request could not be processed")}
    return by_status.get(status, ("TECHNICAL_ERROR", TECHNICAL))
