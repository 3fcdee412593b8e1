"""Are products made, changed in part, and listed?"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from ixmocks.engine.outcome import Changed, Refused
from ixmocks.silvasoft import rules, show
from ixmocks.silvasoft.state import State

NEW = {"ArticleNumber": "TICKET-1", "NewName": "Match ticket", "CategoryName": "Print"}


def changed(rule: Any, state: State, command: object, at: datetime) -> Changed:
    outcome = rule(state, command, at=at, readings={})
    assert isinstance(outcome, Changed), outcome
    return outcome


def listed(state: State, at: datetime, **query: Any) -> list[str | None]:
    products, _ = changed(rules.list_products, state, query, at).answer
    return [product.article for product in products]


def test_a_new_product_shows_what_was_sent(state: State, at: datetime) -> None:
    command = {
        **NEW, "EAN": "99", "NewSalePrice": "24.20", "SalePriceInclOrExcl": "incl", "NewVATPercentage": 21,
        "NewStockQty": 5, "NewUnit": "Piece", "NewStockMutationPurchasePrice": 3, "NewDescription": "One seat",
    }  # fmt: skip
    shown = show.product(changed(rules.add_product, state, command, at).answer)
    assert (shown["Price"], shown["StockQty"], shown["VATPercentage"], shown["PurchasePrice"]) == (
        20,
        5,
        21,
        3,
    )
    assert (shown["EAN"], shown["Unit"], shown["Description"]) == ("99", "Piece", "One seat")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"ArticleNumber": "1204"}, "SILV-42"), ({"CategoryName": "Unheard of"}, "SILV-45"),
        ({"NewName": " "}, "SILV-41"),
        ({"NewName": "x" * 176}, "SILV-44"), ({"ArticleNumber": "x" * 101}, "SILV-44"),
        ({"NewVATPercentage": 19}, "SILV-13"),
        ({"TaxCode": "nope"}, "SILV-14"), ({"NewSalePrice": "dear"}, "SILV-47"), ({"NewVATPercentage": "x"}, "SILV-47"),
    ],
)  # fmt: skip
def test_an_impossible_product_is_refused(
    state: State, at: datetime, change: dict[str, Any], rule: str
) -> None:
    outcome = rules.add_product(state, {**NEW, **change}, at=at, readings={})
    assert isinstance(outcome, Refused)
    assert [one.rule for one in outcome.violations] == [rule]


def test_a_category_is_made_when_told(state: State, at: datetime) -> None:
    command = {**NEW, "CategoryName": "Tickets", "CategoryCreateIfMissing": True}
    assert "Tickets" in changed(rules.add_product, state, command, at).state.goods.categories


def test_an_update_changes_only_what_is_sent(state: State, at: datetime) -> None:
    before = show.product(state.goods.all[1])
    after = show.product(
        changed(rules.update_product, state, {"EAN": "5400000012041", "NewStockQty": -3}, at).answer
    )
    assert {name for name in before if before[name] != after[name]} == {"StockQty", "ChangedOn"}
    assert after["StockQty"] == 97
    absolute = {"ArticleNumber": "1204", "NewStockQty": Decimal("7.5"), "StockUpdateMode": "Absolute"}
    assert show.product(changed(rules.update_product, state, absolute, at).answer)["StockQty"] == Decimal(
        "7.5"
    )


@pytest.mark.parametrize("command", [{}, {"ArticleNumber": "NONE"}, {"EAN": "NONE"}, {"NewName": "x"}])
def test_an_update_needs_a_product_that_exists(state: State, at: datetime, command: dict[str, Any]) -> None:
    outcome = rules.update_product(state, command, at=at, readings={})
    assert isinstance(outcome, Refused)
    assert outcome.first.rule == "SILV-43"


def test_lists_filter_page_and_leave_out_what_is_archived(state: State, at: datetime) -> None:
    assert listed(state, at) == ["1204", "SCARF", "PROG", "GIFT"]
    assert listed(state, at, IncludeArchived=True, Category="Merchandising") == ["SCARF", "OLD-1", "GIFT"]
    assert listed(state, at, ArticleNumber="OLD-1") == []
    assert listed(state, at, EAN="5400000000017") == ["SCARF"]
    assert listed(state, at, ArticleNumber="1204", EAN="5400000000017") == []
    assert listed(state, at, Limit=2, Offset=1) == ["SCARF", "PROG"]
    assert listed(state, at, ChangedSince=int(at.timestamp())) == []
