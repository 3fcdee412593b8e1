"""Is docs/adding-a-system.md true? A copy of the repository gets the invented system Pocketbook, step by step."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from house.test_five_alike import CORE

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "adding-a-system.md"
FILES = ROOT / "tests" / "support" / "pocketbook"
COPIED = ("mocks", "bridge", "specs", "tests", "docs", "pyproject.toml", "README.md", "Makefile", "LICENSE")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "node_modules", ".hypothesis", "bench")

SIGNED = """\
def _pocketbook(transport: Transport, clock: Clock, given: Given) -> Auth:
    return ApiKey({"X-Pocket-Key": given["key"]})


"""
LINES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "mocks/ixmocks/systems.py": (
        (r"^from ixmocks\.riverty import", "from ixmocks.pocketbook import SYSTEM as POCKETBOOK\n\\g<0>"),
        (r"^(SYSTEMS: .* = \(.*)\)$", "\\1, POCKETBOOK)"),
    ),
    "bridge/ixbridge/shell/systems.py": (
        (r"^from ixbridge\.targets import crmcom", "\\g<0>, pocketbook"),
        (r"^def _telecomx", f"{SIGNED}\\g<0>"),
        (r"^( +)Connection\(crmcom\.TARGET.*\n", "\\g<0>\\1Connection(pocketbook.TARGET, pocketbook, _pocketbook),\n"),
    ),
    "bridge/ixbridge/shell/cli.py": ((r"^(TARGETS = \(.*)\)$", "\\1, \"pocketbook\")"),),
    "pyproject.toml": ((r'"ixmocks\.telecomx", "ixmocks\.crmcom"', "\\g<0>, \"ixmocks.pocketbook\""),),
    "tests/house/test_five_alike.py": ((r'(NAMES == \[.*)\]$', "\\1, \"pocketbook\"]"),),
}  # fmt: skip
"""Step 8 and step 9: the few lists that know systems by name, and what is put in there."""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy in which the ten steps were followed."""
    for name in COPIED:
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, tmp_path / name, ignore=LEFT_OUT)
        else:
            shutil.copy(path, tmp_path / name)
    for room in ("mocks", "specs", "bridge", "tests"):
        shutil.copytree(FILES / room, tmp_path / room, dirs_exist_ok=True, ignore=LEFT_OUT)
    for name, changes in LINES.items():
        text = (tmp_path / name).read_text("utf-8")
        for pattern, put in changes:
            text, times = re.subn(pattern, put, text, flags=re.MULTILINE)
            assert times, f"{name} has no line {pattern!r}: change the page and this test together"
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def run(house: Path, *arguments: str) -> str:
    rooms = os.pathsep.join(str(house / room) for room in ("mocks", "bridge"))
    env = {**os.environ, "PYTHONPATH": rooms, "HYPOTHESIS_PROFILE": "dev"}
    env.pop("PYTEST_ADDOPTS", None)
    done = subprocess.run(
        [sys.executable, *arguments], cwd=house, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


def passing(house: Path, *paths: str, only: str) -> int:
    """How many tests of the copy passed."""
    told = run(house, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *paths, "-k", only)
    passed = re.search(r"(\d+) passed", told)
    assert passed, told
    return int(passed[1])


@pytest.mark.long
def test_the_sixth_system_is_like_the_five_and_the_bridge_books_in_it(house: Path) -> None:
    of_its_own = ("tests/mocks/pocketbook", "tests/simulation/test_pocketbook.py")
    names = "pocketbook or five_are_served or is_served"
    assert passing(house, *of_its_own, "tests/house/test_five_alike.py", only=names) > 15


@pytest.mark.long
def test_the_sixth_system_keeps_its_contract_and_its_rules(house: Path) -> None:
    assert passing(house, "tests/specs", only="pocketbook or PBK") > 50
    assert passing(house, "tests/contract", only="bounded and pocketbook") == 1


@pytest.mark.long
def test_the_sixth_system_is_typed_keeps_the_arrows_and_can_be_configured(house: Path) -> None:
    run(house, "-m", "mypy", "--strict", "mocks/ixmocks/pocketbook", "bridge/ixbridge/targets/pocketbook.py")
    run(house, "-c", "from importlinter.cli import lint_imports_command as lint; lint()")
    assert "pocketbook" in run(house, "-m", "ixmocks.cli", "bridge", "example", "--target", "pocketbook")


# ---- the page ------------------------------------------------------------------------------------


def steps() -> list[str]:
    return re.split(r"^## ", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]


def test_the_page_has_ten_steps() -> None:
    numbered = [step.partition(" ")[0] for step in steps() if step[0].isdigit()]
    assert numbered == [f"{number}." for number in range(1, 11)]


def test_the_page_names_every_core_file_and_every_list_that_is_changed() -> None:
    text = PAGE.read_text("utf-8")
    names = {name for name in (*CORE, *(Path(path).name for path in LINES)) if f"{name}`" not in text}
    assert names == set()


def test_every_file_of_the_repository_that_the_page_names_is_there() -> None:
    named = re.findall(r"`((?:mocks|bridge|specs|tests|docs|tools)/[\w./-]+)`", PAGE.read_text("utf-8"))
    assert named and [path for path in named if not (ROOT / path).exists()] == []
