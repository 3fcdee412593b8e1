"""Mistakes that nobody listed: thought of after the suite stood, to see whether it was made for its own examples.

    python unlisted.py U03 --target silvasoft --mode direct

Written as `mutants.py` is: each class says what is wrong and by which property the suite must name it.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from base import Connector, Document
from crmcom import CrmCom
from family import callable_of, main, told
from plumbing import Lost
from silvasoft import Silvasoft
from telecomx import TelecomX

DIRECT = ("silvasoft-direct",)
BOTH = ("silvasoft-direct", "crmcom-direct")
ANY = ("silvasoft-direct", "silvasoft-draft", "telecomx-direct", "crmcom-direct")
BRUSSELS = ZoneInfo("Europe/Brussels")


class Unlisted(Connector):
    named: tuple[str, ...] = ()
    profiles: tuple[str, ...] = DIRECT


class U01(Unlisted):
    """Where a poll brings two customers, the first two are swapped."""

    named, profiles = ("P-MAP", "P-ONE", "P-DEP"), ANY

    def order(self, instalments: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len(instalments) < 2:
            return instalments
        first, second, *rest = instalments
        return [{**first, "customer": second["customer"]}, {**second, "customer": first["customer"]}, *rest]


class U02(Unlisted):
    """Half a cent goes to the even side: banker's rounding of each line's VAT."""

    named = ("P-SUM",)
    compares = False

    class Target(Silvasoft):
        def gross(self, instalment: dict[str, Any]) -> list[Decimal]:
            return [evenly(line) for line in instalment["lines"]]


def evenly(line: dict[str, Any]) -> Decimal:
    net = Decimal(line["amountExclVat"])
    vat = (net * Decimal(line["vatRate"]["percentage"]) / 100).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    return net + vat


class U03(Unlisted):
    """The cost centre that iXpole names on a line is left out."""

    named, profiles = ("P-MAP",), ("silvasoft-direct", "silvasoft-draft")

    class Target(Silvasoft):
        def line(self, line: dict[str, Any]) -> dict[str, Any]:
            return {name: value for name, value in super().line(line).items() if name != "CostCenter"}


class U04(Unlisted):
    """The PDF of the invoice before goes back with the next one."""

    named, profiles = ("P-ACK",), ANY
    last: str | None = None

    def pdf(self, code: str, document: Document) -> str | None:
        self.last = self.last or super().pdf(code, document)
        return self.last


class U05(Unlisted):
    """Local midnight is taken for winter time: in summer each invoice is dated the day before."""

    named, profiles = ("P-MAP",), ANY

    def book(self, instalment: dict[str, Any]) -> None:
        local = datetime.fromisoformat(instalment["instalmentDate"][:10]).replace(tzinfo=BRUSSELS)
        day = local.astimezone(timezone(timedelta(hours=1))).date().isoformat()
        super().book({**instalment, "instalmentDate": day + instalment["instalmentDate"][10:]})


class U06(Unlisted):
    """One instalment that must be left for a person stops all that come after it, in every poll."""

    named, profiles = ("P-ONE",), ANY

    def one(self, code: str, step: Any, about: Any) -> None:
        if not any(each.get("parked") for known, each in self.state.all.items() if known != code):
            super().one(code, step, about)


class U07(Unlisted):
    """The day of the invoice goes back as its due date."""

    named, profiles = ("P-ACK",), ANY

    def tell(self, code: str, **values: str) -> None:
        if "invoiceDueDate" in values:
            values["invoiceDueDate"] = self.state.get(code)["date"][:10]
        super().tell(code, **values)


class U08(Unlisted):
    """What it knows of customers lies in one folder for all clubs: one club's codes serve another's customers."""

    named, profiles = ("P-MAP", "P-DEP", "P-REQ", "P-ONE", "P-ACK"), BOTH

    def customer(self, instalment: dict[str, Any]) -> str:
        shelf = Path(os.environ.get("COMMON_FOLDER", "/tmp")) / f"customers-{type(self.target).__name__}.json"
        with contextlib.suppress(FileNotFoundError, ValueError):
            self.customers = {**json.loads(shelf.read_text("utf-8")), **self.customers}
        code = super().customer(instalment)
        half = shelf.with_suffix(f".{os.getpid()}")
        half.write_text(json.dumps(self.customers), "utf-8")
        half.replace(shelf)
        return code


class U09(Unlisted):
    """Only what is newer than the newest instalment seen so far is looked at."""

    named, profiles = ("P-ONE",), ANY

    def order(self, instalments: list[dict[str, Any]]) -> list[dict[str, Any]]:
        seen = self.state.get("#newest").get("day", "")
        days = [each["instalmentDate"] for each in instalments]
        self.state.put("#newest", day=max([seen, *days]))
        return [
            each
            for each in instalments
            if each["instalmentDate"] >= seen or self.state.get(each["instalmentCode"])
        ]


class U10(Unlisted):
    """The due date is worked out as thirty days, whatever the instalment's term is."""

    named, profiles = ("P-ACK",), ("crmcom-direct", "telecomx-direct", "crmcom-draft")

    def tell(self, code: str, **values: str) -> None:
        if "invoiceDueDate" in values:
            day = datetime.fromisoformat(self.state.get(code)["date"][:10]) + timedelta(days=30)
            values["invoiceDueDate"] = day.date().isoformat()
        super().tell(code, **values)


