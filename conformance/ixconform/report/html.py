"""The report as one page: no network, no cookies, readable on paper, by keyboard and in the dark.

Nothing in the page is trusted: every text is stripped of control characters and escaped, and the page's own policy
lets run only the one script and the one style that it carries.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from ixconform.report import view
from ixconform.report.model import PreflightResult, Report
from ixconform.report.story import source
from ixconform.report.text import clean, duration, plural
from ixconform.report.verdict import Outcome, Verdict

HERE = Path(__file__).parent


def render(report: Report) -> str:
    style, script = _asset("report.css"), _asset("report.js")
    counts = Counter(check.verdict for check in report.checks)
    wrong = any(item.result is not PreflightResult.OK for item in report.preflight)
    return _template().render(
        report=report,
        view=view,
        rungs=view.ladder(report),
        verdicts=[(verdict, counts[verdict]) for verdict in view.ORDER if counts[verdict]],
        numbers={check: number for number, check in enumerate(view.ordered(report.checks), 1)},
        urgent=[check for check in view.findings(report) if check.verdict in (Verdict.FAIL, Verdict.ERROR)],
        preflight_matters=wrong or report.outcome is Outcome.NOT_STARTED,
        duration=duration,
        plural=plural,
        source=source,
        style=Markup(style),  # our own file, no text from outside
        script=Markup(script),
        style_hash=_hash(style),
        script_hash=_hash(script),
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
    )
    return environment.get_template("report.html.j2")


def _harmless(value: Any) -> Any:
    """Whatever is printed into the page, by whatever road it came."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _asset(name: str) -> str:
    return (HERE / name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
