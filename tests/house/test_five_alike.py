"""Do the systems look alike? Who knows one of them finds the way in all: the same file names for the same jobs."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path
from types import ModuleType

import pytest

from ixmocks.engine.document import load_document, load_rules
from ixmocks.engine.system import System
from ixmocks.systems import SYSTEMS

ROOT = Path(__file__).parents[2]
MOCKS = ROOT / "mocks" / "ixmocks"
NAMES = [system.name for system in SYSTEMS]
CORE = (
    "README.md", "__init__.py", "actions.py", "credentials.py", "desk.py", "envelope.py", "handlers.py", "money.py",
    "rules.py", "seed.py", "state.py",
)  # fmt: skip
"""The files that docs/adding-a-system.md asks for, each with the same job everywhere."""
ALMOST = {
    "action.py", "auth.py", "codes.py", "data.py", "errors.py", "handler.py", "initial.py", "rule.py", "seeds.py",
    "states.py", "world.py",
}  # fmt: skip
"""Names under which one of the core jobs might hide."""
SECTIONS = ("Modelled", "Inferred", "Left out")
FIRST_TESTS = ("test_rules.py", "test_seed.py")
ROOMS = {"ixpole": "sources"}
"""Where the bridge's module of a system lies; the others are targets."""

each_system = pytest.mark.parametrize("name", NAMES)


def module(name: str, part: str = "") -> ModuleType:
    return importlib.import_module(f"ixmocks.{name}{part and '.' + part}")


def test_five_are_served() -> None:
    assert NAMES == ["ixpole", "silvasoft", "riverty", "telecomx", "crmcom"]


def test_every_folder_with_rules_is_served() -> None:
    assert sorted(path.parent.name for path in MOCKS.glob("*/rules.py")) == sorted(NAMES)


@each_system
def test_a_system_has_the_core_files_under_the_usual_names(name: str) -> None:
    there = {path.name for path in (MOCKS / name).iterdir() if path.is_file()}
    assert set(CORE) <= there
    assert not ALMOST & there


@each_system
def test_a_folder_holds_files_and_nothing_deeper(name: str) -> None:
    assert [
        path.name for path in (MOCKS / name).iterdir() if path.is_dir() and path.name != "__pycache__"
    ] == []


@each_system
def test_every_file_opens_with_the_question_that_it_answers(name: str) -> None:
    for path in sorted((MOCKS / name).glob("*.py")):
        told = ast.get_docstring(ast.parse(path.read_text("utf-8")))
        assert told and len(told) > 20, path.name
        if path.name != "__init__.py":
            assert "?" in told.split("\n\n")[0], path.name


@each_system
def test_the_core_files_hold_what_their_names_say(name: str) -> None:
    system: System = module(name).SYSTEM
    assert system.name == name
    assert system.handlers is module(name, "handlers")
    assert system.actions is module(name, "actions").ACTIONS and system.actions
    assert system.refuse is module(name, "envelope").refuse
    of_seed = module(name, "seed")
    assert system.load is of_seed.load
    assert type(system.load({}, 7)) is module(name, "state").State
    in_credentials = vars(module(name, "credentials")).values()
    assert {system.credentials, system.credential_of, system.admit, system.sign_in} <= {
        each for each in in_credentials if callable(each)
    }


@each_system
def test_every_operation_has_a_handler_and_every_action_a_rule_of_the_desk_or_near_it(name: str) -> None:
    document = load_document(f"{name}.yaml")
    operations = {
        operation["operationId"]
        for path in document["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict) and "operationId" in operation
    }
    handlers = vars(module(name, "handlers"))
    snake = {re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation).lower() for operation in operations}
    assert snake <= handlers.keys()
    for action in module(name).SYSTEM.actions.values():
        assert getattr(action.rule, "__module__", "").startswith(f"ixmocks.{name}.")


@each_system
def test_a_readme_has_the_usual_sections(name: str) -> None:
    text = (MOCKS / name / "README.md").read_text("utf-8")
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert set(SECTIONS) <= set(headings)
    assert any("scenario" in heading.lower() for heading in headings)


@each_system
def test_contract_and_rule_book_come_as_a_pair(name: str) -> None:
    assert load_document(f"{name}.yaml")["openapi"].startswith("3.0")
    codes = load_rules(f"{name}.rules.yaml").rules
    assert len({code.partition("-")[0] for code in codes}) == 1, "one prefix for all rules of a system"


@each_system
def test_the_scenario_of_the_documents_has_its_part(name: str) -> None:
    assert (MOCKS / "scenarios" / "documents" / f"{name}.yaml").is_file()


@each_system
def test_a_system_has_the_usual_tests(name: str) -> None:
    there = {path.name for path in (ROOT / "tests" / "mocks" / name).glob("test_*.py")}
    assert set(FIRST_TESTS) <= there


@each_system
def test_the_bridge_has_one_module_under_the_same_name(name: str) -> None:
    room = ROOT / "bridge" / "ixbridge" / ROOMS.get(name, "targets")
    assert (room / f"{name}.py").is_file()


def test_the_bridge_has_no_module_of_a_system_that_is_not_mocked() -> None:
    there = {
        path.stem.partition("_")[0]  # riverty_notices is riverty's
        for room in ("sources", "targets")
        for path in (ROOT / "bridge" / "ixbridge" / room).glob("*.py")
        if path.stem.strip("_") != "init"
    }
    assert there <= set(NAMES)
