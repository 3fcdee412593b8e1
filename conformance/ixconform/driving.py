"""How is the connector driven in a world? Its runs are begun, watched, held up or stopped, and written down."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ixconform.control import Place
from ixconform.drivers.driver import Driver, Going, Session
from ixconform.gathering import Span
from ixconform.history import REQUESTS_MAX, Run
from ixconform.placing import surroundings, without
from ixconform.scene import Scene

LOOK_S = 0.5
STILL_S = 2.0
"""Who asks nothing for so long waits for something."""


class Connector:
    """The connector of one world, with all of its runs, on one store."""

    def __init__(self, scene: Scene, store: Path) -> None:
        self.scene, self.store = scene, store
        self.runs: list[Run] = []
        self.spans: list[Span] = []
        self.fresh: list[Any] = []
        """The events of the last run."""
        self.step = 0
        """The step of the case that is being played."""
        self.env: dict[str, str] = {}
        self.session = self._opened(scene.stage.driver, scene.place)

    def close(self) -> None:
        self.session.close()

    def run(self) -> None:
        """One run, to its end."""
        self.finish(self.begin())

    def run_as(self, driver: Driver, place: Place) -> None:
        """One run in a session of its own, on the same store."""
        mine, env, ear = self.session, self.env, self.scene.ear
        onward = "" if ear is None else ear.onward
        self.session = self._opened(driver, place)
        try:
            self.run()
        finally:
            self.session.close()
            self.session, self.env = mine, env
            if ear is not None:
                ear.onward = onward

    def begin(self) -> Going:
        self.env["IXKIT_NOW"] = self.scene.read_clock()
        going = self.session.begin()
        if self.scene.ear is not None:
            self.scene.ear.pass_on()
        return going

    def finish(self, going: Going) -> None:
        """Waits for the end of a run, and stops one that asks for ever or takes too long."""
        began, ended, asked = time.monotonic(), "exit", 0
        while not going.wait(LOOK_S):
            found, _ = self.scene.control.events(self.scene.world, self.scene.cursor)
            before, asked = asked, len(found)
            if asked != before:
                going.stirred(idle_polls(found))
            if asked > REQUESTS_MAX:
                ended = "loop"
                break
            if time.monotonic() - began > self.scene.stage.run_limit_s:
                ended = "timeout"
                break
        self.ended(going, ended)

    def ended(self, going: Going, how: str) -> None:
        """Writes a run down."""
        end, scene = going.finish(), self.scene
        self.fresh, last = scene.control.events(scene.world, scene.cursor)
        number = len(self.runs) + 1
        self.spans.append((scene.cursor + 1, last, number))
        scene.cursor = last
        self.runs.append(
            Run(
                number=number,
                ended="quiet" if end.quiet and how == "exit" else how,
                code=end.code,
                seconds=end.seconds,
                output=without(end.output, scene.place.secrets),
                output_bytes=end.output_bytes,
                leaked=end.leaked,
                left_behind=end.left_behind,
                calls=end.calls,
                step=self.step,
            )
        )

    def held(self, going: Going) -> Any:
        """The exchange that waits, or None when the run has ended without one."""
        for _ in range(int(self.scene.stage.run_limit_s / LOOK_S)):
            found = self.scene.control.held(self.scene.world, timeout=LOOK_S)
            if found:
                return found[0]
            if going.wait(0):
                return None
        return None

    def until_still(self, going: Going) -> None:
        """Until it has ended or asks nothing more: it may well wait for the other one to end."""
        last, since, began = self.scene.cursor, time.monotonic(), time.monotonic()
        while not going.wait(LOOK_S) and time.monotonic() - began < self.scene.stage.run_limit_s:
            now = self.scene.last()
            if now != last:
                last, since = now, time.monotonic()
            elif time.monotonic() - since > STILL_S:
                return

    @property
    def wrote(self) -> bool:
        """Whether the last run changed something in a system, as far as the kit may look."""
        return any(map(self._writes, self.fresh))

    def _writes(self, event: Mapping[str, Any]) -> bool:
        traits = self.scene.traits
        if traits.unseen and event["system"] != "ixpole":
            return False
        own = (
            event["changed"]
            and not event["operation"].startswith("act:")
            and event["method"] not in ("HOOK", "GET")
        )
        return own and event["system"] != "control" and event["operation"] not in traits.registers

    def _opened(self, driver: Driver, place: Place) -> Session:
        scene = self.scene
        around = surroundings(scene.stage, scene.case, place, self.store, scene.ear)
        self.env = dict(around.env)
        return driver.open(replace(around, env=self.env))


def idle_polls(events: Sequence[Mapping[str, Any]]) -> int:
    """How many polls have come and gone since something changed, but for the last: equal questions for instalments;
    where nothing at all is answered well, as with wrong credentials, equal requests."""
    asked: Counter[tuple[str, str]] = Counter()
    barred = all(each["status"] >= 400 for each in events)
    for each in events:
        if each["changed"]:
            asked.clear()
        elif barred or each["operation"] == "getInstalments":
            asked[each["operation"], each["query"]] += 1
    return max(asked.values(), default=1) - 1
