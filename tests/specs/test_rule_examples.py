"""Does each mock behave as its contract says? Every example of rule book and document is played in a fresh world."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pytest
import yaml

from ixmocks.engine.document import SPECS, load_document
from ixmocks.engine.outcome import Changed
from ixmocks.kit import Kit, Reply
from ixmocks.systems import SYSTEMS

SCENARIO, CLOCK = "documents", "2017-05-05T09:00:00+02:00"
BOOKS = {path.name.partition(".")[0]: path for path in sorted(SPECS.glob("*.rules.yaml"))}
METHODS = ("get", "post", "put", "patch", "delete")

Step = Mapping[str, Any]


class _Exact(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML in which 692.4 is the decimal that it looks like."""


_Exact.add_constructor(
    "tag:yaml.org,2002:float",
    lambda loader, node: Decimal(str(loader.construct_scalar(node)).replace("_", "")),
)


@lru_cache(maxsize=1)
def books() -> dict[str, dict[str, Any]]:
    return {system: yaml.load(path.read_bytes(), _Exact)["rules"] for system, path in BOOKS.items()}


@lru_cache(maxsize=8)
def document(system: str) -> dict[str, Any]:
    """A contract, read once: connexion takes a third of a second for each."""
    return load_document(f"{system}.yaml")


@lru_cache(maxsize=8)
def operations(system: str) -> dict[str, tuple[str, str]]:
    """operationId to method and path."""
    return {
        item[method]["operationId"]: (method.upper(), path)
        for path, item in document(system)["paths"].items()
        for method in METHODS
        if method in item
    }


def examples() -> Iterator[Any]:
    for system, rules in books().items():
        for code, rule in rules.items():
            for side in ("obeys", "breaks"):
                yield pytest.param(system, code, rule[side], id=f"{code}-{side}")


def alternatives() -> Iterator[Any]:
    for system, rules in books().items():
        for code, rule in rules.items():
            for reading in rule.get("readings") or ():
                yield pytest.param(system, code, reading["name"], id=f"{code}-{reading['name']}")


@pytest.mark.parametrize(("system", "code", "steps"), list(examples()))
def test_the_mock_does_what_the_example_says(system: str, code: str, steps: list[Step]) -> None:
    kit = world(system, steps[0].get("under") or {})
    refusals = [play(kit, system, step, f"{code}, step {number + 1}") for number, step in enumerate(steps)]
    own = [reply for reply in refusals if reply is not None and reply.rules[:1] == (code,)]
    error = books()[system][code].get("error")
    if own and error:
        assert any(says(reply, error) for reply in own), f"{[r.body for r in own]}; expected {error}"


def noted() -> Iterator[Any]:
    for system, rules in books().items():
        for code, rule in rules.items():
            sides = [any(step.get("notes") == code for step in rule[side]) for side in ("obeys", "breaks")]
            if sides == [False, True]:
                yield pytest.param(system, code, id=code)


@pytest.mark.parametrize(("system", "code"), list(noted()))
def test_a_rule_that_is_noted_where_it_is_broken_is_not_noted_where_it_is_obeyed(
    system: str, code: str
) -> None:
    steps = books()[system][code]["obeys"]
    kit = world(system, steps[0].get("under") or {})
    journal = kit.world().journal
    journal.clear()
    for number, step in enumerate(steps):
        play(kit, system, step, f"{code}, step {number + 1}")
    assert len(journal) > 0
    assert code not in {note for event in journal for note in event.notes}


@pytest.mark.parametrize(("system", "code", "name"), list(alternatives()))
def test_every_reading_can_be_lived_under(system: str, code: str, name: str) -> None:
    """The examples of its rule are answered, whatever they are answered there."""
    rule = books()[system][code]
    for steps in (rule["obeys"], rule["breaks"]):
        kit = world(system, {code: name})
        assert kit.world().readings[code] == name
        for step in steps:
            if "advance" in step:
                kit.advance(**{unit: float(amount) for unit, amount in step["advance"].items()})
            elif "act" in step:
                kit.act(system, step["act"], unfolded(step.get("with") or {}))
            else:
                reply = ask(kit, system, step)
                assert "defect" not in reply.rules, (reply.status, reply.violations)


