"""How does CRM.COM speak over the wire: tokens in bodies, refusals inside 200, odd addresses?"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from ixmocks.crmcom import tokens
from ixmocks.engine import jwt
from ixmocks.kit import Kit

SHOW = {"invoice_identifier": "back_office_code=OPENING"}


def test_a_token_of_the_query_does_not_count_for_a_post(client: Any, invoice: Callable[..., Any]) -> None:
    before = client.state
    reply = client.raw("POST", "invoices/create", json=invoice(), query={"token": client.token})
    assert (reply.json["status"]["code"], reply.rules) == ("INVALID_TOKEN", ("CRM-22",))
    assert client.state is before


def test_a_token_of_the_body_does_not_count_for_a_get(client: Any) -> None:
    reply = client.raw("GET", "invoices/show", query=SHOW, json={"token": client.token})
    assert reply.rules == ("CRM-22",)


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", 5, None, ["x"]])
def test_a_wrong_token_is_refused_inside_200(client: Any, token: Any) -> None:
    reply = client.refused("invoices/reject", {"token": token, "invoice_identifier": {"number": "I00000497"}})
    assert (reply.json["status"]["code"], set(reply.rules)) == ("INVALID_TOKEN", {"CRM-22"})


def test_a_token_is_a_jwt_with_times_as_text(client: Any) -> None:
    payload = jwt.payload_of(client.token)
    assert payload is not None
    assert set(payload) == {"usr", "org", "oun", "exp", "iat", "jti"}
    assert (payload["iat"], payload["exp"]) == ("1493967600", "1493974800")
    assert (payload["usr"], payload["org"]) == ("api@default.example", "default")


def test_the_same_second_gives_the_same_token(client: Any) -> None:
    assert client.log_in() == client.token
    client.kit.advance(seconds=1)
    assert client.log_in() != client.token


def test_a_token_ends_after_two_hours_to_the_second_however_much_it_is_used(client: Any) -> None:
    for _ in range(119):
        client.kit.advance(minutes=1)
        client.done("invoices/show", SHOW)
    client.kit.advance(seconds=59)
    client.done("invoices/show", SHOW)
    client.kit.advance(seconds=1)
    reply = client.refused("invoices/show", SHOW)
    assert (reply.json["status"]["code"], reply.rules) == ("TOKEN_EXPIRED", ("CRM-15",))


def test_a_released_token_is_dead_and_the_next_login_lives(client: Any) -> None:
    old = client.token
    client.done("authentication/token/release", {})
    assert client.refused("invoices/show", SHOW).rules == ("CRM-22",)
    client.token = client.log_in()
    assert client.token != old
    client.done("invoices/show", SHOW)


def test_a_forged_token_is_refused(client: Any) -> None:
    forged = tokens.issue(
        user="api@default.example", organisation="default", unit="1", key="another",
        at=datetime(2017, 5, 5, 7, tzinfo=UTC), is_released=lambda jti: False,
    )  # fmt: skip
    client.token = forged
    assert client.refused("invoices/show", SHOW).rules == ("CRM-22",)


@pytest.mark.parametrize("colon", ["", ":"])
@pytest.mark.parametrize("scheme", ["Basic", "basic"])
def test_a_web_api_key_gives_a_token(client: Any, colon: str, scheme: str) -> None:
    key = client.kit.world().credentials["crmcom"].env["IXKIT_CRMCOM_WEB_API_KEY"]
    header = f"{scheme} {base64.b64encode((key + colon).encode()).decode()}"
    reply = client.raw("POST", "authentication/web_api_key/token", headers={"authorization": header})
    client.token = reply.json["data"]["token"]
    client.done("invoices/show", SHOW)


def test_a_web_api_key_alone_opens_nothing_but_the_login(client: Any) -> None:
    key = client.kit.world().credentials["crmcom"].env["IXKIT_CRMCOM_WEB_API_KEY"]
    header = {"authorization": f"Basic {base64.b64encode(key.encode()).decode()}"}
    reply = client.raw("GET", "invoices/show", query=SHOW, headers=header)
    assert (reply.json["status"]["code"], reply.rules) == ("INVALID_TOKEN", ("CRM-22",))


def test_a_world_is_found_by_its_user_name_and_by_its_token(client: Any, invoice: Callable[..., Any]) -> None:
    kit: Kit = client.kit
    kit.create("other", scenario="documents", clock="2017-05-05T09:00:00+02:00")
    own = kit.world("other").credentials["crmcom"]
    told = {"username": own.key, "password": own.secret, "organisation": "other"}
    token = client.raw("POST", "authentication/token", json=told).json["data"]["token"]
    before = client.state
    client.done("invoices/create", {**invoice(), "token": token})
    assert client.state is before
    assert len(kit.state("crmcom", "other").invoices) == len(before.invoices) + 1


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b'{"token": "a", "token": "b"}', b"\xff"])
def test_what_is_no_json_object_is_refused(client: Any, body: bytes) -> None:
    before = client.state
    reply = client.raw("POST", "authentication/token", data=body)
    assert (reply.status, reply.json["data"]) == (200, None)
    assert reply.json["status"]["code"] in ("INVALID_JSON", "INVALID_PARAMETER")
    assert client.state is before


def test_a_body_of_another_type_is_refused_by_the_server_around(client: Any) -> None:
    headers = {"content-type": "text/xml"}
    own = client.kit.world().credentials["crmcom"]
    reply = client.raw("POST", "authentication/token", data=b"<a/>", headers=headers)
    assert (reply.status, reply.json["status"]["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert own.secret not in reply.body.decode()


@pytest.mark.parametrize(
    ("verb", "method", "status"),
    [("GET", "invoices/creates", 404), ("DELETE", "invoices/show", 405), ("GET", "invoices/create", 405)],
)
def test_what_is_no_method_is_an_http_error_in_the_same_envelope(
    client: Any, verb: str, method: str, status: int
) -> None:
    reply = client.raw(verb, method)
    assert (reply.status, reply.json["data"]) == (status, None)
    assert set(reply.json["status"]) == {"code", "message", "description"}


@pytest.mark.parametrize("path", ["invoices/show", "invoices/show/"])
def test_a_closing_slash_is_one_address(client: Any, path: str) -> None:
    reply = client.raw("GET", path, query={"token": client.token, **SHOW})
    assert reply.json["data"]["number"] == "I00000496"


def test_several_mistakes_are_all_told(client: Any, invoice: Callable[..., Any]) -> None:
    line = {"product_identifier": {"code": "Nothing"}, "cost": 1, "sub_total": 1, "quantity": -1}
    body = invoice(line, life_cycle_state="NEW", due_on="soon", type_identifier=...)
    told = client.refused("invoices/create", body).rules
    assert {"CRM-52", "CRM-29", "CRM-33", "CRM-31", "CRM-28", "CRM-02"} <= set(told)


def test_under_its_reading_a_broken_rule_is_an_http_error_too(
    open_client: Callable[..., Any], invoice: Callable[..., Any]
) -> None:
    client = open_client(readings={"CRM-21": "http-4xx"})
    reply = client.ask("invoices/create", invoice(accounts_receivable_identifier={"number": "0"}))
    assert (reply.status, reply.json["status"]["code"]) == (400, "NOT_FOUND")
    told = {"username": "api@default.example", "password": "x", "organisation": "default"}
    assert client.raw("POST", "authentication/token", json=told).status == 401


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"json": {"token": "x"}}, 401, "INVALID_TOKEN"),
        ({"json": {}}, 401, "INVALID_TOKEN"),
        ({"data": b"{", "headers": {"content-type": "application/json"}}, 400, "INVALID_JSON"),
        ({"life_cycle_state": "NEW"}, 400, "INVALID_LIFE_CYCLE_STATE"),
    ],
)
def test_under_its_reading_each_refusal_of_the_application_is_an_http_error(
    open_client: Callable[..., Any], invoice: Callable[..., Any], sent: dict[str, Any], status: int, code: str
) -> None:
    client = open_client(readings={"CRM-21": "http-4xx"})
    if "life_cycle_state" in sent:
        reply = client.ask("invoices/create", invoice(**sent))
    else:
        reply = client.raw("POST", "invoices/create", **sent)
    assert (reply.status, reply.json["status"]["code"]) == (status, code)


def test_a_refusal_names_its_place(client: Any, invoice: Callable[..., Any]) -> None:
    line = {"product_identifier": {"code": "Gold"}, "quantity": 1, "cost": 1, "sub_total": 1}
    reply = client.refused("invoices/create", invoice(line))
    assert reply.json["status"]["description"] == "invoice_item_set.0.sub_total"
