"""Does a page say of an instalment what the mocks' states say, and join the right documents to it?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixmocks.dashboard.document import Document, Instalment
from ixmocks.dashboard.instalments import today_in
from ixmocks.dashboard.known import KNOWN, known
from ixmocks.dashboard.lives import Life, Need, Step, _joined, life_of, lives, words_of
from ixmocks.engine.world import World
from ixmocks.kit import Kit

CODE = "C-2025-0001-01"


def told(**changes: Any) -> Instalment:
    plain: dict[str, Any] = {
        "code": CODE,
        "status": "ToDo",
        "day": date(2026, 1, 5),
        "customer": "Demo BV",
        "reference": "",
        "kind": "Invoice",
        "number": "",
        "due": None,
        "payment": "",
        "currency": "EUR",
        "net_cents": 1000,
        "vat_cents": 210,
        "gross_cents": 1210,
    }
    return Instalment(**{**plain, **changes})


def booked(**changes: Any) -> Document:
    plain: dict[str, Any] = {
        "key": "1",
        "kind": "invoice",
        "status": "open",
        "number": "20250001",
        "total_cents": 1210,
    }
    return Document(**{**plain, **changes})


def joined(instalments: list[Instalment], *documents: Document) -> dict[str, list[Document]]:
    found = _joined(instalments, [("silvasoft", "Silvasoft", each) for each in documents])
    return {code: [one.document for one in each] for code, each in found.items()}


def life(instalment: Instalment, *documents: Document) -> Life:
    found = _joined([instalment], [("silvasoft", "Silvasoft", each) for each in documents])
    return life_of(instalment, found.get(instalment.code, ()))


@given(
    prefix=st.sampled_from(["", "[iX:", "Contract 7 ", "<p>", "ref: "]),
    suffix=st.sampled_from(["", "]", " PO 7", "</p>", ", paid"]),
)
def test_a_code_is_found_in_whatever_stands_around_it(prefix: str, suffix: str) -> None:
    document = booked(names=(f"{prefix}{CODE}{suffix}",))
    assert joined([told()], document) == {CODE: [document]}


@given(
    st.sampled_from(
        ["C-2025-0001-012", "XC-2025-0001-01", "C-2025-0001-01-A", "C-2025-0001", "c-2025-0001-01"]
    )
)
def test_another_code_is_not_taken_for_it(other: str) -> None:
    assert CODE not in words_of(booked(names=(f"[iX:{other}]",)))
    assert joined([told()], booked(names=(f"[iX:{other}]",))) == {}


def test_a_number_joins_where_no_code_does() -> None:
    mine, others = booked(key="a"), booked(key="b", names=("C-9",))
    assert joined([told(number="20250001"), told(code="C-9")], mine, others) == {
        CODE: [mine],
        "C-9": [others],
    }


def test_a_draft_number_joins_the_order() -> None:
    order = booked(kind="order", number="", draft="17")
    assert joined([told(number="D17")], order) == {CODE: [order]}


def test_one_number_in_two_systems_is_decided_by_the_total() -> None:
    right, wrong = booked(key="a"), booked(key="b", total_cents=999)
    assert joined([told(number="20250001")], right, wrong) == {CODE: [right]}


@pytest.mark.parametrize(
    ("instalment", "documents", "needs"),
    [
        (told(), (), [Need.ABSENT]),
        (told(status="Future"), (), []),
        (told(deliverable=False), (), []),
        (told(status="Cancelled"), (booked(names=(CODE,)),), []),
        (told(), (booked(names=(CODE,)),), [Need.UNTOLD]),
        (told(status="Pending", number="D17"), (booked(kind="order", number="", draft="17"),), []),
        (told(status="Pending", number="D17"), (booked(names=(CODE,)),), [Need.UNTOLD_NUMBER]),
        (told(status="Open", number="20250001"), (booked(),), []),
        (told(status="Open", number="20250001"), (booked(paid=True),), [Need.UNTOLD_PAYMENT]),
        (told(status="Received", number="20250001", payment="P1"), (booked(paid=True),), []),
        (told(status="Open", number="20250001"), (), [Need.UNKNOWN]),
        (
            told(status="Open", number="20250001"),
            (booked(names=(CODE,), total_cents=1209),),
            [Need.OTHER_TOTAL],
        ),
        (
            told(status="Open", number="20250001"),
            (booked(names=(CODE,)), booked(key="2", number="7", names=(CODE,))),
            [Need.TWICE],
        ),
        (
            told(status="Open", number="20250001"),
            (booked(names=(CODE,)), booked(key="2", gone=True, names=(CODE,))),
            [],
        ),
    ],
)
def test_what_needs_somebody(
    instalment: Instalment, documents: tuple[Document, ...], needs: list[Need]
) -> None:
    assert list(life(instalment, *documents).needs) == needs


def test_the_path_says_done_now_skipped_and_open() -> None:
    path = dict(life(told(status="Open", number="20250001"), booked()).path)
    assert path == {
        Step.NEW: "done",
        Step.DRAFT: "skipped",
        Step.NUMBER: "done",
        Step.REPORTED: "now",
        Step.PAID: "open",
    }
    assert dict(life(told(status="Future")).path)[Step.NEW] == "open"


def test_a_system_nobody_knows_is_shown_without_documents() -> None:
    assert known("pocket").title == "pocket"
    assert list(known("pocket").documents(object())) == []


def test_every_system_that_is_served_is_known(kit: Kit) -> None:
    assert set(kit.worlds.systems) == set(KNOWN)


def test_a_document_of_each_target_is_joined_by_the_code_left_in_it(make: Callable[..., World]) -> None:
    """What a connector leaves in the field that each system has for it."""
    world = make(scenario="documents")
    found = lives(world.moment.systems, today_in(world.moment))
    assert found
    documents = {
        name: list(KNOWN[name].documents(world.moment.systems[name])) for name in KNOWN if name != "ixpole"
    }
    assert all(
        one.total_cents == sum(line.total_cents for line in one.lines) for one in documents["silvasoft"]
    )
    for name, each in documents.items():
        for one in each:
            content = KNOWN[name].paper(world.moment.systems[name], one.key)
            assert (content is not None and content.startswith(b"%PDF")) == one.has_paper