def test_a_reading_that_no_rule_has_is_refused() -> None:
    with pytest.raises(ValueError, match="SILV-01"):
        world("silvasoft", {"SILV-01": "lines-1000"})


@lru_cache(maxsize=8)
def kit_of(system: str) -> Kit:
    """Compiled once; the examples name the default world's credentials, so that one is used again and again."""
    return Kit(SCENARIO, clock=CLOCK, seed=7, systems=[each for each in SYSTEMS if each.name == system])


def world(system: str, readings: Mapping[str, str]) -> Kit:
    """A kit whose default world is as new, under these readings."""
    kit = kit_of(system)
    kit.worlds.check_readings(readings)
    kit.world().reset()
    kit.world().readings = kit.worlds.complete(readings)
    return kit


def play(kit: Kit, system: str, step: Step, where: str) -> Reply | None:
    """One step: time passes, a person acts, or a connector calls; and it is as the step says.

    Hands back the answer where a call was refused.
    """
    if "advance" in step:
        kit.advance(**{unit: float(amount) for unit, amount in step["advance"].items()})
        return None
    before = kit.state(system)
    reply = None if "act" in step else call(kit, system, step, where)
    refused = (
        not act(kit, system, step, where) if reply is None else reply.status >= 400 or bool(reply.violations)
    )
    if refused:
        assert kit.state(system) is before, f"{where}: refused, and yet something changed"
    return reply if refused else None


def act(kit: Kit, system: str, step: Step, where: str) -> bool:
    outcome = kit.act(system, step["act"], unfolded(step.get("with") or {}))
    done = isinstance(outcome, Changed)
    assert done is step.get("ok", True), f"{where}: {outcome}"
    if "violates" in step:
        assert not isinstance(outcome, Changed)
        assert step["violates"] in {found.rule for found in outcome.violations}, f"{where}: {outcome}"
    return done


def call(kit: Kit, system: str, step: Step, where: str) -> Reply:
    reply = ask(kit, system, step)
    seen = f"{where}: {reply.status} {reply.body[:600]!r} {reply.violations} notes {reply.event.notes}"
    assert reply.status == step["status"], seen
    if "answer" in step:
        assert holds(reply.json, step["answer"]), f"{seen}; expected {step['answer']}"
    if "notes" in step:
        assert step["notes"] in reply.event.notes, seen
    if "violates" in step:
        assert step["violates"] in reply.rules, seen
    return reply


def says(reply: Reply, error: Mapping[str, Any]) -> bool:
    """Whether a refusal is in the words of the rule book. What stands in single quotes there is an example."""
    said = json.loads(reply.body)
    inner = said["status"] if isinstance(said.get("status"), dict) else said
    words = [value for value in inner.values() if isinstance(value, str)]
    message = re.sub(r"'[^']*'", "'.*'", re.escape(str(error.get("message", "")).rstrip(".")))
    return (
        reply.status == error["status"]
        and error.get("code") in (None, *words)
        and any(re.match(message, word) for word in words)
    )


def ask(kit: Kit, system: str, step: Step) -> Reply:
    method, path = operations(system)[step["call"]]
    for name, value in (step.get("path") or {}).items():
        path = path.replace(f"{{{name}}}", str(value))
    headers = dict(step.get("headers") or {})
    if "data" in step:
        headers.setdefault("content-type", "application/json")
    return kit.ask(
        system,
        method,
        step.get("at", path),
        json=unfolded(step["body"]) if "body" in step else None,
        data=step["data"].encode() if "data" in step else None,
        form=step.get("form"),
        query=step.get("query"),
        headers=headers,
        auth="form" not in step,
    )


def unfolded(value: Any) -> Any:
    """A value with each `$repeat` written out; with `$join`, the copies become one text."""
    if isinstance(value, dict) and "$repeat" in value:
        copies = [unfolded(value["of"])] * value["$repeat"]
        return value["$join"].join(copies) if "$join" in value else copies
    if isinstance(value, dict):
        return {name: unfolded(item) for name, item in value.items()}
    if isinstance(value, list):
        return [unfolded(item) for item in value]
    return value


