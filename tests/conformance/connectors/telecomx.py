"""TelecomX as a target: Danish kroner, 25 % or none, a number that comes later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from amounts import CENT, cents
from base import Connector, Document, Target
from paper import drawn
from plumbing import Api, Denied, Parked, Refused, member
from silvasoft import address_of


class TelecomX(Target):
    currency = "DKK"

    def __init__(self, env: dict[str, str]) -> None:
        self.api = Api(env["IXKIT_TELECOMX_URL"])
        self.login = {name.lower(): env[f"IXKIT_TELECOMX_{name}"] for name in ("USERNAME", "PASSWORD")}
        self.products: dict[str, str] = {}

    def call(self, method: str, path: str, **more: Any) -> Any:
        for again in (True, False):
            if not self.api.headers:
                token = member(self.api.ask("POST", "/auth/login", body=self.login), "token")
                self.api.headers = {"Authorization": f"Bearer {token}"}
            try:
                return self.api.ask(method, path, **more)
            except Denied:
                self.api.headers = {}
                if not again:
                    raise
        raise Denied("logged in, and the token is refused")

    def list(self, path: str, name: str, size: int, **query: Any) -> Iterator[dict[str, Any]]:
        offset = 0
        while True:
            rows = member(self.call("GET", path, query={**query, "limit": size, "offset": offset}), name)
            yield from rows
            if len(rows) < size:
                return
            offset += len(rows)

    def find_customer(self, code: str) -> str | None:
        try:
            found = self.call("GET", f"/customer/{quote(code, safe='')}")
            return str(member(found, "_id"))
        except Refused:
            return self.by_own_code(code)

    def by_own_code(self, code: str) -> str | None:
        for row in self.list("/customer", "customers", 100, filter=code, full="true"):
            if (row.get("finance") or {}).get("accountingSystemId") == code:
                return str(member(row, "_id"))
        return None

    def add_customer(self, customer: dict[str, Any]) -> str:
        own = f"iXpole-{customer['customerId']}"
        found = self.by_own_code(own)
        if found:
            return found
        place = address_of(customer)
        body = {
            "name": customer["name"],
            "emailAddress": customer.get("invoiceEmail") or customer.get("email") or "",
            "addresses": [
                {
                    "primary": True,
                    "address": f"{place['Street']} {place['Unit']} {place['UnitAppendix']}".strip(),
                    "zip": place["PostalCode"],
                    "city": place["City"],
                    "country": place["CountryCode"],
                }
            ],
            "finance": {"accountingSystemId": own, "vatNumber": customer.get("vatNumber") or ""},
        }
        return str(member(self.call("POST", "/customer", body=body), "_id"))

    def prepare(self, connector: Connector, instalment: dict[str, Any]) -> None:
        self.nets(instalment)
        for line in instalment["lines"]:
            code = line["productCode"]
            if code in self.products:
                continue
            rows = self.call("GET", "/product", query={"filter": code})
            ids = [
                str(row["_id"])
                for row in rows or []
                if row.get("productCode") == code and not row.get("customer")
            ]
            if len(ids) != 1:
                raise Parked(f"TelecomX has {len(ids)} products with the code {code}")
            self.products[code] = ids[0]

    def nets(self, instalment: dict[str, Any]) -> list[Decimal]:
        """Net amounts whose total with 25 % once on the sum is iXpole's; single cents are moved to get there."""
        lines, wanted = instalment["lines"], Decimal(instalment["amountInclVat"])
        if any(Decimal(line["vatRate"]["percentage"]) not in (0, 25) for line in lines):
            raise Parked("TelecomX knows 25 % VAT or none")
        nets = [Decimal(line["amountExclVat"]) for line in lines]
        taxed = [at for at, line in enumerate(lines) if Decimal(line["vatRate"]["percentage"]) and nets[at]]
        for turn in range(2 * len(nets) + 2):
            total = sum(nets) + cents(sum((nets[at] for at in taxed), Decimal(0)) / 4)
            if total == wanted or not taxed:
                break
            nets[taxed[turn % len(taxed)]] += CENT.copy_sign(wanted - total)
        if total != wanted:
            raise Parked(f"no net amounts make {wanted}; {total} is the nearest")
        return nets

    def create(self, connector: Connector, instalment: dict[str, Any], customer: str) -> Document:
        day = date.fromisoformat(instalment["instalmentDate"][:10])
        due = day + timedelta(days=int(instalment.get("paymentTermDays") or 0))
        body = {
            "customer": customer,
            "sent": False,
            "invoiceDate": midnight(day),
            "dueDate": midnight(due),
            "headline": f"{instalment['sale']['contractNumber']} {self.tag(instalment['instalmentCode'])}",
            "lines": [
                {
                    "product": self.products[line["productCode"]],
                    "description": line["description"],
                    "units": -1 if net < 0 else 1,
                    "unitPrice": abs(net),
                    "vatExempt": not Decimal(line["vatRate"]["percentage"]),
                    **period(line),
                }
                for line, net in zip(instalment["lines"], self.nets(instalment), strict=True)
            ],
        }
        return self.document(self.call("POST", "/invoice", body=body))

    def document(self, row: dict[str, Any]) -> Document:
        key = str(member(row, "_id"))
        number = str(row.get("invoiceNumber") or "-1")
        real = number != "-1"
        outstanding = None if not real else Decimal(0) if row.get("paid") else member(row, "total")
        return Document(
            key, number=number if real else None, draft=key, due=danish_day(row.get("dueDate")),
            total=member(row, "total"), outstanding=outstanding,
        )  # fmt: skip

    def find(self, connector: Connector, code: str, known: dict[str, Any]) -> list[Document]:
        query = {"customer": known["customer"], "expand": "true"}
        rows = self.list("/invoice", "invoices", 50, **query)
        return [self.document(row) for row in rows if self.tag(code) in (row.get("headline") or "")]

    def read(self, connector: Connector, code: str, known: dict[str, Any]) -> Document | None:
        return self.document(self.call("GET", f"/invoice/{known['key']}"))

    def paper(self, code: str, document: Document) -> bytes | None:
        return drawn(f"Faktura {document.number} for {code}: {document.total}")


DENMARK = ZoneInfo("Europe/Copenhagen")


def midnight(day: date) -> str:
    """Midnight in Denmark, with its offset of that day."""
    return datetime(day.year, day.month, day.day, tzinfo=DENMARK).strftime("%Y-%m-%dT%H:%M:%S%z")


def danish_day(moment: str | None) -> str:
    return datetime.fromisoformat(moment).astimezone(DENMARK).date().isoformat() if moment else ""


def period(line: dict[str, Any]) -> dict[str, str]:
    days = {"from": line.get("periodFrom"), "to": line.get("periodTo")}
    return {name: midnight(date.fromisoformat(day[:10])) for name, day in days.items() if day}
