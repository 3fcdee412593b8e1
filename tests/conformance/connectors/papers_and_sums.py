"""Mistakes of files, codes, customers, amounts, limits and payments: M13 to M25 of `mutants.py`."""

from __future__ import annotations

import contextlib
import threading
from decimal import Decimal
from typing import Any

from base import Connector, Document
from crmcom import CrmCom
from mutant import ANY, Mutant
from plumbing import Lost, Refused, TooMany
from silvasoft import Silvasoft
from telecomx import TelecomX


class M13(Mutant):
    """When the PDF is not ready, an empty one is sent."""

    named = ("P-REQ", "P-ACK")

    def tell(self, code: str, **values: str) -> None:
        if "invoiceDueDate" in values:
            values.setdefault("invoicePdf", "")
        super().tell(code, **values)

    class Target(Silvasoft):
        def read(self, connector: Connector, code: str, known: dict[str, Any]) -> Document | None:
            try:
                return super().read(connector, code, known)
            except Lost:
                return super().read(connector, code, {**known, "reported": known["number"]})


class M14(Mutant):
    """The PDF goes out as its raw bytes in Latin-1, not as base64."""

    named, profiles = ("P-REQ", "P-ACK"), ANY

    def pdf(self, code: str, document: Document) -> str | None:
        content = document.pdf or self.target.paper(code, document)
        return content.decode("latin-1") if content else None


class M15(Mutant):
    """The base64 has `data:application/pdf;base64,` before it."""

    named, profiles = ("P-REQ", "P-ACK"), ANY

    def pdf(self, code: str, document: Document) -> str | None:
        content = super().pdf(code, document)
        return f"data:application/pdf;base64,{content}" if content else None


class M16(Mutant):
    """InstalmentCodes are written back in lower case."""

    named, profiles = ("P-ACK", "P-REQ", "P-ONE"), ANY

    def tell(self, code: str, **values: str) -> None:
        self.source.write_back(code.lower(), **values)


class M17(Mutant):
    """The customer is named by name although its number is known."""

    named = ("P-MAP",)

    def customer(self, instalment: dict[str, Any]) -> str:
        self.name = instalment["customer"]["name"]
        return super().customer(instalment)

    class Target(Silvasoft):
        def made(self, what: str, body: dict[str, Any]) -> dict[str, Any]:
            if what == "addsalestransaction":
                body = {"CustomerName": self.name, **body}
                del body["CustomerNumber"]
            return super().made(what, body)

        def create(self, connector: Connector, instalment: dict[str, Any], customer: str) -> Document:
            self.name = instalment["customer"]["name"]
            return super().create(connector, instalment, customer)


def discounted(line: dict[str, Any], amount: Decimal) -> Decimal:
    off = Decimal(line.get("discountPercentage") or 0)
    return (amount * (100 - off) / 100).quantize(Decimal("0.01"))


class M18(Mutant):
    """The discount that is in the amounts already is taken off once more."""

    named, profiles = ("P-SUM",), ("silvasoft-direct", "crmcom-direct", "telecomx-direct")
    compares = False

    class Target(Silvasoft):
        def gross(self, instalment: dict[str, Any]) -> list[Decimal]:
            pairs = zip(instalment["lines"], super().gross(instalment), strict=True)
            return [discounted(line, amount) for line, amount in pairs]

    class Danish(TelecomX):
        def nets(self, instalment: dict[str, Any]) -> list[Decimal]:
            pairs = zip(instalment["lines"], super().nets(instalment), strict=True)
            return [discounted(line, amount) for line, amount in pairs]

    class Cypriot(CrmCom):
        def items(self, instalment: dict[str, Any]) -> list[dict[str, Any]]:
            pairs = zip(instalment["lines"], super().items(instalment), strict=True)
            return [{**item, "sub_total": discounted(line, item["sub_total"])} for line, item in pairs]


