"""A spec, rule book or scenario that cannot be used stops the start, and says what is wrong and where."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from ixmocks.engine import document, scenario
from ixmocks.engine.document import SpecError, load_document, load_rules
from ixmocks.engine.scenario import ScenarioError
from ixmocks.kit import Kit
from support import pocket

HEAD = "openapi: 3.0.3\ninfo: {title: t, version: '1'}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "holds nothing"),
        ("- a", "holds list"),
        ("a: [", "not YAML"),
        ("openapi: 2.0.0\npaths: {a: b}", "no OpenAPI 3.0"),
        (f"{HEAD}\npaths: {{}}", "no paths"),
        ("openapi: 3.0.3\npaths: {/a: {get: {}}}", "info"),
        (f"{HEAD}\npaths: {{/a: {{get: {{operationId: x, responses: {{}}}}}}}}", "responses"),
    ],
)  # fmt: skip
def test_a_broken_document_is_refused_by_name_and_place(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "odd.yaml").write_text(text)
    with pytest.raises(SpecError, match=says) as caught:
        load_document("odd.yaml", tmp_path)
    assert "odd.yaml" in str(caught.value)


def test_a_missing_document_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"none\.yaml"):
        load_document("none.yaml", tmp_path)


def test_a_rule_without_a_title_is_refused_by_code(tmp_path: Path) -> None:
    (tmp_path / "odd.rules.yaml").write_text("rules: {ODD-01: {text: t, confidence: inferred}}")
    with pytest.raises(SpecError, match="ODD-01 lacks 'title'"):
        load_rules("odd.rules.yaml", tmp_path)


def test_an_operation_without_a_handler_stops_the_start(tmp_path: Path) -> None:
    spec = yaml.safe_load(yaml.safe_dump(pocket.SPEC))
    spec["paths"]["/notes"]["get"]["operationId"] = "listAllNotes"
    pocket.write(tmp_path, spec=spec)
    with pytest.raises(SpecError, match="'list_all_notes'"):
        Kit(str(tmp_path / "scene"), specs=tmp_path, systems=[pocket.SYSTEM])


def test_the_cached_copy_of_a_document_is_the_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    pocket.write(tmp_path)
    first = load_document("pocket.yaml", tmp_path)
    assert list((tmp_path / "cache" / "ixkit").glob("*.json"))
    assert load_document("pocket.yaml", tmp_path).raw == first.raw
    (tmp_path / "pocket.yaml").write_text("openapi: 1")
    with pytest.raises(SpecError):
        load_document("pocket.yaml", tmp_path)


def test_a_document_that_was_read_before_is_served_without_reading_it_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    pocket.write(tmp_path)
    first = load_document("pocket.yaml", tmp_path)

    def nobody(*_: object) -> None:
        raise AssertionError("read anew")

    monkeypatch.setattr(document, "read_anew", nobody)
    again = load_document("pocket.yaml", tmp_path)
    assert (again.outlines, again.security_schemes) == (first.outlines, first.security_schemes)
    (kept,) = (tmp_path / "cache" / "ixkit").glob("*.outline.json")
    for text in ("", "[]", "{}", '{"outlines": 3}', kept.read_text("utf-8")[:-40]):
        kept.write_text(text, "utf-8")
        with pytest.raises(AssertionError, match="read anew"):
            load_document("pocket.yaml", tmp_path)


def test_a_pattern_that_is_none_stops_the_start(tmp_path: Path) -> None:
    spec = yaml.safe_load(yaml.safe_dump(pocket.SPEC))
    content = spec["paths"]["/notes"]["post"]["requestBody"]["content"]["application/json"]
    content["schema"] = {"type": "object", "properties": {"text": {"type": "string", "pattern": "("}}}
    pocket.write(tmp_path, spec=spec)
    with pytest.raises(SpecError, match=r"pocket\.yaml: "):
        load_document("pocket.yaml", tmp_path)


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    pocket.write(tmp_path)
    assert load_document("pocket.yaml", tmp_path)["info"]["title"] == "Pocket"


def test_an_unknown_scenario_offers_what_there_is() -> None:
    with pytest.raises(ScenarioError, match="did you mean 'documents'"):
        scenario.load("document", ["pocket"])


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("scenario.yaml", "titel: x", "unknown key 'titel'"),
        ("scenario.yaml", "seed: many", "whole number"),
        ("scenario.yaml", "a: [", "not YAML"),
        ("pocket.yaml", "- a", "expected a mapping"),
        ("pocket.yaml", "colour: red", "unknown key"),
        ("pocket.yaml", "a: &a 1\nb: [" + "*a," * 60 + "1]", "aliases"),
        ("pocket.yaml", "!!python/object:os.system {}", "not YAML"),
    ],
)
def test_a_broken_scenario_is_refused_by_file_and_reason(
    tmp_path: Path, make_kit: Callable[..., Kit], name: str, text: str, says: str
) -> None:
    pocket.write(tmp_path)
    (tmp_path / "scene" / name).write_text(text)
    with pytest.raises(ScenarioError, match=says) as caught:
        Kit(str(tmp_path / "scene"), specs=tmp_path, systems=[pocket.SYSTEM])
    assert name in str(caught.value)


def test_a_file_whose_name_is_almost_a_systems_is_told_apart(tmp_path: Path) -> None:
    pocket.write(tmp_path)
    (tmp_path / "scene" / "pocket.yaml").rename(tmp_path / "scene" / "pockett.yaml")
    with pytest.raises(ScenarioError, match=r"pockett.yaml.*did you mean pocket.yaml"):
        scenario.load(str(tmp_path / "scene"), ["pocket"])


def test_dates_and_amounts_of_a_scenario_stay_exact(tmp_path: Path) -> None:
    from decimal import Decimal

    pocket.write(tmp_path)
    (tmp_path / "scene" / "pocket.yaml").write_text("notes: [2026-01-05, 12.10, 7, 1e3]")
    loaded = scenario.load(str(tmp_path / "scene"), ["pocket"])
    assert loaded.sections["pocket"]["notes"] == ["2026-01-05", Decimal("12.10"), 7, "1e3"]
