"""One server of mocks for all tests of the kit: each case gets a world of its own in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ixconform.control import Control
from ixconform.server import serving


@pytest.fixture(scope="session")
def control() -> Iterator[Control]:
    with serving() as there:
        yield there
