"""What comes of one part of a campaign? Its lives are played here and now, and counted."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from simulation.worlds import WAYS

SHOWN_MAX = 3


@dataclass(frozen=True, slots=True)
class Case:
    """A part of a campaign that needs nothing but itself."""

    kind: str
    way: str
    first: int = 0
    count: int = 1
    """Of random lives and traces: seeds. Of the others: each ``count``-th plan, from the ``first`` on."""
    every: bool = False
    thin: int = 1
    """Pairs: each so many-th second strike."""


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a case."""

    case: Case
    lives: int = 0
    instalments: int = 0
    requests: int = 0
    cpu_s: float = 0.0
    broken: int = 0
    told: tuple[str, ...] = ()
    ends: dict[str, int] = field(default_factory=dict)

    def line(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))


def read_line(text: str) -> Played:
    """A line of the file of what is done. Raises ValueError where it is none."""
    try:
        said = json.loads(text)
        return Played(**{**said, "case": Case(**said["case"]), "told": tuple(said["told"])})
    except (TypeError, KeyError) as error:
        raise ValueError(f"no line of a campaign: {text[:60]!r}") from error


def play(case: Case) -> Played:
    """Play all lives of a case, here and now."""
    from simulation.quick import remembering

    began = time.process_time()
    lives = instalments = requests = broken = 0
    told: list[str] = []
    ends: dict[str, int] = {}
    with remembering():
        for outcome in _outcomes(case):
            lives += 1
            instalments += len(outcome.ends)
            requests += outcome.requests
            for end in outcome.ends.values():
                ends[end] = ends.get(end, 0) + 1
            if outcome.violation is not None:
                broken += 1
                if len(told) < SHOWN_MAX:
                    told.append(_told(outcome))
    return Played(case, lives, instalments, requests, time.process_time() - began, broken, tuple(told), ends)


def _told(outcome: Any) -> str:
    from simulation.hunt import shrunk
    from simulation.show import told

    try:
        return told(shrunk(outcome.plan))
    except ValueError:
        return told(outcome)


def _outcomes(case: Case) -> Iterator[Any]:
    from simulation.hunt import PAIRED, live_pairs, live_single
    from simulation.points import singles
    from simulation.swarm import live_by
    from simulation.two import overtaken, two_bridges

    if case.kind == "random":
        for seed in range(case.first, case.first + case.count):
            yield live_by(seed, ways=(case.way,) if case.way else tuple(WAYS))
    elif case.kind == "traces":
        for seed in range(case.first, case.first + case.count):
            once, again = live_by(seed), live_by(seed)
            if once.trace != again.trace:
                raise AssertionError(f"seed {seed} has two traces: {once.trace} and {again.trace}")
            yield once
    elif case.kind == "together":
        for plan in list(two_bridges(case.way))[case.first :: case.count]:
            yield overtaken(plan)
    else:
        plans = list(singles(case.way, every=case.every))
        if case.kind == "pairs" and not case.every:
            plans = [plan for plan in plans if plan.strikes[0].fault in PAIRED]
        plans = plans[case.first :: case.count]
        for plan in plans:
            if case.kind == "pairs":
                yield from live_pairs(plan, every=case.every, thin=case.thin)
            else:
                yield live_single(plan)
