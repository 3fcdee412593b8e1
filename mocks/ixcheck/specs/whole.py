"""What is missing in a contract or a rule book: sources, examples, names that lead nowhere, a rule nobody keeps?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ixcheck.contract import Pointer, Source
from ixcheck.finding import Finding, Level
from ixmocks.engine.document import SpecError

CONFIDENCE = ("documented", "public", "inferred")
METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
DATA = frozenset({"example", "examples", "default", "enum"})
"""Below these stands data and no description of it."""


def document_findings(system: str, source: Source, book: Source | None) -> Iterator[Finding]:
    """What is wrong inside of one OpenAPI document."""
    codes = set(book.raw["rules"]) if book is not None else None
    lost = False
    for at, node in _nodes(source.raw, ()):
        if "$ref" in node and isinstance(node["$ref"], str):
            try:
                source.resolve(node, at)
            except SpecError as error:
                lost = True
                yield _found(
                    source, system, "reference-lost", at, str(error).removeprefix(f"{source.name}: ")
                )
                continue
        for keyword, code in (
            (node.get("x-rules") or {}).items() if isinstance(node.get("x-rules"), dict) else ()
        ):
            if codes is not None and code not in codes:
                yield _found(
                    source,
                    system,
                    "rule-unknown",
                    (*at, "x-rules", keyword),
                    f"no rule book has {code}",
                    code,
                )
    yield from _unsourced(system, source)
    if not lost:  # a shape with a hole judges nothing
        yield from _examples(system, source)


def rule_findings(system: str, book: Source, document: Source | None) -> Iterator[Finding]:
    """What is missing in one rule book; whether the mock keeps each rule is for `kept`."""
    operations = _operations(document) if document is not None else None
    for code, rule in book.raw["rules"].items():
        at = ("rules", code)
        for name in ("title", "text", "advice"):
            if not str(rule.get(name) or "").strip():
                yield _found(book, system, "rule-incomplete", at, f"has no {name}", code)
        yield from _sources(system, book, code, rule)
        for side in ("obeys", "breaks"):
            steps = rule.get(side)
            if not steps:
                yield _found(book, system, "rule-without-example", at, f"no example that {side} it", code)
            for step in steps or ():
                called = step.get("call") if isinstance(step, Mapping) else None
                if called is not None and operations is not None and called not in operations:
                    said = f"the example calls {called!r}, and there is no such operation"
                    yield _found(book, system, "operation-unknown", (*at, side), said, code)
        named = rule.get("operations") or []
        if not named:
            yield _found(book, system, "rule-incomplete", at, "names no operation", code)
        for name in named:
            if operations is not None and name not in operations:
                yield _found(
                    book,
                    system,
                    "operation-unknown",
                    (*at, "operations"),
                    f"there is no operation {name!r}",
                    code,
                )
        readings = rule.get("readings")
        if readings is not None and len({r.get("name") for r in readings}) < 2:
            yield _found(
                book, system, "rule-incomplete", (*at, "readings"), "a choice has two readings", code
            )


def unnamed(system: str, book: Source, document: Source | None) -> list[str]:
    """The rules that neither code nor contract names; only their examples can show that the mock keeps them."""
    text = _code(system) + (document.text if document is not None else "")
    return [code for code in book.raw["rules"] if re.search(rf"\b{re.escape(code)}\b", text) is None]


@cache
def _code(system: str) -> str:
    import ixmocks

    folder = Path(str(ixmocks.__file__)).parent / system
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py")))


# ---- parts ---------------------------------------------------------------------------------------


def _sources(system: str, book: Source, code: str, rule: Mapping[str, Any]) -> Iterator[Finding]:
    at = ("rules", code)
    if rule.get("confidence") not in CONFIDENCE:
        said = f"confidence is {rule.get('confidence')!r}; expected {', '.join(CONFIDENCE)}"
        yield _found(book, system, "rule-without-confidence", at, said, code)
    sources = rule.get("sources")
    if not sources:
        yield _found(book, system, "rule-without-source", at, "names no source", code)
    for each in sources or ():
        if each.get("confidence") not in CONFIDENCE or not str(each.get("from") or "").strip():
            yield _found(
                book,
                system,
                "rule-without-source",
                (*at, "sources"),
                "a source says `confidence` and `from`",
                code,
            )


def _unsourced(system: str, source: Source) -> Iterator[Finding]:
    """Operations and members that do not say where they come from; of documents that say it at all."""
    if "x-source" not in source.text:
        return
    for path, item in source.raw["paths"].items():
        for method in METHODS:
            if method in item and not _is_sourced(item[method]):
                name = item[method].get("operationId", f"{method} {path}")
                where = ("paths", str(path), method)
                yield _found(
                    source, system, "without-source", where, f"{name} does not say where it comes from"
                )
    for at, node in _nodes(source.raw.get("components", {}).get("schemas", {}), ("components", "schemas")):
        members = node.get("properties")
        if isinstance(members, Mapping) and at[-1] != "properties":
            for name, member in members.items():
                whole = (
                    member if "x-source" in member else source.resolve(member, (*at, "properties", name))[0]
                )
                if not _is_sourced(whole):
                    said = f"{name} does not say where it comes from"
                    yield _found(source, system, "without-source", (*at, "properties", name), said)


def _is_sourced(node: Any) -> bool:
    stated = node.get("x-source") or {}
    return stated.get("confidence") in CONFIDENCE and bool(str(stated.get("from") or "").strip())


def _examples(system: str, source: Source) -> Iterator[Finding]:
    """Examples that are not of the shape beside them."""
    import jsonschema_rs

    from ixmocks.engine.schema import to_json_schema

    plain = to_json_schema(_plain(source.raw))
    for at, schema_at, value in _shown(source):
        ref = "#/" + "/".join(
            quote(step.replace("~", "~0").replace("/", "~1"), safe="~") for step in schema_at
        )
        try:
            validator = jsonschema_rs.Draft4Validator({**plain, "$ref": ref})
        except (ValueError, jsonschema_rs.ReferencingError) as unusable:
            yield _found(source, system, "schema-unusable", schema_at, " ".join(str(unusable).split())[:300])
            continue
        for error in validator.iter_errors(_plain(value)):
            inside = ".".join(map(str, error.instance_path))
            said = f"the example is not of its own shape{f' at {inside}' if inside else ''}: {error.message[:200]}"
            yield _found(source, system, "example-invalid", at, said)


def _shown(source: Source) -> Iterator[tuple[Pointer, Pointer, Any]]:
    """Where an example stands, where its schema stands, and the example."""
    for at, node in _nodes(source.raw, ()):
        if isinstance(node.get("schema"), Mapping):
            for name, each in (node.get("examples") or {}).items():
                whole, there = source.resolve(each, (*at, "examples", name))
                if "value" in whole:
                    yield there, (*at, "schema"), whole["value"]
            if "example" in node:
                yield (*at, "example"), (*at, "schema"), node["example"]
        elif "example" in node and "type" in node and at[-1:] != ("properties",):
            yield (*at, "example"), at, node["example"]


def _nodes(node: Any, at: Pointer) -> Iterator[tuple[Pointer, Mapping[str, Any]]]:
    """Every mapping of a document that describes something, with its place."""
    if isinstance(node, Mapping):
        yield at, node
        for name, value in node.items():
            if name not in DATA or at[-1:] == ("properties",):
                yield from _nodes(value, (*at, str(name)))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _nodes(value, (*at, str(index)))


def _operations(document: Source) -> set[str]:
    return {
        str(item[method].get("operationId"))
        for item in document.raw["paths"].values()
        for method in METHODS
        if method in item
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def _found(source: Source, system: str, kind: str, at: Pointer, text: str, rule: str = "") -> Finding:
    subject = rule or "/".join(at)
    inside = "/".join(at[2:]) if rule and at[:1] == ("rules",) else ""
    return Finding(
        Level.ERROR, kind, subject, inside, text, system=system, rule=rule, file=source.name, line=source.line(at)
    )  # fmt: skip
