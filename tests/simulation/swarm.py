"""What does a random life look like? One seed gives way, shape, the faults that are on, and when they strike.

Every life switches a random part of the fault classes off: what always happens together hides what happens alone.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from ixbridge.core.wire import Kind
from simulation.faults import AT_POST, FAULTS
from simulation.life import Life, Outcome
from simulation.plan import DISK, POST, Plan
from simulation.wire import LOGINS
from simulation.worlds import SHAPES, WAYS, stage_of

RATES = (0.02, 0.05, 0.1, 0.2)
STRIKES_MAX = 8
TWICE_IN = 8
"""A doubled create cannot be survived everywhere, so it is on in one of so many lives only."""
AT_JOURNAL = {
    "open": ("killed-before-commit", "locked"),
    "sync": ("killed-before-commit", "full"),
    "synced": ("killed-after-commit",),
}


@dataclass(frozen=True, slots=True)
class Options:
    """What a seed stands for."""

    way: str
    shape: str
    faults: tuple[str, ...]
    rate: float


def options_of(seed: int, *, ways: tuple[str, ...] = tuple(WAYS)) -> Options:
    rng = random.Random(seed)
    way, shape = rng.choice(ways), rng.choice(("two", "three", "three", "twins"))
    doubles = rng.randrange(TWICE_IN) == 0
    names = [name for name, fault in FAULTS.items() if fault.klass != "F19" or doubles]
    share = rng.choice((0.2, 0.5, 0.9))
    chosen = tuple(name for name in names if rng.random() < share)
    return Options(way, shape, chosen, rng.choice(RATES))


def live_by(seed: int, *, ways: tuple[str, ...] = tuple(WAYS)) -> Outcome:
    """The random life of this seed. Its outcome carries the plan that was drawn."""
    options = options_of(seed, ways=ways)
    rng = random.Random(f"strikes of {seed}")
    left = STRIKES_MAX

    def draw(point: str, kind: Kind | None) -> str | None:
        nonlocal left
        if left == 0 or rng.random() >= options.rate:
            return None
        fitting = _fitting(point, kind, options)
        if not fitting:
            return None
        left -= 1
        return rng.choice(fitting)

    life = Life(
        Plan(options.way, options.shape, (), seed), stage_of(WAYS[options.way], SHAPES[options.shape])
    )
    life.draw = draw
    return life.live()


def _fitting(point: str, kind: Kind | None, options: Options) -> tuple[str, ...]:
    if point.startswith(f"{POST}."):
        return tuple(AT_POST)
    return _at_journal(point) if kind is None else _at_exchange(point, kind, options)


def _at_journal(point: str) -> tuple[str, ...]:
    return AT_JOURNAL[point[len(DISK) + 1 :].partition("#")[0]]


def _at_exchange(point: str, kind: Kind, options: Options) -> tuple[str, ...]:
    system, _, rest = point.partition(".")
    login = rest.partition("#")[0] in LOGINS
    return tuple(
        name
        for name in options.faults
        if FAULTS[name].fits(kind, system) and not (login and FAULTS[name].klass in ("F12", "F19"))
    )
