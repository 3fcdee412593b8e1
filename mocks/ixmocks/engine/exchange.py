"""What comes in from the wire and goes out to it? Plain values, the same in process and over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ixmocks.engine.faults import Fault
from ixmocks.engine.heads import RawHeaders, pairs_of
from ixmocks.engine.journal import Event
from ixmocks.engine.values import value

if TYPE_CHECKING:
    from ixmocks.engine.holds import Hold
    from ixmocks.engine.outcome import Presented


@dataclass(slots=True)
class Head:
    """A request's first part as it was read before. Clients say mostly the same; equal bytes mean the same again."""

    method: str
    path: str
    query: str
    headers: RawHeaders
    length: int
    """Bytes of the body behind it."""
    decoded: Mapping[str, str] | None = None
    """Its headers as text, once somebody asked for them."""
    presented: Presented | None = None
    """Its credentials, where they stand in the head alone, once somebody asked for them."""


@value(slots=True)
class Received:
    """One HTTP request as it came, its body complete."""

    method: str
    path: str
    """Percent-decoded once, with the world's prefix if it had one."""
    query: str = ""
    headers: RawHeaders = ()
    """Names in lower case."""
    body: bytes = b""
    too_large: int = 0
    """More than zero: the body was longer than this many bytes and was not read."""
    head: Head | None = None
    """Where an equal head was read before: what was found then."""


@value(slots=True)
class Sent:
    """One HTTP answer as it leaves, and the fault that damages or replaces it on the way."""

    status: int
    head: bytes
    """Its headers, as `head_of` writes them."""
    body: bytes
    event: Event | None = None
    fault: Fault | None = None
    hold: Hold | None = None
    """Set where the exchange waits to be released."""

    @property
    def headers(self) -> RawHeaders:
        return pairs_of(self.head)