def holds(seen: Any, expected: Any) -> bool:
    """Whether an answer contains what is expected.

    Objects may have more members, lists have as many items. An object stands for a list of one.
    `$absent` is a member that is not there, `$starts` a text that begins so.
    """
    if isinstance(expected, dict):
        if "$starts" in expected:
            return isinstance(seen, str) and seen.startswith(expected["$starts"])
        if isinstance(seen, list):
            return len(seen) == 1 and holds(seen[0], expected)
        return isinstance(seen, dict) and all(
            name not in seen if value == {"$absent": True} else name in seen and holds(seen[name], value)
            for name, value in expected.items()
        )
    if isinstance(expected, list):
        if not isinstance(seen, list) or len(seen) != len(expected):
            return False
        return all(holds(one, wanted) for one, wanted in zip(seen, expected, strict=True))
    return bool(seen == expected) and isinstance(seen, bool) is isinstance(expected, bool)


def printed(system: str, operation_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The examples of an operation's request and of its answer, by name."""
    method, path = operations(system)[operation_id]
    operation = document(system)["paths"][path][method.lower()]
    return _examples(operation.get("requestBody", {})), _examples(operation["responses"].get("200", {}))


def _examples(body: Mapping[str, Any]) -> dict[str, tuple[str, Any]]:
    """Media type and value of each example of a body, by name."""
    return {
        name: (kind, example["value"])
        for kind, media in body.get("content", {}).items()
        for name, example in media.get("examples", {}).items()
    }


def requests(*, answered: bool = False) -> Iterator[Any]:
    """Every printed request; or only those whose answer is printed under the same name."""
    for system in BOOKS:
        for operation_id in operations(system):
            request, answer = printed(system, operation_id)
            for name in request:
                if name in answer or not answered:
                    yield pytest.param(system, operation_id, name, id=f"{system}-{operation_id}-{name}")


def send(system: str, operation_id: str, name: str) -> Reply:
    kind, value = printed(system, operation_id)[0][name]
    step = {"call": operation_id, ("form" if "form" in kind else "body"): value}
    return ask(world(system, {}), system, {**step, "path": _whom(system, operation_id)})


def _whom(system: str, operation_id: str) -> dict[str, Any]:
    """The path parameters of a printed request: the documents' own examples, or those below."""
    method, path = operations(system)[operation_id]
    item = document(system)["paths"][path]
    parameters = [*item.get("parameters", ()), *item[method.lower()].get("parameters", ())]
    shown = {
        each["name"]: each["example"] for each in parameters if each["in"] == "path" and "example" in each
    }
    return {**shown, **PATHS.get(operation_id, {})}


PATHS = {"patchCustomer": {"customerId": 1002, "CustomerId": 1002}}
"""Whom the printed requests are about, where the body does not say."""


@pytest.mark.parametrize(("system", "operation_id", "name"), list(requests()))
def test_every_request_that_a_document_prints_is_accepted(system: str, operation_id: str, name: str) -> None:
    reply = send(system, operation_id, name)
    assert reply.status in (200, 204), (reply.body, reply.violations)


@pytest.mark.parametrize(("system", "operation_id", "name"), list(requests(answered=True)))
def test_the_answer_printed_under_the_name_of_a_request_is_the_one_that_comes(
    system: str, operation_id: str, name: str
) -> None:
    assert json.loads(send(system, operation_id, name).body) == printed(system, operation_id)[1][name][1]


@pytest.mark.parametrize(
    ("seen", "expected", "result"),
    [
        ([{"a": 1, "b": 2}], {"a": 1}, True),
        ([{"a": 1}, {"a": 1}], {"a": 1}, False),
        ([{"a": 1}], [{"a": 2}], False),
        ([{"a": 1}], [], False),
        ({"a": None}, {"a": {"$absent": True}}, False),
        ({"b": 1}, {"a": {"$absent": True}}, True),
        ({"b": 1}, {"a": None}, False),
        ({"a": "JVBERi0x"}, {"a": {"$starts": "JVB"}}, True),
        ({"a": None}, {"a": {"$starts": "JVB"}}, False),
        ({"a": Decimal("692.40")}, {"a": Decimal("692.4")}, True),
        ({"a": True}, {"a": 1}, False),
    ],
)
def test_an_answer_contains_no_less_than_the_example_says(seen: Any, expected: Any, result: bool) -> None:
    assert holds(seen, expected) is result
