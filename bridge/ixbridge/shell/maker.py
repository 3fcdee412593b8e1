"""How is a document made? The intent is on the disk first; what became of it is noted, parked or looked for.

The same for an order's invoice. Whatever is uncertain stays with the plan, which knows how to look for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ixbridge.core.life import Event
from ixbridge.core.moves import Bill, Create, Fresh, Look, Park
from ixbridge.core.parked import Reason, park
from ixbridge.core.policy import Policy
from ixbridge.core.records import SERIES, Payload
from ixbridge.core.steps import ReadDocument
from ixbridge.core.target import Lookup
from ixbridge.core.wire import No, Unknown, Yes
from ixbridge.shell.claims import WAIT_S, WAITS_MAX
from ixbridge.shell.creation import Clash, Left, Lost, Refusal, create, left
from ixbridge.shell.exchange import value_or_halt

if TYPE_CHECKING:
    from ixbridge.shell.cases import Case
    from ixbridge.shell.exchange import Exchange
    from ixbridge.shell.library import Library
    from ixbridge.shell.notebook import Notebook


@dataclass(slots=True)
class Maker:
    exchange: Exchange
    policy: Policy
    notebook: Notebook
    library: Library
    made: bool = False
    """A create was sent in this run."""

    def create(self, case: Case, move: Create) -> Park | Left | None:
        if move.step.invoice.number is not None:
            return self._create_numbered(case, move)
        return self._create_now(case, move)

    def bill(self, case: Case, move: Bill) -> Park | Left | None:
        case.facts = replace(case.facts, next_number=None)
        since: Payload = {"since": self.exchange.now().isoformat(timespec="seconds")}
        made = create(
            self.exchange,
            move.step,
            self.exchange.kind_of(move.step),
            intend=lambda: self.notebook.note(case, Event.REQUESTED, {**move.intent, **since}),
            not_sent=lambda: self.notebook.note(case, Event.DECLINED, {}),
        )
        match made:
            case Yes(value=receipt):
                self.notebook.note(case, Event.RECEIVED, {"receipt": receipt, **since})
                return None
            case Refusal(no=no):
                return self.notebook.park(case, park(Reason.REFUSED_BY_TARGET, no.reason))
            case Clash(no=no):
                self.notebook.note(case, Event.DECLINED, {})
                return self.notebook.park(case, park(Reason.REFUSED_BY_TARGET, no.reason))
            case Lost(reason=reason):
                return Left(reason)  # sent again in the next run, under the same id
            case Left():
                return made

    def _create_numbered(self, case: Case, move: Create) -> Park | Left | None:
        """With a number of our own series, which two bridges must not both take."""
        subject = SERIES
        for _ in range(WAITS_MAX):
            news = self.notebook.claims.take(subject)
            if news is not None:
                break
            self.exchange.sleep(WAIT_S)
        else:
            return Left("another bridge has been giving numbers for too long")
        self.notebook.learn(news)
        try:
            due = self.notebook.next_number()
            if case.life.asked_number is None and move.step.invoice.number != due:
                case.facts = replace(case.facts, next_number=due)
                return None  # decided anew, with the number that is due now
            return self._create_now(case, move)
        finally:
            self.notebook.claims.give_back(subject)

    def _create_now(self, case: Case, move: Create) -> Park | Left | None:
        kind = self.exchange.kind_of(move.step)
        self.made = True
        self.library.created()
        case.facts = replace(case.facts, found=None, looks=0, read=None, next_number=None, earlier=False)
        made = create(
            self.exchange,
            move.step,
            kind,
            intend=lambda: self.notebook.note(case, Event.INTENT, move.intent),
            not_sent=lambda: self.notebook.note(case, Event.NOSEND, {}),
        )
        self.library.created()
        match made:
            case Yes(value=document):
                result: Payload = {"number": document.number, "draft": document.draft_id, "by": "answer"}
                if self._answers_later:
                    since = self.exchange.now().isoformat(timespec="seconds")
                    result = {**result, "receipt": document.reference, "since": since}
                self.notebook.note(case, Event.RESULT, result)
                return None
            case Refusal(no=no):
                return self.notebook.park(case, park(Reason.REFUSED_BY_TARGET, no.reason))
            case Clash(no=no):
                return self._clash(case, move, no)
            case Lost(reason=reason) if self._answers_later:
                return Left(reason)  # sent again in the next run, under the same id
            case Lost():
                return None  # the plan looks for it
            case Left():
                return made

    def _clash(self, case: Case, move: Create, no: No) -> Park | Left | None:
        """Our number was refused: is it our own document that has it?"""
        if self._answers_later:
            self.notebook.note(case, Event.NOSEND, {})
            return self.notebook.park(case, park(Reason.REFUSED_BY_TARGET, no.reason))
        stopped = self.library.look(case, Look(Fresh.NOW))
        if stopped is not None or (case.facts.found and not case.facts.found.is_empty):
            return stopped
        if self.policy.target.key_enforced:
            self.notebook.note(case, Event.NOSEND, {})
            return self.notebook.park(case, park(Reason.REFUSED_BY_TARGET, no.reason))
        number = move.step.invoice.number or ""
        there = value_or_halt(
            self.exchange.ask(ReadDocument(number, with_pdf=False)), "the accounting system"
        )
        if isinstance(there, (No, Unknown)):
            return left(there, f"document {number}")
        self.notebook.note(case, Event.NOSEND, {"taken": number if there else None})
        reason = Reason.NUMBER_TAKEN if there else Reason.REFUSED_BY_TARGET
        return self.notebook.park(case, park(reason, f"number {number}: {no.reason}"))

    @property
    def _answers_later(self) -> bool:
        """The target answers with a receipt, and by notifications what became of it."""
        return self.policy.target.lookup is Lookup.INBOX
