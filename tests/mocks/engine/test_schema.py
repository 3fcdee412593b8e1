"""Every breach of a schema, each with its place and its rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixmocks.engine.outcome import Violation
from ixmocks.engine.schema import Shape, related, to_json_schema, without_broken
from support import pocket

NOTE = Shape.of(pocket.NOTE)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "amount", "tags", "x"]), inner)
    ),
    max_leaves=8,
)


@given(JSON)
def test_a_value_fits_exactly_when_it_has_no_violations(value: object) -> None:
    assert NOTE.fits(value) == (NOTE.violations(value, "body") == [])


@given(JSON)
def test_what_is_left_after_pruning_has_no_value_of_a_wrong_shape(value: object) -> None:
    pruned = without_broken(value, NOTE.violations(value, "body"))
    left = [v for v in NOTE.violations(pruned, "body") if v.keyword in ("type", "pattern", "enum")]
    assert [v.at for v in left if v.at != "body" and "tags." not in v.at] == []


@given(JSON)
def test_pruning_leaves_the_original_as_it_was(value: object) -> None:
    text = repr(value)
    without_broken(value, NOTE.violations(value, "body"))
    assert repr(value) == text


def test_each_breach_says_rule_place_seen_and_expected() -> None:
    found = NOTE.violations({"amount": 101, "tags": ["a", "b", "c", 4]}, "body")
    assert {(v.rule, v.at, v.seen, v.expected) for v in found} == {
        ("schema", "body.text", "nothing", "a value: it is mandatory"),
        ("POCK-02", "body.amount", "101", "at most 100"),
        ("POCK-03", "body.tags", "4 items", "at most 2 items"),
        ("schema", "body.tags.3", "4", "of type string"),
    }


def test_two_absent_members_are_two_violations() -> None:
    shape = Shape.of(
        {"type": "object", "required": ["a", "b"], "x-rules": {"required": "R-1", "required.b": "R-2"}}
    )
    assert [(v.rule, v.at) for v in shape.violations({}, "body")] == [("R-1", "body.a"), ("R-2", "body.b")]


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, [], "string or integer"),
        ({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {}, "one of a, b"),
        ({"enum": ["x", "y"]}, "z", "one of x, y"),
        ({"enum": ["x", None]}, "z", "one of x"),
        ({"type": "string", "pattern": "^a$", "x-expected": "the letter a"}, "b", "the letter a"),
        ({"type": "string", "nullable": True}, 1, "of type string or null"),
    ],
)
def test_what_was_expected_is_said_in_words(schema: dict[str, object], value: object, expected: str) -> None:
    assert Shape.of(schema).violations(value, "body")[0].expected == expected


def test_of_several_alternatives_the_one_of_the_right_type_is_explained() -> None:
    shape = Shape.of({"anyOf": [pocket.NOTE, {"type": "array", "items": pocket.NOTE}]})
    assert [(v.rule, v.at) for v in shape.violations({"text": "a", "amount": 101}, "body")] == [
        ("POCK-02", "body.amount")
    ]
    assert [(v.rule, v.at) for v in shape.violations([{"text": "a"}, {"text": 7}], "body")] == [
        ("schema", "body.1.text")
    ]


def test_the_rule_of_the_whole_choice_stands_for_the_breach_of_its_closest_part() -> None:
    number = {
        "anyOf": [{"type": "number"}, {"type": "string", "pattern": "^[0-9]+$"}],
        "x-rules": {"anyOf": "R-1"},
    }
    shape = Shape.of({"type": "object", "properties": {"number": number}})
    assert [(v.rule, v.at) for v in shape.violations({"number": "GUEST"}, "body")] == [("R-1", "body.number")]
    assert [(v.rule, v.at) for v in shape.violations({"number": []}, "body")] == [("R-1", "body.number")]


def test_nullable_lets_null_in_and_a_member_named_description_is_no_keyword() -> None:
    plain = to_json_schema(
        {
            "type": "object",
            "description": "d",
            "properties": {"description": {"type": "string", "nullable": True}},
        }
    )
    assert plain == {"type": "object", "properties": {"description": {"type": ["string", "null"]}}}


def test_a_place_is_related_to_what_lies_around_and_inside_it() -> None:
    others = [Violation("schema", "body.lines.1", "", "", keyword="type")]
    assert related(_at("body.lines.1.text"), others)
    assert related(_at("body.lines"), others)
    assert not related(_at("body.lines.10"), others)


def test_what_is_inside_something_too_long_or_incomplete_is_not_said_yet() -> None:
    too_long = Violation("R-1", "body.lines", "", "", keyword="maxItems")
    others = [too_long, Violation("R-2", "body", "", "", keyword="required")]
    assert not related(_at("body.lines.1.text"), others)
    assert related(_at("body.lines.1.text", "R-1"), others)
    assert not related(_at("body.other"), others)


def _at(place: str, rule: str = "R-9") -> Violation:
    return Violation(rule, place, "", "")