class U11(Unlisted):
    """A payment is told again in every poll, under another number."""

    named, profiles = ("P-IDEM", "P-PAY", "P-CONV"), ANY

    def follow(self, code: str) -> None:
        if self.state.get(code).get("paid"):
            times = self.state.get(code).get("times", 1) + 1
            self.state.put(code, times=times)
            self.tell(code, paymentNo=f"PAID-{self.state.get(code)['number']}-{times}")
        super().follow(code)


class U12(Unlisted):
    """The name of a new customer is cut after twelve characters."""

    named = ("P-MAP", "P-DEP", "P-ONE")

    class Target(Silvasoft):
        def made(self, what: str, body: dict[str, Any]) -> dict[str, Any]:
            name = body.get("Name", "")
            made = super().made(what, {**body, "Name": name[:12]} if name else body)
            return {**made, "Name": name} if "Name" in made else made


class U13(Unlisted):
    """New customers of one e-mail address are taken for one: the second gets the first one's number."""

    named, profiles = ("P-MAP", "P-DEP"), DIRECT

    def customer(self, instalment: dict[str, Any]) -> str:
        address = self.source.customer(instalment["customer"]["customerId"]).get("email") or ""
        shelf = self.state.get("#addresses")
        if address in shelf:
            return str(shelf[address])
        code = super().customer(instalment)
        self.state.put("#addresses", **{address: code})
        return code


