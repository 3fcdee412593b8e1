"""Who works on what? Where several bridges share a journal, each takes an instalment before it goes on with it.

A claim is for one subject: an instalment, a customer, an article, our number series. Who takes one
hears what others wrote since, so that everything is decided on the newest records.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ixbridge.core.records import Record


class Claims(Protocol):
    def take(self, subject: str) -> Sequence[Record] | None:
        """Go on with this alone from now on. What others wrote since; None: somebody else has it."""
        ...

    def hold(self, subject: str) -> None:
        """Just before a write to the outside: is it still ours? Raises ``JournalError`` if not."""
        ...

    def give_back(self, subject: str) -> None: ...

    def news(self) -> Sequence[Record]:
        """What others wrote since it was last asked."""
        ...


class Alone:
    """One writer has everything; the journal's lock sees to it."""

    def take(self, subject: str) -> Sequence[Record] | None:
        return ()

    def hold(self, subject: str) -> None:
        """Nobody can have taken it."""

    def give_back(self, subject: str) -> None:
        """Nobody waits for it."""

    def news(self) -> Sequence[Record]:
        return ()


ALONE = Alone()
WAIT_S = 0.2
WAITS_MAX = 300
"""A minute in all for what another bridge makes just now: a customer, an article, a number."""
