"""Is a report what it was when it is read back, and is its schema the one that is published?"""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.report import sample
from ixconform.report import build_schema
from ixconform.report.file import ReportError, from_json, to_json
from ixconform.report.model import SCHEMA, Report
from ixconform.report.verdict import Outcome, Verdict

REPORTS = [sample.full(), sample.hostile(), sample.not_started()]
PUBLISHED = json.loads(build_schema.PATH.read_text("utf-8"))

reports = st.builds(
    Report,
    kit=st.just(sample.KIT),
    connector=st.builds(
        type(sample.CONNECTOR),
        name=st.text(st.characters(), max_size=20),
        driver=st.sampled_from(["command", "python"]),
        command=st.lists(st.text(st.characters(), max_size=10), max_size=3).map(tuple),
        version=st.text(max_size=5),
        artefact_sha256=st.just(""),
    ),
    profile=st.just(sample.PROFILE),
    outcome=st.sampled_from(Outcome),
    asked_level=st.integers(0, 4),
    levels=st.just(sample.full().levels),
    checks=st.lists(
        st.builds(
            sample.check, st.sampled_from(["P-ONE", "P-SUM"]), st.just("C-061"), st.sampled_from(Verdict),
            st.integers(0, 4),
            reason=st.text(st.characters(), max_size=30),
            counterexample=st.sampled_from([None, sample.TWICE]),
        ),
        max_size=3,
    ).map(tuple),
    seconds=st.floats(0, 1e6),
    seed=st.integers(0, 2**53),
    summary=st.text(st.characters(), max_size=40),
)  # fmt: skip


@given(reports)
def test_a_report_comes_back_as_it_was(report: Report) -> None:
    written = to_json(report)
    assert from_json(written) == report
    assert to_json(from_json(written)) == written


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.outcome.value)
def test_a_report_obeys_the_published_schema(report: Report) -> None:
    jsonschema_rs.Draft202012Validator(PUBLISHED).validate(json.loads(to_json(report)))


def test_the_published_schema_is_that_of_the_model() -> None:
    assert Path(build_schema.PATH).read_text("utf-8") == build_schema.text(), (
        "run python -m ixconform.report.build_schema"
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": "ixkit-report/2"}, f"{SCHEMA!r} was expected"),
        ({"outcome": "splendid"}, "Invalid enum value 'splendid'"),
        ({"asked_level": 5}, "asked_level"),
        ({"levels": [{"level": 0}]}, "levels[0]"),
        ({"seconds": -1}, "seconds"),
        ({"seed": "7"}, "seed"),
    ],
)
def test_what_is_no_report_is_refused_with_the_place(change: dict[str, object], said: str) -> None:
    wrong = {**json.loads(to_json(sample.full())), **change}
    with pytest.raises(ReportError) as refused:
        from_json(json.dumps(wrong))
    assert said in str(refused.value)
    assert not jsonschema_rs.is_valid(PUBLISHED, wrong)


@pytest.mark.parametrize(
    "text", ["", "[]", "nul", '{"schema": NaN}', "[" * 100_000, '{"seconds": 1e999}', b"\xff"]
)
def test_what_is_no_json_is_refused_too(text: str | bytes) -> None:
    with pytest.raises(ReportError):
        from_json(text)


def test_members_of_a_later_version_are_passed_over() -> None:
    more = {**json.loads(to_json(sample.full())), "later": {"a": 1}}
    assert from_json(json.dumps(more)) == sample.full()
