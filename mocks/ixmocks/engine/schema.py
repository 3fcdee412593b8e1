"""Is a value of the documented shape, and if not, which parts of it are not?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

import jsonschema_rs

from ixmocks.engine.outcome import Violation

VIOLATIONS_MAX = 200
SCHEMA = "schema"
"""The rule of a breach that no numbered rule stands for."""
_ALMOST_A_DOUBLE = 1.7e308
SHAPE = frozenset({"type", "pattern", "enum", "format", "anyOf", "oneOf", "allOf", "not", "multipleOf"})
"""Keywords whose breach makes a value useless to a rule; it is taken out before the rules are asked."""


class Shape:
    """One schema: a quick yes, or every violation with its place and rule code. Compiled when it is first asked."""

    __slots__ = ("_full", "_plain", "_quick", "_text")

    def __init__(self, text: str = "") -> None:
        self._text = text
        self._plain: dict[str, Any] | None = None
        self._full: jsonschema_rs.Draft4Validator | None = None
        self._quick: jsonschema_rs.Draft4Validator | None = None
        """Without the bounds of a double: comparing with them takes eight times as long as all the rest."""

    @classmethod
    def of(cls, openapi_schema: Mapping[str, Any]) -> Shape:
        """Compiled at once. Raises ValueError where it is no schema."""
        shape = cls()
        shape._compile(openapi_schema)
        return shape

    @classmethod
    def later(cls, openapi_schema: str) -> Shape:
        """From JSON text that is known to hold a schema."""
        return cls(openapi_schema)

    def _compile(self, openapi_schema: Mapping[str, Any]) -> None:
        plain = to_json_schema(openapi_schema)
        bare = _without_double_bounds(plain)
        full = jsonschema_rs.Draft4Validator(plain)
        self._plain, self._text = plain, ""
        self._quick = full if bare == plain else jsonschema_rs.Draft4Validator(bare)
        self._full = full

    @property
    def schema(self) -> dict[str, Any]:
        """In the words of JSON Schema, draft 4."""
        if self._plain is None:
            self._compile(json.loads(self._text))
        assert self._plain is not None
        return self._plain

    def fits(self, value: Any, *, vast: bool = True) -> bool:
        """Whether the value is of this shape. ``vast=False``: no number in it is beyond a double."""
        validator = self._full if vast else self._quick
        if validator is None:
            self._compile(json.loads(self._text))
            return self.fits(value, vast=vast)
        return bool(validator.is_valid(value))

    def violations(self, value: Any, root: str) -> list[Violation]:
        """Every breach, in the order of the document; `root` is body, query …"""
        found: list[Violation] = []
        for error in self._errors(value):
            found.extend(self._violation(error, value, root))
            if len(found) >= VIOLATIONS_MAX:
                break
        return found

    def _errors(self, value: Any) -> Iterator[Any]:
        if self._full is None:
            self._compile(json.loads(self._text))
        assert self._full is not None
        return iter(self._full.iter_errors(value))

    def _violation(self, error: Any, value: Any, root: str) -> list[Violation]:
        keyword = str(error.schema_path[-1])
        branch = _closest(error)
        if branch:
            whole = _code(_walk(self.schema, error.schema_path[:-1]), keyword)
            inner = [violation for part in branch for violation in self._violation(part, value, root)]
            return [replace(v, rule=whole) if v.rule == SCHEMA else v for v in inner]
        node = _walk(self.schema, error.schema_path[:-1])
        seen = _walk(value, error.instance_path)
        at = ".".join([root, *map(str, error.instance_path)])
        if keyword == "required":
            absent = [n for n in node["required"] if n not in seen] if isinstance(seen, dict) else []
            return [
                Violation(
                    rule=_code(node, "required", name), at=f"{at}.{name}", seen="nothing",
                    expected="a value: it is mandatory", keyword="required",
                )
                for name in absent if error.message.startswith((f'"{name}"', f"'{name}'"))
            ]  # fmt: skip
        unknown = _unknown_members(keyword, node, seen)
        return [
            Violation(
                rule=_code(node, keyword), at=at, seen=unknown or _show(seen), expected=_expected(keyword, node),
                keyword="required" if _only_asks_for_members(node, keyword) else keyword,
            )
        ]  # fmt: skip


def to_json_schema(schema: Any) -> Any:
    """The OpenAPI 3.0 dialect as JSON Schema draft 4: `nullable` becomes a type or enum member."""
    if isinstance(schema, list):
        return [to_json_schema(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    plain = {
        key: to_json_schema(value)
        for key, value in schema.items()
        if key
        not in ("example", "examples", "x-source", "xml", "discriminator", "externalDocs", "description")
        or _is_property_map(schema)
    }
    if plain.pop("nullable", False) is True:
        if isinstance(plain.get("type"), str):
            plain["type"] = [plain["type"], "null"]
        if "enum" in plain and None not in plain["enum"]:
            plain["enum"] = [*plain["enum"], None]
        if "anyOf" in plain:
            plain["anyOf"] = [*plain["anyOf"], {"type": "null"}]
    return plain


def _without_double_bounds(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_double_bounds(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _without_double_bounds(value)
        for key, value in schema.items()
        if not (key in ("minimum", "maximum") and isinstance(value, float) and abs(value) > _ALMOST_A_DOUBLE)
    }


def _is_property_map(schema: Mapping[str, Any]) -> bool:
    """A mapping of member names to schemas, in which `description` is a member and no keyword."""
    return bool(schema) and all(isinstance(value, Mapping) for value in schema.values())


def without_broken(value: Any, violations: list[Violation]) -> Any:
    """A copy of the value in which what has the wrong shape is absent (array items become {})."""
    pruned = deepcopy(value)
    for violation in violations:
        steps = violation.at.split(".")[1:]
        if violation.keyword not in SHAPE or not steps:
            continue
        holder = _walk(pruned, steps[:-1])
        last = steps[-1]
        if isinstance(holder, dict):
            holder.pop(last, None)
        elif isinstance(holder, list) and last.isdigit() and int(last) < len(holder):
            holder[int(last)] = {}
    return pruned


def related(found: Violation, others: list[Violation]) -> bool:
    """Whether a rule says again what a schema has said: of the same place, of something around it, of
    what was taken out with it, or under the same code."""
    return any(
        found.at == other.at
        or other.at.startswith(f"{found.at}.")
        or (found.at.startswith(f"{other.at}.") and (other.keyword in SHAPE or other.rule == found.rule))
        for other in others
    )


def _only_asks_for_members(node: Any, keyword: str) -> bool:
    """An `anyOf` that says "one of these members is needed": what is there is of the right shape."""
    options = node.get(keyword) if isinstance(node, dict) else None
    return (
        keyword == "anyOf" and bool(options) and all(set(option) == {"required"} for option in options or ())
    )


def _closest(error: Any) -> list[Any]:
    """The breaches of the one alternative whose type fits, if there is exactly one such alternative."""
    place = list(error.instance_path)
    branches = [
        branch
        for branch in getattr(error.kind, "context", ())
        if branch
        and not any(
            inner.schema_path[-1] == "type" and list(inner.instance_path) == place for inner in branch
        )
    ]
    return list(branches[0]) if len(branches) == 1 else []


def _walk(value: Any, steps: Any) -> Any:
    for step in steps:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and str(step).isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _code(node: Any, keyword: str, name: str = "") -> str:
    rules = node.get("x-rules", {}) if isinstance(node, dict) else {}
    found = rules.get(f"{keyword}.{name}") or rules.get(keyword) or SCHEMA
    return str(found)


def _show(value: Any) -> str:
    if isinstance(value, list):
        return f"{len(value)} item{'' if len(value) == 1 else 's'}"
    if isinstance(value, dict):
        return f"an object with {len(value)} member{'' if len(value) == 1 else 's'}"
    text = repr(value) if isinstance(value, str) else _word(value)
    return text if len(text) <= 80 else f"{text[:77]}…"


def _word(value: Any) -> str:
    """As it stands in a JSON text, but a text bare."""
    return json.dumps(value) if value is None or isinstance(value, bool) else str(value)


def _unknown_members(keyword: str, node: Any, seen: Any) -> str:
    """Which members nobody knows, where that is the breach; else nothing."""
    if keyword != "additionalProperties" or not isinstance(node, dict) or not isinstance(seen, dict):
        return ""
    names = [name for name in seen if name not in node.get("properties", ())]
    return ", ".join(map(_show, names[:5])) + (" …" if len(names) > 5 else "")


_EXPECTED = {
    "type": "of type {}", "maxItems": "at most {} items", "minItems": "at least {} items",
    "maxLength": "at most {} characters", "minLength": "at least {} characters", "pattern": "text like {}",
    "minimum": "at least {}", "maximum": "at most {}", "multipleOf": "a multiple of {}",
    "minProperties": "at least {} members", "maxProperties": "at most {} members", "enum": "one of {}",
}  # fmt: skip


def _expected(keyword: str, node: Any) -> str:
    if not isinstance(node, dict):
        return keyword
    limit = node.get(keyword)
    if keyword == "additionalProperties" and limit is False:
        known = ", ".join(node.get("properties", ()))
        return f"nothing but {known}" if known else "no members"
    if keyword in ("anyOf", "oneOf"):
        return str(node.get("x-expected") or _alternatives(node, keyword))
    if keyword in ("pattern", "format") and "x-expected" in node:
        return str(node["x-expected"])
    if keyword == "enum" and isinstance(limit, list):
        # null says nothing, and may be sent
        limit = ", ".join(_word(item) for item in limit if item is not None)
    if keyword == "type" and isinstance(limit, list):
        limit = " or ".join(limit)
    return _EXPECTED.get(keyword, f"{keyword} {{}}").format(limit)


def _alternatives(node: Mapping[str, Any], keyword: str) -> str:
    kinds = [str(option.get("type", "")) for option in node.get(keyword, ()) if isinstance(option, dict)]
    needed = [option["required"] for option in node.get(keyword, ()) if "required" in option]
    if needed:
        return "one of " + ", ".join(" with ".join(names) for names in needed)
    return " or ".join(dict.fromkeys(kind for kind in kinds if kind)) or keyword
