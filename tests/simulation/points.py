"""Which single fault points does a life have? Every fault that can strike, at every place where it can."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from ixbridge.core.wire import Kind
from simulation.faults import AT_POST, FAULTS
from simulation.life import Lived, record
from simulation.plan import DISK, POST, Plan, Strike
from simulation.wire import LOGINS
from simulation.worlds import IXPOLE

AT_SYNC = ("killed-before-commit", "full")
AT_SYNCED = ("killed-after-commit", "older:1", "older:4")
OLDER_TOO = ("older:2", "older:3", "older:5", "older:6", "older:7", "older:8")
AT_OPEN = ("killed-before-commit", "locked", "full")
SPELLINGS = frozenset({
    "timeout-done", "late", "not-found", "unprocessable", "forbidden", "limited-absurdly", "garbage", "empty", "cut",
    "wrong-type", "twice-second-heard", "day-earlier", "second-bridge",
})  # fmt: skip
"""Other spellings of a class that strikes the same exchange anyway; played in the long run."""
SAME_FOR_READS = frozenset({"killed-after", "timeout"})
"""Where nothing is changed, these cannot be told from being killed before, and from a reset."""
OF_THE_WORLD = frozenset({"F22", "F26"})
"""The world moves: as good at the next exchange with iXpole, or the next create, as anywhere."""


@cache
def quiet(way: str, shape: str = "one") -> Lived:
    """The life without faults, whose points are numbered here."""
    lived = record(Plan(way, shape))
    if lived.outcome.violation is not None:
        raise AssertionError(f"{way} fails without any fault: {lived.outcome.violation}")
    return lived


def strikes_at(point: str, kind: str, *, every: bool = False) -> Iterator[Strike]:
    """Every class of fault that can strike here, once; with ``every``, in all its spellings."""
    if point.startswith(DISK):
        what = point[len(DISK) + 1 :].partition("#")[0]
        faults = {"sync": AT_SYNC, "synced": AT_SYNCED, "open": AT_OPEN}[what]
        for fault in (*faults, *OLDER_TOO) if every and what == "synced" else faults:
            yield Strike(point, fault)
        return
    if point.startswith(f"{POST}."):
        yield from (Strike(point, fault) for fault in AT_POST)
        return
    system, _, rest = point.partition(".")
    operation = rest.partition("#")[0]
    for fault in FAULTS.values():
        if not every and (fault.name in SPELLINGS or (kind == "R" and fault.name in SAME_FOR_READS)):
            continue
        if not every and fault.klass in OF_THE_WORLD and system != IXPOLE and kind == "R":
            continue
        if fault.klass == "A7" and fault.name != "deleted" and not every:
            continue
        if operation in LOGINS and fault.klass in ("F12", "F19", "F26", "A7"):
            continue  # a token twice, or a conflict about it, is nothing
        if fault.fits(Kind(kind), system):
            yield Strike(point, fault.name)


def singles(way: str, shape: str = "one", *, every: bool = False) -> Iterator[Plan]:
    """Every plan with one strike."""
    for point, kind in quiet(way, shape).outcome.points:
        for strike in strikes_at(point, kind, every=every):
            yield Plan(way, shape, (strike,))
