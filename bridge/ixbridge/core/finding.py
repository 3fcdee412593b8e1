"""Which document is the instalment's, and is it as it was meant? Found by its tag, or by the number it is known by."""

from __future__ import annotations

from ixbridge.core import drafts
from ixbridge.core.audit import expected_of, the_one, wrong_with
from ixbridge.core.life import Event, Life
from ixbridge.core.mapping import SplitCheck
from ixbridge.core.model import Document
from ixbridge.core.moves import Ask, Facts, Fresh, Look, Move, Note, Park
from ixbridge.core.parked import Parked, Reason, park
from ixbridge.core.policy import Policy
from ixbridge.core.records import Payload
from ixbridge.core.recovery import LOOKS_S
from ixbridge.core.steps import ReadDocument

# --- by its tag -------------------------------------------------------------------------------


def since_create(facts: Facts) -> Fresh:
    return Fresh.RUN if facts.earlier else Fresh.CREATED


def sought(life: Life, facts: Facts, fresh: Fresh, *, gone: str) -> Document | Move:
    """The instalment's one document, or what to do to find it."""
    if facts.found is None:
        return Look(fresh)
    one = the_one(facts.found, life.code)
    if isinstance(one, Parked):
        return Park(one)
    if one is not None:
        return once_again(facts) or one
    if facts.looks < len(LOOKS_S):
        return Look(Fresh.NOW, LOOKS_S[facts.looks])
    return Park(park(Reason.DOCUMENT_GONE, f"document {life.number or life.draft_id} {gone}"))


def once_again(facts: Facts) -> Look | None:
    """Where two documents were seen before, a list that shows one may be old: another look must agree."""
    if facts.doubled and facts.looks < len(LOOKS_S):
        return Look(Fresh.NOW, LOOKS_S[facts.looks])
    return None


# --- by its number ----------------------------------------------------------------------------


def by_number(life: Life, policy: Policy, *, with_pdf: bool = False) -> ReadDocument:
    number = life.number or ""
    # An operator names a document by the number, or by the id where only that is known.
    id = (life.draft_id or number) if policy.target.reads_by_id else ""
    return ReadDocument(number, with_pdf=with_pdf, id=id)


def read_again(life: Life, facts: Facts, policy: Policy) -> Document | Move:
    if facts.read is None:
        return Ask(by_number(life, policy))
    one = readable(life, facts, policy)
    return Park(one) if isinstance(one, Parked) else one


def readable(life: Life, facts: Facts, policy: Policy) -> Document | Parked:
    read = facts.read or ()
    if len(read) != 1:
        seen = f"{len(read)} documents have the number {life.number}"
        return park(Reason.DUPLICATE_DOCUMENTS if read else Reason.DOCUMENT_GONE, seen)
    return problem_with(life, read[0], policy) or read[0]


# --- what follows from it ---------------------------------------------------------------------


def problem_with(life: Life, one: Document, policy: Policy) -> Parked | None:
    settings = policy.settings
    expected = expected_of(
        life,
        tolerance_minor=settings.tolerance_minor,
        judge_split=settings.tax.split_check is not SplitCheck.GROSS_ONLY,
    )
    problem = wrong_with(one, expected, by_hand=life.by_hand)
    if problem or life.number is None or one.number in (None, life.number) or one.draft_id == life.number:
        return problem
    return park(Reason.NUMBER_CHANGED, f"the document was {life.number} and is now {one.number}")


def numbered(one: Document, more: Payload | None = None) -> Move:
    number = drafts.real_number(one.number or "")
    if isinstance(number, Parked):
        return Park(number)
    return Note(Event.NUMBERED, {"number": number, **(more or {})})


def edited() -> Move:
    return Park(park(Reason.SOURCE_CHANGED, "the instalment was edited after its document was made"))
