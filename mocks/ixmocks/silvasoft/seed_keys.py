"""Which keys may Silvasoft's section of a scenario have? The vendor's field names, and a few of our own."""

from __future__ import annotations

SECTION = (
    "settings", "relations", "products", "taxCodes", "ledgerAccounts", "projects", "costCentres", "files",
    "invoices", "orders",
)  # fmt: skip

SETTINGS = ("paymentTermDays", "rounding", "plan", "linesMax", "defaultLedger")

TAX_CODE = ("TaxCode", "TaxPc", "Name", "TaxExempt", "TaxType")

LEDGER = ("Number", "Name", "FiscalYear", "LedgerType", "Countrycode", "DebetOrCredit")

PROJECT = ("ProjectNumber", "ProjectName")

FILE = ("url", "mime", "size", "text", "base64", "reachable")

CONTACT = (
    "Email", "Phone", "FirstName", "LastName", "FamilyName", "Sex", "ContactNotes", "DefaultContact", "ContactType",
)  # fmt: skip

RELATION = (
    "RelationGUID", "RelationType", "Name", "IsCustomer", "IsSupplier", "IsOther", "CustomerNumber",
    "SupplierNumber", "Email", "Phone", "RegistrationNumber", "TaxIdentificationNumber", "Address_Street",
    "Address_Unit", "Address_UnitAppendix", "Address_PostalCode", "Address_City", "Address_CountryCode",
    "Relation_Contact", "CreatedOn", "ChangedOn", "PaymentTermDays",
)  # fmt: skip

PRODUCT = (
    "Name", "ArticleNumber", "Category", "EAN", "Description", "StockQty", "PurchasePrice", "Price", "VATPercentage",
    "TaxCode", "Unit", "MinimalStockQty", "SupplierArticleNumber", "CreatedOn", "ChangedOn", "Archived",
)  # fmt: skip

INVOICE = (
    "InvoiceType", "AddAsDraft", "InvoiceNumber", "InvoiceDate", "InvoiceDueDate", "InvoiceDueDays",
    "InvoiceReference", "InvoiceNotes", "InvoiceProject", "SelectProjectBy", "InvoiceFileUrl", "InvoiceDiscountPc",
    "Invoice_Attachment",
    "InvoiceOutstandingAmount", "CustomerNumber", "CustomerName", "CustomerEmail", "Invoice_InvoiceLine",
    "Invoice_Contact", "Invoice_Address",
)  # fmt: skip

ORDER = (
    "OrderNumber", "OrderDate", "OrderStatus", "OrderReference", "OrderNotes", "CustomerNumber", "CustomerName",
    "CustomerEmail", "Order_Orderline", "Order_Contact", "Order_Address", "Order_Attachment", "CreatedOn", "ChangedOn",
)  # fmt: skip

DEFAULT_TAX_CODES = (
    {"Name": "high", "TaxPc": 21},
    {"Name": "low", "TaxPc": 9},
    {"Name": "none", "TaxPc": 0},
)
"""For a scenario that lists none."""

DEFAULT_LEDGERS = ({"Number": "8000", "Name": "Revenue"},)
