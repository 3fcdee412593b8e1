"""Exchanges that a fault holds: which wait, let them go on, wait until one does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ixmocks.control import views
from ixmocks.control.asked import Asked, Done
from ixmocks.control.filters import unknown_name
from ixmocks.control.problems import Problem, unknown
from ixmocks.control.waiting import Waiting
from ixmocks.engine.harm import lost
from ixmocks.engine.holds import Hold, Then


def list_holds(asked: Asked) -> Done:
    with asked.world.lock:
        found = asked.world.holds.listed()
    return Done({"holds": [views.hold_of(hold, asked.world) for hold in found]})


def release_hold(asked: Asked) -> Done | Problem:
    name, holds = asked.given["hold"], asked.world.holds
    then = Then(asked.body["then"])
    sent = holds.release(name, then)
    if sent is None:
        return unknown("unknown-hold", "exchange waiting", name, [hold.id for hold in holds.listed()])
    return Done({
        "id": name,
        "then": then.value,
        "event": sent.event.id if sent.event is not None else None,
        "status": None if lost(sent.fault) else sent.status,
    })  # fmt: skip


def wait_for_holds(asked: Asked) -> Waiting | Problem:
    body, world = asked.body, asked.world
    wrong = unknown_name(asked, body)
    if wrong is not None:
        return wrong
    n = body.get("n", 1)

    def found() -> list[Hold]:
        with world.lock:
            return [hold for hold in world.holds.listed() if _fits(hold, body)]

    def answer(holds: list[Hold]) -> Done:
        shown = [views.hold_of(hold, world) for hold in holds]
        return Done({"reached": len(holds) >= n, "holds": shown})

    def look() -> Done | None:
        holds = found()
        return answer(holds) if len(holds) >= n else None

    return Waiting(world, look, lambda: answer(found()), float(body.get("timeout", 10)))


def _fits(hold: Hold, given: Mapping[str, Any]) -> bool:
    return given.get("system") in (None, hold.system) and given.get("operation") in (None, hold.operation)
