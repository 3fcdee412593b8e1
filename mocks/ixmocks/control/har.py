"""The journal as an HTTP Archive (HAR 1.2), for every tool that reads one."""

from __future__ import annotations

import itertools
from http import HTTPStatus
from importlib.metadata import version
from typing import Any
from urllib.parse import parse_qsl

from ixmocks.control import views
from ixmocks.control.asked import Asked, Done
from ixmocks.control.filters import fitting, unknown_name
from ixmocks.control.meant import secret_headers
from ixmocks.control.problems import Problem
from ixmocks.control.record import SYSTEM
from ixmocks.engine.journal import Event
from ixmocks.env import instant, url_of


def export_har(asked: Asked) -> Done | Problem:
    """The newest exchanges that fit. Actions and control calls are no traffic, and are left out."""
    given, world = asked.given, asked.world
    wrong = unknown_name(asked, given)
    if wrong is not None:
        return wrong
    with world.lock:
        events = tuple(world.journal)
    traffic = [event for event in fitting(reversed(events), given) if _is_traffic(event)]
    chosen = reversed(list(itertools.islice(traffic, given["limit"])))
    entries = [_entry(event, asked) for event in chosen]
    creator = {"name": "ixkit", "version": version("ixkit")}
    return Done({"log": {"version": "1.2", "creator": creator, "entries": entries}})


def _is_traffic(event: Event) -> bool:
    return event.system != SYSTEM and event.method not in ("ACT", "HOOK")


def _entry(event: Event, asked: Asked) -> dict[str, Any]:
    world, hidden = asked.world, secret_headers(asked.kit, event.system)
    request = [*views.headers_of(event.headers, hidden)]
    answer = [*views.headers_of(event.answer_headers, hidden)]
    path, query = views.text_of(event.path, world), views.text_of(event.query, world)
    base = (
        asked.urls[event.system] if event.path.startswith("/w/") else url_of(world, event.system, asked.urls)
    )
    asked_for, told = views.body_of(event.body, world), views.body_of(event.answer, world)
    return {
        "startedDateTime": instant(event.at),
        "time": 0,
        "request": {
            "method": event.method,
            "url": f"{base.rstrip('/')}{path}{'?' if query else ''}{query}",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": request,
            "queryString": [{"name": n, "value": v} for n, v in parse_qsl(query, keep_blank_values=True)],
            **({"postData": _posted(request, asked_for)} if event.body else {}),
            "headersSize": -1,
            "bodySize": len(event.body),
        },
        "response": {
            "status": event.status,
            "statusText": _phrase(event.status),
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": answer,
            "content": {
                "size": len(event.answer),
                "mimeType": _type(answer),
                "text": told["data"],
                **({"encoding": "base64"} if told["encoding"] == "base64" else {}),
            },
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": len(event.answer),
        },
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "comment": " ".join(filter(None, (event.id, event.system, event.operation, event.fault))),
        "_ixkit": views.event_in_a_line(event, world),
    }  # fmt: skip


def _posted(headers: list[dict[str, str]], body: dict[str, Any]) -> dict[str, Any]:
    more = {"encoding": "base64"} if body["encoding"] == "base64" else {}
    return {"mimeType": _type(headers), "text": body["data"], **more}


def _type(headers: list[dict[str, str]]) -> str:
    return next((header["value"] for header in headers if header["name"] == "content-type"), "")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
