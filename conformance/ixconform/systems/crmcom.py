"""CRM.COM, as far as judging needs it: accounts, drafts that are posted, a code that only one invoice may have."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ixconform.data import Customer
from ixconform.history import Books, Document, DocumentLine, Party
from ixconform.money import shown
from ixconform.systems.target import Act, Traits, Usual, texts

TRAITS = Traits(
    name="crmcom", title="CRM.COM", currency="EUR", country="BE", rates=("21", "25", "6", "12", "0"), negative=False,
    creates=frozenset({"invoicesCreate"}), adds=frozenset({"accountsReceivableCreate"}),
    logins=frozenset({"authenticationToken", "authenticationWebApiKeyToken"}), enforced=("back_office_code",),
    dues=True,
)  # fmt: skip
STAGES = {"DRAFT": "draft", "POSTED": "live", "REJECTED": "void", "CANCELLED": "void"}


class CrmCom(Usual):
    traits = TRAITS

    def code_of(self, customer: Customer) -> str:
        return f"ACR{100_000 + customer.id:010d}"

    def enter(self, customer: Customer) -> Act:
        name = " ".join(customer.person) if customer.person else customer.name
        return "addAccount", {"name": name, "number": self.code_of(customer)}

    def books(self, state: Mapping[str, Any]) -> Books:
        accounts = state["accounts"]["all"].values()
        return Books(
            documents=tuple(_invoice(each) for each in state["invoices"]["all"].values()),
            parties=tuple(
                Party(key=each["id"], code=each["number"], name=each["name"] or "") for each in accounts
            ),
            products=tuple(each["code"] for each in state["products"]["all"].values()),
        )

    def post(self, document: Document) -> Act | None:
        return ("postInvoice", document.handle) if document.stage == "draft" else None

    def pay(self, document: Document, cents: int | None) -> Act:
        amount = {} if cents is None else {"amount": float(shown(cents))}
        return "registerPayment", {**document.handle, **amount}

    def drop(self, document: Document) -> Act | None:
        return "rejectInvoice", document.handle


def _invoice(held: Mapping[str, Any]) -> Document:
    lines = tuple(_line(each) for each in held["items"])
    number = held["number"] or ""
    names = {number, held["reference"] or "", held["id"]} - {""}
    owed = held["outstanding_cents"]
    return Document(
        key=f"invoice {held['id']}", kind="invoice", stage=STAGES[held["stage"]],
        number=number if held["stage"] != "DRAFT" else "", names=tuple(sorted(names)), customer=held["account"],
        total_cents=held["total_cents"], net_cents=sum(line.net_cents for line in lines), lines=lines,
        day=(held["issued_on"] or "")[:10], due=(held["due_on"] or "")[:10],
        texts=texts([held["back_office_code"], held["notes"], held["udfs"], held["items"]]),
        outstanding_cents=held["total_cents"] if owed is None else owed, handle={"id": held["id"]},
    )  # fmt: skip


def _line(held: Mapping[str, Any]) -> DocumentLine:
    asked = {name: value for name, value in held["asked"].items() if name != "product_identifier"}
    return DocumentLine(
        gross_cents=held["total_cents"], net_cents=held["net_cents"], rate=Decimal(str(held["vat_percentage"])),
        text=texts([asked, held["product"]["description"]]), product=held["product"]["code"],
    )  # fmt: skip
