"""How do pages come over the control port? Guard, session, form token; then flask, in a thread of its own.

What a page changes goes through the control API like everybody else's call, so it is checked, journalled and
refused alike. A browser cannot send a bearer token with a link: it is asked for once, and a cookie stands for it.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from io import BytesIO
from typing import TYPE_CHECKING, Any

from ixmocks.control.guard import BODY_MAX, SAFE, Guard
from ixmocks.control.problems import Problem
from ixmocks.engine import exact
from ixmocks.engine.asgi import Receive, Scope, Send, read_body
from ixmocks.env import Urls
from ixmocks.kit import Kit

if TYPE_CHECKING:
    from flask import Flask

COOKIE = "ixkit_session"
ASK = "ixkit.ask"
ASK_TIMEOUT_S = 30
PROBLEM = "ixkit.problem"
SIGNED_IN = "ixkit.signed_in"
FORM = "application/x-www-form-urlencoded"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "object-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
ALWAYS = (
    (b"content-security-policy", POLICY.encode()),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
)

Ask = Callable[[str, str, Any], "Told"]


@dataclass(frozen=True, slots=True)
class Told:
    """What the control API answered."""

    status: int
    value: Any

    @property
    def ok(self) -> bool:
        return self.status < 400

    @property
    def detail(self) -> str:
        """Why not, in words."""
        return str(self.value.get("detail", "")) if isinstance(self.value, dict) else ""


class Dashboard:
    """The pages as an ASGI application. ``api`` is the control port itself, asked in process."""

    def __init__(self, kit: Kit, urls: Callable[[], Urls], guard: Guard, api: Any) -> None:
        self._kit, self._urls, self._guard, self._api = kit, urls, guard, api
        self._csrf = secrets.token_urlsafe(24)
        self._flask: Flask | None = None
        self._building = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, too_large = await read_body(receive, tuple(scope["headers"]), BODY_MAX)
        if body is None:
            return
        problem = self._guard.foreign(scope) or _form_refusal(scope, body)
        if too_large:
            problem = Problem("too-large", f"the body is longer than {BODY_MAX} bytes; send less")
        loop = asyncio.get_running_loop()
        environ = self._environ(scope, body)
        environ[PROBLEM] = problem
        environ[ASK] = lambda method, path, value: asyncio.run_coroutine_threadsafe(
            self._ask(scope, method, path, value), loop
        ).result(ASK_TIMEOUT_S)
        status, headers, answer = await asyncio.to_thread(self._answer, environ)
        await send({"type": "http.response.start", "status": status, "headers": [*headers, *ALWAYS]})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer})

    def session(self) -> str:
        """What the cookie says once somebody has given the token."""
        return hmac.new((self._guard.token or "").encode(), self._csrf.encode(), "sha256").hexdigest()

    def _answer(self, environ: dict[str, Any]) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        from werkzeug.wrappers import Response

        response = Response.from_app(self._application(), environ, buffered=True)
        headers = [(k.lower().encode("latin-1"), v.encode("latin-1", "replace")) for k, v in response.headers]
        return response.status_code, headers, response.get_data()

    def _application(self) -> Flask:
        with self._building:
            if self._flask is None:
                from ixmocks.dashboard.site import make

                self._flask = make(self._kit, self._urls, self._csrf, self._guard.token, self.session())
        return self._flask

    def _environ(self, scope: Scope, body: bytes) -> dict[str, Any]:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        server = scope.get("server") or ("127.0.0.1", 80)
        environ: dict[str, Any] = {
            "REQUEST_METHOD": scope["method"], "SCRIPT_NAME": "",
            "PATH_INFO": scope["path"].encode().decode("latin-1"),
            "QUERY_STRING": scope["query_string"].decode("latin-1"), "SERVER_NAME": server[0],
            "SERVER_PORT": str(server[1] or 80), "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.version": (1, 0),
            "wsgi.url_scheme": scope["scheme"], "wsgi.input": BytesIO(body), "wsgi.errors": BytesIO(),
            "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False,
            "CONTENT_TYPE": headers.get("content-type", ""), "CONTENT_LENGTH": str(len(body)),
        }  # fmt: skip
        environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
        environ[SIGNED_IN] = self._guard.token is None or self._has_session(headers.get("cookie", ""))
        return environ

    def _has_session(self, cookies: str) -> bool:
        try:
            found = SimpleCookie(cookies).get(COOKIE)
        except CookieError:
            return False
        return found is not None and hmac.compare_digest(found.value.encode(), self.session().encode())

    async def _ask(self, scope: Scope, method: str, path: str, value: Any) -> Told:
        """One call of the control API, made as any client makes it."""
        raw = b"" if value is None else exact.dump(value)
        host = [pair for pair in scope["headers"] if pair[0] == b"host"]
        headers = [*host, (b"content-type", b"application/json"), (b"content-length", b"%d" % len(raw))]
        if self._guard.token is not None:
            headers.append((b"authorization", f"Bearer {self._guard.token}".encode()))
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": raw, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        inner = {
            **scope,
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": headers,
        }
        await self._api(inner, receive, send)
        answer = b"".join(message.get("body", b"") for message in sent[1:])
        return Told(sent[0]["status"], exact.parse(answer) if answer else None)


def _form_refusal(scope: Scope, body: bytes) -> Problem | None:
    if scope["method"] in SAFE:
        return None
    kinds = [value.decode("latin-1") for name, value in scope["headers"] if name == b"content-type"]
    if len(kinds) == 1 and kinds[0].partition(";")[0].strip().lower() == FORM:
        return None
    return Problem(
        "media-type", f"Content-Type is {', '.join(kinds)[:100] or 'missing'}; expected {FORM}: a form"
    )
