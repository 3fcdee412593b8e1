"""Which keys may Riverty's section of a scenario have? The vendor's member names, and a few of our own."""

from __future__ import annotations

SECTION = ("settings", "orders", "invoices", "customers", "callbacks")

SETTINGS = {
    "onboarding": "onboarding",
    "businessCodes": "businesses",
    "verdictDelaySeconds": "verdict_delay_s",
    "documentDelaySeconds": "document_delay_s",
    "paymentsHour": "payments_hour",
    "ordersByHand": "orders_by_hand",
    "invoicesByHand": "invoices_by_hand",
    "tolerance": "tolerance_cents",
    "documentsPerSecond": "documents_per_second",
    "wrongKey": "wrong_key",
    "documentUrl": "document_url",
}
"""Key to field of `Settings`."""

ORDER = (
    "businessCode", "customerNumber", "orderReference", "orderDate", "orderType", "orderChannel", "currency",
    "supplyingCountry", "vatDeclarationCountry", "processAfterDunning", "carrier", "billToAddress",
    "shipToAddress", "paymentReference", "contract", "items", "cancelled", "prepaid",
)  # fmt: skip
"""`cancelled`: numbers of lines; `prepaid`: what was paid before any invoice."""

ITEM = (
    "orderItemReference", "description", "productId", "quantity", "grossUnitPrice", "vatPercent", "vatAmount",
    "vatType", "positionType", "subscription", "reportingPositionData",
)  # fmt: skip

INVOICE = (
    "businessCode", "orderReference", "invoiceReference", "invoiceDate", "dueDate", "dispatchDate",
    "shipmentReference", "carrier", "trackingCode", "items", "number", "documentKey", "paid", "requested",
)  # fmt: skip
"""`number`: another one than the reference; `requested`: confirmed, and not made yet."""

CALLBACK = ("callbackUrl", "notificationTypes")
