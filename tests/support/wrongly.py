"""A value of a schema, and one for each keyword of it that breaks just that keyword."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
ALIEN: Mapping[str, Any] = {
    "string": 7, "integer": "seven", "number": "seven", "boolean": "perhaps", "array": "none", "object": "none",
}  # fmt: skip
"""Type to a value that is not of it."""


def whole(schema: Schema) -> Any:
    """A value with all members. Its texts have no meaning; patterns are not met."""
    if schema.get("enum"):
        return schema["enum"][0]
    for keyword in ("oneOf", "anyOf", "allOf"):
        parts = [part for part in schema.get(keyword) or () if set(part) != {"required"}]
        values = [whole(part) for part in parts] if keyword == "allOf" and "properties" not in schema else []
        if values and all(isinstance(value, dict) for value in values):
            return {name: inner for value in values for name, inner in value.items()}
        if parts and "type" not in schema:
            return whole(parts[0])
    kind = _kind(schema)
    if kind == "object":
        return {name: whole(member) for name, member in (schema.get("properties") or {}).items()}
    if kind == "array":
        return [whole(schema.get("items") or {}) for _ in range(max(1, schema.get("minItems", 0)))]
    if kind == "string":
        return "x" * max(1, schema.get("minLength", 0))
    if kind in ("integer", "number"):
        return max(1, schema.get("minimum", 1)) if abs(schema.get("minimum", 1)) < 1e300 else 1
    return True if kind == "boolean" else None


def _kind(schema: Schema) -> str:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    return str(kind if isinstance(kind, str) else next(each for each in kind if each != "null"))


def wrong(schema: Schema, value: Any, *, text: bool = False) -> Iterator[Any]:
    """Values like `value`, each of which breaks one keyword somewhere. `text`: everything is sent as text anyhow."""
    for bad in _bad(schema, text=text):
        yield bad(value)
    for name, member in (schema.get("properties") or {}).items():
        if isinstance(value, dict):
            inner = value[name] if name in value else whole(member)
            yield from ({**value, name: each} for each in wrong(member, inner, text=text))
    if isinstance(schema.get("items"), Mapping):
        first = value[0] if isinstance(value, list) and value else whole(schema["items"])
        yield from ([each] for each in wrong(schema["items"], first, text=text))
    for part in schema.get("allOf") or ():
        yield from wrong(part, value, text=text)
    for keyword in ("anyOf", "oneOf"):
        for part in schema.get(keyword) or ():
            if set(part) != {"required"}:
                yield from wrong(part, whole(part), text=text)


Bad = Callable[[Any], Any]


def _bad(schema: Schema, *, text: bool) -> Iterator[Bad]:
    kind = _kind(schema)
    if "type" in schema and not (text and kind == "string"):
        for alien in (ALIEN[kind], {} if kind in ("array", "string") else [], None, True, 1.5):
            yield lambda seen, alien=alien: alien
    for keyword, bad in BAD.items():
        if keyword in schema and not _is_vast(schema[keyword]):
            yield from (lambda seen, change=change: change(seen) for change in bad(schema[keyword], schema))


def _is_vast(limit: Any) -> bool:
    return isinstance(limit, float) and abs(limit) > 1e300


def _instead(*values: Any) -> list[Bad]:
    return [lambda seen, value=value: value for value in values]


def _without(name: str) -> Bad:
    return lambda seen: {k: v for k, v in seen.items() if k != name} if isinstance(seen, dict) else {}


BAD: Mapping[str, Callable[[Any, Schema], list[Bad]]] = {
    "pattern": lambda _, schema: _instead("\u2603 ?", "x" * 60, "-1", ""),
    "enum": lambda _, schema: _instead("\u2603" if _kind(schema) == "string" else 98765),
    "minimum": lambda limit, _: _instead(limit - 1),
    "maximum": lambda limit, _: _instead(limit + 1),
    "multipleOf": lambda limit, _: _instead(limit * 1.5),
    "minLength": lambda limit, _: _instead("x" * (limit - 1)) if limit else [],
    "maxLength": lambda limit, _: _instead("x" * (limit + 1)),
    "minItems": lambda limit, schema: _instead([whole(schema["items"])] * (limit - 1)) if limit else [],
    "maxItems": lambda limit, schema: _instead([whole(schema["items"])] * (limit + 1)),
    "minProperties": lambda limit, _: _instead({}) if limit else [],
    "maxProperties": lambda limit, _: _instead({f"m{n}": 1 for n in range(limit + 1)}),
    "uniqueItems": lambda limit, _: [lambda seen: [*seen, seen[0]]] if limit else [],
    "additionalProperties": lambda more, _: (
        [lambda seen: {**seen, "nobodyKnowsThis": 1}] if more is False else []
    ),
    "required": lambda names, _: [_without(name) for name in names],
}
"""Keyword to changes of a value, by each of which the keyword alone is broken."""
