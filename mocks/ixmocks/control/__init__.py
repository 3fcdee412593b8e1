"""What can be done to the mock servers from outside? The control API: worlds, time, faults, journal, actions."""

from __future__ import annotations

from ixmocks.control.app import ControlApp

__all__ = ["ControlApp"]
