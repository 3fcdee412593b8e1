"""Does an invoice live as the documents say? The mock against a small model, in any order of events.

Without number, numbered, sent, paid, deleted; the number is fixed by sent, and −1 is no number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from ixmocks.engine.outcome import Changed
from ixmocks.kit import Kit
from ixmocks.telecomx import SYSTEM

CUSTOMER, PRODUCT = "123457890ABCDEF12345678", "1234567890ABCDEF12345677"
KIT = Kit("documents", clock="2017-10-28T23:30:00+02:00", systems=[SYSTEM])
NUMBERS = st.integers(2000, 99999).map(str)
THERE_BEFORE = 1


@dataclass
class Paper:
    """All that the model knows of one invoice."""

    number: str
    sent: bool
    paid: bool
    cents: int


class Life(RuleBasedStateMachine):
    papers = Bundle("papers")

    @initialize()
    def begin(self) -> None:
        KIT.world().reset()
        self.model: dict[str, Paper] = {}
        self.next = 1001

    def ask(self, method: str, path: str, status: int = 200, **more: Any) -> Any:
        before = KIT.state("telecomx")
        reply = KIT.ask("telecomx", method, path, **more)
        assert reply.status == status, reply.body
        assert status == 200 or KIT.state("telecomx") is before
        return reply.json

    def act(self, action: str, *, fine: bool, **params: Any) -> Any:
        before = KIT.state("telecomx")
        outcome = KIT.act("telecomx", action, params)
        assert isinstance(outcome, Changed) is fine, outcome
        if isinstance(outcome, Changed):
            return outcome.answer
        assert KIT.state("telecomx") is before
        return None

    @rule(
        target=papers, number=st.just("") | NUMBERS, sent=st.booleans(), paid=st.booleans(),
        cents=st.integers(-99_999, 99_999),
    )  # fmt: skip
    def make(self, number: str, sent: bool, paid: bool, cents: int) -> str:
        line = {"product": PRODUCT, "units": cents, "unitPrice": 1, "vatExempt": True}
        asked = {"customer": CUSTOMER, "sent": sent, "paid": paid, "lines": [line]}
        made = self.ask("POST", "/invoice", json={**asked, **({"invoiceNumber": number} if number else {})})
        assert made["_id"] not in self.model
        self.model[made["_id"]] = Paper(number or "-1", sent, paid, cents)
        return str(made["_id"])

    @rule(one=papers)
    def a_refused_creation_leaves_no_trace(self, one: str) -> None:
        self.ask("POST", "/invoice", 422, json={"customer": CUSTOMER, "sent": False, "headline": one})

    @rule(
        one=papers, number=NUMBERS | st.none(), sent=st.none() | st.booleans(), paid=st.none() | st.booleans()
    )
    def tell(self, one: str, number: str | None, sent: bool | None, paid: bool | None) -> None:
        told = {"invoiceNumber": number, "sent": sent, "paid": paid}
        body = {name: value for name, value in told.items() if value is not None}
        paper = self.model.get(one)
        path = f"/invoice/reseller/{one}"
        assert self.ask("POST", path, 200 if paper else 404, json=body).get("success") is (
            True if paper else None
        )
        if paper is None:
            return
        if number is not None and not paper.sent:
            paper.number = number
        paper.sent = paper.sent if sent is None else sent
        paper.paid = paper.paid if paid is None else paid

    @rule(one=papers)
    def the_accounting_side_gives_the_number(self, one: str) -> None:
        paper = self.model.get(one)
        fine = paper is not None and (not paper.sent or paper.number == "-1")
        self.act("setInvoiceNumber", fine=fine, invoice=one)
        if paper is not None and fine:
            paper.number, self.next = str(self.next), self.next + 1

    @rule(one=papers)
    def mark_sent(self, one: str) -> None:
        paper = self.model.get(one)
        fine = paper is not None and not paper.sent
        self.act("markSent", fine=fine, invoice=one)
        if paper is not None:
            paper.sent = True

    @rule(one=papers)
    def pay(self, one: str) -> None:
        paper = self.model.get(one)
        self.act("registerPayment", fine=paper is not None and not paper.paid, invoice=one)
        if paper is not None:
            paper.paid = True

    @rule(one=consumes(papers))
    def delete(self, one: str) -> None:
        paper = self.model.get(one)
        fine = paper is not None and not paper.sent
        self.act("deleteInvoice", fine=fine, invoice=one)
        if fine:
            del self.model[one]
            self.ask("GET", f"/invoice/{one}", 404)

    @rule(minutes=st.integers(1, 600))
    def wait(self, minutes: int) -> None:
        KIT.advance(minutes=minutes)

    @invariant()
    def the_list_shows_what_the_model_knows(self) -> None:
        shown = self.ask("GET", "/invoice", query={"customer": CUSTOMER, "expand": True, "limit": 500})
        assert shown["total"] == len(self.model) + THERE_BEFORE
        seen = {one["_id"]: one for one in shown["invoices"]}
        for identifier, paper in self.model.items():
            one = seen[identifier]
            number = -1 if paper.number == "-1" else paper.number
            assert (one["invoiceNumber"], one["sent"], one["paid"]) == (number, paper.sent, paper.paid)
            assert (one["subTotal"], one["vat"], one["total"]) == (paper.cents, 0, paper.cents)
        days = [one["invoiceDate"] for one in shown["invoices"]]
        assert days == sorted(days, reverse=True)


TestLife = Life.TestCase
