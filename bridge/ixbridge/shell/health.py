"""Is the bridge alive, and is it ready? What a load balancer or a supervisor may ask."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Poll(Enum):
    NEVER = "never"
    OK = "ok"
    HALTED = "halted"
    """A system was out of reach, or said no to everything. The log says why."""


@dataclass(slots=True)
class Health:
    """Written by the loop, read by the endpoint."""

    needs_callback: bool = False
    poll: Poll = Poll.NEVER
    registered: bool = False
    journal: bool = True
    stopping: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def note(self, **changes: Any) -> None:
        with self._lock:
            for name, value in changes.items():
                setattr(self, name, value)

    def alive(self) -> tuple[bool, dict[str, Any]]:
        with self._lock:
            return self.journal, {"status": "ok" if self.journal else "failed", "journal": self.journal}

    def ready(self) -> tuple[bool, dict[str, Any]]:
        """Ready is who books and hears: the last poll went through, and notifications are posted here."""
        with self._lock:
            checks: dict[str, Any] = {"journal": self.journal, "poll": self.poll.value}
            if self.needs_callback:
                checks["callback"] = self.registered
            heard = self.registered or not self.needs_callback
            ready = self.journal and self.poll is Poll.OK and heard and not self.stopping
            return ready, {"ready": ready, "stopping": self.stopping, **checks}
