"""How does a value look on a page? Amounts, moments, sizes; the filters of the templates."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from ixmocks.dashboard.known import known
from ixmocks.engine.clock import Clock
from ixmocks.env import instant

HOME = ZoneInfo("Europe/Amsterdam")
"""The zone in which pages show a world's time; the exact moment stands beside it."""


def money(cents: int | None) -> str:
    """`1 234.50`, with narrow spaces between thousands; empty for None."""
    if cents is None:
        return ""
    sign, size = ("−", -cents) if cents < 0 else ("", cents)
    return f"{sign}{size // 100:,}.{size % 100:02d}".replace(",", "\u202f")


def moment(at: datetime) -> str:
    return f"{at.astimezone(HOME):%Y-%m-%d %H:%M:%S}"


def hour(at: datetime) -> str:
    return f"{at.astimezone(HOME):%H:%M:%S}"


def day(of: date | None) -> str:
    return of.isoformat() if of is not None else ""


def number(count: int) -> str:
    return f"{count:,}".replace(",", "\u202f")


def size(count: int) -> str:
    return f"{number(count)} bytes" if count < 10_240 else f"{number(count // 1024)} KiB"


def clock(of: Clock) -> dict[str, str]:
    now = of.now()
    return {"shown": f"{now.astimezone(HOME):%a %Y-%m-%d %H:%M:%S}", "exact": instant(now), "mode": of.mode}


def title(system: str) -> str:
    return "control" if system == "control" else known(system).title


def kind(status: int) -> str:
    """Which colour a status has: good, odd, bad."""
    return "good" if status < 300 else "odd" if status < 400 else "bad"


def short(text: Any, most: int = 80) -> str:
    whole = str(text)
    return whole if len(whole) <= most else f"{whole[: most - 1]}…"


def words(text: Any) -> Markup:
    """A line of prose: what stands between backticks is code."""
    parts = re.split(r"`([^`]+)`", str(text or ""))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if n % 2 else escape(part) for n, part in enumerate(parts)
    )


def prose(text: Any) -> Markup:
    """Paragraphs and lists, as the contracts write them."""
    shown = Markup("")
    for block in re.split(r"\n\s*\n", str(text or "").strip()):
        items = re.split(r"(?m)^\s*[-*] ", block)
        if items[0].strip():
            shown += Markup("<p>{}</p>").format(words(items[0]))
        if items[1:]:
            shown += Markup("<ul>{}</ul>").format(
                Markup("").join(Markup("<li>{}</li>").format(words(item)) for item in items[1:])
            )
    return shown


FILTERS: Mapping[str, Callable[..., Any]] = {
    "money": money, "moment": moment, "hour": hour, "day": day, "number": number, "size": size, "title_of": title,
    "kind": kind, "short": short, "instant": instant, "words": words, "prose": prose,
}  # fmt: skip
