"""How is text from a stranger made harmless? Everything that a renderer shows goes through here first.

A connector's output may hold escape sequences that repaint a terminal, characters that turn a line round, or megabytes.
"""

from __future__ import annotations

import re

MAX = 4_000
"""Characters of one text that are shown; the report itself keeps all."""

_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours, cursor
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|\x9c|$)"  # titles, links, strings for devices
    r"|\x1b[ -/]*[0-~]?"
    r"|\x9b[0-?]*[ -/]*[@-~]",
    re.DOTALL,
)
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"
    "\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # unseen, or turning the line round
    "\U000e0000-\U000e007f]"
)
_NO_TEXT = re.compile("[\ud800-\udfff\ufffe\uffff]")


def clean(text: str, *, limit: int = MAX) -> str:
    """The text without control characters; line breaks and tabs stay. Longer than `limit` is cut, and says so."""
    text = _ESCAPES.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _NO_TEXT.sub("\ufffd", _CONTROLS.sub("", text))
    if len(text) > limit:
        text = f"{text[:limit]} … ({len(text) - limit} characters more)"
    return text


def line(text: str, *, limit: int = 500) -> str:
    """The text on one line."""
    return " ".join(clean(text, limit=limit).split())


def plural(number: int, one: str, more: str = "") -> str:
    """`1 check`, `2 checks`."""
    return f"{number} {one if number == 1 else more or one + 's'}"


def duration(seconds: float) -> str:
    """`340 ms`, `12.3 s`, `4 min 05 s`."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s"
