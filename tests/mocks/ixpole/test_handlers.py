"""Does a connector see what iXpole would send? Requests through the whole stack, in process."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixmocks.engine.outcome import Answer, Refused, Violation, Why
from ixmocks.ixpole import SYSTEM
from ixmocks.ixpole.credentials import credentials
from ixmocks.ixpole.envelope import refuse
from ixmocks.kit import Kit, Reply

CLOCK = "2017-05-05T09:00:00+02:00"
DENIED = {"Message": "Authorization has been denied for this request."}
PUT, GET = "PUT", "GET"
INSTALMENTS = "/api/instalments"


def fresh(**readings: str) -> Kit:
    chosen = {code.replace("_", "-"): name for code, name in readings.items()}
    return Kit("documents", clock=CLOCK, seed=7, readings=chosen, systems=(SYSTEM,))


SHARED = fresh()


@pytest.fixture
def kit() -> Kit:
    SHARED.world().reset()
    return SHARED


def put(kit: Kit, body: Any, **more: Any) -> Reply:
    return kit.ask("ixpole", PUT, INSTALMENTS, json=body, **more)


def token(kit: Kit, **changes: str | None) -> Reply:
    own = credentials("default")
    form = {"grant_type": "client_credentials", "client_id": own.key, "client_secret": own.secret} | changes
    return kit.ask(
        "ixpole", "POST", "/oauth/token", form={k: v for k, v in form.items() if v is not None}, auth=False
    )


def get(kit: Kit, authorization: str | None, path: str = INSTALMENTS) -> Reply:
    headers = {} if authorization is None else {"Authorization": authorization}
    return kit.ask("ixpole", GET, path, headers=headers, auth=False)


# The token.


def test_a_token_is_the_same_in_the_same_second_and_another_in_the_next(kit: Kit) -> None:
    first, again = token(kit).json, token(kit).json
    assert first == again
    assert (first["token_type"], first["expires_in"]) == ("bearer", 3600)
    assert first["access_token"].count(".") == 2
    kit.advance(seconds=1)
    assert token(kit).json != first


def test_a_token_lives_an_hour_to_the_second(kit: Kit) -> None:
    bearer = f"Bearer {token(kit).json['access_token']}"
    kit.advance(seconds=3599)
    assert get(kit, bearer).status == 200
    kit.advance(seconds=1)
    refused = get(kit, bearer)
    assert (refused.status, refused.json) == (401, DENIED)
    assert refused.rules == ("IXP-26",)
    assert "expired" in refused.violations[0].seen


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer x", "Basic eDp5", "Bearer a.b.c", "Bearer e30.W10.x", "é"]
)
def test_no_entry_without_a_token(kit: Kit, authorization: str | None) -> None:
    refused = get(kit, authorization)
    assert (refused.status, refused.json) == (401, DENIED)
    assert refused.headers["www-authenticate"] == "Bearer"


def test_a_token_whose_signature_was_touched_is_forged(kit: Kit) -> None:
    good = token(kit).json["access_token"]
    bad = good[:-2] + ("AA" if not good.endswith("AA") else "BB")
    assert get(kit, f"bearer {good}").status == 200
    assert get(kit, f"Bearer {bad}").violations[0].seen == "a token with a wrong signature"


def test_a_token_of_another_world_opens_nothing_here_and_its_own_there() -> None:
    kit = fresh()
    kit.create("other", scenario="documents", clock=CLOCK)
    foreign = kit.credentials("ixpole", "other")["authorization"]
    assert (
        kit.ask(
            "ixpole", GET, "/w/default" + INSTALMENTS, headers={"Authorization": foreign}, auth=False
        ).status
        == 401
    )
    put(kit, {"instalmentCode": "C-2017-0001-01", "invoiceNumber": "D1"})
    assert len(get(kit, foreign).json) == 3
    assert len(get(kit, kit.credentials("ixpole")["authorization"]).json) == 2


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_secret": "x"}, "invalid_client"),
        ({"client_secret": ""}, "invalid_client"),
        ({"client_id": "ixp_"}, "invalid_client"),
        ({"client_id": None}, "invalid_client"),
        ({"client_secret": None}, "invalid_client"),
        ({"grant_type": None}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_refused_token_says_why_in_the_words_of_oauth(
    kit: Kit, changes: dict[str, Any], error: str
) -> None:
    refused = token(kit, **changes)
    assert (refused.status, refused.json) == (400, {"error": error})


def test_a_token_request_in_json_is_not_read(kit: Kit) -> None:
    refused = kit.ask("ixpole", "POST", "/oauth/token", json={"grant_type": "client_credentials"}, auth=False)
    assert (refused.status, refused.json) == (415, {"error": "invalid_request"})


# Instalments.


def test_amounts_are_exact_numbers_with_two_decimals(kit: Kit) -> None:
    raw = kit.ask("ixpole", GET, INSTALMENTS).body
    assert b'"amountExclVat":692.40' in raw
    assert json.loads(raw, parse_float=Decimal)[2]["amountInclVat"] == Decimal("789.69")


def test_one_object_gives_one_object_and_an_array_an_array(kit: Kit) -> None:
    item = {"instalmentCode": "C-2017-0001-01", "invoiceNumber": "D1"}
    assert isinstance(put(kit, item).json, dict)
    assert isinstance(put(kit, [item]).json, list)
    assert put(kit, []).json == []


def test_a_written_code_shows_in_the_next_list(kit: Kit) -> None:
    kit.ask("ixpole", "PATCH", "/api/customers/1002", json={"customerCode": "200017"})
    delivered = kit.ask("ixpole", GET, INSTALMENTS).json
    assert delivered[1]["customer"] == {"customerId": 1002, "customerCode": "200017", "name": "Lotte Peeters"}


def test_patch_has_no_singular_path(kit: Kit) -> None:
    refused = kit.ask("ixpole", "PATCH", "/api/customer/1002", json={"customerCode": "1"})
    assert refused.status == 405
    assert refused.headers["allow"] == "GET"


def test_without_content_there_is_no_body_and_the_state_has_changed() -> None:
    kit = fresh(IXP_32="no_content")
    written = put(kit, {"instalmentCode": "C-2017-0001-01", "invoiceNumber": "D1"})
    assert (written.status, written.body) == (204, b"")
    assert len(kit.ask("ixpole", GET, INSTALMENTS).json) == 2


# Refusals.


def test_an_invalid_body_names_each_member_as_it_was_spelt(kit: Kit) -> None:
    refused = put(
        kit, {"InstalmentCode": "C-2017-0001-01", "invoicenumber": 7.5, "invoice duedate": "2017-02-30"}
    )
    assert refused.status == 400
    assert refused.json["Message"] == "The request is invalid."
    assert set(refused.json["ModelState"]) == {"invoicenumber", "invoice duedate"}
    assert set(refused.rules) == {"schema", "IXP-39"}


def test_an_element_of_an_array_is_named_by_its_place(kit: Kit) -> None:
    refused = put(kit, [{"instalmentCode": "C-2017-0001-01", "invoiceNumber": "D1"}, {"invoiceNumber": "D"}])
    assert set(refused.json["ModelState"]) == {"[1].instalmentCode", "[1].invoiceNumber"}


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 400), (b"{", 400), (b'{"a":NaN}', 400), (b'{"a":1,"a":2}', 400), (b"[" * 50 + b"]" * 50, 400),
        (b"null", 400), (b"7", 400), (b'"x"', 400), (b"[7]", 400), (b"[null]", 400), (b"{}", 400),
        (b'{"instalmentCode":"C-2017-0001-01","InstalmentCode":"C-2017-0001-01","invoiceNumber":"D1"}', 400),
        (b'{"instalmentCode":"C-2017-0001-01","invoiceNumber":true}', 400),
        (b'{"INSTALMENTCODE":7,"invoiceNumber":"D1"}', 400),
    ],
)  # fmt: skip
def test_a_bad_body_is_refused_in_the_envelope_and_changes_nothing(
    kit: Kit, data: bytes, status: int
) -> None:
    before = kit.state("ixpole")
    refused = kit.ask("ixpole", PUT, INSTALMENTS, data=data, headers={"content-type": "application/json"})
    assert refused.status == status
    assert refused.json["Message"]
    assert refused.violations
    assert kit.state("ixpole") is before


@pytest.mark.parametrize(
    "media_type", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]
)
def test_only_json_is_read(kit: Kit, media_type: str) -> None:
    refused = kit.ask("ixpole", PUT, INSTALMENTS, data=b"a=b", headers={"content-type": media_type})
    assert refused.status == 415
    assert set(refused.json) == {"Message"}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/customer/9999", 404), ("/api/customer/abc", 400), ("/api/customer/99999999999999", 400),
        ("/api/products/0", 404), ("/api/nothing", 404), ("/api/instalments/7", 404),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said_in_the_envelope(kit: Kit, path: str, status: int) -> None:
    refused = kit.ask("ixpole", GET, path)
    assert refused.status == status
    assert refused.json["Message"]


NAMES = ["instalmentCode", "InstalmentCode", "invoiceNumber", "invoiceDueDate", "pdf", "paymentNo", "x"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(NAMES), inner, max_size=4,
    ),
    max_leaves=8,
)  # fmt: skip


@given(body=json_values)
def test_no_body_makes_the_server_fail_and_no_refusal_changes_anything(body: Any) -> None:
    before = SHARED.state("ixpole")
    reply = put(SHARED, body) if body is not None else put(SHARED, None, data=b"null")
    assert reply.status in (200, 400, 404, 409)
    if reply.status != 200:
        assert SHARED.state("ixpole") is before
        assert reply.violations


@pytest.mark.parametrize("operation", ["", "getInstalments", "postToken"])
@pytest.mark.parametrize("why", list(Why))
def test_every_kind_of_refusal_has_a_body(why: Why, operation: str) -> None:
    answer: Answer = refuse(Refused((Violation("schema", "body", "x", "y"),), 400, why), operation)
    assert answer.body
    assert answer.refused is not None


def test_credentials_are_the_same_everywhere() -> None:
    own = credentials("default")
    assert own == credentials("default")
    assert own.key == "ixp_default"
    assert own.env == {"IXKIT_IXPOLE_CLIENT_ID": own.key, "IXKIT_IXPOLE_CLIENT_SECRET": own.secret}
    assert credentials("other").secret != own.secret
