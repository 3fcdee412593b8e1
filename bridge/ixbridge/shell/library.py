"""Which documents of the target have been read in this run? By date, by customer or by code: here they are together."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ixbridge.core.audit import Found
from ixbridge.core.life import Stage
from ixbridge.core.moves import Look
from ixbridge.core.policy import Policy
from ixbridge.core.target import Lookup
from ixbridge.core.wire import Cause, No, Unknown
from ixbridge.shell.books import Books
from ixbridge.shell.cases import Case, Window, shelves_of, window_of
from ixbridge.shell.creation import Left, left
from ixbridge.shell.exchange import value_or_halt
from ixbridge.shell.files import Files

if TYPE_CHECKING:
    from ixbridge.shell.exchange import Exchange


@dataclass(slots=True)
class Library:
    exchange: Exchange
    policy: Policy
    audit: bool = False
    """Look at everything again, paid instalments too."""
    _books: Books | Files | None = None
    _followed: Books | None = None

    def open(self, cases: Collection[Case]) -> None:
        """Before anything is booked: the place where the documents of all these are looked for."""
        lookup = self.policy.target.lookup
        if lookup is Lookup.INBOX:
            return
        if lookup is not Lookup.WINDOW:
            self._books = Files(self.exchange, lookup)
            return
        window = window_of(cases, self.policy, audit=self.audit)
        if window is not None:
            self._books = Books(self.exchange, window, shelves_of(cases, self.policy))

    def read_followed(self, cases: Iterable[Case]) -> None:
        """The list of the days of what is not paid yet, where it costs no more than asking for each invoice.

        It shows more: a second document of the same instalment, which a doubled create made and a stale list hid.
        """
        if self.policy.target.lookup is not Lookup.WINDOW:
            return
        days = [
            case.life.day
            for case in cases
            if case.life.stage is Stage.REPORTED and case.life.day is not None
            if self._books is None or self._books.known(case.life.code, case.life.day, "") is None
        ]
        if not days:
            return
        books = Books(self.exchange, Window(min(days), max(days)), pages_max=max(1, len(days) // 2))
        problem = books.read()
        if isinstance(problem, No) and problem.cause in (Cause.CREDENTIALS, Cause.REDIRECT, Cause.LIMITED):
            value_or_halt(problem, "the accounting system")
        if problem is None:
            self._followed = books

    def known(self, case: Case) -> Found | None:
        """What was read of it in this run anyway, if it was."""
        life = case.life
        for books in (self._books, self._followed):
            found = books.known(life.code, life.day, life.customer_number) if books else None
            if found is not None:
                return found
        return None

    def created(self) -> None:
        """A create is sent: what was read before is too old to show it."""
        if self._books is not None:
            self._books.created()

    def look(self, case: Case, move: Look) -> Left | None:
        """Find this instalment's documents, in a list as new as the move asks for."""
        assert self._books is not None, "there are books whenever an instalment has a date"
        self.exchange.sleep(move.pause_s)
        customer = case.life.customer_number or case.facts.customer_number or ""
        found = self._books.find(case.life.code, move.fresh, case.life.day, customer)
        if isinstance(found, (No, Unknown)):
            value_or_halt(found, "the accounting system")
            return left(found, "documents")
        found = found.without(case.life.superseded)
        case.facts = replace(case.facts, found=found, looks=case.facts.looks + 1)
        return None
