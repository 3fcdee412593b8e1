"""Does a scenario's section become an organisation, and is what cannot be said clearly?"""

from __future__ import annotations

from typing import Any

import pytest

from ixmocks.crmcom import seed
from ixmocks.crmcom.model import Release, Stage
from ixmocks.crmcom.state import State
from ixmocks.engine.outcome import Changed
from ixmocks.engine.system import SeedError


def test_the_scenario_holds_what_the_samples_name(state: State) -> None:
    for number in ("401", "ACR0000000214", "ACR0000008050", "ACR0000008052", "ACR0000014008"):
        assert state.accounts.find("number", number)
    for code in ("Smart Card", "Gold", "Sports 1", "Bronze", "Smartcard"):
        assert state.products.find("code", code)
    for serial in ("1000140089", "1000140090"):
        assert not state.pieces.find("serial_number", serial)[0].sold_by


def test_what_a_scenario_books_goes_through_the_rules(state: State) -> None:
    opening, draft = state.invoices
    assert (opening.stage, opening.total_cents, opening.outstanding_cents) == (Stage.POSTED, 12100, 6050)
    assert (draft.stage, draft.total_cents, draft.outstanding_cents) == (Stage.DRAFT, 12100, None)
    assert [one.net_cents + one.vat_cents for one in opening.items] == [12100]


def test_the_same_seed_gives_the_same_state_and_another_seed_other_ids() -> None:
    section = {"accounts": [{"name": "A"}], "products": [{"code": "P"}]}
    ids = [[one.id for one in seed.load(section, number).accounts] for number in (7, 7, 8)]
    assert ids[0] == ids[1] != ids[2]


def test_an_empty_section_is_an_organisation_that_can_invoice() -> None:
    from datetime import UTC, datetime

    from ixmocks.crmcom import rules

    state = seed.load({"accounts": [{"name": "A"}], "products": [{"code": "P", "price": 10}]}, 1)
    command = {
        "accounts_receivable_identifier": {"name": "A"}, "type_identifier": {"name": "Invoice"},
        "life_cycle_state": "POSTED", "invoice_item_set": [{"product_identifier": {"code": "P"}, "quantity": 2}],
    }  # fmt: skip
    at = datetime(2026, 1, 5, 8, tzinfo=UTC)
    outcome = rules.create_invoice(state, command, at=at, readings={"CRM-24": "r17"})
    assert isinstance(outcome, Changed)
    assert outcome.answer.entity.total_cents == 2000
    assert seed.load({}, 1).settings.release is None
    assert seed.load({"settings": {"release": "R15"}}, 1).settings.release is Release.R15


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"acounts": []}, ["acounts", "did you mean accounts"]),
        ({"settings": {"zone": "Mars/Base"}}, ["settings.zone", "Mars/Base"]),
        ({"settings": {"release": "R9"}}, ["settings.release", "R14 or R15 or R17"]),
        ({"settings": {"currency": "XXX"}}, ["settings.currency"]),
        ({"settings": {"vat_rate": "Odd"}}, ["settings.vat_rate"]),
        ({"accounts": [{"number": "1"}]}, ["accounts.0.name"]),
        ({"accounts": [{"name": "A", "number": "1"}, {"name": "B", "number": "1"}]}, ["accounts.1.number"]),
        ({"accounts": [{"name": "A", "parent": "9"}]}, ["accounts.0.parent"]),
        ({"accounts": [{"name": "A", "life_cycle_state": "GONE"}]}, ["accounts.0.life_cycle_state"]),
        ({"accounts": "all"}, ["accounts", "a list"]),
        ({"products": [{"code": "P", "type": "Odd"}]}, ["products.0.type"]),
        ({"products": [{"code": "P"}, {"code": "P"}]}, ["products.1.code"]),
        ({"products": [{"code": "P", "price": -1}]}, ["products.0.price"]),
        ({"product_types": [{"name": "T", "traceable": True}]}, ["product_types.0.stockable"]),
        ({"vat_rates": [{"name": "V", "percentage": 101}]}, ["vat_rates.0.percentage"]),
        ({"types": [{"name": "T", "class": "ODD"}]}, ["types.0.class"]),
        ({"installed_items": [{"serial_number": "1", "product": "P"}]}, ["installed_items.0.product"]),
        ({"contacts": [{"type": "PERSON"}]}, ["contacts.0.last_name"]),
        ({"invoices": [{}]}, ["invoices.0.entered_on"]),
        (
            {"invoices": [{"entered_on": "2017-05-01T10:00:00"}]},
            ["invoices.0.accounts_receivable_identifier"],
        ),
        ([], ["the section", "a mapping"]),
    ],
)
def test_what_cannot_be_names_its_place(section: Any, words: list[str]) -> None:
    with pytest.raises(SeedError) as told:
        seed.load(section, 7)
    assert all(word in str(told.value) for word in words), str(told.value)
