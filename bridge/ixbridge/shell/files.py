"""Which documents carry our tags, where they are listed by customer, or found by the code itself?

The same question as in ``books.py``, for targets without a list by date. What was read is kept for
the run, one customer (or one code) at a time, and never older than asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from ixbridge.core import keys
from ixbridge.core.audit import Found
from ixbridge.core.model import Document
from ixbridge.core.moves import Fresh
from ixbridge.core.steps import FindDocument, ListCustomerDocuments
from ixbridge.core.target import Lookup
from ixbridge.core.wire import Cause, No, Unknown, Yes

if TYPE_CHECKING:
    from ixbridge.shell.exchange import Exchange

PAGES_MAX = 500


@dataclass(slots=True)
class Files:
    exchange: Exchange
    lookup: Lookup
    creates: int = 0
    """How many creates were sent in this run."""
    _read: dict[str, tuple[int, tuple[Document, ...]]] = field(default_factory=dict)

    def created(self) -> None:
        self.creates += 1

    def find(self, code: str, fresh: Fresh, day: date | None, customer: str) -> Found | No | Unknown:
        place = self._place(code, customer)
        if not place:
            return No(Cause.UNAVAILABLE, f"it is not known whose customer's documents to read for {code}")
        taken_at = self._read[place][0] if place in self._read else -1
        old = taken_at < (self.creates if fresh is Fresh.CREATED else 0)
        if old or fresh is Fresh.NOW:
            begun = self.creates
            documents = self._documents(place)
            if isinstance(documents, (No, Unknown)):
                return documents
            self._read[place] = (begun, documents)
        return self._found(place, code)

    def known(self, code: str, day: date | None, customer: str) -> Found | None:
        """What was read in this run anyway, if it was."""
        place = self._place(code, customer)
        return self._found(place, code) if place in self._read else None

    def codes(self) -> tuple[str, ...]:
        """Every code that a document read so far says it is of."""
        documents = (each for _, read in self._read.values() for each in read)
        return tuple(dict.fromkeys(code for each in documents for code in keys.codes_of(each)))

    def find_anywhere(self, code: str) -> Found:
        """Of all that was read so far."""
        documents = (each for _, read in self._read.values() for each in read)
        return Found(tuple(each for each in documents if code in keys.codes_of(each)))

    def _place(self, code: str, customer: str) -> str:
        return code if self.lookup is Lookup.KEY else customer

    def _found(self, place: str, code: str) -> Found:
        return Found(tuple(each for each in self._read[place][1] if code in keys.codes_of(each)))

    def _documents(self, place: str) -> tuple[Document, ...] | No | Unknown:
        if self.lookup is Lookup.KEY:
            outcome = self.exchange.ask(FindDocument(place))
            return outcome.value if isinstance(outcome, Yes) else outcome
        found: list[Document] = []
        offset = 0
        for _ in range(PAGES_MAX):
            match self.exchange.ask(ListCustomerDocuments(place, offset)):
                case Yes(value=page):
                    found += page.items
                    if page.next_offset is None:
                        return tuple(found)
                    offset = page.next_offset
                case No() | Unknown() as problem:
                    return problem
        return No(Cause.UNREADABLE, f"the documents of customer {place} fill more than {PAGES_MAX} pages")
