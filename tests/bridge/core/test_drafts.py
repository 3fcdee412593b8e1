"""Is a D reported before the real number and never after it, and no real number that looks like one?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixbridge.core.drafts import (
    NEXT,
    Move,
    Report,
    Said,
    Wait,
    draft_number,
    is_draft_number,
    is_no_number,
    next_report,
    real_number,
)
from ixbridge.core.parked import Parked, Reason

numbers = st.text("Dd0123456789-/ \u2212", min_size=0, max_size=6) | st.none()
ids = st.none() | st.text("0123456789abc", min_size=1, max_size=4)


@given(shown=st.lists(st.tuples(ids, numbers), max_size=12))
def test_whatever_a_document_shows_ixpole_hears_a_lawful_story(
    shown: list[tuple[str | None, str | None]],
) -> None:
    said: list[str] = []
    for draft_id, number in shown:
        report = next_report(said[-1] if said else None, draft_id=draft_id, number=number)
        if isinstance(report, Report):
            assert report.is_draft == is_draft_number(report.number)
            assert not is_no_number(report.number)
            said.append(report.number)
    drafts = [is_draft_number(number) for number in said]
    assert drafts in ([], [True], [False], [True, False])


@given(number=st.text(max_size=60))
def test_a_real_number_is_reported_unchanged_or_not_at_all(number: str) -> None:
    real = real_number(number)
    if isinstance(real, Parked):
        return
    assert real == number
    assert not is_draft_number(real)
    assert real.isprintable()


@pytest.mark.parametrize("number", ["D2024-1", "d2024-1", "\N{FULLWIDTH LATIN CAPITAL LETTER D}1"])
def test_a_real_number_that_begins_with_d_is_parked(number: str) -> None:
    parked = next_report("D4711", draft_id=None, number=number)
    assert isinstance(parked, Parked)
    assert parked.reason is Reason.NUMBER_LOOKS_LIKE_DRAFT


@pytest.mark.parametrize("number", [None, "", " ", "-1", "\u22121", "0"])
def test_minus_one_is_not_a_number(number: str | None) -> None:
    assert is_no_number(number)
    assert next_report(None, draft_id=None, number=number) == Wait()
    assert next_report(None, draft_id="4711", number=number) == Report("D4711", is_draft=True)


@pytest.mark.parametrize("number", [" 17", "17 ", "1\n7", "-5", "9" * 51, "", "0"])
def test_an_odd_number_is_parked(number: str) -> None:
    parked = real_number(number)
    assert isinstance(parked, Parked)
    assert parked.reason is Reason.NUMBER_UNUSABLE


@pytest.mark.parametrize("document", ["", " ", "4 \n"])
def test_an_odd_draft_id_is_parked(document: str) -> None:
    assert isinstance(draft_number(document), Parked)


@pytest.mark.parametrize(
    ("said", "draft_id", "number", "expected"),
    [
        (None, "4711", None, Report("D4711", is_draft=True)),
        (None, "4711", "20250001", Report("20250001", is_draft=False)),
        ("D4711", "4711", None, Wait()),
        ("D4711", "4711", "20250001", Report("20250001", is_draft=False)),
        ("20250001", None, "20250001", Wait()),
        ("D4711", "4712", None, Reason.DRAFT_CHANGED),
        ("20250001", "4711", None, Reason.DRAFT_AFTER_REAL),
        ("20250001", None, "20250002", Reason.NUMBER_CHANGED),
        ("20250001", None, None, Reason.NUMBER_VANISHED),
    ],
)
def test_the_life_of_a_number(
    said: str | None, draft_id: str | None, number: str | None, expected: Report | Wait | Reason
) -> None:
    report = next_report(said, draft_id=draft_id, number=number)
    assert (report.reason if isinstance(report, Parked) else report) == expected


def test_the_table_never_reports_a_draft_after_a_real_number() -> None:
    after_real = {move for (said, _), move in NEXT.items() if said is Said.REAL}
    assert not after_real & {Move.REPORT_DRAFT, Move.REPORT_REAL}
