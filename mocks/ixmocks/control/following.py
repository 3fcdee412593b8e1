"""How does somebody follow a journal live? Server-sent events, one for each event, until the client leaves."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ixmocks.control import views
from ixmocks.control.asked import Asked
from ixmocks.control.filters import fits, number_of, unknown_name
from ixmocks.control.problems import Problem
from ixmocks.engine import exact
from ixmocks.engine.asgi import Receive, Send
from ixmocks.engine.journal import Event
from ixmocks.engine.world import World

SECONDS_MAX: float = 86_400
BEAT_S = 15.0
"""A comment so often, so that nobody on the way takes a quiet stream for a dead one."""
TOLD_AT_ONCE = 500
HEADERS = ((b"content-type", b"text/event-stream; charset=utf-8"), (b"x-accel-buffering", b"no"))


@dataclass(frozen=True, slots=True)
class Following:
    """Everything that fits, from `after` on."""

    world: World
    given: Mapping[str, Any]
    after: int


def stream_events(asked: Asked) -> Following | Problem:
    wrong = unknown_name(asked, asked.given)
    if wrong is not None:
        return wrong
    world, given = asked.world, dict(asked.given)
    after = given.pop("after", None)
    return Following(world, given, number_of(after) if after else world.journal.written)


async def follow(following: Following, receive: Receive, send: Send) -> None:
    """Answer with a stream; each message has the event's id, so that a browser can take up where it was."""
    journal = following.world.journal
    loop, stirred = asyncio.get_running_loop(), asyncio.Event()

    def tell() -> None:
        loop.call_soon_threadsafe(stirred.set)

    await send({"type": "http.response.start", "status": 200, "headers": list(HEADERS)})
    gone = asyncio.create_task(_left(receive))
    until = loop.time() + min(following.given["seconds"], SECONDS_MAX)
    journal.watch(tell)
    try:
        seen = following.after
        await _say(send, b": following\n\n")
        while not gone.done() and loop.time() < until:
            stirred.clear()
            new = journal.since(seen)[:TOLD_AT_ONCE]
            if new:
                seen = new[-1].number
                told = [_message(event, following.world) for event in new if fits(event, following.given)]
                if told:
                    await _say(send, b"".join(told))
                continue
            if not await _stirs(stirred, gone, min(BEAT_S, until - loop.time())):
                await _say(send, b": still here\n\n")
    finally:
        journal.unwatch(tell)
        gone.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await gone
    await send({"type": "http.response.body", "body": b""})


async def _stirs(stirred: asyncio.Event, gone: asyncio.Task[None], seconds: float) -> bool:
    """Wait for news, or for the client to leave, or for so long; True: something happened."""
    news = asyncio.create_task(stirred.wait())
    try:
        done, _ = await asyncio.wait(
            {news, gone}, timeout=max(seconds, 0), return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        news.cancel()
    return bool(done)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _say(send: Send, text: bytes) -> None:
    await send({"type": "http.response.body", "body": text, "more_body": True})


def _message(event: Event, world: World) -> bytes:
    data = exact.dump(views.event_in_a_line(event, world))
    return b"id: %s\nevent: exchange\ndata: %s\n\n" % (event.id.encode(), data)