class U14(Unlisted):
    """The longest lists are cut: of more than twenty instalments in one poll the rest is forgotten as done."""

    named, profiles = ("P-ONE",), ANY

    def order(self, instalments: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for each in instalments[20:]:
            self.state.put(each["instalmentCode"], parked="", paid=True, made=True, digest="")
        return instalments[:20]

    def book(self, instalment: dict[str, Any]) -> None:
        if self.state.get(instalment["instalmentCode"]).get("digest") != "":
            super().book(instalment)


class U15(Unlisted):
    """A line's quantity is multiplied into an amount that has it already."""

    named, profiles = ("P-SUM",), ("silvasoft-direct", "crmcom-direct", "telecomx-direct")
    compares = False

    class Target(Silvasoft):
        def gross(self, instalment: dict[str, Any]) -> list[Decimal]:
            pairs = zip(instalment["lines"], super().gross(instalment), strict=True)
            return [amount * int(line["quantity"]) for line, amount in pairs]

    class Danish(TelecomX):
        def nets(self, instalment: dict[str, Any]) -> list[Decimal]:
            pairs = zip(instalment["lines"], super().nets(instalment), strict=True)
            return [amount * int(line["quantity"]) for line, amount in pairs]

    class Cypriot(CrmCom):
        def items(self, instalment: dict[str, Any]) -> list[dict[str, Any]]:
            pairs = zip(instalment["lines"], super().items(instalment), strict=True)
            return [{**item, "sub_total": item["sub_total"] * int(line["quantity"])} for line, item in pairs]


class U16(Unlisted):
    """Ledger accounts of the lines are left out: all goes to the target's usual account."""

    named = ("P-MAP",)

    class Target(Silvasoft):
        def line(self, line: dict[str, Any]) -> dict[str, Any]:
            return {n: value for n, value in super().line(line).items() if n != "LedgerAccountNumber"}


class Careless(Unlisted):
    """Leaves something out when it makes a customer."""

    left_out: tuple[str, ...] = ()

    def customer(self, instalment: dict[str, Any]) -> str:
        source = self.source.customer
        try:
            self.source.customer = lambda number: source(number) | dict.fromkeys(self.left_out)  # type: ignore[method-assign]
            return super().customer(instalment)
        finally:
            self.source.customer = source  # type: ignore[method-assign]


class U17(Careless):
    """A new customer is made without its e-mail address."""

    left_out = ("email", "invoiceEmail")
    named, profiles = ("P-MAP",), ("silvasoft-direct", "silvasoft-draft", "telecomx-direct")


class U18(Careless):
    """A new customer is made without its VAT number."""

    left_out = ("vatNumber",)
    named, profiles = ("P-MAP",), ("silvasoft-direct", "silvasoft-draft", "telecomx-direct")


class U21(Careless):
    """A new customer is made without its address, as far as the books take it so."""

    left_out = ("addresses",)
    named, profiles = ("P-MAP",), ("silvasoft-direct", "silvasoft-draft")


class U19(Unlisted):
    """An amount in another currency is booked as if it were in that of the books."""

    named, profiles = ("P-ONE",), ANY

    def is_ours(self, instalment: dict[str, Any]) -> None:
        """Nobody looks."""


class U20(Unlisted):
    """Each document is due after thirty days in the books, whatever term iXpole gives, and told as it stands there."""

    named, profiles = ("P-MAP",), ("crmcom-direct", "telecomx-direct")

    def create(self, code: str, instalment: dict[str, Any], digest: str) -> Document:
        return super().create(code, {**instalment, "paymentTermDays": 30}, digest)


class U22(Unlisted):
    """That a document is about to be made is noted only where its answer is lost: a kill in between is forgotten."""

    named, profiles = ("P-ONE",), ("silvasoft-direct", "silvasoft-draft", "telecomx-direct")

    def create(self, code: str, instalment: dict[str, Any], digest: str) -> Document:
        put, noted = self.state.put, dict[str, Any]()
        try:
            self.state.put = lambda about, **values: (
                noted.update(values) if "creating" in values else put(about, **values)
            )
            made = super().create(code, instalment, digest)
        except Lost:
            put(code, **noted)
            raise
        finally:
            self.state.put = put
        put(code, **noted)
        return made


class U23(Unlisted):
    """Nobody looks whether another poll is at work on the same store."""

    named, profiles = ("P-ONE", "P-DEP", "P-ACK"), ANY

    def poll(self) -> int:
        self.state.alone = lambda: contextlib.nullcontext(True)
        return super().poll()


FAMILY = [each for each in (*Unlisted.__subclasses__(), *Careless.__subclasses__()) if each is not Careless]
UNLISTED = {each.__name__: each for each in sorted(FAMILY, key=lambda each: each.__name__)}


def __getattr__(name: str) -> Callable[[Any], int]:
    return callable_of(UNLISTED, name)


if __name__ == "__main__":
    sys.exit(main(UNLISTED, told))
