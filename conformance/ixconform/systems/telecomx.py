"""TelecomX, as far as judging needs it: Danish crowns, 25 % or none, tax once on the sum, numbers given later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ixconform.data import Customer
from ixconform.history import Books, Document, DocumentLine, Party
from ixconform.money import vat_of
from ixconform.systems.target import Act, Traits, Usual, texts

TRAITS = Traits(
    name="telecomx", title="TelecomX", currency="DKK", country="DK", rates=("25", "0"), vat_once=True,
    makes_products=False, creates=frozenset({"invoiceCreate"}), adds=frozenset({"customerCreate"}),
    logins=frozenset({"authLogin", "authLoginGet"}), part_payments=False, dues=True,
)  # fmt: skip
ZONE = ZoneInfo("Europe/Copenhagen")
PENDING = "-1"
RATES = {True: Decimal(0), False: Decimal(25)}
"""By `vatExempt`."""


class TelecomX(Usual):
    traits = TRAITS

    def code_of(self, customer: Customer) -> str:
        return f"5c{customer.id:022x}"

    def enter(self, customer: Customer) -> Act:
        name = " ".join(customer.person) if customer.person else customer.name
        address = {
            "address": f"Bredgade {customer.id % 90 + 1}",
            "zip": "1260",
            "city": "København K",
            "country": "DK",
        }
        finance = {"accountingSystemId": str(100_000 + customer.id), "invoiceMethod": "EMAIL"}
        if customer.vat:
            finance["vatNumber"] = customer.vat.removeprefix("DK")
        return "addCustomer", {
            "_id": self.code_of(customer), "name": name, "emailAddress": customer.email, "addresses": [address],
            "finance": finance, "parentReseller": "5b0000000000000000000001",
        }  # fmt: skip

    def books(self, state: Mapping[str, Any]) -> Books:
        parties = [
            Party(
                key=each["id"], code=each["id"], name=each["texts"].get("name", ""),
                email=each["finance"].get("emailAddress", "") or each["texts"].get("emailAddress", ""),
                vat=each["finance"].get("vatNumber", ""), address=texts([each["addresses"]]),
                codes=tuple(filter(None, [str(each["finance"].get("accountingSystemId", ""))])),
            )
            for each in state["customers"].values()
            if not each["is_reseller"] and each["state"] != "DELETED"
        ]  # fmt: skip
        documents = tuple(_invoice(each) for each in state["invoices"].values())
        return Books(
            documents=documents,
            parties=tuple(parties),
            products=tuple(each["code"] for each in state["products"].values()),
        )

    def post(self, document: Document) -> Act | None:
        return ("setInvoiceNumber", document.handle) if document.stage == "draft" else None

    def pay(self, document: Document, cents: int | None) -> Act:
        return "registerPayment", document.handle

    def unpay(self, document: Document) -> Act | None:
        return "reversePayment", document.handle

    def drop(self, document: Document) -> Act | None:
        return "deleteInvoice", document.handle


def _invoice(held: Mapping[str, Any]) -> Document:
    totals = held["totals"]["price"]
    pending = held["number"] == PENDING
    total = totals["net"] + totals["vat"]
    return Document(
        key=f"invoice {held['id']}", kind="invoice", stage="draft" if pending else "live",
        number="" if pending else held["number"], names=tuple({held["id"], *([] if pending else [held["number"]])}),
        customer=held["customer"], total_cents=total, net_cents=totals["net"],
        lines=tuple(_line(each) for each in held["lines"]), day=_day(held["day"]), due=_day(held["due"]),
        texts=texts([held["headline"], held["lines"]]), outstanding_cents=0 if held["paid"] else total,
        handle={"invoice": held["id"]},
    )  # fmt: skip


def _line(held: Mapping[str, Any]) -> DocumentLine:
    exact = Decimal(str(held["price"])) * Decimal(str(held["units"])) * 100
    net = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    rate = RATES[bool(held["vat_exempt"])]
    return DocumentLine(
        net_cents=net, gross_cents=net + vat_of(net, rate), rate=rate, product=held["code"],
        text=texts([held["name"], held["description"]]),
    )  # fmt: skip


def _day(moment: str | None) -> str:
    """The Danish day of a moment that the books hold in UTC."""
    if not moment:
        return ""
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).astimezone(ZONE).date().isoformat()
