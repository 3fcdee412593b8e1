"""Does the whole mock agree with a small model of its own, whatever is done in whatever order?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from ixmocks.engine import scenario
from ixmocks.engine.outcome import Changed, Refused
from ixmocks.silvasoft import desk, rules, seed
from ixmocks.silvasoft.model import Status
from ixmocks.silvasoft.state import State

AT = datetime(2017, 5, 5, 7, 0, tzinfo=UTC)
FIRST: State = seed.load(scenario.load("documents", ["silvasoft"]).sections["silvasoft"], 7)


@dataclass(slots=True)
class Paper:
    """All the model knows of a document: a number or none, what it is over, what is paid, how it ended."""

    number: int | None
    total: int
    open: int
    credited: bool = False
    is_note: bool = False


class Life(RuleBasedStateMachine):
    """Books, drafts, payments, credits and deletions against a dict of a few numbers."""

    papers = Bundle("papers")

    @initialize()
    def begin(self) -> None:
        self.state = FIRST
        self.model = {1: Paper(1, 12100, 12100)}

    def do(self, rule_: Any, command: dict[str, Any], *, fine: bool) -> Any:
        before = self.state
        outcome = rule_(before, command, at=AT, readings={})
        assert isinstance(outcome, Changed if fine else Refused), (command, outcome)
        if isinstance(outcome, Changed):
            self.state = outcome.state
        assert before.sales.all is not self.state.sales.all or not fine
        return outcome.answer if isinstance(outcome, Changed) else None

    @property
    def used(self) -> set[int]:
        return {one.number for one in self.model.values() if one.number is not None}

    @rule(target=papers, cents=st.integers(-500, 500), wanted=st.none() | st.integers(1, 12))
    def book(self, cents: int, wanted: int | None) -> int:
        command: dict[str, Any] = {
            "CustomerNumber": 1,
            "Invoice_InvoiceLine": [{"TaxPc": 21, "SubTotalInclTax": Decimal(cents) / 100}],
        }
        if wanted is not None:
            command["InvoiceNumber"] = wanted
        free = wanted not in self.used
        invoice = self.do(rules.add_sales_transaction, command, fine=free)
        if not free:
            return 1
        number = wanted or max(self.used, default=0) + 1
        assert invoice.number == number
        self.model[invoice.serial] = Paper(number, cents, cents)
        return int(invoice.serial)

    @rule(target=papers, cents=st.integers(0, 500))
    def draft(self, cents: int) -> int:
        line = {"ProductNumber": "1204", "SubTotalInclTax": Decimal(cents) / 100, "TaxPc": 21}
        command = {"CustomerNumber": 1, "AddAsDraft": True, "Invoice_InvoiceLine": [line]}
        invoice = self.do(rules.add_sales_invoice, command, fine=True)
        self.model[invoice.serial] = Paper(None, cents, cents)
        return int(invoice.serial)

    @rule(serial=papers)
    def post(self, serial: int) -> None:
        paper = self.model.get(serial)
        fine = paper is not None and paper.number is None
        number = max(self.used, default=0) + 1
        self.do(desk.post_draft, {"Serial": serial}, fine=fine)
        if paper is not None and fine:
            paper.number = number

    @rule(serial=papers, share=st.integers(1, 4))
    def pay(self, serial: int, share: int) -> None:
        paper = self.model.get(serial)
        amount = 0 if paper is None else paper.open // share
        fine = paper is not None and paper.number is not None and not paper.credited and amount != 0
        self.do(desk.register_payment, {"Serial": serial, "Amount": Decimal(amount) / 100}, fine=fine)
        if paper is not None and fine:
            paper.open -= amount

    @rule(serial=papers)
    def reverse(self, serial: int) -> None:
        paper = self.model.get(serial)
        fine = paper is not None and paper.number is not None and not paper.credited and not paper.is_note
        fine = fine and paper is not None and paper.open != paper.total
        self.do(desk.reverse_payment, {"Serial": serial}, fine=fine)
        if paper is not None and fine:
            paper.open = paper.total

    @rule(target=papers, serial=papers)
    def credit(self, serial: int) -> int:
        paper = self.model.get(serial)
        fine = paper is not None and paper.number is not None and not paper.credited and not paper.is_note
        number = max(self.used, default=0) + 1
        answer = self.do(desk.credit_invoice, {"Serial": serial}, fine=fine)
        if paper is None or not fine:
            return serial
        self.model[answer["Serial"]] = Paper(number, -paper.total, paper.open - paper.total, is_note=True)
        paper.open, paper.credited = 0, True
        return int(answer["Serial"])

    @rule(serial=papers)
    def delete(self, serial: int) -> None:
        paper = self.model.get(serial)
        settled = paper is not None and paper.number is not None and paper.open == 0
        fine = paper is not None and not paper.credited and paper.open == paper.total and not settled
        self.do(desk.delete_invoice, {"Serial": serial}, fine=fine)
        if fine:
            del self.model[serial]

    @invariant()
    def the_list_shows_what_the_model_knows(self) -> None:
        outcome = rules.list_sales_invoices(self.state, {}, at=AT, readings={})
        assert isinstance(outcome, Changed)
        shown = [(one.number, one.incl_cents, one.outstanding_cents) for one in outcome.answer.invoices]
        numbered = sorted(
            (one for one in self.model.values() if one.number), key=lambda one: -(one.number or 0)
        )
        drafts = [paper for _, paper in sorted(self.model.items(), reverse=True) if paper.number is None]
        assert shown == [(one.number, one.total, one.open) for one in (*numbered, *drafts)]

    @invariant()
    def nothing_outstanding_means_paid_or_credited(self) -> None:
        for invoice in self.state.sales.all.values():
            if invoice.status is Status.OPEN:
                assert invoice.outstanding_cents != 0
            if invoice.status in (Status.PAID, Status.CREDITED):
                assert invoice.outstanding_cents == 0


TestLife = Life.TestCase
