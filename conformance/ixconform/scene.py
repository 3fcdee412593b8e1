"""What goes on in a world while a case is played there? What the kit does, how time passes, and what is noted of it."""

from __future__ import annotations

import time
from typing import Any

from ixconform.control import Place
from ixconform.data import Case
from ixconform.ear import Ear
from ixconform.history import Moment
from ixconform.placing import at_home
from ixconform.stage import Stage
from ixconform.systems import ixpole
from ixconform.systems.target import Act

CARRY_S, CARRY_LOOK_S = 20.0, 0.1
"""So long may it take until what a target posts is delivered."""


class Scene:
    """One world, from the first step of its case to the last."""

    def __init__(self, stage: Stage, case: Case, place: Place, ear: Ear | None) -> None:
        self.stage, self.case, self.place, self.ear = stage, case, place, ear
        self.control, self.world, self.traits = stage.control, place.name, stage.target.traits
        self.now = case.clock
        self.cursor = 0
        """The last event that is accounted for."""
        self.moments: list[Moment] = []
        self.notes: list[str] = []

    # --- what is noted

    def moment(self, kind: str, text: str) -> None:
        self.moments.append(Moment(after=self.cursor, kind=kind, text=text))

    def last(self) -> int:
        return self.control.events(self.world, self.cursor)[1]

    def catch_up(self) -> None:
        """What has happened until now belongs to no run of the connector."""
        self.cursor = self.last()

    # --- what is done

    def do(self, system: str, act: Act) -> Any:
        return self.control.act(self.world, system, *act)

    def add(self, code: str) -> None:
        """An instalment that becomes known only now."""
        data = self.case.data
        wanted = data.instalment(code)
        if wanted is not None:
            self.do("ixpole", ixpole.enter_instalment(wanted, data, self.traits.currency))
        self.catch_up()

    def backlog(self) -> bool:
        """Whether something that must be booked waits still: a run may be spent on one that is left for a person."""
        if self.case.faulty:
            return False
        told = ixpole.shelf(self.control.state(self.world, "ixpole")).instalments
        wanted = [each.code for each in self.case.data.instalments if each.expect == "book"]
        return any(code in told and not told[code].number for code in wanted)

    # --- time

    def read_clock(self) -> str:
        """The time that a run of the connector finds."""
        if self.case.running:
            self.now = at_home(self.control.clock(self.world)["now"], self.case)
        return self.now

    def advance(self, by: str) -> bool:
        """Whether anything happened by itself in that time."""
        passed = self.control.advance(self.world, by)
        self.now = at_home(passed["now"], self.case)
        if passed["due"]:
            self.carry()
        return bool(passed["due"])

    def jump(self, to: str) -> None:
        self.control.clock(self.world, set=to)
        self.now = to
        self.carry()

    def carry(self) -> None:
        """Until all that the target has to say by now is delivered."""
        until = time.monotonic() + CARRY_S
        while self.ear is not None and time.monotonic() < until:
            waiting = len(self.control.state(self.world, self.traits.name)["ready"])
            if not waiting:
                return
            self.ear.heard(waiting, CARRY_LOOK_S)
