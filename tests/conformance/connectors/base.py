"""The order of things for every target: note, look, book, compare, report, follow."""

from __future__ import annotations

import base64
import hashlib
import json
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from amounts import gross_of
from plumbing import Api, Denied, Limited, Lost, Parked, Refused, State, member, say

REFUSALS_MAX = 3


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
    currency = "EUR"

    def tag(self, code: str) -> str:
        return f"[iX:{code}]"

    def prepare(self, connector: Connector, instalment: dict[str, Any]) -> None:
        """See to it that all products of the instalment are known."""


class Connector:
    """One poll. What is about to be done is on disk before it is done."""

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
        self.is_ours(instalment)
        self.adds_up(instalment)

    def is_ours(self, instalment: dict[str, Any]) -> None:
        if instalment["currency"] != self.target.currency:
            raise Parked(f"the books are in {self.target.currency}, not in {instalment['currency']}")

    def adds_up(self, instalment: dict[str, Any]) -> None:
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

    compares = True
    """Whether a document's total is held against iXpole's before anything is reported."""

    def made(self, code: str, document: Document, total: Decimal) -> None:
        self.state.put(
            code, made=True, key=document.key, number=document.number, draft=document.draft, reported="", paid=False
        )  # fmt: skip
        if self.compares and document.total != total:
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
                self.tell(code, invoiceNumber=self.draft_number(document))
                self.state.put(code, reported=self.draft_number(document))
            return
        if known["reported"] != document.number:
            if document.number.upper().startswith("D"):
                raise Parked(f"the number {document.number} would read as a draft in iXpole")
            if self.compares and document.total != Decimal(known["total"]):
                raise Parked(f"{document.number} comes to {document.total}, iXpole says {known['total']}")
            values = {"invoiceNumber": document.number, "invoiceDueDate": document.due}
            pdf = self.pdf(code, document)
            self.tell(code, **values, **({"invoicePdf": pdf} if pdf else {}))
            self.state.put(code, reported=document.number, number=document.number, key=document.key)
        if self.is_paid(document) and not known["paid"]:
            self.tell(code, paymentNo=f"PAID-{document.number}")
            self.state.put(code, paid=True)

    def tell(self, code: str, **values: str) -> None:
        """Write back. What iXpole refuses may be a passing mood: the next two polls try again, then a person looks."""
        try:
            self.source.write_back(code, **values)
        except Refused as no:
            refusals = self.state.get(code).get("refusals", 0) + 1
            self.state.put(code, refusals=refusals)
            if refusals >= REFUSALS_MAX:
                raise
            raise Lost(f"iXpole refused the write-back: {no}") from None

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


def digest_of(instalment: dict[str, Any]) -> str:
    """Of what is booked: everything but what this connector itself writes into the instalment."""
    ours = ("status", "invoiceNumber", "invoiceDueDate", "paymentNo", "customer")
    rest = {name: value for name, value in instalment.items() if name not in ours}
    rest["customer"] = instalment["customer"]["customerId"]
    return hashlib.sha256(json.dumps(rest, sort_keys=True, default=str).encode()).hexdigest()
