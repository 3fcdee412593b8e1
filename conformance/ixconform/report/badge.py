"""A badge for a readme, as SVG and as the JSON that badge services read.

It is honest: it names the profile, and turns grey when the rule books it was earned against are no longer the current
ones.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape

from ixconform.report import view
from ixconform.report.model import Report
from ixconform.report.text import line
from ixconform.report.verdict import Outcome

LABEL = "ixkit conformance"
GREY = "#5b6168"
RED = "#b3261e"
COLOURS: Mapping[int | None, str] = {
    None: RED,
    0: "#a84300",
    1: "#8a5a00",
    2: "#5f6b00",
    3: "#2f7020",
    4: "#08703a",
}
"""By level reached; white text on each of them has a contrast of at least 4.5 : 1."""

WIDE, NARROW = frozenset("mwMW@%—"), frozenset("ijlftrI.,:;'·|!() -")


def message(report: Report, current: Mapping[str, str] | None = None) -> str:
    said = view.headline(report)
    return f"{said} (older rules)" if outdated(report, current) else said


def outdated(report: Report, current: Mapping[str, str] | None) -> bool:
    """Whether a contract or rule book has another digest today. `current`: name to sha256; none: nobody asked."""
    return current is not None and {each.name: each.sha256 for each in report.kit.digests} != dict(current)


def colour(report: Report, current: Mapping[str, str] | None = None) -> str:
    judged = report.outcome in (Outcome.PASSED, Outcome.FAILED, Outcome.INCONCLUSIVE) and not report.selection
    return COLOURS[report.reached] if judged and not outdated(report, current) else GREY


def render_json(report: Report, current: Mapping[str, str] | None = None) -> str:
    told = {
        "schemaVersion": 1,
        "label": LABEL,
        "message": message(report, current),
        "color": colour(report, current),
        "isError": report.reached is None and not report.selection,
        "level": report.reached,
        "profile": line(report.profile.name),
        "kit": line(report.kit.version),
        "rules": {line(each.name): each.sha256 for each in report.kit.digests},
    }
    return json.dumps(told, indent=1) + "\n"


def render_svg(report: Report, current: Mapping[str, str] | None = None) -> str:
    right = message(report, current)
    left_px, right_px = _px(LABEL) + 12, _px(right) + 12
    total = left_px + right_px
    said = escape(f"{LABEL}: {right}", quote=True)
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="20" role="img" aria-label="{said}">
<title>{said}</title>
<clipPath id="r"><rect width="{total}" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="{left_px}" height="20" fill="#3b4047"/>
<rect x="{left_px}" width="{right_px}" height="20" fill="{colour(report, current)}"/></g>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="6" y="14" textLength="{left_px - 12}">{escape(LABEL)}</text>
<text x="{left_px + 6}" y="14" textLength="{right_px - 12}">{escape(right)}</text></g>
</svg>
"""


def _px(text: str) -> int:
    """About how wide the text is in 11 px Verdana."""
    return round(sum(9.5 if char in WIDE else 4.6 if char in NARROW else 7.0 for char in text))
