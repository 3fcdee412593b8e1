"""How is a body shown so that a mistake in it can be pointed at? As lines of JSON that know their place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ixmocks.engine import exact

LINES_MAX = 1500
TEXT_MAX = 160


@dataclass(slots=True)
class Line:
    indent: int
    name: str
    text: str
    sort: str
    """What kind of value it is: text, number, word, mark."""
    at: str
    comma: bool = False
    hits: list[Mapping[str, Any]] = field(default_factory=list)
    """Violations of this very place."""
    missing: bool = False
    """True for a member that should be there and is not."""


@dataclass(frozen=True, slots=True)
class Body:
    """Lines of a JSON body, or the text of any other."""

    lines: list[Line]
    text: str
    bytes: int
    more: int
    """Lines that are not shown."""
    loose: list[Mapping[str, Any]]
    """Violations of no place in this body: of a header, the query, the whole request."""


def shown(body: Mapping[str, Any], violations: Sequence[Mapping[str, Any]]) -> Body:
    """From a body as the journal tells it, and what was wrong with the request."""
    text, size = str(body["data"]), int(body["bytes"])
    value = _parsed(text) if body["encoding"] == "text" else None
    if not isinstance(value, (dict, list)):
        return Body([], text[:20_000], size, 0, list(violations))
    lines = list(_lines(value, "", "body", 0, False))
    loose = [violation for violation in violations if not _placed(lines, violation)]
    kept = _kept(lines)
    return Body(kept, "", size, len(lines) - len(kept), loose)


def _kept(lines: list[Line]) -> list[Line]:
    """The first lines, and around them nothing that would make a page slow."""
    return (
        lines
        if len(lines) <= LINES_MAX
        else lines[:LINES_MAX] + [line for line in lines[LINES_MAX:] if line.hits][:50]
    )


def _parsed(text: str) -> Any:
    try:
        return exact.parse(text.encode())
    except exact.NotJson:
        return None


def _lines(value: Any, name: str, at: str, indent: int, comma: bool) -> Iterator[Line]:
    if isinstance(value, dict) and value:
        yield Line(indent, name, "{", "mark", at)
        last = len(value) - 1
        for n, (key, item) in enumerate(value.items()):
            yield from _lines(item, key, f"{at}.{key}", indent + 1, n < last)
        yield Line(indent, "", "}", "mark", "", comma)
    elif isinstance(value, list) and value:
        yield Line(indent, name, "[", "mark", at)
        last = len(value) - 1
        for n, item in enumerate(value):
            yield from _lines(item, "", f"{at}.{n}", indent + 1, n < last)
        yield Line(indent, "", "]", "mark", "", comma)
    else:
        yield Line(indent, name, *_leaf(value), at=at, comma=comma)


def _leaf(value: Any) -> tuple[str, str]:
    if isinstance(value, str):
        cut = value if len(value) <= TEXT_MAX else f"{value[:TEXT_MAX]}… ({len(value):,} characters)"
        return exact.dump(cut).decode(), "text"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value], "word"
    return exact.dump(value).decode(), "mark" if isinstance(value, (dict, list)) else "number"


def _placed(lines: list[Line], violation: Mapping[str, Any]) -> bool:
    """Put a violation on its line; a member that lacks gets a line of its own under its parent."""
    at = str(violation["at"])
    if at.startswith("with"):
        at = f"body{at[4:]}"  # an action's parameters are its body
    if not at.startswith("body"):
        return False
    for line in lines:
        if line.at == at:
            line.hits.append(violation)
            return True
    parent, _, name = at.rpartition(".")
    for n, line in enumerate(lines):
        if parent and line.at == parent and line.text in "{[":
            absent = Line(line.indent + 1, name, "is missing", "mark", at, hits=[violation], missing=True)
            lines.insert(n + 1, absent)
            return True
    return False
