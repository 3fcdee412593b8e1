"""The connector with one realistic mistake each. `python mutants.py M04 --target silvasoft --mode direct`

Each class says what it does wrong, by what the suite must name it, and against which targets it can go wrong.
`python mutants.py --list` prints them as JSON. `named` lists properties of the kit (`P-SUM`); one of them is enough.
"""

from __future__ import annotations

import contextlib
import json
import string
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import papers_and_sums  # noqa: F401
from base import Connector, Document
from family import callable_of, main, told
from mutant import DRAFTS, Mutant
from plumbing import Lost, Refused, say
from silvasoft import Silvasoft, address_of
from telecomx import TelecomX


class M01(Mutant):
    """A draft is reported without the D: iXpole takes its number for a real one."""

    named, profiles = ("P-ACK",), DRAFTS

    def draft_number(self, document: Document) -> str:
        return document.draft

    def tell(self, code: str, **values: str) -> None:
        if "invoiceNumber" in values:
            values.setdefault("invoiceDueDate", self.state.get(code)["date"])
        super().tell(code, **values)


class M02(Mutant):
    """The D number is sent again on a poll after the real number."""

    named, profiles = ("P-ACK",), DRAFTS

    def report(self, code: str) -> None:
        known = self.state.get(code)
        if known["reported"] and known["reported"] == known["number"] and known["draft"]:
            self.tell(code, invoiceNumber=f"D{known['draft']}")
        super().report(code)


class M03(Mutant):
    """A finalised draft is taken for something new: a second invoice is made and reported."""

    named, profiles = ("P-ONE",), ("silvasoft-draft", "telecomx-draft")

    def create(self, code: str, instalment: dict[str, Any], digest: str) -> Document:
        self.state.put(code, instalment=json.loads(json.dumps(instalment, default=str)))
        return super().create(code, instalment, digest)

    def report(self, code: str) -> None:
        known = self.state.get(code)
        found = self.target.read(self, code, known)
        if found and found.number and known["reported"].startswith("D"):
            self.draft = False
            instalment = known["instalment"]
            self.target.prepare(self, instalment)
            second = self.target.create(self, instalment, known["customer"])
            self.draft = True
            self.state.put(code, key=second.key, number=second.number)
        super().report(code)


class M04(Mutant):
    """Lines after the 75th are cut off."""

    named = ("P-SUM", "P-LIM")
    compares = False

    class Target(Silvasoft):
        lines_max = 0

        def create(self, connector: Connector, instalment: dict[str, Any], customer: str) -> Document:
            if len(instalment["lines"]) <= 75:
                return super().create(connector, instalment, customer)
            lines = instalment["lines"][:75]
            total = sum(Decimal(line["amountInclVat"]) for line in lines)
            return super().create(connector, {**instalment, "lines": lines, "amountInclVat": total}, customer)


class M05(Mutant):
    """More than 75 lines become two invoices, and only the first is reported."""

    named = ("P-ONE", "P-SUM", "P-ACK")
    compares = False

    class Target(Silvasoft):
        lines_max = 0

        def create(self, connector: Connector, instalment: dict[str, Any], customer: str) -> Document:
            if len(instalment["lines"]) <= 75:
                return super().create(connector, instalment, customer)
            made = []
            for at in range(0, len(instalment["lines"]), 75):
                lines = instalment["lines"][at : at + 75]
                total = sum(Decimal(line["amountInclVat"]) for line in lines)
                part = {**instalment, "lines": lines, "amountInclVat": total}
                made.append(super().create(connector, part, customer))
            return made[0]

        def read(self, connector: Connector, code: str, known: dict[str, Any]) -> Document | None:
            return super().read(connector, code, known)


def floated(line: dict[str, Any]) -> float:
    return float(line["amountExclVat"]) * (1 + float(line["vatRate"]["percentage"]) / 100)


class M06(Mutant):
    """Line totals are worked out in binary floats and rounded with `round`."""

    named = ("P-SUM",)
    compares = False

    class Target(Silvasoft):
        def gross(self, instalment: dict[str, Any]) -> list[Decimal]:
            return [Decimal(str(round(floated(line), 2))) for line in instalment["lines"]]


class M07(Mutant):
    """Dates go to Silvasoft as yyyy-MM-dd, and its 400 is taken for "try later", for ever and in silence."""

    named = ("P-REQ", "P-RETRY", "P-ONE")

    def one(self, code: str, step: Any, about: Any) -> None:
        with contextlib.suppress(Lost, Refused):
            step(about)

    class Target(Silvasoft):
        def day(self, iso: str) -> str:
            return iso[:10]

        def find(self, connector: Connector, code: str, known: dict[str, Any]) -> list[Document]:
            return []


