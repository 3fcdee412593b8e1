"""How does a bridge start? Its parts are put together here, and nowhere else.

Everything that touches the world outside (transports, clock, chance, journal) is handed in, so
that a test starts the same bridge on other parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ixbridge.core.steps import Side
from ixbridge.shell.auth import ApiKey, Token
from ixbridge.shell.exchange import Exchange, Line
from ixbridge.shell.runner import Runner, Watch, unwatched
from ixbridge.sources import ixpole
from ixbridge.targets import silvasoft

if TYPE_CHECKING:
    from ixbridge.core.policy import Policy
    from ixbridge.shell.clock import Chance, Clock
    from ixbridge.shell.journal import Journal
    from ixbridge.shell.transport import Transport


@dataclass(frozen=True, slots=True)
class Credentials:
    ixpole_client_id: str
    ixpole_client_secret: str = field(repr=False)
    silvasoft_username: str
    silvasoft_api_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Parts:
    transports: Mapping[Side, Transport]
    credentials: Credentials
    clock: Clock
    chance: Chance
    journal: Journal
    policy: Policy


def exchange_of(parts: Parts) -> Exchange:
    source, target, known = parts.transports[Side.SOURCE], parts.transports[Side.TARGET], parts.credentials
    token = Token(
        source, parts.clock, client_id=known.ixpole_client_id, client_secret=known.ixpole_client_secret
    )
    key = ApiKey(known.silvasoft_api_key, known.silvasoft_username)
    lines = {Side.SOURCE: Line(ixpole, source, token), Side.TARGET: Line(silvasoft, target, key)}
    return Exchange(lines, parts.clock, parts.chance)


def runner_of(parts: Parts, *, limit: int | None = None, watch: Watch = unwatched) -> Runner:
    """One poll of a freshly started bridge."""
    return Runner(exchange_of(parts), parts.journal, parts.policy, limit=limit, watch=watch)
