"""Does each refusal look like the vendor's own?"""

from __future__ import annotations

from typing import Any

import pytest

from ixmocks.engine.outcome import Refused, Violation, Why
from ixmocks.kit import Kit
from ixmocks.riverty.envelope import refuse

ORDERS = "/accounting/v1/businesses/1000/customers/C1/orders"


@pytest.mark.parametrize(
    ("change", "description"),
    [
        ({"currency": None}, "Path:currency Message: Invalid type. Expected String."),
        ({"orderType": "GOODS"}, "Path:orderType Message: Value 'GOODS' is not defined in enum."),
        ({"orderReference": "A" * 17}, "exceeds maximum length of 16."),
        (
            {"billToAddress": {"email": "null"}},
            "Path:billToAddress.email Message: String 'null' does not validate against format 'email'.",
        ),
        ({"items": []}, "Path:items Message: Array item count is less than minimum count of 1."),
        ({"items": [{}]}, "Path:items[0] Message: Required properties are missing from object:"),
        ({"orderDate": "2017-02-30"}, "Path:orderDate Message: Value '2017-02-30' is not a day that exists"),
    ],
)
def test_a_400_names_path_message_and_schema(books: Any, change: dict[str, Any], description: str) -> None:
    reply = books.order("A1", **change)
    assert reply.status == 400
    assert (reply.json["type"], reply.json["title"], reply.json["code"]) == (
        "RequestBody",
        "IncorrectMessage",
        400,
    )
    assert description in reply.json["description"]
    assert "SchemaId: #/components/schemas/CreateOrder" in reply.json["description"]


@pytest.mark.parametrize("key", ["", "wrong", "riv_other", "riv_default-tertiary"])
def test_a_wrong_key_looks_like_an_outage(books: Any, key: str) -> None:
    headers = {"X-Subscription-Key": key} if key else {}
    reply = books.ask(ORDERS, {}, headers=headers, auth=False)
    assert (reply.status, reply.json["code"], reply.rules) == (500, 500, ("RIV-15",))


def test_a_world_may_answer_a_wrong_key_as_gateways_do(books: Any) -> None:
    books.act("setOnboarding", wrongKey=401)
    reply = books.ask(ORDERS, {}, auth=False)
    assert (reply.status, reply.json["statusCode"], reply.rules) == (401, 401, ("RIV-15",))


def test_under_its_reading_a_wrong_key_is_refused_by_the_gateway() -> None:
    kit = Kit("documents", readings={"RIV-15": "http-401"})
    reply = kit.ask("riverty", "POST", ORDERS, json={}, headers={"X-Subscription-Key": "wrong"}, auth=False)
    assert (reply.status, reply.json["statusCode"], reply.rules) == (401, 401, ("RIV-15",))


def test_both_keys_find_their_world(books: Any) -> None:
    books.kit.create("other", scenario="documents")
    for key in ("riv_other", "riv_other-secondary"):
        path = "/subscriptions/v1/customers/c1631704458"
        reply = books.kit.ask("riverty", "GET", path, headers={"X-Subscription-Key": key}, auth=False)
        assert reply.status == 200
    assert len(books.kit.world("other").journal) == 2


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/accounting/v1/nowhere", 404), ("GET", ORDERS, 405), ("DELETE", ORDERS, 405)],
)
def test_a_path_or_method_that_is_not_there(books: Any, method: str, path: str, status: int) -> None:
    reply = books.kit.ask("riverty", method, path)
    assert (reply.status, reply.json["statusCode"]) == (status, status)


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"{", "application/json", 400), (b"", "application/json", 400), (b"{}", "text/xml", 415),
        (b'{"a":1,"a":2}', "application/json", 400), (b"NaN", "application/json", 400),
        (b"[]", "application/json", 400),
    ],
)  # fmt: skip
def test_a_body_that_nobody_reads_changes_nothing(books: Any, data: bytes, kind: str, status: int) -> None:
    before = books.state
    reply = books.kit.ask("riverty", "POST", ORDERS, data=data, headers={"content-type": kind})
    assert (reply.status, reply.json["code"]) == (status, status)
    assert books.state is before


@pytest.mark.parametrize("why", Why)
@pytest.mark.parametrize("status", [400, 401, 404, 405, 413, 415, 429, 500, 503])
def test_whatever_is_refused_has_one_of_the_two_bodies(why: Why, status: int) -> None:
    found = Violation("schema", "body", "x", "y")
    answer = refuse(Refused((found,), status, why), "createOrder")
    assert set(answer.body) in ({"type", "title", "code", "description"}, {"statusCode", "message"})
    assert answer.status in (answer.body.get("code"), answer.body.get("statusCode"))
