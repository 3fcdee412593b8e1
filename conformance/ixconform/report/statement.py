"""A claim that can be signed: which product, by which rules, which level, proved by which report.

It has the form of an in-toto statement with a test result, so that any tool for those signs and checks it. The report
is pinned by its digest; without it the claim says nothing.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from ixconform.report import view
from ixconform.report.file import to_json
from ixconform.report.model import Report
from ixconform.report.text import line
from ixconform.report.verdict import Outcome, Verdict

WARNED = (Verdict.WARN, Verdict.DISPUTED, Verdict.FLAKY, Verdict.SKIP)


def render(report: Report) -> str:
    raw = to_json(report)
    digest = hashlib.sha256(raw).hexdigest()
    product = {"name": f"{line(report.connector.name)} {line(report.connector.version)}".strip()}
    subjects: list[dict[str, Any]] = [{"name": "report.json", "digest": {"sha256": digest}}]
    if report.connector.artefact_sha256:
        subjects.insert(0, {**product, "digest": {"sha256": report.connector.artefact_sha256}})
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subjects,
        "predicateType": "https://in-toto.io/attestation/test-result/v0.1",
        "predicate": {
            "result": result(report),
            "configuration": [
                {"name": line(each.name), "digest": {"sha256": each.sha256}} for each in report.kit.digests
            ],
            "passedTests": _ids(report, Verdict.PASS),
            "warnedTests": _ids(report, *WARNED),
            "failedTests": _ids(report, Verdict.FAIL, Verdict.ERROR, Verdict.KNOWN_FAILING),
            "claim": {
                "product": product["name"],
                "profile": line(report.profile.name),
                "level": None if report.reached is None else f"L{report.reached}",
                "marks": [line(mark) for mark in report.marks],
                "not_claimed": [line(each.name) for each in report.capabilities if not each.claimed],
                "kit": f"{line(report.kit.name)} {line(report.kit.version)}",
                "seed": report.seed,
                "pinned": report.pinned,
                "date": line(report.started_at),
                "report_sha256": digest,
            },
        },
    }
    return json.dumps(statement, indent=1) + "\n"


def result(report: Report) -> str:
    """`PASSED` and `WARNED` claim that the level that was asked for is reached; all that came short of it `FAILED`."""
    if report.reached is None or report.reached < report.asked_level or report.outcome is not Outcome.PASSED:
        return "FAILED"
    return "WARNED" if _ids(report, *WARNED) else "PASSED"


def _ids(report: Report, *verdicts: Verdict) -> list[str]:
    return [line(check.id) for check in view.ordered(report.checks) if check.verdict in verdicts]
