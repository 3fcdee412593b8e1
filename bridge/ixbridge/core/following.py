"""What became of a document after iXpole was told? Still there, and only one? Paid, paid no more, credited?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from ixbridge.core import keys
from ixbridge.core.again import forgotten, is_due
from ixbridge.core.audit import the_one
from ixbridge.core.booking import seen
from ixbridge.core.finding import by_number, edited, once_again, problem_with
from ixbridge.core.life import Event, Life, Stage
from ixbridge.core.model import Document
from ixbridge.core.money import told
from ixbridge.core.moves import Ask, Facts, Fresh, Look, Move, Note, Park, Rest
from ixbridge.core.parked import Parked, Reason, park
from ixbridge.core.policy import Policy
from ixbridge.core.recovery import TOLD_MAX
from ixbridge.core.steps import ReadDocument, WritePayment
from ixbridge.core.target import Lookup
from ixbridge.core.telling import final


def _reported(life: Life, facts: Facts, policy: Policy) -> Move:
    """Told once more where that is due; one document still? Paid? The sign is that nothing is outstanding."""
    if facts.offered and facts.delivered and life.digest and facts.digest != life.digest and not life.by_hand:
        return edited()
    if is_due(life, facts):
        return forgotten(life) if facts.offered and life.told >= TOLD_MAX else final(life, facts, policy)
    # The list of its customer shows the document as well as asking for it does, and whether there are two.
    second = _second(life, facts, look=policy.target.lookup is Lookup.CUSTOMER)
    if second is not None:
        return second
    return _followed(life, facts, policy)


def _second(life: Life, facts: Facts, *, look: bool = False) -> Move | None:
    """Is there another document of this instalment, which came late or was delivered twice?"""
    if life.kept or life.by_hand:
        return None
    if facts.found is None:
        return Look(Fresh.RUN) if look or facts.suspect else None
    one = the_one(facts.found, life.code)
    return Park(one) if isinstance(one, Parked) else once_again(facts)


def _followed(life: Life, facts: Facts, policy: Policy) -> Move:
    one = _current(life, facts)
    if one is None and facts.read is None:
        return Ask(by_number(life, policy))
    if one is None:
        return Park(park(Reason.DOCUMENT_GONE, f"document {life.number} is no longer there"))
    if one.number != life.number:
        reason = Reason.NUMBER_CHANGED if one.number else Reason.NUMBER_VANISHED
        return Park(park(reason, f"the document was {life.number} and is now {one.number or 'without one'}"))
    if one.void:
        what = f"document {life.number} was {one.void} in the accounting system"
        return Park(park(Reason.DOCUMENT_GONE, what))
    if facts.suspect:
        problem = problem_with(life, one, policy)
        if problem:
            return Park(problem)
    if one.outstanding_minor is None or one.outstanding_minor != 0:
        return Rest("not paid yet")
    payment = keys.payment_number(policy.target_name, life.number or "", one.date)
    return Ask(WritePayment(life.code, payment), Event.PAID, {"payment": payment})


def _paid(life: Life, facts: Facts, policy: Policy) -> Move:
    """Judged only where the document is seen anyway: a payment may bounce, a second document turn up."""
    if facts.offered or is_due(life, facts):
        return _reported(life, facts, policy)
    second = _second(life, facts)
    if second is not None:
        return second
    one = _current(life, facts)
    if one is None or one.void or one.number != life.number:
        return Rest()
    if one.outstanding_minor in (None, 0):
        return Rest()
    return Ask(WritePayment(life.code, None), Event.UNPAID, {})


def _current(life: Life, facts: Facts) -> Document | None:
    read = facts.read or ()
    listed = facts.found.invoices if facts.found else ()
    return next(
        (
            each
            for each in (*read, *listed)
            if each.number == life.number or (life.draft_id and each.draft_id == life.draft_id)
        ),
        None,
    )


# --- credited and replaced --------------------------------------------------------------------


def _credited(life: Life, facts: Facts, policy: Policy) -> Move:
    """Does the document that the operator named take back all of ours? Then it is booked anew."""
    if policy.target.key_enforced:
        what = f"{policy.target.title} takes one document of an instalment code, even a credited one"
        advice = "Book it by hand, then `ixkit bridge resolve CODE --adopt NUMBER`."
        return Park(park(Reason.NOT_EXPRESSIBLE, what, advice=advice))
    if facts.delivered is None:
        return Rest("iXpole does not offer it: clear its number there, so that it is booked anew")
    if facts.read is None:
        by_id = policy.target.reads_by_id
        return Ask(ReadDocument(life.credit, with_pdf=False, id=life.credit if by_id else ""))
    money = partial(told, currency=life.currency or facts.delivered.currency)
    credits = [each for each in facts.read if each.totals is not None]
    if len(credits) != 1 or credits[0].totals is None:
        return Park(
            park(Reason.CREDIT_UNPROVED, f"{len(facts.read)} documents have the number {life.credit}")
        )
    taken_back = -credits[0].totals.gross_minor
    if abs(taken_back - life.gross_minor) > policy.settings.tolerance_minor:
        what = f"document {life.credit} takes back {money(taken_back)}, document {life.number} has"
        return Park(park(Reason.CREDIT_UNPROVED, f"{what} {money(life.gross_minor)}"))
    if credits[0].customer_number not in ("", life.customer_number) and life.customer_number:
        what = f"document {life.credit} is for customer {credits[0].customer_number}"
        return Park(park(Reason.CREDIT_UNPROVED, f"{what}, ours for {life.customer_number}"))
    return Note(Event.RELEASED, seen(facts.delivered, policy))


STAGES: Mapping[Stage, Callable[[Life, Facts, Policy], Move]] = {
    Stage.REPORTED: _reported,
    Stage.PAID: _paid,
    Stage.CREDITED: _credited,
}
