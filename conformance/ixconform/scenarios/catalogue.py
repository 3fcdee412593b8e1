"""All scenarios, in the order in which they are played."""

from __future__ import annotations

from ixconform.scenarios import booking, changes, crashes, first, weather

SCENARIOS = (*first.SCENARIOS, *booking.SCENARIOS, *changes.SCENARIOS, *weather.SCENARIOS, *crashes.SCENARIOS)
