"""What goes wrong on purpose, where, and for which request?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum


class Place(Enum):
    """Where in the life of an exchange a fault strikes."""

    RECEIVED = "received"  # nothing was looked at
    BEFORE_COMMIT = "before_commit"  # checked and decided, nothing kept
    AFTER_COMMIT = "after_commit"  # kept, and the answer is lost or replaced
    SENDING = "sending"  # kept, and the answer is damaged on its way


class Harm(Enum):
    """What the client sees of it."""

    RESET = "reset"  # the connection breaks, not a byte is answered
    HANG = "hang"  # no answer for `seconds`, then the connection breaks
    STATUS = "status"  # a whole answer with `status`, in the vendor's envelope
    CUT = "cut"  # the answer breaks off in the middle
    SLOW = "slow"  # the answer comes, `seconds` late
    GARBAGE = "garbage"  # bytes that are no JSON, with the right type and status
    HTML = "html"  # a page of a proxy, with status 200
    WRONG_TYPE = "wrong_type"  # the right body under a foreign content type
    EMPTY = "empty"  # status 200 and no body at all
    HOLLOW = "hollow"  # status 200 and {}
    GROWN = "grown"  # the right answer, with members that nobody knows yet, in another order
    HOLD = "hold"  # nothing, until somebody releases the exchange or drops it
    TWICE = "twice"  # one answer; but the request was delivered twice
    STALE = "stale"  # a read answers as it would have some time ago
    LATE = "late"  # the connection breaks, and `seconds` of virtual time later the request is processed


DAMAGE = frozenset(
    {Harm.CUT, Harm.SLOW, Harm.GARBAGE, Harm.HTML, Harm.WRONG_TYPE, Harm.EMPTY, Harm.HOLLOW, Harm.GROWN}
)
"""These need an answer to damage: at the place `sending` only."""

DETOURS: Mapping[Harm, frozenset[Place]] = {
    Harm.HOLD: frozenset(Place),
    Harm.TWICE: frozenset({Place.RECEIVED, Place.AFTER_COMMIT}),
    Harm.STALE: frozenset({Place.RECEIVED}),
    Harm.LATE: frozenset({Place.RECEIVED}),
}
"""These change the way of an exchange rather than its answer; and the places where each has a meaning."""

REAL_MAX_S = 3600
VIRTUAL_MAX_S = 366 * 86_400
"""Seconds on a world's clock pass without anybody waiting."""

_FRAMING = ("content-length", "transfer-encoding", "connection")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class FaultError(ValueError):
    """A fault that cannot be armed; the message says why."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One armed fault: strikes the `nth` matching request and the `times - 1` after it.

    ``key`` is compared literally: the request's path, query or body must contain it.
    """

    place: Place
    harm: Harm
    system: str = ""
    operation: str = ""
    key: str = ""
    nth: int = 1
    times: int = 1
    status: int = 500
    seconds: float = 0.0
    headers: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        self._check_way()
        if self.harm in DAMAGE and self.place is not Place.SENDING:
            raise FaultError(f"{self.harm.value} damages an answer; it needs the place `sending`")
        if self.place is Place.SENDING and self.harm not in (*DAMAGE, Harm.HOLD):
            raise FaultError(f"{self.harm.value} at `sending` leaves no answer to damage; use `after_commit`")
        if self.nth < 1 or not 1 <= self.times <= 1_000_000:
            raise FaultError("nth counts from 1, and times lies between 1 and 1000000")
        longest = VIRTUAL_MAX_S if self.harm in DETOURS else REAL_MAX_S
        if not 0 <= self.seconds <= longest:
            raise FaultError(f"seconds lies between 0 and {longest} for {self.harm.value}")
        if not 300 <= self.status <= 599 or self.status == 304:
            raise FaultError(
                f"{self.status}: a fault answers with a status from 300 to 599 that may have a body"
            )
        if any(name.lower() in _FRAMING for name, _ in self.headers):
            raise FaultError("a fault cannot set Content-Length, Transfer-Encoding or Connection")
        for name, value in self.headers:
            if not _NAME.fullmatch(name):
                raise FaultError(f"{name!r} is no name of a header; expected one such as Retry-After")
            if not value.isprintable():
                raise FaultError(f"{value!r} cannot be the value of a header; expected one line of text")

    def _check_way(self) -> None:
        places = DETOURS.get(self.harm)
        if places is not None and self.place not in places:
            names = " or ".join(place.value for place in Place if place in places)
            raise FaultError(f"{self.harm.value} has no meaning at `{self.place.value}`; use `{names}`")
        if self.harm is Harm.LATE and not self.seconds:
            raise FaultError("late needs `seconds`: after how much virtual time the request is processed")
        if self.harm is Harm.TWICE and self.seconds and self.place is not Place.RECEIVED:
            raise FaultError("twice with `seconds` answers the first delivery; use the place `received`")

    def fits(self, system: str, operation: str, haystacks: tuple[bytes, ...], method: str = "") -> bool:
        if self.system not in ("", system) or self.operation not in ("", operation):
            return False
        if self.harm is Harm.STALE and not self.operation and method not in ("GET", ""):
            return False  # a stale answer to a write means nothing
        return not self.key or any(self.key.encode() in haystack for haystack in haystacks)

    @property
    def label(self) -> str:
        return f"{self.harm.value}@{self.place.value}"


@dataclass(slots=True)
class Faults:
    """The faults armed in a world, and how often each has been met."""

    _armed: dict[str, tuple[Fault, int]] = field(default_factory=dict)
    _made: int = 0

    def arm(self, fault: Fault) -> str:
        """Arm one and get its id."""
        if len(self._armed) >= 1000:
            raise FaultError("1000 faults are armed already; clear some")
        self._made += 1
        name = f"f{self._made}"
        self._armed[name] = (fault, 0)
        return name

    def clear(self, name: str = "") -> int:
        """Disarm one, or all; how many were armed."""
        names = [name] if name else list(self._armed)
        return sum(self._armed.pop(n, None) is not None for n in names)

    def strike(
        self, system: str, operation: str, haystacks: tuple[bytes, ...], method: str = ""
    ) -> Fault | None:
        """The first fault whose turn this request is. Each one that fits counts it."""
        if not self._armed:
            return None
        struck: Fault | None = None
        for name, (fault, met) in list(self._armed.items()):
            if not fault.fits(system, operation, haystacks, method):
                continue
            met += 1
            if met < fault.nth:
                self._armed[name] = (fault, met)
            elif struck is None:
                struck = fault
                if met >= fault.nth + fault.times - 1:
                    del self._armed[name]
                else:
                    self._armed[name] = (fault, met)
        return struck

    def listed(self) -> dict[str, tuple[Fault, int]]:
        return dict(self._armed)

    def copy(self) -> Faults:
        return replace(self, _armed=dict(self._armed))
