"""What may an operator say about an instalment that is set aside? Four things, each a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ixbridge.core import drafts
from ixbridge.core.life import NEXT, Event, Life, Stage, Standing
from ixbridge.core.parked import Parked, Reason
from ixbridge.core.records import Entry, customer_subject


@dataclass(frozen=True, slots=True)
class Adopt:
    """The document with this number is the one."""

    number: str


@dataclass(frozen=True, slots=True)
class NotCreated:
    """I looked: there is no document (or no customer)."""


@dataclass(frozen=True, slots=True)
class Retry:
    """The reason is gone; judge it again."""


@dataclass(frozen=True, slots=True)
class Replace:
    """Our document was credited by this one: book the instalment anew, as iXpole has it now."""

    credit: str


Verdict = Adopt | NotCreated | Retry | Replace


def resolution(
    verdict: Verdict, life: Life, *, lives: Mapping[str, Life], standing: Standing
) -> tuple[Entry, ...] | str:
    """The records that carry out the verdict, or why it makes no sense here."""
    reopened = (Entry(life.code, Event.REOPENED.value, {"by": "operator"}),) if life.parked else ()
    match verdict:
        case Adopt(number=number):
            problem = _adopt_problem(number, life, lives)
            said = {"number": number, "by": "operator"}
            event = Event.KEPT if life.number == number and life.is_told else Event.ADOPTED
            return problem or (*reopened, Entry(life.code, event.value, said))
        case Replace(credit=credit):
            problem = _replace_problem(credit, life)
            said = {"credit": credit, "was": life.number or "", "by": "operator"}
            return problem or (*reopened, Entry(life.code, Event.REPLACED.value, said))
        case NotCreated():
            entries = _not_created(life, standing)
            return entries if isinstance(entries, str) else (*reopened, *entries)
        case Retry():
            return reopened or f"{life.code} is not parked; it is {life.stage.value}"


def _adopt_problem(number: str, life: Life, lives: Mapping[str, Life]) -> str | None:
    real = drafts.real_number(number)
    if isinstance(real, Parked):
        return real.message
    told = life.stage in (Stage.REPORTED, Stage.PAID)
    if (life.stage, Event.ADOPTED) not in NEXT or (told and life.parked is None):
        return f"{life.code} is {life.stage.value}; a document can no longer be chosen for it"
    other = next(
        (each.code for each in lives.values() if each.number == number and each.code != life.code), None
    )
    return f"document {number} already belongs to {other}" if other else None


def _replace_problem(credit: str, life: Life) -> str | None:
    real = drafts.real_number(credit)
    if isinstance(real, Parked):
        return real.message
    if life.parked is None or life.number is None or (life.stage, Event.REPLACED) not in NEXT:
        return f"{life.code} is {life.stage.value}; only a parked one with a numbered document is replaced"
    return f"{credit} is the document itself, not its credit" if credit == life.number else None


def _not_created(life: Life, standing: Standing) -> tuple[Entry, ...] | str:
    nosend = {"by": "operator"}
    gone = life.parked is not None and life.parked.reason is Reason.DOCUMENT_GONE
    if life.parked is not None and life.parked.reason is Reason.NO_VERDICT:
        if life.talk.invoicing:
            return (Entry(life.code, Event.DECLINED.value, {**nosend, "again": True}),)
        return (Entry(life.code, Event.NOSEND.value, nosend),)
    if life.stage is Stage.ASKED or (gone and (life.stage, Event.NOSEND) in NEXT):
        return (Entry(life.code, Event.NOSEND.value, nosend),)
    if life.stage is Stage.SEEN and standing.intent and life.customer_id is not None:
        return (Entry(customer_subject(life.customer_id), Event.NOSEND.value, nosend),)
    return f"nothing is uncertain about {life.code}; it is {life.stage.value}"
