"""Pages about the journal: all events, filtered, and one with its request and answer side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

import flask
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from ixmocks.control import views
from ixmocks.control.meant import kept, secret_headers
from ixmocks.dashboard import PREFIX, bodies
from ixmocks.dashboard.common import site, world_named
from ixmocks.engine import exact
from ixmocks.engine.journal import Event
from ixmocks.engine.world import World

PAGE = 100
VALUE_MAX = 400
"""Characters of a value that became different."""


def register(app: flask.Flask) -> None:
    base = f"{PREFIX}w/<world>/journal"
    app.add_url_rule(base, view_func=listed, endpoint="journal")
    app.add_url_rule(f"{base}/<event>", view_func=one, endpoint="event")
    app.add_url_rule(f"{base}/<event>/<part>", view_func=raw, endpoint="event_raw")


def listed(world: str) -> str:
    """The newest first, one page of them; `before` goes back in time."""
    found = world_named(world)
    given = flask.request.args
    with found.lock:
        events, written = tuple(found.journal), found.journal.written
    fits = _filter(given)
    before = _number(given.get("before", ""))
    matching = [event for event in events if fits(event)]
    older = [event for event in matching if before is None or event.number < before]
    page = list(islice(reversed(older), PAGE))
    rows = [
        views.event_in_a_line(event, found) | {"moment": event.at, "titles": _titles(event)} for event in page
    ]
    return flask.render_template(
        "journal.html", rows=rows, kept=len(events), written=written, matching=len(matching), before=before,
        next=page[-1].id if len(older) > len(page) else None, given=given, operations=_operations(events),
    )  # fmt: skip


def one(world: str, event: str) -> str:
    found = world_named(world)
    stored = _event(found, event)
    book = site().kit.worlds.rules.get(stored.system)
    shown = views.event_whole(stored, found, site().urls(), book, secret_headers(site().kit, stored.system))
    hits = list(shown["violations"])
    return flask.render_template(
        "event.html", event=shown, stored=stored, request_body=bodies.shown(shown["request"]["body"], hits),
        answer_body=bodies.shown(shown["answer"]["body"], []), changes=_changes(shown),
        before=_neighbour(found, stored, -1), after=_neighbour(found, stored, 1),
    )  # fmt: skip


def raw(world: str, event: str, part: str) -> Response:
    """Request or answer as it came, without its secrets, as a file."""
    found = world_named(world)
    stored = _event(found, event)
    if part not in ("request", "answer"):
        raise NotFound("an event has a request and an answer")
    shown = views.event_whole(stored, found, site().urls(), None, frozenset())[part]["body"]
    answer = flask.Response(shown["data"], mimetype="text/plain")
    answer.headers["content-disposition"] = f"attachment; filename={stored.id}.{part}.txt"
    return answer


def _event(world: World, name: str) -> Event:
    with world.lock:
        stored = world.journal.get(name)
    if stored is None:
        raise NotFound(f"world {world.name!r} has no event {name[:40]!r}; {kept(world)}")
    return stored


def _neighbour(world: World, event: Event, step: int) -> str:
    found = world.journal.get(f"e{event.number + step}")
    return found.id if found is not None else ""


def _changes(shown: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What became different, system by system: place, before and after, as text."""
    systems: dict[str, list[tuple[str, str, str]]] = {}
    for difference in shown["differences"]:
        system, _, at = difference["at"].partition(".")
        old = "" if difference["kind"] == "added" else exact.dump(difference["before"]).decode()
        new = "" if difference["kind"] == "removed" else exact.dump(difference["after"]).decode()
        systems.setdefault(system, []).append((at, _cut(old), _cut(new)))
    return [{"system": system, "places": places} for system, places in systems.items()]


def _cut(text: str) -> str:
    return text if len(text) <= VALUE_MAX else f"{text[:VALUE_MAX]}…"


def _filter(given: Any) -> Callable[[Event], bool]:
    """What the form above the list asks for."""
    system, operation = given.get("system", ""), given.get("operation", "").strip()
    status, only = given.get("status", "").strip(), given.get("only", "")
    text = given.get("q", "").strip().lower().encode()

    def fits(event: Event) -> bool:
        return (
            (not system or event.system == system)
            and (not operation or operation in event.operation)
            and (not status or _has_status(event, status))
            and (only != "violations" or bool(event.violations))
            and (only != "changes" or event.changed)
            and (only != "faults" or bool(event.fault))
            and (not text or _contains(event, text))
        )

    return fits


def _has_status(event: Event, wanted: str) -> bool:
    """`404`, or `4xx` for the hundred."""
    return str(event.status) == wanted or (wanted[1:].lower() == "xx" and str(event.status)[0] == wanted[0])


def _contains(event: Event, text: bytes) -> bool:
    return (
        text in event.path.lower().encode()
        or text in event.operation.lower().encode()
        or text in event.query.lower().encode()
        or text in event.body.lower()
        or text in event.answer.lower()
        or any(text in violation.rule.lower().encode() for violation in event.violations)
        or text == event.id.encode()
    )


def _operations(events: Iterable[Event]) -> list[str]:
    return sorted({event.operation for event in events if event.operation})[:200]


def _titles(event: Event) -> str:
    book = site().kit.worlds.rules.get(event.system)
    rules = book.rules if book is not None else {}
    first = event.violations[0] if event.violations else None
    if first is None:
        return ""
    return (
        rules[first.rule].title
        if first.rule in rules
        else f"{first.at}: {first.seen}, expected {first.expected}"
    )


def _number(text: str) -> int | None:
    digits = text.removeprefix("e")
    return int(digits) if digits.isdecimal() and len(digits) < 16 else None
