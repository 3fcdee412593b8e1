"""What do customers, products, sales and instalments look like in JSON? Tables.

A scenario, an action and an answer speak the same names. Names and structure are inferred as a whole: the documents
print no JSON.
"""

from __future__ import annotations

from decimal import Decimal

from rpds import HashTrieMap

from ixmocks.ixpole.shape import (
    BOOLEAN,
    DATE,
    DISCOUNT,
    FREE,
    INTEGER,
    LEAVE_OUT,
    MONEY,
    NAME,
    PERCENTAGE,
    PRICE,
    QUANTITY,
    TEXT,
    Member,
    Table,
    choice,
    given,
    many,
    one,
)
from ixmocks.ixpole.state import Address, BomPart, Contact, Owner, Season, VatRate

VAT_RATE: Table = (Member("code", "code", NAME), Member("percentage", "percentage", PERCENTAGE))
PRODUCT_VAT_RATE: Table = (
    Member("code", "code", NAME),
    Member("description", "description", TEXT, ""),
    Member("percentage", "percentage", PERCENTAGE),
)
SEASON: Table = (Member("seasonId", "season_id", INTEGER), Member("name", "name", TEXT))
OWNER: Table = (
    Member("userId", "user_id", INTEGER),
    Member("name", "name", TEXT),
    Member("email", "email", TEXT),
)
ADDRESS: Table = (
    Member("addressId", "address_id", INTEGER),
    Member("description", "description", TEXT, "Billing"),
    Member("isDefault", "is_default", BOOLEAN, False),
    Member("street", "street", TEXT, ""),
    Member("houseNumber", "house_number", TEXT, ""),
    Member("box", "box", TEXT, ""),
    Member("postalCode", "postal_code", TEXT, ""),
    Member("city", "city", TEXT, ""),
    Member("countryCode", "country_code", TEXT, "BE"),
)
CONTACT: Table = (
    Member("contactId", "contact_id", INTEGER),
    Member("firstName", "first_name", TEXT, None, nullable=True),
    Member("lastName", "last_name", TEXT, None, nullable=True),
    Member("gender", "gender", TEXT, None, nullable=True),
    Member("email", "email", TEXT, None, nullable=True),
    Member("phone", "phone", TEXT, None, nullable=True),
    Member("language", "language", TEXT, None, nullable=True),
    Member("isDefault", "is_default", BOOLEAN, False),
)
CUSTOMER: Table = (
    Member("customerId", "customer_id", INTEGER),
    Member("customerCode", "code", NAME, None, nullable=True),
    Member("customerType", "customer_type", choice("Business", "Private"), "Business"),
    Member("isActive", "is_active", BOOLEAN, True),
    Member("isProspect", "is_prospect", BOOLEAN, False),
    Member("isInternal", "is_internal", BOOLEAN, False),
    Member("isKeyAccount", "is_key_account", BOOLEAN, False),
    Member("name", "name", TEXT, LEAVE_OUT),
    Member("alternativeName1", "alternative_name1", TEXT, None, nullable=True),
    Member("alternativeName2", "alternative_name2", TEXT, None, nullable=True),
    Member("firstName", "first_name", TEXT, None, nullable=True),
    Member("lastName", "last_name", TEXT, None, nullable=True),
    Member("vatNumber", "vat_number", TEXT, None, nullable=True),
    Member("language", "language", choice("nl", "fr", "en"), "nl"),
    Member("customerCategory", "customer_category", TEXT, None, nullable=True),
    Member("priceList", "price_list", TEXT, "Standard"),
    Member("phone1", "phone1", TEXT, None, nullable=True),
    Member("phone2", "phone2", TEXT, None, nullable=True),
    Member("email", "email", TEXT, None, nullable=True),
    Member("website", "website", TEXT, None, nullable=True),
    Member("invoiceDeliveryType", "invoice_delivery_type", choice("Email", "Post"), "Email"),
    Member("invoiceEmail", "invoice_email", TEXT, None, nullable=True),
    Member("ticketsName", "tickets_name", TEXT, None, nullable=True),
    Member("addresses", "addresses", many(ADDRESS, Address), ()),
    Member("contactPersons", "contact_persons", many(CONTACT, Contact), ()),
    Member("userDefinedFields", "user_defined_fields", FREE, HashTrieMap()),
)
BOM_PART: Table = (
    Member("productId", "product_id", INTEGER),
    Member("percentage", "percentage", PERCENTAGE),
)
PRODUCT: Table = (
    Member("productId", "product_id", INTEGER),
    Member("productCode", "code", NAME),
    Member("description", "description", TEXT),
    Member(
        "category", "category", choice("Seat", "Parking", "Catalog", "Incentive", "Hospitality"), "Catalog"
    ),
    Member("productGroup", "product_group", TEXT, ""),
    Member("vatRate", "vat_rate", one(PRODUCT_VAT_RATE, VatRate)),
    Member("priceExclVat", "price_cents", MONEY),
    Member("currency", "currency", TEXT, LEAVE_OUT),
    Member("unit", "unit", TEXT, "Piece"),
    Member("isActive", "is_active", BOOLEAN, True),
    Member("onDemand", "on_demand", BOOLEAN, False),
    Member("stockQuantity", "stock_quantity", INTEGER, None, nullable=True),
    Member("ledgerAccount", "ledger_account", TEXT, None, nullable=True),
    Member("bom", "bom", many(BOM_PART, BomPart), ()),
)
SALE: Table = (
    Member("saleId", "sale_id", INTEGER, LEAVE_OUT),
    Member("contractNumber", "contract_number", NAME, LEAVE_OUT),
    Member("contractReference", "contract_reference", TEXT, LEAVE_OUT),
    Member("saleType", "sale_type", TEXT, LEAVE_OUT),
    Member("isBarter", "is_barter", BOOLEAN, LEAVE_OUT),
    Member("startDate", "start_date", DATE, LEAVE_OUT, nullable=True),
    Member("endDate", "end_date", DATE, LEAVE_OUT, nullable=True),
    Member("creditedInstalmentCode", "credited_code", TEXT, LEAVE_OUT, nullable=True),
)
STORED_SALE: Table = (*SALE, Member("status", "state", choice("Draft", "Final"), LEAVE_OUT))
"""Answers hold only what a Final sale shows; scenarios say as well whether the sale is Final."""
LINE: Table = (
    Member("lineNumber", "number", INTEGER, LEAVE_OUT),
    Member("productId", "product_id", INTEGER, None, nullable=True),
    Member("productCode", "product_code", TEXT, LEAVE_OUT),
    Member("description", "description", TEXT, LEAVE_OUT),
    Member("quantity", "quantity", QUANTITY, Decimal(1)),
    Member("unitPriceExclVat", "unit_price", PRICE, LEAVE_OUT),
    Member("discountPercentage", "discount_percentage", DISCOUNT, Decimal(0)),
    Member("vatRate", "vat_rate", one(VAT_RATE, VatRate), LEAVE_OUT),
    Member("amountExclVat", "net_cents", MONEY, LEAVE_OUT),
    Member("vatAmount", "vat_cents", MONEY, LEAVE_OUT),
    Member("amountInclVat", "gross_cents", MONEY, LEAVE_OUT),
    Member("ledgerAccount", "ledger_account", TEXT, LEAVE_OUT, nullable=True),
    Member("costCenter", "cost_centre", TEXT, None, nullable=True),
    Member("periodFrom", "period_from", DATE, LEAVE_OUT, nullable=True),
    Member("periodTo", "period_to", DATE, LEAVE_OUT, nullable=True),
    Member("parentProductId", "parent_product_id", INTEGER, None, nullable=True),
)
CUSTOMER_OF_INSTALMENT: Table = (
    Member("customerId", "customer_id", INTEGER),
    Member("customerCode", "code", TEXT, LEAVE_OUT, nullable=True),
    Member("name", "name", TEXT, LEAVE_OUT),
)
STATUS = choice("Future", "ToDo", "Pending", "Open", "Overdue", "Received", "Cancelled", "Credited")
INSTALMENT: Table = (
    Member("instalmentId", "instalment_id", INTEGER, LEAVE_OUT),
    Member("instalmentCode", "code", NAME, LEAVE_OUT),
    Member("instalmentDate", "day", DATE),
    Member("invoiceReference", "invoice_reference", TEXT, ""),
    Member("type", "kind", choice("Invoice", "Credit"), "Invoice"),
    Member("status", "status", STATUS, LEAVE_OUT),
    Member("season", "season", one(SEASON, Season), LEAVE_OUT),
    Member("sale", "sale", given(STORED_SALE), LEAVE_OUT),
    Member("customer", "customer", given(CUSTOMER_OF_INSTALMENT)),
    Member("addressId", "address_id", INTEGER, LEAVE_OUT, nullable=True),
    Member("contactId", "contact_id", INTEGER, LEAVE_OUT, nullable=True),
    Member("owner", "owner", one(OWNER, Owner), LEAVE_OUT),
    Member("currency", "currency", TEXT, LEAVE_OUT),
    Member("paymentTermDays", "payment_term_days", INTEGER, LEAVE_OUT),
    Member("amountExclVat", "net_cents", MONEY, LEAVE_OUT),
    Member("vatAmount", "vat_cents", MONEY, LEAVE_OUT),
    Member("amountInclVat", "gross_cents", MONEY, LEAVE_OUT),
    Member("invoiceNumber", "invoice_number", NAME, None, nullable=True),
    Member("invoiceDueDate", "due_date", DATE, None, nullable=True),
    Member("paymentNo", "payment_no", NAME, None, nullable=True),
    Member("lines", "lines", many(LINE, dict)),
)
SETTINGS: Table = (
    Member("creditSales", "credit_sales", BOOLEAN, False),
    Member("paymentTermDays", "payment_term_days", INTEGER, 30),
    Member("currency", "currency", NAME, "EUR"),
    Member("checkAmounts", "check_amounts", BOOLEAN, True),
)
