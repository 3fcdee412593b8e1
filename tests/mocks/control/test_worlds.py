"""Worlds over the control API: made, isolated, forked, rewound, reset, forgotten."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ixmocks.engine.worlds import WORLDS_MAX
from ixmocks.env import describe, env_for
from ixmocks.kit import Kit
from support import pocket

NOTE = {"text": "hello", "amount": 1}


def texts(kit: Kit, world: str) -> list[str]:
    return [note["text"] for _, note in sorted(kit.state("pocket", world).notes.items())]


def test_a_world_is_made_as_it_was_asked_for(control: Any) -> None:
    made = control.post(
        "/v1/worlds",
        {
            "name": "t1",
            "scenario": "documents",
            "seed": 3,
            "clock": "2026-03-29T00:30:00+01:00",
            "readings": {"POCK-01": "lenient"},
        },
    )
    assert made == {
        "name": "t1",
        "scenario": "documents",
        "seed": 3,
        "clock": {"now": "2026-03-28T23:30:00Z", "mode": "frozen"},
        "readings": {"POCK-01": "lenient"},
        "systems": {"pocket": {"url": "http://127.0.0.1:4711/w/t1", "credentials": {"key": "pck_t1"}}},
        "env": {
            "IXKIT_WORLD": "t1",
            "IXKIT_POCKET_URL": "http://127.0.0.1:4711/w/t1",
            "IXKIT_POCKET_KEY": "pck_t1",
        },
    }
    assert control.get("/v1/worlds/t1") == made
    assert [world["name"] for world in control.get("/v1/worlds")["worlds"]] == ["default", "t1"]


def test_the_default_world_has_the_bare_address(kit: Kit) -> None:
    urls = {"pocket": "http://127.0.0.1:4711/"}
    assert env_for(kit.world(), urls)["IXKIT_POCKET_URL"] == "http://127.0.0.1:4711"
    assert describe(kit.world(), urls)["systems"]["pocket"]["url"] == "http://127.0.0.1:4711"


def test_a_new_worlds_address_is_told(control: Any) -> None:
    assert control("POST", "/v1/worlds", {"name": "t1"}).headers["location"] == "/v1/worlds/t1"


def test_worlds_do_not_know_each_other(control: Any) -> None:
    control.post("/v1/worlds", {"name": "t1"})
    control.kit.ask("pocket", "POST", "/notes", json=NOTE, world="t1")
    control.post("/v1/worlds/t1/clock/advance", {"by": 60})
    control.post("/v1/worlds/t1/faults", {"place": "received", "harm": "reset"})
    assert texts(control.kit, "t1") == ["hello"]
    assert texts(control.kit, "default") == []
    assert control.get("/v1/worlds/default/faults") == {"faults": []}
    assert control.get("/v1/worlds/default/journal")["events"] == []


def test_worlds_without_a_name_get_one_each_even_at_once(control: Any) -> None:
    answers = control.runner.run(control.many([("POST", "/v1/worlds", {})] * 24))
    assert {answer.status_code for answer in answers} == {201}
    assert {answer.json()["name"] for answer in answers} == {f"w{number}" for number in range(1, 25)}


def test_a_chosen_name_is_never_given_again(control: Any) -> None:
    control.post("/v1/worlds", {"name": "w1"})
    assert control.post("/v1/worlds", {})["name"] == "w2"


@pytest.mark.parametrize(
    ("asked", "kind", "told"),
    [
        ({"name": "default"}, "world-exists", "'default'"),
        ({"scenario": "documets"}, "unknown-scenario", "did you mean 'documents'?"),
        ({"scenario": "/etc"}, "unknown-scenario", "documents"),
        ({"scenario": "../../tmp"}, "unknown-scenario", "documents"),
        ({"scenario": "."}, "unknown-scenario", "documents"),
        ({"readings": {"POCK-01": "sloppy"}}, "world-refused", "strict, lenient"),
        ({"readings": {"POCK-99": "strict"}}, "world-refused", "there is no rule POCK-99"),
        ({"clock": "9999-12-31T23:59:59-23:59"}, "clock-out-of-range", "9999"),
        ({"clock": "0000-01-01T00:00:00Z"}, "clock-out-of-range", "0000"),
    ],
)
def test_a_world_that_cannot_be_is_refused(
    unchanged: Any, asked: dict[str, Any], kind: str, told: str
) -> None:
    response = unchanged("POST", "/v1/worlds", asked)
    assert response.status_code == 409
    assert response.json()["type"] == f"urn:ixkit:problem:{kind}"
    assert told in response.json()["detail"]


def test_no_more_worlds_than_fit(control: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ixmocks.engine.worlds.WORLDS_MAX", 1)
    response = control("POST", "/v1/worlds", {})
    assert response.status_code == 409
    assert "delete some" in response.json()["detail"]
    assert WORLDS_MAX >= 100


def test_the_scenario_that_the_server_was_started_with_can_be_had_again(
    tmp_path: Path, connect: Callable[..., Any]
) -> None:
    pocket.write(tmp_path)
    kit = Kit(str(tmp_path / "scene"), specs=tmp_path, systems=[pocket.SYSTEM])
    kit.scenario = str(tmp_path / "scene")  # type: ignore[attr-defined,unused-ignore]
    control = connect(kit)
    assert control.post("/v1/worlds", {"name": "again"})["scenario"] == "scene"
    assert texts(kit, "again") == ["first"]
    assert "scene" in [scenario["name"] for scenario in control.get("/v1/scenarios")["scenarios"]]


def test_a_world_is_forgotten_with_its_credentials(control: Any) -> None:
    control.post("/v1/worlds", {"name": "t1"})
    assert control("DELETE", "/v1/worlds/t1").status_code == 204
    assert control("GET", "/v1/worlds/t1").status_code == 404
    assert control("DELETE", "/v1/worlds/t1").status_code == 404
    assert control.kit.worlds.by_key("pocket", "pck_t1").name == "default"


def test_the_default_world_stays(unchanged: Any) -> None:
    response = unchanged("DELETE", "/v1/worlds/default")
    assert response.status_code == 409
    assert "reset" in response.json()["detail"]


@pytest.mark.parametrize(
    "call",
    [
        ("GET", ""), ("DELETE", ""), ("POST", "/reset"), ("POST", "/fork"), ("POST", "/rewind"), ("GET", "/state"),
        ("GET", "/state/pocket"), ("GET", "/journal"), ("GET", "/journal/e1"), ("GET", "/clock"), ("PUT", "/clock"),
        ("POST", "/clock/advance"), ("GET", "/faults"), ("POST", "/faults"), ("DELETE", "/faults/f1"),
        ("POST", "/actions/pocket/scribble"),
    ],
)  # fmt: skip
def test_a_world_that_nobody_knows_is_named_with_its_likely_name(
    unchanged: Any, call: tuple[str, str]
) -> None:
    bodies = {
        "/rewind": {"event": "e1"},
        "/clock": {"mode": "frozen"},
        "/clock/advance": {"by": 1},
        "/faults": {"place": "received", "harm": "reset"},
    }
    body = None if call[0] == "GET" else bodies.get(call[1], {})
    response = unchanged(call[0], f"/v1/worlds/defualt{call[1]}", body)
    assert response.status_code == 404
    assert response.json()["suggestions"] == ["default"]


def test_a_reset_goes_back_to_the_beginning_and_goes_on_counting(control: Any) -> None:
    control.kit.ask("pocket", "POST", "/notes", json=NOTE)
    control.post("/v1/worlds/default/faults", {"place": "received", "harm": "reset"})
    control.post("/v1/worlds/default/clock/advance", {"by": "90d"})
    control.post("/v1/worlds/default/reset")
    world = control.kit.world()
    assert world.moment is world.first
    assert world.faults.listed() == {}
    assert [(event.id, event.operation) for event in world.journal] == [("e4", "control:resetWorld")]


def test_a_fork_begins_where_its_source_is_and_goes_its_own_way(control: Any) -> None:
    control.kit.ask("pocket", "POST", "/notes", json=NOTE)
    before = control.kit.world().moment
    made = control.post("/v1/worlds/default/fork", {"name": "what-if"})
    assert made["env"]["IXKIT_POCKET_KEY"] == "pck_what-if"
    control.kit.ask("pocket", "POST", "/notes", json={"text": "other"}, world="what-if")
    assert control.kit.world().moment is before
    assert texts(control.kit, "what-if") == ["hello", "other"]
    assert [event.operation for event in control.kit.world("what-if").journal] == [
        "control:forkWorld",
        "addNote",
    ]
    assert control("POST", "/v1/worlds/default/fork", {"name": "what-if"}).status_code == 409


def test_a_rewind_goes_back_to_the_moment_after_an_event(control: Any) -> None:
    control.kit.ask("pocket", "POST", "/notes", json=NOTE)
    after_first = control.kit.world().moment
    control.kit.ask("pocket", "POST", "/notes", json={"text": "other"})
    control.post("/v1/worlds/default/rewind", {"event": "e1"})
    assert control.kit.world().moment is after_first
    assert [event.id for event in control.kit.world().journal] == ["e1", "e2", "e3"]


def test_a_rewind_to_an_event_that_is_not_kept_changes_nothing(unchanged: Any) -> None:
    response = unchanged("POST", "/v1/worlds/default/rewind", {"event": "e12"})
    assert response.status_code == 409
    assert "its journal is empty" in response.json()["detail"]
