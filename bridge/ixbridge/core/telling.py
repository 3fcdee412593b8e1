"""What is iXpole told of a document that was made? Read back first; `D` for a draft, then number, due date, PDF."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ixbridge.core import drafts
from ixbridge.core.again import forgotten, once_more
from ixbridge.core.finding import (
    by_number,
    edited,
    numbered,
    problem_with,
    read_again,
    readable,
    since_create,
    sought,
)
from ixbridge.core.life import Event, Life, Stage
from ixbridge.core.model import Document
from ixbridge.core.moves import Ask, Facts, Fresh, Move, Note, Park, Rest
from ixbridge.core.parked import Parked
from ixbridge.core.policy import Policy
from ixbridge.core.records import Payload
from ixbridge.core.recovery import TOLD_MAX
from ixbridge.core.steps import WriteDraft, WriteInvoice


def _booked(life: Life, facts: Facts, policy: Policy) -> Move:
    """Read back: exactly one document, ours, with the total that was meant."""
    if facts.delivered and facts.digest != life.digest and not life.by_hand:
        return edited()
    if life.by_hand:
        return _by_hand(life, facts, policy)
    one = sought(life, facts, since_create(facts), gone="cannot be found")
    if not isinstance(one, Document):
        return one
    problem = problem_with(life, one, policy)
    if problem:
        return Park(problem)
    return numbered(one) if one.number is not None else Note(Event.DRAFTED, {"draft": one.draft_id})


def _by_hand(life: Life, facts: Facts, policy: Policy) -> Move:
    """The document that an operator named: its number finds it, its total must agree."""
    if facts.read is None:
        return Ask(by_number(life, policy))
    one = readable(life, facts, policy)
    if isinstance(one, Parked):
        return Park(one)
    if one.number is None and one.draft_id is not None:
        return Note(Event.DRAFTED, {"draft": one.draft_id})
    return numbered(one, {"draft": one.draft_id} if policy.target.reads_by_id else {})


def _draft(life: Life, facts: Facts, policy: Policy) -> Move:
    """Hand the draft over, or see whether it has become real."""
    if facts.delivered and facts.digest != life.digest:
        return edited()
    if life.by_hand:  # it need not carry our tag, so its id finds it
        one = read_again(life, facts, policy)
    else:
        one = sought(life, facts, Fresh.RUN, gone="was deleted in the accounting system")
    if not isinstance(one, Document):
        return one
    problem = problem_with(life, one, policy)
    if problem:
        return Park(problem)
    if one.number is not None:
        return numbered(one)
    said = None if facts.offered else life.handed
    if facts.offered and life.told >= TOLD_MAX:
        return forgotten(life)
    report = drafts.next_report(said, draft_id=one.draft_id, number=None)
    match report:
        case Parked():
            return Park(report)
        case drafts.Wait():
            return Rest("the draft has no real number yet")
        case drafts.Report(number=number):
            return Ask(WriteDraft(life.code, number), Event.HANDED, {"said": number})


def final(life: Life, facts: Facts, policy: Policy) -> Move:
    """Report number, due date and PDF: those of this very document, read now."""
    if facts.delivered and facts.digest != life.digest and not life.by_hand:
        return edited()
    if facts.read is None or not facts.read_pdf:
        return Ask(by_number(life, policy, with_pdf=True))
    one = readable(life, facts, policy)
    if isinstance(one, Parked):
        return Park(one)
    if one.due_date is None:
        return Rest(f"document {life.number} has no due date yet")
    report = drafts.next_report(life.handed, draft_id=None, number=one.number)
    if isinstance(report, Parked):
        return Park(report)
    step = WriteInvoice(life.code, life.number or "", one.due_date, one.pdf)
    if life.stage is not Stage.FINAL and not facts.offered:
        return Ask(step, Event.REPAIRED)
    said: Payload = {"number": life.number, "due": one.due_date.isoformat()}
    return Ask(step, Event.REPORTED, {**said, **once_more(life, facts)})


STAGES: Mapping[Stage, Callable[[Life, Facts, Policy], Move]] = {
    Stage.BOOKED: _booked,
    Stage.DRAFTED: _draft,
    Stage.HANDED: _draft,
    Stage.FINAL: final,
}
