"""A small connector that does it right: one poll per run, state in one file, standard library only.

    python base.py --target silvasoft --mode draft

It is written from what the documents say about the systems and knows nothing of the kit but the names of its
environment variables. Mutants and variants change one method of it each (`mutants.py`, `variants.py`).

In: IXKIT_IXPOLE_URL, _CLIENT_ID, _CLIENT_SECRET; of the target its URL and credentials; IXKIT_STATE_PATH, a JSON file.
Out: a line per instalment that cannot be booked, on standard error. Exit code: 0 the poll went through, 1 credentials
were refused, 2 a variable is missing.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import fcntl
import hashlib
import http.client
import json
import os
import re
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from zoneinfo import ZoneInfo

CENT = Decimal("0.01")
PATIENCE_S = 10
BODY_MAX = 32 * 1024 * 1024


class Refused(Exception):
    """A definite no: nothing was done, and the same request would be refused again."""


class Limited(Exception):
    """Too many requests: nothing was done, and nothing more is sent in this poll."""


class Denied(Exception):
    """The credentials were refused."""


class Lost(Exception):
    """Nobody knows whether it was done."""


class Parked(Exception):
    """A person must look at this instalment; nothing of it was booked, or what was booked looks wrong."""


# --- money ------------------------------------------------------------------------------------


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def gross_of(instalment: dict[str, Any]) -> list[Decimal]:
    """The inclusive total of each line; together exactly the instalment's total.

    Where iXpole rounded VAT once per rate, the cents that the lines lack go to the lines nearest to them.
    """
    lines, total = instalment["lines"], Decimal(instalment["amountInclVat"])
    gross = [Decimal(line["amountInclVat"]) for line in lines]
    for rate in sorted({Decimal(line["vatRate"]["percentage"]) for line in lines}):
        places = [at for at, line in enumerate(lines) if Decimal(line["vatRate"]["percentage"]) == rate]
        net = sum(Decimal(lines[at]["amountExclVat"]) for at in places)
        wanted = net + cents(net * rate / 100)
        short = wanted - sum(gross[at] for at in places)
        if sum(gross) == total or not short:
            continue
        step = CENT.copy_sign(short)
        exact = {at: Decimal(lines[at]["amountExclVat"]) * (100 + rate) / 100 for at in places}
        nearest = sorted((at for at in places if exact[at]), key=lambda at: abs(gross[at] + step - exact[at]))
        for at in nearest[: int(abs(short) / CENT)]:
            gross[at] += step
    if sum(gross) != total:
        raise Parked(f"its lines make {sum(gross)}, its total is {total}")
    return gross


# --- state ------------------------------------------------------------------------------------


class State:
    """What this connector knows, in one file; on disk before anything is sent that rests on it."""

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            with open(path, encoding="utf-8") as file:
                self.all: dict[str, dict[str, Any]] = json.load(file)
        except FileNotFoundError:
            self.all = {}

    def get(self, code: str) -> dict[str, Any]:
        return self.all.get(code, {})

    def put(self, code: str, **values: Any) -> dict[str, Any]:
        self.all[code] = {**self.get(code), **values}
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            json.dump(self.all, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(self.path + ".new", self.path)
        return self.all[code]

    @contextlib.contextmanager
    def alone(self) -> Iterator[bool]:
        """Two polls at the same time would both book: the second one goes home."""
        with open(self.path + ".lock", "w", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
                return
            yield True


# --- HTTP -------------------------------------------------------------------------------------


def dumped(value: Any) -> str:
    """JSON in which a Decimal is a number, digit by digit."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{dumped(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(dumped, value)) + "]"
    return json.dumps(value)


