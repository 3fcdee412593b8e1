"""Does an invoice live as the table says, whatever order things happen in?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from ixmocks.crmcom import desk, rules, seed
from ixmocks.crmcom.model import NEXT, Event, Stage
from ixmocks.crmcom.state import State
from ixmocks.engine import scenario
from ixmocks.engine.outcome import Changed, Refused

START = seed.load(scenario.load("documents", ["crmcom"]).sections["crmcom"], 7)
KNOWN = {invoice.id for invoice in START.invoices}


@dataclass
class Paper:
    """What the model knows of one invoice."""

    stage: str
    number: str
    total: int
    open: int | None
    code: str


class Life(RuleBasedStateMachine):
    papers = Bundle("papers")

    def __init__(self) -> None:
        super().__init__()
        self.state: State = START
        self.at = datetime(2017, 5, 5, 7, 0, tzinfo=UTC)
        self.model: dict[str, Paper] = {}

    def do(self, decide: Any, command: Any, *, fine: bool) -> Any:
        """Ask a rule; a yes and a no come when the model says so, and a no changes nothing."""
        outcome = decide(self.state, command, at=self.at, readings={})
        assert isinstance(outcome, Changed) is fine, outcome
        if isinstance(outcome, Refused):
            return None
        self.state = outcome.state
        return outcome.answer

    @rule(
        target=papers, cents=st.integers(0, 5_000), final=st.booleans(), code=st.sampled_from(["", "A", "B"])
    )
    def create(self, cents: int, final: bool, code: str) -> str:
        fine = not code or all(paper.code != code for paper in self.model.values())
        command = {
            "accounts_receivable_identifier": {"number": "401"}, "type_identifier": {"name": "Invoice"},
            "life_cycle_state": "POSTED" if final else "DRAFT", "back_office_code": code,
            "invoice_item_set": [
                {"product_identifier": {"code": "Bronze"}, "quantity": 1, "cost": Decimal(cents) / 100}
            ],
        }  # fmt: skip
        answer = self.do(rules.create_invoice, command, fine=fine)
        if answer is None:
            return ""
        made = answer.entity
        assert made.id not in self.model
        assert made.number not in {paper.number for paper in self.model.values()}
        stage, left = ("POSTED", cents) if final else ("DRAFT", None)
        self.model[made.id] = Paper(stage, made.number, cents, left, code)
        return str(made.id)

    @rule(id=papers)
    def post(self, id: str) -> None:
        paper = self._after(rules.post_invoice, id, Stage.DRAFT)
        if paper is not None:
            paper.stage, paper.open = "POSTED", paper.total

    @rule(id=papers)
    def reject(self, id: str) -> None:
        paper = self._after(rules.reject_invoice, id, Stage.DRAFT)
        if paper is not None:
            paper.stage, paper.open = "REJECTED", 0

    @rule(id=papers)
    def cancel(self, id: str) -> None:
        paper = self._after(
            rules.cancel_invoice, id, Stage.POSTED, type_identifier={"name": "Invoice Cancellation"}
        )
        if paper is not None:
            paper.stage, paper.open = "CANCELLED", 0

    @rule(id=papers, cents=st.integers(0, 5_000))
    def replace_line(self, id: str, cents: int) -> None:
        paper = self.model.get(id)
        if paper is None:
            return
        (item,) = self.state.invoices[id].items
        change = {
            "action": "UPDATE",
            "invoice_item_identifier": {"id": item.id},
            "cost": Decimal(cents) / 100,
        }
        changed = self._after(rules.update_invoice, id, Stage.DRAFT, invoice_item_set=[change])
        if changed is not None:
            changed.total = cents

    @rule(id=papers, share=st.integers(1, 3))
    def pay(self, id: str, share: int) -> None:
        paper = self.model.get(id)
        amount = 0 if paper is None else (paper.open or 0) // share
        fine = paper is not None and paper.stage == "POSTED" and amount > 0
        self.do(
            desk.register_payment,
            {"id": id, "amount": Decimal(amount) / 100} if id else {"number": "none"},
            fine=fine,
        )
        if paper is not None and fine:
            paper.open = (paper.open or 0) - amount

    @rule(hours=st.integers(1, 50))
    def time_passes(self, hours: int) -> None:
        self.at += timedelta(hours=hours)

    def _after(self, decide: Any, id: str, stage: Stage, **more: Any) -> Paper | None:
        paper = self.model.get(id)
        fine = paper is not None and paper.stage == stage.value
        self.do(decide, {"invoice_identifier": {"id": id}, **more}, fine=fine)
        return paper if fine else None

    @invariant()
    def every_invoice_is_as_the_model_knows_it(self) -> None:
        own = [one for one in self.state.invoices if one.id not in KNOWN]
        seen = [(one.id, one.stage.value, one.number, one.total_cents, one.outstanding_cents) for one in own]
        assert seen == [(id, p.stage, p.number, p.total, p.open) for id, p in self.model.items()]

    @invariant()
    def only_what_is_posted_is_owed(self) -> None:
        for one in self.state.invoices:
            if one.stage is Stage.POSTED:
                assert one.posted_on is not None and one.due_on is not None
                assert 0 <= (one.outstanding_cents or 0) <= one.total_cents
            else:
                assert not one.outstanding_cents

    @invariant()
    def the_list_of_the_account_is_whole(self) -> None:
        (account,) = self.state.accounts.find("number", "401")
        listed = [one.id for one in self.state.invoices_of(account.id)]
        assert listed == [one.id for one in self.state.invoices.newest_first() if one.account == account.id]


TestLife = Life.TestCase


def test_nothing_comes_back_from_rejected_or_cancelled() -> None:
    assert {stage for stage, _ in NEXT} == {Stage.DRAFT, Stage.POSTED}
    assert {event for _, event in NEXT} == set(Event)
