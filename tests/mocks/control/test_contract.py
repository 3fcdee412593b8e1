"""Is the control API true to its own contract? Schemathesis with every check, and the contract's own examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from schemathesis.engine import events, from_schema

from ixmocks.control import ControlApp, handlers
from ixmocks.control import meant as meant_module
from ixmocks.control.problems import KINDS
from ixmocks.engine.document import load_document
from ixmocks.engine.faults import Fault, Harm, Place
from ixmocks.engine.operation import Routes
from ixmocks.engine.outline import snake_case
from ixmocks.engine.schema import Shape
from ixmocks.kit import Held, Kit


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A made-up timeout of a minute is not waited for."""
    monkeypatch.setattr("ixmocks.control.waiting.SECONDS_MAX", 0.01)
    monkeypatch.setattr("ixmocks.control.following.SECONDS_MAX", 0.01)


HOSTS = frozenset({"testserver"})
"""The name under which Schemathesis calls an application in process."""


EACH_KIND = ("listEvents", "armFault", "resetWorld")
"""One of each kind of call: with a query, with a body, with neither."""


def fuzz(kit: Kit, examples: int, *, every_value_of: tuple[str, ...] = ()) -> tuple[list[str], Counter[int]]:
    """What was found, and how often each status was answered.

    Most of the time goes into making up values; that may be done for some operations only. The examples of all are
    tried in any case, and stories of several calls.
    """
    if not every_value_of:
        return _fuzz(kit, examples)
    found, statuses = _fuzz(kit, examples, skipped=("coverage", "fuzzing"))
    more, again = _fuzz(kit, examples, skipped=("examples", "stateful"), only=every_value_of)
    return found + more, statuses + again


def _fuzz(
    kit: Kit, examples: int, *, skipped: tuple[str, ...] = (), only: tuple[str, ...] = ()
) -> tuple[list[str], Counter[int]]:
    app = ControlApp(kit, hosts=HOSTS, urls=lambda: {"pocket": "http://127.0.0.1:4711"})
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, timeout=120)
    schema.config.generation.update(max_examples=examples)
    schema.config.generation.deterministic = True
    schema.config.seed = 1
    for phase in skipped:
        getattr(schema.config.phases, phase).enabled = False
    found: list[str] = []
    statuses: Counter[int] = Counter()
    for event in from_schema(schema.include(operation_id=list(only)) if only else schema).execute():
        if isinstance(event, events.ScenarioFinished):
            found += _failures(event)
            statuses.update(
                i.response.status_code for i in event.recorder.interactions.values() if i.response is not None
            )
        elif isinstance(event, (events.NonFatalError, events.FatalError)):
            found.append(str(getattr(event, "value", event)))
    return found, statuses


def _failures(event: events.ScenarioFinished) -> Iterator[str]:
    for checks in event.recorder.checks.values():
        for check in checks:
            if check.failure_info is not None:
                yield f"{check.name}: {check.failure_info.failure}\n{check.failure_info.code_sample}"


def test_a_bounded_fuzz_finds_nothing(kit: Kit) -> None:
    found, statuses = fuzz(kit, 3, every_value_of=EACH_KIND)
    assert not found, "\n\n".join(found)
    # Not only closed doors were tried.
    assert statuses[200] > 30 and statuses[201] > 3 and statuses[400] > 30


@pytest.mark.long
def test_a_long_fuzz_finds_nothing(kit: Kit) -> None:
    found, _ = fuzz(kit, 300)
    assert not found, "\n\n".join(found)


def test_every_operation_has_its_handler_and_every_handler_its_operation(routes: Routes) -> None:
    meant = {snake_case(operation.id) for operation in routes.operations()}
    given = {
        name
        for name, value in vars(handlers).items()
        if list(getattr(value, "__annotations__", ())) == ["asked", "return"]
        and value.__module__ != meant_module.__name__
        and not name.startswith("_")
    }
    assert given == meant


def test_every_example_is_of_its_own_shape() -> None:
    document = load_document("control.yaml")
    examples = list(_examples(document))
    assert len(examples) > 30
    for place, schema, example in examples:
        assert not Shape.of(schema).violations(example, place)


def test_every_kind_of_problem_has_an_answer_in_the_contract(routes: Routes) -> None:
    known = {status for operation in routes.operations() for status in operation.answers}
    # 405 and an unknown path belong to no operation.
    assert {str(status) for status, _ in KINDS.values()} - {"405"} <= known


def test_the_examples_of_requests_are_taken(control: Any, routes: Routes) -> None:
    document = load_document("control.yaml")
    taken = 0
    for operation in routes.operations():
        body = document["paths"][operation.path][operation.method.lower()].get("requestBody", {})
        for example in body.get("content", {}).get("application/json", {}).get("examples", {}).values():
            control.post("/v1/worlds/default/reset")
            path = operation.path.replace("{world}", "default").replace("{system}", "pocket")
            value = {"text": "hello"} if operation.id == "doAction" else example["value"]
            if operation.id == "shutDown":
                continue
            if operation.id == "releaseHold":
                path = path.replace("{hold}", _held(control.kit))
            if operation.id == "rewindWorld":
                value = {"event": f"e{control.kit.world().journal.written}"}
            response = control(operation.method, path.replace("{action}", "scribble"), value)
            assert response.status_code in (200, 201), response.text
            taken += 1
    assert taken >= 10


def _held(kit: Kit) -> str:
    kit.world().faults.arm(Fault(Place.RECEIVED, Harm.HOLD))
    with pytest.raises(Held) as told:
        kit.ask("pocket", "GET", "/notes")
    return told.value.hold.id


def _examples(document: Any) -> Iterator[tuple[str, Any, Any]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method == "parameters":
                continue
            bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
            for body in bodies:
                for media in body.get("content", {}).values():
                    many = [entry["value"] for entry in media.get("examples", {}).values()]
                    for example in [*many, *([media["example"]] if "example" in media else [])]:
                        yield f"{method} {path}", media["schema"], example


def test_the_folder_of_contracts_is_found() -> None:
    from ixmocks.engine.document import SPECS

    assert (Path(SPECS) / "control.yaml").is_file()
