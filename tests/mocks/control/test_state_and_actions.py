"""State as JSON, what people do inside a system, and the catalogues."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from hashlib import sha256
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rpds import HashTrieMap, HashTrieSet

from ixmocks.control.plain import plain
from ixmocks.engine import exact

ACTION = "/v1/worlds/default/actions/pocket/scribble"


class Colour(Enum):
    RED = "red"


class Pair(NamedTuple):
    b: int
    a: int


@dataclass(frozen=True, slots=True)
class Whole:
    zulu: HashTrieMap[Any, Any]
    alpha: tuple[Any, ...] = ()
    access_token: str = ""
    tokens: HashTrieMap[str, int] = field(default_factory=HashTrieMap)
    secret_count: int = 0
    password: str | None = None


def test_state_is_plain_sorted_and_exact() -> None:
    value = Whole(
        HashTrieMap(
            {10: Decimal("692.40"), 9: Colour.RED, "x": date(2025, 1, 2), ("a", 1): HashTrieSet([3, 1])}
        ),
        (Pair(2, 1), b"%PDF", None, True, datetime(2025, 1, 2, tzinfo=UTC), timedelta(seconds=90)),
    )
    assert exact.dump(plain(value)).decode() == (
        '{"access_token":"","alpha":[{"a":1,"b":2},'
        f'{{"bytes":4,"sha256":"{sha256(b"%PDF").hexdigest()}"}},'
        'null,true,"2025-01-02T00:00:00Z",90.0],'
        '"password":null,"secret_count":0,"tokens":{},"zulu":{"9":"red","10":692.40,"a|1":[1,3],"x":"2025-01-02"}}'
    )


def test_secrets_in_state_are_taken_out() -> None:
    value = Whole(
        HashTrieMap({"client_secret": "canary"}), (), "canary", HashTrieMap({"canary": 1}), 3, "canary"
    )
    shown = plain(value)
    assert b"canary" not in exact.dump(shown)
    assert shown["secret_count"] == 3


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**18), 10**18), st.text(), st.binary(max_size=20), st.dates(),
    st.decimals(allow_nan=False, allow_infinity=False), st.just(Colour.RED),
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(tuple),
        # Keys of one kind, as in every state: rpds cannot compare two kinds whose hashes are equal.
        st.dictionaries(st.text(), inner, max_size=4).map(HashTrieMap),
        st.dictionaries(st.integers(), inner, max_size=4).map(HashTrieMap),
        inner.map(lambda value: Whole(HashTrieMap(), (value,))),
    ),
    max_leaves=20,
)


@given(values)
def test_any_state_can_be_shown_and_always_looks_the_same(value: Any) -> None:
    assert exact.dump(plain(value)) == exact.dump(plain(value))


def test_a_systems_state_is_part_of_the_whole(control: Any) -> None:
    control.kit.ask("pocket", "POST", "/notes", json={"text": "hello", "amount": Decimal("12.10")})
    whole = control.get("/v1/worlds/default/state")
    part = control.get("/v1/worlds/default/state/pocket")
    assert whole["systems"] == {"pocket": part["state"]}
    assert part["state"]["notes"]["1"] == {"amount": Decimal("12.10"), "number": 1, "text": "hello"}
    assert b"12.10" in control("GET", "/v1/worlds/default/state").content


def test_a_system_that_nobody_knows_has_no_state(unchanged: Any) -> None:
    assert unchanged("GET", "/v1/worlds/default/state/pockte").json()["suggestions"] == ["pocket"]


def test_an_action_is_done_and_journalled(control: Any) -> None:
    done = control.post(ACTION, {"text": "by hand", "amount": Decimal("0.30")})
    assert done == {
        "answer": {"text": "by hand", "amount": Decimal("0.30"), "number": 1},
        "notes": [],
        "event": "e1",
    }
    assert control.get("/v1/worlds/default/journal/e1")["operation"] == "act:scribble"


def test_an_action_that_breaks_a_rule_says_which(control: Any) -> None:
    control.post(ACTION, {"text": "once"})
    before = control.kit.world().moment
    response = control("POST", ACTION, {"text": "once"})
    assert response.status_code == 409
    assert response.json()["type"] == "urn:ixkit:problem:action-refused"
    assert response.json()["violations"][0]["title"] == "A text comes once"
    assert control.kit.world().moment is before


@pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": 5}, {"text": "x", "amount": 101}])
def test_an_action_takes_what_its_schema_says(control: Any, body: dict[str, Any]) -> None:
    before = control.kit.world().moment
    response = control("POST", ACTION, body)
    assert response.status_code == 409
    assert response.json()["violations"][0]["at"].startswith("with")
    assert control.kit.world().moment is before


@pytest.mark.parametrize(
    ("path", "near"),
    [("pocket/scrible", "scribble"), ("pockt/scribble", "pocket"), ("pocket/__class__", None)],
)
def test_an_action_that_nobody_has_is_unknown(unchanged: Any, path: str, near: str | None) -> None:
    response = unchanged("POST", f"/v1/worlds/default/actions/{path}", {})
    assert response.status_code == 404
    assert response.json().get("suggestions") == ([near] if near else None)


@pytest.mark.parametrize("body", [b"", b"[]", b"1", b"null"])
def test_an_action_takes_an_object(unchanged: Any, body: bytes) -> None:
    assert (
        unchanged("POST", ACTION, content=body, headers={"Content-Type": "application/json"}).status_code
        == 400
    )


def test_the_catalogue_has_each_actions_schema(control: Any) -> None:
    [action] = control.get("/v1/actions")["actions"]
    assert (action["system"], action["name"], action["summary"]) == (
        "pocket",
        "scribble",
        "Write a note by hand",
    )
    assert action["params"]["required"] == ["text"]


def test_scenarios_have_titles(control: Any) -> None:
    found = {scenario["name"]: scenario for scenario in control.get("/v1/scenarios")["scenarios"]}
    assert {"documents", "club-season"} <= set(found)
    assert all(scenario["title"] for scenario in found.values())


def test_rules_are_found_by_what_they_are(control: Any) -> None:
    codes = ["POCK-01", "POCK-02", "POCK-03"]
    assert [rule["code"] for rule in control.get("/v1/rules")["rules"]] == codes
    assert [
        rule["code"] for rule in control.get("/v1/rules", system="pocket", operation="addNote")["rules"]
    ] == codes
    assert control.get("/v1/rules", confidence="documented")["rules"] == []
    assert control.get("/v1/rules")["rules"][0]["readings"] == ["strict", "lenient"]
    assert control("GET", "/v1/rules?confidence=sure").status_code == 400
    assert control("GET", "/v1/rules?system=x").status_code == 404


@pytest.mark.parametrize("code", ["POCK-01", "pock-01"])
def test_one_rule_tells_all(control: Any, code: str) -> None:
    rule = control.get(f"/v1/rules/{code}")
    assert rule["title"] == "A text comes once"
    assert [reading["name"] for reading in rule["readings"]] == ["strict", "lenient"]
    assert (rule["error"], rule["obeys"], rule["breaks"]) == (None, [], [])


def test_a_rule_that_nobody_knows_names_the_likely_one(unchanged: Any) -> None:
    assert "POCK-01" in unchanged("GET", "/v1/rules/POK-01").json()["suggestions"]


def test_the_contract_itself_can_be_had(control: Any) -> None:
    assert control.get("/openapi.json")["info"]["title"] == "ixkit control"
