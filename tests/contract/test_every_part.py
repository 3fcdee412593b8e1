"""Is every part of a contract alive? Each keyword refuses, each parameter is taken, each status can be had."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import pytest

from ixmocks.engine.exchange import Received, Sent
from ixmocks.engine.faults import Fault, Harm, Place
from ixmocks.engine.operation import Operation
from ixmocks.kit import Kit
from ixmocks.reach.promised import FORMS, promised
from ixmocks.reach.seen import Seen
from ixmocks.systems import SYSTEMS
from support.wrongly import whole, wrong

NAMES = [system.name for system in SYSTEMS]
CLOCK = "2017-05-05T09:00:00+02:00"


class Caller:
    """Sends to one system what a contract describes, rightly or wrongly, and counts what that reaches."""

    def __init__(self, system: str, readings: Mapping[str, str]) -> None:
        chosen = [each for each in SYSTEMS if each.name == system]
        self.kit = Kit("documents", clock=CLOCK, seed=7, readings=dict(readings), systems=chosen)
        self.system, self.port = system, self.kit.ports[system]
        self.seen = Seen(system, self.port.rules)
        self.items = promised(self.port)
        self.signed = {name.lower(): value for name, value in self.kit.credentials(system).items()}
        self.members = {
            name: self.signed.pop(name.lower())
            for name in self.kit.members(system)
            if name.lower() in self.signed
        }

    def operations(self) -> Iterator[Operation]:
        return self.port.routes.operations()

    def send(
        self,
        operation: Operation,
        *,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
        too_large: int = 0,
        signed: bool = True,
    ) -> Sent:
        path = operation.path
        for each in operation.parameters:
            if each.place == "path":
                path = path.replace(f"{{{each.name}}}", "1")
        given = {"content-type": operation.media_types[0]} if operation.media_types else {}
        given |= (self.signed if signed else {}) | dict(headers or {})
        query = dict(query or {})
        if signed and operation.schemes:
            if operation.method == "GET":
                query |= self.members
            elif isinstance(body, dict):
                body = {**body, **self.members}
        if raw is None:
            raw = b"" if body is None else _written(operation, body)
        pairs = tuple((name.encode(), value.encode("latin-1", "replace")) for name, value in given.items())
        sent = self.kit.exchange(
            self.system, Received(operation.method, path, urlencode(query), pairs, raw, too_large)
        )
        assert sent.event is not None
        assert sent.event.operation == operation.id
        assert not any(each.rule == "defect" for each in sent.event.violations), sent.event.violations
        assert str(sent.status) in operation.answers, (operation.id, sent.status)
        self.seen.take(sent.event, self.kit.world().readings)
        self.kit.world().moment = (
            self.kit.world().first
        )  # whatever came of it: the next one finds all as it was
        return sent

    def missing(self, kind: str) -> list[str]:
        return [name for name, times in self.seen.reached(self.items)[kind].items() if not times]


def _written(operation: Operation, body: Any) -> bytes:
    if any(kind in FORMS for kind in operation.media_types) and isinstance(body, dict):
        return urlencode({name: value for name, value in body.items() if value is not None}).encode()
    return json.dumps(body).encode()


NO_WINDOWS = {"silvasoft": {"SILV-31": "none"}}


@pytest.fixture(scope="module", params=NAMES)
def caller(request: pytest.FixtureRequest) -> Caller:
    return Caller(request.param, NO_WINDOWS.get(request.param, {}))


def test_every_keyword_of_a_contract_refuses_a_value_of_its_own(caller: Caller) -> None:
    for operation in caller.operations():
        for parameter in operation.parameters:
            if parameter.place == "path":
                continue
            caller.send(operation, body=_body(operation))
            send = _by_query if parameter.place == "query" else _by_header
            for value in wrong(parameter.shape.schema, whole(parameter.shape.schema), text=True):
                if not isinstance(value, (dict, list)) and value is not None:
                    send(caller, operation, parameter.name, value)
        if operation.body is not None:
            text = any(kind in FORMS for kind in operation.media_types)
            for value in wrong(operation.body.schema, whole(operation.body.schema), text=text):
                caller.send(operation, body=value, raw=b"null" if value is None else None)
    assert caller.missing("keyword") == []


def _by_query(caller: Caller, operation: Operation, name: str, value: Any) -> None:
    caller.send(operation, query={name: _text(value)}, body=_body(operation))


def _by_header(caller: Caller, operation: Operation, name: str, value: Any) -> None:
    caller.send(operation, headers={name.lower(): _text(value)}, body=_body(operation))


def _body(operation: Operation) -> Any:
    """Something, so that parameters are looked at."""
    return whole(operation.body.schema) if operation.body is not None else None


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_every_parameter_is_taken(caller: Caller) -> None:
    for operation in caller.operations():
        for parameter in operation.parameters:
            value = _text(whole(parameter.shape.schema))
            if parameter.place == "query":
                caller.send(operation, query={parameter.name: value})
            elif parameter.place == "header":
                caller.send(operation, headers={parameter.name.lower(): value})
    assert caller.missing("parameter") == []


def test_every_gate_and_every_failure_has_a_documented_answer(caller: Caller) -> None:
    """413, 415, not JSON, no credentials; and what an armed fault answers with."""
    for operation in caller.operations():
        if "413" in operation.answers:
            assert caller.send(operation, too_large=10).status in (413, 200)
        if operation.body is not None:
            caller.send(operation, headers={"content-type": "text/plain"}, raw=b"x")
            caller.send(operation, raw=b"{")
        caller.send(operation, signed=False)
        for status in operation.answers:
            if status.isdecimal() and int(status) >= 400:
                fault = Fault(Place.RECEIVED, Harm.STATUS, operation=operation.id, status=int(status))
                caller.kit.world().faults.arm(fault)
                assert caller.send(operation).event.fault  # type: ignore[union-attr]
    left = [name for name in caller.missing("status") if not name.endswith((" 200", " 201", " 202", " 204"))]
    assert left == []
