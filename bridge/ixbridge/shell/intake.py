"""What does iXpole deliver, and which of it is taken up in this run?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ixbridge.core.life import Life, Stage
from ixbridge.core.parked import Reason, park
from ixbridge.core.steps import Delivered, ReadInstalments, Unusable
from ixbridge.core.wire import No, Unknown
from ixbridge.shell.cases import Case
from ixbridge.shell.exchange import Halt, value_or_halt
from ixbridge.shell.report import Item, item_of_unusable

if TYPE_CHECKING:
    from ixbridge.shell.exchange import Exchange
    from ixbridge.shell.notebook import Notebook

LIST_AGE_MAX_S = 60.0
"""From a list of instalments that is older nothing is booked; it is read again first."""


@dataclass(slots=True)
class Intake:
    exchange: Exchange
    notebook: Notebook
    limit: int | None = None
    """So many new instalments are taken up, no more."""
    nameless: list[Item] = field(default_factory=list)
    """What could not be read, not even its code."""
    _read_at: float = 0.0

    def delivered(self) -> Mapping[str, Delivered]:
        heard = value_or_halt(self.exchange.ask(ReadInstalments()), "iXpole")
        if isinstance(heard, (No, Unknown)):
            # Never "nothing to do": what was not read may be anything.
            raise Halt(
                f"iXpole's list of instalments: {heard.reason}", advice="Check address and credentials."
            )
        self._read_at = self.exchange.monotonic()
        return {each.code: each for each in heard}

    def is_old(self) -> bool:
        return self.exchange.monotonic() - self._read_at > LIST_AGE_MAX_S

    def read_again(self) -> None:
        """iXpole's list once more: it locks nothing, and what people change meanwhile must not be booked or told.

        One request for all: before a create from a list that grew old, and before any number of this run is told.
        """
        delivered = self.delivered()
        for code, case in self.notebook.cases.items():
            each = delivered.get(code)
            if isinstance(each, Unusable) or case.facts.delivered is None or case.life.is_told:
                continue
            if each is None or each != case.facts.delivered:
                case.facts = replace(case.facts, delivered=each)

    def taken_up(self, delivered: Mapping[str, Delivered]) -> list[str]:
        """Which instalments are taken up in this run, in iXpole's order, then those only we remember."""
        cases, new = self.notebook.cases, 0
        todo: list[str] = []
        for code, each in delivered.items():
            if isinstance(each, Unusable):
                self._set_aside(each)
                continue
            case = cases.setdefault(code, Case(Life(code, customer_name=each.customer_name)))
            case.facts = replace(case.facts, delivered=each, offered=case.life.is_told)
            if case.life.stage in (Stage.NEW, Stage.DROPPED):
                new += 1
                if self.limit is not None and new > self.limit:
                    case.waiting = f"beyond --limit {self.limit}"
                    continue
            todo.append(code)
        remembered = [code for code, case in cases.items() if code not in delivered and not case.life.is_over]
        return todo + remembered

    def _set_aside(self, unusable: Unusable) -> None:
        parked = park(Reason.INSTALMENT_UNREADABLE, unusable.reason)
        if unusable.code.startswith("#"):
            self.nameless.append(item_of_unusable(unusable.code, parked))
            return
        case = self.notebook.cases.setdefault(unusable.code, Case(Life(unusable.code)))
        # A document of an earlier day is followed no matter what the list says now.
        if case.life.stage in (Stage.NEW, Stage.DROPPED, Stage.SEEN) and case.life.parked != parked:
            if case.life.stage is Stage.DROPPED:
                case.life = Life(unusable.code)
            self.notebook.park(case, parked)
