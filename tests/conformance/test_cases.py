"""Does a kept case come back as it was, and does nonsense get a plain no?"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

from conformance.test_shrinking import case, cases
from ixconform.cases import CaseError, Kept, id_of, load, save
from ixconform.data import Case
from ixconform.profile import Claims


@given(made=cases)
def test_a_kept_case_is_the_same_case(made: Case, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("cases")
    kept = Kept(case=made, profile="ixpole-silvasoft-direct", claims=Claims(over_75="split"), check="P-ONE")
    path = save(kept, folder)
    assert load(path.stem, folder) == kept == load(str(path), folder)
    assert id_of(load(path.stem, folder).case) == path.stem


def test_other_cases_have_other_ids() -> None:
    assert len({id_of(case(n, 1, 1)) for n in range(1, 7)}) == 6


def test_an_unknown_case_is_named_with_those_that_are_there(tmp_path: Path) -> None:
    known = save(Kept(case=case(1, 1, 1), profile="p", claims=Claims(), check="P-ONE"), tmp_path)
    with pytest.raises(CaseError, match=f"no case 'k00000'.*known: {known.stem}"):
        load("k00000", tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "other"}', "\x00"])
def test_a_file_that_is_no_case_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "kbad.json").write_text(text)
    with pytest.raises(CaseError):
        load("kbad", tmp_path)
