"""JSON in and out without losing a digit, and without taking what should be refused."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ixmocks.engine import exact

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | TEXT
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_what_is_dumped_parses_to_the_same_value(value: object) -> None:
    assert exact.parse(exact.dump(value)) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**20), max_value=10**20))
@example(Decimal("0.10"))
@example(Decimal("-0.00"))
def test_an_amount_with_cents_keeps_every_digit(value: Decimal) -> None:
    text = f"{value:f}"
    assert exact.parse(f'{{"a":{text}}}'.encode())["a"] == value


@given(st.integers(-(10**40), 10**40), st.sampled_from([0, 2, 3]))
@example(69240, 2)
@example(-5, 2)
def test_minor_units_print_as_the_amount_they_are(minor: int, exponent: int) -> None:
    printed = str(exact.amount(minor, exponent))
    assert Fraction(printed) * 10**exponent == minor
    assert "E" not in printed
    assert not (printed.endswith("0") and "." in printed)


@given(st.dictionaries(TEXT, st.integers(), min_size=1, max_size=3), JSON)
def test_a_name_that_comes_twice_is_refused_however_deep(members: dict[str, int], around: object) -> None:
    inner = json.dumps(members, ensure_ascii=False)
    first = json.dumps(next(iter(members)), ensure_ascii=False)
    twice = f"{inner[:-1]}, {first}: 1}}"
    raw = f'[{json.dumps(around, ensure_ascii=False)}, {{"deep": [{twice}]}}]'.encode()
    with pytest.raises(exact.NotJson, match="more than once"):
        exact.parse(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"   ", b"{", b'{"a":1', b"NaN", b'{"a":NaN}', b'{"a":Infinity}', b"[" * 100_000, b'{"a":' * 10_000,
        b"[" * 33 + b"]" * 33, b'{"a":1}{"b":2}', b"{'a':1}", b'{"a":1,}', b'{"a":01}', b'{"a":1.}', b'{"a":.5}',
        b'{"a":+1}', b'{"a":"\xff"}', b"\xef\xbb\xbf{}", b'{"a":"\\ud800"}', b"/**/{}", '{"a":1}'.encode("utf-16"),
        b"1" * 5_000,
    ],
    ids=lambda raw: repr(raw[:12]),
)  # fmt: skip
def test_what_is_no_json_is_refused_with_a_reason(raw: bytes) -> None:
    with pytest.raises(exact.NotJson) as caught:
        exact.parse(raw)
    assert str(caught.value)


plain_values = st.none() | st.booleans() | st.integers() | st.text(alphabet='{}[]:," \\a', max_size=6)
flat = st.dictionaries(st.text(alphabet='ab{[:" ', max_size=3), plain_values, max_size=4)
deep = st.recursive(
    plain_values,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
)


@given(
    st.dictionaries(st.text(max_size=3), plain_values | flat | st.lists(flat, max_size=4) | deep, max_size=5)
)
def test_a_body_that_passes_for_flat_is_neither_deep_nor_long_and_has_each_name_once(value: object) -> None:
    raw = exact.dump(value)
    names, depth, nodes = exact._measure(value)
    if exact._is_flat(value, raw):
        assert depth <= FLAT_DEPTH
        assert nodes <= exact.NODES_MAX
        assert exact._names_once(raw, names)


FLAT_DEPTH = 4
"""An object, a list, its objects, and an empty one in them."""


@pytest.mark.parametrize(
    "more",
    [
        b'"x":1,"x":1', b'"x":{"y":1,"y":1}', b'"x":[{"y":1,"y":1}]', b'"x":{"y":{"z":1}}', b'"x":{"y":[]}',
        b'"x":[[]]', b'"x":[{"y":{"z":1}}]', b'"x":[{"y":[1]}]', b'"x":[1,{"y":1}]',
    ],
)  # fmt: skip
@given(flat, st.lists(flat, max_size=4))
def test_a_body_with_a_name_twice_or_anything_deeper_never_passes_for_flat(
    more: bytes, head: dict[str, object], rows: list[dict[str, object]]
) -> None:
    raw = exact.dump({**head, "rows": rows})[:-1] + b"," + more + b"}"
    assert not exact._is_flat(json.loads(raw), raw)


@given(st.lists(flat, min_size=1, max_size=3), st.sampled_from([": ", " : ", ":", "\t:"]))
def test_names_that_came_once_are_never_refused_and_twice_always(
    rows: list[dict[str, object]], colon: str
) -> None:
    text = json.dumps({"rows": rows}, separators=(", ", colon)).encode()
    assert exact.parse(text) == {"rows": rows}
    twice = text.replace(b'{"rows"', b'{"rows"%s0, "rows"' % colon.encode(), 1)
    with pytest.raises(exact.NotJson, match="more than once"):
        exact.parse(twice)


def test_colons_in_texts_are_not_taken_for_names() -> None:
    assert exact.parse(b'{"a":"x:y:z","b":["::"]}') == {"a": "x:y:z", "b": ["::"]}


def test_an_exponent_is_a_number_like_any_other() -> None:
    assert exact.parse(b'{"a":1E2}') == {"a": Decimal(100)}


def test_a_form_field_that_comes_twice_is_refused() -> None:
    assert exact.parse_form(b"a=1&b=%C3%A9") == {"a": "1", "b": "é"}
    with pytest.raises(exact.NotJson, match="more than once"):
        exact.parse_form(b"a=1&a=2")


@pytest.mark.parametrize("raw", [b"a", b"\xff=1", b"a=%ff", b"&".join([b"a=1"] * 200)])
def test_what_is_no_form_is_refused(raw: bytes) -> None:
    with pytest.raises(exact.NotJson):
        exact.parse_form(raw)


@pytest.mark.parametrize(
    ("raw", "vast"),
    [
        (b"[1e307]", False), (b"[-1e307]", False), (b"[1e308]", True), (b"[-1E+400]", True), (b"[1e-400]", False),
        (b"[123456789012345678901234567890.12]", False), (b"[" + b"9" * 309 + b"]", True), (b'["1e400"]', False),
    ],
)  # fmt: skip
def test_a_number_beyond_a_double_is_noticed_and_none_loses_a_digit(raw: bytes, vast: bool) -> None:
    value, noticed = exact.read(raw)
    assert noticed is vast
    assert Fraction(value[0]) == Fraction(raw.decode().strip('[]"'))


@pytest.mark.parametrize("before", range(45))
def test_a_long_whole_number_is_noticed_wherever_it_begins(before: int) -> None:
    for digits, vast in ((307, False), (308, True), (330, True)):
        assert exact.read(b" " * before + b"7" * digits)[1] is vast
