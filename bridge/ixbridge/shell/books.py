"""Which documents carry our tags? Read page by page, once for many instalments, never older than asked.

A look before a create may be as old as the run; a look after one must have begun after it; where
the outcome is unknown only a new one counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from ixbridge.core import keys
from ixbridge.core.audit import Found
from ixbridge.core.model import Document
from ixbridge.core.moves import Fresh
from ixbridge.core.steps import ListDocuments, Shelf
from ixbridge.core.wire import Cause, No, Unknown, Yes

if TYPE_CHECKING:
    from ixbridge.shell.cases import Window
    from ixbridge.shell.exchange import Exchange

PAGES_MAX = 500


@dataclass(slots=True)
class Books:
    exchange: Exchange
    window: Window
    shelves: tuple[Shelf, ...] = (Shelf.INVOICES,)
    pages_max: int = PAGES_MAX
    creates: int = 0
    """How many creates were sent in this run."""
    _taken_at: int | None = None
    _by_code: dict[str, dict[Shelf, list[Document]]] = field(default_factory=dict)
    _numbers: set[str] = field(default_factory=set)

    def created(self) -> None:
        self.creates += 1

    def find(self, code: str, fresh: Fresh, day: date | None, customer: str) -> Found | No | Unknown:
        if not self.window.covers(day):
            return No(Cause.UNAVAILABLE, f"{day} is outside the dates that are read in this run")
        old = self._taken_at is None or (fresh is Fresh.CREATED and self._taken_at < self.creates)
        if old or fresh is Fresh.NOW:
            problem = self.read()
            if problem is not None:
                return problem
        return self._found(code)

    def known(self, code: str, day: date | None, customer: str) -> Found | None:
        """What was read in this run anyway, if it was."""
        read = self._taken_at is not None and self.window.covers(day)
        return self._found(code) if read else None

    def read(self) -> No | Unknown | None:
        """Read everything now; what went wrong, if anything did."""
        begun = self.creates
        by_code: dict[str, dict[Shelf, list[Document]]] = {}
        for shelf in self.shelves:
            documents = self._pages(shelf)
            if isinstance(documents, (No, Unknown)):
                return documents
            for document in documents:
                if document.number is not None:
                    self._numbers.add(document.number)
                for code in keys.codes_of(document):
                    by_code.setdefault(code, {}).setdefault(shelf, []).append(document)
        self._taken_at, self._by_code = begun, by_code
        return None

    def codes(self) -> tuple[str, ...]:
        """Every code that a document of the list is tagged with."""
        return tuple(self._by_code)

    def find_now(self, code: str) -> Found:
        """Of what was read."""
        return self._found(code)

    def numbers(self) -> frozenset[str]:
        """Every number in the list, tagged or not."""
        return frozenset(self._numbers)

    def _found(self, code: str) -> Found:
        shelves = self._by_code.get(code, {})
        return Found(tuple(shelves.get(Shelf.INVOICES, ())), tuple(shelves.get(Shelf.ORDERS, ())))

    def _pages(self, shelf: Shelf) -> Iterable[Document] | No | Unknown:
        found: list[Document] = []
        offset = 0
        for _ in range(self.pages_max):
            step = ListDocuments(self.window.since, self.window.until, offset, shelf)
            match self.exchange.ask(step):
                case Yes(value=page):
                    found += page.items
                    if page.next_offset is None:
                        return found
                    offset = page.next_offset
                case No() | Unknown() as problem:
                    return problem
        return No(Cause.UNREADABLE, f"the list of {shelf.value} has more than {self.pages_max} pages")
