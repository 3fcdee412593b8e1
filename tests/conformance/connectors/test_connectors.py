"""Are the connectors that prove the suite what they say: all there, small, and made of nothing but a language?"""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ixconform.judge import PROPERTIES
from ixconform.profile import profiles

HERE = Path(__file__).parent
NODE = HERE / "node" / "connector.mjs"
OURS = sorted(path.stem for path in HERE.glob("*.py") if not path.name.startswith("test_"))


def listed(kind: str) -> dict[str, dict[str, list[str]]]:
    run = subprocess.run(
        [sys.executable, str(HERE / f"{kind}.py"), "--list"], capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout)


@pytest.mark.parametrize("name", OURS)
def test_a_connector_needs_nothing_but_python(name: str) -> None:
    tree = ast.parse((HERE / f"{name}.py").read_text("utf-8"))
    named = {each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names}
    named |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    foreign = {each.partition(".")[0] for each in named} - set(sys.stdlib_module_names) - set(OURS)
    assert not foreign


def test_the_node_connector_needs_nothing_but_node() -> None:
    text = NODE.read_text("utf-8")
    assert re.findall(r'from "([^"]+)"', text) == ["node:fs"]
    assert "require(" not in text
    assert len(text.splitlines()) < 400, "it is to be read in one sitting"


def test_all_25_mistakes_are_there_each_with_a_name_that_exists() -> None:
    mutants, unlisted = listed("mutants"), listed("unlisted")
    assert sorted(mutants) == [f"M{number:02}" for number in range(1, 26)]
    assert len(unlisted) >= 5, "the suite is not made for the list alone"
    for code, facts in {**mutants, **unlisted}.items():
        assert facts["mistake"], code
        assert facts["named"], code
        assert set(facts["named"]) <= set(PROPERTIES), code
        assert {f"ixpole-{profile}" for profile in facts["profiles"]} <= set(profiles()), code


def test_a_variant_says_what_it_does_differently() -> None:
    variants = listed("variants")
    assert len(variants) >= 12
    for code, facts in variants.items():
        assert facts["what"], code
        assert {f"ixpole-{profile}" for profile in facts["profiles"]} <= set(profiles()), code


@pytest.mark.parametrize("command", ["python", "node"])
def test_what_is_missing_is_said_and_is_no_traceback(command: str, tmp_path: Path) -> None:
    if command == "node" and shutil.which("node") is None:
        pytest.skip("no Node here")
    program = (
        [sys.executable, str(HERE / "connector.py")]
        if command == "python"
        else ["node", str(NODE), "silvasoft"]
    )
    found = str(Path(shutil.which("node") or "/usr/bin/node").parent)
    run = subprocess.run(program, env={"PATH": found}, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert re.search("the environment variable '?IXKIT_[A-Z_]+'? is missing", run.stderr)
    assert "Traceback" not in run.stderr
