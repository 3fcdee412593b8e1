"""Does an instalment live as the documents say? The mock against a small model of its own, in any order of events.

Delivered only while due and without a number; D, Pending, not delivered; the real number through the
same PUT, Open, Overdue by the clock, Received; never D after a real number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from ixmocks.engine.outcome import Changed
from ixmocks.ixpole import SYSTEM
from ixmocks.kit import Kit

CLOCK = "2017-03-25T22:30:00+01:00"  # the night in which the clocks change is one of the first
START = date(2017, 3, 25)
KIT = Kit("documents", clock=CLOCK, seed=7, systems=(SYSTEM,))
SUMMER_H = 24 * 200
"""The model knows one change of the clocks, not the next one in October."""
DIGITS = st.integers(1, 99999).map(str)


@dataclass
class Expected:
    """All that the model knows of one instalment."""

    day: date
    number: str = ""
    due: date | None = None
    payment: str = ""

    def status(self, today: date) -> str:
        if self.payment:
            return "Received"
        if self.number[:1] == "D":
            return "Pending"
        if self.number:
            return "Overdue" if self.due is not None and self.due < today else "Open"
        return "ToDo" if self.day <= today else "Future"


class Life(RuleBasedStateMachine):
    live = Bundle("live")

    @initialize()
    def begin(self) -> None:
        KIT.world().reset()
        self.hours = self.planned = 0
        self.model: dict[str, Expected] = {}
        for row in self.act("showInstalments"):
            self.act("typeInvoiceNumber", instalmentCode=row["instalmentCode"], invoiceNumber="0")

    @property
    def today(self) -> date:
        # 22:30 in Brussels: an hour and a half to midnight, and summer time begins in that night.
        minutes = 22 * 60 + 30 + self.hours * 60 + (60 if self.hours >= 4 else 0)
        return START + timedelta(days=minutes // (24 * 60))

    def act(self, action: str, **params: Any) -> Any:
        outcome = KIT.act("ixpole", action, params)
        assert isinstance(outcome, Changed), outcome
        return outcome.answer

    def put(self, body: dict[str, Any], *, status: int) -> Any:
        before = KIT.state("ixpole")
        reply = KIT.ask("ixpole", "PUT", "/api/instalments", json=body)
        assert reply.status == status, (body, reply.body)
        if status != 200:
            assert KIT.state("ixpole") is before
        return reply.json

    def check(self, code: str, answer: Any) -> None:
        expected = self.model[code]
        assert answer["status"] == expected.status(self.today)
        assert (answer["invoiceNumber"] or "") == expected.number
        assert answer["invoiceDueDate"] == (expected.due.isoformat() if expected.due else None)
        assert (answer["paymentNo"] or "") == expected.payment

    @rule(target=live, ahead=st.integers(-40, 40))
    def plan(self, ahead: int) -> str:
        self.planned += 1
        code = f"M-{self.planned:04d}-01"
        day = self.today + timedelta(days=ahead)
        self.act(
            "addInstalment", instalmentCode=code, instalmentDate=day.isoformat(), customer={"customerId": 1},
            lines=[{"productId": 502}],
        )  # fmt: skip
        self.model[code] = Expected(day)
        return code

    @rule(code=live, number=DIGITS)
    def draft(self, code: str, number: str) -> None:
        expected = self.model[code]
        real = expected.number[:1] not in ("", "D")
        if real or expected.payment:
            self.put({"instalmentCode": code, "invoiceNumber": f"D{number}"}, status=409)
            return
        expected.number = f"D{number}"
        self.check(code, self.put({"instalmentCode": code, "invoiceNumber": f"D{number}"}, status=200))

    @rule(code=live, number=DIGITS, term=st.integers(-5, 30))
    def invoice(self, code: str, number: str, term: int) -> None:
        expected = self.model[code]
        expected.number, expected.due = number, self.today + timedelta(days=term)
        body = {"instalmentCode": code, "invoiceNumber": number, "invoiceDueDate": expected.due.isoformat()}
        first, second = self.put(body, status=200), self.put(body, status=200)
        assert first == second
        self.check(code, first)

    @rule(code=live, number=DIGITS)
    def invoice_without_due_date(self, code: str, number: str) -> None:
        expected = self.model[code]
        if expected.due is None:
            self.put({"instalmentCode": code, "invoiceNumber": number}, status=400)
            return
        expected.number = number
        self.check(code, self.put({"instalmentCode": code, "invoiceNumber": number}, status=200))

    @rule(code=live, reference=DIGITS)
    def pay(self, code: str, reference: str) -> None:
        expected = self.model[code]
        body = {"instalmentCode": code, "paymentNo": f"BANK-{reference}"}
        if expected.number[:1] in ("", "D"):
            self.put(body, status=409)
            return
        expected.payment = f"BANK-{reference}"
        self.check(code, self.put(body, status=200))

    @rule(code=live)
    def take_payment_back(self, code: str) -> None:
        self.model[code].payment = ""
        self.check(code, self.put({"instalmentCode": code, "paymentNo": None}, status=200))

    @rule(code=live)
    def withdraw_the_draft(self, code: str) -> None:
        self.put({"instalmentCode": code, "invoiceNumber": ""}, status=400)

    @rule(code=consumes(live))
    def person_withdraws(self, code: str) -> None:
        outcome = KIT.act("ixpole", "withdrawInstalment", {"instalmentCode": code})
        if self.model[code].number:
            assert not isinstance(outcome, Changed)
            return
        assert isinstance(outcome, Changed)
        del self.model[code]
        self.put({"instalmentCode": code, "invoiceNumber": "D1"}, status=404)

    @rule(hours=st.one_of(st.integers(1, 6), st.integers(20, 24 * 40)))
    def advance(self, hours: int) -> None:
        if self.hours + hours <= SUMMER_H:
            KIT.advance(hours=hours)
            self.hours += hours

    @invariant()
    def what_is_delivered_is_due_and_without_number(self) -> None:
        if not hasattr(self, "model"):
            return
        delivered = KIT.ask("ixpole", "GET", "/api/instalments").json
        due = sorted((i.day, code) for code, i in self.model.items() if i.status(self.today) == "ToDo")
        assert [row["instalmentCode"] for row in delivered] == [code for _, code in due]
        for row in delivered:
            self.check(row["instalmentCode"], row)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=40, stateful_step_count=30)
