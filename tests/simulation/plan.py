"""What is to go wrong in a life? Strikes at named points, as one line of text that replays it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from simulation.faults import AT_DISK, AT_POST, FAULTS
from simulation.worlds import SHAPES, WAYS

DISK = "journal"
POST = "post"
"""Points at which a notification arrives: ``post.invoiceCreated#1``."""


class PlanError(ValueError):
    """A plan that cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Strike:
    point: str
    fault: str

    def __str__(self) -> str:
        return f"{self.point}={self.fault}"


@dataclass(frozen=True, slots=True)
class Plan:
    way: str
    shape: str = "one"
    strikes: tuple[Strike, ...] = ()
    seed: int = 0

    def __str__(self) -> str:
        strikes = "+".join(str(each) for each in self.strikes) or "nothing"
        return f"{self.way}/{self.shape}/{strikes}"

    @property
    def by_point(self) -> Mapping[str, str]:
        return {each.point: each.fault for each in self.strikes}

    def without(self, strike: Strike) -> Plan:
        return replace(self, strikes=tuple(each for each in self.strikes if each is not strike))


def read_plan(text: str, *, seed: int = 0) -> Plan:
    """``way/shape/point=fault+point=fault``; ``nothing`` for no strikes."""
    parts = text.split("/")
    if len(parts) != 3 or parts[0] not in WAYS or parts[1] not in SHAPES:
        raise PlanError(
            f"{text!r} is no plan; expected WAY/SHAPE/POINT=FAULT+POINT=FAULT with a way of {', '.join(WAYS)}"
            f" and a shape of {', '.join(SHAPES)}"
        )
    return Plan(parts[0], parts[1], tuple(_strikes(parts[2])), seed)


def _strikes(text: str) -> Iterable[Strike]:
    if text == "nothing":
        return
    for each in text.split("+"):
        point, _, fault = each.partition("=")
        known: Iterable[str] = FAULTS
        if point.startswith(DISK):
            known = AT_DISK
        elif point.startswith(f"{POST}."):
            known = AT_POST
        elif point.startswith("together#"):
            known = ("moves",)
        if fault.partition(":")[0] not in known or "#" not in point:
            raise PlanError(
                f"{each!r} is no strike; expected POINT#N=FAULT with a fault of {', '.join(known)}"
            )
        yield Strike(point, fault)
