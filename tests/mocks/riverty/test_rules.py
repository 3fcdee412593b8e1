"""Does the first gate take what it should, refuse the rest without a trace, and never fall over?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixmocks.engine.document import load_rules
from ixmocks.engine.outcome import Changed, Refused
from ixmocks.riverty import clockwork, form, rules
from ixmocks.riverty.model import Kind
from ixmocks.riverty.seed import load

READINGS = load_rules("riverty.rules.yaml").readings()
AT = datetime(2017, 5, 5, 7, tzinfo=UTC)
STATE = load({}, 7)
OPERATIONS = (
    rules.create_order, rules.create_invoice, rules.update_invoice, rules.cancel_order, rules.return_order,
    rules.add_goodwill, rules.create_customer, rules.create_notification_callback,
)  # fmt: skip

NAMES = st.sampled_from([
    "items", "order", "invoice", "orderReference", "invoiceReference", "orderItemReference", "quantity",
    "grossUnitPrice", "vatPercent", "vatAmount", "billToAddress", "language", "orderDate", "dueDate", "callbackUrl",
    "notificationTypes", "customerNumber", "goodwillReference", "x",
])  # fmt: skip
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.decimals()
    | st.sampled_from([Decimal("1E+999999"), Decimal("1E-999999"), 10**400, "2017-05-05", "2017-02-30", 1])
)  # fmt: skip
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=20,
)
PATH = {"businessCode": "1000", "customerNumber": "C1", "orderReference": "A1", "invoiceReference": "I1"}


def confirmed() -> Any:
    """A state with an order, so that what follows has something to be about."""
    items = [
        {"orderItemReference": 1, "quantity": 1, "grossUnitPrice": 119, "vatPercent": 19, "vatAmount": 19}
    ]
    body = {"orderReference": "A1", "orderDate": "2017-05-05", "items": items, "billToAddress": {}}
    outcome = rules.create_order(STATE, {"path": PATH, "body": body}, at=AT, readings=READINGS)
    return clockwork.due(outcome.state, AT, AT + timedelta(minutes=1), READINGS).state


@given(body=JSON, readings=st.fixed_dictionaries({
    "RIV-29": st.sampled_from(["refused", "full_delivery"]),
    "RIV-27": st.sampled_from(["unchecked", "checked"]),
    "RIV-12": st.sampled_from(["physical", "always"]),
}))  # fmt: skip
def test_no_body_whatever_it_is_makes_a_rule_or_its_verdict_fail(body: Any, readings: dict[str, str]) -> None:
    state = confirmed()
    assert state.orders
    chosen = {**READINGS, **readings}
    for operation in OPERATIONS:
        at = AT + timedelta(minutes=2)
        outcome = operation(state, {"path": PATH, "body": body, "request_id": ""}, at=at, readings=chosen)
        if isinstance(outcome, Changed):
            clockwork.due(outcome.state, at, at + timedelta(days=3), chosen)
        else:
            assert outcome.violations


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.__name__)
def test_rules_bear_that_everything_is_absent(operation: Any) -> None:
    outcome = operation(STATE, {}, at=AT, readings=READINGS)
    assert isinstance(outcome, Changed | Refused)


def test_ids_are_the_same_each_time_and_never_twice() -> None:
    def ids() -> list[str]:
        state, found = STATE, []
        for _ in range(50):
            outcome = rules.add_goodwill(state, {"path": PATH, "body": {}}, at=AT, readings=READINGS)
            assert isinstance(outcome, Changed)
            state, found = outcome.state, [*found, str(outcome.answer)]
        return found

    assert ids() == ids()
    assert len(set(ids())) == 50


def test_the_same_requests_on_another_seed_have_other_ids(books: Any) -> None:
    command = {"path": PATH, "body": {}}
    first = rules.add_goodwill(load({}, 7), command, at=AT, readings=READINGS)
    second = rules.add_goodwill(load({}, 8), command, at=AT, readings=READINGS)
    assert isinstance(first, Changed) and isinstance(second, Changed)
    assert first.answer != second.answer


@pytest.mark.parametrize("reference", ["A-1", "A 1", "A_1", "Ä1", "١"])
@pytest.mark.parametrize(("readings", "status"), [({}, 400), ({"RIV-11": "any"}, 200)])
def test_other_characters_in_an_order_reference(
    books: Any, readings: dict[str, str], reference: str, status: int
) -> None:
    assert books.order(reference).status == status


@pytest.mark.parametrize(
    "day",
    [
        "2017-02-29",
        "2017-13-01",
        "2017-00-10",
        "05-05-2017",
        "20170505",
        "2017-W18-5",
        "2017-5-5",
        "0000-01-01",
    ],
)
def test_a_day_that_is_none_is_refused_and_leaves_no_trace(books: Any, day: str) -> None:
    before = books.state
    reply = books.order("A1", orderDate=day)
    assert reply.status == 400
    assert reply.rules == ("RIV-30",)
    assert books.state is before


@pytest.mark.parametrize(
    "day",
    [
        "2016-02-29",
        "2015-12-10T00:00:00.0000000",
        "2018-03-21T00:00:00.0000000+00:00",
        "2018-03-21T09:00:00Z",
    ],
)
def test_a_time_behind_a_day_is_passed_over(books: Any, day: str) -> None:
    books.order("A1", orderDate=day)
    books.wait()
    assert books.state.orders["1000", "A1"].day == form.day_of(day[:10])


def test_a_date_deep_in_an_order_is_looked_at_too(books: Any) -> None:
    contract = {"startDate": "2017-02-30"}
    assert books.order("A1", contract=contract).rules == ("RIV-30",)


def test_every_violation_is_told_at_once(books: Any) -> None:
    reply = books.order("TOO-LONG-A-REFERENCE", orderDate="2017-02-30", currency="euro")
    assert set(reply.rules) == {"RIV-11", "RIV-30", "RIV-14"}


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_request_has_a_name_of_its_own_in_the_contract(kind: Kind) -> None:
    from ixmocks.engine.document import load_document

    schema = load_document("riverty.yaml")["components"]["schemas"]["VerdictParameters"]
    assert kind.value in schema["properties"]["requestType"]["enum"]


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("http://127.0.0.1:9/x", 200), ("http://localhost:9/x", 200), ("http://[::1]:9/x", 200),
        ("http://127.0.0.1.example/x", 400), ("http://bridge.example/x", 400), ("ftp://bridge.example", 400),
        ("https://bridge.example", 200), ("https:// bridge.example", 400),
    ],
)  # fmt: skip
def test_which_addresses_may_be_registered(books: Any, url: str, status: int) -> None:
    body = {"callbackUrl": url, "notificationTypes": ["accounting/EDIErrorSent"]}
    assert books.ask("/administration/v1/notification-callbacks", body).status == status


@pytest.mark.parametrize("readings", [{"RIV-20": "https_only"}])
def test_the_machine_itself_may_be_shut_out(books: Any, readings: dict[str, str]) -> None:
    body = {"callbackUrl": "http://127.0.0.1:9/x", "notificationTypes": ["accounting/EDIErrorSent"]}
    assert books.ask("/administration/v1/notification-callbacks", body).rules == ("RIV-20",)


def test_the_newer_path_of_customers_is_the_same_call(books: Any) -> None:
    customer = {"customerNumber": "c7", "lastName": "Peeters"}
    made = books.kit.ask("riverty", "POST", "/subscriptions/v1/businesses/1000/customers", json=customer)
    read = books.kit.ask("riverty", "GET", "/subscriptions/v1/customers/c7")
    assert (made.status, made.json, read.json) == (200, customer, customer)
