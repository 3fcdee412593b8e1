"""How bad is a change for a connector? It depends on who sends the value and on who reads it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from ixcheck.contract import Pointer
from ixcheck.finding import Level

SAFE, RISKY, BREAKING = Level.NOTE, Level.WARNING, Level.ERROR


class Way(Enum):
    """Who sends the value: the connector (a request), or the system (an answer, a webhook)."""

    SENT = "request"
    ANSWERED = "answer"

    @property
    def back(self) -> Way:
        return Way.ANSWERED if self is Way.SENT else Way.SENT


class Effect(Enum):
    """What a change does to the set of values that are allowed."""

    TIGHTER = "tightened"
    LOOSER = "loosened"
    OTHER = "changed"


LEVELS: dict[tuple[Way, Effect], Level] = {
    (Way.SENT, Effect.TIGHTER): BREAKING,  # what was sent before may now be refused
    (Way.SENT, Effect.LOOSER): SAFE,
    (Way.SENT, Effect.OTHER): BREAKING,
    (Way.ANSWERED, Effect.TIGHTER): SAFE,
    (Way.ANSWERED, Effect.LOOSER): RISKY,  # a value may come that nobody was prepared for
    (Way.ANSWERED, Effect.OTHER): RISKY,
}
"""For limits, patterns and lists of values. Types and members have answers of their own, in `schemas`."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where we are: of which operation, dotted place, and the pointers into the old and the new file."""

    operation: str
    at: str
    way: Way
    old: Pointer
    new: Pointer

    def down(self, name: str, old: Pointer, new: Pointer) -> Place:
        return replace(self, at=f"{self.at}.{name}" if self.at else name, old=old, new=new)


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``pointer`` leads into the new file, or into the old one where ``gone``."""

    level: Level
    kind: str
    subject: str
    at: str
    text: str
    pointer: Pointer = ()
    gone: bool = False
    rule: str = ""
