"""Do the table of faults, what they look like, and what is done about them agree?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixbridge.core.recovery import (
    BACKOFF_MAX_S,
    MEANS,
    REACTION,
    RECOVERY,
    SIGNS,
    Fault,
    Reaction,
    Recovery,
    Sign,
    StepKind,
    backoff_s,
    reaction_to,
    sign_of,
)
from ixbridge.core.wire import Cause, Kind, No, Unknown, Yes


@pytest.mark.parametrize("fault", list(SIGNS))
@pytest.mark.parametrize("kind", list(Kind))
def test_what_is_done_at_the_sight_of_a_fault_carries_out_its_recovery(fault: Fault, kind: Kind) -> None:
    recovery = RECOVERY.get((fault, StepKind(kind.value)))
    if recovery is None:
        assert kind is Kind.READ, "every write can meet every fault of the wire"
        return
    reactions = {REACTION[sign, kind] for sign in SIGNS[fault]}
    assert reactions <= MEANS[recovery], (fault, kind, reactions)


def test_every_fault_has_a_row_and_every_recovery_is_used() -> None:
    assert {fault for fault, _ in RECOVERY} == set(Fault)
    assert set(RECOVERY.values()) == set(Recovery)


def test_the_table_has_as_many_fault_points_as_the_model_counts() -> None:
    """How often each kind of step occurs in the life of an instalment, per target and mode."""
    lives = {
        "Silvasoft direct, own number": ({"J": 9, "R": 6, "WI": 3, "WK": 2, "WC": 0, "L": 1}, 300),
        "Silvasoft direct": ({"J": 9, "R": 6, "WI": 3, "WK": 1, "WC": 1, "L": 1}, 300),
        "Silvasoft draft": ({"J": 12, "R": 9, "WI": 4, "WK": 2, "WC": 1, "L": 1}, 425),
        "Riverty": ({"J": 12, "R": 8, "WI": 3, "WK": 2, "WC": 0, "L": 1}, 360),
        "TelecomX direct": ({"J": 10, "R": 9, "WI": 3, "WK": 2, "WC": 1, "L": 1}, 386),
        "TelecomX draft": ({"J": 12, "R": 9, "WI": 4, "WK": 2, "WC": 1, "L": 1}, 425),
        "CRM.COM direct": ({"J": 10, "R": 10, "WI": 3, "WK": 3, "WC": 0, "L": 1}, 404),
        "CRM.COM draft": ({"J": 12, "R": 10, "WI": 4, "WK": 3, "WC": 0, "L": 1}, 443),
    }
    for name, (steps, points) in lives.items():
        faults = {kind: sum(each.value == kind for _, each in RECOVERY) for kind in steps}
        assert sum(steps[kind] * faults[kind] for kind in steps) == points, name
    assert sum(points for _, points in lives.values()) == 3_043


def test_every_sign_has_a_reaction_for_every_kind() -> None:
    assert set(REACTION) == {(sign, kind) for sign in Sign for kind in Kind}


@pytest.mark.parametrize("kind", [Kind.CREATE, Kind.CREATE_KEYED])
def test_a_create_is_never_simply_sent_again(kind: Kind) -> None:
    assert Reaction.RETRY not in {REACTION[sign, kind] for sign in Sign}
    assert REACTION[Sign.LOST, kind] is REACTION[Sign.UNREADABLE, kind] is Reaction.RECONCILE


def test_signs_of_outcomes() -> None:
    assert sign_of(Yes(1)) is None and reaction_to(Yes(1), Kind.CREATE) is None
    assert sign_of(Unknown("x")) is Sign.LOST
    assert {sign_of(No(cause, "")) for cause in Cause} == set(Sign)


@given(st.integers(1, 50), st.floats(0, 1), st.booleans())
def test_a_backoff_has_bounds(attempt: int, share: float, limited: bool) -> None:
    assert 0 <= backoff_s(attempt, share=share, limited=limited) <= BACKOFF_MAX_S
    assert backoff_s(attempt, share=share, limited=limited, asked_s=7) >= 7
