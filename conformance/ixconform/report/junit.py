"""The report as JUnit XML: a suite per level, a case per check, so that any CI shows it.

`fail` is a failure, `error` an error; what does not decide (`skip`, `omit`, `flaky`, `known-failing`, `disputed`) is
skipped with its reason, so that the CI job's colour agrees with the exit code for failures.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ixconform.report import view
from ixconform.report.model import Check, Report
from ixconform.report.story import story
from ixconform.report.text import clean, line
from ixconform.report.verdict import Verdict

SKIPPED = frozenset({Verdict.SKIP, Verdict.OMIT, Verdict.FLAKY, Verdict.KNOWN_FAILING, Verdict.DISPUTED})


def render(report: Report) -> str:
    root = Element("testsuites", name=f"ixkit conformance {line(report.profile.name)}")
    totals = [_suite(root, report, rung) for rung in view.ladder(report)]
    for at, name in enumerate(("tests", "failures", "errors", "skipped")):
        root.set(name, str(sum(total[at] for total in totals)))
    root.set("time", f"{report.seconds:.3f}")
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(root: Element, report: Report, rung: view.Rung) -> tuple[int, int, int, int]:
    verdicts = [check.verdict for check in rung.checks]
    counts = (
        len(verdicts),
        verdicts.count(Verdict.FAIL),
        verdicts.count(Verdict.ERROR),
        sum(verdict in SKIPPED for verdict in verdicts),
    )
    suite = SubElement(root, "testsuite", name=f"L{rung.level.level} {line(rung.level.name)}")
    for name, count in zip(("tests", "failures", "errors", "skipped"), counts, strict=True):
        suite.set(name, str(count))
    suite.set("time", f"{rung.level.seconds:.3f}")
    if report.started_at:
        suite.set("timestamp", line(report.started_at))
    properties = SubElement(suite, "properties")
    for name, value in (("profile", report.profile.name), ("result", rung.level.result.value)):
        SubElement(properties, "property", name=name, value=line(value))
    for check in rung.checks:
        _case(suite, report, check)
    return counts


def _case(suite: Element, report: Report, check: Check) -> None:
    case = SubElement(
        suite, "testcase", name=f"{line(check.id)}: {line(check.title)}",
        classname=f"{line(report.profile.name)}.L{check.level}", time=f"{check.seconds:.3f}",
    )  # fmt: skip
    properties = SubElement(case, "properties")
    told = [("code", check.code), ("scenario", check.scenario), ("verdict", check.verdict.value)]
    told += [("because", because.code) for because in check.because]
    if check.counterexample is not None:
        told += [("case", check.counterexample.case), ("replay", check.counterexample.replay)]
    for name, value in told:
        SubElement(properties, "property", name=name, value=line(value))
    message = line(check.reason) or check.verdict.value
    if check.verdict is Verdict.FAIL:
        SubElement(case, "failure", type=line(check.code), message=message).text = clean(story(check))
    elif check.verdict is Verdict.ERROR:
        SubElement(case, "error", type=line(check.code), message=message).text = clean(story(check))
    elif check.verdict in SKIPPED:
        SubElement(case, "skipped", message=f"{check.verdict.value}: {message}")
    elif check.verdict is Verdict.WARN:
        SubElement(case, "system-out").text = f"warn: {message}"
