"""How does the vendor write its objects? From what is remembered to the JSON of an answer."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ixmocks.silvasoft.form import show_day
from ixmocks.silvasoft.model import Address, Contact, Invoice, Ledger, Line, Order, Product, Relation, TaxCode
from ixmocks.silvasoft.money import plain, shown, wire

Json = dict[str, Any]


def invoice(document: Invoice, *, lines: bool = False) -> Json:
    """An invoice as addsalestransaction shows it; with its lines as listsalesinvoices can (SILV-80).

    What was paid is missing from what is outstanding, and shows nowhere else (SILV-81).
    """
    customer, project = document.customer, document.project
    incl, outstanding = document.incl_cents, document.outstanding_cents
    total = wire(incl)
    answer = {
        "InvoiceReference": document.reference,
        "InvoiceOutstandingAmount": total if outstanding == incl else wire(outstanding),
        "InvoiceNotes": document.notes,
        "ProjectName": project.name if project else "",
        "ProjectNumber": project.number if project else "",
        "InvoiceTotalInclTax": total,
        "InvoiceType": document.kind._value_,
        "PackingSlipNotes": "",
        "CustomerNumber": customer.customer_number,
        "InvoiceTaxAmount": wire(incl - document.net_cents),
        "InvoiceDueDate": show_day(document.due),
        "CustomerName": customer.name,
        "InvoiceNumber": document.number,
        "InvoiceDate": show_day(document.date),
        "InvoiceTotalExclTax": wire(document.net_cents),
        "Invoice_Contact": contacts(customer, document.contacts),
        "Invoice_Address": addresses(customer, document.address),
    }
    if lines:
        answer["Invoice_InvoiceLine"] = [invoice_line(line) for line in document.lines]
    return answer


@lru_cache(maxsize=1024)
def contacts(customer: Relation, own: tuple[Contact, ...] | None) -> list[Json]:
    """The document's contacts; else the relation's first one, for the invoice and for the packing slip."""
    if own is not None:
        return [_contact(contact, contact.type or "Invoice") for contact in own]
    first = next((contact for contact in customer.contacts if contact.default), None) or next(
        iter(customer.contacts), None
    )
    if first is None:
        return []
    return [_contact(first, "Invoice"), _contact(first, "PackingSlip")]


@lru_cache(maxsize=1024)
def addresses(customer: Relation, own: Address | None) -> list[Json]:
    address = own if own is not None else customer.address
    if not address:
        return []
    return [
        {
            "Address_CountryCode": address.country,
            "Address_Unit": address.unit,
            "Address_City": address.city,
            "Address_UnitAppendix": address.appendix,
            "AddressType": "InvoiceAddress",
            "Address_PostalCode": address.postal_code,
            "Address_Street": address.street,
        }
    ]


def invoice_line(line: Line) -> Json:
    answer: Json = {
        "TaxPc": plain(line.tax.percent) if line.tax else 0,
        "TaxCode": line.tax.code if line.tax else "",
        "SubTotalInclTax": wire(line.incl),
        "SubTotalExclTax": wire(line.net),
        "Description": line.description,
        "CostCenter": line.centre,
        "LedgerAccountNumber": line.ledger,
    }
    if line.product is not None:
        answer |= _goods(line)
    return answer


def order(document: Order) -> Json:
    customer = document.customer
    return {
        "OrderNumber": document.number,
        "OrderReference": document.reference,
        "OrderStatus": document.status,
        "OrderDate": show_day(document.date),
        "OrderNotes": document.notes,
        "CustomerNumber": customer.customer_number,
        "CustomerName": customer.name,
        "OrderTotalExclTax": wire(document.net_cents),
        "OrderTaxAmount": wire(document.incl_cents - document.net_cents),
        "OrderTotalInclTax": wire(document.incl_cents),
        "CreatedOn": document.created_on,
        "ChangedOn": document.changed_on,
        "Order_Contact": contacts(customer, document.contacts),
        "Order_Address": addresses(customer, document.address),
        "Order_Orderline": [invoice_line(line) for line in document.lines],
    }


def relation(one: Relation) -> Json:
    return {
        "RelationGUID": one.guid,
        "Name": one.name,
        "IsCustomer": one.is_customer,
        "IsSupplier": one.is_supplier,
        "IsOther": one.is_other,
        "CustomerNumber": one.customer_number,
        "SupplierNumber": one.supplier_number,
        "Email": one.email,
        "Phone": one.phone,
        "RegistrationNumber": one.registration,
        "TaxIdentificationNumber": one.vat,
        "Address_Street": one.address.street,
        "Address_Unit": one.address.unit,
        "Address_UnitAppendix": one.address.appendix,
        "Address_PostalCode": one.address.postal_code,
        "Address_City": one.address.city,
        "Address_CountryCode": one.address.country,
        "Relation_Contact": [_relation_contact(contact) for contact in one.contacts],
        "CreatedOn": one.created_on,
        "ChangedOn": one.changed_on,
    }


def product(one: Product, *, stock_positions: bool = False) -> Json:
    answer: Json = {
        "Name": one.name,
        "ArticleNumber": one.article,
        "Category": one.category,
        "EAN": one.ean,
        "Description": one.description[:400],
        "StockQty": shown(one.stock),
        "PurchasePrice": shown(one.purchase_price),
        "Price": shown(one.price),
        "VATPercentage": plain(one.tax.percent) if one.tax else 0,
        "Unit": one.unit,
        "MinimalStockQty": str(shown(one.minimal_stock)),
        "SupplierArticleNumber": one.supplier_article,
        "CreatedOn": one.created_on,
        "ChangedOn": one.changed_on,
        "ProductResponse_CustomField": [],
    }
    if stock_positions:
        # ASSUMED: the member's name and shape; no document shows it.
        answer["StockPositions"] = [{"Location": "", "StockQty": shown(one.stock)}]
    return answer


def tax_code(one: TaxCode) -> Json:
    return {
        "TaxCode": one.code,
        "TaxPc": percent_text(one),
        "Name": one.name,
        "TaxExempt": one.exempt,
        "TaxType": "Sales" if one.sales else "Purchase",
    }


def percent_text(one: TaxCode) -> str:
    """``21.0``: at least one decimal, as the vendor's example has it."""
    text = str(plain(one.percent))
    return text if "." in text else f"{text}.0"


def ledger(one: Ledger) -> Json:
    return {
        "Number": one.number,
        "Name": one.name,
        "FiscalYear": one.fiscal_year,
        "LedgerType": "IncomeStatement" if one.income_statement else "BalanceSheet",
        "Countrycode": one.country,
        "DebetOrCredit": "credit" if one.credit else "debet",
    }


def _contact(contact: Contact, kind: str) -> Json:
    return {
        "ContactType": kind,
        "Email": contact.email,
        "ContactNotes": contact.notes,
        "FamilyName": contact.last_name,
        "FirstName": contact.first_name,
        "Phone": contact.phone,
        "Sex": contact.sex,
        "LastName": contact.last_name,
        "DefaultContact": contact.default,
    }


def _relation_contact(contact: Contact) -> Json:
    return {
        "Email": contact.email,
        "Phone": contact.phone,
        "FirstName": contact.first_name,
        "LastName": contact.last_name,
        "Sex": contact.sex,
        "DefaultContact": contact.default,
    }


def _goods(line: Line) -> Json:
    assert line.product is not None
    return {
        "ProductNumber": line.product.article,
        "ProductEAN": line.product.ean,
        "Quantity": shown(line.quantity) if line.quantity is not None else 1,
        "UnitPriceExclTax": shown(line.unit_price) if line.unit_price is not None else 0,
    }
