"""Which level does a report say was reached?"""

from __future__ import annotations

from ixconform.report.model import Level, highest
from ixconform.report.verdict import LevelResult


def levels(*results: LevelResult) -> list[Level]:
    return [Level(level=at, name="", result=result) for at, result in enumerate(results)]


def test_levels_are_cumulative() -> None:
    reached, failed, open_end = LevelResult.REACHED, LevelResult.FAILED, LevelResult.INCONCLUSIVE
    assert highest([]) is None
    assert highest(levels(failed, reached)) is None
    assert highest(levels(reached, reached, failed, reached)) == 1
    assert highest(levels(reached, open_end)) == 0
    assert highest(levels(reached, reached)[1:]) is None, "L1 without L0 is no level"
