"""Do the pages of docs/ say what the contracts say, do they find what they include, and is none left out?"""

from __future__ import annotations

import re
import runpy
from functools import cache
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
MADE = ("modelled", "rules", "control-api", *(f"rules-{each}" for each in
        ("ixpole", "silvasoft", "riverty", "telecomx", "crmcom")))  # fmt: skip


@cache
def generated() -> dict[str, str]:
    pages: dict[str, str] = runpy.run_path(str(ROOT / "tools" / "docs_pages.py"))["pages"]()
    return pages


@pytest.mark.parametrize("name", MADE)
def test_a_page_is_what_its_generator_makes(name: str) -> None:
    file = DOCS / f"{name}.md"
    assert file.read_text("utf-8") == generated()[file.name], "run `python tools/docs_pages.py`"


def test_each_generated_page_is_looked_at() -> None:
    assert set(generated()) == {f"{name}.md" for name in MADE}


def test_each_recipe_is_in_the_cookbook_and_the_other_way_round() -> None:
    included = re.findall(r'^--8<-- "(tests/cookbook/.*)"$', (DOCS / "cookbook.md").read_text(), re.MULTILINE)
    recipes = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "cookbook").glob("test_*.py"))
    assert included == recipes
    assert len(recipes) >= 10


def test_each_page_can_be_reached() -> None:
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"]
    assert set(_leaves(nav)) == {page.name for page in DOCS.glob("*.md")}


def test_each_link_to_a_rule_finds_it() -> None:
    for page in DOCS.glob("*.md"):
        for file, anchor in re.findall(r"\((rules-\w+\.md)#([\w-]+)\)", page.read_text("utf-8")):
            assert f"{{ #{anchor} }}" in (DOCS / file).read_text("utf-8"), f"{page.name}: {file}#{anchor}"


def _leaves(nav: object) -> list[str]:
    if isinstance(nav, list):
        return [leaf for each in nav for leaf in _leaves(each)]
    if isinstance(nav, dict):
        return [leaf for each in nav.values() for leaf in _leaves(each)]
    return [str(nav)]
