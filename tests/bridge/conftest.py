"""What several tests of the bridge stand on: a PostgreSQL, started once and only if somebody asks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from support.postgres import Absent, Cluster, cluster


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    with ExitStack() as stack:
        try:
            made = stack.enter_context(cluster())
        except Absent as error:
            if os.environ.get("CI"):
                pytest.fail(f"in CI these tests must run: {error}")
            pytest.skip(f"NOT TESTED: {error}")
        yield made
