"""How is a case played? Makes a world, drives the connector through the steps, and gathers the history.

Nothing is judged here, and nobody sleeps: a run is over when the process is, and what happened is in the journal.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from itertools import count
from pathlib import Path
from typing import Any

from ixconform.data import Case, Step
from ixconform.driving import Connector
from ixconform.ear import Ear
from ixconform.filling import fill
from ixconform.gathering import books_of, exchanges_of
from ixconform.history import History
from ixconform.people import people_do
from ixconform.placing import spoiled
from ixconform.scene import Scene
from ixconform.stage import Stage
from ixconform.systems import ixpole

SETTLE_MIN, SETTLE_SPARE, SETTLE_MAX = 6, 4, 24
"""Runs until it must rest: one for each instalment and a few more, as booking one a run is allowed, within bounds."""
STORE = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""Processes are killed here, not machines: a store in memory is as good as one on a disk, and fast."""
KILLED_AT = {"received": "before it is handled", "after_commit": "after commit, before the answer"}
_names = count(1)
_naming = threading.Lock()


def play(stage: Stage, case: Case) -> History:
    """The history of a case. Raises ControlError or StartError where nothing could be played."""
    with ExitStack() as after:
        folder = after.enter_context(
            tempfile.TemporaryDirectory(prefix="ixkit-conform-", dir=STORE, ignore_cleanup_errors=True)
        )
        store, heard = Path(folder) / "store", Path(folder) / "heard"
        store.mkdir()
        heard.mkdir()
        readings = {**stage.readings, **case.readings}
        place = stage.control.create(_name(), clock=case.clock, seed=case.seed, readings=readings)
        if not stage.keep:
            after.callback(stage.control.delete, place.name)
        ear = after.enter_context(closing(Ear(heard))) if stage.target.traits.posts else None
        scene = Scene(stage, case, place, ear)
        connector = after.enter_context(closing(Connector(scene, store)))
        fill(stage, case, place, ear.url if ear is not None else "")
        scene.catch_up()
        if case.running:
            stage.control.clock(place.name, mode="running")
        return Player(scene, connector).played()


def settling(backlog: int) -> int:
    """How many runs a connector may take to come to rest, for so many instalments."""
    return min(max(SETTLE_MIN, backlog + SETTLE_SPARE), SETTLE_MAX)


