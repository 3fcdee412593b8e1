"""Silvasoft, as far as judging needs it: customers are relations, documents are invoices and sales orders."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ixconform.data import Customer
from ixconform.history import Books, Document, DocumentLine, Exchange, Party
from ixconform.money import shown
from ixconform.systems.target import Act, Traits, Usual, texts

TRAITS = Traits(
    name="silvasoft", title="Silvasoft", currency="EUR", country="BE", rates=("21", "6", "12", "0"),
    lines_max=75, has_pdf=True, creates=frozenset({"addsalestransaction", "addsalesinvoice", "addorder"}),
    adds=frozenset({"addbusinessrelation", "addprivaterelation"}), enforced=("InvoiceNumber",),
    line_rule="SILV-01", retires="archiveProduct ArticleNumber",
)  # fmt: skip
STAGES = {"draft": "draft", "open": "live", "paid": "live", "credited": "void", "deleted": "void"}
LIMITED = "ratelimit"
OWN = 99_999
"""The customer of the opening invoice, which the base world has so that numbers do not begin at 1."""


class Silvasoft(Usual):
    traits = TRAITS

    def code_of(self, customer: Customer) -> str:
        return str(100_000 + customer.id)

    def enter(self, customer: Customer) -> Act:
        fields: dict[str, Any] = {
            "CustomerNumber": 100_000 + customer.id, "Email": customer.email, "IsCustomer": True,
            "Address_Street": "Voorbeeldstraat", "Address_Unit": str(customer.id % 90 + 1),
            "Address_PostalCode": "9000", "Address_City": "Gent", "Address_CountryCode": "BE",
        }  # fmt: skip
        if customer.person:
            first, last = customer.person
            contact = {"FirstName": first, "LastName": last, "DefaultContact": True, "Email": customer.email}
            return "addRelation", {**fields, "Private": True, "Relation_Contact": [contact]}
        return "addRelation", {
            **fields,
            "Name": customer.name,
            "TaxIdentificationNumber": customer.vat.removeprefix("BE"),
        }

    def books(self, state: Mapping[str, Any]) -> Books:
        invoices = [_invoice(each) for each in state["sales"]["all"].values()]
        orders = [_order(each) for each in state["orders"]["all"].values()]
        parties = [
            Party(
                key=str(each["guid"]), code=str(each["customer_number"] or ""), name=each["name"] or "",
                email=each["email"] or "", vat=each["vat"] or "", address=texts([each["address"]]),
            )
            for each in state["parties"]["all"].values()
            if each["is_customer"] and each["customer_number"] != OWN
        ]  # fmt: skip
        products = tuple(each["article"] for each in state["goods"]["all"].values())
        return Books(documents=(*invoices, *orders), parties=tuple(parties), products=products)

    def post(self, document: Document) -> Act | None:
        if document.stage != "draft":
            return None
        return ("orderToInvoice" if document.kind == "order" else "postDraft"), document.handle

    def pay(self, document: Document, cents: int | None) -> Act:
        amount = {} if cents is None else {"Amount": shown(cents)}
        return "registerPayment", {**document.handle, **amount}

    def unpay(self, document: Document) -> Act | None:
        return "reversePayment", document.handle

    def drop(self, document: Document) -> Act | None:
        return None if document.kind == "order" else ("deleteInvoice", document.handle)

    def by_hand(self, number: str, customer: Customer) -> Act | None:
        return "bookByHand", {
            "InvoiceNumber": int(number), "CustomerNumber": 100_000 + customer.id, "InvoiceDate": "14-04-2026",
            "InvoiceNotes": "Typed in by hand", "SubTotalInclTax": "7.77", "TaxPc": "21", "Description": "By hand",
        }  # fmt: skip

    def limited(self, exchange: Exchange) -> bool:
        return exchange.status == 429 or LIMITED in str(exchange.answered).lower()


def _invoice(held: Mapping[str, Any]) -> Document:
    number = str(held["number"] or "")
    names = [number, str(held["reference"] or "")] if held["status"] != "draft" else [held["reference"] or ""]
    return Document(
        key=f"invoice {held['serial']}", kind="invoice", stage=STAGES.get(held["status"], "live"), number=number,
        names=tuple(name for name in (*names, str(held["serial"])) if name),
        customer=str((held["customer"] or {}).get("guid", "")), total_cents=held["incl_cents"],
        net_cents=held["net_cents"], lines=tuple(_line(each) for each in held["lines"]), day=held["date"] or "",
        due=held["due"] or "", texts=texts([held["notes"], held["reference"], held["lines"]]),
        outstanding_cents=held["outstanding_cents"], handle={"Serial": held["serial"]},
        made_by="person" if held["notes"] == "Typed in by hand" or held["credit_of"] else "connector",
    )  # fmt: skip


def _line(held: Mapping[str, Any]) -> DocumentLine:
    tax = held["tax"] or {"percent": 0}
    product = held["product"] or {}
    return DocumentLine(
        gross_cents=held["incl"], net_cents=held["net"], rate=Decimal(str(tax["percent"])),
        text=held["description"] or "", product=str(product.get("article", "")), ledger=str(held["ledger"] or ""),
        cost_centre=str(held["centre"] or ""),
    )  # fmt: skip


def _order(held: Mapping[str, Any]) -> Document:
    """A sales order that was invoiced is history: the invoice made of it stands for it."""
    return Document(
        key=f"order {held['number']}", kind="order", stage="void" if held["invoiced_as"] else "draft",
        names=(str(held["number"]),), customer=str((held["customer"] or {}).get("guid", "")),
        total_cents=held["incl_cents"], net_cents=held["net_cents"],
        lines=tuple(_line(each) for each in held["lines"]), day=held["date"] or "", due="",
        texts=texts([held["notes"], held["reference"], held["lines"]]), outstanding_cents=0,
        handle={"OrderNumber": held["number"]},
    )  # fmt: skip
