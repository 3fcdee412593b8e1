"""Which keys may a scenario's section have, and what is there where it says nothing?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]

SETTINGS = (
    "currency", "zone", "credit_period_days", "release", "names_accounts", "vat_rate", "closed_until",
    "next_invoice_number", "next_reference_number",
)  # fmt: skip
NAMED = ("id", "name", "alternative_code")
TYPE = (*NAMED, "class")
CATEGORY = ("id", "name", "code")
CURRENCY = (
    "id", "code", "prefix_symbol", "suffix_symbol", "integer_part_name", "decimal_part_name", "rate", "from_date"
)  # fmt: skip
VAT_RATE = (*NAMED, "description", "percentage", "percentage_under")
WAREHOUSE = (*NAMED, "owner")
PRODUCT_TYPE = (*NAMED, "stockable", "traceable")
WALLET = ("id", "number")
CONTACT = (
    "id", "number", "type", "title", "first_name", "middle_name", "last_name", "company_name", "notes", "demographics",
    "address_set",
)  # fmt: skip
ACCOUNT = (
    "id", "number", "name", "currency", "description", "notes", "life_cycle_state", "parent", "funds_members",
    "partner", "contact", "credit_period", "credit_period_operator", "vat_number",
)  # fmt: skip
PRODUCT = ("id", "code", "alternative_code", "description", "type", "vat_rate", "price")
PIECE = ("id", "serial_number", "alternative_code", "product")

LISTS: Mapping[str, str] = {
    "payment_methods": "methods",
    "rejection_reasons": "reasons",
    "classifications": "classifications",
    "groups": "groups",
    "brands": "brands",
    "families": "families",
    "contact_categories": "contact_categories",
    "privacy_levels": "privacy_levels",
    "units": "units",
}
"""Lists of entries with a name and an alternative code: the scenario's key and the field of `Lists`."""

SECTION = (
    "settings", "types", "categories", "currencies", "vat_rates", "warehouses", "product_types", *LISTS, "wallets",
    "contacts", "accounts", "products", "installed_items", "invoices", "payments",
)  # fmt: skip

DEFAULTS: Mapping[str, tuple[Row, ...]] = {
    "types": (
        {"name": "Invoice", "alternative_code": "INV", "class": "INVOICE"},
        {"name": "Invoice Cancellation", "alternative_code": "INVC", "class": "INVOICE_CANCELLATION"},
        {"name": "Payment", "alternative_code": "PAY", "class": "PAYMENT"},
    ),
    "currencies": (
        {"code": "EUR", "prefix_symbol": "€", "integer_part_name": "Euro", "decimal_part_name": "Cent"},
    ),
    "vat_rates": ({"name": "Zero", "alternative_code": "ZR", "percentage": 0},),
    "product_types": (
        {"name": "Service", "alternative_code": "SERVICE"},
        {"name": "Physical good", "alternative_code": "GOOD", "stockable": True},
        {"name": "Traceable good", "alternative_code": "TRACED", "stockable": True, "traceable": True},
    ),
    "payment_methods": ({"name": "Bank transfer", "alternative_code": "BANK"},),
    "rejection_reasons": ({"name": "Entered by mistake"},),
    "units": ({"id": "1", "name": "Main unit"},),
}
