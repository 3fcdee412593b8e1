"""A kit that serves the tiny invented system of tests/support."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ixmocks.kit import Kit
from support import pocket


@pytest.fixture
def pocket_kit(tmp_path: Path) -> Kit:
    pocket.write(tmp_path)
    return Kit(str(tmp_path / "scene"), specs=tmp_path, systems=[pocket.SYSTEM])


@pytest.fixture
def pocket_scene(tmp_path: Path) -> str:
    return str(tmp_path / "scene")


@pytest.fixture
def make_kit(tmp_path: Path) -> Callable[..., Kit]:
    def make(**options: object) -> Kit:
        data = options.pop("data", None)
        pocket.write(tmp_path, data=data)
        return Kit(str(tmp_path / "scene"), specs=tmp_path, systems=[pocket.SYSTEM], **options)  # type: ignore[arg-type]

    return make
