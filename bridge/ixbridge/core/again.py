"""When is iXpole told a number once more? When it lost it, or when a late D may have undone it."""

from __future__ import annotations

from datetime import timedelta

from ixbridge.core.life import Life
from ixbridge.core.moves import Facts, Move, Park
from ixbridge.core.parked import Reason, park
from ixbridge.core.records import Payload
from ixbridge.core.recovery import LATE_S


def is_due(life: Life, facts: Facts) -> bool:
    """Is the real number to be written again: it was lost, or a late D may have undone it?"""
    now = facts.now.isoformat() if facts.now else ""
    return facts.offered or (bool(life.again) and now >= life.again)


def forgotten(life: Life) -> Move:
    seen = f"iXpole offers it again although it was told {life.number or life.handed} {life.told} times"
    return Park(park(Reason.SOURCE_FORGETS, seen))


def once_more(life: Life, facts: Facts) -> Payload:
    """What a report remembers of a D that may still be under way: from when on it is to be told again."""
    # A draft's D whose answer never came may be under way and would undo the real number.
    late = life.creation is not None and life.creation.is_draft and (life.doubted or life.handed is None)
    if late and facts.now is not None:
        return {"again": (facts.now + timedelta(seconds=LATE_S)).isoformat()}
    return {}
