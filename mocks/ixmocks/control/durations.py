"""How long is `90d`? Spans of time as people and ISO 8601 write them."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

MOST = timedelta(days=36_525)
"""A hundred years: more than any instalment waits."""

_PART = re.compile(r"([0-9]{1,6})([smhdwSMHDW])")
_SPAN = re.compile(r"([0-9]{1,6}[smhdw]){1,5}|P([0-9]{1,6}[DW]|([0-9]{1,6}D)?T([0-9]{1,6}[HMS]){1,3})")
_UNIT = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


def parse(by: int | Decimal | str) -> timedelta:
    """Seconds, or a span such as `90d`, `1d12h`, `PT1H`. Raises ValueError, also for more than 100 years."""
    if isinstance(by, str):
        if not _SPAN.fullmatch(by):
            raise ValueError(f"{by[:40]!r} is no span of time; write seconds, or 90d, 1d12h, PT1H")
        span = sum((int(n) * _UNIT[unit.lower()] for n, unit in _PART.findall(by)), timedelta())
    elif not 0 <= by <= MOST.total_seconds():
        raise ValueError(f"{by} seconds; expected 0 to {int(MOST.total_seconds())} (100 years)")
    else:
        span = timedelta(microseconds=int(by * 1_000_000))
    if span > MOST:
        raise ValueError(
            f"{by[:40] if isinstance(by, str) else by} is more than 100 years; go in smaller steps"
        )
    return span
