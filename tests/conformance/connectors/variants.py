"""The connector done differently, and right all the same. `python variants.py V04 --target silvasoft`

A suite that fails one of these demands what no document demands. `python variants.py --list` prints them as JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from base import Connector, Document
from crmcom import CrmCom
from family import callable_of, main
from plumbing import Parked, Refused
from silvasoft import Silvasoft
from telecomx import TelecomX

ALL = ("silvasoft-direct", "silvasoft-draft", "telecomx-direct", "crmcom-direct", "crmcom-draft")


class Variant(Connector):
    profiles: tuple[str, ...] = ("silvasoft-direct",)


class V01(Variant):
    """Looks the customer up anew before every invoice."""

    profiles = ALL

    def customer(self, instalment: dict[str, Any]) -> str:
        self.customers.clear()
        return super().customer(instalment)


class V02(Variant):
    """Writes the customer's code back every time, also where iXpole has it."""

    def customer(self, instalment: dict[str, Any]) -> str:
        code = super().customer(instalment)
        self.source.customer_code(instalment["customer"]["customerId"], code)
        return code


class V03(Variant):
    """Sends the lines in the opposite order."""

    profiles = ALL

    def book(self, instalment: dict[str, Any]) -> None:
        super().book({**instalment, "lines": instalment["lines"][::-1]})


def merged(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines that differ in nothing but their amounts become one, with the sums."""
    kept: dict[str, dict[str, Any]] = {}
    for line in lines:
        same = (
            "productCode",
            "description",
            "unitPriceExclVat",
            "discountPercentage",
            "vatRate",
            "ledgerAccount",
        )
        key = json.dumps(
            [line.get(name) for name in (*same, "costCenter", "periodFrom", "periodTo")], default=str
        )
        if key not in kept:
            kept[key] = dict(line)
            continue
        for name in ("quantity", "amountExclVat", "vatAmount", "amountInclVat"):
            kept[key][name] = Decimal(kept[key][name]) + Decimal(line[name])
    return list(kept.values())


class V04(Variant):
    """Merges identical lines."""

    profiles = ("silvasoft-direct", "telecomx-direct", "crmcom-direct")

    def book(self, instalment: dict[str, Any]) -> None:
        super().book({**instalment, "lines": merged(instalment["lines"])})


class V05(Variant):
    """Polls twice as often."""

    profiles = ALL

    def poll(self) -> int:
        code = super().poll()
        self.done.clear()
        return code or super().poll()


class V06(Variant):
    """Leaves every create whose answer was lost to a person, unless its document shows up at the first look."""

    profiles = ("silvasoft-direct", "telecomx-direct")

    def recover(self, code: str, known: dict[str, Any]) -> Document | None:
        found = self.target.find(self, code, known)
        if len(found) != 1:
            raise Parked("nobody knows whether it was booked; please look")
        return found[0]


class V07(Variant):
    """Numbers the invoices itself, in a series of its own."""

    class Target(Silvasoft):
        keyed = True

        def create(self, connector: Connector, instalment: dict[str, Any], customer: str) -> Document:
            code = instalment["instalmentCode"]
            known = connector.state.get(code)
            number = known.get("own") or 1 + max(
                (each.get("own", 26_000_000) for each in connector.state.all.values()), default=26_000_000
            )
            connector.state.put(code, own=number)
            self.number = number
            try:
                return super().create(connector, instalment, customer)
            except Refused:
                found = self.find(connector, code, connector.state.get(code))
                if not found:
                    connector.state.put(code, own=number + 1_000)  # somebody else has it
                    raise
                return found[0]

        def made(self, what: str, body: dict[str, Any]) -> dict[str, Any]:
            if what == "addsalestransaction":
                body = {**body, "InvoiceNumber": self.number}
            return super().made(what, body)


class V08(Variant):
    """Looks for a document before every create, also where there can be none."""

    profiles = ALL

    def create(self, code: str, instalment: dict[str, Any], digest: str) -> Document:
        customer = self.customer(instalment)
        known = {"customer": customer, "date": instalment["instalmentDate"]}
        found = self.target.find(self, code, known)
        if found:
            self.state.put(code, digest=digest, total=str(instalment["amountInclVat"]), **known)
            return found[0]
        return super().create(code, instalment, digest)


class V09(Variant):
    """Books one instalment per run."""

    profiles = ALL

    def order(self, instalments: list[dict[str, Any]]) -> list[dict[str, Any]]:
        def settled(instalment: dict[str, Any]) -> bool:
            known = self.state.get(instalment["instalmentCode"])
            return bool(known.get("parked"))

        return [each for each in instalments if not settled(each)][:1]


class V10(Variant):
    """Other words in the notes."""

    profiles = ("silvasoft-direct", "silvasoft-draft", "telecomx-direct")

    class Target(Silvasoft):
        def tag(self, code: str) -> str:
            return f"Instalment {code}."

    class Danish(TelecomX):
        def tag(self, code: str) -> str:
            return f"Instalment {code}."


class V11(Variant):
    """A draft is a draft of an invoice, not a sales order."""

    profiles = ("silvasoft-draft",)

    class Target(Silvasoft):
        def order_total(self, instalment: dict[str, Any]) -> Decimal:
            return Decimal("NaN")


class V12(Variant):
    """Sees to all customers first, then to the invoices, the last one first."""

    profiles = ALL

    def order(self, instalments: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for instalment in instalments:
            if not self.state.get(instalment["instalmentCode"]):
                self.one(instalment["instalmentCode"], self.customer, instalment)
        return instalments[::-1]


class V13(Variant):
    """Draws its own PDF, although Silvasoft has one."""

    profiles = ("silvasoft-direct", "silvasoft-draft")

    def pdf(self, code: str, document: Document) -> str | None:
        from paper import drawn

        document.pdf = drawn(f"Invoice {document.number}")
        return super().pdf(code, document)


class V14(Variant):
    """Amounts as text, members in another order, a space after each colon."""

    class Target(Silvasoft):
        def made(self, what: str, body: dict[str, Any]) -> dict[str, Any]:
            lines = body.get("Invoice_InvoiceLine")
            if lines:
                told = [{**line, "SubTotalInclTax": f"{line['SubTotalInclTax']:.2f}"} for line in lines]
                body = {**body, "Invoice_InvoiceLine": told}
            return super().made(what, dict(reversed(body.items())))


class V15(Variant):
    """Sends cost and quantity where the base sends the final amount."""

    profiles = ("crmcom-direct", "crmcom-draft")

    class Cypriot(CrmCom):
        def items(self, instalment: dict[str, Any]) -> list[dict[str, Any]]:
            items = super().items(instalment)
            if (
                sum(Decimal(line["amountInclVat"]) for line in instalment["lines"])
                != instalment["amountInclVat"]
            ):
                return items
            told = []
            for item, line in zip(items, instalment["lines"], strict=True):
                rest = {name: value for name, value in item.items() if name != "sub_total"}
                told.append({**rest, "cost": line["amountExclVat"]})
            return told


class V16(Variant):
    """Reads everything page by page, five at a time."""

    profiles = ("silvasoft-direct", "silvasoft-draft")

    class Target(Silvasoft):
        def list(self, what: str, size: int, **query: Any) -> Iterator[dict[str, Any]]:
            return super().list(what, 5, **query)


VARIANTS = {each.__name__: each for each in Variant.__subclasses__()}


def __getattr__(name: str) -> Callable[[Any], int]:
    return callable_of(VARIANTS, name)


if __name__ == "__main__":
    sys.exit(main(VARIANTS, lambda each: {"what": each.__doc__, "profiles": each.profiles}))
