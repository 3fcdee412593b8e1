"""Who gets in, for how long, and to which world? And how is no said to what is no request at all?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixmocks.kit import Kit, Reply
from ixmocks.telecomx import SYSTEM, tokens
from ixmocks.telecomx.credentials import credentials
from ixmocks.telecomx.tokens import Kind

OWN = credentials("default")
LOGIN = {"username": OWN.key, "password": OWN.secret}


def kit() -> Kit:
    return Kit("documents", systems=[SYSTEM])


def log_in(world: Kit, **more: Any) -> dict[str, Any]:
    return dict(world.ask("telecomx", "POST", "/auth/login", json={**LOGIN, **more}, auth=False).json)


def ping(world: Kit, token: str = "", *, query: bool = False, header: str | None = None) -> Reply:
    if query:
        return world.ask("telecomx", "GET", "/ping", query={"token": token}, auth=False)
    sent = f"Bearer {token}" if header is None else header
    return world.ask("telecomx", "GET", "/ping", headers={"authorization": sent}, auth=False)


@given(
    kind=st.sampled_from(Kind), number=st.integers(0, 10**12 - 1),
    user=st.from_regex(r"[a-z0-9._-]{1,64}", fullmatch=True), world=st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True),
)  # fmt: skip
def test_a_token_reads_back_as_what_it_was(kind: Kind, number: int, user: str, world: str) -> None:
    token = tokens.issue(kind, number, user=user, world=world)
    assert tokens.read(token.text) == token
    assert tokens.read(token.text[:-1]) is None
    assert tokens.read("x" + token.text) is None


@given(text=st.text())
def test_any_other_text_is_no_token(text: str) -> None:
    assert tokens.read(text) is None
    assert tokens.split_user(text) is None or "@" in text


@given(steps=st.lists(st.integers(1, 20), max_size=12), query=st.booleans())
def test_a_session_ends_15_minutes_after_its_last_use(steps: list[int], query: bool) -> None:
    world = kit()
    token = log_in(world)["token"]
    alive = True
    for minutes in steps:
        world.advance(minutes=minutes)
        alive = alive and minutes < 15
        reply = ping(world, token, query=query)
        assert reply.status == (200 if alive else 401)
        if not alive:
            assert reply.json == {
                "code": 401, "message": "expired", "description": "Session has expired, please login",
            }  # fmt: skip


def test_to_ask_whether_a_token_is_good_does_not_make_it_last() -> None:
    world = kit()
    token = log_in(world)["token"]
    world.advance(minutes=10)
    asked = {"token": token, "extend": True}
    good = world.ask("telecomx", "GET", "/auth/validateToken", query=asked, auth=False).json
    assert good["success"] is True
    assert good["customerName"] == "Forhandler A/S"
    world.advance(minutes=5)
    assert world.ask("telecomx", "GET", "/auth/validateToken", query=asked, auth=False).json == {
        "success": False
    }
    simple = world.ask("telecomx", "GET", "/auth/validateToken", query={**asked, "simple": True}, auth=False)
    assert simple.status == 403


def test_a_login_with_persist_never_ends() -> None:
    world = kit()
    answer = log_in(world, persist=True, cookie=0)
    assert answer["expiresInMinutes"] == -1
    world.advance(days=3650)
    assert ping(world, answer["token"]).status == 200


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("", "credentials_invalid"), ("Basic YTpi", "format_error"), ("Bearer", "format_error"),
        ("nonsense", "format_error"), ("Bearer nonsense", "invalid_token"),
        ("Bearer p0~api~default~0000000000000000", "invalid_token"),
        ("Bearer p0~api~elsewhere~" + tokens.issue(Kind.PERSISTENT, 0, user="api", world="elsewhere").text[-16:],
         "invalid_token"),
        ("Bearer " + tokens.issue(Kind.PERSISTENT, 0, user="nobody", world="default").text, "invalid_token"),
        ("Bearer " + tokens.issue(Kind.MACHINE, 1, user="api", world="default").text, "invalid_token"),
    ],
)  # fmt: skip
def test_what_does_not_open_is_told_apart(header: str, message: str) -> None:
    reply = ping(kit(), header=header)
    assert (reply.status, reply.json["message"]) == (401, message)


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "x"},
        {"username": "nobody@default.example"},
        {"username": "api"},
        {"username": "API@default.example"},
    ],
)
def test_wrong_credentials_get_one_answer(wrong: dict[str, str]) -> None:
    by_body = kit().ask("telecomx", "POST", "/auth/login", json={**LOGIN, **wrong}, auth=False)
    by_query = kit().ask("telecomx", "GET", "/auth/login", query={**LOGIN, **wrong}, auth=False)
    assert by_body.status == by_query.status == 401
    assert by_body.json == by_query.json
    assert by_body.json["message"] == "credentials_invalid"


def test_a_world_is_found_by_the_user_name_and_then_by_the_token() -> None:
    world = kit()
    world.create("second", scenario="documents", clock="2017-05-05T09:00:00+02:00")
    own = credentials("second")
    asked = {"username": own.key, "password": own.secret}
    token = world.ask("telecomx", "POST", "/auth/login", json=asked, auth=False).json["token"]
    line = {"product": "1234567890ABCDEF12345677", "units": 1}
    body = {"customer": "123457890ABCDEF12345678", "sent": False, "lines": [line]}
    for how in ({"headers": {"authorization": f"Bearer {token}"}}, {"query": {"token": token}}):
        assert world.ask("telecomx", "POST", "/invoice", json=body, auth=False, **how).status == 200  # type: ignore[arg-type]
    assert len(world.state("telecomx", "second").invoices) == len(world.state("telecomx").invoices) + 2


def test_a_token_in_the_query_has_the_rights_of_its_employee() -> None:
    world = kit()
    admin = tokens.issue(Kind.PERSISTENT, 0, user="admin", world="default").text
    answer = world.ask(
        "telecomx", "GET", "/product/59a1c0de0000000000000011", query={"token": admin}, auth=False
    )
    assert answer.json["cost"] == 850
    own = world.ask("telecomx", "GET", "/product/59a1c0de0000000000000011")
    assert "cost" not in own.json


def test_where_two_tokens_are_sent_both_must_open() -> None:
    for query, status in ((log_in(kit())["token"], 200), ("nonsense", 401)):
        assert kit().ask("telecomx", "GET", "/ping", query={"token": query}).status == status


def test_a_machines_token_is_good_until_it_is_deleted() -> None:
    world = kit()
    path = "/employee/59a1c0de0000000000000001/token"
    token = world.ask("telecomx", "POST", path).json["token"]
    world.advance(days=100)
    assert ping(world, token).status == 200
    assert world.ask("telecomx", "DELETE", f"{path}/{token}").json == {"success": True}
    assert ping(world, token).json["message"] == "invalid_token"
    assert world.ask("telecomx", "DELETE", f"{path}/{token}").json["message"] == "token"
    assert world.ask("telecomx", "POST", path).json["token"] != token


def test_somebody_elses_token_is_made_and_not_shown() -> None:
    made = kit().ask("telecomx", "POST", "/employee/59a1c0de0000000000000003/token")
    assert made.json == {"success": True}


@pytest.mark.parametrize(
    ("request_", "status", "message"),
    [
        ({"data": b"{"}, 400, "bad_request"),
        ({"data": b'{"customer": "a", "customer": "b"}'}, 400, "bad_request"),
        ({"json": []}, 400, "bad_request"),
        ({"data": b"a=b", "headers": {"content-type": "text/plain"}}, 415, "unsupported_media_type"),
    ],
)
def test_what_is_no_request_at_all_gets_the_same_envelope(request_: Any, status: int, message: str) -> None:
    world = kit()
    before = world.state("telecomx")
    reply = world.ask("telecomx", "POST", "/invoice", **request_)
    assert (reply.status, reply.json["code"], reply.json["message"]) == (status, status, message)
    assert world.state("telecomx") is before


@pytest.mark.parametrize(("method", "path", "status"), [("PUT", "/invoice", 405), ("GET", "/nowhere", 404)])
def test_unknown_paths_and_methods_get_the_same_envelope(method: str, path: str, status: int) -> None:
    reply = kit().ask("telecomx", method, path)
    assert (reply.status, reply.json["code"]) == (status, status)


def test_uses_that_ended_are_forgotten() -> None:
    world = kit()
    for _ in range(5):
        token = log_in(world)["token"]
        world.advance(minutes=1)
        assert ping(world, token).status == 200
        world.advance(minutes=20)
    used = world.state("telecomx").used
    assert len(used) == 1
    assert all(world.now - when <= timedelta(minutes=20) for when in used.values())