class Player:
    """One case's steps, one after the other: what each has the connector and the world do."""

    def __init__(self, scene: Scene, connector: Connector) -> None:
        self.scene, self.connector = scene, connector
        self.stage, self.case = scene.stage, scene.case
        self.control, self.world, self.traits = scene.control, scene.world, scene.traits
        self._steps: dict[str, Callable[[Step], None]] = {
            "trigger": self._trigger, "settle": self._settle, "advance": self._advance, "clock": self._clock,
            "fault": self._fault, "calm": self._calm, "people": self._people, "act": self._act, "add": self._add,
            "wipe": self._wipe, "kill": self._kill, "both": self._both, "meanwhile": self._meanwhile,
        }  # fmt: skip

    def played(self) -> History:
        problem = self._steps_all()
        shelf = ixpole.shelf(self.control.state(self.world, "ixpole"))
        return History(
            case=self.case,
            exchanges=exchanges_of(self.stage, self.world, self.connector.spans),
            runs=tuple(self.connector.runs),
            books=books_of(self.stage, self.world),
            shelf=shelf,
            moments=tuple(self.scene.moments),
            notes=tuple(self.scene.notes),
            problem=problem,
        )

    def _steps_all(self) -> str:
        runs = self.connector.runs
        for at, step in enumerate(self.case.steps):
            self.connector.step = at
            self._steps[step.kind](step)
            if runs and runs[-1].ended in ("timeout", "loop"):
                return f"run {runs[-1].number} did not end: {runs[-1].ended}"
        return ""

    # --- the connector works

    def _trigger(self, step: Step) -> None:
        if step.args.get("wrong_key"):
            self.scene.moment("note", "the secrets that the connector gets are wrong")
            self.connector.run_as(self.stage.driver, spoiled(self.scene.place))
        elif step.args.get("previous"):
            assert self.stage.before is not None
            self.scene.moment("note", "the connector's previous version is at work")
            self.connector.run_as(self.stage.before, self.scene.place)
        else:
            self.connector.run()

    def _settle(self, step: Step) -> None:
        """Triggers until one writes nothing, as a scheduler would; a connector that never rests is stopped."""
        connector, ear = self.connector, self.scene.ear
        wrote = False
        kill: Mapping[str, Any] = step.args.get("kill") or {"turn": -1}
        for turn in range(int(step.args.get("most") or self._patience())):
            if turn == kill["turn"]:
                self._kill(Step("kill", dict(kill)))
            else:
                self._trigger(step)
            if connector.runs[-1].ended not in ("exit", "quiet", "killed"):
                return
            wrote = connector.wrote
            came = self._pass()
            struck = any(
                each["fault"] for each in connector.fresh
            )  # what it could not do, it does the next time
            unheard = ear is not None and ear.waits
            if not (wrote or came or struck or unheard or turn <= kill["turn"] or self.scene.backlog()):
                return
        if not wrote:
            return
        self.scene.notes.append(
            f"never at rest: run {len(connector.runs)} wrote again, with nothing new to do"
        )

    def _patience(self) -> int:
        """Where each verdict is waited for, an instalment takes more runs than one."""
        return settling(len(self.case.data.instalments)) * (2 if self.traits.posts else 1)

    def _pass(self) -> bool:
        """Time passes, in which a target that posts its verdicts does so. Whether anything came."""
        if self.scene.ear is None or not self.traits.pulse:
            return False
        return self.scene.advance(self.traits.pulse)

    def _kill(self, step: Step) -> None:
        """One run that is killed when its nth request is at a place: `received`, before anything is done with it;
        `after_commit`, when all is done but the answer."""
        nth = int(step.args["nth"])
        where = {"system": "ixpole"} if self.traits.unseen else {}  # elsewhere nobody could see it
        self.control.arm(self.world, {"place": step.args["place"], "harm": "hold", "nth": nth, **where})
        going = self.connector.begin()
        held = self.connector.held(going)
        if held is not None:
            self.scene.moment("kill", f"killed at {held['operation']}, {KILLED_AT[step.args['place']]}")
            going.kill()
            self.control.release(self.world, held["id"], "drop")
        else:
            self.scene.notes.append(f"request {nth} never came, so nothing was killed")
        self.connector.ended(going, "killed" if held is not None else "exit")
        self.control.disarm(self.world)
        self.scene.catch_up()

    def _both(self, step: Step) -> None:
        """Two instances at the same time, on one store; where it says `at`, the first is held up there for so long that
        the second does all that it would do."""
        connector = self.connector
        if "at" in step.args:
            self.control.arm(self.world, {**step.args["at"], "harm": "hold"})
        first = connector.begin()
        held = connector.held(first) if "at" in step.args else None
        second = connector.begin()
        if held is not None:
            self.scene.moment(
                "note", f"a second instance starts while the first waits at {held['operation']}"
            )
            connector.until_still(second)
            self.control.release(self.world, held["id"], "continue")
        elif "at" in step.args:
            self.scene.notes.append("the request that was waited for never came")
        self.control.disarm(self.world)
        connector.finish(first)
        connector.finish(second)

    def _meanwhile(self, step: Step) -> None:
        """Something happens in a system while a request is on its way."""
        self.control.arm(self.world, {**step.args["at"], "harm": "hold"})
        going = self.connector.begin()
        held = self.connector.held(going)
        if held is not None:
            self.scene.moment("note", f"meanwhile, at {held['operation']}:")
            self._meant(step)
            self.control.release(self.world, held["id"], "continue")
        else:
            self.scene.notes.append("the request that was waited for never came")
        self.control.disarm(self.world)
        self.connector.finish(going)

    def _meant(self, step: Step) -> None:
        if "add" in step.args:
            self.scene.add(step.args["add"])
        else:
            self.scene.do(step.args["system"], (step.args["action"], step.args["params"]))

    # --- the world around it changes

    def _advance(self, step: Step) -> None:
        self.scene.moment("clock", f"{step.args['by']} pass")
        self.scene.advance(step.args["by"])
        self.scene.catch_up()

    def _clock(self, step: Step) -> None:
        self.scene.moment("clock", "the clock jumps to " + step.args["set"])
        self.scene.jump(step.args["set"])
        self.scene.catch_up()

    def _fault(self, step: Step) -> None:
        self.control.arm(self.world, step.args)
        self.scene.catch_up()

    def _calm(self, step: Step) -> None:
        self.control.disarm(self.world)
        self.scene.catch_up()

    def _people(self, step: Step) -> None:
        people_do(self.scene, step.args["what"], step.args.get("code"))

    def _act(self, step: Step) -> None:
        self.scene.do(step.args["system"], (step.args["action"], step.args["params"]))
        self.scene.carry()
        self.scene.catch_up()

    def _add(self, step: Step) -> None:
        self.scene.add(step.args["code"])

    def _wipe(self, step: Step) -> None:
        """The connector's own store is lost."""
        self.scene.moment("note", "the connector's store is lost")
        for entry in sorted(self.connector.store.rglob("*"), reverse=True):
            entry.rmdir() if entry.is_dir() and not entry.is_symlink() else entry.unlink()


def _name() -> str:
    with _naming:
        return f"case-{os.getpid()}-{next(_names)}"
