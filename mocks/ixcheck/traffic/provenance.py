"""How sure is a detail of a contract? Finds the `x-source` nearest to a place in a body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ixmocks.engine.operation import Operation
from ixmocks.engine.port import Port

Known = tuple[str, str]
"""Confidence, and where it is known from; both empty where nobody says."""


def known_from(port: Port, operation: Operation, at: str, status: int) -> Known:
    """Of `body.…`, `answer.…`, a parameter, or the operation itself where nothing nearer is said."""
    raw = port.document.raw
    node = raw["paths"][operation.path][operation.method.lower()]
    best = _source(node) or ("", "")
    root, *steps = at.split(".")
    if root in ("query", "path", "header"):
        shared = raw["paths"][operation.path].get("parameters") or ()
        for each in (*shared, *(node.get("parameters") or ())):
            each = _resolved(raw, each)
            if steps and each.get("name") == steps[0]:
                return _source(each) or best
        return best
    if root == "body":
        holder = _resolved(raw, node.get("requestBody") or {})
    else:
        answers = {str(code): answer for code, answer in node["responses"].items()}
        holder = _resolved(raw, answers.get(str(status)) or answers.get("default") or {})
    best = _source(holder) or best
    for media in (holder.get("content") or {}).values():
        for found in _walk(raw, media.get("schema") or {}, steps):
            best = found
        break
    return best


def _walk(raw: Mapping[str, Any], schema: Any, steps: list[str]) -> Iterator[Known]:
    """Every source on the way, the nearest last."""
    schema = _resolved(raw, schema)
    own = _source(schema)
    if own:
        yield own
    for part in (*(schema.get("allOf") or ()), *(schema.get("anyOf") or ()), *(schema.get("oneOf") or ())):
        yield from _walk(raw, part, steps)
    if not steps:
        return
    members = schema.get("properties") or {}
    if steps[0] in members:
        yield from _walk(raw, members[steps[0]], steps[1:])
    elif steps[0].isdecimal() and "items" in schema:
        yield from _walk(raw, schema["items"], steps[1:])


def _resolved(raw: Mapping[str, Any], node: Any) -> Any:
    for _ in range(32):
        if not isinstance(node, Mapping) or "$ref" not in node:
            return node
        found: Any = raw
        for step in str(node["$ref"]).removeprefix("#/").split("/"):
            found = found[step.replace("~1", "/").replace("~0", "~")]
        node = found
    return {}


def _source(node: Any) -> Known | None:
    stated = node.get("x-source") if isinstance(node, Mapping) else None
    return (str(stated.get("confidence", "")), str(stated.get("from", ""))) if stated else None
