"""Is only that believed which agrees with what was sent, whatever is piled up and in whatever order?"""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixbridge.core.inbox import SILENCE, Word, word_of
from ixbridge.core.life import Life, Stage
from ixbridge.core.notices import Notice, Talk, Told, talk_after
from ixbridge.targets.riverty_notices import notices_in
from support.notices import KEY, document_made, invoice_made, paid, verdict

ORDER, ORDER_ID, BILL_ID = "XJYMHIAHQ5OWXFUG", "46b54e92-9396-8170-9393-96db5b9b48c1", "11111111-2222"
RECEIPT = "23c9579b-baaf-468f-a529-f876226e183c"
TALK = Talk(
    order=ORDER, order_id=ORDER_ID, invoice_id=BILL_ID, orders_sent=1, invoices_sent=1, invoicing=True,
    reference=f"IX{ORDER}", order_receipts=(RECEIPT,), lines=1,
)  # fmt: skip
LIFE = Life("C-1", Stage.DRAFTED, gross_minor=12500, currency="EUR", customer_number="IX1001", talk=TALK)
NUMBER = f"IX{ORDER}"
NEWS = (
    verdict(ORDER, ORDER_ID),
    verdict(ORDER, BILL_ID, invoiceReference=NUMBER),
    invoice_made(ORDER, NUMBER, customerNumber="IX1001"),
    document_made(f"0{ORDER}", NUMBER),
    paid(ORDER, NUMBER),
)
TRUE = Word(
    order_ok=True, invoice_ok=True, numbers=(NUMBER,), documents=(KEY,), amounts_minor=(12500,), currencies=("EUR",),
    due=notices_in(NEWS[2])[0].due, paid=True,
)  # fmt: skip


def heard(*bodies: bytes, life: Life = LIFE, epoch: int = 0) -> Word:
    return word_of(life, [(notice, epoch) for body in bodies for notice in notices_in(body)])


def test_each_piece_of_news_says_its_part() -> None:
    assert heard(*NEWS) == TRUE
    assert heard() == SILENCE and SILENCE.is_silent
    assert heard(NEWS[0]) == Word(order_ok=True)


@given(st.lists(st.integers(0, len(NEWS) - 1), max_size=12), st.integers(0, 2**32))
def test_neither_order_nor_number_of_the_same_news_matters(more: list[int], seed: int) -> None:
    pile = [*range(len(NEWS)), *more]
    random.Random(seed).shuffle(pile)
    assert heard(*(NEWS[at] for at in pile)) == TRUE


FORGED = (
    verdict("OTHERORDER", ORDER_ID),
    verdict(ORDER, "0a6b660174a3306898a924639688dffb"),
    verdict(f"00{ORDER}", ORDER_ID),
    verdict(ORDER.lower(), ORDER_ID),
    verdict(ORDER, BILL_ID, invoiceReference="SOMEBODYELSES"),
    verdict(ORDER, "", ("LINEITEMSTATUS", "no")),
    invoice_made("OTHERORDER", "R7"),
    invoice_made(ORDER, "R7", customerNumber="IX1002"),
    invoice_made(ORDER, ""),
    document_made(ORDER, "R7", customerNumber="IX1002"),
    paid(ORDER, NUMBER, customerNumber="IX9"),
    paid(ORDER, "R8"),
    paid("OTHERORDER", NUMBER),
)


@given(st.lists(st.sampled_from(FORGED), min_size=1, max_size=6))
def test_what_agrees_with_nothing_that_was_sent_is_never_believed(forged: list[bytes]) -> None:
    assert heard(*forged) == SILENCE
    assert heard(*NEWS, *forged) == heard(*forged, *NEWS) == TRUE


def test_nothing_is_believed_of_what_was_not_asked_for_yet() -> None:
    ordered = replace(LIFE, talk=replace(TALK, invoices_sent=0, invoicing=False))
    assert heard(*NEWS[:4], life=ordered) == Word(order_ok=True)
    assert heard(*NEWS, life=replace(LIFE, talk=Talk())) == SILENCE


@pytest.mark.parametrize(
    "wrong",
    [
        {"orderAmount": 12.5, "paidAmount": 12.5}, {"orderAmount": 1250, "paidAmount": 1250}, {"currency": "DKK"},
        {"paidAmount": 120, "remainingAmount": 5}, {"paidAmount": 1, "remainingAmount": 0},
        {"paidAmount": 120, "remainingAmount": 5, "tolerance": 4.99},
    ],
)  # fmt: skip
def test_a_payment_counts_where_the_amounts_agree(wrong: dict[str, object]) -> None:
    assert not heard(paid(ORDER, NUMBER, **wrong)).paid


def test_a_payment_within_the_tolerance_counts() -> None:
    assert heard(paid(ORDER, NUMBER, paidAmount=120, remainingAmount=5, tolerance=5)).paid
    assert heard(paid(ORDER, NUMBER, paidAmount=130, remainingAmount=-5)).paid


REFUSED = verdict(ORDER, ORDER_ID, ("SUPPLYINGCOUNTRY", "is not known"))
TAKEN = verdict(ORDER, ORDER_ID, ("ORDERREFERENCE", "must be unique"))


def test_a_refusal_counts_once() -> None:
    assert heard(REFUSED).order_refused == "SUPPLYINGCOUNTRY: is not known"
    again = replace(LIFE, talk=talk_after(TALK, "nosend", {"refused": "SUPPLYINGCOUNTRY"}))
    assert heard(REFUSED, life=again) == SILENCE, "it was acted on already"
    assert heard(REFUSED, life=again, epoch=1).order_refused, "the corrected order was refused too"
    assert heard(REFUSED, NEWS[0]) == Word(order_ok=True), "a yes outweighs every no"


def test_of_an_order_sent_twice_that_it_is_there_is_no_refusal() -> None:
    assert heard(TAKEN).order_refused == "ORDERREFERENCE: must be unique"
    twice = replace(LIFE, talk=replace(TALK, orders_sent=2))
    assert heard(TAKEN, life=twice) == SILENCE
    assert heard(REFUSED, life=twice).order_refused


def test_a_number_that_somebody_else_has_is_told_apart() -> None:
    word = heard(verdict(ORDER, BILL_ID, ("INVOICEREFERENCE", "must be unique"), invoiceReference=NUMBER))
    assert word.number_taken and word.invoice_refused and not word.order_refused


def test_two_numbers_for_one_order_are_both_told() -> None:
    assert heard(*NEWS, invoice_made(ORDER, "R7")).numbers == (NUMBER, "R7")


def test_other_news_of_our_order_says_nothing() -> None:
    assert word_of(LIFE, [(Notice(Told.OTHER, order=ORDER), 0)]) == SILENCE
