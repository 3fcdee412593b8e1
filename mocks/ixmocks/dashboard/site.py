"""Which pages are there, and what do all of them share? The flask application, made when the first page is opened."""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import flask
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.wrappers import Response

from ixmocks.dashboard import (
    PREFIX,
    actions,
    catalogue,
    contracts,
    events,
    instalments,
    showing,
    states,
    worlds,
)
from ixmocks.dashboard.common import FLASH, SITE, Site, place, site
from ixmocks.dashboard.mount import COOKIE, PROBLEM, SIGNED_IN
from ixmocks.env import Urls
from ixmocks.kit import Kit

log = logging.getLogger("ixkit")

STATIC = Path(__file__).with_name("static")


def make(kit: Kit, urls: Callable[[], Urls], csrf: str, token: str | None, session: str) -> flask.Flask:
    app = flask.Flask(__name__, static_url_path=f"{PREFIX}static")
    app.extensions[SITE] = Site(kit, urls, csrf, token, session)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= showing.FILTERS
    app.jinja_env.globals |= {"static_version": _version(), "place": place}
    app.before_request(_let_in)
    app.context_processor(_shared)
    app.after_request(_uncached)
    app.register_error_handler(HTTPException, _sorry)
    app.register_error_handler(Exception, _defect)
    app.add_url_rule("/", view_func=_home, endpoint="home")
    app.add_url_rule(PREFIX[:-1], view_func=_home, endpoint="home2")
    app.add_url_rule(f"{PREFIX}sign-in", view_func=_sign_in, endpoint="sign_in", methods=["GET", "POST"])
    for part in (worlds, instalments, events, actions, states, contracts, catalogue):
        part.register(app)
    return app


def _home() -> Response:
    return flask.redirect(PREFIX, 303)


def _let_in() -> Response | tuple[str, int] | None:
    environ = flask.request.environ
    problem = environ.get(PROBLEM)
    if problem is not None:
        return _refusal(problem.status, problem.detail)
    if flask.request.endpoint in ("sign_in", "static"):
        return None
    if not environ[SIGNED_IN]:
        return flask.redirect(f"{PREFIX}sign-in?to={quote(flask.request.path, safe='/')}", 303)
    if flask.request.method == "POST":
        given = flask.request.form.get("csrf", "")
        if not hmac.compare_digest(given.encode(), site().csrf.encode()):
            return _refusal(
                403,
                "this form is not of this server's making, or the server was started anew; load the page again",
            )
    return None


def _sign_in() -> Any:
    """The token, once; a cookie of this browser stands for it until the server ends."""
    wanted, to = site().token, flask.request.values.get("to", PREFIX)
    if not to.startswith(PREFIX) or urlsplit(to).netloc:
        to = PREFIX
    if wanted is None:
        return flask.redirect(to, 303)
    wrong = False
    if flask.request.method == "POST":
        given = flask.request.form.get("token", "")
        if hmac.compare_digest(given.strip().encode(), wanted.encode()):
            answer = flask.redirect(to, 303)
            answer.set_cookie(COOKIE, site().session, path=PREFIX, httponly=True, samesite="Strict")
            return answer
        wrong = True
    return flask.render_template("sign_in.html", to=to, wrong=wrong), 401 if wrong else 200


def _shared() -> dict[str, Any]:
    """What every template may use."""
    here = site()
    name = (flask.request.view_args or {}).get("world", "")
    world = here.kit.worlds.get(name) if name else None
    return {
        "prefix": PREFIX,
        "csrf": here.csrf,
        "signed_in": flask.request.environ.get(SIGNED_IN, False),
        "here": flask.request.path,
        "world": world,
        "clock": showing.clock(world.moment.clock) if world is not None else None,
        "world_names": sorted(here.kit.worlds.names()),
        "systems": list(here.kit.worlds.systems),
        "flash": flask.request.args.get(FLASH, ""),
        "wrong": flask.request.args.get("wrong", ""),
        "fault_count": len(world.faults.listed()) if world is not None else 0,
    }


def _uncached(answer: flask.Response) -> flask.Response:
    if flask.request.endpoint == "static":
        answer.headers["cache-control"] = "max-age=86400"
    else:
        answer.headers.setdefault("cache-control", "no-store")
    return answer


def _sorry(error: HTTPException) -> tuple[str, int]:
    detail = error.description or ""
    if isinstance(error, NotFound) and detail == NotFound.description:
        detail = f"there is no page {flask.request.path[:100]}; the links above lead to those that are"
    return _page(error.code or 500, detail)


def _defect(error: Exception) -> tuple[str, int]:
    log.error("dashboard: %s %s", flask.request.method, flask.request.path, exc_info=error)
    return _page(500, "this should not happen; the server's log has more, please report it")


def _page(status: int, detail: str) -> tuple[str, int]:
    return flask.render_template("problem.html", status=status, detail=detail), status


def _refusal(status: int, detail: str) -> tuple[str, int]:
    """For somebody who may be a stranger: no world, and no form token to take away."""
    return flask.render_template("problem.html", status=status, detail=detail, world=None, csrf=""), status


def _version() -> str:
    """Changes when a static file does, so that browsers may keep them."""
    whole = b"".join(path.read_bytes() for path in sorted(STATIC.iterdir()) if path.is_file())
    return hashlib.sha256(whole).hexdigest()[:12]
