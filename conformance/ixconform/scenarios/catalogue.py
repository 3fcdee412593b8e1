"""All scenarios, in the order in which they are played."""

from __future__ import annotations

from ixconform.scenarios import booking, changes, crashes, details, first, many, weather

ROOMS = (first, booking, many, changes, details, weather, crashes)
SCENARIOS = tuple(each for room in ROOMS for each in room.SCENARIOS)
