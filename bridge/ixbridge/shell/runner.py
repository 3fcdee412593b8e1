"""How are all instalments taken one step further? In two rounds, of which each is driven as far as it goes.

First everything is booked, then everything is checked, reported and followed, so that one reading of the target's
list serves all. What cannot go on stays where it is; the journal knows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ixbridge.core.life import Stage
from ixbridge.core.policy import Policy
from ixbridge.core.target import Lookup
from ixbridge.shell.cases import taken_numbers
from ixbridge.shell.claims import ALONE, Claims
from ixbridge.shell.driver import Driver
from ixbridge.shell.exchange import Halt
from ixbridge.shell.hands import Hands
from ixbridge.shell.inbox import Inbox
from ixbridge.shell.intake import Intake
from ixbridge.shell.library import Library
from ixbridge.shell.limits import Limits
from ixbridge.shell.maker import Maker
from ixbridge.shell.notebook import Notebook
from ixbridge.shell.report import Report, item_of

if TYPE_CHECKING:
    from ixbridge.shell.exchange import Exchange
    from ixbridge.shell.journal import Journal

Watch = Callable[[int, int, str], None]
Stop = Callable[[], bool]


def unwatched(done: int, total: int, code: str) -> None:
    """Nobody looks on."""


def never() -> bool:
    """Nobody asks for an early end."""
    return False


class Runner:
    def __init__(
        self,
        exchange: Exchange,
        journal: Journal,
        policy: Policy,
        *,
        limit: int | None = None,
        watch: Watch = unwatched,
        stop: Stop = never,
        claims: Claims = ALONE,
        audit: bool = False,
    ) -> None:
        """``claims``: who shares the work. ``audit``: look at everything again, paid instalments too."""
        self._exchange, self._journal, self._watch, self._stop = exchange, journal, watch, stop
        self._audit = audit
        self._limits = Limits(exchange, journal)
        self._library = Library(exchange, policy, audit)
        self._notebook = Notebook(journal, policy, self._limits, self._library, claims)
        self._cases = self._notebook.cases
        self._intake = Intake(exchange, self._notebook, limit)
        self._maker = Maker(exchange, policy, self._notebook, self._library)
        hands = Hands(exchange, policy, self._notebook, self._library, self._maker)
        self._inbox = Inbox() if policy.target.lookup is Lookup.INBOX else None
        zone = policy.target.zone
        today = exchange.today(zone) if zone else None
        self._driver = Driver(
            exchange, policy, self._notebook, self._library, hands, self._inbox, today, audit
        )

    def run(self) -> Report:
        """One poll: everything goes as far as it can. What stops it is in the report."""
        before = len(self._journal.records())
        halted, advice = None, ""
        try:
            self._notebook.remember()
            self._limits.respect()
            delivered = self._intake.delivered()
            todo = self._intake.taken_up(delivered)
            self._notebook.taken.update(taken_numbers(self._notebook.ledger.standings, delivered))
            self._library.open(self._cases.values())
            self._round([code for code in todo if self._cases[code].is_before_booked], booking=True)
            if self._maker.made:
                self._intake.read_again()
            self._library.read_followed(self._cases.values())
            # Whatever is still not booked could not go on, and is not tried again in this run.
            after_booking = [code for code in todo if not self._cases[code].is_before_booked]
            self._round([*after_booking, *self._paid_in_view(todo)], booking=False)
        except Halt as halt:
            halted, advice = str(halt), halt.advice
            self._limits.keep()
        self._journal.flush()
        items = [
            item_of(case.life, changed=case.changed, waiting=case.waiting)
            for case in self._cases.values()
            if case.changed or not case.life.is_over
        ]
        records = len(self._journal.records()) - before
        sent = self._exchange.counts.sent
        return Report((*items, *self._intake.nameless), halted, advice, sent, records, self._driver.busy)

    def _round(self, codes: list[str], *, booking: bool) -> None:
        for done, code in enumerate(codes):
            if self._stop():
                break
            if self._inbox is not None:
                self._inbox.catch_up(self._journal.records())
            self._watch(done, len(codes), code)
            if booking and self._intake.is_old():
                self._intake.read_again()
            self._driver.drive(self._cases[code], booking=booking)
        self._watch(len(codes), len(codes), "")
        self._journal.flush()

    def _paid_in_view(self, todo: list[str]) -> list[str]:
        """Paid instalments whose document is seen anyway; all of them in an audit."""
        others = set(self._cases).difference(todo)
        paid = [code for code in others if self._cases[code].life.stage is Stage.PAID]
        return sorted(code for code in paid if self._audit or self._library.known(self._cases[code]))
