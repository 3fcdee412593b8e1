"""Pages of the rules: all of them with source and confidence, and each with its examples."""

from __future__ import annotations

from typing import Any

import flask
import yaml
from werkzeug.exceptions import NotFound

from ixmocks.control.problems import unknown
from ixmocks.control.views import rule_whole
from ixmocks.dashboard import PREFIX
from ixmocks.dashboard.common import site


def register(app: flask.Flask) -> None:
    app.add_url_rule(f"{PREFIX}rules", view_func=listed, endpoint="rules")
    app.add_url_rule(f"{PREFIX}rules/<code>", view_func=one, endpoint="rule")


def listed() -> str:
    given = flask.request.args
    system, confidence, text = (
        given.get("system", ""),
        given.get("confidence", ""),
        given.get("q", "").strip().lower(),
    )
    books = site().kit.worlds.rules
    rows = [
        (name, rule)
        for name, book in books.items()
        for rule in book.rules.values()
        if system in ("", name)
        and confidence in ("", rule.confidence)
        and (not given.get("open") or rule.readings)
        and text in f"{rule.code} {rule.title} {rule.text} {' '.join(rule.operations)}".lower()
    ]
    return flask.render_template(
        "rules.html",
        rows=rows,
        given=given,
        total=sum(len(book.rules) for book in books.values()),
        confidences=("documented", "public", "inferred"),
    )


def one(code: str) -> Any:
    wanted = code.upper()
    books = site().kit.worlds.rules
    for system, book in books.items():
        if wanted in book.rules:
            rule = rule_whole(book.rules[wanted], system)
            codes = list(book.rules)
            at = codes.index(wanted)
            return flask.render_template(
                "rule.html",
                rule=rule,
                system_name=system,
                before=codes[at - 1] if at else "",
                after=codes[at + 1] if at + 1 < len(codes) else "",
                obeys=_yaml(rule["obeys"]),
                breaks=_yaml(rule["breaks"]),
                hits=_hits(wanted),
            )
    known = [rule for book in books.values() for rule in book.rules]
    raise NotFound(unknown("unknown-rule", "rule", code, known).detail)


def _hits(code: str) -> list[tuple[str, str, int]]:
    """In which worlds it was broken: world, the last event, how often."""
    found = []
    for name in sorted(site().kit.worlds.names()):
        world = site().kit.worlds.get(name)
        events = (
            [event.id for event in world.journal if any(v.rule == code for v in event.violations)]
            if world
            else []
        )
        if events:
            found.append((name, events[-1], len(events)))
    return found


def _yaml(steps: list[Any]) -> str:
    return yaml.safe_dump(steps, sort_keys=False, allow_unicode=True, width=100) if steps else ""
