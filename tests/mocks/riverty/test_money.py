"""Is every amount counted exactly, half a cent away from zero?"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ixmocks.riverty.money import cents_of, number_of, shown, vat_of

NUMBERS = st.decimals(min_value=-(10**9), max_value=10**9, places=4)


@given(quantity=NUMBERS, price=NUMBERS)
@example(quantity=Decimal("2.5"), price=Decimal("119.13"))
@example(quantity=Decimal("-2.5"), price=Decimal("119.13"))
def test_a_line_is_its_exact_product_rounded_half_away_from_zero(quantity: Decimal, price: Decimal) -> None:
    with localcontext() as context:
        context.prec = 60
        exact = (quantity * price).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    assert cents_of(quantity, price) == int(exact.scaleb(2))


@given(gross=st.integers(-(10**12), 10**12), percent=st.integers(0, 100))
@example(gross=11912, percent=19)
def test_vat_and_net_make_the_gross(gross: int, percent: int) -> None:
    vat = vat_of(gross, Decimal(percent))
    assert abs(vat * (100 + percent) - gross * percent) * 2 <= 100 + percent


def test_the_vendors_own_vat_is_reproduced() -> None:
    assert vat_of(11912, Decimal(19)) == 1902
    assert vat_of(1190, Decimal(19)) == 190


@pytest.mark.parametrize(
    "value",
    [None, True, "1", [], Decimal("NaN"), Decimal("Infinity"), Decimal("1E+15"), Decimal("1E-16"), 10**400],
)
def test_what_no_ledger_holds_is_no_number(value: Any) -> None:
    assert number_of(value) is None


@pytest.mark.parametrize(
    "value", [0, 1, -1, 10**14, Decimal("0E-999999"), Decimal("1E-15"), Decimal("12.50")]
)
def test_what_a_ledger_holds_is_kept_as_it_is(value: Any) -> None:
    assert number_of(value) == value


def test_amounts_are_printed_with_two_decimals() -> None:
    assert [shown(cents) for cents in (0, 5, -5, 123456)] == ["0.00", "0.05", "-0.05", "1234.56"]
