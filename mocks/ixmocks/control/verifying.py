"""Is the journal as it should be? Counts, once-and-only-once, order, and nothing else: each with its evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from ixmocks.control.asked import Asked, Done
from ixmocks.control.filters import fits, unknown_name
from ixmocks.control.problems import Problem
from ixmocks.control.record import SYSTEM
from ixmocks.engine import exact
from ixmocks.engine.journal import Event

EVIDENCE_MAX = 50
Given = Mapping[str, Any]
Found = tuple[bool, str, str, list[Event]]
"""Whether it holds, what was seen, what was expected, and the events that tell."""


def verify(asked: Asked) -> Done | Problem:
    checks = asked.body["checks"]
    for place, check in enumerate(checks):
        wrong = _misasked(asked, check, f"body.checks.{place}")
        if wrong is not None:
            return wrong
    with asked.world.lock:
        events = tuple(asked.world.journal)
        dropped = asked.world.journal.written - len(events)
    results = [_result(check, events) for check in checks]
    return Done(
        {"passed": all(result["passed"] for result in results), "results": results, "dropped": dropped}
    )


def _misasked(asked: Asked, check: Given, at: str) -> Problem | None:
    """What a check needs beyond its name; a filter for nobody's system would always hold."""
    needed = {"order": "steps", "only": "allowed"}.get(check["check"])
    if needed is not None and not check.get(needed):
        return Problem(
            "check-refused", f"{at}: {check['check']} needs `{needed}`: a list of filters, at least one"
        )
    if check["check"] == "count" and not {"exactly", "at_least", "at_most"} & check.keys():
        return Problem("check-refused", f"{at}: count needs `exactly`, `at_least` or `at_most`")
    filters = (check.get("of", {}), *check.get("steps", ()), *check.get("allowed", ()))
    return next((wrong for given in filters if (wrong := unknown_name(asked, given)) is not None), None)


def _result(check: Given, events: tuple[Event, ...]) -> dict[str, Any]:
    passed, seen, expected, evidence = _CHECKS[check["check"]](check, events)
    return {
        "check": check["check"],
        "passed": passed,
        "seen": seen,
        "expected": expected,
        "events": [event.id for event in evidence[:EVIDENCE_MAX]],
    }


def _count(check: Given, events: tuple[Event, ...]) -> Found:
    found = _fitting(events, check.get("of", {}))
    least, most = check.get("at_least", 0), check.get("at_most")
    if "exactly" in check:
        least = most = check["exactly"]
    words = [f"at least {least}"] if most is None else [f"{least} to {most}" if least != most else f"{least}"]
    passed = least <= len(found) and (most is None or len(found) <= most)
    return passed, f"{len(found)} events", f"{words[0]} events", found


def _exactly_once(check: Given, events: tuple[Event, ...]) -> Found:
    """Every value of `by` comes with one event: a second one is a double, a missing one a loss."""
    groups: dict[str, list[Event]] = defaultdict(list)
    for event in _fitting(events, check.get("of", {})):
        value = value_at(event, check["by"]) if "by" in check else event.body.decode("utf-8", "replace")
        groups[value if isinstance(value, str) else exact.dump(value).decode()].append(event)
    doubles = {value: group for value, group in groups.items() if len(group) > 1}
    missing = [value for value in check.get("values", ()) if value not in groups]
    said = [f"{_short(value)} {len(group)} times" for value, group in list(doubles.items())[:5]]
    said += [f"{_short(value)} never" for value in missing[:5]]
    evidence = [event for group in doubles.values() for event in group]
    by = check.get("by", "body")
    seen = "; ".join(said) or f"{len(groups)} values of {by}, each once"
    return not doubles and not missing, seen, f"each value of {by} once", evidence


def _order(check: Given, events: tuple[Event, ...]) -> Found:
    """The first event of each step comes after the first of the step before."""
    firsts: list[Event] = []
    for number, step in enumerate(check["steps"], 1):
        first = next((event for event in events if fits(event, step)), None)
        if first is None:
            return False, f"no event of step {number}", f"{len(check['steps'])} steps in order", firsts
        firsts.append(first)
    numbers = [event.number for event in firsts]
    seen = " ".join(event.id for event in firsts)
    return numbers == sorted(set(numbers)), seen, f"{len(firsts)} steps in order", firsts


def _only(check: Given, events: tuple[Event, ...]) -> Found:
    """Of the events in question, each fits one of the allowed filters. Control calls and actions are not meant."""
    mine = [event for event in events if event.system != SYSTEM and event.method != "ACT"]
    others = [
        event
        for event in _fitting(tuple(mine), check.get("of", {}))
        if not any(fits(event, allowed) for allowed in check["allowed"])
    ]
    names = sorted({f"{event.system}.{event.operation or event.path}" for event in others})
    seen = f"{len(others)} others: {', '.join(names[:5])}" if others else "none else"
    return not others, seen, "nothing but what is allowed", others


_CHECKS: Mapping[str, Callable[[Given, tuple[Event, ...]], Found]] = {
    "count": _count,
    "exactly_once": _exactly_once,
    "order": _order,
    "only": _only,
}


def value_at(event: Event, place: str) -> Any:
    """What a request holds at `path`, `query.<name>` or `body.<dotted place>`; None where there is nothing."""
    where, _, rest = place.partition(".")
    if where == "path":
        return event.path
    if where == "query":
        return dict(parse_qsl(event.query, keep_blank_values=True)).get(rest)
    try:
        value = exact.parse(event.body)
    except exact.NotJson:
        return None
    for step in rest.split(".") if rest else ():
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step[:9]) < len(value):
            value = value[int(step[:9])]
        else:
            return None
    return value


def _fitting(events: tuple[Event, ...], given: Given) -> list[Event]:
    return [event for event in events if fits(event, given)]


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:59]}…")
