"""What do all views need? The kit, the world that a path names, and a way to change something."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import flask
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from ixmocks.control.problems import unknown
from ixmocks.dashboard import PREFIX
from ixmocks.dashboard.mount import ASK, Told
from ixmocks.engine.world import World
from ixmocks.env import Urls
from ixmocks.kit import Kit

SITE = "ixkit"
FLASH = "done"


@dataclass(slots=True)
class Site:
    """One running dashboard."""

    kit: Kit
    urls: Callable[[], Urls]
    csrf: str
    token: str | None
    session: str
    kept: dict[Any, Any] = field(default_factory=dict)
    """What is worked out once: contracts read for people, transitions seen."""


def site() -> Site:
    found: Site = flask.current_app.extensions[SITE]
    return found


def world_named(name: str) -> World:
    """The world of the address, or the page that says which ones there are."""
    found = site().kit.worlds.get(name)
    if found is None:
        raise NotFound(unknown("unknown-world", "world", name, site().kit.worlds.names()).detail)
    return found


def place(*parts: Any, **query: Any) -> str:
    """The address of a page: `place("w", "default", "journal", system="ixpole")`."""
    path = PREFIX + "/".join(quote(str(part), safe="") for part in parts)
    given = {name: value for name, value in query.items() if value not in (None, "", False)}
    told = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in given.items())
    return f"{path}?{told}" if told else path


def ask(method: str, path: str, value: Mapping[str, Any] | None = None) -> Told:
    """One call of the control API."""
    told: Told = flask.request.environ[ASK](method, path, value)
    return told


def api(*parts: Any) -> str:
    """The address of a call of the control API."""
    return "/v1/" + "/".join(quote(str(part), safe="") for part in parts)


def back(to: str, told: Told, done: str) -> Response:
    """To the page that shows what came of it, with a word about it."""
    mark = "&" if "?" in to else "?"
    what = {FLASH: done} if told.ok else {"wrong": told.detail or f"status {told.status}"}
    (name, text), *_ = what.items()
    return flask.redirect(f"{to}{mark}{name}={quote(text[:500], safe='')}", 303)
