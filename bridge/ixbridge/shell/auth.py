"""Who says that we may? Credentials are kept here, put on requests here, and shown nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ixbridge.core.wire import Cause, No, Unknown, Yes
from ixbridge.sources import ixpole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ixbridge.core.wire import Request
    from ixbridge.shell.clock import Clock
    from ixbridge.shell.transport import Transport

EARLY_S = 30.0
"""A token is renewed so long before it ends."""


class Auth(Protocol):
    def headers(self) -> Mapping[str, str] | No:
        """What proves who we are, or why it cannot be had."""
        ...

    def renew(self) -> bool:
        """Forget what was refused; is there any use in trying again?"""
        ...


class ApiKey:
    """Silvasoft: a key and a user name on every request. A refused pair stays refused."""

    def __init__(self, api_key: str, username: str) -> None:
        self._headers = {"ApiKey": api_key, "Username": username}

    def headers(self) -> Mapping[str, str]:
        return self._headers

    def renew(self) -> bool:
        return False


class Token:
    """iXpole: a token by client credentials, renewed before it ends and once when it is refused."""

    def __init__(self, transport: Transport, clock: Clock, *, client_id: str, client_secret: str) -> None:
        self._transport, self._clock = transport, clock
        self._request: Request = ixpole.token_request(client_id, client_secret)
        self._token = ""
        self._ends = 0.0

    def headers(self) -> Mapping[str, str] | No:
        if not self._token or self._clock.monotonic() >= self._ends:
            asked = self._clock.monotonic()
            match ixpole.token_meaning(self._transport.send(self._request)):
                case Yes(value=(token, life_s)):
                    self._token, self._ends = token, asked + max(life_s - EARLY_S, life_s / 2)
                case No() as no:
                    return no
                case Unknown(reason=reason):
                    return No(Cause.UNAVAILABLE, reason)
        return {"Authorization": f"Bearer {self._token}"}

    def renew(self) -> bool:
        had, self._token = bool(self._token), ""
        return had
