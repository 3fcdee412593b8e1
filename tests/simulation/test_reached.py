"""Is every branch of the recovery really gone down, and every cell of its table struck? Else it proves nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ixbridge.core.recovery import REACTION, RECOVERY, Fault, Sign, StepKind, reaction_to, sign_of
from ixbridge.core.wire import Kind
from ixbridge.shell import creation, exchange
from simulation.faults import AT_DISK, AT_POST, FAULTS
from simulation.hunt import live_single
from simulation.plan import DISK, POST, Plan
from simulation.points import quiet, singles
from simulation.quick import remembering

KEYLESS, KEYED = "silvasoft-direct", "crmcom-posted"
"""One way whose creates may be made twice, and one whose target refuses a second."""


ELSEWHERE = {
    # Local steps are struck with the record or the request behind them: there is no point between the two.
    *((fault, kind) for fault, kind in RECOVERY if kind is StepKind.LOCAL),
    # A step that is half done is one that the network cut: reset and answer lost.
    *((Fault.KILLED_DURING, kind) for kind in StepKind),
    # The calendar and a second bridge strike between two commits, at the requests there.
    (Fault.SECOND_BRIDGE, StepKind.JOURNAL), (Fault.CLOCK_JUMP, StepKind.JOURNAL),
    # The look behind a create is what may be stale: a read. A read whose answer is lost is one that was reset.
    (Fault.STALE_READ, StepKind.CREATE), (Fault.STALE_READ, StepKind.CREATE_KEYED), (Fault.ANSWER_LOST, StepKind.READ),
}  # fmt: skip
"""Cells that the simulation strikes under another name."""


NEVER = {
    (Sign.CONFLICT, Kind.READ),  # reading conflicts with nothing
    # A write whose answer cannot be understood may have been done: it is lost, not merely unreadable.
    *((Sign.UNREADABLE, kind) for kind in Kind if kind is not Kind.READ),
    (
        Sign.NOT_FOUND,
        Kind.CREATE_KEYED,
    ),  # CRM.COM says inside 200 what it does not know, as an invalid request
}
"""Reactions that are there for completeness: no system shows such a sign there."""


@contextmanager
def counted() -> Iterator[Counter[tuple[Sign, Kind]]]:
    """How often each reaction is asked for while this holds."""
    seen: Counter[tuple[Sign, Kind]] = Counter()

    def counting(outcome: Any, kind: Kind) -> Any:
        sign = sign_of(outcome)
        if sign is not None:
            seen[sign, kind] += 1
        return reaction_to(outcome, kind)

    exchange.reaction_to = creation.reaction_to = counting
    try:
        yield seen
    finally:
        exchange.reaction_to = creation.reaction_to = reaction_to


def kind_at(plan: Plan) -> str:
    points = dict(quiet(plan.way, plan.shape).outcome.points)
    return points[plan.strikes[0].point]


def one_of_each(way: str) -> Iterator[Plan]:
    """Of each fault at each kind of step, the last place where it strikes: tokens come first."""
    chosen = {(kind_at(plan), plan.strikes[0].fault): plan for plan in singles(way, every=True)}
    yield from chosen.values()


def test_every_sign_is_seen_at_every_kind_of_request() -> None:
    with remembering(), counted() as seen:
        for way in (KEYLESS, KEYED):
            for plan in one_of_each(way):
                if plan.strikes[0].fault in FAULTS:
                    live_single(plan)
    assert set(REACTION) - set(seen) == NEVER


def klass_of(plan: Plan) -> str:
    fault = plan.strikes[0].fault.partition(":")[0]
    return FAULTS[fault].klass if fault in FAULTS else {**AT_DISK, **AT_POST}[fault]


def test_every_cell_of_the_recovery_table_is_struck() -> None:
    struck: set[tuple[Fault, StepKind]] = set()
    for way in (KEYLESS, KEYED):
        for plan in singles(way, every=True):
            point = plan.strikes[0].point
            if klass_of(plan) == "A7" or point.startswith(f"{POST}."):
                continue
            column = StepKind.JOURNAL if point.startswith(f"{DISK}.") else StepKind(kind_at(plan))
            struck.add((Fault(klass_of(plan)), column))
    assert set(RECOVERY) - struck - ELSEWHERE == set()
