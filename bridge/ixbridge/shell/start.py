"""How does a bridge start? Its parts are put together here, and nowhere else.

Everything that touches the world outside (transports, clock, chance, journal) is handed in, so
that a test starts the same bridge on other parts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ixbridge.core.steps import Side
from ixbridge.shell.auth import Login, Token, with_bearer
from ixbridge.shell.claims import ALONE, Claims
from ixbridge.shell.exchange import Exchange, Line, alone
from ixbridge.shell.runner import Runner, Watch, unwatched
from ixbridge.shell.systems import CONNECTIONS
from ixbridge.shell.transport import Fenced, PacedEach
from ixbridge.sources import ixpole

if TYPE_CHECKING:
    from ixbridge.core.policy import Policy
    from ixbridge.shell.clock import Chance, Clock
    from ixbridge.shell.journal import Journal
    from ixbridge.shell.transport import Transport


@dataclass(frozen=True, slots=True)
class Credentials:
    ixpole_client_id: str
    ixpole_client_secret: str = field(repr=False)
    target: Mapping[str, str] = field(repr=False)
    """By the names in the target's description."""


@dataclass(frozen=True, slots=True)
class Parts:
    transports: Mapping[Side, Transport]
    credentials: Credentials
    clock: Clock
    chance: Chance
    journal: Journal
    policy: Policy


def exchange_of(parts: Parts) -> Exchange:
    fenced = {side: Fenced(each, parts.journal.confirm) for side, each in parts.transports.items()}
    return exchange_on(fenced, parts.credentials, parts.clock, parts.chance, parts.policy)


def exchange_on(
    transports: Mapping[Side, Transport],
    known: Credentials,
    clock: Clock,
    chance: Chance,
    policy: Policy,
    *,
    hold: Callable[[float], None] = alone,
) -> Exchange:
    """Both systems, ready to be asked. ``hold`` tells others who share the target of its limits."""
    source, target = transports[Side.SOURCE], transports[Side.TARGET]
    request = ixpole.token_request(known.ixpole_client_id, known.ixpole_client_secret)
    token = Token(source, clock, Login(request, ixpole.token_meaning, with_bearer))
    connection = CONNECTIONS[policy.target.name]
    if connection.limits:
        target = PacedEach(target, clock, connection.limits)
    auth = connection.auth(target, clock, known.target)
    lines = {
        Side.SOURCE: Line(ixpole, source, token),
        Side.TARGET: Line(connection.system, target, auth, hold),
    }
    return Exchange(lines, clock, chance)


def runner_of(
    parts: Parts,
    *,
    limit: int | None = None,
    watch: Watch = unwatched,
    claims: Claims = ALONE,
    audit: bool = False,
) -> Runner:
    """One poll of a freshly started bridge."""
    return Runner(
        exchange_of(parts), parts.journal, parts.policy, limit=limit, watch=watch, claims=claims, audit=audit
    )
