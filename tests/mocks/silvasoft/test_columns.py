"""Do lines read by column come to the same as lines read one by one, whatever a client sends?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from ixmocks.silvasoft.columns import Columns
from ixmocks.silvasoft.money import half_up
from ixmocks.silvasoft.sales import _careful_lines, _usual_lines
from ixmocks.silvasoft.state import State

amounts = (
    st.integers(-(10**9), 10**9)
    | st.integers(-(10**9), 10**9).map(lambda cents: Decimal(f"{cents}e-2"))
    | st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20)
    | st.sampled_from(
        [0, Decimal("0.00"), Decimal("-0.0"), Decimal("1e3"), Decimal("0.005"), "12.50", None, True]
    )
)
percents = st.sampled_from([21, 6, 0, 9, Decimal("21.0"), 22, "21", None, True])
codes = st.sampled_from(["21.0% - high, services", " 21.0% - high, services ", "nowhere", "", 3])
texts = st.sampled_from(["", "VIP seats", " blanks ", None, 4]) | st.text(max_size=5)
ledgers = st.sampled_from(["", "8020", "8000", " 8020", "1300", "999999", None])
everything = {
    "TaxPc": percents, "TaxCode": codes, "SubTotalInclTax": amounts, "Description": texts, "CostCenter": texts,
    "LedgerAccountNumber": ledgers, "Unknown": texts,
}  # fmt: skip


def rows_of(names: set[str]) -> st.SearchStrategy[list[Any]]:
    """Lines that all have these members, and now and then one that is different."""
    usual = st.fixed_dictionaries({name: everything[name] for name in sorted(names)})
    other = st.fixed_dictionaries({}, optional=everything) | st.sampled_from([3, "x", None, []])
    return st.lists(usual, min_size=1, max_size=8).flatmap(
        lambda rows: st.just(rows) | other.map(lambda one: [*rows, one])
    )


lists = st.one_of(
    rows_of({"TaxPc", "SubTotalInclTax"}), rows_of({"TaxCode", "SubTotalInclTax", "Description"}),
    rows_of({"TaxPc", "SubTotalInclTax", "Description", "CostCenter", "LedgerAccountNumber"}),
    st.sets(st.sampled_from(sorted(everything))).flatmap(rows_of),
)  # fmt: skip


@given(lists)
@example([{"TaxPc": 21, "SubTotalInclTax": Decimal("-1.10")}, {"TaxPc": 6, "SubTotalInclTax": 5}])
@example([{"TaxPc": 21, "SubTotalInclTax": Decimal("1e3")}])
@example([{"TaxPc": 0, "SubTotalInclTax": 1}, {"TaxPc": False, "SubTotalInclTax": 1}])
def test_by_column_is_the_same_as_one_by_one_or_left_to_it(state: State, rows: list[Any]) -> None:
    noted: list[str] = []
    read = _usual_lines(state, rows, noted, {})
    found: list[Any] = []
    notes: list[str] = []
    one_by_one = _careful_lines(state, rows, half_up, found, notes, {})
    if read is None:
        assert noted == []
        return
    assert found == []
    assert list(dict.fromkeys(noted)) == list(dict.fromkeys(notes))
    assert list(read) == one_by_one
    assert read.totals() == (sum(line.net for line in one_by_one), sum(line.incl for line in one_by_one))
    assert [*dict.fromkeys(kind.centre for kind in read.kinds)] == [
        *dict.fromkeys(line.centre for line in one_by_one)
    ]
    assert len(read) == len(rows)
    assert read[0] == one_by_one[0]
    assert read == tuple(one_by_one)


def test_the_lines_of_most_clients_are_read_by_column(state: State) -> None:
    row = {
        "TaxPc": 21, "SubTotalInclTax": Decimal("449.68"), "Description": "VIP seats", "CostCenter": "WOMEN",
        "LedgerAccountNumber": "8020",
    }  # fmt: skip
    for names in (tuple(row), tuple(row)[:2], tuple(row)[:3], tuple(reversed(row))):
        lines = _usual_lines(state, [{name: row[name] for name in names}] * 75, [], {})
        assert isinstance(lines, Columns)
        assert lines[74].net == 37164


def test_lines_that_differ_in_members_and_order_are_read_by_column_too(state: State) -> None:
    code = "21.0% - high, services"
    rows = [
        {"SubTotalInclTax": Decimal("1.21"), "TaxPc": 21, "Description": "a", "Unknown": [1]},
        {"TaxCode": code, "TaxPc": 6, "SubTotalInclTax": "0.05", "CostCenter": " WOMEN "},
        {"TaxPc": Decimal("21.0"), "SubTotalInclTax": -12, "LedgerAccountNumber": "8020", "TaxCode": None},
    ]
    notes: list[str] = []
    lines = _usual_lines(state, rows, notes, {})
    assert isinstance(lines, Columns)
    assert [line[1:6] for line in lines] == [
        (121, 100, "a", "", "8000"), (5, 4, "", "WOMEN", "8000"), (-1200, -992, "", "", "8020"),
    ]  # fmt: skip
    assert notes == ["SILV-15", "SILV-13"]
