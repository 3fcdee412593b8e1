"""How does an httpx client ask an application in its own process, without a socket?"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

App = Callable[[Any, Any, Any], Coroutine[Any, Any, None]]


@contextmanager
def looping() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop in a thread of its own, so that tests with a loop of their own can ask as well."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="ixkit", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class Inside(httpx.BaseTransport):
    """Runs an ASGI application on a loop. Clients of many worlds share it: closing one of them leaves it open.

    Raises httpx.RemoteProtocolError where the application breaks the connection (an armed fault).
    """

    def __init__(self, app: App, loop: asyncio.AbstractEventLoop) -> None:
        self._app, self._loop = app, loop

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        started: dict[str, Any] = {}
        chunks: list[bytes] = []
        asked = False

        async def receive() -> dict[str, Any]:
            nonlocal asked
            if asked:
                return {"type": "http.disconnect"}
            asked = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                started.update(message)
            else:
                chunks.append(message.get("body", b""))

        try:
            answering = self._app(_scope(request), receive, send)
            asyncio.run_coroutine_threadsafe(answering, self._loop).result()
        except ConnectionError as error:
            raise httpx.RemoteProtocolError(str(error), request=request) from None
        return httpx.Response(
            started["status"], headers=started["headers"], content=b"".join(chunks), request=request
        )


def _scope(request: httpx.Request) -> dict[str, Any]:
    url = request.url
    return {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
        "method": request.method, "scheme": url.scheme, "path": url.path, "raw_path": url.raw_path.partition(b"?")[0],
        "query_string": url.query, "root_path": "", "client": ("127.0.0.1", 0), "server": (url.host, url.port),
        "headers": [(name.lower(), value) for name, value in request.headers.raw], "state": {},
    }  # fmt: skip
