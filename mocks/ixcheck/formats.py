"""How are findings told? To a person, a script, GitHub, a code scanner (SARIF 2.1.0), or a test report (JUnit)."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import click

from ixcheck.finding import Finding, Level

ROWS_MAX = 200
FORMATS = ("text", "json", "github", "sarif", "junit")
_COLOURS = {Level.NOTE: "green", Level.WARNING: "yellow", Level.ERROR: "red"}
PLAIN = {Level.NOTE: "note", Level.WARNING: "warning", Level.ERROR: "error"}
DIFFERENCE = {Level.NOTE: "safe", Level.WARNING: "risky", Level.ERROR: "breaking"}
"""The words for a changed contract."""


def told(
    findings: Sequence[Finding],
    output: str,
    *,
    check: str,
    words: Mapping[Level, str] = PLAIN,
    more: Mapping[str, Any] | None = None,
) -> str:
    """The findings in one of FORMATS. `more` stands beside them in JSON."""
    if output == "json":
        return _json(findings, words, more or {})
    tell: Callable[[Sequence[Finding], str], str] = {"github": _github, "sarif": _sarif, "junit": _junit}.get(
        output, lambda found, name: _text(found, words)
    )
    return tell(findings, check)


def counted(findings: Sequence[Finding], words: Mapping[Level, str] = PLAIN) -> str:
    """`1 breaking, 2 risky, 0 safe`: the worst first."""
    by = Counter(finding.level for finding in findings)
    return ", ".join(f"{by[level]} {words[level]}" for level in sorted(words, reverse=True))


def summarised(
    findings: Sequence[Finding], *, check: str, summary: str, words: Mapping[Level, str] = PLAIN
) -> None:
    """Adds a table to the page of a GitHub job, where there is one (GITHUB_STEP_SUMMARY)."""
    page = os.environ.get("GITHUB_STEP_SUMMARY")
    if not page:
        return
    lines = [f"### ixkit {check}: {counted(findings, words) if findings else 'nothing was found'}", ""]
    if findings:
        lines += ["| level | what | where | says |", "| --- | --- | --- | --- |"]
        lines += [
            f"| {words[each.level]} | {_cell(each.subject)} | {_cell(each.at)} | {_cell(each.text)} {each.rule} |"
            for each in findings[:ROWS_MAX]
        ]
        lines += ["", f"{len(findings) - ROWS_MAX} more"] if len(findings) > ROWS_MAX else []
    lines += ["", *summary.splitlines(), ""]
    with open(page, "a", encoding="utf-8") as file:
        file.write("\n".join(lines))


def _cell(text: str) -> str:
    return escape(text.replace("|", "\\|").replace("\n", " "))


def _text(findings: Sequence[Finding], words: Mapping[Level, str]) -> str:
    wide = max((len(word) for word in words.values()), default=0)
    lines = []
    for each in findings:
        word = click.style(f"{words[each.level]:<{wide}}", fg=_COLOURS[each.level])
        rule = f" [{each.rule}]" if each.rule and each.rule != each.subject else ""
        lines.append(
            f"{word}  {' '.join(filter(None, (each.system, each.subject, each.at)))}: {each.text}{rule}"
        )
        if each.source or each.confidence:
            lines.append(" " * (wide + 4) + " · ".join(filter(None, (each.confidence, each.source))))
    return "\n".join(lines)


def _json(findings: Sequence[Finding], words: Mapping[Level, str], more: Mapping[str, Any]) -> str:
    by = Counter(finding.level for finding in findings)
    whole = {
        **more,
        "counts": {words[level]: by[level] for level in sorted(words, reverse=True)},
        "findings": [{**finding.plain(), "level": words[finding.level]} for finding in findings],
    }
    return json.dumps(whole, indent=2, ensure_ascii=False, default=str)


# ---- GitHub --------------------------------------------------------------------------------------


def _github(findings: Sequence[Finding], check: str) -> str:
    """Annotations, as GitHub Actions reads them from a job's output."""
    names = {Level.NOTE: "notice", Level.WARNING: "warning", Level.ERROR: "error"}
    lines = []
    for each in findings:
        where = {
            "file": each.file,
            "line": str(each.line or "") if each.file else "",
            "title": f"ixkit {check}: {each.kind}",
        }
        given = ",".join(f"{name}={_property(value)}" for name, value in where.items() if value)
        lines.append(f"::{names[each.level]} {given}::{_data(_whole(each))}")
    return "\n".join(lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _whole(each: Finding) -> str:
    rule = f" [{each.rule}]" if each.rule and each.rule != each.subject else ""
    because = (
        f" ({' · '.join(filter(None, (each.confidence, each.source)))})"
        if each.source or each.confidence
        else ""
    )
    return f"{' '.join(filter(None, (each.system, each.subject, each.at)))}: {each.text}{rule}{because}"


# ---- SARIF ---------------------------------------------------------------------------------------


def _sarif(findings: Sequence[Finding], check: str) -> str:
    kinds = sorted({finding.kind for finding in findings})
    driver = {
        "name": "ixkit",
        "version": version("ixkit"),
        "rules": [
            {"id": kind, "shortDescription": {"text": kind.replace("-", " ")}, "properties": {"check": check}}
            for kind in kinds
        ],
    }
    run = {"tool": {"driver": driver}, "results": [_result(finding, kinds) for finding in findings]}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps(
        {"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False, default=str
    )


def _result(each: Finding, kinds: Sequence[str]) -> dict[str, Any]:
    place: dict[str, Any] = {
        "logicalLocations": [
            {"fullyQualifiedName": ".".join(filter(None, (each.system, each.subject, each.at)))}
        ]
    }
    if each.file:
        place["physicalLocation"] = {
            "artifactLocation": {"uri": each.file},
            **({"region": {"startLine": each.line}} if each.line else {}),
        }
    return {
        "ruleId": each.kind,
        "ruleIndex": kinds.index(each.kind),
        "level": PLAIN[each.level],
        "message": {"text": _whole(each)},
        "locations": [place],
    }


# ---- JUnit ---------------------------------------------------------------------------------------


def _junit(findings: Sequence[Finding], check: str) -> str:
    """One case per finding; errors fail. Without any, one case says that all is well."""
    failed = sum(finding.level is Level.ERROR for finding in findings)
    cases = [_case(finding, check) for finding in findings] or [
        f'  <testcase classname={quoteattr(f"ixkit.{check}")} name="nothing was found"/>'
    ]
    head = f'<testsuite name={quoteattr(f"ixkit {check}")} tests="{len(cases)}" failures="{failed}">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *cases, "</testsuite>"])


def _case(each: Finding, check: str) -> str:
    whole = _xml(_whole(each))
    names = f"classname={quoteattr(_xml(f'ixkit.{check}.{each.system or each.kind}'))} name={quoteattr(whole[:200])}"
    if each.level is not Level.ERROR:
        return f"  <testcase {names}><system-out>{escape(whole)}</system-out></testcase>"
    return f"  <testcase {names}><failure type={quoteattr(each.kind)} message={quoteattr(whole)}/></testcase>"


def _xml(text: str) -> str:
    """Without the characters that XML has no way to write."""
    return "".join(c if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff") else "\ufffd" for c in text)
