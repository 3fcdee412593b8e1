"""How is something created that must not be created twice? Intent first, then sent exactly once.

The same few lines for documents, customers and articles: what may be sent again is sent under a
new intent, what is uncertain goes back to the caller, who knows how to look it up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from ixbridge.core.recovery import (
    LIMIT_ATTEMPTS_MAX,
    LIMIT_PATIENCE_S,
    Reaction,
    backoff_s,
    reaction_to,
)
from ixbridge.core.steps import Step
from ixbridge.core.wire import Kind, No, Outcome, Unknown, Yes
from ixbridge.shell.exchange import Halt

if TYPE_CHECKING:
    from ixbridge.shell.exchange import Exchange

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Left:
    """Not now: it stays as it is until the next run."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """The server said no, and nothing was made."""

    no: No


@dataclass(frozen=True, slots=True)
class Clash:
    """Something stands in the way, which may be our own earlier work. The intent is still open."""

    no: No


@dataclass(frozen=True, slots=True)
class Lost:
    """It may have been made. The intent is still open."""

    reason: str


def create(
    exchange: Exchange,
    step: Step[T],
    kind: Kind,
    *,
    intend: Callable[[], None],
    not_sent: Callable[[], None],
) -> Yes[T] | Refusal | Clash | Lost | Left:
    """``intend`` must have synced its record when it returns; ``not_sent`` takes the intent back."""
    waited_s, attempt, renewed = 0.0, 1, False
    while True:
        intend()
        outcome: Outcome[T] = exchange.ask(step)
        if isinstance(outcome, Yes):
            return outcome
        reason = outcome.reason
        match reaction_to(outcome, kind):
            case Reaction.RECONCILE:
                return Lost(reason)
            case Reaction.OWN if isinstance(outcome, No):
                return Clash(outcome)
            case Reaction.STOP:
                # A redirect may hide anything, so the intent stays open and is looked up first.
                raise Halt(f"the accounting system: {reason}", advice="Configure the final URL.")
            case Reaction.PARK if isinstance(outcome, No):
                not_sent()
                return Refusal(outcome)
            case Reaction.AUTH:
                not_sent()
                if renewed or not exchange.renewed(step):
                    raise Halt(f"the accounting system: {reason}", advice="Check its credentials.")
                renewed, wait_s = True, 0.0
            case Reaction.BACKOFF:
                not_sent()
                wait_s = exchange.limit_wait_s(outcome, attempt)
                if attempt >= LIMIT_ATTEMPTS_MAX or waited_s + wait_s > LIMIT_PATIENCE_S:
                    raise Halt(f"the accounting system: {reason}", advice="The rest waits for the next run.")
            case _:
                not_sent()
                if attempt >= exchange.attempts_max(step):
                    return Left(reason)
                wait_s = backoff_s(attempt, share=exchange.share())
        waited_s += wait_s
        attempt += 1
        exchange.sleep(wait_s)


def left(outcome: No | Unknown, what: str) -> Left:
    return Left(f"{what}: {outcome.reason}")
