"""Do all rules bear whatever JSON comes, and does a no change nothing?"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixmocks.crmcom import rules
from ixmocks.crmcom.actions import ACTIONS
from ixmocks.crmcom.form import UDFS
from ixmocks.crmcom.state import State
from ixmocks.engine.outcome import Changed, Refused

RULES = {name: getattr(rules, name) for name in rules.__all__}
READS = {name for name in RULES if name.startswith(("list_", "show_", "log_"))}
IDENTIFIERS = (
    "accounts_receivable_identifier", "type_identifier", "category_identifier", "product_identifier",
    "member_accounts_receivable_identifier", "intended_currency_identifier", "installed_item_identifier",
    "from_warehouse", "to_warehouse", "vat_rate_identifier", "invoice_identifier", "invoice_item_identifier",
    "rejection_reason_identifier", "wallet_identifier", "payment_method_identifier", "payment_identifier",
    "classification_identifier", "owned_by_group_identifier", "contact_information_identifier", "brand_identifier",
)  # fmt: skip
MEMBERS = (
    "id", "number", "name", "code", "alternative_code", "serial_number", "reference_number", "back_office_code",
    "life_cycle_state", "due_on", "posted_on", "notes", "fields_set", "invoice_item_set", "installed_items_set",
    "action", "quantity", "cost", "sub_total", "discount_percentage", "discount_amount", "payment_amount", "token",
    "username", "password", "organisation", "unit", "body", "authorization", "description", "credit_period",
    "credit_limit", "credit_rating_code", "credit_period_operator", "type", "last_name", "company_name", "demographics",
    "address_set", "priority", "offset", "number_of_results", "amount", "until", "release", "days", "price", "product",
    *IDENTIFIERS, *UDFS,
)  # fmt: skip
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(-2, 3), st.decimals(allow_nan=False, allow_infinity=False),
    st.sampled_from([
        "", " ", "1", "401", "DRAFT", "POSTED", "ADD", "remove", "Gold", "Smartcard", "1000140089", "Invoice", "EUR",
        "2017-05-05T09:00:00", "2017-13-05T09:00:00", "0000-01-01T00:00:00", "9999-12-31T23:59:59", "OPENING", "a.b.c",
        "number=401", "id=", "=", "Basic e30=", "number,id", "é", Decimal("1e400"), Decimal("1e-999"), 10**400, "R14",
    ]),
    st.text(max_size=8),
)  # fmt: skip
names = st.sampled_from(MEMBERS) | st.text(max_size=4)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=6),
    max_leaves=8,
)
objects = st.dictionaries(names, anything, max_size=8)
line = st.fixed_dictionaries(
    {"product_identifier": st.sampled_from([{"code": "Gold"}, {"code": "Smartcard"}, {"code": "Cable"}]) | anything},
    optional={
        "quantity": scalars, "cost": scalars, "sub_total": scalars, "discount_percentage": scalars,
        "discount_amount": scalars, "from_warehouse": anything, "action": scalars,
        "installed_items_set": st.lists(objects, max_size=2), "invoice_item_identifier": anything,
    },
)  # fmt: skip
near = st.builds(
    lambda more, rows, state: {
        "accounts_receivable_identifier": {"number": "401"}, "type_identifier": {"name": "Invoice"},
        "invoice_identifier": {"back_office_code": "C-2017-0123-01"}, "life_cycle_state": state,
        "invoice_item_set": rows, "payment_method_identifier": {"name": "Cash"}, **more,
    },
    st.dictionaries(names, anything, max_size=4),
    st.lists(line, max_size=2),
    st.sampled_from(["DRAFT", "POSTED"]),
)  # fmt: skip
readings = st.fixed_dictionaries(
    {},
    optional={
        "CRM-08": st.just("single-too"), "CRM-16": st.just("at-posting"), "CRM-24": st.sampled_from(["r14", "r15"]),
        "CRM-25": st.sampled_from(["no-discount-on-taxed", "before-discount"]), "CRM-26": st.just("before-tax"),
        "CRM-27": st.sampled_from(["per-rate", "half-even"]), "CRM-34": st.just("refused"),
        "CRM-35": st.just("freed"), "CRM-39": st.just("refused"),
    },
)  # fmt: skip


@pytest.mark.parametrize("name", sorted(RULES))
@given(command=objects | near | anything, chosen=readings)
def test_no_rule_ever_raises_and_a_no_has_reasons(
    name: str, state: State, at: datetime, command: Any, chosen: dict[str, str]
) -> None:
    outcome = RULES[name](state, command, at=at, readings=chosen)
    is_an_outcome(outcome)
    if name in READS and isinstance(outcome, Changed):
        assert outcome.state is state


@given(name=st.sampled_from(sorted(ACTIONS)), command=objects)
def test_no_action_ever_raises(name: str, state: State, at: datetime, command: dict[str, Any]) -> None:
    properties = ACTIONS[name].params["properties"]
    kept = {key: value for key, value in command.items() if key in properties}
    is_an_outcome(ACTIONS[name].rule(state, kept, at=at, readings={}))


def is_an_outcome(outcome: Changed | Refused) -> None:
    if isinstance(outcome, Refused):
        assert outcome.violations
        assert all(one.rule and one.at and one.expected and one.message for one in outcome.violations)
    else:
        assert isinstance(outcome.state, State)
        assert len(set(outcome.notes)) == len(outcome.notes)
