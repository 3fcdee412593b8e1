"""How does a connector reach one world? Addresses and credentials, as a description and as environment variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ixmocks.engine.clock import Clock
from ixmocks.engine.world import World
from ixmocks.engine.worlds import DEFAULT

Urls = Mapping[str, str]
"""System to the base URL of its default world."""


def url_of(world: World, system: str, urls: Urls) -> str:
    """Stands for the vendor's host: the documented paths are appended to it."""
    base = urls.get(system, "").rstrip("/")
    return base if world.name == DEFAULT else f"{base}/w/{world.name}"


def env_for(world: World, urls: Urls) -> dict[str, str]:
    """What a connector reads: `IXKIT_WORLD`, and for each system its URL and credentials."""
    env = {"IXKIT_WORLD": world.name}
    for system, credentials in world.credentials.items():
        env[f"{_prefix(system)}URL"] = url_of(world, system, urls)
        env.update(credentials.env)
    return env


def describe(world: World, urls: Urls) -> dict[str, Any]:
    """All that a person or a test needs to use this world; plain JSON values."""
    with world.lock:
        clock = world.moment.clock
    return {
        "name": world.name,
        "scenario": world.scenario,
        "seed": world.seed,
        "clock": clock_of(clock),
        "readings": dict(sorted(world.readings.items())),
        "systems": {
            system: {
                "url": url_of(world, system, urls),
                "credentials": {
                    name.removeprefix(_prefix(system)).lower(): value
                    for name, value in credentials.env.items()
                },
            }
            for system, credentials in world.credentials.items()
        },
        "env": env_for(world, urls),
    }


def clock_of(clock: Clock) -> dict[str, str]:
    return {"now": instant(clock.now()), "mode": clock.mode}


def instant(at: datetime) -> str:
    """A moment in UTC, written with Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _prefix(system: str) -> str:
    return f"IXKIT_{re.sub(r'[^A-Za-z0-9]', '_', system).upper()}_"
