"""How far does one instalment go now? Gather, decide, apply, until nothing is left to do, or it cannot go on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from ixbridge.core.life import Life, Stage
from ixbridge.core.moves import Facts, Park, Rest
from ixbridge.core.plan import next_move
from ixbridge.core.policy import Policy
from ixbridge.shell.creation import Left
from ixbridge.shell.exchange import Halt

if TYPE_CHECKING:
    from ixbridge.shell.cases import Case
    from ixbridge.shell.exchange import Exchange
    from ixbridge.shell.hands import Hands
    from ixbridge.shell.inbox import Inbox
    from ixbridge.shell.library import Library
    from ixbridge.shell.notebook import Notebook

MOVES_MAX = 60
"""Moves of one instalment in one round; more means a circle."""
LEFTS_MAX = 3
"""So many instalments in a row that could not go on: the system is out of reach for all."""


@dataclass(slots=True)
class Driver:
    exchange: Exchange
    policy: Policy
    notebook: Notebook
    library: Library
    hands: Hands
    inbox: Inbox | None = None
    """Where the target answers later."""
    today: date | None = None
    """Where the target lives."""
    audit: bool = False
    """Look at everything again, paid instalments too."""
    busy: int = 0
    """How many instalments another bridge was at."""
    _lefts: int = 0

    def drive(self, case: Case, *, booking: bool) -> None:
        """One instalment as far as it goes, unless another bridge is at it."""
        news = self.notebook.claims.take(case.life.code)
        if news is None:
            case.waiting = "another bridge is at it"
            self.busy += 1
            return
        self.notebook.learn(news)
        try:
            self._driven(case, booking=booking)
        except Halt:
            self.notebook.claims.give_back(case.life.code)
            raise
        self.notebook.claims.give_back(case.life.code)

    def _driven(self, case: Case, *, booking: bool) -> None:
        """What nothing came of stays parked as it was."""
        case.waiting = ""
        try:
            stopped = self._moved(case, booking=booking)
        finally:
            if case.reopened is not None and case.life.parked is None:
                case.life = replace(case.life, parked=case.reopened)
            case.reopened = None
        if isinstance(stopped, Left):
            self._leave(case, stopped)
        elif stopped is not None:
            self._lefts = 0

    def _moved(self, case: Case, *, booking: bool) -> Rest | Park | Left | None:
        for _ in range(MOVES_MAX):
            if booking and not case.is_before_booked:
                return None
            move = next_move(case.life, self._facts(case), self.policy)
            stopped = self.hands.apply(case, move)
            if stopped is not None:
                return stopped
        raise AssertionError(f"{case.life.code} goes in circles at {case.life.stage.value}")

    def _leave(self, case: Case, stopped: Left) -> None:
        case.waiting = stopped.reason
        self._lefts += 1
        if self._lefts >= LEFTS_MAX:
            raise Halt(stopped.reason, advice="The rest waits for the next run.")

    def _facts(self, case: Case) -> Facts:
        life, facts = case.life, case.facts
        known: dict[str, Any] = {"now": self.exchange.now(), "products": self.hands.products}
        if life.stage in (Stage.REPORTED, Stage.PAID) and facts.found is None:
            found = self.library.known(case)
            known["found"] = None if found is None else found.without(life.superseded)
        if not facts.suspect:
            known["suspect"] = self.audit or (life.doubtful and not self.policy.target.key_enforced)
        if life.stage is Stage.SEEN and facts.today is None:
            known["today"] = self.today
        if self.inbox is not None:
            known["word"] = self.inbox.word_of(life)
        if self._takes_number(life) and facts.next_number is None:
            known["next_number"] = self.notebook.next_number()
        case.facts = replace(facts, **known)
        return case.facts

    def _takes_number(self, life: Life) -> bool:
        if self.inbox is None:
            return life.stage is Stage.SEEN
        return life.stage in (Stage.DRAFTED, Stage.HANDED)
