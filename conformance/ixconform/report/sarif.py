"""The report as SARIF 2.1.0, for code scanning: a rule per property, a result per finding, the story as code flow.

A finding stands at the line of the contract or rule book that it breaks; without one, at the connector's `ixkit.toml`.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from ixconform.report import view
from ixconform.report.model import Because, Check, Report
from ixconform.report.story import source, story, told
from ixconform.report.text import clean, line
from ixconform.report.verdict import Verdict

LEVELS = {
    Verdict.ERROR: "error",
    Verdict.FAIL: "error",
    Verdict.KNOWN_FAILING: "error",
    Verdict.FLAKY: "warning",
    Verdict.SKIP: "note",
    Verdict.DISPUTED: "note",
    Verdict.WARN: "warning",
}
KINDS = {Verdict.SKIP: "open", Verdict.DISPUTED: "review"}
"""All others fail. SARIF wants level `none` beside a kind that is no fail."""

FALLBACK = "ixkit.toml"
_PLACE = re.compile(r"(?P<file>[^\s:]+):(?P<line>[1-9][0-9]{0,6})(?::[0-9]+)?$")


def render(report: Report) -> str:
    shown = view.findings(report)
    codes = sorted({check.code for check in report.checks})
    rules = [_rule(code, next(check for check in report.checks if check.code == code)) for code in codes]
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": line(report.kit.name),
                "semanticVersion": line(report.kit.version),
                "rules": rules,
            }
        },
        "automationDetails": {"id": f"ixkit-conformance/{line(report.profile.name)}/"},
        "invocations": [
            {
                "executionSuccessful": report.outcome.value
                not in ("kit-error", "interrupted", "not-started"),
                "exitCode": report.exit_code,
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [_result(report, check, codes.index(check.code)) for check in shown],
        "properties": {"profile": line(report.profile.name), "reached": report.reached, "seed": report.seed},
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=1, ensure_ascii=True) + "\n"


def _rule(code: str, check: Check) -> dict[str, Any]:
    return {
        "id": line(code),
        "shortDescription": {"text": line(check.title) or line(code)},
        "properties": {"tags": ["conformance"]},
    }


def _result(report: Report, check: Check, index: int) -> dict[str, Any]:
    kind = KINDS.get(check.verdict, "fail")
    result: dict[str, Any] = {
        "ruleId": line(check.code),
        "ruleIndex": index,
        "kind": kind,
        "level": LEVELS[check.verdict] if kind == "fail" else "none",
        "message": {"text": f"{line(check.reason) or line(check.title)}\n\n{clean(story(check))}".strip()},
        "locations": [_location(check)],
        "partialFingerprints": {"ixkit/v1": _fingerprint(report, check)},
        "properties": {
            "verdict": check.verdict.value,
            "scenario": line(check.scenario),
            "level": f"L{check.level}",
        },
    }
    found = check.counterexample
    if found is not None and found.steps:
        steps = [
            {"location": {"message": {"text": told(step)}}, "executionOrder": step.number}
            for step in found.steps
        ]
        result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    if check.verdict is Verdict.KNOWN_FAILING:
        result["suppressions"] = [{"kind": "external", "justification": "on the list of known failures"}]
    return result


def _location(check: Check) -> dict[str, Any]:
    reasons = (*(check.counterexample.because if check.counterexample else ()), *check.because)
    place = next((found for found in map(_place, reasons) if found), (FALLBACK, 1))
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": place[0], "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": place[1]},
        },
        "logicalLocations": [{"name": line(check.id), "kind": "function"}],
        "message": {
            "text": "; ".join(f"{line(each.code)}{source(each)}" for each in reasons) or line(check.id)
        },
    }


def _place(reason: Because) -> tuple[str, int] | None:
    found = _PLACE.fullmatch(line(reason.spec))
    return (found["file"], int(found["line"])) if found else None


def _fingerprint(report: Report, check: Check) -> str:
    return hashlib.sha256(f"{report.profile.name}\0{check.id}".encode("utf-8", "replace")).hexdigest()
