"""Which accounting systems can the bridge book in, and how does it get in there? The only list of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from ixbridge.core.notices import Notice
from ixbridge.core.steps import System
from ixbridge.core.target import Target
from ixbridge.core.wire import Request
from ixbridge.shell.auth import ApiKey, Auth, Login, Token, with_bearer
from ixbridge.targets import crmcom, riverty, riverty_notices, silvasoft, telecomx

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
    limits: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """How often a second each of these operations may be asked."""
    notices: Callable[[bytes], tuple[Notice, ...]] | None = None
    """What its notifications say, where it posts any."""


def _silvasoft(transport: Transport, clock: Clock, given: Given) -> Auth:
    return ApiKey({"ApiKey": given["api_key"], "Username": given["username"]})


def _telecomx(transport: Transport, clock: Clock, given: Given) -> Auth:
    request = telecomx.login_request(given["username"], given["password"])
    return Token(transport, clock, Login(request, telecomx.login_meaning, with_bearer), slides=True)


def _crmcom(transport: Transport, clock: Clock, given: Given) -> Auth:
    request = crmcom.login_request(given["username"], given["password"], given["organisation"])
    return Token(transport, clock, Login(request, crmcom.login_meaning, crmcom.with_token))


class _Riverty(ApiKey):
    """A key in a header, and the legal entity in each path."""

    def __init__(self, key: str, business: str) -> None:
        super().__init__({"X-Subscription-Key": key})
        self._business = business

    def signed(self, request: Request) -> Request:
        return riverty.for_business(super().signed(request), self._business)


def _riverty(transport: Transport, clock: Clock, given: Given) -> Auth:
    return _Riverty(given["subscription_key"], given["business_code"])


CONNECTIONS: Mapping[str, Connection] = MappingProxyType(
    {
        each.target.name: each
        for each in (
            Connection(silvasoft.TARGET, silvasoft, _silvasoft),
            Connection(telecomx.TARGET, telecomx, _telecomx),
            Connection(crmcom.TARGET, crmcom, _crmcom),
            Connection(riverty.TARGET, riverty, _riverty, riverty.LIMITS, riverty_notices.notices_in),
        )
    }
)
