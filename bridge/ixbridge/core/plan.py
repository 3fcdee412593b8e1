"""What is the next step of one instalment? Decided from its life and what is known now.

Gather, decide, apply: ``next_move`` only decides. It answers with a question to ask, a record to
write, or an end; the shell does it, adds what it heard to the facts, and asks again. The stages are
those of ``booking.py``, ``telling.py`` and ``following.py``, or of ``inbox_plan.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ixbridge.core import booking, following, inbox_plan, telling
from ixbridge.core.life import Event, Life, Stage
from ixbridge.core.moves import Facts, Move, Note, Reopen, Rest
from ixbridge.core.parked import Reason
from ixbridge.core.policy import Policy
from ixbridge.core.target import Lookup

_STAGES: Mapping[Stage, Callable[[Life, Facts, Policy], Move]] = {
    **booking.STAGES,
    **telling.STAGES,
    **following.STAGES,
}
_LOOKED_FOR_AGAIN = frozenset(
    {
        Reason.UNCERTAIN_CREATE,
        Reason.NO_VERDICT,
        Reason.JOURNAL_LOST,
        Reason.DOCUMENT_GONE,
        Reason.DUPLICATE_DOCUMENTS,
        Reason.TOTAL_DIFFERS,
    }
)
"""Reasons that may go away by themselves, or by what a person does in the accounting system."""


def next_move(life: Life, facts: Facts, policy: Policy) -> Move:
    if life.stage is Stage.DROPPED and facts.delivered is None:
        return Rest()
    if life.parked is not None:
        return _parked(life, facts, policy)
    if policy.target.lookup is Lookup.INBOX and life.stage in inbox_plan.STAGES:
        return inbox_plan.STAGES[life.stage](life, facts, policy)
    return _STAGES[life.stage](life, facts, policy)


def _parked(life: Life, facts: Facts, policy: Policy) -> Move:
    assert life.parked is not None
    if life.parked.reason in _LOOKED_FOR_AGAIN:
        return Rest() if life.stage is Stage.PAID and facts.found is None else Reopen()
    if life.stage in (Stage.NEW, Stage.SEEN):
        if facts.delivered is None:
            return Note(Event.WITHDRAWN) if life.stage is Stage.SEEN else Rest()
        changed = facts.digest != life.parked_digest or policy.fingerprint != life.settings
        return Reopen() if changed else Rest()
    undone = life.parked.reason is Reason.SOURCE_CHANGED and facts.digest == life.digest
    if policy.target.lookup is Lookup.INBOX:
        undone = undone or inbox_plan.may_go_on(life, facts, policy)
    return Reopen() if undone else Rest()
