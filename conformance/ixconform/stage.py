"""What do all cases of a run share? The mocks, the connector's driver, and as what it is judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ixconform.control import Control
from ixconform.drivers.driver import Driver
from ixconform.systems.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What all cases of a run share."""

    control: Control
    driver: Driver
    target: Target
    profile: str
    mode: str
    env: Mapping[str, str] = field(default_factory=dict)
    """Names that the connector reads, to texts with placeholders such as `{silvasoft.url}`."""
    passed: tuple[str, ...] = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SYSTEMROOT", "VIRTUAL_ENV")
    """What the connector sees of the kit's own environment."""
    readings: Mapping[str, str] = field(default_factory=dict)
    run_limit_s: float = 60.0
    keep: bool = False
    """Whether worlds stay, to be looked at."""
    hears: str = ""
    """Where the connector takes notifications itself: an address, with placeholders; empty: it reads the folder."""
    registers: bool = True
    """Whether it registers the address for notifications itself; else the kit does, as a person would at onboarding."""
    before: Driver | None = None
    """The connector's previous version, where there is one to upgrade from."""
