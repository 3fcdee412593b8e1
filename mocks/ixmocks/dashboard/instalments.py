"""Pages about instalments: all of a world, one with its documents, and the PDFs."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import flask
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from ixmocks.dashboard import PREFIX
from ixmocks.dashboard.common import world_named
from ixmocks.dashboard.known import SOURCE, ixpole, known
from ixmocks.dashboard.lives import Life, lives
from ixmocks.dashboard.sums import stations, sums
from ixmocks.engine.journal import Event
from ixmocks.engine.world import Moment, World
from ixmocks.ixpole.state import today

PAGE = 150
EVENTS_MAX = 200


def register(app: flask.Flask) -> None:
    base = f"{PREFIX}w/<world>"
    app.add_url_rule(f"{base}/", view_func=listed, endpoint="world")
    app.add_url_rule(f"{base}/instalments", view_func=listed, endpoint="instalments")
    app.add_url_rule(f"{base}/instalments/<path:code>", view_func=one, endpoint="instalment")
    app.add_url_rule(f"{base}/papers/<system>/<path:key>.pdf", view_func=paper, endpoint="paper")


def today_in(moment: Moment) -> date:
    return today(moment.clock.now())


def listed(world: str) -> str:
    given = flask.request.args
    moment = world_named(world).moment
    everything = lives(moment.systems, today_in(moment))
    status, needs, text = given.get("status", ""), given.get("needs", ""), given.get("q", "").strip().lower()
    fitting = [
        life
        for life in everything
        if (not status or life.instalment.status == status)
        and (not needs or life.needs)
        and (not text or text in _text(life))
    ]
    first = max(given.get("from", 0, int), 0)
    return flask.render_template(
        "instalments.html",
        lives=fitting[first : first + PAGE],
        total=len(everything),
        fitting=len(fitting),
        counts=Counter(life.instalment.status for life in everything),
        needy=sum(bool(life.needs) for life in everything),
        sums=sums(everything),
        stations=stations(everything),
        first=first,
        page=PAGE,
        status=status,
        needs=needs,
        q=given.get("q", ""),
        statuses=list(ixpole.STATUSES.states),
    )


def one(world: str, code: str) -> str:
    found = world_named(world)
    moment = found.moment
    life = next(
        (each for each in lives(moment.systems, today_in(moment)) if each.instalment.code == code), None
    )
    if life is None:
        raise NotFound(f"there is no instalment {code[:80]!r} in world {world}; see the list of instalments")
    story = _story(found, life)
    return flask.render_template(
        "instalment.html", life=life, one=life.instalment, story=story, source=SOURCE
    )


def paper(world: str, system: str, key: str) -> Response:
    state = world_named(world).moment.systems.get(system)
    content = known(system).paper(state, key) if state is not None else None
    if content is None:
        raise NotFound(f"{system} has no PDF of {key[:80]!r}")
    answer = flask.Response(content, mimetype="application/pdf")
    answer.headers["content-disposition"] = "inline"
    return answer


def _text(life: Life) -> str:
    one = life.instalment
    parts = [one.code, one.customer, one.number, one.reference, one.payment]
    parts += [f"{each.document.number} {each.title} {each.document.status}" for each in life.found]
    return " ".join(parts).lower()


def _story(world: World, life: Life) -> dict[str, Any]:
    """The events that speak of this instalment or its documents, oldest first."""
    names = {life.instalment.code.encode()}
    events = [event for event in world.journal if _speaks(event, names)]
    return {"events": events[-EVENTS_MAX:], "more": max(len(events) - EVENTS_MAX, 0)}


def _speaks(event: Event, names: set[bytes]) -> bool:
    """A list of everything speaks of nobody in particular: only its request counts."""
    if any(
        name in event.body or name in event.path.encode() or name in event.query.encode() for name in names
    ):
        return True
    return event.changed and any(name in event.answer for name in names)
