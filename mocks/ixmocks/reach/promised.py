"""What of a system is there to reach? Every item by kind and name, read from contract, rule book and life tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from ixmocks.dashboard.document import Edge, Machine
from ixmocks.dashboard.known import known
from ixmocks.engine.operation import Operation
from ixmocks.engine.port import Port

KINDS = ("operation", "status", "parameter", "keyword", "obeyed", "broken", "reading", "transition")
"""`obeyed` and `broken` are the two sides of a rule."""
Items = dict[str, list[str]]
"""Kind to the names of all items, in the order of the documents."""

LIMITS = (
    "type", "pattern", "enum", "minimum", "maximum", "multipleOf", "minLength", "maxLength", "minItems", "maxItems",
    "minProperties", "maxProperties", "uniqueItems",
)  # fmt: skip
"""Keywords by which a value is refused. `required` and `additionalProperties` are named member by member."""
FORMS = ("application/x-www-form-urlencoded",)
_VAST = 1e300
"""A bound beyond it stands for the range of a double; it is the type, said again."""


def promised(port: Port) -> Items:
    """All that can be reached of one system."""
    found: Items = {kind: [] for kind in KINDS}
    for operation in port.routes.operations():
        found["operation"].append(operation.id)
        found["status"] += [f"{operation.id} {status}" for status in operation.answers]
        found["parameter"] += [
            f"{operation.id} {each.place}.{each.name}"
            for each in operation.parameters
            if each.place != "path"
        ]
        guarded = _guarded(port, operation)
        found["keyword"] += [
            f"{operation.id} {each}" for each in _of_operation(operation) if not each.startswith(guarded)
        ]
    for code, rule in port.rules.rules.items():
        found["obeyed"].append(code)
        if _is_seen_when_broken(code, rule.raw):
            found["broken"].append(code)
        found["reading"] += [f"{code}={reading.name}" for reading in rule.readings]
    for machine in machines(port.system.name):
        found["transition"] += [step_name(machine, edge) for edge in machine.edges]
    return {kind: list(dict.fromkeys(names)) for kind, names in found.items()}


@cache
def machines(system: str) -> tuple[Machine, ...]:
    return known(system).machines


def step_name(machine: Machine, edge: Edge) -> str:
    """`invoice: draft, post, open`; what is made comes from (new)."""
    return f"{machine.name}: {edge.source or '(new)'}, {edge.event}, {edge.target}"


def place(at: str) -> str:
    """A violation's place without the numbers of items: `body.Lines.[].TaxPc`."""
    return re.sub(r"\.\d+(?=\.|$)", ".[]", at)


def _guarded(port: Port, operation: Operation) -> tuple[str, ...]:
    """Places that no schema is asked about: credentials inside of the body are looked for before all else."""
    if not operation.schemes or not port.system.body_credentials:
        return ()
    schemes = port.document.security_schemes
    names = [str(schemes[name]["name"]) for name in operation.schemes if schemes[name].get("in") == "query"]
    return ("body type", *(f"body.{name} " for name in names), *(f"query.{name} " for name in names))


def _is_seen_when_broken(code: str, raw: Mapping[str, Any]) -> bool:
    """Whether a journal can show it: its breaking example is refused by its code, or its code stands in the notes."""
    return any(code in (step.get("violates"), step.get("notes")) for step in raw.get("breaks") or ())


def _of_operation(operation: Operation) -> Iterator[str]:
    for each in operation.parameters:
        if each.place == "path":
            continue
        at = f"{each.place}.{each.name}"
        if each.required:
            yield f"{at} required"
        yield from _of_schema(each.shape.schema, at, is_text=True)
    if operation.body is not None:
        is_text = all(kind in FORMS for kind in operation.media_types)
        yield from _of_schema(operation.body.schema, "body", is_text=is_text)


def _of_schema(node: Mapping[str, Any], at: str, *, is_text: bool, is_branch: bool = False) -> Iterator[str]:
    """`body.Lines maxItems` for each keyword by which a value can be refused.

    `is_text`: what arrives is text whatever is sent, so that a text's type cannot be wrong. `is_branch`: one of
    several alternatives, which say together that a type is wrong.
    """
    for keyword in LIMITS:
        if (
            keyword in node
            and not (is_branch and keyword == "type")
            and _bites(node, keyword, at, is_text=is_text)
        ):
            yield f"{at} {keyword}"
    for name in node.get("required") or ():
        yield f"{at}.{name} required"
    if node.get("additionalProperties") is False:
        yield f"{at} additionalProperties"
    for name, member in (node.get("properties") or {}).items():
        yield from _of_schema(member, f"{at}.{name}", is_text=is_text)
    if isinstance(node.get("items"), Mapping):
        yield from _of_schema(node["items"], f"{at}.[]", is_text=is_text)
    for part in node.get("allOf") or ():
        yield from _of_schema(part, at, is_text=is_text)
    for keyword in ("anyOf", "oneOf"):
        parts = [part for part in node.get(keyword) or () if set(part) != {"required"}]
        if parts and not any(is_text and part.get("type") == "string" for part in parts):
            yield f"{at} {keyword}"
        for part in parts:
            yield from _of_schema(part, at, is_text=is_text, is_branch=True)


def _bites(node: Mapping[str, Any], keyword: str, at: str, *, is_text: bool) -> bool:
    limit = node[keyword]
    if keyword == "type":
        return not (is_text and (limit == "string" or at == "body"))
    if keyword in ("minimum", "maximum"):
        return bool(abs(limit) < _VAST)
    return not (keyword in ("minLength", "minItems", "minProperties") and limit == 0)
