"""How is a broken bridge found, and its failure made small enough to read?"""

from __future__ import annotations

from collections.abc import Iterator

from simulation.canaries import Canary
from simulation.life import Outcome, live, live_on, record
from simulation.plan import Plan
from simulation.points import quiet, singles, strikes_at
from simulation.two import TOGETHER, overtaken, two_bridges


def play(plan: Plan) -> Outcome:
    """One bridge after the other, or two at a time, as the plan says."""
    return overtaken(plan) if plan.strikes and plan.strikes[0].point.startswith(TOGETHER) else live(plan)


def shrunk(plan: Plan) -> Outcome:
    """The same violation with as few strikes and instalments as it takes, found greedily."""
    best = play(plan)
    if best.violation is None:
        raise ValueError(f"{plan} breaks nothing")
    wanted = best.violation.invariant
    for smaller in _smaller(plan):
        tried = play(smaller)
        if tried.violation is not None and tried.violation.invariant == wanted:
            return shrunk(smaller)
    return best


def _smaller(plan: Plan) -> Iterator[Plan]:
    for strike in plan.strikes:
        yield plan.without(strike)
    less = {"three": "two", "two": "one", "twins": "one"}.get(plan.shape)
    if less is not None:
        yield Plan(plan.way, less, plan.strikes, plan.seed)


def caught(canary: Canary) -> Outcome | None:
    """The first life in which the broken bridge breaks a promise; None: it gets away with it."""
    quiet(canary.way, canary.shape)  # the points are those of the sound bridge
    plans = list(_plans(canary))
    with canary.patch():
        for plan in plans:
            outcome = play(plan)
            if outcome.violation is not None:
                return outcome
    return None


def _plans(canary: Canary) -> Iterator[Plan]:
    if canary.together:
        yield from two_bridges(canary.way, canary.shape)
    elif not canary.faults:
        yield Plan(canary.way, canary.shape)
    else:
        for plan in singles(canary.way, canary.shape):
            strike = plan.strikes[0]
            if strike.fault in canary.faults and canary.at in strike.point:
                yield plan


def live_single(plan: Plan) -> Outcome:
    """One strike, from the last checkpoint before it."""
    return live_on(plan, quiet(plan.way, plan.shape).before(plan.strikes[0].point))


PAIRED = frozenset({
    "killed-before", "killed-after", "reset", "answer-lost", "very-late", "unsent", "refused", "conflict", "limited",
    "error-done", "hollow", "twice", "stale", "withdrawn", "killed-before-commit", "killed-after-commit", "full",
})  # fmt: skip
"""The strikes of pairs: one for each thing that a bridge can do next, done there or not."""


def live_pairs(first: Plan, *, every: bool = False, thin: int = 1) -> Iterator[Outcome]:
    """After this strike, each other one (or each ``thin``-th) at each point behind it, those of the recovery too."""
    met = 0
    (strike,) = first.strikes
    if not every and strike.fault not in PAIRED:
        return
    lived = record(first, quiet(first.way, first.shape).before(strike.point))
    points = lived.outcome.points
    at = next(number for number, (point, _) in enumerate(points) if point == strike.point)
    for point, kind in points[at + 1 :]:
        since = lived.before(point)
        for second in strikes_at(point, kind, every=every):
            if not every and second.fault not in PAIRED:
                continue
            met += 1
            if met % thin == 0:
                yield live_on(Plan(first.way, first.shape, (strike, second), first.seed), since)
