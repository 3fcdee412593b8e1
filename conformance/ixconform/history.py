"""What happened in a case? Requests, runs of the connector and the final states: all that checkers may look at.

A checker gets a `History` and nothing else: it never drives, asks or waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from ixconform.data import Case

REQUESTS_MAX = 3_000
"""More in one run is a loop."""


def moment(at: str) -> datetime:
    """A time as the journal tells it."""
    return datetime.fromisoformat(at.replace("Z", "+00:00"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request as the journal tells it, or what a person did (`act:` operations)."""

    number: int
    at: str
    """Virtual time."""
    system: str
    operation: str
    method: str
    path: str
    query: str
    status: int
    sent: Any
    """The body: JSON with exact decimals, else text."""
    answered: Any
    violations: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    fault: str = ""
    changed: bool = False
    run: int = 0
    """The run of the connector it belongs to, from 1; 0 where the kit or a person acted."""
    sent_bytes: int = 0

    @property
    def id(self) -> str:
        return f"e{self.number}"

    @property
    def person(self) -> bool:
        return self.operation.startswith("act:")

    @property
    def posted(self) -> bool:
        """Whether a system sent it by itself: a notification, and no request of the connector."""
        return self.method == "HOOK"

    @property
    def heard(self) -> bool:
        """Whether the connector got this answer as it was given."""
        return not self.fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of the connector, from trigger to rest."""

    number: int
    ended: str
    """`exit`, `killed` (by the schedule), `timeout`, `loop` (too many requests), `quiet` (a service at rest)."""
    code: int | None
    seconds: float
    output: str
    """Head and tail of standard output and error."""
    output_bytes: int = 0
    leaked: tuple[str, ...] = ()
    """Names of secrets found in the output."""
    step: int = 0
    """The step of the case that caused it."""
    left_behind: int = 0
    """Processes that were still there when the run had ended, and were ended by the kit."""
    calls: tuple[str, ...] = ()
    """Whom it called beside the kit, as far as that was seen: `api.silvasoft.nl:443`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    gross_cents: int
    net_cents: int
    rate: Decimal
    text: str
    product: str = ""
    ledger: str = ""
    cost_centre: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An accounting document as the target holds it: an invoice, a draft, a sales order."""

    key: str
    kind: str
    """`invoice` or `order`: a sales order stands beside the invoice that is made of it."""
    stage: str
    """`draft`, `live`, or `void` (deleted, rejected, cancelled, credited)."""
    names: tuple[str, ...]
    """By what it may be called in iXpole, without the `D`: number, order number, id."""
    customer: str
    total_cents: int
    net_cents: int
    lines: tuple[DocumentLine, ...]
    day: str
    due: str
    texts: str
    """All text on it, for the tag and the watermark."""
    outstanding_cents: int
    made_by: str = "connector"
    """`connector`, or `person` for what was booked by hand."""
    handle: Mapping[str, Any] = field(default_factory=dict)
    """What an action takes to name it."""
    number: str = ""
    """Its real number; empty while it has none."""
    currency: str = ""
    """Empty: that of the books."""
    since: str = ""
    """Virtual time from which it is real, where the target makes it so by itself; empty: from the start, or by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A customer in the target."""

    key: str
    code: str
    """What iXpole is to know it by."""
    name: str
    email: str | None = None
    """None: the books have no place for it."""
    vat: str | None = None
    """Its VAT number, with or without the country; None: the books have no place for it."""
    address: str | None = None
    """All text of its addresses; None: the books have no place for it."""
    made_by: str = "connector"
    codes: tuple[str, ...] = ()
    """Other codes by which it may be known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    documents: tuple[Document, ...] = ()
    parties: tuple[Party, ...] = ()
    products: tuple[str, ...] = ()
    """Codes of all products; one that is there twice stands here twice."""

    def party(self, key: str) -> Party | None:
        return next((each for each in self.parties if each.key == key), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What iXpole holds of one instalment in the end."""

    code: str
    number: str
    due: str
    payment: str
    pdf_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What iXpole holds in the end."""

    instalments: Mapping[str, Told] = field(default_factory=dict)
    customer_codes: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What the kit did itself at one place of the history."""

    after: int
    """The number of the event before it."""
    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    case: Case
    exchanges: tuple[Exchange, ...]
    runs: tuple[Run, ...]
    books: Books
    shelf: Shelf
    moments: tuple[Moment, ...] = ()
    notes: tuple[str, ...] = ()
    problem: str = ""
    """Why the case could not be played to its end, if it could not."""

    def of(self, *operations: str) -> list[Exchange]:
        return [each for each in self.exchanges if each.operation in operations]

    @property
    def asked(self) -> list[Exchange]:
        """What the connector asked, in order."""
        return [
            each
            for each in self.exchanges
            if not each.person and not each.posted and each.system != "control"
        ]
