"""How is a step asked? Credentials on, sent, understood, and tried again where the table allows it.

The only place that repeats requests. A create is sent exactly once per call: what then follows
needs a record in the journal first, so it is the runner's business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from ixbridge.core.limits import Limit
from ixbridge.core.recovery import (
    ATTEMPTS_MAX,
    BREAK_AFTER,
    LIMIT_ATTEMPTS_MAX,
    LIMIT_PATIENCE_S,
    Reaction,
    Sign,
    backoff_s,
    reaction_to,
    sign_of,
)
from ixbridge.core.steps import Side, Step, System
from ixbridge.core.wire import Cause, Kind, No, Outcome, Request, Unknown, Yes

if TYPE_CHECKING:
    from ixbridge.shell.auth import Auth
    from ixbridge.shell.clock import Chance, Clock
    from ixbridge.shell.transport import Transport

T = TypeVar("T")


def alone(seconds: float) -> None:
    """Nobody else sends there."""


@dataclass(frozen=True, slots=True)
class Line:
    """One system, and how it is reached."""

    system: System
    transport: Transport
    auth: Auth
    hold: Callable[[float], None] = alone
    """Tell others who send there that a limit asks to wait."""


class Halt(Exception):
    """Nothing more can be done in this run: a system is out of reach, or says no to everything."""

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


@dataclass(slots=True)
class Counts:
    sent: dict[str, int] = field(default_factory=dict)
    repeated: int = 0
    lost: int = 0
    """Writes of which nobody knows whether they arrived."""


class Exchange:
    def __init__(self, lines: Mapping[Side, Line], clock: Clock, chance: Chance) -> None:
        self._lines, self._clock, self._chance = lines, clock, chance
        self.counts = Counts()
        self.limits: dict[Side, Limit] = {}
        """Until when a system wants to hear nothing, as far as it said so."""
        self._silent: dict[Side, int] = {}
        """How many requests in a row brought no usable answer."""

    def ask(self, step: Step[T]) -> Outcome[T]:
        """The outcome of a step, after at most four attempts if it is a read or an idempotent write."""
        line = self._lines[step.side]
        request = line.system.request_for(step)
        once = request.kind in (Kind.CREATE, Kind.CREATE_KEYED)
        renewed, attempt, waited_s = False, 1, 0.0
        while True:
            outcome = self._once(line, request, step)
            reaction = reaction_to(outcome, request.kind)
            if reaction is None or once:
                return outcome
            wait_s = 0.0
            match reaction:
                case Reaction.AUTH if not renewed and line.auth.renew():
                    renewed = True
                case Reaction.RETRY if attempt < self.attempts_max(step):
                    wait_s = backoff_s(attempt, share=self._chance.share())
                    attempt += 1
                case Reaction.BACKOFF if attempt < LIMIT_ATTEMPTS_MAX:
                    wait_s = self.limit_wait_s(outcome, attempt)
                    attempt += 1
                    if waited_s + wait_s > LIMIT_PATIENCE_S:
                        return outcome
                case _:
                    return outcome
            waited_s += wait_s
            self.counts.repeated += 1
            self._clock.sleep(wait_s)

    def attempts_max(self, step: Step[T]) -> int:
        """How often to try: once only, where a system has not answered anything of late."""
        return 1 if self._silent.get(step.side, 0) >= BREAK_AFTER else ATTEMPTS_MAX

    def limit_wait_s(self, outcome: Outcome[T], attempt: int) -> float:
        asked_s = outcome.retry_after_s if isinstance(outcome, No) else None
        return backoff_s(attempt, share=self._chance.share(), limited=True, asked_s=asked_s)

    def kind_of(self, step: Step[T]) -> Kind:
        """What may be done when the answer to this step is lost."""
        return self._lines[step.side].system.request_for(step).kind

    def renewed(self, step: Step[T]) -> bool:
        """Forget the credentials that were refused; is there any use in trying again?"""
        return self._lines[step.side].auth.renew()

    def today(self, zone: str) -> date:
        return self._clock.now().astimezone(ZoneInfo(zone)).date()

    def now(self) -> datetime:
        return self._clock.now()

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def share(self) -> float:
        return self._chance.share()

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            self._clock.sleep(seconds)

    def _once(self, line: Line, request: Request, step: Step[T]) -> Outcome[T]:
        outcome = self._sent(line, request, step)
        self.counts.lost += isinstance(outcome, Unknown)
        silent = sign_of(outcome) in _SILENT
        self._silent[step.side] = self._silent.get(step.side, 0) + 1 if silent else 0
        if isinstance(outcome, No) and outcome.cause is Cause.LIMITED:
            asked_s = outcome.retry_after_s
            line.hold(backoff_s(1, share=0.0, limited=True, asked_s=asked_s))
            if asked_s is not None:
                now = self._clock.now()
                self.limits[step.side] = Limit(now, now + timedelta(seconds=asked_s))
        return outcome

    def _sent(self, line: Line, request: Request, step: Step[T]) -> Outcome[T]:
        signed = line.auth.signed(request)
        if isinstance(signed, No):
            return _not_sent(signed)
        name = f"{request.system}.{request.operation}"
        self.counts.sent[name] = self.counts.sent.get(name, 0) + 1
        heard = line.transport.send(signed)
        line.auth.used()
        return line.system.meaning_of(step, heard)


_SILENT = frozenset({Sign.NOT_SENT, Sign.LOST, Sign.UNREADABLE})


def _not_sent(no: No) -> No:
    """Without a token nothing was sent, whatever the token's server did."""
    if no.cause in (Cause.UNAVAILABLE, Cause.UNREADABLE):
        return No(Cause.NOT_SENT, f"no token: {no.reason}")
    return replace(no, reason=f"no token: {no.reason}")


def value_or_halt(outcome: Outcome[T], what: str) -> T | No | Unknown:
    """The value; a refusal or failure to be judged; or the end of the run where all would fail alike."""
    match outcome:
        case Yes(value=value):
            return value
        case No(cause=Cause.CREDENTIALS, reason=reason):
            raise Halt(f"{what}: {reason}", advice="Check the credentials in the environment.")
        case No(cause=Cause.REDIRECT, reason=reason):
            raise Halt(f"{what}: {reason}", advice="Configure the final URL.")
        case No(cause=Cause.LIMITED, reason=reason):
            raise Halt(f"{what}: {reason}", advice="The rest waits for the next run, when the limit is over.")
        case _:
            return outcome
