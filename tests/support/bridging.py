"""What stands in for the world when a bridge runs in a test: clock, chance, journal, and two small systems.

`Pocket` answers like iXpole and Silvasoft as far as one journey needs, from plain values, and
plays a fault at any request. It shares no code with the mocks, so that a mistake there shows here.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

from ixbridge.core.mapping import (
    CustomerRules,
    DraftAs,
    LedgerRules,
    ModeRules,
    ProductRules,
    Settings,
    TaxRule,
    TaxRules,
)
from ixbridge.core.model import Mode
from ixbridge.core.policy import Policy, policy_of
from ixbridge.core.records import GENESIS, Entry, Record, sealed, verify
from ixbridge.core.steps import Side
from ixbridge.core.wire import Heard, NoReply, Reply, Request
from ixbridge.shell.rebuild import Rebuilt, left_of, rebuild
from ixbridge.shell.report import Report
from ixbridge.shell.start import Credentials, Parts, exchange_of, runner_of

PDF = b"%PDF-1.4\n%%EOF\n"
CREDENTIALS = Credentials("a-client", "a-client-secret", {"username": "a-user", "api_key": "an-api-key"})


class Killed(BaseException):
    """The process ends here. Nothing catches it, and nothing cleans up."""


@dataclass
class StillClock:
    """Moves when somebody sleeps, and never by itself."""

    moment: datetime = datetime(2026, 4, 15, 9, tzinfo=UTC)
    passed_s: float = 0.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.moment + timedelta(seconds=self.passed_s)

    def monotonic(self) -> float:
        return self.passed_s

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passed_s += seconds


class EvenChance:
    def share(self) -> float:
        return 0.5


@dataclass
class MemoryJournal:
    """A journal on a disk in memory: what was not synced is gone when the process is."""

    clock: StillClock
    durable: list[Record] = field(default_factory=list)
    fence: int = 1
    syncs: int = 0

    def __post_init__(self) -> None:
        self._volatile: list[Record] = []
        self._seq, self._hash = verify(self.durable) if self.durable else (0, GENESIS)

    def append(self, entry: Entry, *, sync: bool) -> Record:
        record = sealed(entry, seq=self._seq + 1, fence=self.fence, at=self.clock.now(), before=self._hash)
        self._volatile.append(record)
        self._seq, self._hash = record.seq, record.hash
        if sync:
            self.flush()
        return record

    def flush(self) -> None:
        if self._volatile:
            self.syncs += 1
        self.durable += self._volatile
        self._volatile.clear()

    def confirm(self) -> None:
        """Nobody else is there."""

    def records(self) -> Sequence[Record]:
        return [*self.durable, *self._volatile]

    def close(self) -> None:
        self.flush()


# --- two small systems ------------------------------------------------------------------------

Fault = Callable[[Request, Callable[[], Reply]], Heard]


def lost(request: Request, answer: Callable[[], Reply]) -> Heard:
    """Processed, and the answer never arrives."""
    answer()
    return NoReply(sent=True, reason="read timeout")


def swallowed(request: Request, answer: Callable[[], Reply]) -> Heard:
    """Never processed, and nobody says so."""
    return NoReply(sent=True, reason="read timeout")


def unsent(request: Request, answer: Callable[[], Reply]) -> Heard:
    return NoReply(sent=False, reason="connection refused")


def killed_before(request: Request, answer: Callable[[], Reply]) -> Heard:
    raise Killed


def killed_after(request: Request, answer: Callable[[], Reply]) -> Heard:
    answer()
    raise Killed


def delivered_twice(request: Request, answer: Callable[[], Reply]) -> Heard:
    answer()
    return answer()


def says(
    status: int, body: Any = None, *, headers: Mapping[str, str] | None = None, done: bool = False
) -> Fault:
    """Answers this, having done the work or not."""

    def fault(request: Request, answer: Callable[[], Reply]) -> Heard:
        if done:
            answer()
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Reply(status, headers or {}, content)

    return fault


@dataclass
class Pocket:
    """Both systems, reduced to what a journey touches. Amounts are cents."""

    instalments: dict[str, dict[str, Any]] = field(default_factory=dict)
    customers: dict[int, dict[str, Any]] = field(default_factory=dict)
    products: dict[int, dict[str, Any]] = field(default_factory=dict)
    relations: list[dict[str, Any]] = field(default_factory=list)
    articles: set[str] = field(default_factory=set)
    invoices: list[dict[str, Any]] = field(default_factory=list)
    orders: list[dict[str, Any]] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    faults: dict[tuple[str, int], Fault] = field(default_factory=dict)
    """By operation and its n-th call, from 1."""
    next_number: int = 1

    def send(self, request: Request, /) -> Heard:
        self.requests.append(request)
        nth = sum(each.operation == request.operation for each in self.requests)
        fault = self.faults.pop((request.operation, nth), None)

        def answer() -> Reply:
            handler = getattr(self, "_" + request.operation)
            status, body = handler(request)
            return Reply(status, {"content-type": "application/json"}, json.dumps(body).encode())

        return fault(request, answer) if fault else answer()

    def count(self, operation: str) -> int:
        return sum(each.operation == operation for each in self.requests)

    def sent(self, operation: str) -> list[Any]:
        return [json.loads(each.body or b"null") for each in self.requests if each.operation == operation]

    # iXpole

    def _postToken(self, request: Request) -> tuple[int, Any]:
        form = parse_qs((request.body or b"").decode())
        if form.get("client_secret") != ["a-client-secret"]:
            return 400, {"error": "invalid_client"}
        return 200, {"access_token": "a.token", "token_type": "bearer", "expires_in": 3600}

    def _getInstalments(self, request: Request) -> tuple[int, Any]:
        if request.headers.get("Authorization") != "Bearer a.token":
            return 401, {"Message": "Authorization has been denied for this request."}
        offered = [each for each in self.instalments.values() if not each.get("invoiceNumber")]
        return 200, [self._with_code(each) for each in offered]

    def _with_code(self, each: dict[str, Any]) -> dict[str, Any]:
        buyer = each.get("customer") or {}
        held = self.customers.get(buyer.get("customerId"))
        return {**each, "customer": {**buyer, "customerCode": held["customerCode"]}} if held else each

    def _getCustomer(self, request: Request) -> tuple[int, Any]:
        found = self.customers.get(int(request.path.rsplit("/", 1)[1]))
        return (200, found) if found else (404, {"Message": "not found"})

    def _getProduct(self, request: Request) -> tuple[int, Any]:
        found = self.products.get(int(request.path.rsplit("/", 1)[1]))
        return (200, found) if found else (404, {"Message": "not found"})

    def _patchCustomer(self, request: Request) -> tuple[int, Any]:
        customer_id, code = (
            int(request.path.rsplit("/", 1)[1]),
            json.loads(request.body or b"")["customerCode"],
        )
        others = [each for each in self.customers.values() if each["customerId"] != customer_id]
        if any(each["customerCode"] == code for each in others):
            return 409, {"Message": f"The code {code} is taken."}
        self.customers[customer_id]["customerCode"] = code
        return 200, self.customers[customer_id]

    def _putInstalments(self, request: Request) -> tuple[int, Any]:
        said = json.loads(request.body or b"")
        held = self.instalments.get(said["instalmentCode"])
        if held is None:
            return 404, {"Message": "Instalment was not found."}
        old, new = held.get("invoiceNumber") or "", said.get("invoiceNumber") or ""
        if new.startswith("D") and old and not old.startswith("D"):
            return 409, {"Message": "A draft cannot follow a real number."}
        held.update({name: value for name, value in said.items() if name != "instalmentCode"})
        return 200, {**held, "invoicePdf": None}

    # Silvasoft

    def _listrelations(self, request: Request) -> tuple[int, Any]:
        keys = {"RelationNumber": "CustomerNumber", "RelationName": "Name", "RelationEmail": "Email"}
        keys["RelationVAT"] = "TaxIdentificationNumber"
        wanted = {keys[name]: value for name, value in request.query.items() if name in keys}
        return 200, [
            each for each in self.relations if all(str(each[key]) == value for key, value in wanted.items())
        ]

    def _addrelation(self, request: Request) -> tuple[int, Any]:
        said = json.loads(request.body or b"")
        person = (said.get("Relation_Contact") or [{}])[0]
        number = (
            said.get("CustomerNumber") or max([0, *(each["CustomerNumber"] for each in self.relations)]) + 1
        )
        for each in self.relations:
            same_email = said.get("Email") and each["Email"] == said["Email"]
            if same_email and said["OnExistingRelationEmail"] == "ABORT":
                return 200, [each]
            if each["CustomerNumber"] == number and said["OnExistingRelationNumber"] == "ABORT":
                return 200, [each]
        made = {
            "CustomerNumber": number,
            "Name": said.get("Name") or f"{person.get('FirstName')} {person.get('LastName')}",
            "Email": said.get("Email") or "",
            "TaxIdentificationNumber": said.get("TaxIdentificationNumber", ""),
            "CreatedOn": 1,
        }
        self.relations.append(made)
        return 200, [made]

    _addbusinessrelation = _addrelation
    _addprivaterelation = _addrelation

    def _listproducts(self, request: Request) -> tuple[int, Any]:
        number = request.query["ArticleNumber"]
        return 200, [{"ArticleNumber": number}] if number in self.articles else []

    def _addproduct(self, request: Request) -> tuple[int, Any]:
        number = json.loads(request.body or b"")["ArticleNumber"]
        if number in self.articles:
            return 400, {"errorCode": "VALIDATION_ERROR", "errorMessage": "ArticleNumber exists"}
        self.articles.add(number)
        return 200, {"ArticleNumber": number}

    def _addsalestransaction(self, request: Request) -> tuple[int, Any]:
        return self._invoice(json.loads(request.body or b"", parse_float=Decimal), draft=False)

    def _addsalesinvoice(self, request: Request) -> tuple[int, Any]:
        said = json.loads(request.body or b"", parse_float=Decimal)
        return self._invoice(said, draft=said.get("AddAsDraft", False))

    def _invoice(self, said: dict[str, Any], *, draft: bool) -> tuple[int, Any]:
        lines = said["Invoice_InvoiceLine"]
        if not 1 <= len(lines) <= 75:
            return 400, {"errorCode": "VALIDATION_ERROR", "errorMessage": f"{len(lines)} lines"}
        if said["CustomerNumber"] not in {each["CustomerNumber"] for each in self.relations}:
            return 400, {"errorCode": "VALIDATION_ERROR", "errorMessage": "Customer not found"}
        number = said.get("InvoiceNumber")
        if number is not None and any(each["InvoiceNumber"] == number for each in self.invoices):
            return 400, {"errorCode": "VALIDATION_ERROR", "errorMessage": "InvoiceNumber must be unique"}
        cents = [int(Decimal(str(line["SubTotalInclTax"])) * 100) for line in lines]
        nets = [_net(each, Decimal(str(line["TaxPc"]))) for each, line in zip(cents, lines, strict=True)]
        gross, net = sum(cents), sum(nets)
        made = {
            "InvoiceNumber": None if draft else number or self._numbered(),
            "InvoiceReference": said.get("InvoiceReference", ""),
            "InvoiceDate": said["InvoiceDate"],
            "InvoiceDueDate": "31-12-2026",
            "InvoiceNotes": said["InvoiceNotes"],
            "CustomerNumber": said["CustomerNumber"],
            "InvoiceTotalExclTax": net / 100,
            "InvoiceTaxAmount": (gross - net) / 100,
            "InvoiceTotalInclTax": gross / 100,
            "InvoiceOutstandingAmount": gross / 100,
        }
        self.invoices.append(made)
        return 200, [made]

    def _numbered(self) -> int:
        self.next_number += 1
        return self.next_number - 1

    def _addorder(self, request: Request) -> tuple[int, Any]:
        said = json.loads(request.body or b"", parse_float=Decimal)
        gross = net = 0
        for line in said["Order_Orderline"]:
            cents = int(Decimal(str(line["UnitPriceExclTax"])) * 100)
            net += cents
            gross += cents + int(
                (cents * Decimal(str(line["TaxPc"])) / 100).quantize(Decimal(1), "ROUND_HALF_UP")
            )
        made = {
            "OrderNumber": len(self.orders) + 500,
            "OrderDate": said["OrderDate"],
            "OrderNotes": said["OrderNotes"],
            "OrderReference": said["OrderReference"],
            "CustomerNumber": said["CustomerNumber"],
            "OrderTotalExclTax": net / 100,
            "OrderTotalInclTax": gross / 100,
        }
        self.orders.append(made)
        return 200, [made]

    def _listorders(self, request: Request) -> tuple[int, Any]:
        return 200, self._page(self.orders, request)

    def _listsalesinvoices(self, request: Request) -> tuple[int, Any]:
        number = request.query.get("InvoiceNumber")
        if number is not None:
            found = [each for each in self.invoices if str(each["InvoiceNumber"]) == number]
            if "IncludeBase64PDF" in request.query:
                found = [{**each, "Base64PDF": base64.b64encode(PDF).decode()} for each in found]
            return 200, found
        return 200, self._page(self.invoices, request)

    def _page(self, rows: list[dict[str, Any]], request: Request) -> list[dict[str, Any]]:
        offset, limit = int(request.query["Offset"]), int(request.query["Limit"])
        return rows[offset : offset + limit]

    # what people do

    def post_drafts(self) -> None:
        for each in self.invoices:
            if each["InvoiceNumber"] is None:
                each["InvoiceNumber"] = self._numbered()

    def pay_all(self) -> None:
        for each in self.invoices:
            each["InvoiceOutstandingAmount"] = 0


def _net(cents: int, percentage: Decimal) -> int:
    exact = Decimal(cents) * 100 / (100 + percentage)
    return int(exact.quantize(Decimal(1), "ROUND_HALF_UP"))


# --- data -------------------------------------------------------------------------------------


def instalment(
    code: str, *, customer: int = 1001, lines: Sequence[tuple[int, int]] = ((10000, 21),)
) -> dict[str, Any]:
    """An instalment as iXpole delivers it; ``lines`` are (net cents, percentage)."""
    rows: list[dict[str, Any]] = []
    vat_sum = 0
    for number, (net, percentage) in enumerate(lines, 1):
        vat = int((Decimal(net) * percentage / 100).quantize(Decimal(1), "ROUND_HALF_UP"))
        vat_sum += vat
        rows.append(
            {
                "lineNumber": number,
                "productId": 501,
                "productCode": "SEAT",
                "description": f"Seat {number}",
                "quantity": 1,
                "unitPriceExclVat": net / 100,
                "discountPercentage": 0,
                "vatRate": {"code": str(percentage), "percentage": percentage},
                "amountExclVat": net / 100,
                "vatAmount": vat / 100,
                "amountInclVat": (net + vat) / 100,
            }
        )
    net_sum = sum(net for net, _ in lines)
    gross = net_sum + vat_sum
    return {
        "instalmentCode": code,
        "instalmentDate": "2026-04-01",
        "type": "Credit" if gross < 0 else "Invoice",
        "customer": {"customerId": customer, "customerCode": None, "name": f"Customer {customer}"},
        "currency": "EUR",
        "amountExclVat": net_sum / 100,
        "vatAmount": (gross - net_sum) / 100,
        "amountInclVat": gross / 100,
        "lines": rows,
    }


def customer(
    number: int = 1001, *, code: str | None = None, name: str = "", email: str = ""
) -> dict[str, Any]:
    return {
        "customerId": number,
        "customerCode": code,
        "customerType": "Business",
        "name": name or f"Customer {number}",
        "vatNumber": None,
        "email": email or f"mail{number}@example.org",
        "addresses": [],
        "contactPersons": [],
    }


PRODUCT = {
    "productId": 501,
    "productCode": "SEAT",
    "description": "Seat",
    "productGroup": "Seats",
    "vatRate": {"code": "21", "percentage": 21},
    "priceExclVat": 100.0,
}


def pocket(*codes: str) -> Pocket:
    """A world with these instalments of one customer whom Silvasoft does not know yet."""
    return Pocket(
        instalments={code: instalment(code) for code in codes or ("C-1",)},
        customers={1001: customer()},
        products={501: PRODUCT},
    )


def settings(**changes: Any) -> Settings:
    taxes = {str(pc): TaxRule(Decimal(pc)) for pc in (0, 6, 12, 21)}
    values: dict[str, Any] = {
        "customers": CustomerRules(create=True),
        "products": ProductRules(create=True),
        "tax": TaxRules(taxes),
        "ledger": LedgerRules(fallback="8000"),
    }
    return Settings(**{**values, **changes})


def policy(mode: Mode = Mode.DIRECT, *, draft_as: DraftAs = DraftAs.INVOICE, **changes: Any) -> Policy:
    return policy_of(settings(mode=ModeRules(mode), **changes), draft_as=draft_as)


@dataclass
class Bench:
    """A bridge on a workbench: start it, kill it, start it again on what its disk kept."""

    world: Pocket
    policy: Policy = field(default_factory=policy)
    clock: StillClock = field(default_factory=StillClock)
    disk: list[Record] = field(default_factory=list)
    starts: int = 0
    journal: MemoryJournal = field(init=False)

    def run(self, *, limit: int | None = None, audit: bool = False) -> Report:
        self.starts += 1
        self.journal = MemoryJournal(self.clock, self.disk, fence=self.starts)
        transports = {Side.SOURCE: self.world, Side.TARGET: self.world}
        parts = Parts(transports, CREDENTIALS, self.clock, EvenChance(), self.journal, self.policy)
        return runner_of(parts, limit=limit, audit=audit).run()

    def rebuild(self, *, left: int = 0, not_created: bool = False, codes: Sequence[str] = ()) -> Rebuilt:
        """The journal as it can be made anew when only its first ``left`` records are left."""
        remains = left_of(self.disk[:left])
        transports = {Side.SOURCE: self.world, Side.TARGET: self.world}
        parts = Parts(
            transports, CREDENTIALS, self.clock, EvenChance(), MemoryJournal(self.clock), self.policy
        )
        since = date(2026, 1, 1)
        made = rebuild(
            exchange_of(parts), self.policy, remains, since=since, codes=codes, not_created=not_created
        )
        del self.disk[left:]
        self.journal = MemoryJournal(self.clock, self.disk, fence=self.starts)
        for entry in made.entries:
            self.journal.append(entry, sync=True)
        return made

    def audit(self) -> Report:
        return self.run(audit=True)

    def statuses(self) -> dict[str, str]:
        report = self.run()
        return {item.code: item.status.value for item in report.items}
