"""The journal over the control API: filters, pages, one event explained, and no secret in any of it."""

from __future__ import annotations

import base64
import shlex
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixmocks.control import handlers
from ixmocks.control.asked import Asked, Done
from ixmocks.control.redact import REDACTED, is_secret, without_secrets
from ixmocks.kit import Kit

NOTE = {"text": "hello", "amount": 1}
JOURNAL = "/v1/worlds/default/journal"


def fill(kit: Kit) -> None:
    kit.ask("pocket", "POST", "/notes", json=NOTE)
    kit.ask("pocket", "POST", "/notes", json=NOTE)
    kit.ask("pocket", "GET", "/notes")
    kit.ask("pocket", "GET", "/nowhere")


def ids(control: Any, **query: Any) -> list[str]:
    return [event["id"] for event in control.get(JOURNAL, **query)["events"]]


def test_events_are_found_by_what_they_are(control: Any) -> None:
    fill(control.kit)
    control.post("/v1/worlds/default/clock/advance", {"by": 1})
    assert ids(control) == ["e1", "e2", "e3", "e4", "e5"]
    assert ids(control, system="control") == ["e5"]
    assert ids(control, operation="addNote") == ["e1", "e2"]
    assert ids(control, operation="control:advanceClock") == ["e5"]
    assert ids(control, status=404) == ["e4"]
    assert ids(control, violations="true") == ["e2", "e4"]
    assert ids(control, after="e3") == ["e4", "e5"]
    assert ids(control, system="pocket", operation="addNote", status=200, violations="false") == ["e1"]


@given(limit=st.integers(1, 9), number=st.integers(0, 25), odd=st.booleans())
def test_pages_put_together_are_the_whole(kit_for_pages: Kit, limit: int, number: int, odd: bool) -> None:
    kit = kit_for_pages
    kit.world().reset()
    for _ in range(number):
        kit.ask("pocket", "GET", "/notes" if _ % 2 else "/nowhere")
    chosen = {"status": 404} if odd else {}
    seen: list[str] = []
    after: dict[str, str] = {}
    for _ in range(number + 2):
        asked = Asked(kit, {}, {"limit": limit, "violations": False, **chosen, **after}, None, kit.world())
        page = handlers.list_events(asked)
        assert isinstance(page, Done)
        seen += [event["id"] for event in page.body["events"]]
        if page.body["next"] is not None:
            after = {"after": page.body["next"]}
        if not page.body["more"]:
            break
    assert seen == [event.id for event in kit.world().journal if not odd or event.status == 404]


@pytest.fixture(scope="module")
def kit_for_pages(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    from support import pocket

    folder = pocket.write(tmp_path_factory.mktemp("pages"))
    return Kit("documents", specs=folder, systems=[pocket.SYSTEM])


def test_a_follower_misses_nothing_and_reads_nothing_twice(control: Any) -> None:
    fill(control.kit)
    first = control.get(JOURNAL, operation="addNote")
    assert first["next"] == "e4"
    control.kit.ask("pocket", "POST", "/notes", json={"text": "more"})
    assert ids(control, operation="addNote", after=first["next"]) == ["e5"]


def test_what_is_no_longer_kept_is_counted(control: Any) -> None:
    fill(control.kit)
    control.post("/v1/worlds/default/reset")
    assert control.get(JOURNAL)["dropped"] == 4


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=1001",
        "limit=x",
        "limit=1&limit=2",
        "violations=yes",
        "status=99",
        "after=12",
        "after=e",
        "stats=1",
    ],
)
def test_a_filter_that_means_nothing_is_refused(unchanged: Any, query: str) -> None:
    assert unchanged("GET", f"{JOURNAL}?{query}").status_code == 400


def test_a_filter_for_a_system_that_nobody_knows_is_refused(unchanged: Any) -> None:
    assert unchanged("GET", f"{JOURNAL}?system=pockte").json()["suggestions"] == ["pocket"]


def test_one_event_tells_all(control: Any) -> None:
    fill(control.kit)
    event = control.get(f"{JOURNAL}/e2")
    assert event["request"]["method"] == "POST"
    assert event["request"]["body"] == {
        "encoding": "text",
        "bytes": 29,
        "data": '{"text":"hello","amount":1}',
    } | {"bytes": len(b'{"text":"hello","amount":1}')}
    assert event["answer"]["status"] == 400
    assert event["changed"] is False
    [violation] = event["violations"]
    assert violation["rule"] == "POCK-01"
    assert violation["title"] == "A text comes once"
    assert violation["confidence"] == "inferred"
    assert violation["at"] == "body.text"


def test_a_note_names_its_rule(control: Any) -> None:
    fill(control.kit)
    assert control.get(f"{JOURNAL}/e3")["notes"] == [{"rule": "POCK-01", "title": "A text comes once"}]


@pytest.mark.parametrize("event", ["e99", "x", "e0", "e01", "e1x", "e\u0661", "e" + "9" * 5_000])
def test_an_event_that_is_not_there_is_unknown(control: Any, event: str) -> None:
    fill(control.kit)
    response = control("GET", f"{JOURNAL}/{event}")
    assert response.status_code == 404
    assert "it keeps e1 to e4" in response.json()["detail"]


