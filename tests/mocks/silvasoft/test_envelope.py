"""Does each no come in the vendor's own words, which its clients look for?"""

from __future__ import annotations

import pytest

from ixmocks.engine.outcome import Presented, Refused, Violation, Why
from ixmocks.silvasoft import admit, credential_of, credentials, fold, limited, windows
from ixmocks.silvasoft.envelope import refuse
from ixmocks.silvasoft.state import State


def told(
    why: Why, status: int = 400, *, at: str = "body", keyword: str = "", message: str = ""
) -> tuple[int, str, str]:
    violation = Violation("schema", at, "this", "that", message, keyword=keyword)
    answer = refuse(Refused((violation,), status, why), "addsalestransaction")
    assert set(answer.body) == {"errorCode", "errorMessage"}
    return answer.status, answer.body["errorCode"], answer.body["errorMessage"]


@pytest.mark.parametrize(
    ("why", "status", "answer"),
    [
        (Why.UNAUTHORISED, 401, (401, "UNAUTHORIZED", "Invalid authentication credentials")),
        (Why.LIMITED, 401, (401, "UNAUTHORIZED", "Ratelimit exceeded")),
        (Why.NOT_JSON, 400, (400, "INVALID_JSON", "JSON is incorrect")),
        (Why.DEFECT, 500, (500, "TECHNICAL_ERROR", "A technical error has occurred")),
        (Why.FAULT, 503, (503, "TECHNICAL_ERROR", "A technical error has occurred")),
        (Why.FAULT, 401, (401, "UNAUTHORIZED", "Ratelimit exceeded")),
    ],
)
def test_the_documented_texts_are_word_for_word(why: Why, status: int, answer: tuple[int, str, str]) -> None:
    assert told(why, status) == answer


@pytest.mark.parametrize(
    ("at", "keyword", "text"),
    [
        (
            "body.Invoice_InvoiceLine.0.SubTotalInclTax",
            "type",
            'JSONObject["SubTotalInclTax"] is not a number.',
        ),
        (
            "body.Invoice_InvoiceLine.0.SubTotalInclTax",
            "anyOf",
            'JSONObject["SubTotalInclTax"] is not a number.',
        ),
        ("body.Invoice_InvoiceLine.2", "type", "JSONArray[2] is not a JSONObject."),
        ("body.Invoice_InvoiceLine", "type", 'JSONObject["Invoice_InvoiceLine"] is not a JSONArray.'),
        ("body.AddAsDraft", "type", 'JSONObject["AddAsDraft"] is not a Boolean.'),
        ("body.InvoiceNotes", "type", 'JSONObject["InvoiceNotes"] is not a string.'),
        ("body", "type", "JSON is incorrect"),
    ],
)
def test_a_wrong_type_reads_as_the_vendors_parser_says_it(at: str, keyword: str, text: str) -> None:
    assert told(Why.SCHEMA, at=at, keyword=keyword) == (400, "INVALID_JSON", text)


def test_other_breaches_are_validation_errors() -> None:
    assert told(Why.SCHEMA, at="body.X", keyword="required") == (400, "VALIDATION_ERROR", "X is mandatory")
    assert told(Why.RULE, message="Customer not found") == (400, "VALIDATION_ERROR", "Customer not found")


def test_key_and_user_name_are_both_needed(state: State, at: object) -> None:
    own = credentials("w7")
    assert (own.key, own.secret) == ("slv_w7", "api@w7.example")
    good = {"ApiKey": "slv_w7", "Username": "api@w7.example"}
    assert credential_of(Presented(good), {}) == "slv_w7"
    assert admit(state, Presented(good), own, at) is None  # type: ignore[arg-type]
    for name in good:
        for presented in ({**good, name: "x"}, {key: value for key, value in good.items() if key != name}):
            refused = admit(state, Presented(presented), own, at)  # type: ignore[arg-type]
            assert refused is not None and refused.first.rule == "SILV-26"


@pytest.mark.parametrize(("reading", "limits"), [("hourly", [1200]), ("all", [1200, 50, 2]), ("none", [])])
def test_the_windows_follow_the_reading(state: State, reading: str, limits: list[int]) -> None:
    found = windows(state, {"SILV-31": reading})
    assert [window.limit for window in found] == limits
    assert all(limited(window).why is Why.LIMITED for window in found)


def test_paths_are_alike_without_case_and_closing_slash() -> None:
    assert fold("/rest/AddSalesTransaction/") == fold("/rest/addsalestransaction")
