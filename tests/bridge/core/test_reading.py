"""Is an answer read exactly, or not at all?"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixbridge.core.reading import DEPTH_MAX, Fields, Unreadable, parse

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_what_was_said_is_what_is_read(value: Any) -> None:
    assert parse(json.dumps(value).encode()) == value


@given(st.decimals(-(10**12), 10**12, places=2))
def test_a_number_is_never_a_float(number: Decimal) -> None:
    value = parse(str(number).encode())
    assert value == number and not isinstance(value, float)


@given(st.binary(max_size=60))
def test_bytes_of_any_kind_are_read_or_refused(body: bytes) -> None:
    try:
        parse(body)
    except Unreadable as error:
        assert len(str(error)) < 300


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"[1,]",
        b"{'a': 1}",
        b"1 2",
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b'{"a": 1, "a": 2}',
        b"\xff\xfe[\x00]\x00",
        b"\xef\xbb\xbf[]",
        b"1" * 31,
        b"0." + b"1" * 40,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 10_000,
        b"[" * (DEPTH_MAX + 1) + b"]" * (DEPTH_MAX + 1),
    ],
)
def test_what_is_no_json_or_too_much_of_it_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        parse(body)


def test_depth_has_a_limit() -> None:
    assert parse(b"[" * DEPTH_MAX + b"]" * DEPTH_MAX)


def test_a_field_is_of_its_type_or_named() -> None:
    fields = Fields({"text": "a", "number": 1, "half": Decimal("0.5"), "flag": True, "day": "2026-04-01"})
    assert (fields.text("text"), fields.integer("number"), fields.decimal("half")) == ("a", 1, Decimal("0.5"))
    assert fields.flag("flag", False) and fields.iso_date("day") == date(2026, 4, 1)
    assert fields.number_text("number") == "1"
    for wrong in (
        lambda: fields.text("number"),
        lambda: fields.integer("flag"),
        lambda: fields.integer("half"),
        lambda: fields.decimal("text"),
        lambda: fields.flag("text", False),
        lambda: fields.iso_date("text"),
        lambda: fields.text("nothing"),
        lambda: fields.fields("text"),
        lambda: fields.items("text"),
        lambda: fields.number_text("half"),
    ):
        with pytest.raises(Unreadable):
            wrong()


def test_half_a_character_is_refused() -> None:
    with pytest.raises(Unreadable, match="half a character"):
        Fields(parse(b'{"name": "\\ud800"}')).text("name")


def test_the_same_name_in_two_cases_is_refused() -> None:
    with pytest.raises(Unreadable, match="different cases"):
        Fields({"code": "A", "Code": "B"}, anycase=True)
