"""Does a scenario's section become the state it describes, and is a mistake in it named?"""

from __future__ import annotations

from typing import Any

import pytest

from ixmocks.engine.system import SeedError
from ixmocks.silvasoft import seed
from ixmocks.silvasoft.model import Status
from ixmocks.silvasoft.money import Rounding

INVOICE = {
    "InvoiceDate": "01-05-2017",
    "CustomerNumber": 1,
    "Invoice_InvoiceLine": [{"TaxPc": 21, "SubTotalInclTax": 121}],
}
RELATIONS = [{"Name": "A", "CustomerNumber": 1}]


def test_an_empty_section_is_an_administration_that_can_book() -> None:
    state = seed.load({}, 1)
    assert [tax.code for tax in state.books.taxes] == ["21.0% - high", "9.0% - low", "0.0% - none"]
    assert (state.settings.default_ledger, state.settings.requests_per_hour) == ("8000", 1200)


def test_settings_and_documents_are_taken_over() -> None:
    section = {
        "settings": {"rounding": "half-even", "plan": "free", "paymentTermDays": 30},
        "relations": RELATIONS,
        "invoices": [{**INVOICE, "InvoiceOutstandingAmount": 0, "InvoiceDueDate": "02-05-2017"}],
    }
    state = seed.load(section, 1)
    invoice = state.sales.get(1)
    assert invoice is not None
    assert (invoice.status, invoice.due.day, invoice.due_days) == (Status.PAID, 2, 30)
    assert (state.settings.rounding, state.settings.requests_per_hour) == (Rounding.HALF_EVEN, 15)


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ({"relation": []}, "relation: an unknown key; expected one of .*; did you mean relations"),
        ({"settings": {"paymentTermDay": 1}}, "settings.paymentTermDay: an unknown key; .*paymentTermDays?"),
        ({"settings": {"rounding": "up"}}, "settings.rounding: 'up'; expected line or rate or half-even"),
        ({"settings": {"defaultLedger": "1"}}, "settings.defaultLedger: '1'; expected the number of one"),
        ({"settings": {"plan": "huge"}}, "settings.plan: 'huge'; expected a whole number"),
        ({"relations": [{"CustomerNumber": 1}]}, "relations.0.Name: nothing; expected a name"),
        (
            {"relations": [*RELATIONS, *RELATIONS]},
            "relations.1.CustomerNumber: 1; expected a number that no other",
        ),
        ({"taxCodes": [{"Name": "x", "TaxPc": "high"}]}, "taxCodes.0.TaxPc: 'high'; expected a percentage"),
        ({"products": [{"Name": "x", "VATPercentage": 19}]}, "products.0.VATPercentage: 19; expected one of"),
        ({"invoices": [{"CustomerNumber": 1}]}, "invoices.0.InvoiceDate: nothing; expected a date"),
        ({"invoices": [INVOICE]}, "invoices.0.CustomerNumber: 1; expected the number of a customer"),
        ({"files": [{"url": "x", "base64": "?"}]}, "files.0.base64: text that is no base64"),
        ({"relations": "none"}, "relations: 'none'; expected a list"),
    ],
)
def test_a_mistake_is_named_with_its_key_and_what_was_expected(section: dict[str, Any], message: str) -> None:
    with pytest.raises(SeedError, match=message):
        seed.load(section, 1)
