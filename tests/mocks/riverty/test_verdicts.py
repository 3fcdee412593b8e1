"""Does accounting find what is wrong, say so later, and leave the books alone where it says no?"""

from __future__ import annotations

from typing import Any

import pytest

CANCEL = {"cancellationDate": "2017-05-05", "cancellationReason": "OUT_OF_STOCK"}


def test_nothing_is_booked_before_the_verdict(books: Any) -> None:
    books.order("A1")
    assert ("1000", "A1") not in books.state.orders
    assert books.wait(29) == []
    assert books.wait(1) == ["riverty: GET_ORDER of order A1: OK"]
    assert ("1000", "A1") in books.state.orders


def test_a_refused_request_changes_nothing_but_its_own_record(books: Any) -> None:
    books.invoice("NOSUCHORDER", "I1", 1)
    before = books.state
    books.wait()
    after = books.state
    assert books.troubles() == ["RIV-02"]
    assert (after.orders, after.invoices, after.numbers) == (before.orders, before.invoices, before.numbers)


def test_all_mistakes_are_told_at_once(books: Any) -> None:
    body = {"billToAddress": {"lastName": "X", "language": "NL"}, "shipToAddress": {"language": "De"}}
    books.order("A1", **body, orderType="PHYSICAL_GOODS")
    books.order("A1", **body)
    books.wait()
    assert books.act("findVerdict", orderReference="A1")["parameters"]["details"]["errorDetails"] == [
        {
            "fieldName": "BILLTOLANGUAGECODE",
            "providedValue": "NL",
            "ErrorDescription": "The content of field BILLTOLANGUAGECODE may only consist of lower case letters.",
        },
        {
            "fieldName": "SHIPTOLANGUAGECODE",
            "providedValue": "De",
            "ErrorDescription": "The content of field SHIPTOLANGUAGECODE may only consist of lower case letters.",
        },
    ]


def test_verdicts_come_in_the_order_of_the_requests(books: Any) -> None:
    for name in ("A1", "A2", "A3"):
        books.order(name)
    assert books.wait() == [f"riverty: GET_ORDER of order {name}: OK" for name in ("A1", "A2", "A3")]


@pytest.mark.parametrize(
    ("readings", "troubles"), [({}, ["RIV-02"]), ({"RIV-02": "queued"}, [])], ids=["confirmed", "queued"]
)
def test_an_invoice_on_the_heels_of_its_order(books: Any, troubles: list[str]) -> None:
    books.order("A1")
    books.wait(1)
    books.invoice("A1", "I1", 1)
    books.wait(60)
    assert books.troubles() == troubles


@pytest.mark.parametrize(
    ("readings", "results"),
    [({}, ["OK"]), ({"RIV-18": "processed"}, ["OK", "RIV-19"])],
    ids=["ignored", "processed"],
)
def test_a_retry_under_the_same_request_id(books: Any, results: list[str]) -> None:
    path, body = "/accounting/v1/businesses/1000/customers/C1/orders", None
    books.order("A1")
    books.wait()
    body = next(one.body for one in books.state.requests.values())
    first = books.ask(path, {**body, "orderReference": "B1"}, headers={"X-Request-ID": "t"})
    second = books.ask(path, {**body, "orderReference": "B1"}, headers={"X-Request-ID": "t"})
    assert (first.json == second.json) is (len(results) == 1)
    books.wait()
    ids = books.state.about[("1000", "B1")]
    seen = [books.state.requests[one] for one in ids]
    assert [one.troubles[0].rule if one.troubles else "OK" for one in seen] == results
    assert {one.transaction for one in seen} == {"t"}


@pytest.mark.parametrize("readings", [{"RIV-29": "full_delivery"}])
@pytest.mark.parametrize("absent", [True, False])
def test_no_lines_may_mean_all_that_are_open(books: Any, readings: dict[str, str], absent: bool) -> None:
    books.order("A1", 3)
    books.wait()
    books.call("A1", "cancellations", {**CANCEL, "items": [{"orderItemReference": 2}]})
    books.wait()
    body = {**CANCEL} if absent else {**CANCEL, "items": []}
    books.call("A1", "cancellations", body)
    books.wait()
    assert books.troubles() == []
    assert {line.status.value for line in books.state.orders[("1000", "A1")].lines} == {"cancelled"}
    books.call("A1", "cancellations", body)
    books.wait()
    assert books.troubles() == ["RIV-26"]


@pytest.mark.parametrize(
    ("readings", "status"), [({}, 200), ({"RIV-12": "always"}, 400), ({"RIV-12": "never"}, 200)]
)
def test_an_invoice_without_a_carrier(books: Any, readings: dict[str, str], status: int) -> None:
    books.order("A1", orderType="PHYSICAL_GOODS")
    books.wait()
    reply = books.invoice("A1", "I1", 1)
    assert reply.status == status
    books.wait()
    if status == 200:
        assert books.troubles() == ([] if readings else ["RIV-12", "RIV-12"])
    else:
        assert set(reply.rules) == {"RIV-12"}


def test_money_of_an_order_is_counted_in_whole_cents(books: Any) -> None:
    items = [
        {
            "orderItemReference": 1, "description": "Licence", "quantity": 2.5, "grossUnitPrice": 119.13,
            "vatPercent": 19, "vatAmount": 19.02, "positionType": "SALES_ARTICLE",
        }
    ]  # fmt: skip
    books.order("A1", items=items)
    books.wait()
    assert books.state.orders[("1000", "A1")].gross_cents == 29783  # 297.825, half a cent up


def test_a_delay_of_zero_gives_the_verdict_with_the_receipt(books: Any) -> None:
    books.act("setOnboarding", verdictDelaySeconds=0, documentDelaySeconds=0)
    books.order("A1")
    books.invoice("A1", "I1", 1, 2)
    assert books.troubles() == []
    assert books.state.invoices[("1000", "I1")].document


def test_what_is_due_happens_before_a_request_even_if_nobody_moved_the_clock_on(books: Any) -> None:
    """A running clock passes the hour of a verdict without anybody advancing it."""
    from ixmocks.riverty import rules

    books.order("A1")
    later = books.kit.now.replace(hour=23)
    command = {"path": {"businessCode": "1000", "customerNumber": "C1", "orderReference": "A1"}, "body": {}}
    outcome = rules.return_order(books.state, command, at=later, readings=books.kit.world().readings)
    assert ("1000", "A1") in outcome.state.orders
