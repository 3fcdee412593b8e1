"""Is a case that ends otherwise than it should the one that is told of it?"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from conformance.histories import TARGET, right, with_documents
from ixconform.history import History
from ixconform.profile import Claims
from ixconform.trying import Played, Trials


def played(history: History | None) -> Played:
    return Played(case=right().case, history=history, findings=[], seconds=0.0)


def test_who_differs_is_told_also_where_another_case_has_no_history() -> None:
    stage: Any = SimpleNamespace(target=TARGET)
    trials = Trials(stage, Claims(), lambda: 0.0)
    cases = [played(right()), played(None), played(right()), played(with_documents(right()))]
    trials.compare("P-META-2", cases)
    assert [bool(each.findings) for each in cases] == [False, False, False, True]
    assert {finding.code for finding in cases[-1].findings} == {"P-META-2"}


def test_where_no_case_has_a_history_there_is_nothing_to_compare() -> None:
    stage: Any = SimpleNamespace(target=TARGET)
    cases = [played(None), played(None)]
    Trials(stage, Claims(), lambda: 0.0).compare("P-META-2", cases)
    assert [each.findings for each in cases] == [[], []]
