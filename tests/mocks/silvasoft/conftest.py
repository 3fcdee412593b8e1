"""What do the tests of Silvasoft's mock begin with? The administration of scenario `documents`, on its day."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ixmocks.engine import scenario
from ixmocks.silvasoft import seed
from ixmocks.silvasoft.state import State


@pytest.fixture(scope="session")
def state() -> State:
    """A state is a value: sharing it between tests is safe."""
    return seed.load(scenario.load("documents", ["silvasoft"]).sections["silvasoft"], 7)


@pytest.fixture(scope="session")
def at() -> datetime:
    """5 May 2017, nine in the morning in Amsterdam."""
    return datetime(2017, 5, 5, 7, 0, tzinfo=UTC)
