"""How is a report written to `report.json`, read back unchanged, and described by a schema?"""

from __future__ import annotations

import json
import math
from typing import Any

import msgspec

from ixconform.report.model import SCHEMA, Report


class ReportError(ValueError):
    """The text is no report that this kit reads. The message says what was found and what was expected."""


def to_json(report: Report) -> bytes:
    """The report as pure ASCII JSON. The same report always gives the same bytes."""
    return (json.dumps(msgspec.to_builtins(report), indent=1, allow_nan=False) + "\n").encode("ascii")


def from_json(data: bytes | str) -> Report:
    """The report that was written. Raises ReportError with the place where it is none.

    Members that this version does not know are ignored, as a reader of newer reports must.
    """
    try:
        value = json.loads(data, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError) as wrong:
        raise ReportError(f"this is no JSON: {wrong}") from None
    found = value.get("schema") if isinstance(value, dict) else None
    if found != SCHEMA:
        raise ReportError(f"this is no report of this kit: schema is {found!r}, {SCHEMA!r} was expected")
    try:
        return msgspec.convert(value, Report, strict=True)
    except msgspec.ValidationError as wrong:
        raise ReportError(f"the report breaks its schema: {wrong}") from None


def schema() -> dict[str, Any]:
    """The JSON schema of a report: what `report.schema.json` holds."""
    made = msgspec.json.schema(Report)
    made["$defs"]["Report"]["properties"]["schema"] = {"const": SCHEMA}
    made["$defs"]["Report"]["required"] = sorted({*made["$defs"]["Report"]["required"], "schema"})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{SCHEMA.replace('/', ':')}",
        "title": "Report of a conformance run",
        **made,
    }


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is too large")
    return value
