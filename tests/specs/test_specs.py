"""Are the contracts and rule books whole, true to each other, and honest about where each part comes from?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import validate

import ixmocks
from ixmocks.engine.document import SPECS

RULE_BOOKS = sorted(SPECS.glob("*.rules.yaml"))
DOCUMENTS = [path for path in sorted(SPECS.glob("*.yaml")) if path not in RULE_BOOKS]
SYSTEMS = [path.name.partition(".")[0] for path in RULE_BOOKS]
CONFIDENCE = {"documented", "public", "inferred"}
METHODS = ("get", "post", "put", "patch", "delete")
RULE_KEYS = {
    "title", "text", "operations", "confidence", "sources", "error", "advice", "readings", "obeys", "breaks"
}  # fmt: skip
STEP_KEYS = {
    "call": {"call", "at", "path", "query", "headers", "body", "form", "data", "status", "answer", "violates", "notes",
             "under"},
    "act": {"act", "with", "ok", "violates", "under"},
    "advance": {"advance", "under"},
}  # fmt: skip


class _NoDoubles(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML in which a key that stands twice is a mistake, not a silent choice."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        names = [self.construct_object(key, deep=True) for key, _ in node.value]
        doubles = {name for name in names if names.count(name) > 1}
        assert not doubles, f"{node.start_mark}: {doubles} stand twice"
        return super().construct_mapping(node, deep)


@lru_cache(maxsize=16)
def read(name: str) -> dict[str, Any]:
    return dict(yaml.load((SPECS / name).read_text(), _NoDoubles))


def document(system: str) -> dict[str, Any]:
    return read(f"{system}.yaml")


def rules(system: str) -> dict[str, dict[str, Any]]:
    return dict(read(f"{system}.rules.yaml")["rules"])


@lru_cache(maxsize=256)
def target(system: str, ref: str) -> Any:
    found: Any = document(system)
    for step in ref.removeprefix("#/").split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


def resolved(system: str, node: Any) -> Any:
    """A node with every reference in it written out."""
    if isinstance(node, dict) and "$ref" in node:
        return resolved(system, target(system, node["$ref"]))
    if isinstance(node, dict):
        return {name: resolved(system, value) for name, value in node.items()}
    if isinstance(node, list):
        return [resolved(system, value) for value in node]
    return node


def operations(system: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document(system)["paths"].items():
        for method in METHODS:
            if method in item:
                shared = item.get("parameters", [])
                yield (
                    method,
                    path,
                    {**item[method], "parameters": [*shared, *item[method].get("parameters", [])]},
                )


def nodes(node: Any, at: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every mapping in a document, with its place."""
    if isinstance(node, dict):
        yield at, node
        for name, value in node.items():
            yield from nodes(value, f"{at}/{name}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from nodes(value, f"{at}/{index}")


def properties(system: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property of every object schema; a mere reference stands for what it refers to."""
    for at, node in nodes(document(system)["components"]["schemas"], "#/schemas"):
        members = node.get("properties")
        if isinstance(members, dict) and not at.endswith("/properties"):
            for name, member in members.items():
                known = "x-source" in member or "$ref" not in member
                yield f"{at}/{name}", member if known else target(system, member["$ref"])


def per_rule() -> Iterator[Any]:
    for system in SYSTEMS:
        for code in rules(system):
            yield pytest.param(system, code, id=code)


def is_sourced(node: Mapping[str, Any]) -> bool:
    source = node.get("x-source", {})
    return source.get("confidence") in CONFIDENCE and bool(str(source.get("from", "")).strip())


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_each_document_is_openapi(path: Path) -> None:
    validate(read(path.name))


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_operation_parameter_and_property_says_where_it_comes_from(system: str) -> None:
    bare = [at for at, member in properties(system) if not is_sourced(member)]
    for _, _, operation in operations(system):
        bare += [] if is_sourced(operation) else [operation["operationId"]]
        for parameter in operation["parameters"]:
            whole = target(system, parameter["$ref"]) if "$ref" in parameter else parameter
            bare += [] if is_sourced(whole) else [f"{operation['operationId']}: {whole['name']}"]
    assert bare == []


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_rule_that_a_document_names_is_in_its_rule_book(system: str) -> None:
    named = [
        (f"{at}: {keyword}", code)
        for at, node in nodes(document(system))
        for keyword, code in (node.get("x-rules") or {}).items()
    ]
    assert [(at, code) for at, code in named if code not in rules(system)] == []


@pytest.mark.parametrize("system", SYSTEMS)
def test_an_x_rules_entry_belongs_to_a_keyword_that_is_there(system: str) -> None:
    """A code beside no keyword would never be reported."""
    idle = []
    for at, node in nodes(document(system)):
        for entry in node.get("x-rules") or {}:
            if at == "#" and entry == "not_json":
                continue  # of the whole document: what a body breaks that cannot be parsed
            keyword, _, name = entry.partition(".")
            there = node.get(keyword, node.get("schema", {}).get(keyword)) is not None
            if not there or (name and name not in node["required"]):
                idle.append(f"{at}: {entry}")
    assert idle == []


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_rule_that_the_mock_names_is_in_its_rule_book(system: str) -> None:
    prefix = read(f"{system}.rules.yaml")["prefix"]
    folder = Path(ixmocks.__file__).parent / system
    named = {code for path in folder.glob("*.py") for code in re.findall(rf"{prefix}-\d+", path.read_text())}
    assert named
    assert named - set(rules(system)) == set()


def examples(system: str) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Place, schema and value of every example beside a body or parameter, and inside a schema."""
    whole = resolved(system, {key: document(system)[key] for key in ("paths", "components")})
    for at, node in nodes(whole):
        schema = node.get("schema")
        if isinstance(schema, dict):
            for name, example in (node.get("examples") or {}).items():
                yield f"{at}/{name}", schema, example["value"]
            if "example" in node:
                yield f"{at}/example", schema, node["example"]
        elif "example" in node and not at.endswith(("/properties", "/value")):
            yield f"{at}/example", node, node["example"]


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_example_is_of_the_shape_beside_it(system: str) -> None:
    found = list(examples(system))
    assert found
    wrong = [
        f"{at}: {error.message[:200]}"
        for at, schema, value in found
        for error in OAS30Validator(schema).iter_errors(value)
    ]
    assert wrong == []


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_body_has_an_example(system: str) -> None:
    bare = []
    for _, _, operation in operations(system):
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for body, kind in zip(bodies, ["request", *map(str, operation["responses"])], strict=True):
            if kind == "request" or kind.startswith("2"):
                for media in resolved(system, body).get("content", {}).values():
                    bare += [] if media.get("examples") else [f"{operation['operationId']} {kind}"]
    assert bare == []


@pytest.mark.parametrize("system", SYSTEMS)
def test_codes_carry_the_prefix_of_their_system(system: str) -> None:
    book = read(f"{system}.rules.yaml")
    assert book["system"] == system
    assert [code for code in book["rules"] if not re.fullmatch(rf"{book['prefix']}-\d\d+", code)] == []


def test_no_two_systems_share_a_code() -> None:
    codes = [code for system in SYSTEMS for code in rules(system)]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(("system", "code"), list(per_rule()))
def test_each_rule_is_complete(system: str, code: str) -> None:
    rule = rules(system)[code]
    assert set(rule) <= RULE_KEYS
    assert RULE_KEYS - {"readings"} <= set(rule)
    assert rule["title"].strip() and not rule["title"].endswith(".")
    assert rule["text"].strip().endswith((".", "?"))
    assert rule["advice"].strip().endswith(".")
    assert rule["confidence"] in CONFIDENCE
    assert rule["sources"]
    for source in rule["sources"]:
        assert set(source) == {"part", "confidence", "from"}
        assert source["confidence"] in CONFIDENCE
        assert source["part"].strip() and source["from"].strip()
    known = {operation["operationId"] for _, _, operation in operations(system)}
    assert rule["operations"] and set(rule["operations"]) <= known
    assert len(set(rule["operations"])) == len(rule["operations"])
    assert rule["error"] is None or rule["error"]["status"] == 200 or 400 <= rule["error"]["status"] < 600


@pytest.mark.parametrize(("system", "code"), list(per_rule()))
def test_each_rule_has_an_example_on_both_sides(system: str, code: str) -> None:
    rule = rules(system)[code]
    known = {operation["operationId"] for _, _, operation in operations(system)}
    for side in ("obeys", "breaks"):
        assert rule[side]
        for number, step in enumerate(rule[side]):
            kinds = [kind for kind in STEP_KEYS if kind in step]
            assert len(kinds) == 1, step
            assert set(step) <= STEP_KEYS[kinds[0]], step
            assert "under" not in step or number == 0, "a world has its readings from the start"
            assert "call" not in step or (step["call"] in known and "status" in step), step
    said_no = any("violates" in step or step.get("status", 200) >= 400 for step in rule["breaks"])
    assert rule["error"] is None or said_no, "the rule refuses, and no breaking example is refused"


@pytest.mark.parametrize(("system", "code"), list(per_rule()))
def test_readings_are_at_least_two_and_named_apart(system: str, code: str) -> None:
    readings = rules(system)[code].get("readings")
    if readings is not None:
        names = [reading["name"] for reading in readings]
        assert len(names) >= 2 and len(set(names)) == len(names)
        assert all(reading["text"].strip() for reading in readings)
        assert all(re.fullmatch(r"[a-z0-9_-]+", name) for name in names)
