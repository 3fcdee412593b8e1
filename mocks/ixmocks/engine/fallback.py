"""What does connexion's own stack say to a request that no compiled operation takes?

It serves the document itself (`/openapi.json`) and finds paths and methods out of place. It is
built at the first such request, so that nobody waits for it at the start.
"""

from __future__ import annotations

import logging
from types import ModuleType
from typing import Any

from ixmocks.engine.document import Document

Raw = tuple[int, tuple[tuple[str, str], ...], bytes]


class Fallback:
    def __init__(self, document: Document, handlers: ModuleType, *, serve_spec: bool) -> None:
        self._document = document
        self._handlers = handlers
        self._serve_spec = serve_spec
        self._app: Any = None

    async def answer(self, method: str, path: str, query: str) -> Raw:
        """Status, headers and body for a request without its body: no operation runs here."""
        if method == "HEAD":  # starlette would run GET for it, which no document offers
            return 405, (), b""
        if self._app is None:
            self._app = self._build()
        scope: dict[str, Any] = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": path,
            "raw_path": path.encode("utf-8", "replace"), "query_string": query.encode("utf-8", "replace"),
            "root_path": "", "scheme": "http", "headers": [], "server": ("127.0.0.1", 0), "client": None,
        }  # fmt: skip
        messages: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            messages.append(message)

        await self._app(scope, receive, send)
        start = messages[0]
        headers = tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in start["headers"])
        body = b"".join(message.get("body", b"") for message in messages[1:])
        return int(start["status"]), tuple(h for h in headers if h[0] != "content-length"), body

    def _build(self) -> Any:
        from ixmocks.engine.connexions import AsyncApp, SwaggerUIOptions
        from ixmocks.engine.reading import HandlerResolver

        for name in ("connexion.middleware.exceptions", "connexion.operations", "connexion.security"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        app = AsyncApp(
            "ixmocks", swagger_ui_options=SwaggerUIOptions(swagger_ui=False, serve_spec=self._serve_spec)
        )
        app.add_api(dict(self._document.raw), resolver=HandlerResolver(self._handlers), base_path="")
        return app
