"""Notifications of Riverty as its pages show them, written by hand: nothing of the mocks is in here."""

from __future__ import annotations

import json
from typing import Any


def verdict(order: str, transaction: str, *errors: tuple[str, str], **details: Any) -> bytes:
    """What accounting says of a request; without errors it is a yes."""
    rows = [{"fieldName": name, "ErrorDescription": text} for name, text in errors]
    said = {"orderNo": order, "result": "ERROR_IN_FILE" if rows else "OK", "errorDetails": rows, **details}
    return posted("EDIErrorSent", {"requestType": "GET_ORDER", "transactionId": transaction, "details": said})


def invoice_made(order: str, number: str, **more: Any) -> bytes:
    said = {
        "businessCode": "1000", "transactionId": "A1B2", "orderReference": order, "invoiceReference": number,
        "currency": "EUR", "grossAmount": 125, "dueDate": "2026-05-01", "urlKey": f"https://evil.example/{KEY}",
    }  # fmt: skip
    return posted("invoiceCreated", {**said, **more})


def document_made(order: str, number: str, **more: Any) -> bytes:
    one = {"orderReference": order, "invoiceReference": number, "documentCreationDate": "2026-04-15", **more}
    document = {"documentType": "INVOICE", "urlKey": f"/S/{KEY}", "documentInformation": [one]}
    return posted(
        "documentCreated", {"businessCode": "1000", "transactionId": "A1B3", "documents": [document]}
    )


def paid(order: str, number: str, **more: Any) -> bytes:
    said = {
        "businessCode": "1000", "companyCode": "1000", "currency": "EUR", "customerNumber": "IX1001",
        "fiscalYear": 2026, "invoiceReference": number, "orderAmount": 125, "orderReference": order,
        "paidAmount": 125, "paymentDocument": "1", "remainingAmount": 0, "tolerance": 0,
        "transactionId": "PaymentInformation-1000-A1",
    }  # fmt: skip
    return posted("paymentReceived", {**said, **more})


def posted(kind: str, parameters: dict[str, Any]) -> bytes:
    return json.dumps({"type": f"accounting/{kind}", "parameters": parameters}).encode()


KEY = "7f0d5a4e-3c1b-4f7e-9a52-0c4d8e6b1a90"
