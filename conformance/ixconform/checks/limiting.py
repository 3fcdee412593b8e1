"""Is anything attempted that the target cannot take? P-LIM."""

from __future__ import annotations

from ixconform.checks.finding import Finding, Seen


def limits(seen: Seen) -> list[Finding]:
    """Nothing longer than the target takes is even attempted: that would only be refused, again and again."""
    most = seen.target.traits.lines_max
    found = _without_lines(seen)
    for each in seen.history.asked:
        if most and each.operation in seen.target.traits.creates:
            lines = _longest(each.sent)
            if lines > most:
                found.append(
                    Finding(
                        code="P-LIM",
                        actual=f"{each.operation} with {lines} lines",
                        marks={each.number: f"{lines} lines"},
                        expected=f"at most {most}: {seen.claims.over_75} what is longer, before it is sent",
                        because=(seen.target.traits.line_rule,),
                    )
                )
    return found


def _without_lines(seen: Seen) -> list[Finding]:
    """A document without any line is nothing that could be booked."""
    return [
        Finding(
            code="P-LIM",
            actual=f"{each.operation} without a line",
            expected="what has no lines is left for a person, before it is sent",
            marks={each.number: "no lines"},
        )
        for each in seen.history.asked
        if each.operation in seen.target.traits.creates and _is_bare(each.sent)
    ]


def _is_bare(body: object) -> bool:
    """Whether it has a list for lines and nothing in it."""
    lists = [value for value in body.values() if isinstance(value, list)] if isinstance(body, dict) else []
    return bool(lists) and not any(lists)


def _longest(body: object) -> int:
    if not isinstance(body, dict):
        return 0
    return max((len(value) for value in body.values() if isinstance(value, list)), default=0)
