"""Time passes until nothing is planned any more: verdicts, notifications, late requests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Thread
from typing import Any

import pytest

from ixmocks.engine.faults import Fault, Harm, Place
from ixmocks.engine.system import Delivery
from ixmocks.kit import AnswerLost, Held, Kit
from ixmocks.riverty import SYSTEM

ADVANCE = "/v1/worlds/default/clock/advance"
IDLE = {"until_idle": True}
KIND = "accounting/EDIErrorSent"


@pytest.fixture
def riverty() -> Kit:
    return Kit("documents", systems=[SYSTEM])


def order(kit: Kit, name: str) -> None:
    operation = next(op for op in kit.ports["riverty"].routes.operations() if op.id == "createOrder")
    content = kit.ports["riverty"].document["paths"][operation.path]["post"]["requestBody"]["content"]
    example = next(iter(content["application/json"]["examples"].values()))["value"]
    body = {**example, "orderReference": name}
    assert (
        kit.ask("riverty", "POST", "/accounting/v1/businesses/1000/customers/C77/orders", json=body).status
        == 200
    )


def register(kit: Kit) -> None:
    body = {"callbackUrl": "http://localhost:9/hook", "notificationTypes": [KIND]}
    assert kit.ask("riverty", "POST", "/administration/v1/notification-callbacks", json=body).status == 200


def carrying(kit: Kit, told: Callable[[Delivery], object] = str) -> Callable[[], None]:
    """A courier that carries once it is stirred, as the one of `ixkit serve` does."""

    def post(delivery: Delivery) -> int:
        told(delivery)
        return 200

    return lambda: Thread(target=kit.carry, args=(post,)).start()


def test_the_clock_stops_where_the_last_planned_thing_happened(riverty: Kit, connect: Any) -> None:
    control = connect(riverty)
    order(riverty, "ORD1")
    start, written = riverty.now, riverty.world().journal.written
    moved = control.post(ADVANCE, IDLE)
    assert (moved["idle"], moved["left"]) == (True, [])
    assert any("ORD1" in line for line in moved["due"])
    assert start < riverty.now
    assert SYSTEM.next_due(riverty.state("riverty")) is None
    # Nothing more is to come, so a second time moves nothing; both are events, with what they caused.
    again = control.post(ADVANCE, IDLE)
    assert again == {**moved, "due": []}
    first, second = [event for event in riverty.world().journal if event.number > written]
    assert (first.happened, second.happened) == (tuple(moved["due"]), ())
    assert first.before.clock.now() == start


def test_step_by_step_is_the_same_as_at_once(riverty: Kit, connect: Any) -> None:
    order(riverty, "ORD1")
    order(riverty, "ORD2")
    control = connect(riverty)
    control.post("/v1/worlds/default/fork", {"name": "other"})
    moved = control.post(ADVANCE, IDLE)
    control("PUT", "/v1/worlds/other/clock", {"set": moved["now"]})
    assert riverty.state("riverty") == riverty.state("riverty", "other")


def test_what_a_webhook_causes_is_waited_for_too(riverty: Kit, connect: Any) -> None:
    told: list[str] = []

    def receiver(delivery: Delivery) -> None:
        told.append(delivery.body.decode())
        if len(told) < 3:
            order(riverty, f"NEXT{len(told)}")

    register(riverty)
    order(riverty, "ORD1")
    control = connect(riverty, stir=carrying(riverty, receiver))
    moved = control.post(ADVANCE, IDLE)
    assert moved["idle"]
    assert [name for name in ("ORD1", "NEXT1", "NEXT2") if any(name in body for body in told)] == [
        "ORD1",
        "NEXT1",
        "NEXT2",
    ]
    operations = [event.operation for event in riverty.world().journal]
    assert operations.count("hook") == len(told)
    assert operations[-1] == "control:advanceClock"


def test_where_nobody_carries_webhooks_that_is_told(riverty: Kit, connect: Any) -> None:
    register(riverty)
    order(riverty, "ORD1")
    moved = connect(riverty).post(ADVANCE, IDLE)
    assert not moved["idle"]
    assert moved["left"] == [
        "riverty: webhooks that are not delivered: 1; nobody carries them here, where there are no sockets"
    ]


def test_it_goes_no_further_than_it_may(riverty: Kit, connect: Any) -> None:
    order(riverty, "ORD1")
    before = riverty.now
    moved = connect(riverty).post(ADVANCE, {**IDLE, "by": 0})
    assert (moved["idle"], moved["due"], riverty.now) == (False, [], before)
    assert moved["left"][0].startswith("something is due at ")


def test_a_late_request_comes_and_a_held_one_stays(control: Any) -> None:
    kit: Kit = control.kit
    kit.world().faults.arm(Fault(Place.RECEIVED, Harm.LATE, seconds=3600))
    with pytest.raises(AnswerLost):
        kit.ask("pocket", "POST", "/notes", json={"text": "late"})
    kit.world().faults.arm(Fault(Place.RECEIVED, Harm.HOLD))
    with pytest.raises(Held):
        kit.ask("pocket", "POST", "/notes", json={"text": "held"})
    moved = control.post(ADVANCE, IDLE)
    assert [note["text"] for note in kit.state("pocket").notes.values()] == ["late"]
    assert moved["now"] == "2017-05-05T08:00:00Z"
    assert (moved["idle"], moved["left"]) == (False, ["pocket: addNote is held as h1"])


def test_something_that_never_ends_is_stopped(
    riverty: Kit, connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = riverty.now
    restless = replace(SYSTEM, next_due=lambda state: now, due=None)
    monkeypatch.setattr(riverty.worlds, "systems", {"riverty": restless})
    monkeypatch.setattr("ixmocks.control.idling.STEPS_MAX", 50)
    moved = connect(riverty).post(ADVANCE, IDLE)
    assert (moved["idle"], riverty.now) == (False, now)


def test_a_system_that_fails_on_the_way_leaves_the_clock_where_it_was(
    riverty: Kit, connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def due(*_: Any) -> Any:
        raise RuntimeError("a mistake")

    order(riverty, "ORD1")
    monkeypatch.setattr(riverty.worlds, "systems", {"riverty": replace(SYSTEM, due=due)})
    control = connect(riverty)
    before = control.worlds()
    assert control("POST", ADVANCE, IDLE).status_code == 500
    assert control.worlds() == before


@pytest.mark.parametrize("body", [{}, {"until_idle": False}, {"until_idle": "yes"}, {"idle": True}])
def test_a_way_without_an_end_is_refused(unchanged: Any, body: Any) -> None:
    response = unchanged("POST", ADVANCE, body)
    assert response.status_code == 400
    assert "until_idle" in response.json()["detail"]
