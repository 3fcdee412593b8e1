"""What do pages show of any system? Documents, and the lives that things lead; plain values without a system's name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    detail: str
    total_cents: int


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice, order or draft as an accounting system has it."""

    key: str
    """Finds it again in its system."""
    kind: str
    status: str
    """In the system's own word."""
    number: str = ""
    """Final; empty while there is none."""
    draft: str = ""
    """What a connector writes behind the D; empty where this never was a draft, or nobody can tell."""
    names: tuple[str, ...] = ()
    """Texts in which a connector can leave the instalment's code: reference, notes, a code of its own."""
    customer: str = ""
    day: date | None = None
    due: date | None = None
    currency: str = "EUR"
    total_cents: int = 0
    open_cents: int | None = None
    """Not yet paid; None: nothing is owed, or nobody says."""
    paid: bool = False
    gone: bool = False
    """Deleted, rejected, cancelled, or replaced by another document: no longer counts as booked."""
    lines: tuple[Line, ...] = ()
    has_paper: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """One step in a life: from a status by an event to a status, and the operations that bring it about."""

    source: str
    """Empty: the thing is made."""
    event: str
    target: str
    by: tuple[str, ...] = ()
    """operationIds, `act:…` and `control:…`."""


def merged(edges: Iterable[Edge]) -> tuple[Edge, ...]:
    """Steps that no state can tell apart, as one: those that stay where they are and share an operation."""
    found: list[Edge] = []
    for edge in edges:
        twin = next((n for n, other in enumerate(found) if _alike(other, edge)), None)
        if twin is None:
            found.append(edge)
        else:
            by = tuple(dict.fromkeys((*found[twin].by, *edge.by)))
            found[twin] = Edge(edge.source, f"{found[twin].event} / {edge.event}", edge.target, by)
    return tuple(found)


def _alike(one: Edge, other: Edge) -> bool:
    loops = one.source == one.target == other.source == other.target
    return loops and not set(one.by).isdisjoint(other.by)


@dataclass(frozen=True, slots=True)
class Machine:
    """The life that one kind of thing leads in a system, as a table."""

    name: str
    title: str
    states: tuple[str, ...]
    """In the order of a usual life."""
    edges: tuple[Edge, ...]
    things: Callable[[Any], Mapping[Any, Any]]
    """``things(state)``: the persistent map of the things that lead this life."""
    status: Callable[[Any, date], str]
    """``status(thing, today)``."""
    alive_by_clock: bool = False
    """True where a day can change a status although nobody did anything."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the dashboard knows of one system. A system without it is shown too, only with less."""

    title: str
    machines: tuple[Machine, ...] = ()
    documents: Callable[[Any], Iterable[Document]] = lambda state: ()
    paper: Callable[[Any, str], bytes | None] = lambda state, key: None
    """``paper(state, key)``: the PDF of a document, or None."""


@dataclass(frozen=True, slots=True)
class Instalment:
    """An instalment as iXpole has it, and as a person would read it there."""

    code: str
    status: str
    day: date
    customer: str
    reference: str
    kind: str
    number: str
    due: date | None
    payment: str
    currency: str
    net_cents: int
    vat_cents: int
    gross_cents: int
    lines: tuple[Line, ...] = field(default=())
    has_paper: bool = False
    deliverable: bool = True
    """False: iXpole does not hand it out (a draft sale, a credit that is switched off)."""

    @property
    def is_draft(self) -> bool:
        return self.number.startswith("D")
