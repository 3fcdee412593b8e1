"""What is heard in a notification, and is what it must not say left out?"""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ixbridge.core.notices import HEARD, Notice, Told, name_of, notice_in, payload_of
from ixbridge.core.reading import Unreadable
from ixbridge.core.records import Entry, text_of
from ixbridge.targets.riverty_notices import document_key, notices_in
from support.notices import KEY, document_made, invoice_made, paid, posted, verdict


def test_a_refusal_as_the_vendor_prints_it() -> None:
    sample = b"""{"type": "accounting/EDIErrorSent", "parameters": {"requestType": "GET_ORDER",
      "transactionId": "0a6b660174a3306898a924639688dffb", "details": {"orderNo": "ORDPL8100235158",
      "result": "ERROR_IN_FILE", "errorDetails": [{"fieldName": "BILLTOLANGUAGECODE", "providedValue": "PL",
      "ErrorDescription": "may only consist of lower case letters"}]}}}"""
    (notice,) = notices_in(sample)
    assert (notice.told, notice.ok, notice.order) == (Told.VERDICT, False, "ORDPL8100235158")
    assert notice.fields == ("BILLTOLANGUAGECODE",)
    assert notice.reasons == ("BILLTOLANGUAGECODE: may only consist of lower case letters: PL",)


def test_ids_are_compared_without_dashes_and_case() -> None:
    for id in ("23C9579B-BAAF-468f-a529-f876226e183c", "23c9579bbaaf468fa529f876226e183c"):
        assert notices_in(verdict("A1", id))[0].transaction == "23c9579bbaaf468fa529f876226e183c"


def test_invoice_document_and_payment() -> None:
    (made,) = notices_in(invoice_made("A1", "R7"))
    assert (made.invoice, made.amount_minor, made.due, made.document) == ("R7", 12500, date(2026, 5, 1), KEY)
    (shown,) = notices_in(document_made("0A1", "R7"))
    assert (shown.told, shown.order, shown.document) == (Told.DOCUMENT, "0A1", KEY)
    (told,) = notices_in(paid("A1", "R7", paidAmount=120.5, remainingAmount=4.5, tolerance=5))
    assert (told.amount_minor, told.paid_minor, told.remaining_minor, told.tolerance_minor) == (
        12500,
        12050,
        450,
        500,
    )


@pytest.mark.parametrize(
    ("link", "key"),
    [
        (f"https://api-uat.accounting.riverty.io/documents/v1/S/{KEY}", KEY),
        (f"https://evil.example/steal?key=1/{KEY}", ""),
        (f"https://evil.example/{KEY.upper()}?x=/y#z", KEY),
        (f"{KEY}/", KEY),
        ("https://evil.example/../../administration", ""),
        (f"{KEY}%2f..", ""),
        ("", ""),
    ],
)
def test_of_a_link_only_the_key_is_used(link: str, key: str) -> None:
    assert document_key(link) == key


def test_what_no_decision_needs_is_only_counted() -> None:
    (other,) = notices_in(posted("balanceUpdated", {"secret": "x"}))
    assert (
        other.told is Told.OTHER
        and other.digest
        and "x" not in text_of(payload_of(other, 0)).split("digest")[0][-3:]
    )


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"null", b'{"type": 1}', b'{"type": "accounting/EDIErrorSent"}', b"\xff", b'{"type": NaN}',
        b'{"type": "accounting/EDIErrorSent", "parameters": {"transactionId": [], "details": {"result": "OK"}}}',
        b'{"type": "accounting/EDIErrorSent", "type": "x"}', b'{"a":' * 5000,
        paid("A1", "R7", paidAmount=1.234), paid("A1", "R7", paidAmount="1"), paid("A1", "R7", currency="XXX"),
        invoice_made("A1", "R7", grossAmount=10**40), invoice_made("A1", "R7", dueDate="31-12-2026"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        notices_in(body)


texts = st.text(max_size=30)
SOME = st.builds(
    Notice, st.sampled_from(Told), texts, texts, texts, texts, texts, st.booleans(),
    st.lists(texts.filter(bool), max_size=3).map(tuple), st.lists(texts.filter(bool), max_size=3).map(tuple), texts,
    st.none() | st.dates(), texts, st.none() | st.integers(), st.none() | st.integers(), st.none() | st.integers(),
    st.none() | st.integers(), texts,
)  # fmt: skip


@given(SOME, st.integers(0, 3))
@example(Notice(Told.PAYMENT, amount_minor=0, remaining_minor=0), 0)
def test_the_journal_gives_back_what_was_put_in(notice: Notice, epoch: int) -> None:
    payload = payload_of(notice, epoch)
    kept = json.loads(text_of(Entry("notice x", HEARD, payload).payload))
    assert notice_in(kept) == (notice, epoch)
    assert name_of(kept) == name_of(payload)


@given(st.permutations(["type", "parameters"]), st.sampled_from([None, 2]))
def test_the_same_news_in_another_form_has_the_same_name(order: list[str], indent: int | None) -> None:
    whole = json.loads(verdict("A1", "id"))
    body = json.dumps({name: whole[name] for name in order}, indent=indent).encode()
    names = {name_of(payload_of(notices_in(each)[0], 0)) for each in (body, verdict("A1", "ID"))}
    assert len(names) == 1
