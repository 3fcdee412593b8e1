"""What must a system bring so that the engine can serve it?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType
from typing import Any, Protocol

from ixmocks.engine.outcome import Answer, Changed, Outcome, Presented, Readings, Refused


class Rule(Protocol):
    """A pure decision: no I/O, no clock, no chance. ``at`` is aware, in UTC."""

    def __call__(self, state: Any, command: Any, /, *, at: datetime, readings: Readings) -> Outcome: ...


Ask = Callable[[str, str, Mapping[str, str]], Any]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a connector must be given to reach one world of one system."""

    key: str
    """The public part by which the world is found (API key, client id, user name)."""
    secret: str
    env: Mapping[str, str] = field(default_factory=dict)
    """Names for the `env` map, without the URL: ``{"IXKIT_SILVASOFT_API_KEY": ...}``."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook call that a system wants to make."""

    id: str
    url: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"),)


@dataclass(frozen=True, slots=True)
class Window:
    """At most ``limit`` requests in any ``seconds`` seconds of the world's clock."""

    seconds: int
    limit: int


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person does inside the real system; callable from the control API.

    ``params`` is a JSON schema (type object) of what the action takes.
    """

    rule: Rule
    summary: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class System:
    """One system, described to the engine by values and pure functions."""

    name: str
    handlers: ModuleType
    """Holds one function per operationId, in snake_case: ``getInstalments`` is ``get_instalments``."""
    load: Callable[[Mapping[str, Any], int], Any]
    """``seed.load(section of the scenario, seed)`` gives the first state; raises SeedError."""
    refuse: Callable[[Refused, str], Answer]
    """The vendor's envelope: ``refuse(refused, operation_id)``; operation_id is "" before routing."""
    credentials: Callable[[str], Credentials]
    """``credentials(world name)``: deterministic, no chance."""
    credential_of: Callable[[Presented, Mapping[str, Any]], str]
    """Which credential key a request came with; "" if none. The mapping is `Presented.fields`."""
    admit: Callable[[Any, Presented, Credentials, datetime], Refused | None]
    """``admit(state, presented, the world's credentials, at)``: None lets the request in."""
    sign_in: Callable[[Credentials, Ask], dict[str, str]]
    """The headers of a signed-in client; may ask this system (``ask(method, path, form)``) for a token."""
    under: Callable[[Answer, Readings], Answer] = lambda answer, readings: answer
    """``under(answer of refuse, readings)``: the same refusal where a reading gives it another status."""
    actions: Mapping[str, Action] = field(default_factory=dict)
    windows: Callable[[Any, Readings], tuple[Window, ...]] = lambda state, readings: ()
    limited: Callable[[Window], Refused] | None = None
    admitted: Callable[[Any, Presented, datetime], Any] | None = None
    """``admitted(state, presented, at)``: the state once somebody was let in (a sliding token moves on)."""
    body_credentials: bool = False
    """True where a token may stand in a JSON body, so that it must be read before anybody is let in."""
    fold: Callable[[str], str] = str
    """Makes paths alike that the vendor takes for one (case, closing slash)."""
    due: Callable[[Any, datetime, datetime, Readings], Changed] | None = None
    """``due(state, since, until, readings)``: what the passing of time changes; answers what became due, in words."""
    next_due: Callable[[Any], datetime | None] = lambda state: None
    """When this system does something by itself next; None: nothing is planned."""
    outbox: Callable[[Any], tuple[Delivery, ...]] = lambda state: ()
    """What this system wants to send to its callbacks now, oldest first."""
    delivered: Callable[[Any, str, int, datetime], Any] | None = None
    """``delivered(state, delivery id, status, at)``: the state once it was sent; status 0: nobody answered."""


class SeedError(ValueError):
    """A scenario says something that cannot be; the message names the key, what was seen and expected."""
