"""Silvasoft as a target: relations, articles, transactions, sales orders."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from amounts import cents, gross_of
from base import Connector, Document, Target
from plumbing import Api, Lost, Parked, member


class Silvasoft(Target):
    lines_max = 75
    own_customers = 700_000
    """Customers made here are numbered from iXpole's id, so that making one twice makes one."""

    def __init__(self, env: dict[str, str]) -> None:
        self.api = Api(env["IXKIT_SILVASOFT_URL"])
        self.api.headers = {
            "ApiKey": env["IXKIT_SILVASOFT_API_KEY"],
            "Username": env["IXKIT_SILVASOFT_USERNAME"],
        }
        self.codes: list[dict[str, Any]] | None = None
        self.products: set[str] = set()

    def list(self, what: str, size: int, **query: Any) -> Iterator[dict[str, Any]]:
        offset = 0
        while True:
            rows = (
                self.api.ask("GET", f"/rest/{what}/", query={**query, "Limit": size, "Offset": offset}) or []
            )
            yield from rows
            if len(rows) < size:
                return
            offset += len(rows)

    def made(self, what: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.api.ask("POST", f"/rest/{what}/", body=body)
        one = answer[0] if isinstance(answer, list) and len(answer) == 1 else answer
        if not isinstance(one, dict) or not one:
            raise Lost(f"{what} does not show what was made")
        return one

    def find_customer(self, code: str) -> str | None:
        if not code.isdigit():
            return None
        rows = self.list("listrelations", 200, RelationType="Customer", RelationNumber=code)
        return next((code for row in rows if str(row.get("CustomerNumber")) == code), None)

    def add_customer(self, customer: dict[str, Any]) -> str:
        code = customer.get("customerCode") or ""
        number = (
            int(code) if code.isdigit() and int(code) else self.own_customers + int(customer["customerId"])
        )
        business = customer.get("customerType") != "Private"
        body: dict[str, Any] = {
            "Name": customer["name"] if business else "",
            "IsCustomer": True,
            "CustomerNumber": number,
            "Email": customer.get("invoiceEmail") or customer.get("email"),
            "Phone": customer.get("phone1"),
            "TaxIdentificationNumber": re.sub("^[A-Z]{2}", "", customer.get("vatNumber") or "")
            if business
            else "",
            # Two customers may share an address or a name and are two all the same.
            "OnExistingRelationEmail": "CONTINUE",
            "OnExistingRelationName": "CONTINUE",
            "OnExistingRelationNumber": "ABORT",
            **{f"Address_{name}": value for name, value in address_of(customer).items()},
        }
        person = person_of(customer)
        if person:
            body["Relation_Contact"] = [person]
        made = self.made(
            "addbusinessrelation" if business else "addprivaterelation",
            {name: value for name, value in body.items() if value not in ("", None)},
        )
        if str(made.get("CustomerNumber")) != str(number):
            raise Parked(f"customer {number} was wanted, {made.get('CustomerNumber')} was made")
        if business and made.get("Name") != customer["name"]:
            raise Parked(f"customer number {number} belongs to somebody else")
        return str(number)

    def prepare(self, connector: Connector, instalment: dict[str, Any]) -> None:
        if not connector.draft:
            return
        for line in instalment["lines"]:
            code = line["productCode"]
            if code in self.products:
                continue
            if not any(self.list("listproducts", 100, ArticleNumber=code)):
                self.add_product(connector.source.product(line["productId"]), code)
            self.products.add(code)

    def add_product(self, product: dict[str, Any], code: str) -> None:
        self.made(
            "addproduct",
            {
                "ArticleNumber": code,
                "NewName": (product.get("description") or code)[:175],
                "CategoryName": "iXpole",
                "CategoryCreateIfMissing": True,
                "NewSalePrice": product["priceExclVat"],
                "SalePriceInclOrExcl": "excl",
                **self.tax(product, "NewVATPercentage"),
            },
        )

    def create(self, connector: Connector, instalment: dict[str, Any], customer: str) -> Document:
        head = {"CustomerNumber": int(customer)}
        day = self.day(instalment["instalmentDate"])
        notes = f"{instalment['sale']['contractNumber']} {self.tag(instalment['instalmentCode'])}"
        if connector.draft:
            return self.create_draft(instalment, head, day, notes)
        lines = [
            {**self.line(line), "SubTotalInclTax": gross}
            for line, gross in zip(instalment["lines"], self.gross(instalment), strict=True)
        ]
        return self.document(
            self.made(
                "addsalestransaction",
                {**head, "InvoiceDate": day, "InvoiceNotes": notes, "Invoice_InvoiceLine": lines},
            )
        )

    def create_draft(
        self, instalment: dict[str, Any], head: dict[str, Any], day: str, notes: str
    ) -> Document:
        """A sales order, whose prices are net; where they cannot make the total, a draft of an invoice."""
        if self.order_total(instalment) != instalment["amountInclVat"]:
            return self.create_concept(instalment, head, day, notes)
        lines = [
            {
                "ProductNumber": line["productCode"],
                "Quantity": 1,
                "UnitPriceExclTax": line["amountExclVat"],
                **self.line(line),
            }
            for line in instalment["lines"]
        ]
        order = {**head, "OrderDate": day, "OrderNotes": notes, "Order_Orderline": lines}
        return self.document(self.made("addorder", {**order, "OrderReference": instalment["instalmentCode"]}))

    def order_total(self, instalment: dict[str, Any]) -> Decimal:
        """What Silvasoft will make of the net amounts: VAT per line, half up."""
        nets = [
            (Decimal(line["amountExclVat"]), Decimal(line["vatRate"]["percentage"]))
            for line in instalment["lines"]
        ]
        return sum((net + cents(net * rate / 100) for net, rate in nets), Decimal(0))

    def create_concept(
        self, instalment: dict[str, Any], head: dict[str, Any], day: str, notes: str
    ) -> Document:
        """A draft has no number of its own: its reference stands for it."""
        lines = [
            {"ProductNumber": line["productCode"], "Quantity": 1, **self.line(line), "SubTotalInclTax": gross}
            for line, gross in zip(instalment["lines"], self.gross(instalment), strict=True)
        ]
        invoice = {**head, "InvoiceDate": day, "InvoiceNotes": notes, "Invoice_InvoiceLine": lines}
        reference = instalment["instalmentCode"]
        return self.document(
            self.made("addsalesinvoice", {**invoice, "AddAsDraft": True, "InvoiceReference": reference})
        )

    def gross(self, instalment: dict[str, Any]) -> list[Decimal]:
        return gross_of(instalment)

    def line(self, line: dict[str, Any]) -> dict[str, Any]:
        extra = {"LedgerAccountNumber": line.get("ledgerAccount"), "CostCenter": line.get("costCenter")}
        return {
            **self.tax(line, "TaxPc"),
            "Description": line["description"],
            **{name: value for name, value in extra.items() if value},
        }

    def tax(self, line: dict[str, Any], name: str) -> dict[str, Any]:
        """The percentage; where several kinds of 0 % differ, the code of the right one."""
        rate = line["vatRate"]
        kind = {"0-RC": "reverse|verlegd|medecontr", "0-EX": "export|uitvoer"}.get(rate["code"])
        if kind is None:
            return {name: rate["percentage"]}
        if self.codes is None:
            self.codes = self.api.ask("GET", "/rest/listtaxcodes/") or []
        for code in self.codes:
            if code["TaxType"] == "Sales" and re.search(kind, code["Name"], re.IGNORECASE):
                return {"TaxCode": code["TaxCode"]}
        raise Parked(f"Silvasoft has no tax code for {rate['code']}")

    def day(self, iso: str) -> str:
        return date.fromisoformat(iso[:10]).strftime("%d-%m-%Y")

    def document(self, row: dict[str, Any]) -> Document:
        if "OrderNumber" in row:
            total = row.get("OrderTotalInclTax")
            number = str(member(row, "OrderNumber"))
            return Document(
                f"order {number}", number=None, draft=number, due="", total=total, outstanding=None
            )  # fmt: skip
        number = None if row.get("InvoiceNumber") in (None, 0) else str(row["InvoiceNumber"])
        due = "-".join(reversed(str(row.get("InvoiceDueDate") or "").split("-")))
        found = Document(
            f"invoice {number}", number=number, draft=str(row.get("InvoiceReference") or ""), due=due,
            total=member(row, "InvoiceTotalInclTax"), outstanding=row.get("InvoiceOutstandingAmount"),
        )  # fmt: skip
        if row.get("Base64PDF"):
            found.pdf = base64.b64decode(row["Base64PDF"])
        return found

    def find(self, connector: Connector, code: str, known: dict[str, Any]) -> list[Document]:
        """All documents with our tag: real ones, else drafts."""
        tag, since = self.tag(code), self.day(known["date"])
        rows = [
            row
            for row in self.list("listsalesinvoices", 100, DateFrom=since)
            if tag in (row.get("InvoiceNotes") or "")
        ]
        if connector.draft and not rows:
            orders = self.list("listorders", 50, DateFrom=since)
            rows = [row for row in orders if tag in (row.get("OrderNotes") or "")]
        return [self.document(row) for row in rows]

    def read(self, connector: Connector, code: str, known: dict[str, Any]) -> Document | None:
        if not known.get("number"):
            found = self.find(connector, code, known)
            if not found or found[0].number is None:
                return found[0] if found else None
            known = {**known, "number": found[0].number}
        query = {"InvoiceNumber": known["number"]}
        if known["reported"] != known["number"]:
            query["IncludeBase64PDF"] = "true"
        rows = [
            row
            for row in self.list("listsalesinvoices", 15, **query)
            if self.tag(code) in row["InvoiceNotes"]
        ]
        return self.document(rows[0]) if rows else None

    def paper(self, code: str, document: Document) -> bytes | None:
        return None


def address_of(customer: dict[str, Any]) -> dict[str, str]:
    places = customer.get("addresses") or [{}]
    place = next((each for each in places if each.get("isDefault")), places[0])
    return {
        "Street": place.get("street") or "",
        "Unit": place.get("houseNumber") or "",
        "UnitAppendix": place.get("box") or "",
        "PostalCode": place.get("postalCode") or "",
        "City": place.get("city") or "",
        "CountryCode": place.get("countryCode") or "",
    }


def person_of(customer: dict[str, Any]) -> dict[str, str]:
    people = customer.get("contactPersons") or []
    person = next((each for each in people if each.get("isDefault")), customer if not people else people[0])
    names = {"FirstName": person.get("firstName"), "LastName": person.get("lastName")}
    return {name: value for name, value in names.items() if value}
