"""Does the mock do what a rule's example says? Plays the steps of one side of a rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ixmocks.engine.outcome import Changed
from ixmocks.engine.worlds import DEFAULT
from ixmocks.kit import Kit, Reply

SCENARIO, CLOCK = "documents", "2017-05-05T09:00:00+02:00"
"""Where the examples of a rule book take place, as specs/README.md says."""

Step = Mapping[str, Any]
Ways = Mapping[str, tuple[str, str]]
"""operationId to method and path."""


def ways(kit: Kit, system: str) -> dict[str, tuple[str, str]]:
    return {op.id: (op.method, op.path) for op in kit.ports[system].routes.operations()}


def fresh(kit: Kit, steps: Sequence[Step]) -> str:
    """The name of a new world for these steps, under the readings that they ask for."""
    name = f"example-{len(list(kit.worlds.names()))}"
    kit.create(
        name, scenario=SCENARIO, clock=CLOCK, seed=7, readings=steps[0].get("under") or {} if steps else {}
    )
    return name


def failed(kit: Kit, system: str, steps: Sequence[Step]) -> str:
    """What went otherwise than the steps say; empty where all went well.

    Played in the default world, made as new: the rule books name that world's keys and tokens.
    """
    readings = steps[0].get("under") or {} if steps else {}
    kit.worlds.check_readings(readings)
    kit.world().reset()
    kit.world().readings = kit.worlds.complete(readings)
    found = ways(kit, system)
    for number, step in enumerate(steps, 1):
        said = _step(kit, system, found, step)
        if said:
            return f"step {number}: {said}"
    return ""


def _step(kit: Kit, system: str, found: Ways, step: Step) -> str:
    if "advance" in step:
        by: dict[str, float] = {str(unit): float(amount) for unit, amount in step["advance"].items()}
        kit.advance(world=DEFAULT, **by)
        return ""
    if "act" in step:
        outcome = kit.act(system, step["act"], unfolded(step.get("with") or {}))
        done = isinstance(outcome, Changed)
        return (
            "" if done is step.get("ok", True) else f"{step['act']} {'was' if done else 'could not be'} done"
        )
    reply = asked(kit, system, found, step, DEFAULT)
    if reply.status != step["status"]:
        return f"{step['call']} answered {reply.status}, expected {step['status']}"
    if "violates" in step and step["violates"] not in reply.rules:
        return f"{step['call']} did not name {step['violates']}, but {', '.join(reply.rules) or 'nothing'}"
    if "notes" in step and step["notes"] not in reply.event.notes:
        return f"{step['call']} did not note {step['notes']}"
    if "answer" in step and not holds(reply.json, unfolded(step["answer"])):
        return f"{step['call']} answered otherwise"
    return ""


def asked(kit: Kit, system: str, found: Ways, step: Step, world: str) -> Reply:
    method, path = found[step["call"]]
    for name, value in (step.get("path") or {}).items():
        path = path.replace(f"{{{name}}}", str(value))
    headers = dict(step.get("headers") or {})
    if "data" in step:
        headers.setdefault("content-type", "application/json")
    return kit.ask(
        system, method, step.get("at", path), json=unfolded(step["body"]) if "body" in step else None,
        data=step["data"].encode() if "data" in step else None, form=step.get("form"), query=step.get("query"),
        headers=headers, world=world, auth="form" not in step,
    )  # fmt: skip


def unfolded(value: Any) -> Any:
    """A value with each `$repeat` written out; with `$join`, the copies become one text."""
    if isinstance(value, Mapping) and "$repeat" in value:
        copies = [unfolded(value["of"])] * value["$repeat"]
        return value["$join"].join(copies) if "$join" in value else copies
    if isinstance(value, Mapping):
        return {name: unfolded(item) for name, item in value.items()}
    if isinstance(value, float):
        return Decimal(str(value))  # as the file has it
    return [unfolded(item) for item in value] if isinstance(value, list) else value


def holds(seen: Any, expected: Any) -> bool:
    """Whether an answer contains what is expected: objects may have more members, lists have as many items."""
    if isinstance(expected, Mapping):
        if isinstance(seen, list) and len(seen) == 1:
            seen = seen[0]
        if "$starts" in expected:
            return isinstance(seen, str) and seen.startswith(expected["$starts"])
        return isinstance(seen, Mapping) and all(
            name not in seen
            if isinstance(item, Mapping) and item.get("$absent")
            else name in seen and holds(seen[name], item)
            for name, item in expected.items()
        )
    if isinstance(expected, list):
        return (
            isinstance(seen, list)
            and len(seen) == len(expected)
            and all(holds(one, other) for one, other in zip(seen, expected, strict=True))
        )
    if isinstance(expected, bool) or isinstance(seen, bool):
        return seen is expected
    return bool(seen == expected)