def test_bytes_that_are_no_text_come_as_base64(control: Any) -> None:
    control.kit.ask(
        "pocket", "POST", "/notes", data=b"\xff\xfe", headers={"content-type": "application/json"}
    )
    body = control.get(f"{JOURNAL}/e1")["request"]["body"]
    assert body == {"encoding": "base64", "bytes": 2, "data": base64.b64encode(b"\xff\xfe").decode()}


def test_the_curl_command_names_credentials_by_their_variable(control: Any) -> None:
    control.kit.ask("pocket", "POST", "/notes", json={"text": "it's"}, query={"a": "b c"})
    words = shlex.split(control.get(f"{JOURNAL}/e1")["curl"])
    assert words[:4] == ["curl", "-X", "POST", "http://127.0.0.1:4711/notes?a=b+c"]
    assert "x-key: $IXKIT_POCKET_KEY" in words
    assert words[-2:] == ["--data-binary", '{"text":"it\'s"}']


def test_the_curl_command_goes_to_the_events_own_world(control: Any) -> None:
    control.post("/v1/worlds", {"name": "t1"})
    control.kit.ask("pocket", "GET", "/notes", world="t1")
    assert "http://127.0.0.1:4711/w/t1/notes" in control.get("/v1/worlds/t1/journal/e2")["curl"]


def test_a_long_or_binary_body_is_a_file_in_the_curl_command(control: Any) -> None:
    control.kit.ask("pocket", "POST", "/notes", data=b"\xff")
    assert "--data-binary @e1.body" in control.get(f"{JOURNAL}/e1")["curl"]


def test_every_call_that_changes_something_is_an_event(control: Any) -> None:
    base = "/v1/worlds/default"
    calls: list[tuple[str, str, Any, str]] = [
        ("POST", f"{base}/clock/advance", {"by": "1h"}, "control:advanceClock"),
        ("PUT", f"{base}/clock", {"mode": "running"}, "control:setClock"),
        ("POST", f"{base}/faults", {"place": "received", "harm": "reset"}, "control:armFault"),
        ("DELETE", f"{base}/faults/f1", None, "control:clearFault"),
        ("POST", f"{base}/actions/pocket/scribble", NOTE, "act:scribble"),
        ("PUT", f"{base}/state", {"systems": {}}, "control:putState"),
        ("PUT", f"{base}/state/pocket", {}, "control:putSystemState"),
        ("POST", f"{base}/rewind", {"event": "e1"}, "control:rewindWorld"),
        ("POST", f"{base}/reset", None, "control:resetWorld"),
    ]
    for method, path, body, operation in calls:
        written = control.kit.world().journal.written
        response = control(method, path, body)
        assert response.status_code < 300
        event = tuple(control.kit.world().journal)[-1]
        assert (event.number, event.operation) == (written + 1, operation)
        if operation.startswith("control:"):
            assert (event.system, event.method, event.path) == ("control", method, path)
            assert event.answer == response.content
            assert event.after is control.kit.world().moment


def test_a_world_that_was_made_or_forgotten_knows_by_whom(control: Any) -> None:
    control.post("/v1/worlds", {"name": "t1"})
    world = control.kit.world("t1")
    control("DELETE", "/v1/worlds/t1")
    assert [event.operation for event in world.journal] == ["control:createWorld", "control:deleteWorld"]
    assert len(control.kit.world().journal) == 0


def test_reading_is_no_event(unchanged: Any) -> None:
    for path in ("", "/state", "/journal", "/clock", "/faults", "/holds"):
        unchanged.get(f"/v1/worlds/default{path}")


def test_no_export_shows_a_secret(control: Any) -> None:
    control.post("/v1/worlds", {"name": "t1"})
    control.kit.ask(
        "pocket", "POST", "/notes", world="t1", json={"text": "a", "tags": ["b"]} | {"client_secret": "canary-1"},
        headers={"authorization": "Bearer canary-2", "cookie": "canary-3", "x-key": "pck_t1"},
        query={"access_token": "canary-4"},
    )  # fmt: skip
    shown = "".join(
        control("GET", f"/v1/worlds/t1/{path}").text
        for path in ("journal", "journal/e1", "journal/e2", "state")
    )
    assert "canary" not in shown
    assert "pck_t1" not in shown
    assert REDACTED in shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (
            b'{"access_token": "abc", "token_type": "bearer"}',
            b'{"access_token": "[redacted]", "token_type": "bearer"}',
        ),
        (b'{"a":{"client_secret":"x\\"y"},"b":1}', b'{"a":{"client_secret":"[redacted]"},"b":1}'),
        (b"grant_type=x&client_secret=a%20b&c=d", b"grant_type=x&client_secret=[redacted]&c=d"),
        (b"password=x", b"password=[redacted]"),
        (b"\xff client_secret=x", b"\xff client_secret=x"),
        (b"", b""),
    ],
)
def test_secrets_go_and_the_rest_stays(raw: bytes, shown: bytes) -> None:
    assert without_secrets(raw) == shown


def test_a_known_value_goes_wherever_it_stands() -> None:
    assert without_secrets(b"\xff s3cr3t!", ["s3cr3t!"]) == b"\xff [redacted]"


@given(st.text(max_size=200))
def test_text_without_secret_names_is_left_alone(text: str) -> None:
    if not is_secret(text) and "token" not in text.lower():
        assert without_secrets(text.encode()) == text.encode()


def test_a_long_value_costs_no_more_than_its_length() -> None:
    raw = b'{"pdf": "' + b"token" * 400_000 + b'"}'
    assert without_secrets(raw) == raw
