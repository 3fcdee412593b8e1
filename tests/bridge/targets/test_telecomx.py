"""Is TelecomX asked in its own words, and are its answers understood, oddities included?"""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ixbridge.core.invoice import invoice_for
from ixbridge.core.keys import is_tagged
from ixbridge.core.mapping import Settings, TaxRule, TaxRules
from ixbridge.core.model import Invoice
from ixbridge.core.parked import Parked, Reason
from ixbridge.core.reading import Fields, Unreadable
from ixbridge.core.steps import (
    By,
    CreateDocument,
    Creation,
    FindProduct,
    FindRelations,
    ListCustomerDocuments,
    Page,
    ReadDocument,
)
from ixbridge.core.wire import Cause, Kind, No, NoReply, Reply, Unknown, Yes
from ixbridge.targets.telecomx import (
    TARGET,
    login_meaning,
    login_request,
    meaning_of,
    request_for,
)
from ixbridge.targets.telecomx_documents import day, midnight
from support.instalments import a_line, an_instalment

DENMARK = ZoneInfo("Europe/Copenhagen")
SETTINGS = Settings(
    tax=TaxRules({"25": TaxRule(Decimal(25)), "0": TaxRule(Decimal(0)), "21": TaxRule(Decimal(21))}),
    currencies=("DKK",),
)
ID = "54a978806d30733986cfa817"
CUSTOMER = "54463ed73fc6ea53780080cf"
SHOWN: dict[str, Any] = {
    "_id": ID,
    "customer": CUSTOMER,
    "sent": False,
    "invoiceNumber": -1,
    "invoiceDate": "2014-12-31T23:00:00.000Z",
    "paid": False,
    "headline": "C-1 [iX:C-1]",
    "lines": [{"product": ID, "name": "Seat", "units": 1, "unitPrice": 100, "vatExempt": False}],
    "subTotal": 100,
    "vat": 25,
    "total": 125,
}


def reply(status: int, body: Any) -> Reply:
    return Reply(status, {}, body if isinstance(body, bytes) else json.dumps(body).encode())


def made(*nets: tuple[int, str], **changes: Any) -> Invoice | Parked:
    lines = tuple(a_line(n, net, code=code) for n, (net, code) in enumerate(nets, 1))
    instalment = replace(an_instalment(lines), currency="DKK", payment_term_days=30, **changes)
    return invoice_for(instalment, customer_number=CUSTOMER, products={}, settings=SETTINGS, target=TARGET)


def invoice() -> Invoice:
    found = made((10000, "25"), (-500, "25"), (300, "0"))
    assert isinstance(found, Invoice)
    return found


def sent(of: Invoice) -> dict[str, Any]:
    request = request_for(CreateDocument(of, Creation.TRANSACTION))
    assert (request.method, request.path, request.kind) == ("POST", "/invoice", Kind.CREATE)
    return dict(json.loads(request.body or b"", parse_float=Decimal))


# --- requests ---------------------------------------------------------------------------------


def test_every_line_is_one_unit_at_its_net_amount_and_a_credit_is_minus_one() -> None:
    body = sent(invoice())
    told = [(line["units"], line["unitPrice"], line["vatExempt"]) for line in body["lines"]]
    assert told == [(1, Decimal("100.00"), False), (-1, Decimal("5.00"), False), (1, Decimal("3.00"), True)]
    assert is_tagged(body["headline"], invoice().code) and body["sent"] is False
    assert "invoiceNumber" not in body
    assert sent(replace(invoice(), number="700"))["invoiceNumber"] == "700"


@given(
    nets=st.lists(
        st.tuples(st.integers(-90_000, 90_000), st.sampled_from(("25", "0"))), min_size=1, max_size=60
    )
)
@example(nets=[(10, "25")] * 3)
def test_what_is_sent_adds_up_to_the_total_or_nothing_is_sent(nets: list[tuple[int, str]]) -> None:
    found = made(*nets)
    if isinstance(found, Parked):
        assert found.reason in (Reason.TOTAL_NOT_REACHABLE, Reason.CREDIT_NOT_NEGATIVE)
        return
    rows = [(line["units"] * line["unitPrice"], line["vatExempt"]) for line in sent(found)["lines"]]
    assert len(rows) == len(nets), "every line is kept"
    net = sum((amount for amount, _ in rows), Decimal(0))
    taxable = sum((amount for amount, exempt in rows if not exempt), Decimal(0))
    vat = (taxable / 4).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    assert net + vat == Decimal(found.expected.gross_minor) / 100


