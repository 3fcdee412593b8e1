"""What is held, what is waited for, and what is put in: over the control API, without stopping anybody."""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from ixmocks.engine.faults import Fault, Harm, Place
from ixmocks.kit import AnswerLost, Held, Kit
from support import pocket

HOLDS = "/v1/worlds/default/holds"
WAIT = "/v1/worlds/default/journal/wait"
NOTE = {"text": "hello", "amount": 1}


def texts(kit: Kit, world: str = "default") -> list[str]:
    return [note["text"] for _, note in sorted(kit.state("pocket", world).notes.items())]


def hold(kit: Kit, text: str = "held") -> str:
    kit.world().faults.arm(Fault(Place.BEFORE_COMMIT, Harm.HOLD))
    with pytest.raises(Held) as told:
        kit.ask("pocket", "POST", "/notes", json={"text": text})
    return told.value.hold.id


# ---- holds ---------------------------------------------------------------------------------------


def test_what_waits_is_listed_and_goes_on_when_it_is_told_to(control: Any) -> None:
    name = hold(control.kit)
    [shown] = control.get(HOLDS)["holds"]
    assert (shown["id"], shown["place"], shown["operation"], shown["event"]) == (
        name,
        "before_commit",
        "addNote",
        None,
    )
    assert shown["body"]["data"] == '{"text":"held"}'
    assert texts(control.kit) == []
    released = control.post(f"{HOLDS}/{name}", {"then": "continue"})
    assert released == {"id": name, "then": "continue", "event": "e1", "status": 200}
    assert texts(control.kit) == ["held"]
    assert [event.operation for event in control.kit.world().journal] == ["addNote", "control:releaseHold"]
    assert control.get(HOLDS) == {"holds": []}


def test_what_is_dropped_is_never_kept(control: Any) -> None:
    name = hold(control.kit)
    assert control.post(f"{HOLDS}/{name}", {"then": "drop"})["status"] is None
    assert texts(control.kit) == []


@pytest.mark.parametrize(
    ("name", "body", "status"), [("h9", {"then": "drop"}, 404), ("h1", {"then": "go"}, 400), ("h1", {}, 400)]
)
def test_only_what_waits_can_be_released(control: Any, name: str, body: Any, status: int) -> None:
    hold(control.kit)
    assert control("POST", f"{HOLDS}/{name}", body).status_code == status
    assert len(control.get(HOLDS)["holds"]) == 1


def test_waiting_for_a_hold_ends_when_there_is_one(control: Any) -> None:
    answer, _ = together(control, f"{HOLDS}/wait", {"system": "pocket"}, hold)
    assert answer["reached"] and [held["id"] for held in answer["holds"]] == ["h1"]


def test_waiting_for_a_hold_that_never_comes_ends_too(unchanged: Any) -> None:
    assert unchanged.post(f"{HOLDS}/wait", {"timeout": 0.01}) == {"reached": False, "holds": []}
    assert unchanged("POST", f"{HOLDS}/wait", {"system": "pockte"}).json()["suggestions"] == ["pocket"]


# ---- waiting for events --------------------------------------------------------------------------


def together(control: Any, path: str, body: Any, deed: Any) -> tuple[Any, float]:
    """What a waiting call answers while `deed` is done, and how long a call beside it takes."""

    async def run() -> tuple[Any, float]:
        async with control._client() as client:
            waiting = asyncio.create_task(client.post(path, json={"timeout": 20, **body}))
            while not control.kit.world().journal._watchers:  # until it waits
                await asyncio.sleep(0)
            began = time.monotonic()
            other = await client.get("/v1/worlds/default/clock")
            took = time.monotonic() - began
            assert other.status_code == 200 and not waiting.done()
            await asyncio.to_thread(deed, control.kit)
            answer: httpx.Response = await waiting
            assert answer.status_code == 200, answer.text
            return answer.json(), took

    found: tuple[Any, float] = control.runner.run(run())
    return found


def test_a_wait_ends_with_the_event_and_others_are_answered_meanwhile(control: Any) -> None:
    control.kit.ask("pocket", "GET", "/notes")
    body = {"operation": "addNote", "status": 200, "changed": True, "key": "hello"}
    answer, took = together(control, WAIT, body, lambda kit: kit.ask("pocket", "POST", "/notes", json=NOTE))
    assert (answer["reached"], [event["id"] for event in answer["events"]], answer["next"]) == (
        True,
        ["e2"],
        "e2",
    )
    assert took < 5


def test_twenty_may_wait_at_once(control: Any) -> None:
    async def run() -> list[bool]:
        async with control._client() as client:
            waits = [asyncio.create_task(client.post(WAIT, json={"timeout": 20})) for _ in range(20)]
            while len(control.kit.world().journal._watchers) < 20:
                await asyncio.sleep(0)
            await asyncio.to_thread(control.kit.ask, "pocket", "GET", "/notes")
            return [(await wait).json()["reached"] for wait in waits]

    assert control.runner.run(run()) == [True] * 20
    assert control.kit.world().journal._watchers == ()


