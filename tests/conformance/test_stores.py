"""Does it show where a connector keeps its store? An upgrade that forgets, and a store that outlives its world."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ixconform.control import Control
from ixconform.data import Case
from ixconform.drivers.command import CommandDriver
from ixconform.judge import judge
from ixconform.play import play
from ixconform.profile import Claims, profile_of
from ixconform.runner import Runner
from ixconform.scenarios.asked import Asked, Omitted
from ixconform.scenarios.catalogue import SCENARIOS
from ixconform.server import serving
from ixconform.stage import Stage
from ixconform.systems.registry import target_of
from ixconform.wish import Wish

CONNECTORS = Path(__file__).parent / "connectors"
CONNECTOR = [sys.executable, str(CONNECTORS / "connector.py")]
FORGETFUL = """
import os, runpy, sys
store = os.environ["IXKIT_STATE_PATH"] + "/new"
os.makedirs(store, exist_ok=True)
os.environ["IXKIT_STATE_PATH"] = store
sys.path.insert(0, os.path.dirname(sys.argv[1]))
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
ELSEWHERE = """
import os, runpy, sys
os.environ["IXKIT_STATE_PATH"] = sys.argv[1]
sys.path.insert(0, os.path.dirname(sys.argv[2]))
sys.argv = sys.argv[2:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
OPTIONS = ["--target", "silvasoft", "--mode", "direct"]


@pytest.fixture(scope="module")
def control() -> Iterator[Control]:
    with serving() as there:
        yield there


PROFILE = profile_of("ixpole-silvasoft-direct")


def stage_of(control: Control, *command: str) -> Stage:
    return Stage(
        control=control, driver=CommandDriver([*command, *OPTIONS]), before=CommandDriver([*CONNECTOR, *OPTIONS]),
        target=target_of("silvasoft"), profile=PROFILE.name, mode=PROFILE.mode, readings={"SILV-31": "none"},
    )  # fmt: skip


def cases_of(id: str) -> list[Case]:
    scenario = next(each for each in SCENARIOS if each.id == id)
    made = scenario.cases(Asked(profile=PROFILE, claims=Claims(), upgrades=True))
    assert not isinstance(made, Omitted)
    return made


def upgraded(control: Control, *command: str) -> set[str]:
    """The properties that fail when this command takes over from the right connector."""
    stage = stage_of(control, *command)
    history = play(stage, cases_of("C-076")[0])
    assert len([each for each in history.moments if "previous version" in each.text]) == 2
    return {each.code for each in judge(history, stage.target, Claims()) if each.kind == "fail"}


@pytest.mark.long
def test_a_version_that_knows_what_was_done_goes_on(control: Control) -> None:
    assert upgraded(control, *CONNECTOR) == set()


@pytest.mark.long
def test_a_version_that_forgets_what_was_done_books_again(control: Control) -> None:
    assert "P-ONE" in upgraded(control, sys.executable, "-c", FORGETFUL, str(CONNECTORS / "connector.py"))


class Silent:
    """Nobody watches."""

    def level(self, number: int, name: str, *, checks: int = 0) -> None: ...
    def at(self, text: str) -> None: ...
    def check(self, check: object) -> None: ...
    def end(self) -> None: ...


@pytest.mark.long
def test_a_store_that_outlives_its_world_is_found_by_the_second_world(
    control: Control, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    store.mkdir()
    command = [sys.executable, "-c", ELSEWHERE, str(store), str(CONNECTORS / "connector.py")]
    wish = Wish(
        profile=PROFILE,
        claims=Claims(),
        level=1,
        only=("C-003",),
        jobs=1,
        shrinks=False,
        cases=tmp_path / "cases",
    )
    result = Runner(stage_of(control, *command), wish, Silent()).run()
    verdicts = {each.code: each.verdict.value for each in result.checks}
    assert verdicts["P-ISO"] == "fail", verdicts
