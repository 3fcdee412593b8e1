"""How long does a system still want to be left alone? A limit it set, read by a calendar that may be wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ixbridge.core.records import Payload


@dataclass(frozen=True, slots=True)
class Limit:
    """Set at ``since``, over at ``until``; both aware."""

    since: datetime
    until: datetime

    def payload(self) -> Payload:
        return {"until": self.until.isoformat(), "since": self.since.isoformat()}

    def left_s(self, now: datetime) -> float:
        """Seconds to wait. Never more than was asked for: a calendar that was set back says nothing of the rest."""
        return max(0, min((self.until - now).total_seconds(), (self.until - self.since).total_seconds()))

    def is_measurable(self, now: datetime) -> bool:
        """Has the calendar gone on since it was set? Where it stands still no waiting would ever end."""
        return now > self.since


def limit_of(payload: Payload, *, at: str) -> Limit | None:
    """The limit in a journal record written ``at``; None where the record says none. Older ones lack ``since``."""
    until = payload.get("until")
    if not isinstance(until, str):
        return None
    since = payload.get("since")
    return Limit(
        datetime.fromisoformat(since if isinstance(since, str) else at), datetime.fromisoformat(until)
    )
