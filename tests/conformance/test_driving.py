"""Does a run as somebody else leave the connector as it was? Its session, its time, and where its notifications go."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ixconform import driving
from ixconform.drivers.driver import Surroundings


class Session:
    def __init__(self, around: Surroundings) -> None:
        self.env, self.closed = around.env, False

    def close(self) -> None:
        self.closed = True


class Driver:
    def __init__(self) -> None:
        self.opened: list[Session] = []

    def open(self, around: Surroundings) -> Session:
        self.opened.append(Session(around))
        return self.opened[-1]


class Connector(driving.Connector):
    """Runs take no time and need no world."""

    fails = False

    def run(self) -> None:
        self.env["IXKIT_NOW"] = f"run {self.step}"
        if self.fails:
            raise RuntimeError("the run broke")


@pytest.fixture
def connector(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Connector:
    def around(stage: Any, case: Any, place: Any, store: Path, ear: Any) -> Surroundings:
        ear.onward = f"http://127.0.0.1/{place}"
        return Surroundings(env={"IXKIT_NOW": "start"}, folder=store, secrets={}, world="w")

    monkeypatch.setattr(driving, "surroundings", around)
    stage = SimpleNamespace(driver=Driver())
    scene = SimpleNamespace(stage=stage, case=None, place="mine", ear=SimpleNamespace(onward=""))
    return Connector(scene, tmp_path)  # type: ignore[arg-type]


@pytest.mark.parametrize("fails", [False, True])
def test_after_a_run_as_somebody_else_all_is_as_before(connector: Connector, fails: bool) -> None:
    mine, other = connector.session, Driver()
    connector.fails = fails
    connector.step = 1
    try:
        connector.run_as(other, "other")  # type: ignore[arg-type]
    except RuntimeError:
        assert fails
    (elsewhere,) = other.opened
    assert (elsewhere.closed, elsewhere.env["IXKIT_NOW"]) == (True, "run 1")
    assert connector.session is mine
    assert connector.scene.ear is not None
    assert connector.scene.ear.onward == "http://127.0.0.1/mine"
    connector.fails = False
    connector.step = 2
    connector.run()
    assert mine.env["IXKIT_NOW"] == "run 2"  # type: ignore[attr-defined]
