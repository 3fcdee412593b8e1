"""How does one request pass? The one seam: lock · fault before · rule · commit · journal · fault after."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ixmocks.engine import exact
from ixmocks.engine.decide import decide
from ixmocks.engine.exchange import Received, Sent
from ixmocks.engine.faults import DETOURS, Fault, Place
from ixmocks.engine.heads import head_of
from ixmocks.engine.journal import Event
from ixmocks.engine.operation import Operation
from ixmocks.engine.outcome import Answer, Changed, Outcome, Presented, Refused, Violation, Why
from ixmocks.engine.schema import Shape
from ixmocks.engine.system import Action, System
from ixmocks.engine.world import Moment, World

log = logging.getLogger("ixkit")

_JSON_TYPE = head_of([(b"content-type", b"application/json")])


def perform(
    world: World,
    system: System,
    operation: Operation,
    received: Received,
    *,
    path: Mapping[str, str],
    headers: Mapping[str, str],
    presented: Presented,
    faithful: bool,
) -> Sent:
    """Answer one routed request in one world. The lock is held from the first look to the journal."""
    with world.lock:
        before = world.moment
        at = before.clock.now()
        fault = world.faults.strike(
            system.name, operation.id, (received.path.encode(), received.query.encode(), received.body),
            received.method,
        )  # fmt: skip
        if fault is not None and fault.harm in DETOURS:
            from ixmocks.engine.detours import Way, detour

            return detour(Way(world, system, operation, received, path, headers, presented, faithful, fault))
        place = fault.place if fault else None
        if fault is not None and place is Place.RECEIVED:
            answer, state = fault_answer(system, operation, fault), None
        else:
            answer, state = decide(world, system, operation, received, path, headers, presented, at)
        if state is not None and place is not Place.BEFORE_COMMIT:
            world.put(system.name, state)
        if fault is not None and place in (Place.BEFORE_COMMIT, Place.AFTER_COMMIT):
            answer = fault_answer(system, operation, fault)
        return record(world, system, operation.id, received, answer, before, at, fault, faithful=faithful)


def act(world: World, system: System, name: str, params: dict[str, Any]) -> Outcome:
    """Do what a person does inside the real system. Raises KeyError for an unknown action."""
    action = system.actions[name]
    with world.lock:
        before = world.moment
        at = before.clock.now()
        shape = _params_shape(system.name, name, action)
        broken = shape.violations(params, "with")
        outcome: Outcome = (
            Refused(tuple(broken), 400, Why.SCHEMA)
            if broken
            else action.rule(before.systems[system.name], params, at=at, readings=world.readings)
        )
        if isinstance(outcome, Changed):
            world.put(system.name, outcome.state)
        answer = (
            Answer(outcome.status, refused=outcome)
            if isinstance(outcome, Refused)
            else Answer(200, notes=outcome.notes)
        )
        done = Received("ACT", name, body=exact.dump(params))
        record(world, system, f"act:{name}", done, answer, before, at, None, faithful=True)
        return outcome


_shapes: dict[tuple[str, str], Shape] = {}


def _params_shape(system: str, name: str, action: Action) -> Shape:
    if (system, name) not in _shapes:
        _shapes[(system, name)] = Shape.of(action.params)
    return _shapes[(system, name)]


def record(
    world: World,
    system: System,
    operation: str,
    received: Received,
    answer: Answer,
    before: Moment,
    at: datetime,
    fault: Fault | None,
    *,
    faithful: bool,
) -> Sent:
    """Write the event, then hand out the answer: nothing leaves that the journal does not know."""
    body = answer.body
    raw = body if isinstance(body, bytes) else b"" if body is None else exact.dump(body)
    violations = answer.refused.violations if answer.refused else ()
    event = Event(
        world.journal.next_number(), at, system.name, operation, received.method,
        received.path, received.query, received.headers, received.body, answer.status, raw, b"", violations,
        answer.notes, fault.label if fault else "", before, world.moment,
    )  # fmt: skip
    event.answer_head = head = _head(answer, raw, event, faithful)
    world.journal.append(event)
    return Sent(answer.status, head, raw, event, fault)


def fault_answer(system: System, operation: Operation, fault: Fault) -> Answer:
    refused = Refused(
        (Violation("fault", "request", fault.label, "nothing: this fault was armed on purpose"),),
        fault.status, Why.FAULT,
    )  # fmt: skip
    return system.refuse(refused, operation.id).with_headers(*fault.headers)


def _head(answer: Answer, raw: bytes, event: Event, faithful: bool) -> bytes:
    head = b"" if answer.status == 204 else b"%scontent-length: %d\r\n" % (_JSON_TYPE, len(raw))
    if answer.headers:
        own = [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in answer.headers]
        if any(name == b"content-type" for name, _ in own):
            head = head.removeprefix(_JSON_TYPE)
        head += head_of(own)
    if faithful:
        return head
    head = b"%sixkit-event: e%d\r\n" % (head, event.number)
    if answer.refused is not None:
        head += head_of([(b"ixkit-violations", violations_header(answer.refused))])
    return b"%sixkit-notes: %s\r\n" % (head, ", ".join(event.notes).encode()) if event.notes else head


VIOLATIONS_SHOWN = 20


def violations_header(refused: Refused) -> bytes:
    """`SILV-01;at="body.Invoice_InvoiceLine", schema;at="body.InvoiceDate"`; by=rule where no schema said it."""
    violations = refused.violations
    parts = [
        f'{v.rule};at="{v.at.replace(chr(34), chr(39))}"'
        + (";by=rule" if refused.why is Why.RULE or not v.keyword else "")
        for v in violations[:VIOLATIONS_SHOWN]
    ]
    if len(violations) > VIOLATIONS_SHOWN:
        parts.append(f"more;n={len(violations) - VIOLATIONS_SHOWN}")
    return ", ".join(parts).encode("latin-1", "replace")
