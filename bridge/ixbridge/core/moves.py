"""What can be decided about an instalment next, and what is known when it is?

The vocabulary between the plan, which decides, and the shell, which acts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum

from ixbridge.core import keys
from ixbridge.core.audit import Found
from ixbridge.core.inbox import SILENCE, Word
from ixbridge.core.life import Event
from ixbridge.core.model import Customer, Document, Instalment, Product
from ixbridge.core.parked import Parked
from ixbridge.core.records import Payload
from ixbridge.core.steps import (
    Article,
    CreateDocument,
    FetchDocument,
    ReadDocument,
    RequestInvoice,
    Step,
)


class Fresh(Enum):
    """How new a list of documents must be."""

    RUN = "run"
    """Read in this run."""
    CREATED = "created"
    """Read after the latest create."""
    NOW = "now"
    """Read now."""


# --- what can come next -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NeedProducts:
    """Read these products in iXpole."""

    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NeedCustomer:
    """Find or make the customer in the target, and tell iXpole its number."""

    customer_id: int


@dataclass(frozen=True, slots=True)
class NeedArticles:
    """Find or make these articles in the target: number to iXpole product id and tax code."""

    articles: Mapping[str, tuple[int | None, str | None]]


@dataclass(frozen=True, slots=True)
class Look:
    """Read which documents carry this instalment's tag, after a pause."""

    fresh: Fresh
    pause_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Ask:
    """Send this; a good answer is an event of the life, or a fact."""

    step: Step[None] | ReadDocument | FetchDocument
    then: Event | None = None
    payload: Payload = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Create:
    """Write the intent, then send exactly once."""

    step: CreateDocument
    intent: Payload


@dataclass(frozen=True, slots=True)
class Bill:
    """Write the intent, then ask once for the invoice of an order."""

    step: RequestInvoice
    intent: Payload


@dataclass(frozen=True, slots=True)
class Draw:
    """Draw the invoice, as the target has none."""

    document: Document


@dataclass(frozen=True, slots=True)
class Note:
    """Something became known: record it."""

    event: Event
    payload: Payload = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Park:
    parked: Parked


@dataclass(frozen=True, slots=True)
class Reopen:
    """The reason for parking may be gone: go on as if it were not parked."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing to do now; ``waiting`` says for what, where it is for something."""

    waiting: str = ""


Gather = NeedProducts | NeedCustomer | NeedArticles
Move = Gather | Look | Ask | Create | Bill | Draw | Note | Park | Reopen | Rest


# --- what is known ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Facts:
    """What this run has heard about one instalment so far."""

    delivered: Instalment | None = None
    """As iXpole delivers it now; None: it does not."""
    products: Mapping[int, Product | None] = field(default_factory=dict)
    """None: iXpole does not know it."""
    customer_number: str | None = None
    articles: frozenset[str] = frozenset()
    known_articles: Mapping[str, Article] = field(default_factory=dict)
    """The same by number, as the target knows them."""
    today: date | None = None
    """Where the target lives; only asked where that decides something."""
    next_number: str | None = None
    """The next of our own series."""
    found: Found | None = None
    earlier: bool = True
    """Its create, if there was one, was sent in an earlier run: whatever this run reads is newer."""
    looks: int = 0
    """How often it was looked for since anything was recorded."""
    read: tuple[Document, ...] | None = None
    """All documents of the life's number."""
    read_pdf: bool = False
    # only where the target answers later
    word: Word = SILENCE
    """What it has said so far."""
    customer: Customer | None = None
    pdf: bytes | None = None
    missing: frozenset[str] = frozenset()
    """Documents that were named and are not there."""
    now: datetime | None = None
    """The time; only asked where something waits for it."""
    offered: bool = False
    """iXpole delivers it although it was told a number: it has lost it, or never took it."""
    suspect: bool = False
    """There may be a second document: look for one as well."""
    doubled: bool = False
    """Two documents were seen in an earlier run."""

    @property
    def digest(self) -> str:
        return keys.digest(self.delivered) if self.delivered else ""
