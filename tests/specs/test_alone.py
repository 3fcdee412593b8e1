"""Does a contract refuse by itself what its rules forbid? Who makes a client of it has no mock to ask.

`alone/<system>.yaml` says it once more, in requests. By operation: `fine` is a `body`, `query`, `header` or `answer`
that the contract takes; `edges` are values that it takes as well, each in its place; `broken` are values that it
refuses, by rule, and `missing` places that it does not do without. `$each` is a list of values, one at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from ixcheck.specs.examples import unfolded
from ixmocks.engine.document import load_document
from ixmocks.engine.operation import Operation, check_parameters, compile_routes
from ixmocks.systems import SYSTEMS

TABLES = sorted((Path(__file__).parent / "alone").glob("*.yaml"))
GONE = object()


@dataclass(frozen=True)
class Case:
    """A fine request of an operation, changed in one place."""

    request: Mapping[str, Any]
    """`body`, `query`, `header` or `answer`."""
    place: str
    value: Any
    rule: str = ""
    """What the change breaks; "" is nothing."""

    @property
    def changed(self) -> dict[str, Any]:
        made: dict[str, Any] = deepcopy(dict(self.request))
        holder: Any = made
        *steps, last = self.place.split(".")
        for step in steps:
            holder = holder[int(step)] if isinstance(holder, list) else holder[step]
        if isinstance(holder, list):
            holder[int(last)] = self.value
        elif self.value is GONE:
            del holder[last]
        else:
            holder[last] = self.value
        return made


@lru_cache(maxsize=8)
def operations(system: str) -> dict[str, Operation]:
    (one,) = (each for each in SYSTEMS if each.name == system)
    routes = compile_routes(load_document(f"{system}.yaml"), one.handlers, one.fold)
    return {each.id: each for each in routes.operations()}


def breaches(operation: Operation, request: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Rule and place of all that the contract says against a request; no handler is asked."""
    found = []
    for place in ("query", "header"):
        if place in request:
            found += check_parameters(operation, place, request[place])[1]
    if "body" in request:
        assert operation.body is not None
        found += operation.body.violations(request["body"], "body")
    if "answer" in request:
        shape = operation.answer_shape(200)[1]
        assert shape is not None
        found += shape.violations(request["answer"], "answer")
    return {(each.rule, each.at) for each in found}


def cases() -> Iterator[Any]:
    for table in TABLES:
        system = table.stem
        for operation, told in yaml.safe_load(table.read_text("utf-8")).items():
            for case in _of(told):
                said = f"{system}-{operation}-{case.rule or 'fine'}-{case.place}"
                yield pytest.param(system, operation, case, id=said)


def _of(told: Mapping[str, Any]) -> Iterator[Case]:
    (root,) = told["fine"]
    fine = unfolded(told["fine"])
    for place, value in told.get("edges", {}).items():
        for each in _each(value):
            yield Case(fine, _place(root, place), each)
    for rule, places in told.get("missing", {}).items():
        for place in places:
            yield Case(fine, _place(root, place), GONE, rule)
    for rule, changes in told.get("broken", {}).items():
        for place, value in changes.items():
            for each in _each(value):
                yield Case(fine, _place(root, place), each, rule)


def _place(root: str, place: str) -> str:
    """Below the root; an empty place is the whole."""
    return f"{root}.{place}" if place else root


def _each(value: Any) -> list[Any]:
    several = isinstance(value, dict) and "$each" in value
    return [unfolded(each) for each in (value["$each"] if several else [value])]


@pytest.mark.parametrize(("system", "operation", "case"), list(cases()))
def test_a_contract_alone_refuses_what_its_rule_forbids_and_nothing_less(
    system: str, operation: str, case: Case
) -> None:
    known = operations(system)[operation]
    assert breaches(known, case.request) == set()
    found = breaches(known, case.changed)
    if case.rule:
        assert (case.rule, case.place) in found
    else:
        assert found == set()