class Api:
    """One system over HTTP. What an answer means: a value, or one of the exceptions above."""

    def __init__(self, url: str) -> None:
        self.url = urlsplit(url)
        self.headers: dict[str, str] = {}

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, Any] | None = None,
        body: Any = None,
        form: dict[str, str] | None = None,
    ) -> Any:
        headers = {"Accept": "application/json", **self.headers}
        data = b""
        if form is not None:
            data, headers["Content-Type"] = urlencode(form).encode(), "application/x-www-form-urlencoded"
        elif body is not None:
            data, headers["Content-Type"] = dumped(body).encode(), "application/json"
        target = self.url.path.rstrip("/") + path + (f"?{urlencode(query)}" if query else "")
        status, raw = self.send(method, target, data, headers)
        return self.meaning(status, raw)

    def send(self, method: str, target: str, data: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        secure = self.url.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(self.url.hostname or "", self.url.port, timeout=PATIENCE_S)
        try:
            connection.connect()
        except OSError as error:
            raise Limited(f"{self.url.netloc} cannot be reached: {error}") from None
        try:
            connection.request(method, target, data, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(BODY_MAX)
        except (OSError, http.client.HTTPException) as error:
            raise Lost(f"no answer to {method} {target.partition('?')[0]}: {error!r}") from None
        finally:
            connection.close()

    def meaning(self, status: int, raw: bytes) -> Any:
        said = raw[:300].decode("utf-8", "replace")
        if status == 429 or (status == 401 and "ratelimit exceeded" in said.lower()):
            raise Limited(said)
        if status in (401, 403):
            raise Denied(said)
        if 400 <= status < 500:
            raise Refused(f"{status} {said}")
        if not 200 <= status < 300:
            raise Lost(f"{status} {said}")
        if not raw.strip():
            return None
        try:
            return json.loads(raw, parse_float=Decimal, parse_int=Decimal)
        except ValueError:
            raise Lost(f"{status} without JSON: {said}") from None


class Source:
    """iXpole."""

    def __init__(self, env: dict[str, str]) -> None:
        self.api = Api(env["IXKIT_IXPOLE_URL"])
        self.who = {
            "client_id": env["IXKIT_IXPOLE_CLIENT_ID"],
            "client_secret": env["IXKIT_IXPOLE_CLIENT_SECRET"],
        }

    def ask(self, method: str, path: str, **more: Any) -> Any:
        if not self.api.headers:
            self.login()
        try:
            return self.api.ask(method, path, **more)
        except Denied:
            self.login()
            return self.api.ask(method, path, **more)

    def login(self) -> None:
        self.api.headers = {}
        try:
            said = self.api.ask("POST", "/oauth/token", form={"grant_type": "client_credentials", **self.who})
        except Refused as no:
            raise Denied(str(no)) from None
        self.api.headers = {"Authorization": f"Bearer {member(said, 'access_token')}"}

    def instalments(self) -> list[dict[str, Any]]:
        found = self.ask("GET", "/api/instalments")
        if not isinstance(found, list):
            raise Lost("the list of instalments is no list")
        return found

    def customer(self, number: Any) -> dict[str, Any]:
        return dict(self.ask("GET", f"/api/customer/{quote(str(number), safe='')}"))

    def product(self, number: Any) -> dict[str, Any]:
        return dict(self.ask("GET", f"/api/products/{quote(str(number), safe='')}"))

    def customer_code(self, number: Any, code: str) -> None:
        self.ask("PATCH", f"/api/customers/{quote(str(number), safe='')}", body={"customerCode": code})

    def write_back(self, code: str, **values: str) -> None:
        self.ask("PUT", "/api/instalments", body={"instalmentCode": code, **values})


def member(value: Any, name: str) -> Any:
    """A member that must be there: an answer without it says nothing."""
    if not isinstance(value, dict) or value.get(name) is None:
        raise Lost(f"the answer has no {name}")
    return value[name]


# --- one document, and what every target can do ----------------------------------------------------


class Document:
    """What stands in the books for one instalment. `number` is None as long as it is a draft."""

    def __init__(
        self, key: str, *, number: str | None, draft: str, due: str, total: Any, outstanding: Any
    ) -> None:
        self.key, self.number, self.draft, self.due = key, number, draft, due
        self.total, self.outstanding = Decimal(total), None if outstanding is None else Decimal(outstanding)
        self.pdf: bytes | None = None


class Target:
    keyed = False
    """The target itself refuses a second document for the same instalment."""
    lines_max = 0

    def tag(self, code: str) -> str:
        return f"[iX:{code}]"

    def prepare(self, connector: Connector, instalment: dict[str, Any]) -> None:
        """See to it that all products of the instalment are known."""


class Connector:
    """The order of things: look, note what is about to be done, do it, compare, report, follow."""

    def __init__(self, env: dict[str, str], target: Target, *, draft: bool) -> None:
        self.source, self.target, self.draft = Source(env), target, draft
        self.state = State(env["IXKIT_STATE_PATH"])
        self.done: set[str] = set()
        self.customers: dict[str, str] = {}

    def poll(self) -> int:
        with self.state.alone() as alone:
            if not alone:
                say("another poll is running")
                return 0
            try:
                for instalment in self.order(self.source.instalments()):
                    self.one(instalment["instalmentCode"], self.book, instalment)
                for code in list(self.state.all):
                    if code not in self.done and not code.startswith("#"):
                        self.one(code, self.follow, code)
            except Denied as error:
                say(f"stopped: credentials were refused: {error}")
                return 1
            except (Limited, Lost, Refused) as error:
                say(f"stopped until the next poll: {error}")
            return 0

    def order(self, instalments: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return instalments

    def one(self, code: str, step: Any, about: Any) -> None:
        try:
            step(about)
        except (Parked, Refused) as reason:
            self.state.put(code, parked=str(reason))
            say(f"parked {code}: {reason}")
        except Lost as reason:
            say(f"later {code}: {reason}")

    # --- an instalment that iXpole offers

    def book(self, instalment: dict[str, Any]) -> None:
        code = instalment["instalmentCode"]
        self.done.add(code)
        known, digest = self.state.get(code), digest_of(instalment)
        if known.get("parked") and known["digest"] == digest:
            return
        if known.get("made") and known["digest"] != digest:
            raise Parked("it was changed in iXpole after it was booked")
        if not known.get("made"):
            document = self.recover(code, known) if known.get("creating") else None
            if document is None:
                document = self.create(code, instalment, digest)
            self.made(code, document, Decimal(instalment["amountInclVat"]))
        self.report(code)

    def create(self, code: str, instalment: dict[str, Any], digest: str) -> Document:
        self.state.put(code, digest=digest, parked="")
        self.check(instalment)
        customer = self.customer(instalment)
        self.target.prepare(self, instalment)
        self.state.put(
            code, creating=True, missed=0, customer=customer, date=instalment["instalmentDate"],
            total=str(instalment["amountInclVat"]),
        )  # fmt: skip
        try:
            return self.target.create(self, instalment, customer)
        except (Refused, Limited, Denied):
            self.state.put(code, creating=False)
            raise

    def check(self, instalment: dict[str, Any]) -> None:
        count = len(instalment["lines"])
        if not count:
            raise Parked("it has no lines")
        if self.target.lines_max and count > self.target.lines_max:
            raise Parked(f"it has {count} lines, at most {self.target.lines_max} can be booked")
        gross_of(instalment)

    def recover(self, code: str, known: dict[str, Any]) -> Document | None:
        """A create was sent and nobody knows what came of it: look for the document before anything else."""
        found = self.target.find(self, code, known)
        if len(found) > 1:
            raise Parked(f"there are {len(found)} documents for it")
        if found:
            return found[0]
        if not self.target.keyed and not known["missed"]:
            self.state.put(code, missed=1)  # a list may be behind: once more at the next poll
            raise Lost("its document is not to be seen yet")
        return None

    def made(self, code: str, document: Document, total: Decimal) -> None:
        self.state.put(
            code, made=True, key=document.key, number=document.number, draft=document.draft, reported="", paid=False
        )  # fmt: skip
        if document.total != total:
            raise Parked(f"{document.key} comes to {document.total}, iXpole says {total}")

    def customer(self, instalment: dict[str, Any]) -> str:
        number = str(instalment["customer"]["customerId"])
        if number not in self.customers:
            customer = self.source.customer(number)
            code = customer.get("customerCode") or ""
            reference = self.target.find_customer(code) if code else None
            if reference is None:
                reference = self.target.add_customer(customer)
            if reference != code:
                self.source.customer_code(number, reference)
            self.customers[number] = reference
        return self.customers[number]

    # --- what is in the books

    def report(self, code: str) -> None:
        """Tell iXpole the draft, then the number, then the payment; each once, and never backwards."""
        known = self.state.get(code)
        document = self.target.read(self, code, known)
        if document is None:
            raise Parked(f"{known['key']} is gone from the books")
        if document.number is None:
            if not known["reported"]:
                self.source.write_back(code, invoiceNumber=self.draft_number(document))
                self.state.put(code, reported=self.draft_number(document))
            return
        if known["reported"] != document.number:
            if document.number.upper().startswith("D"):
                raise Parked(f"the number {document.number} would read as a draft in iXpole")
            if document.total != Decimal(known["total"]):
                raise Parked(f"{document.number} comes to {document.total}, iXpole says {known['total']}")
            values = {"invoiceNumber": document.number, "invoiceDueDate": document.due}
            pdf = self.pdf(code, document)
            self.source.write_back(code, **values, **({"invoicePdf": pdf} if pdf else {}))
            self.state.put(code, reported=document.number, number=document.number, key=document.key)
        if self.is_paid(document) and not known["paid"]:
            self.source.write_back(code, paymentNo=f"PAID-{document.number}")
            self.state.put(code, paid=True)

    def draft_number(self, document: Document) -> str:
        return f"D{document.draft}"

    def pdf(self, code: str, document: Document) -> str | None:
        content = document.pdf or self.target.paper(code, document)
        return base64.b64encode(content).decode() if content else None

    def is_paid(self, document: Document) -> bool:
        return document.outstanding == 0

    def follow(self, code: str) -> None:
        known = self.state.get(code)
        if known.get("parked") or known.get("paid"):
            return
        if known.get("creating") and not known.get("made"):
            document = self.recover(code, {**known, "missed": 1})
            if document is None:
                return
            self.made(code, document, Decimal(known["total"]))
        if known.get("made"):
            self.report(code)


# --- Silvasoft -------------------------------------------------------------------------------------


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


# --- CRM.COM ----------------------------------------------------------------------------------------


class CrmCom(Target):
    keyed = True
    rates = {"25": "Standard", "21": "High", "6": "Low", "0": "Zero"}  # noqa: RUF012 - never changed

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
        return self.data(self.api.ask("GET", f"/crmapi/rest/v2/{method}", query=query))

    def post(self, method: str, body: dict[str, Any]) -> dict[str, Any] | None:
        return self.data(self.api.ask("POST", f"/crmapi/rest/v2/{method}", body=body))

    def data(self, answer: Any) -> dict[str, Any] | None:
        status = member(answer, "status")
        code, said = str(member(status, "code")), f"{status.get('message')} {status.get('description')}"
        if code == "OK":
            return answer.get("data")
        if "TOKEN" in code or "CREDENTIALS" in code or "AUTH" in code:
            raise Denied(f"{code} {said}")
        if code == "NOT_FOUND":
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


# --- TelecomX ---------------------------------------------------------------------------------------


class TelecomX(Target):
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
        if instalment.get("currency") != "DKK":
            raise Parked(f"TelecomX books Danish kroner, not {instalment.get('currency')}")
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
    from datetime import datetime

    return datetime(day.year, day.month, day.day, tzinfo=DENMARK).strftime("%Y-%m-%dT%H:%M:%S%z")


def danish_day(moment: str | None) -> str:
    from datetime import datetime

    return datetime.fromisoformat(moment).astimezone(DENMARK).date().isoformat() if moment else ""


def period(line: dict[str, Any]) -> dict[str, str]:
    days = {"from": line.get("periodFrom"), "to": line.get("periodTo")}
    return {name: midnight(date.fromisoformat(day[:10])) for name, day in days.items() if day}


# --- odds and ends ----------------------------------------------------------------------------------


def drawn(text: str) -> bytes:
    """A PDF of one page with one line of text, for targets that have no PDF themselves."""
    safe = text.encode("ascii", "replace").decode().replace("\\", " ").replace("(", " ").replace(")", " ")
    stream = f"BT /F1 12 Tf 60 780 Td ({safe}) Tj ET"
    parts = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(stream)}>>stream\n{stream}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    text, places = "%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(text))
        text += f"{number} 0 obj{part}endobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"trailer<</Size {len(parts) + 1}/Root 1 0 R>>\nstartxref\n{len(text)}\n%%EOF\n"
    return (text + f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n{table}{end}").encode()


def digest_of(instalment: dict[str, Any]) -> str:
    """Of what is booked: everything but what this connector itself writes into the instalment."""
    ours = ("status", "invoiceNumber", "invoiceDueDate", "paymentNo", "customer")
    rest = {name: value for name, value in instalment.items() if name not in ours}
    rest["customer"] = instalment["customer"]["customerId"]
    return hashlib.sha256(json.dumps(rest, sort_keys=True, default=str).encode()).hexdigest()


def say(text: str) -> None:
    print(" ".join(text.split()), file=sys.stderr)


TARGETS = {"silvasoft": Silvasoft, "crmcom": CrmCom, "telecomx": TelecomX}


def main(connector: type[Connector] = Connector, targets: dict[str, Any] = TARGETS) -> int:  # noqa: B006
    parser = argparse.ArgumentParser(description="One poll: from iXpole into the target and back.")
    parser.add_argument("--target", choices=sorted(targets), default="silvasoft")
    parser.add_argument("--mode", choices=("direct", "draft"), default="direct")
    asked = parser.parse_args()
    try:
        target = targets[asked.target](dict(os.environ))
        made = connector(dict(os.environ), target, draft=asked.mode == "draft")
    except KeyError as missing:
        say(f"the environment variable {missing} is missing")
        return 2
    return made.poll()


if __name__ == "__main__":
    sys.exit(main())
