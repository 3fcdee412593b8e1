"""What the journal tells beyond single events: differences, archives, a live stream, checks, coverage."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixmocks.control.covering import moves
from ixmocks.control.difference import differences, walk
from ixmocks.engine.faults import Fault, Harm, Place
from ixmocks.kit import Kit

CHANGES = {"changed": True, "method": "POST"}
WORLD = "/v1/worlds/default"


def add(kit: Kit, text: str, **more: Any) -> None:
    kit.ask("pocket", "POST", "/notes", json={"text": text, **more})


# ---- what an event changed -----------------------------------------------------------------------


def test_an_event_tells_what_it_changed(control: Any) -> None:
    add(control.kit, "hello", amount=1)
    add(control.kit, "hello")
    event = control.get(f"{WORLD}/journal/e1")
    after = {"amount": 1, "number": 1, "text": "hello"}
    assert event["differences"] == [{"at": "pocket.notes.1", "kind": "added", "before": None, "after": after}]
    assert control.get(f"{WORLD}/journal/e2")["differences"] == []
    control.post(f"{WORLD}/rewind", {"event": "e2"})
    control("PUT", f"{WORLD}/state/pocket", {"notes": ["other"], "limit": 3})
    found = control.get(f"{WORLD}/journal/e4")["differences"]
    assert {(d["at"], d["kind"]) for d in found} == {
        ("pocket.limit", "changed"), ("pocket.notes.1.amount", "removed"), ("pocket.notes.1.text", "changed"),
    }  # fmt: skip


def test_a_great_change_is_told_in_part(control: Any) -> None:
    control("PUT", f"{WORLD}/state/pocket", {"notes": [f"n{n}" for n in range(250)] + ["x" * 9_000]})
    event = control.get(f"{WORLD}/journal/e1")
    assert (len(event["differences"]), event["differences_more"]) == (200, 51)
    long = [d["after"] for d in event["differences"] if isinstance(d["after"], str)]
    assert all("bytes)" in text and len(text) < 5_000 for text in long)


trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(trees, trees)
def test_two_values_differ_somewhere_unless_they_are_equal(before: Any, after: Any) -> None:
    found = list(walk(("it",), before, after))
    assert bool(found) == (not _same(before, after))
    assert len({difference.at for difference in found}) <= len(found)


def _same(before: Any, after: Any) -> bool:
    if type(before) is not type(after):
        return bool(before == after)
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(_same(before[k], after[k]) for k in before)
    if isinstance(before, tuple):
        return len(before) == len(after) and all(map(_same, before, after))
    return bool(before == after)


def test_no_difference_shows_a_secret(kit: Kit) -> None:
    moment = kit.world().moment
    state = replace(
        moment.systems["pocket"], notes=moment.systems["pocket"].notes.insert(1, {"client_secret": "canary"})
    )
    found, _ = differences(moment, replace(moment, systems={**moment.systems, "pocket": state}))
    assert "canary" not in json.dumps(found)


# ---- HAR -----------------------------------------------------------------------------------------


def test_an_archive_holds_the_traffic_and_nothing_else(control: Any) -> None:
    control.kit.ask("pocket", "GET", "/notes", query={"limit": 5})
    add(control.kit, "hello", password="canary-1")
    control.kit.ask("pocket", "POST", "/notes", data=b"\xff", headers={"cookie": "canary-2"})
    control.post(f"{WORLD}/actions/pocket/scribble", {"text": "by hand"})
    log = control.get(f"{WORLD}/journal.har")["log"]
    assert log["version"] == "1.2"
    first, second, third = log["entries"]
    assert first["request"]["url"] == "http://127.0.0.1:4711/notes?limit=5"
    assert first["request"]["queryString"] == [{"name": "limit", "value": "5"}]
    assert "postData" not in first["request"]
    assert (second["response"]["status"], second["response"]["statusText"]) == (200, "OK")
    assert second["request"]["postData"]["mimeType"] == "application/json"
    assert second["_ixkit"]["operation"] == "addNote"
    assert third["request"]["postData"]["encoding"] == "base64"
    assert "canary" not in control("GET", f"{WORLD}/journal.har").text
    assert "pck_default" not in control("GET", f"{WORLD}/journal.har").text
    newest = control.get(f"{WORLD}/journal.har", limit=1, violations="true")["log"]["entries"]
    assert [entry["_ixkit"]["id"] for entry in newest] == ["e3"]
    assert control("GET", f"{WORLD}/journal.har?system=pockte").status_code == 404


# ---- the live stream -----------------------------------------------------------------------------


def stream(control: Any, query: bytes, deed: Any, messages: int) -> list[str]:
    """What a follower is sent until it has so many messages and leaves."""

    async def run() -> list[str]:
        got: list[str] = []
        enough, asked = asyncio.Event(), False

        async def receive() -> Any:
            nonlocal asked
            if not asked:
                asked = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await enough.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            text = message.get("body", b"").decode()
            if text.startswith(": following"):
                await asyncio.to_thread(deed, control.kit)
            got.extend(part for part in text.split("\n\n") if part.startswith("id: "))
            if len(got) >= messages:
                enough.set()

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
            "path": f"{WORLD}/journal/stream", "raw_path": b"", "query_string": query, "root_path": "",
            "scheme": "http", "headers": [(b"host", b"127.0.0.1:4710")], "server": ("127.0.0.1", 4710),
            "client": ("127.0.0.1", 5),
        }  # fmt: skip
        await asyncio.wait_for(control.app(scope, receive, send), 20)
        return got

    found: list[str] = control.runner.run(run())
    assert control.kit.world().journal._watchers == ()
    return found


def test_a_follower_is_told_of_each_event_as_it_comes(control: Any) -> None:
    add(control.kit, "before")

    def deed(kit: Kit) -> None:
        kit.ask("pocket", "GET", "/notes")
        add(kit, "hello")
        add(kit, "hello")

    first, second = stream(control, b"operation=addNote", deed, 2)
    assert first.splitlines()[:2] == ["id: e3", "event: exchange"]
    assert json.loads(second.splitlines()[2].removeprefix("data: "))["violations"] == ["POCK-01"]


def test_a_follower_takes_up_where_it_was(control: Any) -> None:
    for text in "abc":
        add(control.kit, text)
    assert [m.splitlines()[0] for m in stream(control, b"after=e1", lambda kit: None, 2)] == [
        "id: e2",
        "id: e3",
    ]


def test_a_stream_ends_when_its_time_is_over(control: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ixmocks.control.following.SECONDS_MAX", 0)
    response = control("GET", f"{WORLD}/journal/stream?seconds=1")
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.text == ": following\n\n"
    assert control("GET", f"{WORLD}/journal/stream?seconds=0").status_code == 400
    assert control("GET", f"{WORLD}/journal/stream?system=x").status_code == 404


# ---- checks --------------------------------------------------------------------------------------


def checked(control: Any, **check: Any) -> Any:
    before = control.worlds()
    answer = control.post(f"{WORLD}/verify", {"checks": [check]})
    assert control.worlds() == before
    assert answer["passed"] == answer["results"][0]["passed"]
    return answer["results"][0]


@pytest.fixture
def busy(control: Any) -> Any:
    """e1 a · e2 b · e3 a, refused · e4 read · e5 c, its answer lost · e6 an action"""
    for text in ("a", "b", "a"):
        add(control.kit, text)
    control.kit.ask("pocket", "GET", "/notes")
    control.kit.world().faults.arm(Fault(Place.AFTER_COMMIT, Harm.STATUS, status=500))
    add(control.kit, "c")
    control.post(f"{WORLD}/actions/pocket/scribble", {"text": "d"})
    return control


@pytest.mark.parametrize(
    ("check", "passed", "events"),
    [
        ({"check": "count", "of": {"operation": "addNote"}, "exactly": 4}, True, ["e1", "e2", "e3", "e5"]),
        ({"check": "count", "of": {"status": 500}, "at_most": 0}, False, ["e5"]),
        ({"check": "count", "of": {"fault": "status@after_commit"}, "at_least": 2}, False, ["e5"]),
        ({"check": "count", "of": {"violations": True}, "exactly": 2}, True, ["e3", "e5"]),
        ({"check": "exactly_once", "of": {"operation": "addNote"}, "by": "body.text"}, False, ["e1", "e3"]),
        ({"check": "exactly_once", "of": {"operation": "addNote", "changed": True}, "by": "body.text"}, True, []),
        ({"check": "exactly_once", "of": CHANGES, "by": "body.text", "values": ["z"]}, False, []),
        ({"check": "exactly_once", "of": CHANGES, "values": ['{"text":"a"}']}, True, []),
        ({"check": "order", "steps": [{"key": '"a"'}, {"method": "GET"}, {"key": '"c"'}]}, True, ["e1", "e4", "e5"]),
        ({"check": "order", "steps": [{"key": '"c"'}, {"key": '"b"'}]}, False, ["e5", "e2"]),
        ({"check": "order", "steps": [{"key": '"a"'}, {"key": '"nobody"'}]}, False, ["e1"]),
        ({"check": "only", "allowed": [{"operation": "addNote"}, {"operation": "listNotes"}]}, True, []),
        ({"check": "only", "allowed": [{"operation": "addNote"}]}, False, ["e4"]),
        ({"check": "only", "of": {"method": "POST"}, "allowed": [{"operation": "addNote"}]}, True, []),
    ],
)  # fmt: skip
def test_a_check_says_whether_it_holds_and_by_which_events(
    busy: Any, check: Any, passed: bool, events: list[str]
) -> None:
    found = checked(busy, **check)
    assert (found["passed"], found["events"]) == (passed, events), found


def test_a_failed_check_says_what_was_seen(busy: Any) -> None:
    twice = checked(busy, check="exactly_once", of={"operation": "addNote"}, by="body.text", values=["q"])
    assert twice["seen"] == "'a' 2 times; 'q' never"
    assert checked(busy, check="only", allowed=[{"method": "POST"}])["seen"] == "1 others: pocket.listNotes"


@pytest.mark.parametrize(
    ("check", "told"),
    [
        ({"check": "count"}, "`exactly`, `at_least` or `at_most`"), ({"check": "order"}, "`steps`"),
        ({"check": "only", "allowed": []}, "`allowed`"),
        ({"check": "count", "exactly": 1, "of": {"system": "pockte"}}, "did you mean 'pocket'?"),
        ({"check": "sum"}, "checks.0.check"), ({"check": "count", "exactly": 1, "of": {"stats": 1}}, "of"),
        ({"check": "exactly_once", "by": "head.x"}, "checks.0.by"),
    ],
)  # fmt: skip
def test_a_check_that_means_nothing_is_refused(unchanged: Any, check: Any, told: str) -> None:
    response = unchanged("POST", f"{WORLD}/verify", {"checks": [check]})
    assert response.status_code in (400, 404, 409)
    assert told in response.json()["detail"]


# ---- coverage ------------------------------------------------------------------------------------


def test_coverage_counts_what_was_asked_and_what_never_came(busy: Any) -> None:
    covered = busy.get(f"{WORLD}/coverage")
    assert (covered["events"], covered["dropped"]) == (6, 0)
    pocket_ = covered["systems"]["pocket"]
    added = next(each for each in pocket_["operations"] if each["operation"] == "addNote")
    assert (added["asked"], added["statuses"], "415" in added["never"]) == (
        4,
        {"200": 2, "400": 1, "500": 1},
        True,
    )
    assert pocket_["asked"] == 2
    rule = next(each for each in pocket_["rules"] if each["rule"] == "POCK-01")
    assert rule == {
        "rule": "POCK-01", "broken": 1, "obeyed": 2, "shaped": 1, "reading": "strict",
        "readings": ["strict", "lenient"],
    }  # fmt: skip


class Status(Enum):
    OPEN = "open"
    PAID = "paid"


@dataclass(frozen=True)
class Bill:
    status: Status
    note: str = ""


def test_changes_of_a_status_are_told_with_their_kind() -> None:
    before = {1: Bill(Status.OPEN), 2: Bill(Status.PAID)}
    after = {1: Bill(Status.PAID), 2: replace(before[2], note="same status"), 3: Bill(Status.OPEN)}
    assert sorted(moves({"bills": before}, {"bills": after})) == [
        ("Bill", "status", "", "open"),
        ("Bill", "status", "open", "paid"),
    ]


# ---- the end -------------------------------------------------------------------------------------


def test_a_server_that_is_ours_can_be_stopped(connect: Any, kit: Kit) -> None:
    stopped: list[bool] = []
    control = connect(kit, stop=lambda: stopped.append(True))
    assert control("POST", "/v1/shutdown").json() == {"stopping": True}
    assert stopped == [True]


def test_a_control_port_inside_another_program_does_not_end_it(unchanged: Any) -> None:
    assert unchanged("POST", "/v1/shutdown").status_code == 409
