"""What time is it in a world? Frozen unless told otherwise; the only place where the wall clock is read."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
"""Where a world begins when neither scenario nor user says: 5 January 2026, 09:00 in Amsterdam."""


class ClockError(ValueError):
    """Not a time that we understand."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A moment, and whether it runs on with real time from the moment it was set."""

    moment: datetime
    running_since: float | None = None
    """Reading of the monotonic clock when a running clock was set; None: frozen."""

    @classmethod
    def frozen(cls, at: datetime = START) -> Clock:
        return cls(_utc(at))

    @classmethod
    def running(cls, at: datetime | None = None) -> Clock:
        return cls(_utc(at) if at else datetime.now(UTC), time.monotonic())

    @classmethod
    def parse(cls, text: str) -> Clock:
        """`real`, or an ISO date-time with zone (frozen there); a trailing `+` lets it run on."""
        if text == "real":
            return cls.running()
        bare, runs = (text[:-1], True) if text.endswith("+") and "T" in text else (text, False)
        try:
            at = datetime.fromisoformat(bare)
        except ValueError:
            raise ClockError(
                f"clock {text!r} is not understood; expected `real` or a time such as 2026-01-05T09:00:00+01:00"
            ) from None
        if at.tzinfo is None:
            raise ClockError(f"clock {text!r} has no zone; write {text}+01:00 or {text}Z")
        return cls.running(at) if runs else cls.frozen(at)

    def now(self) -> datetime:
        if self.running_since is None:
            return self.moment
        return self.moment + timedelta(seconds=time.monotonic() - self.running_since)

    def advanced(self, by: timedelta) -> Clock:
        return Clock(self.moment + by, self.running_since)

    def set_to(self, at: datetime) -> Clock:
        return Clock(_utc(at)) if self.running_since is None else Clock.running(at)

    @property
    def mode(self) -> str:
        return "frozen" if self.running_since is None else "running"


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)
