"""Who is let in? Host, origin, media type and token; and whoever is not, changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixmocks.control.app import ControlApp
from ixmocks.control.guard import BODY_MAX, Guard
from ixmocks.engine.asgi import LOOPBACK
from ixmocks.kit import Kit

JSON = (b"content-type", b"application/json")
HOST = (b"host", b"127.0.0.1:4710")
RESET = "/v1/worlds/default/reset"
MUTATING = [
    ("POST", "/v1/worlds"),
    ("DELETE", "/v1/worlds/default"),
    ("POST", RESET),
    ("POST", "/v1/worlds/default/fork"),
    ("POST", "/v1/worlds/default/rewind"),
    ("PUT", "/v1/worlds/default/clock"),
    ("POST", "/v1/worlds/default/clock/advance"),
    ("POST", "/v1/worlds/default/faults"),
    ("DELETE", "/v1/worlds/default/faults/all"),
    ("POST", "/v1/worlds/default/actions/pocket/scribble"),
]


@pytest.mark.parametrize("method_and_path", [*MUTATING, ("GET", "/v1/worlds"), ("GET", "/healthz")])
@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.nip.example", "localhost:1", "evil.example:4710"]
)
def test_a_foreign_host_is_misdirected(unchanged: Any, method_and_path: tuple[str, str], host: str) -> None:
    response = unchanged(*method_and_path, headers={"Host": host, "Content-Type": "application/json"})
    assert response.status_code == 421
    assert response.json()["type"] == "urn:ixkit:problem:misdirected"


@pytest.mark.parametrize("hosts", [[], [HOST, HOST], [HOST, (b"host", b"localhost:4710")]])
def test_no_host_or_two_are_a_bad_request(unchanged: Any, hosts: list[tuple[bytes, bytes]]) -> None:
    assert unchanged.raw("POST", RESET, [*hosts, JSON], b"{}") == 400


@pytest.mark.parametrize("host", [b"localhost:4710", b"127.0.0.1:4710", b"[::1]:4710", b"LOCALHOST:4710"])
def test_own_names_are_answered(control: Any, host: bytes) -> None:
    assert control.raw("GET", "/v1/worlds", [(b"host", host)]) == 200


def test_an_allowed_name_is_answered_and_no_other(kit: Kit, connect: Callable[..., Any]) -> None:
    control = connect(kit, hosts=LOOPBACK | {"mocks.test"})
    assert control.raw("GET", "/v1/worlds", [(b"host", b"mocks.test:4710")]) == 200
    assert control.raw("GET", "/v1/worlds", [(b"host", b"other.test:4710")]) == 421


def test_behind_a_forwarded_port_the_hosts_port_is_free() -> None:
    guard = Guard(LOOPBACK)
    scope: dict[str, Any] = {
        "scheme": "http",
        "path": "/v1/worlds",
        "headers": [(b"host", b"localhost:8080")],
    }
    assert guard.refusal({**scope, "server": ("172.17.0.2", 4710)}) is None
    assert guard.refusal({**scope, "server": ("127.0.0.1", 4710)}) is not None


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:4711"},
        {"Origin": "https://127.0.0.1:4710"},
        {"Origin": "http://localhost:4710"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://127.0.0.1:4710", "Sec-Fetch-Site": "cross-site"},
    ],
)
@pytest.mark.parametrize("method_and_path", [*MUTATING, ("GET", "/v1/worlds"), ("GET", "/readyz")])
def test_a_page_of_another_origin_is_refused(
    unchanged: Any, method_and_path: tuple[str, str], headers: dict[str, str]
) -> None:
    response = unchanged(*method_and_path, headers={**headers, "Content-Type": "application/json"})
    assert response.status_code == 403
    assert response.json()["type"] == "urn:ixkit:problem:foreign-origin"


def test_its_own_pages_are_answered(control: Any) -> None:
    own = {"Origin": "http://127.0.0.1:4710", "Sec-Fetch-Site": "same-origin"}
    assert control("POST", "/v1/worlds", {"name": "mine"}, headers=own).status_code == 201


@pytest.mark.parametrize("private", [{}, {"Access-Control-Request-Private-Network": "true"}])
def test_a_preflight_gets_no_consent(unchanged: Any, private: dict[str, str]) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST", **private}
    assert unchanged("OPTIONS", "/v1/worlds", headers=asked).status_code == 403
    own = {**asked, "Origin": "http://127.0.0.1:4710"}
    assert unchanged("OPTIONS", "/v1/worlds", headers=own).status_code == 405


@pytest.mark.parametrize("method_and_path", MUTATING)
@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json", ""],
)
def test_what_a_form_can_send_is_no_json(unchanged: Any, method_and_path: tuple[str, str], kind: str) -> None:
    response = unchanged(*method_and_path, content=b"{}", headers={"Content-Type": kind} if kind else {})
    assert response.status_code == 415


@pytest.mark.parametrize("path", [RESET, "/v1/shutdown"])
@pytest.mark.parametrize(
    ("body", "kind", "seen"),
    [
        (b'{"a": ', "not-json", "truncated"),
        (b"[" * 100_000, "not-json", "nested deeper"),
        (b"[1]", "invalid-request", "1 item"),
        (b"null", "invalid-request", "null"),
        (b'{"world": "t1"}', "invalid-request", "body.world: seen an unknown name, expected nothing here"),
    ],
)
def test_what_takes_no_body_refuses_one(unchanged: Any, path: str, body: bytes, kind: str, seen: str) -> None:
    response = unchanged("POST", path, content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["type"]) == (400, f"urn:ixkit:problem:{kind}")
    assert seen in response.json()["detail"]


def test_json_with_a_charset_is_json(control: Any) -> None:
    sent = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert control("POST", RESET, content=b"{}", headers=sent).status_code == 200


def test_two_media_types_are_none(unchanged: Any) -> None:
    assert unchanged.raw("POST", RESET, [HOST, JSON, (b"content-type", b"text/plain")], b"{}") == 415


def test_curl_needs_no_body_and_no_type(control: Any) -> None:
    assert control("POST", RESET).status_code == 200


@pytest.mark.parametrize(
    "header", [(b"origin", b"http://127.0.0.1:4710"), (b"sec-fetch-site", b"same-origin")]
)
def test_a_browser_must_say_json_even_without_a_body(unchanged: Any, header: tuple[bytes, bytes]) -> None:
    assert unchanged.raw("POST", RESET, [HOST, header]) == 415


@pytest.mark.parametrize("path", sorted({path for _, path in MUTATING}))
def test_reading_changes_nothing(unchanged: Any, path: str) -> None:
    reads = "GET" in unchanged.routes.methods(path)
    for method in ("GET", "HEAD"):
        assert unchanged(method, path).status_code == (200 if reads else 405)


@given(
    st.sampled_from(MUTATING),
    st.text(min_size=1, alphabet=st.characters(min_codepoint=33, max_codepoint=126)),
)
def test_no_origin_but_the_own_one_is_let_in(method_and_path: tuple[str, str], origin: str) -> None:
    method, path = method_and_path
    scope = {
        "scheme": "http", "path": path, "method": method, "server": ("127.0.0.1", 4710),
        "headers": [HOST, JSON, (b"origin", origin.encode())],
    }  # fmt: skip
    refused = Guard(LOOPBACK).refusal(scope)
    assert refused is not None and refused.kind == "foreign-origin"


@pytest.mark.parametrize("extra", [0, 1])
def test_a_body_is_taken_up_to_its_limit(control: Any, extra: int) -> None:
    empty = b'{"name": ""}'
    body = empty[:-2] + b"x" * (BODY_MAX - len(empty) + extra) + b'"}'
    assert len(body) == BODY_MAX + extra
    response = control("POST", "/v1/worlds", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == (413 if extra else 400)
    assert list(control.kit.worlds.names()) == ["default"]


def test_a_length_beyond_the_limit_is_refused_before_it_is_read(unchanged: Any) -> None:
    sent = [HOST, JSON, (b"content-length", b"5000000000")]
    assert unchanged.raw("POST", "/v1/worlds", sent) == 413


@pytest.mark.parametrize(
    "sent",
    [
        [],
        [(b"authorization", b"Bearer wrong")],
        [(b"authorization", b"Bearer A token of the right length")],
        [(b"authorization", b"Basic a token of the right length")],
        [(b"authorization", b"Bearer t\xc3\xb6ken")],
        [(b"authorization", b"Bearer a token of the right length"), (b"authorization", b"Bearer x")],
    ],
)
@pytest.mark.parametrize(
    "method_and_path", [("POST", RESET), ("GET", "/v1/worlds"), ("GET", "/openapi.json")]
)
def test_without_the_token_nothing_is_read_or_changed(
    kit: Kit, connect: Callable[..., Any], method_and_path: tuple[str, str], sent: list[tuple[bytes, bytes]]
) -> None:
    control = connect(kit, token="a token of the right length")
    before = control.worlds()
    assert control.raw(*method_and_path, [HOST, JSON, *sent]) == 401
    assert control.worlds() == before


def test_with_the_token_all_is_well_and_the_token_stays_out_of_the_journal(
    kit: Kit, connect: Callable[..., Any]
) -> None:
    control = connect(kit, token="a token of the right length")
    signed = {"Authorization": "Bearer a token of the right length"}
    assert control("POST", RESET, {}, headers=signed).status_code == 200
    assert control("GET", f"{RESET}?token=a+token+of+the+right+length").status_code == 401
    shown = control("GET", "/v1/worlds/default/journal/e1", headers=signed)
    assert shown.status_code == 200
    assert "right length" not in shown.text


def test_a_refusal_names_the_way_to_sign_in(kit: Kit, connect: Callable[..., Any]) -> None:
    response = connect(kit, token="a token")("GET", "/v1/worlds")
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_needs_neither_token_nor_flask(
    kit: Kit, connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def never(self: ControlApp) -> None:
        raise AssertionError("health must not wait for flask")

    monkeypatch.setattr(ControlApp, "_build", never)
    control = connect(kit, token="a token")
    assert control("GET", path).status_code == 200
    assert control("HEAD", path).content == b""


def test_ready_says_what_is_served(control: Any) -> None:
    assert control.get("/readyz") == {"status": "ready", "systems": ["pocket"], "worlds": 1}


@pytest.mark.parametrize(
    "path",
    ["/v1", "/v1/wrlds", "//v1/worlds", "/v1//worlds", "/v1/worlds/", "/v1/worlds/a%0Ab", "/v1/worlds/default%0A",
     "/v1/worlds/%00", "/v1/worlds/..%2f..", "/admin/reset", "/V1/worlds"],
)  # fmt: skip
def test_an_odd_path_is_unknown(unchanged: Any, path: str) -> None:
    for method in ("GET", "POST"):
        headers = {"Content-Type": "application/json"}
        assert unchanged(method, f"http://127.0.0.1:4710{path}", headers=headers).status_code == 404


@pytest.mark.parametrize("method", ["PATCH", "TRACE", "OPTIONS", "CONNECT", "PROPFIND"])
def test_an_odd_method_is_told_the_right_ones(unchanged: Any, method: str) -> None:
    response = unchanged(method, "/v1/worlds", headers={"Content-Type": "application/json"})
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"


@pytest.mark.parametrize(
    "body",
    [
        b"", b" ", b"{", b"[" * 100_000, b'{"a":' * 10_000, b'{"seed": NaN}', b'{"name": "a", "name": "b"}',
        b"{} {}", b"{'name': 1}", b'"\xff"', b"\xef\xbb\xbf{}", b'{"seed": 1e400}', b'{"seed": 01}', b"null", b"[]",
        b'{"seed": "7"}', b'{"seed": 7.5}', b'{"seed": true}', b'{"name": "default\\n"}', b'{"name": "../../x"}',
        b'{"__class__": "x"}', b'{"scenario": ["documents"]}', b'{"seed": ' + b"9" * 5_000 + b"}",
    ],
)  # fmt: skip
def test_a_body_that_is_no_such_json_makes_no_world(unchanged: Any, body: bytes) -> None:
    response = unchanged("POST", "/v1/worlds", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 400


def test_every_misshapen_part_is_named_at_once(unchanged: Any) -> None:
    response = unchanged("POST", "/v1/worlds", {"seed": -1, "nam": "x", "clock": "noon"})
    assert {v["at"] for v in response.json()["violations"]} == {"body.seed", "body.nam", "body.clock"}
    assert "'name', perhaps" in response.json()["detail"]


def test_a_token_in_the_query_is_none() -> None:
    guard = Guard(LOOPBACK, "a token")
    scope = {
        "scheme": "http", "path": "/v1/worlds", "headers": [HOST], "server": None, "query_string": b"token=a+token",
    }  # fmt: skip
    refused = guard.refusal(scope)
    assert refused is not None and refused.kind == "unauthorised"
