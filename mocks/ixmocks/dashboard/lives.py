"""What became of each instalment? Joins what iXpole knows to the documents of the targets; pure.

No bridge is asked. A document belongs to an instalment if one of its texts names the code (a reference, a tag in
its notes, a code of its own), or if it has the number that iXpole was told; then only if no other instalment's
code is on it, and, where several documents have that number, only with the same total.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from ixmocks.dashboard.document import Document, Instalment
from ixmocks.dashboard.known import SOURCE, ixpole, known

_WORDS = re.compile(r"[^\s\[\](){}<>\"',;:|]+")


class Step(Enum):
    """The stations of the usual path."""

    NEW = "new"
    DRAFT = "draft"
    NUMBER = "number"
    REPORTED = "reported"
    PAID = "paid"


class Need(Enum):
    """What is not as it should be in the end, by the mocks' states alone."""

    ABSENT = "no document yet"
    UNTOLD = "booked, and iXpole was not told"
    UNTOLD_NUMBER = "has its number, and iXpole knows the draft"
    UNTOLD_PAYMENT = "paid, and iXpole was not told"
    TWICE = "more than one document"
    OTHER_TOTAL = "the totals differ"
    UNKNOWN = "no target knows this number"


@dataclass(frozen=True, slots=True)
class Found:
    """A document, and by what it was joined."""

    system: str
    title: str
    document: Document
    by: str


@dataclass(frozen=True, slots=True)
class Life:
    instalment: Instalment
    found: tuple[Found, ...]
    path: tuple[tuple[Step, str], ...]
    """Each station with `done`, `now`, `skipped` or `open`."""
    needs: tuple[Need, ...]

    @property
    def alive(self) -> tuple[Found, ...]:
        return tuple(one for one in self.found if not one.document.gone)

    @property
    def document(self) -> Found | None:
        """The one that counts: the latest that lives, else the latest at all."""
        return (self.alive or self.found)[-1] if self.found else None

    @property
    def draft(self) -> str:
        """The number told behind the D, or that of the draft it began as."""
        if self.instalment.is_draft:
            return self.instalment.number
        began = next(
            (one.document.draft for one in self.found if one.document.kind in ("draft", "order")), ""
        )
        return f"D{began}" if began else ""

    @property
    def number(self) -> str:
        told = self.instalment.number
        if told and not self.instalment.is_draft:
            return told
        return next((one.document.number for one in reversed(self.alive) if one.document.number), "")


def lives(systems: Mapping[str, Any], today: date) -> list[Life]:
    """Every instalment of a moment's states, by date and code; an empty list where there is no iXpole."""
    if SOURCE not in systems:
        return []
    told = ixpole.instalments(systems[SOURCE], today)
    documents = [
        (name, known(name).title, one)
        for name, state in sorted(systems.items())
        if name != SOURCE
        for one in known(name).documents(state)
    ]
    joined = _joined(told, documents)
    return [life_of(one, joined.get(one.code, ())) for one in told]


def life_of(instalment: Instalment, found: Sequence[Found]) -> Life:
    alive = [one for one in found if not one.document.gone]
    return Life(instalment, tuple(found), _path(instalment, alive), tuple(_needs(instalment, found, alive)))


def words_of(document: Document) -> set[str]:
    """Every word of a document that could be an instalment's code."""
    return {word for text in document.names for word in _WORDS.findall(text)}


def _joined(
    told: Iterable[Instalment], documents: Sequence[tuple[str, str, Document]]
) -> Mapping[str, list[Found]]:
    instalments = {one.code: one for one in told}
    joined: dict[str, list[Found]] = {}
    unnamed: dict[str, list[Found]] = {}
    for system, title, document in documents:
        codes = words_of(document) & instalments.keys()
        for code in codes:
            joined.setdefault(code, []).append(Found(system, title, document, "by its code"))
        if not codes:
            for number in {document.number, f"D{document.draft}"} - {"", "D"}:
                unnamed.setdefault(number, []).append(Found(system, title, document, "by its number"))
    for code, one in instalments.items():
        numbered = unnamed.get(one.number, []) if one.number else []
        if len(numbered) > 1:
            numbered = [each for each in numbered if each.document.total_cents == one.gross_cents]
        if numbered:
            joined.setdefault(code, []).extend(numbered)
    return joined


def _path(instalment: Instalment, alive: Sequence[Found]) -> tuple[tuple[Step, str], ...]:
    real = bool(instalment.number) and not instalment.is_draft
    drafted = any(one.document.kind in ("draft", "order") for one in alive)
    numbered = any(one.document.number for one in alive)
    reached = {
        Step.NEW: instalment.status != "Future" or bool(instalment.number),
        Step.DRAFT: instalment.is_draft or drafted,
        Step.NUMBER: real or numbered,
        Step.REPORTED: real,
        Step.PAID: bool(instalment.payment),
    }
    last = max((n for n, step in enumerate(Step) if reached[step]), default=-1)
    return tuple(
        (step, "now" if n == last else "done" if reached[step] else "skipped" if n < last else "open")
        for n, step in enumerate(Step)
    )


def _needs(instalment: Instalment, found: Sequence[Found], alive: Sequence[Found]) -> Iterable[Need]:
    if instalment.status in ("Cancelled", "Credited"):
        return
    real = bool(instalment.number) and not instalment.is_draft
    if not alive and instalment.status == "ToDo" and instalment.deliverable:
        yield Need.ABSENT
    if real and not found:
        yield Need.UNKNOWN
    if alive and not instalment.number:
        yield Need.UNTOLD
    if instalment.is_draft and any(one.document.number for one in alive):
        yield Need.UNTOLD_NUMBER
    if (
        any(one.document.paid and one.document.total_cents > 0 for one in alive)
        and real
        and not instalment.payment
    ):
        yield Need.UNTOLD_PAYMENT
    if len([one for one in alive if one.document.kind != "credit note"]) > 1:
        yield Need.TWICE
    if any(_differs(instalment, one.document) for one in alive):
        yield Need.OTHER_TOTAL


def _differs(instalment: Instalment, document: Document) -> bool:
    return document.currency == instalment.currency and document.total_cents != instalment.gross_cents
