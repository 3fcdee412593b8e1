"""What if two bridges run on one journal? The lock of the system is gone, and only the fence is left between them.

The first is paused before its n-th read; the second takes the journal over and goes as far as it can, while people
number what it made; then the first wakes up and believes that nothing happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ixbridge.core.wire import Kind
from simulation.baton import Baton, paused_at
from simulation.life import Life, Outcome
from simulation.plan import Plan, Strike
from simulation.points import quiet
from simulation.worlds import SHAPES, WAYS, stage_of

TOGETHER = "together"
"""The point of a plan that says at which read the first bridge is overtaken, and after how many of the second."""
ENOUGH = 10_000
MOVES = (1, 9, ENOUGH)


def two_bridges(way: str, shape: str = "one") -> Iterator[Plan]:
    """Every read of the first poll, and how far the second bridge gets there."""
    points = quiet(way, shape).outcome.points
    opens = [number for number, (point, _) in enumerate(points) if point.startswith("journal.open")]
    reads = sum(kind == Kind.READ.value for _, kind in points[: opens[1]])
    for step in range(1, reads + 1):
        for moves in MOVES:
            yield Plan(way, shape, (Strike(f"{TOGETHER}#{step}", f"moves:{moves}"),))


def overtaken(plan: Plan) -> Outcome:
    """Play a plan of two bridges."""
    (strike,) = plan.strikes
    step, moves = int(strike.point.partition("#")[2]), int(strike.fault.partition(":")[2])
    life = Life(plan, stage_of(WAYS[plan.way], SHAPES[plan.shape]))
    return life.live(lambda life: _together(life, step, moves))


def _together(life: Life, step: int, moves: int) -> None:
    def first(turn: Callable[[], None]) -> None:
        life.poll(locks=False, turn=turn)

    def second(turn: Callable[[], None]) -> None:
        life.poll(locks=False, turn=turn)
        life.deed("number")
        life.poll(locks=False, turn=turn)

    Baton(paused_at(step, moves)).run((first, second))
    life.step = 1
    life.notes.struck += 1
