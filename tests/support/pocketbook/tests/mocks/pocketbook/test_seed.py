"""Does a scenario's section become a state, and is a slip of the pen named?"""

from __future__ import annotations

import pytest

from ixmocks.engine.system import SeedError
from ixmocks.pocketbook.seed import load


def test_customers_get_their_codes() -> None:
    assert {each.code: each.name for each in load({"customers": ["A", "B"]}, 7).customers.values()} == {
        "P1": "A",
        "P2": "B",
    }


@pytest.mark.parametrize("section", [{"customer": ["A"]}, {"customers": "A"}, {"customers": [1]}])
def test_a_slip_is_named(section: dict[str, object]) -> None:
    with pytest.raises(SeedError, match="expected"):
        load(section, 7)
