"""A kit on real sockets inside this process, while a check asks it over the wire."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ixmocks.engine.asgi import Front
from ixmocks.engine.server import App, bind, serve
from ixmocks.kit import Kit


@contextmanager
def listening(kit: Kit) -> Iterator[dict[str, str]]:
    """System name to URL, while the block runs."""
    with answering({name: Front(port) for name, port in kit.ports.items()}) as urls:
        yield urls


@contextmanager
def answering(apps: dict[str, App]) -> Iterator[dict[str, str]]:
    """Name to URL of each application, on free ports of this machine. Raises PortBusy."""
    bound = {name: bind(name, "127.0.0.1", 0) for name in apps}
    up = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    def run() -> None:
        loop.run_until_complete(serve(bound, apps, ready=up.set, stop=stop))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert up.wait(10)
    try:
        yield {name: listens.url for name, listens in bound.items()}
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