def without_negative(instalment: dict[str, Any]) -> dict[str, Any]:
    lines = [line for line in instalment["lines"] if Decimal(line["amountInclVat"]) >= 0]
    if len(lines) == len(instalment["lines"]):
        return instalment
    gross = sum((Decimal(line["amountInclVat"]) for line in lines), Decimal(0))
    return {**instalment, "lines": lines, "amountInclVat": gross}


class M19(Mutant):
    """Negative lines are dropped as invalid."""

    named, profiles = ("P-SUM",), ("silvasoft-direct", "silvasoft-draft", "crmcom-direct", "telecomx-direct")
    compares = False

    def book(self, instalment: dict[str, Any]) -> None:
        super().book(without_negative(instalment))


class M20(Mutant):
    """Limits are ignored: the request is sent again every 50 ms until it goes through."""

    named, profiles = ("P-RATE", "P-CONV", "P-RETRY"), ("silvasoft-direct", "silvasoft-draft")

    class Target(Silvasoft):
        def __init__(self, env: dict[str, str]) -> None:
            super().__init__(env)
            ask, self.api.waits = self.api.ask, 0

            def hammering(*asked: Any, **more: Any) -> Any:
                for _ in range(100):
                    try:
                        return ask(*asked, **more)
                    except TooMany:
                        threading.Event().wait(0.05)
                return ask(*asked, **more)

            self.api.ask = hammering  # type: ignore[method-assign]


class M21(Mutant):
    """An invoice counts as paid as soon as anything was paid on it."""

    named, profiles = ("P-PAY",), ("silvasoft-direct", "silvasoft-draft", "crmcom-direct")

    def is_paid(self, document: Document) -> bool:
        return document.outstanding is not None and abs(document.outstanding) < abs(document.total)


class M22(Mutant):
    """Products are made anew for every line, known or not."""

    named, profiles = ("P-REQ", "P-RETRY", "P-DEP", "P-MAP", "P-IDEM"), ("silvasoft-draft", "crmcom-direct")

    class Target(Silvasoft):
        def prepare(self, connector: Connector, instalment: dict[str, Any]) -> None:
            for line in instalment["lines"]:
                again(self.add_product, connector, line)

    class Cypriot(CrmCom):
        def prepare(self, connector: Connector, instalment: dict[str, Any]) -> None:
            for line in instalment["lines"]:
                again(self.add_product, connector, line)


def again(add: Any, connector: Connector, line: dict[str, Any]) -> None:
    with contextlib.suppress(Refused):
        add(connector.source.product(line["productId"]), line["productCode"])


class M23(Mutant):
    """Amounts without VAT go into SubTotalInclTax."""

    named = ("P-SUM",)
    compares = False

    class Target(Silvasoft):
        def gross(self, instalment: dict[str, Any]) -> list[Decimal]:
            return [Decimal(line["amountExclVat"]) for line in instalment["lines"]]


class M24(Mutant):
    """VAT is rounded per line although iXpole rounded it once per rate; the cents that differ are ignored."""

    named = ("P-SUM",)
    compares = False

    def adds_up(self, instalment: dict[str, Any]) -> None:
        """Nobody adds up."""

    class Target(Silvasoft):
        def gross(self, instalment: dict[str, Any]) -> list[Decimal]:
            return [Decimal(line["amountInclVat"]) for line in instalment["lines"]]


class M25(Mutant):
    """The number is foretold (the last one and one) and reported before the invoice is made."""

    named = ("P-ACK",)

    def create(self, code: str, instalment: dict[str, Any], digest: str) -> Document:
        rows = list(self.target.api.ask("GET", "/rest/listsalesinvoices/", query={"Limit": 1}) or [])
        number = max((int(row["InvoiceNumber"] or 0) for row in rows), default=0) + 1
        self.tell(code, invoiceNumber=str(number), invoiceDueDate=instalment["instalmentDate"])
        return super().create(code, instalment, digest)