def test_what_is_there_already_is_not_waited_for(control: Any) -> None:
    for text in ("a", "b", "a"):
        control.kit.ask("pocket", "POST", "/notes", json={"text": text})
    before = control.worlds()
    assert [e["id"] for e in control.post(WAIT, {"operation": "addNote", "n": 2})["events"]] == ["e1", "e2"]
    assert control.post(WAIT, {"rule": "POCK-01"})["events"][0]["id"] == "e3"
    rest = control.post(WAIT, {"after": "e2", "status": 200, "timeout": 0.01})
    assert (rest["reached"], rest["events"], rest["next"]) == (False, [], "e3")
    assert control.worlds() == before


@pytest.mark.parametrize(
    "body",
    [{"timeout": 61}, {"timeout": -1}, {"n": 0}, {"n": 1001}, {"after": "12"}, {"key": ""}, {"stats": 1}],
)
def test_a_wait_that_means_nothing_is_refused(unchanged: Any, body: Any) -> None:
    assert unchanged("POST", WAIT, body).status_code == 400


# ---- detours over the control API ----------------------------------------------------------------


def test_a_late_request_is_told_when_it_is_done(control: Any) -> None:
    control.post("/v1/worlds/default/faults", {"place": "received", "harm": "late", "seconds": 60})
    with pytest.raises(AnswerLost):
        control.kit.ask("pocket", "POST", "/notes", json=NOTE)
    due = control.post("/v1/worlds/default/clock/advance", {"by": "1h"})["due"]
    assert due == ["pocket: POST /notes is processed late (late@received)"]
    assert texts(control.kit) == ["hello"]


def test_a_world_that_is_deleted_drops_what_waits(control: Any) -> None:
    control.post("/v1/worlds", {"name": "t1"})
    control.kit.world("t1").faults.arm(Fault(Place.RECEIVED, Harm.HOLD))
    with pytest.raises(Held) as told:
        control.kit.ask("pocket", "GET", "/notes", world="t1")
    control("DELETE", "/v1/worlds/t1")
    assert told.value.hold.outcome.result(0).fault is not None


# ---- data that a caller brings along -------------------------------------------------------------


def test_a_world_can_be_made_of_what_the_call_brings(control: Any) -> None:
    made = control.post("/v1/worlds", {"name": "t1", "data": {"pocket": {"notes": ["mine", "too"]}}})
    assert (made["scenario"], texts(control.kit, "t1")) == ("empty", ["mine", "too"])
    control.post("/v1/worlds", {"name": "t2", "data": {"pocket": "notes: [yaml]  # as in a file\n"}})
    assert texts(control.kit, "t2") == ["yaml"]
    control.kit.ask("pocket", "POST", "/notes", json=NOTE, world="t1")
    control.post("/v1/worlds/t1/reset")
    assert texts(control.kit, "t1") == ["mine", "too"]


def test_data_replaces_what_the_scenario_says_of_a_system(connect: Any, tmp_path: Path) -> None:
    pocket.write(tmp_path)
    kit = Kit(str(tmp_path / "scene"), specs=tmp_path, systems=[pocket.SYSTEM])
    control = connect(kit)
    assert texts(kit) == ["first"]
    control.post("/v1/worlds", {"name": "t1", "scenario": "scene", "data": {}})
    control.post("/v1/worlds", {"name": "t2", "scenario": "scene", "data": {"pocket": {}}})
    assert (texts(kit, "t1"), texts(kit, "t2")) == (["first"], [])


def test_state_is_replaced_whole_or_not_at_all(control: Any) -> None:
    state = "/v1/worlds/default/state"
    answer = control("PUT", state, {"systems": {"pocket": {"notes": ["new"]}}}).json()
    assert answer["replaced"] == ["pocket"]
    assert texts(control.kit) == ["new"]
    assert control("PUT", f"{state}/pocket", {"notes": ["newer"], "limit": 5}).status_code == 200
    assert (texts(control.kit), control.kit.state("pocket").limit) == (["newer"], 5)
    assert [e.operation for e in control.kit.world().journal] == [
        "control:putState",
        "control:putSystemState",
    ]
    control.post("/v1/worlds/default/rewind", {"event": "e1"})
    assert texts(control.kit) == ["new"]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"pocket": {"nots": []}}, "data.pocket: unknown key"),
        ({"pocket": 5}, "data.pocket: holds a int; expected a mapping"),
        ({"pocket": "notes: ["}, "data.pocket: not YAML"),
        ({"pocket": "- a"}, "holds a list"),
        ({"pockte": {}}, "did you mean 'pocket'?"),
    ],
)
def test_data_that_cannot_be_is_refused_with_its_place(unchanged: Any, data: Any, told: str) -> None:
    for method, path, body in (
        ("POST", "/v1/worlds", {"data": data}),
        ("PUT", "/v1/worlds/default/state", {"systems": data}),
    ):
        response = unchanged(method, path, body)
        assert response.status_code == 409
        assert response.json()["type"] == "urn:ixkit:problem:data-refused"
        assert told in response.json()["detail"]


def test_a_worlds_own_amounts_stay_exact(control: Any) -> None:
    control.post("/v1/worlds/default/actions/pocket/scribble", {"text": "x", "amount": Decimal("0.10")})
    assert b"0.10" in control("GET", "/v1/worlds/default/state").content
