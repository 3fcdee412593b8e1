"""Who says that we may? Credentials are kept here, put on requests here, and shown nowhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from ixbridge.core.wire import Cause, Heard, No, Outcome, Request, Unknown, Yes

if TYPE_CHECKING:
    from ixbridge.shell.clock import Clock
    from ixbridge.shell.transport import Transport

EARLY_S = 30.0
"""A token is renewed so long before it ends."""


class Auth(Protocol):
    def signed(self, request: Request) -> Request | No:
        """The request with what proves who we are, or why that cannot be had."""
        ...

    def used(self) -> None:
        """A request went out; some tokens live longer by it."""
        ...

    def renew(self) -> bool:
        """Forget what was refused; is there any use in trying again?"""
        ...


@dataclass(frozen=True, slots=True)
class Login:
    """How a token is asked for, understood, and put on a request: what a system's module says of it."""

    request: Request
    meaning: Callable[[Heard], Outcome[tuple[str, int]]]
    """The token and how many seconds it lives."""
    put: Callable[[Request, str], Request]


def with_bearer(request: Request, token: str) -> Request:
    return replace(request, headers={"Authorization": f"Bearer {token}"})


class ApiKey:
    """The same headers on every request. What was refused stays refused."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def signed(self, request: Request) -> Request:
        return replace(request, headers={**request.headers, **self._headers})

    def used(self) -> None:
        """A key does not age."""

    def renew(self) -> bool:
        return False


class Token:
    """A token that a login gives, renewed before it ends and once when it is refused.

    ``slides``: each use makes it live on as long as at first.
    """

    def __init__(self, transport: Transport, clock: Clock, login: Login, *, slides: bool = False) -> None:
        self._transport, self._clock, self._login, self._slides = transport, clock, login, slides
        self._token = ""
        self._life_s = self._ends = 0.0

    def signed(self, request: Request) -> Request | No:
        if not self._token or self._clock.monotonic() >= self._ends:
            asked = self._clock.monotonic()
            match self._login.meaning(self._transport.send(self._login.request)):
                case Yes(value=(token, life_s)):
                    self._token, self._life_s = token, max(life_s - EARLY_S, life_s / 2)
                    self._ends = asked + self._life_s
                case No() as no:
                    return no
                case Unknown(reason=reason):
                    return No(Cause.UNAVAILABLE, reason)
        return self._login.put(request, self._token)

    def used(self) -> None:
        if self._slides and self._token:
            self._ends = max(self._ends, self._clock.monotonic() + self._life_s)

    def renew(self) -> bool:
        had, self._token = bool(self._token), ""
        return had
