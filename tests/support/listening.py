"""A kit on real sockets inside this process, for tests that need the wire."""

from __future__ import annotations

from ixcheck.serving import listening

__all__ = ["listening"]
