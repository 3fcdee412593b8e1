"""One booking per system, as plain requests: what any client has to send, whoever wrote it."""

from __future__ import annotations

from typing import Any

from ixmocks.kit import Kit

CLOCK = "2017-05-05T09:00:00+02:00"
SIGNED = {"telecomx": "bearer", "ixpole": "bearer"}


def access(kit: Kit, system: str) -> dict[str, Any]:
    """Headers or bearer token by which the default world lets in."""
    signed = dict(kit.credentials(system))
    for name in list(signed):
        if name.lower() == "authorization":
            return {"bearer": signed[name].partition(" ")[2]}
    return {"headers": signed} if system != "crmcom" else {"token": signed["token"]}


def calls(kit: Kit, system: str) -> list[dict[str, Any]]:
    """Operation by operation: a customer, an invoice, and the list or document that shows it."""
    token = kit.credentials("crmcom").get("token", "")
    return {
        "ixpole": [
            {"operation": "getInstalments"},
            {"operation": "putInstalments", "body": {
                "instalmentCode": "C-2017-0003-01", "invoiceNumber": "2017001", "invoiceDueDate": "2017-06-05"}},
        ],
        "silvasoft": [
            {"operation": "addbusinessrelation", "body": {"Name": "Hop NV", "IsCustomer": True}},
            {"operation": "addsalestransaction", "body": {
                "CustomerNumber": 1, "InvoiceDate": "05-05-2017", "InvoiceNotes": "C-2017-0003-01",
                "Invoice_InvoiceLine": [{"TaxPc": 21, "SubTotalInclTax": 449.68, "Description": "VIP seats"}]}},
            {"operation": "listsalesinvoices", "query": {"Limit": 10}},
        ],
        "telecomx": [
            {"operation": "customerCreate", "body": {
                "name": "Sponsor A/S", "emailAddress": "sponsor@example.org", "addresses": [{
                    "primary": True, "address": "Stadionvej 12", "zip": "2770", "city": "Kastrup", "country": "DK"}]}},
            {"operation": "invoiceCreate", "body": {
                "customer": "123457890ABCDEF12345678", "invoiceDate": "2017-05-05T00:00:00+0200",
                "headline": "C-2017-0003-01", "lines": [{"product": "548ecd936b34cd1826f3ff2b", "units": 2}]}},
            {"operation": "invoiceList", "query": {"customer": "123457890ABCDEF12345678"}},
        ],
        "crmcom": [
            {"operation": "contactInformationCreate", "body": {
                "token": token, "type": "PERSON", "first_name": "Jo", "last_name": "Peeters"}},
            {"operation": "invoicesCreate", "body": {
                "token": token, "accounts_receivable_identifier": {"number": "401"},
                "type_identifier": {"name": "Invoice"}, "life_cycle_state": "POSTED",
                "back_office_code": "C-2017-0003-01", "invoice_item_set": [{
                    "product_identifier": {"code": "Gold"}, "quantity": 1, "cost": 100,
                    "vat_rate_identifier": {"name": "High"}}]}},
            {"operation": "invoicesList", "query": {
                "token": token, "accounts_receivable_identifier": "number=401"}},
        ],
        "riverty": [
            {"operation": "createCustomer", "body": {
                "customerNumber": "c77", "firstName": "Sanne", "lastName": "de Vries", "email": "s@devries.example",
                "address": {"street": "Stadionweg", "streetNumber": "12A", "postalCode": "1077 SL",
                            "postalPlace": "Amsterdam", "countryCode": "NL"}}},
            {"operation": "createOrder", "path": {"businessCode": "1000", "customerNumber": "c77"}, "body": {
                "orderReference": "ORD77", "orderDate": "2017-05-05", "orderType": "PHYSICAL_GOODS",
                "orderChannel": "ECOM", "currency": "EUR", "supplyingCountry": "NL", "vatDeclarationCountry": "NL",
                "billToAddress": {"firstName": "Sanne", "lastName": "de Vries", "street": "Stadionweg",
                                  "streetNumber": "12A", "postalCode": "1077 SL", "postalPlace": "Amsterdam",
                                  "countryCode": "NL", "language": "nl", "email": "s@devries.example"},
                "paymentReference": {"paymentMethodName": "AfterPayOpenInvoice"},
                "items": [{"orderItemReference": 1, "description": "Home shirt", "productId": "SHIRT-M",
                           "quantity": 1, "grossUnitPrice": 119, "vatPercent": 19, "vatAmount": 19,
                           "vatType": "NORMAL", "positionType": "SALES_ARTICLE"}]}},
            {"operation": "createInvoice", "path": {
                "businessCode": "1000", "customerNumber": "c77", "orderReference": "ORD77"}, "body": {
                "invoiceReference": "INV77", "invoiceDate": "2017-05-05", "dueDate": "2017-05-19",
                "dispatchDate": "2017-05-05", "shipmentReference": "ORD77", "items": [{"orderItemReference": 1}]}},
            {"operation": "getCustomer", "path": {"customerNumber": "c77"}},
        ],
    }[system]  # fmt: skip
