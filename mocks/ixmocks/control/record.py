"""How does a call of the control API become an event? Like any other, under the system `control`."""

from __future__ import annotations

from dataclasses import dataclass

from ixmocks.engine.heads import RawHeaders
from ixmocks.engine.journal import Event
from ixmocks.engine.world import Moment, World

SYSTEM = "control"


@dataclass(frozen=True, slots=True)
class Request:
    """What came in, as the journal keeps it."""

    operation: str
    method: str
    path: str
    query: str = ""
    headers: RawHeaders = ()
    body: bytes = b""


def record(
    world: World,
    request: Request,
    *,
    status: int,
    answer: bytes,
    before: Moment,
    happened: tuple[str, ...] = (),
) -> Event:
    """Write what was done into the world's journal. Hold the world's lock, and answer afterwards."""
    event = Event(
        number=world.journal.next_number(),
        at=world.moment.clock.now(),
        system=SYSTEM,
        operation=f"control:{request.operation}",
        method=request.method,
        path=request.path,
        query=request.query,
        headers=request.headers,
        body=request.body,
        status=status,
        answer=answer,
        answer_head=b"",
        violations=(),
        notes=(),
        fault="",
        before=before,
        after=world.moment,
        happened=happened,
    )
    world.journal.append(event)
    return event