class M08(Mutant):
    """The invoice date is local midnight in UTC: the day before."""

    named, profiles = ("P-MAP",), ("silvasoft-direct", "silvasoft-draft", "crmcom-direct", "telecomx-direct")

    def book(self, instalment: dict[str, Any]) -> None:
        day = date.fromisoformat(instalment["instalmentDate"][:10])
        midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("Europe/Brussels"))
        super().book({**instalment, "instalmentDate": midnight.astimezone(UTC).date().isoformat()})


class M09(Mutant):
    """Customers are looked for on the first page of the list only; one who stands further back is made again."""

    named, profiles = ("P-ONE", "P-MAP", "P-DEP"), ("silvasoft-direct", "telecomx-direct")

    class Target(Silvasoft):
        def list(self, what: str, size: int, **query: Any) -> Iterator[dict[str, Any]]:
            if what == "listrelations":
                query, size = {"Sorting": "createdDate", "SortDir": "ASC"}, 10
            rows = self.api.ask("GET", f"/rest/{what}/", query={**query, "Limit": size, "Offset": 0})
            return iter(rows or [])

        def made(self, what: str, body: dict[str, Any]) -> dict[str, Any]:
            if what.endswith("relation"):
                body.pop("CustomerNumber")
            return super().made(what, body)

        def add_customer(self, customer: dict[str, Any]) -> str:
            return new_customer(self, customer)

    class Danish(TelecomX):
        def find_customer(self, code: str) -> str | None:
            page = self.call("GET", "/customer", query={"limit": 10, "full": "true"})
            return next((code for row in page["customers"] if row["_id"] == code), None)

        def by_own_code(self, code: str) -> str | None:
            return None


def new_customer(target: Silvasoft, customer: dict[str, Any]) -> str:
    """A customer under the next free number, whoever else is there."""
    business = customer.get("customerType") != "Private"
    body: dict[str, Any] = {
        "CustomerNumber": 0,
        "IsCustomer": True,
        "Email": customer.get("email"),
        "TaxIdentificationNumber": (customer.get("vatNumber") or "").lstrip(string.ascii_letters),
        **{f"Address_{name}": value for name, value in address_of(customer).items() if value},
        "OnExistingRelationEmail": "CONTINUE",
        "OnExistingRelationName": "CONTINUE",
    }
    if business:
        body["Name"] = customer["name"]
    else:
        body["Relation_Contact"] = [{"FirstName": customer["firstName"], "LastName": customer["lastName"]}]
    made = target.made("addbusinessrelation" if business else "addprivaterelation", body)
    return str(made["CustomerNumber"])


class M10(Mutant):
    """When the answer to a create is lost, it is sent again at once."""

    named, profiles = ("P-ONE", "P-RETRY"), ("silvasoft-direct", "silvasoft-draft", "telecomx-direct")

    def create(self, code: str, instalment: dict[str, Any], digest: str) -> Document:
        for _ in range(3):
            try:
                return super().create(code, instalment, digest)
            except Lost as reason:
                last = reason
        raise last


class M11(Mutant):
    """The customer's new code is written back before the customer exists."""

    named = ("P-DEP", "P-ACK")

    def customer(self, instalment: dict[str, Any]) -> str:
        number = str(instalment["customer"]["customerId"])
        customer = self.source.customer(number)
        code = customer.get("customerCode") or str(Silvasoft.own_customers + int(number))
        if code != customer.get("customerCode"):
            self.source.customer_code(number, code)
        if self.target.find_customer(code) is None:
            return str(self.target.add_customer(customer))
        return code


class M12(Mutant):
    """What iXpole says to a write-back is not looked at; the instalment counts as done."""

    named, profiles = ("P-ACK",), ("silvasoft-direct", "silvasoft-draft", "crmcom-direct", "telecomx-direct")

    def tell(self, code: str, **values: str) -> None:
        try:
            self.source.write_back(code, **values)
        except Refused as no:
            say(f"warning: {no}")


MUTANTS = {each.__name__: each for each in sorted(Mutant.__subclasses__(), key=lambda each: each.__name__)}


def __getattr__(name: str) -> Callable[[Any], int]:
    return callable_of(MUTANTS, name)


if __name__ == "__main__":
    sys.exit(main(MUTANTS, told))
