"""Does what we ship hold everything it needs: contracts, scenarios, and commands that exist?"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ASK = """
from ixmocks.engine.document import SPECS
from ixmocks.engine.scenario import names
print(SPECS, *names())
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("ixkit-*.whl")
    return path


def asked(at: Path) -> list[str]:
    """What a Python that finds ixmocks in this folder says: its contracts' folder, and its scenarios."""
    run = subprocess.run(
        [sys.executable, "-c", ASK], cwd=at, env=os.environ | {"PYTHONPATH": str(at)}, check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    return run.stdout.split()


def test_a_wheel_holds_contracts_and_scenarios(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    specs, *scenarios = asked(tmp_path)
    assert Path(specs) == tmp_path / "ixmocks" / "specs"
    assert sorted(os.listdir(specs)) == sorted(path.name for path in (ROOT / "specs").iterdir())
    assert scenarios == sorted(
        path.parent.name for path in ROOT.glob("mocks/ixmocks/scenarios/*/scenario.yaml")
    )


def test_a_wheel_holds_no_tests_and_no_tools(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        rooms = {name.split("/")[0] for name in archive.namelist()}
    modules = {room for room in rooms if not room.endswith(".dist-info")}
    assert modules == {"ixmocks", "ixcheck", "ixpytest", "ixbridge", "ixconform"}


def test_a_checkout_reads_the_contracts_where_they_are_edited() -> None:
    assert Path(asked(ROOT / "mocks")[0]) == ROOT / "specs"


def test_every_command_can_be_loaded() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    points = [*project["scripts"].values(), *project["entry-points"]["ixkit.commands"].values()]
    for point in points:
        module, _, name = point.partition(":")
        subprocess.run(
            [sys.executable, "-c", f"import {module}; assert callable({module}.{name})"], check=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "mocks"), str(ROOT / "bridge")])},
        )  # fmt: skip


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_pins_by_hash_and_names_no_host(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    pins = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert pins
    assert all("==" in pin and pin.endswith("\\") for pin in pins)
    assert "://" not in text


@pytest.mark.parametrize("room", ["lint", "peers"])
def test_an_npm_lock_pins_by_hash_and_names_no_host(room: str) -> None:
    text = (ROOT / "tools" / room / "package-lock.json").read_text("utf-8")
    assert '"integrity"' in text
    assert '"resolved"' not in text
