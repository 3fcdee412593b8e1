"""What time is it, how long does it take, and what does chance say? The seams that tests replace."""

from __future__ import annotations

import random
import threading
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The calendar's time, aware, in UTC. It may jump; nothing is measured by it."""
        ...

    def monotonic(self) -> float:
        """Seconds that only go forward; durations are measured by them."""
        ...

    def sleep(self, seconds: float) -> None: ...


class Chance(Protocol):
    def share(self) -> float:
        """A number from 0 to 1, for jitter."""
        ...


class RealClock:
    """The machine's clocks. ``wake`` ends every sleep at once, for a graceful stop."""

    def __init__(self) -> None:
        self.wake = threading.Event()

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        self.wake.wait(max(0.0, seconds))


class ShiftedClock(RealClock):
    """The machine's clocks, but the calendar begins at another moment: that of mocks whose clock stands still."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self._later = at - super().now()

    def now(self) -> datetime:
        return super().now() + self._later


class RealChance:
    def __init__(self) -> None:
        self._random = random.Random()

    def share(self) -> float:
        return self._random.random()
