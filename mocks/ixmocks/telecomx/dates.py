"""Which moment does a text mean, and which day is that in Denmark? The process's own zone plays no part."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DENMARK = ZoneInfo("Europe/Copenhagen")
_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:Z|([+-])(\d{2}):?(\d{2}))", re.ASCII
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def instant(text: object) -> datetime | None:
    """The moment of `2015-01-01T00:00:00+0100`, in UTC and whole milliseconds; None where it is none."""
    found = _INSTANT.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    day, hour, minute, second, fraction, sign, hours, minutes = found.groups()
    try:
        local = datetime.combine(
            date.fromisoformat(day),
            time(int(hour), int(minute), int(second), int((fraction or "0").ljust(3, "0")[:3]) * 1000),
            UTC,
        )
        if sign is None:
            return local
        if int(hours) > 23 or int(minutes) > 59:
            return None
        away = timedelta(hours=int(hours), minutes=int(minutes))
        moment = local - away if sign == "+" else local + away
        day_of(moment)
        return moment
    except (ValueError, OverflowError):
        return None


def day(text: object) -> date | None:
    """The day of `2015-01-01`; None where there is no such day."""
    if not isinstance(text, str) or not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def day_of(moment: datetime) -> date:
    """The day that a calendar in Denmark shows at this moment."""
    return moment.astimezone(DENMARK).date()


def midnight(of: date) -> datetime:
    """The beginning of a day in Denmark, in UTC: 23:00 or, in summer, 22:00 of the day before."""
    return datetime.combine(of, time(), DENMARK).astimezone(UTC)


def shown(moment: datetime) -> str:
    """As answers show it: UTC with three digits of milliseconds."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}".rjust(19, "0") + f".{utc.microsecond // 1000:03d}Z"
