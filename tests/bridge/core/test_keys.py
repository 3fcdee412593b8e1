"""Is a document found again by its code, and only by its own?"""

from __future__ import annotations

import html
from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixbridge.core.keys import (
    code_problem,
    codes_in,
    digest,
    is_tagged,
    order_reference,
    part_key,
    payment_number,
    tag,
)
from ixbridge.core.model import Basis, Instalment
from ixbridge.core.parked import Parked, Reason
from support.instalments import a_line, an_instalment, codes, instalments

usable = codes.filter(lambda code: code_problem(code) is None)
plain = st.text("ABCabc0123456789-_./é", min_size=1, max_size=20)
words = st.text(st.characters(exclude_characters="[]&", exclude_categories=["Cs"]), max_size=40)
tenants = st.text("abc XYZ-0", max_size=6)


@given(one=usable, other=usable)
def test_two_codes_never_share_a_tag(one: str, other: str) -> None:
    assert (tag(one) == tag(other)) == (one == other)
    assert is_tagged(tag(one), other) == (one == other)


@given(code=usable, before=words, after=words)
def test_a_code_is_found_among_any_words(code: str, before: str, after: str) -> None:
    assert codes_in(f"{before}{tag(code)} {after}") == (code,)


@given(code=usable, times=st.integers(0, 3))
def test_a_code_is_found_in_escaped_notes(code: str, times: int) -> None:
    notes = f"Contract <b>& more</b> {tag(code)}"
    for _ in range(times):
        notes = html.escape(notes)
    assert is_tagged(notes, code)


@given(
    code=plain, at=st.integers(0, 30), wrap=st.sampled_from(["\n", "\r\n  ", "<br>", "<br />\n", "\u00ad"])
)
def test_a_code_is_found_in_wrapped_notes(code: str, at: int, wrap: str) -> None:
    notes = tag(code)
    at = min(at, len(notes))
    assert is_tagged(f"<p>{notes[:at]}{wrap}{notes[at:]}</p>", code)


def test_a_code_is_not_found_by_its_beginning() -> None:
    assert not is_tagged(tag("C-2024-0123-01"), "C-2024-0123-0")
    assert not is_tagged(tag("C-2024-0123-0"), "C-2024-0123-01")
    assert not is_tagged(tag("c-1"), "C-1")


def test_notes_with_two_tags_belong_to_nobody() -> None:
    both = tag("A") + tag("B")
    assert codes_in(both) == ("A", "B")
    assert not is_tagged(both, "A")
    assert is_tagged(tag("A") + tag("A"), "A")


@pytest.mark.parametrize(
    "code",
    [
        "",
        "A B",
        "A\n",
        " A",
        "A ",
        "A]",
        "[A",
        "A<b>",
        "A&amp;B",
        "A&copyB",
        "e\u0301",
        "\u212a1",
        "A\u00ad",
        "A\0",
        "\ud800",
        "A" * 101,
        "C-1#1/2",
        "A&",
    ],
)
def test_a_code_that_cannot_be_a_key_is_parked(code: str) -> None:
    parked = code_problem(code)
    assert isinstance(parked, Parked)
    assert parked.reason is Reason.CODE_UNUSABLE


@pytest.mark.parametrize("code", ["C-2024-0123-01", "A&B", "é", "C#1", "１２", "../x", "A" * 100])
def test_other_codes_are_keys_as_they_are(code: str) -> None:
    assert code_problem(code) is None
    assert is_tagged(tag(code), code)


@given(code=usable, parts=st.integers(1, 9))
def test_parts_of_a_split_have_keys_of_their_own(code: str, parts: int) -> None:
    keys = {part_key(code, part, parts) for part in range(1, parts + 1)}
    assert len(keys) == parts
    assert all((key == code) == (parts == 1) for key in keys)
    assert all(is_tagged(tag(key), key) for key in keys)


@given(one=st.tuples(tenants, plain), other=st.tuples(tenants, plain))
def test_order_references_are_short_and_follow_from_the_code(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    reference = order_reference(*one)
    assert len(reference) == 16
    assert reference.isalnum()
    assert (reference == order_reference(*other)) == (one == other)


def test_a_payment_number_follows_from_document_and_day() -> None:
    assert payment_number("silvasoft", "20240017", date(2024, 9, 20)) == "silvasoft-20240017-2024-09-20"


# --- the fingerprint


@given(made=instalments(), rng=st.randoms(use_true_random=False))
def test_the_digest_ignores_what_the_bridge_writes_and_the_order_of_lines(
    made: tuple[Instalment, Basis], rng: Random
) -> None:
    instalment, _ = made
    lines = list(instalment.lines)
    rng.shuffle(lines)
    written = replace(
        instalment,
        status="Open",
        invoice_number="7",
        invoice_due_date=date(2025, 1, 1),
        payment_no="P",
        customer_code="1",
        customer_name="New name",
        lines=tuple(lines),
    )
    assert digest(written) == digest(instalment)


CHANGES: list[dict[str, object]] = [
    {"code": "C-2"},
    {"date": date(2025, 9, 2)},
    {"customer_id": 2},
    {"currency": "GBP"},
    {"payment_term_days": 14},
    {"net_minor": 1},
    {"vat_minor": 1},
    {"gross_minor": 1},
    {"invoice_reference": "x"},
    {"contract_number": "x"},
    {"is_barter": True},
    {"credited_code": "x"},
    {"season": "x"},
    {"sale_type": "x"},
    {"lines": ()},
]
LINE_CHANGES: list[dict[str, object]] = [
    {"number": 9},
    {"product_id": 9},
    {"product_code": "x"},
    {"description": "x"},
    {"quantity": Decimal(2)},
    {"unit_price": Decimal(2)},
    {"discount_percentage": Decimal(2)},
    {"net_minor": 1},
    {"vat_minor": None},
    {"gross_minor": None},
    {"ledger_account": "x"},
    {"cost_centre": "x"},
    {"period_from": date(2025, 1, 1)},
    {"period_to": date(2025, 1, 1)},
    {"parent_product_id": 9},
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_digest_sees_every_change_that_matters(change: dict[str, object]) -> None:
    instalment = an_instalment([a_line()])
    assert digest(replace(instalment, **change)) != digest(instalment)  # type: ignore[arg-type]


@pytest.mark.parametrize("change", LINE_CHANGES)
def test_the_digest_sees_every_change_of_a_line(change: dict[str, object]) -> None:
    instalment = an_instalment([a_line()])
    changed = replace(instalment, lines=(replace(instalment.lines[0], **change),))  # type: ignore[arg-type]
    assert digest(changed) != digest(instalment)


def test_one_and_one_point_zero_are_the_same_quantity() -> None:
    instalment = an_instalment([a_line()])
    same = replace(instalment, lines=(replace(instalment.lines[0], quantity=Decimal("1.00")),))
    assert digest(same) == digest(instalment)
