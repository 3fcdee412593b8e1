"""What becomes of one admitted request? Gates, body, parameters, handler: the answer and the next state.

Nothing is committed or written here; `perform` does that.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from ixmocks.engine import exact
from ixmocks.engine.call import Call
from ixmocks.engine.exchange import Received
from ixmocks.engine.operation import Operation, check_parameters
from ixmocks.engine.outcome import Answer, Presented, Refused, Violation, Why
from ixmocks.engine.schema import SHAPE, related, without_broken
from ixmocks.engine.system import System
from ixmocks.engine.windows import count
from ixmocks.engine.world import World

log = logging.getLogger("ixkit")

FORM = "application/x-www-form-urlencoded"


def decide(
    world: World,
    system: System,
    operation: Operation,
    received: Received,
    path: Mapping[str, str],
    headers: Mapping[str, str],
    presented: Presented,
    at: datetime,
    *,
    data: Any = None,
    admitted: bool = False,
) -> tuple[Answer, Any]:
    """The answer, and the state to commit (None: nothing changes).

    For faults only: `data` is the state to answer from, if not the present one; `admitted` says that the gates
    were passed before.
    """
    state = world.moment.systems[system.name]
    refused = None if admitted else _gate(world, system, operation, presented, state, at)
    state = world.moment.systems[system.name] if data is None else data
    if refused is not None and system.body_credentials:
        # Nobody can be let in by a body that cannot be read: what is wrong with it comes first.
        refused = _body(operation, received, headers)[2] or refused
    if refused is None and received.too_large:
        refused = _refusal(
            "body", f"more than {received.too_large} bytes", "a shorter body", 413, Why.TOO_LARGE
        )
    body: Any = None
    vast = False
    if refused is None:
        body, vast, refused = _body(operation, received, headers)
    if refused is not None:
        return _refused(world, system, operation, refused), None
    path_values: dict[str, Any] = {}
    query: dict[str, Any] = {}
    violations: list[Violation] = []
    if operation.parameters:
        path_values, violations = check_parameters(operation, "path", path)
        query, wrong = _query(operation, received.query)
        violations += wrong
        _, wrong = check_parameters(operation, "header", headers)
        violations += wrong
    call = Call(system, operation.id, state, at, world.readings, body, query, path_values, headers)
    misshapen = (
        operation.body is not None and received.body != b"" and not operation.body.fits(body, vast=vast)
    )
    try:
        if misshapen and operation.body is not None:
            broken = operation.body.violations(body, "body")
            violations += broken if violations else [*broken, *_surveyed(operation, call, broken)]
        if violations:
            refused = Refused(tuple(violations), 400, Why.SCHEMA)
            return _refused(world, system, operation, refused), None
        answer = operation.handler(call)
    except Exception as error:
        log.exception("%s.%s failed; this is a defect of ixkit", system.name, operation.id)
        return _defect(system, operation, f"{type(error).__name__}: {error}"), None
    checked = _checked(system, operation, answer)
    return checked, call.after if checked is answer and answer.refused is None else None


def _gate(
    world: World, system: System, operation: Operation, presented: Presented, state: Any, at: datetime
) -> Refused | None:
    """Credentials first, then the rate windows; a limited call counts as well."""
    if not operation.schemes:
        return None
    refused = system.admit(state, presented, world.credentials[system.name], at)
    if refused is not None:
        return refused
    if system.admitted is not None:
        world.put(system.name, system.admitted(state, presented, at))
    windows = system.windows(state, world.readings)
    if not windows or system.limited is None:
        return None
    moment = world.moment
    stamps, overrun = count(moment.stamps.get(system.name, ()), at, windows)
    world.moment = replace(moment, stamps=moment.stamps.insert(system.name, stamps))
    return system.limited(overrun) if overrun else None


def _body(
    operation: Operation, received: Received, headers: Mapping[str, str]
) -> tuple[Any, bool, Refused | None]:
    """The body's value, whether a number in it is vast, and what is wrong with it."""
    if operation.body is None:
        return None, False, None
    raw = received.body
    if not raw and not operation.body_required:
        return None, False, None
    given = headers.get("content-type", "")
    if given not in operation.media_types:
        given = given.partition(";")[0].strip().lower()
    if raw and given and given not in operation.media_types:
        expected = " or ".join(operation.media_types)
        return None, False, _refusal("header.Content-Type", repr(given), expected, 415, Why.MEDIA_TYPE)
    try:
        if (given or operation.media_types[0]) == FORM:
            return exact.parse_form(raw), False, None
        return *exact.read(raw), None
    except exact.NotJson as error:
        broken = Violation(
            operation.not_json, "body", str(error), "one JSON value", keyword=Why.NOT_JSON.value
        )
        return None, False, Refused((broken,), 400, Why.NOT_JSON)


def _query(operation: Operation, query: str) -> tuple[dict[str, Any], list[Violation]]:
    pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=None) if query else []
    given: dict[str, str] = {}
    violations = []
    known = {parameter.name for parameter in operation.parameters if parameter.place == "query"}
    for name, value in pairs:
        if name in given and name in known:
            violations.append(
                Violation("schema", f"query.{name}", "more than one value", "one value", keyword="maxItems")
            )
        given[name] = value
    values, wrong = check_parameters(operation, "query", given)
    return values, violations + wrong


def _surveyed(operation: Operation, call: Call, broken: list[Violation]) -> list[Violation]:
    """Which rules the rest of a misshapen body breaks as well: rules are pure, so asking costs nothing."""
    if any(violation.at == "body" and violation.keyword in SHAPE for violation in broken):
        return []  # not even of the right kind: no rule could read it
    pruned = without_broken(call.body, broken)
    answer = operation.handler(replace(call, body=pruned, survey=True))
    if answer.refused is None:
        return []
    return [v for v in answer.refused.violations if not related(v, broken)]


def _refused(world: World, system: System, operation: Operation, refused: Refused) -> Answer:
    """The vendor's envelope, under the readings of this world."""
    return _checked(system, operation, system.under(system.refuse(refused, operation.id), world.readings))


def _checked(system: System, operation: Operation, answer: Answer) -> Answer:
    """The answer if the spec knows it; otherwise the mistake is ours, and is said."""
    known, shape = operation.answer_shape(answer.status)
    if not known:
        return _defect(system, operation, f"the spec of {operation.id} has no status {answer.status}")
    if shape is not None and not isinstance(answer.body, bytes) and not shape.fits(answer.body):
        first = shape.violations(answer.body, "answer")[0]
        return _defect(
            system,
            operation,
            f"our answer breaks the spec at {first.at}: {first.seen}, expected {first.expected}",
        )
    return answer


def _defect(system: System, operation: Operation, what: str) -> Answer:
    log.error("%s.%s: %s", system.name, operation.id, what)
    refused = Refused((Violation("defect", "request", what, "an answer true to the spec"),), 500, Why.DEFECT)
    return system.refuse(refused, operation.id)


def _refusal(at: str, seen: str, expected: str, status: int, why: Why) -> Refused:
    return Refused((Violation("schema", at, seen, expected, keyword=why.value),), status, why)
