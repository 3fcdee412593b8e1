"""Does a draft live as it should, whatever happens in whatever order? A state machine against each real mock.

Instalments arrive, the bridge polls, its answers get lost, it dies; people make drafts final and pay. What iXpole
was told at any moment is a lawful story, no instalment has two documents, and in the end all is paid.
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ixbridge.core.model import Mode
from simulation.people import people_number, people_pay
from support.bridging import Killed, killed_after, lost
from support.targets import bench, one

CREATES = {
    "silvasoft": ("addorder",),
    "telecomx": ("invoiceCreate",),
    "crmcom": ("invoicesCreate",),
    "riverty": ("createOrder", "createInvoice"),
}
RATES = {
    "silvasoft": (21, 12, 6, 0),
    "telecomx": (25, 0),
    "crmcom": (25, 21, 6, 0),
    "riverty": (25, 21, 6, 0),
}
DAYS = ("2026-03-28", "2026-03-29", "2026-03-30", "2026-04-01")
"""Among them the night in which clocks go forward."""
CODES_MAX, TERM_DAYS, DAY_S = 3, 30, 86_400


class Books(RuleBasedStateMachine):
    """A bridge in draft mode, iXpole, and one accounting system."""

    system = ""

    def __init__(self) -> None:
        super().__init__()
        self.made = bench(self.system, one(self.system, "C-1", lines=((9_990, 0),)), mode=Mode.DRAFT)
        if self.system == "riverty":
            self.made.wire.act("setOnboarding", invoicesByHand=True)
        self.codes = ["C-1"]

    @precondition(lambda self: len(self.codes) < CODES_MAX)
    @rule(
        cents=st.lists(st.integers(1, 99_999), min_size=1, max_size=3),
        rate=st.integers(0, 3),
        on=st.sampled_from(DAYS),
    )
    def deliver(self, cents: list[int], rate: int, on: str) -> None:
        rates, code = RATES[self.system], f"C-{len(self.codes) + 1}"
        # One rate, and net amounts that end on zero: each target can express these, in orders too.
        lines = tuple((each * 100, rates[rate % len(rates)]) for each in cents)
        self.made.wire.source.instalments[code] = one(self.system, code, lines=lines, instalmentDate=on)
        self.codes.append(code)

    @rule()
    def poll(self) -> None:
        with suppress(Killed):
            self.made.run()

    @rule(fault=st.sampled_from((lost, killed_after)), nth=st.integers(0, 1))
    def lose_the_next_answer(self, fault: Any, nth: int) -> None:
        operation = CREATES[self.system][nth % len(CREATES[self.system])]
        self.made.wire.faults[(operation, self.made.wire.count(operation) + 1)] = fault

    @rule()
    def number(self) -> None:
        people_number(self.made)

    @rule()
    def pay(self) -> None:
        people_pay(self.made)
        if self.system == "riverty":
            self.made.wait(DAY_S)

    @invariant()
    def no_instalment_has_two_documents(self) -> None:
        wire = self.made.wire
        orders = len(wire.orders()) if self.system == "silvasoft" else 0
        assert len(wire.documents()) <= len(self.codes) and orders <= len(self.codes)

    @invariant()
    def what_ixpole_was_told_is_a_lawful_story(self) -> None:
        for code in self.codes:
            numbers = self.told(code)
            real = [number for number in numbers if not number.startswith("D")]
            drafts = [number for number in numbers if number.startswith("D")]
            assert numbers == drafts + real, "a draft after the real number"
            assert len(set(drafts)) <= 1 and len(set(real)) <= 1, "two numbers of one kind"
            assert "D-1" not in drafts and "-1" not in real

    def told(self, code: str) -> list[str]:
        """The numbers that iXpole heard of an instalment, in their order."""
        bodies = (
            json.loads(each.body or b"{}")
            for each in self.made.wire.requests
            if each.operation == "putInstalments"
        )
        return [
            str(body["invoiceNumber"])
            for body in bodies
            if body["instalmentCode"] == code and body.get("invoiceNumber")
        ]

    def teardown(self) -> None:
        self.made.wire.faults.clear()
        self.rest()
        people_number(self.made)
        self.rest()
        self.pay()
        self.rest()
        items = self.made.run().items
        left = [(each.code, each.status.value, each.message) for each in items if each.status.value != "paid"]
        assert left == [], "something is still on the way, or parked"
        assert len(self.made.wire.documents()) == len(self.codes)
        for code in self.codes:
            held = self.made.wire.source.instalments[code]
            assert held["paymentNo"] and held["invoiceNumber"] == self.told(code)[-1]
            assert not held["invoiceNumber"].startswith("D")
            if self.system != "silvasoft":  # Silvasoft works out its own
                due = date.fromisoformat(held["instalmentDate"]) + timedelta(days=TERM_DAYS)
                assert held["invoiceDueDate"] == due.isoformat()

    def rest(self) -> None:
        for _ in range(9):
            if not self.made.run().changed:
                return
        raise AssertionError("it does not come to rest")


@pytest.mark.parametrize("system", CREATES)
def test_a_draft_lives_a_lawful_life_whatever_happens(system: str) -> None:
    machine = type(f"Books_{system}", (Books,), {"system": system})
    run_state_machine_as_test(machine, settings=settings(max_examples=8, stateful_step_count=8))


@pytest.mark.long
@pytest.mark.parametrize("system", CREATES)
def test_many_drafts_live_lawful_lives(system: str) -> None:
    machine = type(f"Books_{system}", (Books,), {"system": system})
    run_state_machine_as_test(machine, settings=settings(max_examples=150, stateful_step_count=20))
