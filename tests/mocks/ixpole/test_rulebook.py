"""Does iXpole behave as its rule book and its document say? Every printed example is played."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest
import yaml

from ixmocks.engine.document import SPECS, load_document, load_rules
from ixmocks.engine.outcome import Changed
from ixmocks.ixpole import SYSTEM
from ixmocks.kit import Kit

BOOK = load_rules("ixpole.rules.yaml")
DOCUMENT = load_document("ixpole.yaml")
CLOCK = "2017-05-05T09:00:00+02:00"
EXAMPLES = [(code, side) for code in BOOK.rules for side in ("obeys", "breaks")]
OPERATIONS = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
}


def kit(readings: Mapping[str, str] | None = None) -> Kit:
    return Kit("documents", clock=CLOCK, seed=7, readings=readings or {}, systems=(SYSTEM,))


@pytest.mark.parametrize(("code", "side"), EXAMPLES)
def test_each_rule_does_what_its_examples_say(code: str, side: str) -> None:
    steps = BOOK.rules[code].raw[side]
    world = kit(steps[0].get("under"))
    for step in steps:
        play(world, step)


def play(world: Kit, step: Mapping[str, Any]) -> None:
    before = world.state("ixpole")
    if "advance" in step:
        world.advance(**step["advance"])
    elif "act" in step:
        outcome = world.act("ixpole", step["act"], unfolded(step.get("with", {})))
        assert isinstance(outcome, Changed) is step["ok"], outcome
        if "violates" in step:
            assert step["violates"] in {v.rule for v in outcome.violations}  # type: ignore[union-attr]
    else:
        reply = ask(world, step)
        assert reply.status == step["status"], (reply.body, reply.violations)
        if "answer" in step:
            assert holds(reply.json, step["answer"]), (reply.json, step["answer"])
        if "notes" in step:
            assert step["notes"] in reply.event.notes
        if "violates" in step:
            assert step["violates"] in reply.rules
    if "violates" in step or step.get("ok") is False:
        assert world.state("ixpole") is before


def ask(world: Kit, step: Mapping[str, Any]) -> Any:
    method, path, _ = OPERATIONS[step["call"]]
    for name, value in step.get("path", {}).items():
        path = path.replace(f"{{{name}}}", str(value))
    return world.ask(
        "ixpole", method, path, json=unfolded(step.get("body")), form=step.get("form"), query=step.get("query"),
        headers=step.get("headers"), auth="form" not in step,
    )  # fmt: skip


def unfolded(value: Any) -> Any:
    """A body with `$repeat` written out; with `$join`, the copies become one text."""
    if isinstance(value, dict) and "$repeat" in value:
        copies = [unfolded(value["of"])] * value["$repeat"]
        return value["$join"].join(copies) if "$join" in value else copies
    if isinstance(value, dict):
        return {name: unfolded(item) for name, item in value.items()}
    if isinstance(value, list):
        return [unfolded(item) for item in value]
    return Decimal(str(value)) if isinstance(value, float) else value


def holds(seen: Any, expected: Any) -> bool:
    """Whether the answer contains what is expected: objects may have more members, lists may not."""
    if isinstance(expected, dict):
        return isinstance(seen, dict) and all(k in seen and holds(seen[k], v) for k, v in expected.items())
    if isinstance(expected, list):
        same = isinstance(seen, list) and len(seen) == len(expected)
        return same and all(holds(s, e) for s, e in zip(seen, expected, strict=True))
    return bool(seen == (Decimal(str(expected)) if isinstance(expected, float) else expected))


def test_the_rule_book_numbers_every_code_that_the_mock_uses() -> None:
    folder = SPECS.parent / "mocks" / "ixmocks" / "ixpole"
    used = {code for path in folder.glob("*.py") for code in re.findall(r"IXP-\d\d", path.read_text())}
    used |= set(re.findall(r"IXP-\d\d", (SPECS / "ixpole.yaml").read_text()))
    assert used <= set(BOOK.rules)


def test_every_rule_names_operations_of_the_document() -> None:
    for rule in BOOK.rules.values():
        assert rule.operations, rule.code
        assert set(rule.operations) <= set(OPERATIONS), rule.code


def requests() -> Iterator[tuple[str, str, str, Any]]:
    for operation_id, (_, _, operation) in OPERATIONS.items():
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
            for name, example in content["examples"].items():
                yield operation_id, media_type, name, example["value"]


@pytest.mark.parametrize(("operation_id", "media_type", "name", "value"), list(requests()))
def test_every_request_that_the_document_prints_is_accepted(
    operation_id: str, media_type: str, name: str, value: Any
) -> None:
    form = value if "form" in media_type else None
    reply = ask_with(operation_id, value, form, media_type)
    assert reply.status == 200, (name, reply.body)


def ask_with(operation_id: str, value: Any, form: Any, media_type: str) -> Any:
    method, path, _ = OPERATIONS[operation_id]
    return kit().ask(
        "ixpole", method, path.replace("{customerId}", "1002"), json=None if form else value, form=form,
        headers={"content-type": media_type}, auth=form is None,
    )  # fmt: skip


@pytest.mark.parametrize("operation_id", sorted(OPERATIONS))
def test_every_printed_answer_is_of_the_documented_shape(operation_id: str) -> None:
    operation = kit().ports["ixpole"].routes
    for compiled in [*operation.static.values(), *operation.templated]:
        if compiled.id != operation_id:
            continue
        for status, answer in OPERATIONS[operation_id][2]["responses"].items():
            for content in answer.get("content", {}).values():
                for example in content.get("examples", {}).values():
                    _, shape = compiled.answer_shape(int(status))
                    assert shape is not None
                    assert shape.violations(example["value"], "answer") == []


def test_everything_in_the_document_says_where_it_comes_from() -> None:
    raw = yaml.safe_load((SPECS / "ixpole.yaml").read_text())
    bare = [
        f"{schema}.{name}"
        for schema, body in raw["components"]["schemas"].items()
        for name, member in body.get("properties", {}).items()
        if member.get("x-source", {}).get("confidence") not in ("documented", "public", "inferred")
    ]
    bare += [
        operation["operationId"]
        for item in raw["paths"].values()
        for operation in item.values()
        if "x-source" not in operation
        or any("x-source" not in p and "$ref" not in p for p in operation.get("parameters", ()))
    ]
    bare += [
        name for name, parameter in raw["components"]["parameters"].items() if "x-source" not in parameter
    ]
    assert bare == []