def test_another_rate_or_currency_is_parked_before_anything_is_sent() -> None:
    rate = made((10000, "21"))
    assert isinstance(rate, Parked) and rate.reason is Reason.RATE_NOT_REPRESENTABLE
    lines = (a_line(1, 100, code="25"),)
    euro = replace(an_instalment(lines), currency="EUR")
    settings = replace(SETTINGS, currencies=("EUR",))
    found = invoice_for(euro, customer_number="x", products={}, settings=settings, target=TARGET)
    assert isinstance(found, Parked) and found.reason is Reason.CURRENCY_NOT_ALLOWED


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/Los_Angeles", "Europe/Copenhagen"])
@pytest.mark.parametrize("on", ["2015-01-01", "2026-03-29", "2026-03-30", "2026-10-25", "2026-10-26"])
def test_a_day_goes_out_and_comes_back_the_same_in_any_zone_of_the_process(
    zone: str, on: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = os.environ.get("TZ")
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        there_and_back(date.fromisoformat(on))
    finally:
        monkeypatch.undo()
        assert os.environ.get("TZ") == before
        time.tzset()


@given(on=st.dates(date(1981, 1, 1), date(2099, 12, 31)))
@example(on=date(2015, 1, 1))
def test_every_day_goes_out_and_comes_back_the_same(on: date) -> None:
    there_and_back(on)


def there_and_back(on: date) -> None:
    text = midnight(on)
    assert text.endswith(("+0100", "+0200"))
    moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z").astimezone(UTC)
    back = f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"
    assert day(Fields({"at": back}), "at") == on
    assert (moment + timedelta(hours=12)).astimezone(DENMARK).date() == on


def test_the_sample_of_the_documents_is_read_as_the_first_of_january() -> None:
    assert day(Fields({"at": "2014-12-31T23:00:00.000Z"}), "at") == date(2015, 1, 1)
    for wrong in ("2015-01-01", "2015-13-01T00:00:00.000Z", "x", "2015-01-01T00:00:00"):
        with pytest.raises(Unreadable):
            day(Fields({"at": wrong}), "at")


# --- meanings ---------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [-1, "-1", None, "", 0])
def test_minus_one_is_no_number_and_the_id_stands_for_the_draft(number: Any) -> None:
    step = ReadDocument("", with_pdf=False, id=ID)
    answer = meaning_of(step, reply(200, {**SHOWN, "invoiceNumber": number}))
    assert isinstance(answer, Yes)
    (one,) = answer.value
    assert (one.number, one.draft_id, one.date, one.due_date) == (None, ID, date(2015, 1, 1), None)
    assert one.totals is not None and one.totals.gross_minor == 12500


@pytest.mark.parametrize("number", ["23542", 23542])
def test_a_number_may_come_as_text_or_as_a_number(number: Any) -> None:
    answer = meaning_of(
        ReadDocument("", with_pdf=False, id=ID), reply(200, {**SHOWN, "invoiceNumber": number})
    )
    assert isinstance(answer, Yes) and answer.value[0].number == "23542"


def test_paid_is_nothing_outstanding() -> None:
    step = ReadDocument("", with_pdf=False, id=ID)
    owing, paid = (meaning_of(step, reply(200, {**SHOWN, "paid": flag})) for flag in (False, True))
    assert isinstance(owing, Yes) and owing.value[0].outstanding_minor == 12500
    assert isinstance(paid, Yes) and paid.value[0].outstanding_minor == 0


def test_a_list_of_another_customers_invoices_is_not_taken() -> None:
    step = ListCustomerDocuments(CUSTOMER)
    rows = [SHOWN, {**SHOWN, "customer": {"_id": ID, "name": "x"}}, {**SHOWN, "customer": {"_id": CUSTOMER}}]
    answer = meaning_of(step, reply(200, {"offset": 0, "limit": 100, "total": 250, "invoices": rows}))
    assert isinstance(answer, Yes)
    assert (len(answer.value.items), answer.value.next_offset) == (2, 3)


def test_not_found_is_an_answer_to_a_lookup_only() -> None:
    no = reply(404, {"code": 404, "message": "not_found", "description": "no"})
    assert meaning_of(FindRelations(By.NUMBER, ID), no) == Yes(Page((), None))
    assert meaning_of(FindProduct(ID), no) == Yes(())
    assert meaning_of(ReadDocument("", with_pdf=False, id=ID), no) == Yes(())
    refused = meaning_of(CreateDocument(invoice(), Creation.TRANSACTION), no)
    assert isinstance(refused, No) and refused.cause is Cause.NOT_FOUND


@pytest.mark.parametrize(
    ("status", "cause"),
    [(422, Cause.INVALID), (403, Cause.INVALID), (401, Cause.CREDENTIALS), (429, Cause.LIMITED)],
)
def test_a_refusal_is_certain(status: int, cause: Cause) -> None:
    answer = meaning_of(CreateDocument(invoice(), Creation.TRANSACTION), reply(status, {"message": "x"}))
    assert isinstance(answer, No) and answer.cause is cause


@pytest.mark.parametrize(
    "heard",
    [
        reply(200, {**SHOWN, "headline": "another"}),
        reply(200, {}),
        reply(200, b""),
        reply(200, b"<html>"),
        reply(500, {}),
        NoReply(sent=True, reason="timeout"),
    ],
)
def test_any_other_answer_to_a_create_says_nothing(heard: Any) -> None:
    assert isinstance(meaning_of(CreateDocument(invoice(), Creation.TRANSACTION), heard), Unknown)


@pytest.mark.parametrize(("minutes", "life_s"), [(15, 900), (-1, 86_400), (None, 900), (10**9, 86_400)])
def test_a_session_lives_as_long_as_it_says(minutes: Any, life_s: float) -> None:
    assert login_request("u", "p").path == "/auth/login"
    assert login_meaning(reply(200, {"token": "t", "expiresInMinutes": minutes})) == Yes(("t", life_s))
    for status in (401, 422):
        refused = login_meaning(reply(status, {"message": "password"}))
        assert isinstance(refused, No) and refused.cause is Cause.CREDENTIALS
