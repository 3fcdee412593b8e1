"""The part of SARIF 2.1.0 that our log uses, strict: a member that the standard does not have is an error here.

The official schema is in no package that we could pin; this is its shape for the objects below, written by hand.
"""

from __future__ import annotations

from typing import Any


def closed(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


def many(items: Any, **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **more}


TEXT = {"type": "string"}
BAG = {"type": "object", "properties": {"tags": many(TEXT, uniqueItems=True)}}
MESSAGE = closed(["text"], text={"type": "string", "minLength": 1})
WHOLE = {"type": "integer", "minimum": 0}

PHYSICAL = closed(
    ["artifactLocation"],
    artifactLocation=closed(["uri"], uri={"type": "string", "format": "uri-reference"}, uriBaseId=TEXT),
    region=closed(["startLine"], startLine={"type": "integer", "minimum": 1}),
)
LOCATION = closed(
    [],
    physicalLocation=PHYSICAL,
    logicalLocations=many(closed(["name"], name=TEXT, kind=TEXT), uniqueItems=True),
    message=MESSAGE,
)
STEP = closed(["location"], location=LOCATION, executionOrder={"type": "integer", "minimum": -1})
RESULT = closed(
    ["message"],
    ruleId=TEXT,
    ruleIndex=WHOLE,
    kind={"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
    level={"enum": ["none", "note", "warning", "error"]},
    message=MESSAGE,
    locations=many(LOCATION),
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    codeFlows=many(
        closed(
            ["threadFlows"],
            threadFlows=many(closed(["locations"], locations=many(STEP, minItems=1)), minItems=1),
        )
    ),
    suppressions=many(closed(["kind"], kind={"enum": ["inSource", "external"]}, justification=TEXT)),
    properties=BAG,
)
DRIVER = closed(
    ["name"],
    name=TEXT,
    semanticVersion=TEXT,
    rules=many(closed(["id"], id=TEXT, shortDescription=MESSAGE, properties=BAG), uniqueItems=True),
)
RUN = closed(
    ["tool"],
    tool=closed(["driver"], driver=DRIVER),
    automationDetails=closed([], id=TEXT),
    invocations=many(
        closed(["executionSuccessful"], executionSuccessful={"type": "boolean"}, exitCode={"type": "integer"})
    ),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results=many(RESULT),
    properties=BAG,
)
SARIF = {
    **closed(["version", "runs"], version={"const": "2.1.0"}, runs=many(RUN), **{"$schema": TEXT}),
    "$schema": "http://json-schema.org/draft-07/schema#",
}
