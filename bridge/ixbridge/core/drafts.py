"""Which number may be reported to iXpole now: none, a draft's, or the real one?

A draft is reported as ``D`` + its document number; the real number follows through the same PUT.
iXpole reads every number that begins with D as a draft, so a real one that does is never sent.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import Enum

from ixbridge.core.parked import Parked, Reason, park

PREFIX = "D"
NUMBER_LENGTH_MAX = 50


class Said(Enum):
    """What iXpole has been told so far."""

    NOTHING = "nothing"
    DRAFT = "draft"
    REAL = "real"


class Seen(Enum):
    """What the target's document shows now."""

    NO_NUMBER = "no_number"
    DRAFT = "draft"
    OTHER_DRAFT = "other_draft"
    REAL = "real"
    OTHER_REAL = "other_real"


class Move(Enum):
    WAIT = "wait"
    REPORT_DRAFT = "report_draft"
    REPORT_REAL = "report_real"


NEXT: dict[tuple[Said, Seen], Move | Reason] = {
    (Said.NOTHING, Seen.NO_NUMBER): Move.WAIT,
    (Said.NOTHING, Seen.DRAFT): Move.REPORT_DRAFT,
    (Said.NOTHING, Seen.REAL): Move.REPORT_REAL,
    (Said.DRAFT, Seen.NO_NUMBER): Move.WAIT,
    (Said.DRAFT, Seen.DRAFT): Move.WAIT,
    (Said.DRAFT, Seen.OTHER_DRAFT): Reason.DRAFT_CHANGED,
    (Said.DRAFT, Seen.REAL): Move.REPORT_REAL,
    (Said.REAL, Seen.NO_NUMBER): Reason.NUMBER_VANISHED,
    (Said.REAL, Seen.DRAFT): Reason.DRAFT_AFTER_REAL,
    (Said.REAL, Seen.REAL): Move.WAIT,
    (Said.REAL, Seen.OTHER_REAL): Reason.NUMBER_CHANGED,
}
"""The whole life of a number. What is not in the table cannot be seen in that state."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to report now."""


@dataclass(frozen=True, slots=True)
class Report:
    """Send this number to iXpole."""

    number: str
    is_draft: bool


def draft_number(document_id: str) -> str | Parked:
    """The number under which a draft is reported."""
    unusable = _unusable(document_id, what="the draft's document number")
    return unusable or PREFIX + document_id


def is_draft_number(number: str) -> bool:
    """Will iXpole read this number as a draft?"""
    return number.startswith(PREFIX)


def is_no_number(number: str | None) -> bool:
    """Targets say "not yet" in several ways: nothing, blank, zero, or −1."""
    return number is None or number.strip() in ("", "0", "-1", "\N{MINUS SIGN}1")


def real_number(number: str) -> str | Parked:
    """The number if it may be reported as a real one."""
    if is_no_number(number) or number.startswith("-"):
        return park(Reason.NUMBER_UNUSABLE, f"{number[:NUMBER_LENGTH_MAX]!r} is not an invoice number")
    # ASSUMED: iXpole might compare without regard to case, so a small d is parked as well.
    if unicodedata.normalize("NFKC", number)[:1].upper() == PREFIX:
        seen = f"the real number {number[:NUMBER_LENGTH_MAX]!r} begins with {number[:1]}"
        return park(Reason.NUMBER_LOOKS_LIKE_DRAFT, f"{seen}; iXpole would read it as a draft")
    return _unusable(number, what="the invoice number") or number


def next_report(said: str | None, *, draft_id: str | None, number: str | None) -> Report | Wait | Parked:
    """What to tell iXpole, given what it was told and what the document shows.

    ``said`` is the number iXpole holds for the instalment, if any.
    """
    real: str | Parked | None = None if number is None or is_no_number(number) else real_number(number)
    draft: str | Parked | None = None if real or draft_id is None else draft_number(draft_id)
    if isinstance(real, Parked):
        return real
    if isinstance(draft, Parked):
        return draft
    state = _said(said)
    seen = _seen(said, state, draft=draft, real=real)
    move = NEXT[state, seen]
    if isinstance(move, Reason):
        return park(move, f"iXpole holds {said!r}, the document now shows {real or draft or 'no number'!r}")
    if move is Move.REPORT_REAL and real:
        return Report(real, is_draft=False)
    if move is Move.REPORT_DRAFT and draft:
        return Report(draft, is_draft=True)
    return Wait()


def _said(said: str | None) -> Said:
    if said is None or is_no_number(said):
        return Said.NOTHING
    return Said.DRAFT if is_draft_number(said) else Said.REAL


def _seen(said: str | None, state: Said, *, draft: str | None, real: str | None) -> Seen:
    if real:
        return Seen.OTHER_REAL if state is Said.REAL and real != said else Seen.REAL
    if draft:
        return Seen.OTHER_DRAFT if state is Said.DRAFT and draft != said else Seen.DRAFT
    return Seen.NO_NUMBER


def _unusable(number: str, *, what: str) -> Parked | None:
    if not number or len(number) > NUMBER_LENGTH_MAX or not number.isprintable() or number != number.strip():
        seen = f"{what} is {number[:NUMBER_LENGTH_MAX]!r}"
        wanted = f"1 to {NUMBER_LENGTH_MAX} visible characters"
        return park(Reason.NUMBER_UNUSABLE, f"{seen}; expected {wanted} and no blanks around them")
    return None
