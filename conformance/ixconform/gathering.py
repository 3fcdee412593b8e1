"""What happened in a world? The journal and the final states, read into the values that checkers look at."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ixconform.control import Control, number_of
from ixconform.history import Books, Exchange
from ixconform.stage import Stage

WHOLE_MAX = 800
"""So many events of a case are read whole."""

Span = tuple[int, int, int]
"""First and last event of a run, and its number."""


def books_of(stage: Stage, world: str) -> Books:
    if stage.target.traits.unseen:
        return Books()
    return stage.target.books(stage.control.state(world, stage.target.traits.name))


def exchanges_of(stage: Stage, world: str, spans: Sequence[Span]) -> tuple[Exchange, ...]:
    """All that was asked, posted and done by people since the first run began.

    Where the target is none of ours, what a connector asks of another mock is its own business."""
    control = stage.control
    summaries, _ = control.events(world)
    if stage.target.traits.unseen:
        summaries = [each for each in summaries if each["system"] == "ixpole"]
    if len(summaries) > WHOLE_MAX:  # a loop: its beginning and its end tell all there is to tell
        summaries = [*summaries[: WHOLE_MAX // 2], *summaries[-WHOLE_MAX // 2 :]]
    archive = control.archive(world)
    return tuple(
        _exchange(control, world, each, spans, archive.get(each["id"]))
        for each in summaries
        if each["system"] != "control" and _ours(each, spans)
    )


def _ours(summary: Mapping[str, Any], spans: Sequence[Span]) -> bool:
    """What the kit entered before the first run is data, not history."""
    return not spans or number_of(summary["id"]) >= spans[0][0]


def _exchange(
    control: Control,
    world: str,
    summary: Mapping[str, Any],
    spans: Sequence[Span],
    entry: Mapping[str, Any] | None,
) -> Exchange:
    """With its bodies out of the archive; what is not there, or broke a rule, is asked for by itself."""
    number = number_of(summary["id"])
    if entry is None or summary["violations"]:
        whole = control.event(world, summary["id"])
        sent, answered, violations = whole["request"]["body"], whole["answer"]["body"], whole["violations"]
    else:
        sent, answered, violations = _sent(entry["request"]), _answered(entry["response"]), ()
    run = next((nth for first, last, nth in spans if first <= number <= last), 0)
    own = summary["operation"].startswith("act:") or summary["method"] == "HOOK"
    path = summary["path"].removeprefix(f"/w/{world}")  # the world is the kit's business
    return Exchange(
        number=number, at=summary["at"], system=summary["system"], operation=summary["operation"],
        method=summary["method"], path=path, query=summary["query"], status=summary["status"],
        sent=_read(sent), answered=_read(answered), violations=tuple(violations), notes=tuple(summary["notes"]),
        fault=summary["fault"], changed=summary["changed"], run=0 if own else run, sent_bytes=sent["bytes"],
    )  # fmt: skip


def _sent(request: Mapping[str, Any]) -> Mapping[str, Any]:
    posted = request.get("postData", {})
    return _body(posted, request["bodySize"])


def _answered(response: Mapping[str, Any]) -> Mapping[str, Any]:
    return _body(response["content"], response["bodySize"])


def _body(part: Mapping[str, Any], size: int) -> Mapping[str, Any]:
    return {"data": part.get("text", ""), "encoding": part.get("encoding", "text"), "bytes": size}


def _read(body: Mapping[str, Any]) -> Any:
    text = body["data"]
    if body["encoding"] != "text" or not text:
        return text
    try:
        return json.loads(text, parse_float=Decimal)
    except ValueError:
        return text
