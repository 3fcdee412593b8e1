"""Which accounting systems can the bridge book in, and how does it get in there? The only list of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from ixbridge.core.steps import System
from ixbridge.core.target import Target
from ixbridge.shell.auth import ApiKey, Auth, Login, Token, with_bearer
from ixbridge.targets import crmcom, silvasoft, telecomx

if TYPE_CHECKING:
    from ixbridge.shell.clock import Clock
    from ixbridge.shell.transport import Transport

Given = Mapping[str, str]
"""Credentials, by the names in the target's description."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One system: what it is like, how it is asked, and who says that we may."""

    target: Target
    system: System
    auth: Callable[[Transport, Clock, Given], Auth]


def _silvasoft(transport: Transport, clock: Clock, given: Given) -> Auth:
    return ApiKey({"ApiKey": given["api_key"], "Username": given["username"]})


def _telecomx(transport: Transport, clock: Clock, given: Given) -> Auth:
    request = telecomx.login_request(given["username"], given["password"])
    return Token(transport, clock, Login(request, telecomx.login_meaning, with_bearer), slides=True)


def _crmcom(transport: Transport, clock: Clock, given: Given) -> Auth:
    request = crmcom.login_request(given["username"], given["password"], given["organisation"])
    return Token(transport, clock, Login(request, crmcom.login_meaning, crmcom.with_token))


CONNECTIONS: Mapping[str, Connection] = MappingProxyType(
    {
        each.target.name: each
        for each in (
            Connection(silvasoft.TARGET, silvasoft, _silvasoft),
            Connection(telecomx.TARGET, telecomx, _telecomx),
            Connection(crmcom.TARGET, crmcom, _crmcom),
        )
    }
)
