"""Who answers on the control port? Health at once; everything else behind the guard, served by connexion and flask."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ixmocks.control import handlers
from ixmocks.control.guard import BODY_MAX, Guard, media_refusal
from ixmocks.control.problems import Problem
from ixmocks.control.record import Request
from ixmocks.control.seam import Answer, Seam, refusal
from ixmocks.dashboard import is_page
from ixmocks.engine.asgi import LOOPBACK, Message, Receive, Scope, Send, read_body
from ixmocks.env import Urls
from ixmocks.kit import Kit

if TYPE_CHECKING:
    from ixmocks.control.serving import Application
    from ixmocks.dashboard.mount import Dashboard

_AT_ONCE = {"/healthz": handlers.get_health, "/readyz": handlers.get_readiness}
_ALWAYS = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'self'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
"""What every answer says to a browser; and never an Access-Control header."""


class ControlApp:
    """The ASGI application of the control port.

    ``urls`` gives each system's base URL as clients reach it; it is asked at each call, since ports
    may be known only once they are bound. ``stop`` ends the server, where `POST /v1/shutdown` may do so;
    ``stir`` lets waiting webhooks go out at once, where somebody carries them.
    """

    def __init__(
        self,
        kit: Kit,
        *,
        hosts: frozenset[str] = LOOPBACK,
        token: str | None = None,
        urls: Callable[[], Urls],
        stop: Callable[[], None] | None = None,
        stir: Callable[[], None] | None = None,
    ) -> None:
        self._seam = Seam(kit, urls, stop=stop, stir=stir)
        self._guard = Guard(hosts, token)
        self._application: Application | None = None
        self._dashboard: Dashboard | None = None
        self._building = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise NotImplementedError(f"the control port speaks HTTP, not {scope['type']}")
        if is_page(scope["path"]):
            await self._pages(scope, receive, send)
            return
        hardened = _hardened(send)
        problem = self._guard.refusal(scope)
        if problem is not None:
            await _send(refusal(problem), scope, hardened)
            return
        if scope["path"] in _AT_ONCE and scope["method"] in ("GET", "HEAD"):
            request = Request("", scope["method"], scope["path"])
            answer = self._seam.run(_AT_ONCE[scope["path"]], request, {}, None, changes=False)
            assert isinstance(answer, Answer)
            await _send(answer, scope, hardened)
            return
        body, too_large = await read_body(receive, tuple(scope["headers"]), BODY_MAX)
        if body is None:
            return  # the client went away in the middle of its request: nothing happened
        problem = media_refusal(scope, body)
        if too_large:
            problem = Problem("too-large", f"the body is longer than {BODY_MAX} bytes; send less")
        if problem is not None:
            await _send(refusal(problem), scope, hardened, close=bool(too_large))
            return
        application = self._application
        if application is None:
            application = await asyncio.to_thread(self._build)
        problem = application.misses(scope["method"], scope["path"])
        if problem is not None:
            await _send(refusal(problem), scope, hardened)
            return
        await application(self._seam, scope, body, receive, hardened)

    async def _pages(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._dashboard is None:
            from ixmocks.dashboard.mount import Dashboard

            self._dashboard = Dashboard(self._seam.kit, self._seam.urls, self._guard, self)
        await self._dashboard(scope, receive, send)

    def _build(self) -> Application:
        with self._building:
            if self._application is None:
                from ixmocks.control.serving import application

                self._application = application()
        return self._application


def _hardened(send: Send) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *_ALWAYS]}
        await send(message)

    return with_headers


async def _send(answer: Answer, scope: Scope, send: Send, *, close: bool = False) -> None:
    headers: list[Any] = [*answer.headers, (b"connection", b"close")] if close else list(answer.headers)
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    body = b"" if scope["method"] == "HEAD" else answer.body
    await send({"type": "http.response.body", "body": body})
