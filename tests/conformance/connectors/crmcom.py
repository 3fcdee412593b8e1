"""CRM.COM as a target: accounts, products, invoices that a back office code keeps single."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from amounts import gross_of
from base import Connector, Document, Target
from paper import drawn
from plumbing import Api, Denied, Parked, Refused, member


class CrmCom(Target):
    keyed = True
    rates = {"25": "Standard", "21": "High", "12": "Middle", "6": "Low", "0": "Zero"}  # noqa: RUF012 - never changed

    def __init__(self, env: dict[str, str]) -> None:
        self.api = Api(env["IXKIT_CRMCOM_URL"])
        self.login = {
            name.lower(): env[f"IXKIT_CRMCOM_{name}"] for name in ("USERNAME", "PASSWORD", "ORGANISATION")
        }
        self.token = ""
        self.products: set[str] = set()

    def call(self, method: str, **values: Any) -> Any:
        """The `data` of the answer; None where nothing was found. Refusals come inside 200."""
        for again in (True, False):
            if not self.token:
                self.token = member(self.post("authentication/token", self.login), "token")
            try:
                if method.endswith(("/show", "/list")):
                    return self.get(method, {"token": self.token, **values})
                return self.post(method, {"token": self.token, **values})
            except Denied:
                self.token = ""
                if not again:
                    raise
        raise Denied("logged in, and the token is refused")

    def get(self, method: str, query: dict[str, Any]) -> dict[str, Any] | None:
        return self.data(self.api.ask("GET", f"/crmapi/rest/v2/{method}", query=query), reads=True)

    def post(self, method: str, body: dict[str, Any]) -> dict[str, Any] | None:
        return self.data(self.api.ask("POST", f"/crmapi/rest/v2/{method}", body=body))

    def data(self, answer: Any, *, reads: bool = False) -> dict[str, Any] | None:
        status = member(answer, "status")
        code, said = str(member(status, "code")), f"{status.get('message')} {status.get('description')}"
        if code == "OK":
            return answer.get("data")
        if "TOKEN" in code or "CREDENTIALS" in code or "AUTH" in code:
            raise Denied(f"{code} {said}")
        if code == "NOT_FOUND" and reads:
            return None
        raise Refused(f"{code} {said}")

    def find_customer(self, code: str) -> str | None:
        found = self.call("accounts_receivable/show", accounts_receivable_identifier=f"number={code}")
        return str(found["number"]) if found else None

    def add_customer(self, customer: dict[str, Any]) -> str:
        mark = f"iXpole customer {customer['customerId']}"
        offset, size = 0, 100
        while True:
            page = self.call("accounts_receivable/list", number_of_results=size, offset=offset)
            rows = page if isinstance(page, list) else []
            for row in rows:
                if row.get("notes") == mark:
                    return str(row["number"])
            if len(rows) < size:
                break
            offset += size
        made = self.call("accounts_receivable/create", name=customer["name"], notes=mark)
        return str(member(made, "number"))

    def prepare(self, connector: Connector, instalment: dict[str, Any]) -> None:
        for line in instalment["lines"]:
            if Decimal(line["amountInclVat"]) < 0:
                raise Parked("a negative line; CRM.COM knows cancellations only")
            code = line["productCode"]
            if code in self.products:
                continue
            if self.call("products/show", product_identifier=f"code={code}") is None:
                product = connector.source.product(line["productId"])
                self.add_product(product, code)
            self.products.add(code)

    def add_product(self, product: dict[str, Any], code: str) -> None:
        self.call(
            "products/create", code=code, alternative_code=code, description=product["description"] or code,
            type_identifier={"name": "Service"}, vat_rate_identifier=self.rate(product),
        )  # fmt: skip

    def rate(self, line: dict[str, Any]) -> dict[str, str]:
        percentage = format(Decimal(line["vatRate"]["percentage"]).normalize(), "f")
        if percentage not in self.rates or "-" in line["vatRate"]["code"]:
            raise Parked(f"there is no VAT rate for {line['vatRate']['code']} ({percentage} %)")
        return {"name": self.rates[percentage]}

    def create(self, connector: Connector, instalment: dict[str, Any], customer: str) -> Document:
        code = instalment["instalmentCode"]
        day = instalment["instalmentDate"][:10]
        due = date.fromisoformat(day) + timedelta(days=int(instalment.get("paymentTermDays") or 0))
        body = {
            "accounts_receivable_identifier": {"number": customer},
            "type_identifier": {"name": "Invoice"},
            "life_cycle_state": "DRAFT" if connector.draft else "POSTED",
            "back_office_code": code,
            "notes": f"{instalment['sale']['contractNumber']} {self.tag(code)}",
            "due_on": f"{due.isoformat()}T00:00:00",
            "invoice_item_set": self.items(instalment),
        }
        if not connector.draft:
            body["posted_on"] = f"{day}T00:00:00"
        made = member({"data": self.call("invoices/create", **body)}, "data")
        return self.document(made)

    def items(self, instalment: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            {
                "product_identifier": {"code": line["productCode"]},
                "quantity": 1,
                "sub_total": gross,
                "vat_rate_identifier": self.rate(line),
                "udf_string_1": line["description"],
            }
            for line, gross in zip(instalment["lines"], gross_of(instalment), strict=True)
        ]

    def document(self, row: dict[str, Any]) -> Document:
        real = row.get("life_cycle_state") == "POSTED"
        number = str(member(row, "number"))
        return Document(
            number, number=number if real else None, draft=number, due=str(row.get("due_on") or "")[:10],
            total=member(row, "total_amount"), outstanding=row.get("outstanding_amount") if real else None,
        )  # fmt: skip

    def find(self, connector: Connector, code: str, known: dict[str, Any]) -> list[Document]:
        row = self.call("invoices/show", invoice_identifier=f"back_office_code={code}")
        if row is not None and row.get("life_cycle_state") in ("REJECTED", "CANCELLED"):
            raise Parked(f"{row.get('number')} was {row['life_cycle_state'].lower()} in CRM.COM")
        return [self.document(row)] if row else []

    def read(self, connector: Connector, code: str, known: dict[str, Any]) -> Document | None:
        return next(iter(self.find(connector, code, known)), None)

    def paper(self, code: str, document: Document) -> bytes | None:
        return drawn(f"Invoice {document.number} for {code}: {document.total}")
