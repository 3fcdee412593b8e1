"""Pages of the contracts: every operation, parameter, schema and rule, made from the OpenAPI documents by ourselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import flask
from werkzeug.exceptions import NotFound

from ixmocks.control.problems import unknown
from ixmocks.dashboard import PREFIX
from ixmocks.dashboard.common import site
from ixmocks.engine import exact
from ixmocks.engine.document import load_document
from ixmocks.engine.outline import METHODS

CONTROL = "control"
EXAMPLE_MAX = 4000
SKIPPED = (
    "type",
    "properties",
    "required",
    "items",
    "description",
    "x-source",
    "x-rules",
    "$ref",
    "example",
    "x-expected",
    "title",
)
"""Keywords that are shown in a way of their own, or not at all."""

Json = Mapping[str, Any]


def register(app: flask.Flask) -> None:
    app.add_url_rule(f"{PREFIX}contracts", view_func=overview, endpoint="contracts")
    app.add_url_rule(f"{PREFIX}contracts/<system>", view_func=contract, endpoint="contract")


def overview() -> str:
    rows = [(name, _read(name)) for name in (*site().kit.worlds.systems, CONTROL)]
    return flask.render_template("contracts.html", rows=rows, books=site().kit.worlds.rules)


def contract(system: str) -> str:
    names = (*site().kit.worlds.systems, CONTROL)
    if system not in names:
        raise NotFound(unknown("unknown-system", "system", system, names).detail)
    return flask.render_template(
        "contract.html", system=system, contract=_read(system), q=flask.request.args.get("q", "")
    )


def _read(system: str) -> dict[str, Any]:
    """The document in the shape of the page; worked out once."""
    kept = site().kept
    if ("contract", system) not in kept:
        port = site().kit.ports.get(system)
        raw: Json = load_document("control.yaml").raw if port is None else port.document.raw
        book = site().kit.worlds.rules.get(system)
        kept["contract", system] = read(raw, {} if book is None else book.rules)
    found: dict[str, Any] = kept["contract", system]
    return found


def read(raw: Json, rules: Mapping[str, Any]) -> dict[str, Any]:
    """What the page shows of an OpenAPI document. ``rules``: code to rule, to name those of each operation."""
    operations = [
        _operation(raw, path, method, item[method], item.get("parameters", ()), rules)
        for path, item in raw["paths"].items()
        for method in METHODS
        if method in item
    ]
    tags: dict[str, list[Any]] = {}
    for operation in operations:
        tags.setdefault(operation["tag"], []).append(operation)
    schemas = [
        {"name": name, **_schema(schema, raw)}
        for name, schema in (raw.get("components", {}).get("schemas") or {}).items()
    ]
    return {"info": raw["info"], "tags": tags, "operations": operations, "schemas": schemas}


def _operation(
    raw: Json, path: str, method: str, of: Json, shared: Any, rules: Mapping[str, Any]
) -> dict[str, Any]:
    name = of["operationId"]
    parameters = [_resolved(parameter, raw) for parameter in (*shared, *of.get("parameters", ()))]
    request = _resolved(of.get("requestBody") or {}, raw)
    return {
        "id": name,
        "method": method.upper(),
        "path": path,
        "summary": of.get("summary", ""),
        "description": of.get("description", ""),
        "source": of.get("x-source") or {},
        "tag": (of.get("tags") or [""])[0],
        "parameters": [
            {
                "name": p["name"],
                "place": p["in"],
                "required": p.get("required", False),
                "text": p.get("description", ""),
                "type": _type(p.get("schema", {}), raw),
                "source": p.get("x-source") or {},
                "limits": _limits(p.get("schema", {})),
            }
            for p in parameters
        ],
        "bodies": list(_contents(request, raw)),
        "body_required": request.get("required", False),
        "answers": [
            {"status": status, "text": answer.get("description", ""), "bodies": list(_contents(answer, raw))}
            for status, answer in (
                (status, _resolved(answer, raw)) for status, answer in of.get("responses", {}).items()
            )
        ],
        "rules": [rule for rule in rules.values() if name in rule.operations],
        "search": f"{name} {method} {path} {of.get('summary', '')}".lower(),
    }


def _contents(of: Json, raw: Json) -> Iterator[dict[str, Any]]:
    for media, content in (of.get("content") or {}).items():
        examples = [_resolved(example, raw) for example in (content.get("examples") or {}).values()]
        if "example" in content:
            examples.append({"summary": "", "value": content["example"]})
        yield {
            "media": media,
            "schema": _schema(content.get("schema") or {}, raw),
            "examples": [
                (example.get("summary", ""), _pretty(example.get("value"))) for example in examples[:3]
            ],
        }


def _schema(schema: Json, raw: Json) -> dict[str, Any]:
    """A name to follow, or members in rows."""
    ref = _ref(schema) or _ref(schema.get("items") or {})
    whole = _resolved(schema, raw) if "allOf" in schema else schema
    required = set(whole.get("required") or ())
    members = [
        {
            "name": name,
            "required": name in required,
            "type": _type(member, raw),
            "ref": _ref(member) or _ref(member.get("items") or {}),
            "text": member.get("description", ""),
            "source": member.get("x-source") or {},
            "limits": _limits(member),
            "rules": _rules(member),
        }
        for name, member in (whole.get("properties") or {}).items()
    ]
    for part in whole.get("allOf") or whole.get("oneOf") or whole.get("anyOf") or ():
        members += _schema(part, raw)["members"] if not _ref(part) else []
    return {
        "ref": ref,
        "type": _type(schema, raw),
        "members": members,
        "text": whole.get("description", ""),
        "limits": _limits(whole),
        "rules": _rules(whole),
        "source": whole.get("x-source") or {},
        "parts": [
            name
            for part in (
                *(whole.get("allOf") or ()),
                *(whole.get("oneOf") or ()),
                *(whole.get("anyOf") or ()),
            )
            if (name := _ref(part))
        ],
    }


def _type(schema: Json, raw: Json) -> str:
    if _ref(schema):
        return _ref(schema)
    kind = str(schema.get("type", "")) or next(
        (word for word in ("oneOf", "anyOf", "allOf") if word in schema), "anything"
    )
    if kind == "array":
        return f"list of {_type(schema.get('items') or {}, raw)}"
    return kind + (" or null" if schema.get("nullable") else "")


def _limits(schema: Json) -> list[str]:
    """Every other keyword, as it stands."""
    found = []
    for key, value in schema.items():
        if (
            key in SKIPPED
            or key.startswith("x-")
            or key in ("allOf", "oneOf", "anyOf", "nullable", "additionalProperties", "minProperties")
            or isinstance(value, dict)
        ):
            continue
        shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        found.append(f"{key} {shown[:200]}")
    return found


def _rules(schema: Json) -> list[str]:
    return sorted(set(map(str, (schema.get("x-rules") or {}).values())))


def _ref(schema: Json) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _resolved(value: Json, raw: Json) -> Json:
    """What a reference stands for."""
    for _ in range(10):
        if "$ref" not in value:
            return value
        found: Any = raw
        for step in value["$ref"].removeprefix("#/").split("/"):
            found = found[step.replace("~1", "/").replace("~0", "~")]
        value = found
    return value


def _pretty(value: Any) -> str:
    import msgspec

    text = value if isinstance(value, str) else msgspec.json.format(exact.dump(value)).decode()
    return text if len(text) <= EXAMPLE_MAX else f"{text[:EXAMPLE_MAX]}\n…"
