"""How does one control call pass? lock · handler · journal · answer; a handler that fails changes nothing."""

from __future__ import annotations

import contextlib
import itertools
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ixmocks.control.asked import Asked, Done
from ixmocks.control.following import Following
from ixmocks.control.problems import DEFECT, TYPE, Problem, unknown
from ixmocks.control.record import Request, record
from ixmocks.control.waiting import Waiting
from ixmocks.engine import exact
from ixmocks.engine.world import Moment, World
from ixmocks.env import Urls
from ixmocks.kit import Kit

log = logging.getLogger("ixkit")

JSON = b"application/json"
Later = Waiting | Following
Handler = Callable[[Asked], Done | Problem | Later]


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over HTTP."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...]


@dataclass(slots=True)
class Seam:
    kit: Kit
    urls: Callable[[], Urls]
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    stop: Callable[[], None] | None = None
    stir: Callable[[], None] | None = None

    def run(
        self, handler: Handler, request: Request, given: Mapping[str, Any], body: Any, *, changes: bool
    ) -> Answer | Later:
        """Ask one handler. `changes`: it may change a world, and is then written into its journal."""
        target: World | None = None
        if "world" in given:
            target = self.kit.worlds.get(given["world"])
            if target is None:
                return refusal(unknown("unknown-world", "world", given["world"], self.kit.worlds.names()))
        asked = Asked(self.kit, self.urls(), given, body, target, self.numbers, self.stop, self.stir)
        # The request's body was read before: whoever held this lock and waited for bytes would stop the mocks.
        with target.lock if target is not None and changes else contextlib.nullcontext():
            before = target.moment if target is not None else None
            try:
                outcome = handler(asked)
                if isinstance(outcome, Problem):
                    return refusal(outcome)
                if isinstance(outcome, Waiting) and changes:
                    return replace(outcome, settled=lambda done: _settled(done, request, target, before))
                if isinstance(outcome, Later):
                    return outcome
                raw = b"" if outcome.status == 204 else exact.dump(outcome.body)
            except Exception:
                log.exception("control:%s failed; this is a defect of ixkit", request.operation)
                if changes and target is not None and before is not None:
                    target.moment = before
                return refusal(DEFECT)
            if changes and not outcome.journalled:
                _journal(outcome, request, raw, target, before)
        return answer_of(outcome, raw)


def refusal(problem: Problem) -> Answer:
    raw = problem.body()
    more = ((name.encode(), value.encode("latin-1", "replace")) for name, value in problem.headers)
    return Answer(
        problem.status, raw, ((b"content-type", TYPE), (b"content-length", b"%d" % len(raw)), *more)
    )


def answer_of(outcome: Done, raw: bytes | None = None) -> Answer:
    raw = exact.dump(outcome.body) if raw is None else raw
    more = tuple((name.encode(), value.encode("latin-1", "replace")) for name, value in outcome.headers)
    if outcome.status == 204:
        return Answer(204, b"", more)
    return Answer(
        outcome.status, raw, ((b"content-type", JSON), (b"content-length", b"%d" % len(raw)), *more)
    )


def _settled(done: Done, request: Request, target: World | None, before: Moment | None) -> None:
    _journal(done, request, exact.dump(done.body), target, before)


def _journal(
    outcome: Done, request: Request, raw: bytes, target: World | None, before: Moment | None
) -> None:
    """A world that was made begins its journal with the call that made it; else the target's goes on."""
    world = outcome.made or target
    if world is None:
        return
    with world.lock:
        start = before if before is not None and world is target else world.moment
        record(world, request, status=outcome.status, answer=raw, before=start, happened=outcome.happened)
