"""May this request come in at all? Asked before anything is read or changed.

The control API has no user but the person at this machine, so a web page that is open in the same
browser is the one to keep out: by the name that it reached us under (Host), by where it was loaded
from (Origin, Sec-Fetch-Site), and by what only scripts with our consent can send (a JSON type).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from ixmocks.control.problems import Problem
from ixmocks.engine.asgi import LOOPBACK, Scope, foreign_host
from ixmocks.engine.heads import RawHeaders

BODY_MAX = 8 * 1024 * 1024
"""As much as a scenario's file may hold: a world's data may come with the call that makes it."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
OPEN = frozenset({"/healthz", "/readyz"})
"""Answered without a token: they tell nothing that an open port does not."""
_OWN_SITE = frozenset({"none", "same-origin"})


@dataclass(frozen=True, slots=True)
class Guard:
    hosts: frozenset[str]
    token: str | None = None

    def refusal(self, scope: Scope) -> Problem | None:
        """Why this request is not let in, if it is not. Looks at its head only."""
        return self.foreign(scope) or self._wrong_token(scope, _raw(scope))

    def foreign(self, scope: Scope) -> Problem | None:
        """The same without the token, for which a browser has another way (the dashboard's session)."""
        headers = _raw(scope)
        return self._foreign_host(scope, headers) or _foreign_origin(scope, headers)

    def _foreign_host(self, scope: Scope, headers: RawHeaders) -> Problem | None:
        found = foreign_host(headers, self.hosts)
        if found is not None:
            status, _, detail = found
            return Problem("bad-host" if status == 400 else "misdirected", detail)
        host = _all(headers, b"host")[0]
        address, port = scope.get("server") or ("", None)
        # Behind a forwarded port (a container) the Host's port is another one, and rightly so.
        if address in LOOPBACK and port is not None and _port(host, str(scope["scheme"])) != str(port):
            return Problem(
                "misdirected",
                f"the Host header says {host[:100]!r}, and this server listens on port {port}; use that",
            )
        return None

    def _wrong_token(self, scope: Scope, headers: RawHeaders) -> Problem | None:
        if self.token is None or scope["path"] in OPEN:
            return None
        given = _all(headers, b"authorization")
        wanted = 'expected "Bearer" and the token that this server was started with (IXKIT_CONTROL_TOKEN)'
        if len(given) != 1:
            seen = "no Authorization header" if not given else f"{len(given)} Authorization headers"
        else:
            kind, _, token = given[0].partition(" ")
            right = hmac.compare_digest(token.strip().encode(), self.token.encode())
            if kind.lower() == "bearer" and right:
                return None
            seen = "another token" if kind.lower() == "bearer" else "an Authorization header of another kind"
        return Problem("unauthorised", f"{seen}; {wanted}", headers=(("www-authenticate", "Bearer"),))


def media_refusal(scope: Scope, body: bytes) -> Problem | None:
    """Calls that change something are made with JSON: a form or plain text could come from any page."""
    if scope["method"] in SAFE:
        return None
    headers: RawHeaders = tuple(scope["headers"])
    given = _all(headers, b"content-type")
    if len(given) > 1:
        return Problem("media-type", f"{len(given)} Content-Type headers; expected one: application/json")
    if given:
        kind = given[0].partition(";")[0].strip().lower()
        if kind == "application/json":
            return None
        return Problem("media-type", f"Content-Type is {given[0][:100]!r}; expected application/json")
    if body:
        return Problem("media-type", "a body without Content-Type; expected application/json")
    browser = any(name == b"origin" or name.startswith(b"sec-fetch-") for name, _ in headers)
    if scope["method"] == "POST" and browser:
        return Problem(
            "media-type", "no Content-Type; a page must send application/json, even without a body"
        )
    return None


def _foreign_origin(scope: Scope, headers: RawHeaders) -> Problem | None:
    own = f"{scope['scheme']}://{_all(headers, b'host')[0]}".lower()
    for origin in _all(headers, b"origin"):
        if origin.lower() != own:
            return Problem(
                "foreign-origin",
                f"this request was made by a page of {origin[:100]!r}; only pages of {own} are answered",
            )
    for site in _all(headers, b"sec-fetch-site"):
        if site.lower() not in _OWN_SITE:
            return Problem(
                "foreign-origin",
                f"the browser says that a page of another site asks ({site[:40]!r}); "
                f"only pages of {own}, and addresses typed by hand, are answered",
            )
    return None


def _raw(scope: Scope) -> RawHeaders:
    return tuple((bytes(name), bytes(value)) for name, value in scope["headers"])


def _all(headers: RawHeaders, name: bytes) -> list[str]:
    return [value.decode("latin-1") for given, value in headers if given == name]


def _port(host: str, scheme: str) -> str:
    _, colon, port = host.rpartition(":")
    if colon and not host.endswith("]"):
        return port
    return "443" if scheme == "https" else "80"
