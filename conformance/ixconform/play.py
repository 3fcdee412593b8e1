"""How is a case played? Makes a world, drives the connector through the steps, and gathers the history.

Nothing is judged here, and nobody sleeps: a run is over when the process is, and what happened is in the journal.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from ixconform.control import ControlError, Place
from ixconform.data import Case, Step
from ixconform.drivers.driver import Driver, Ended, Going, Session
from ixconform.ear import Ear
from ixconform.filling import fill
from ixconform.gathering import books_of, exchanges_of
from ixconform.history import REQUESTS_MAX, Document, History, Moment, Run
from ixconform.matching import owner_of
from ixconform.placing import at_home, spoiled, surroundings, without
from ixconform.stage import Stage
from ixconform.systems import ixpole
from ixconform.systems.target import Act, Target

LOOK_S = 0.5
STILL_S = 2.0
"""Who asks nothing for so long waits for something."""
CARRY_S, CARRY_LOOK_S = 20.0, 0.1
"""So long may it take until what a target posts is delivered."""
SETTLE_MIN, SETTLE_SPARE, SETTLE_MAX = 6, 4, 24
"""Runs until it must rest: one for each instalment and a few more, as booking one a run is allowed, within bounds."""
STORE = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""Processes are killed here, not machines: a store in memory is as good as one on a disk, and fast."""
OVER_CENTS = 500
"""So much too much is paid by who pays too much."""
KILLED_AT = {"received": "before it is handled", "after_commit": "after commit, before the answer"}
_names = count(1)
_naming = threading.Lock()


class Player:
    """One case in one world."""

    def __init__(self, stage: Stage, case: Case, folder: Path, heard: Path) -> None:
        self.stage, self.case = stage, case
        self.traits = stage.target.traits
        self.runs: list[Run] = []
        self.moments: list[Moment] = []
        self.notes: list[str] = []
        self.spans: list[tuple[int, int, int]] = []
        """First and last event of each run, and its number."""
        self.cursor = 0
        self.at = 0
        """The step that is being played."""
        self.folder, self.heard = folder, heard
        self.world = _name()
        self.place: Place | None = None
        self.session: Session | None = None
        self.ear: Ear | None = None
        self.env: dict[str, str] = {}
        self.fresh: list[Any] = []
        """The events of the last run."""
        self.now = case.clock
        self._steps: dict[str, Callable[[Step], None]] = {
            "trigger": self._trigger, "settle": self._settle, "advance": self._advance, "clock": self._clock,
            "fault": self._fault, "calm": self._calm, "people": self._people, "act": self._act, "add": self._add,
            "wipe": self._wipe, "kill": self._kill, "both": self._both, "meanwhile": self._meanwhile,
        }  # fmt: skip

    # --- from beginning to end

    def play(self) -> History:
        control, case = self.stage.control, self.case
        readings = {**self.stage.readings, **case.readings}
        self.place = control.create(self.world, clock=case.clock, seed=case.seed, readings=readings)
        try:
            if self.traits.posts:
                self.ear = Ear(self.heard)
            self.session = self._opened(self.stage.driver, self.place)
            fill(self.stage, case, self.place, self.ear.url if self.ear is not None else "")
            self.cursor = self._last()
            if case.running:
                control.clock(self.world, mode="running")
            problem = self._steps_all()
            return self._history(problem)
        finally:
            if self.session is not None:
                self.session.close()
            if self.ear is not None:
                self.ear.close()
            if not self.stage.keep:
                control.delete(self.world)

    def _steps_all(self) -> str:
        for at, step in enumerate(self.case.steps):
            self.at = at
            self._steps[step.kind](step)
            if self.runs and self.runs[-1].ended in ("timeout", "loop"):
                return f"run {self.runs[-1].number} did not end: {self.runs[-1].ended}"
        return ""

    # --- steps

    def _trigger(self, step: Step) -> None:
        if step.args.get("wrong_key"):
            assert self.place is not None
            self._moment("note", "the secrets that the connector gets are wrong")
            self._elsewhere(self.stage.driver, spoiled(self.place))
        elif step.args.get("previous"):
            assert self.place is not None and self.stage.before is not None
            self._moment("note", "the connector's previous version is at work")
            self._elsewhere(self.stage.before, self.place)
        else:
            self._run(self._begin())

    def _elsewhere(self, driver: Driver, place: Place) -> None:
        """One run in a session of its own, on the same store."""
        mine, self.session = self.session, self._opened(driver, place)
        try:
            self._run(self._begin())
        finally:
            self.session.close()
            self.session = mine

    def _settle(self, step: Step) -> None:
        """Triggers until one writes nothing, as a scheduler would; a connector that never rests is stopped."""
        wrote = False
        kill: Mapping[str, Any] = step.args.get("kill") or {"turn": -1}
        for turn in range(int(step.args.get("most") or self._patience())):
            if turn == kill["turn"]:
                self._kill(Step("kill", dict(kill)))
            else:
                self._trigger(step)
            if self.runs[-1].ended not in ("exit", "quiet", "killed"):
                return
            wrote = any(map(self._writes, self.fresh))
            came = self._pass()
            struck = any(each["fault"] for each in self.fresh)  # what it could not do, it does the next time
            unheard = self.ear is not None and self.ear.waits
            if not (wrote or came or struck or unheard or turn <= kill["turn"] or self._backlog()):
                return
        if not wrote:
            return
        self.notes.append(f"never at rest: run {len(self.runs)} wrote again, with nothing new to do")

    def _patience(self) -> int:
        """Where each verdict is waited for, an instalment takes more runs than one."""
        return settling(len(self.case.data.instalments)) * (2 if self.traits.posts else 1)

    def _pass(self) -> bool:
        """Time passes, in which a target that posts its verdicts does so. Whether anything came."""
        if self.ear is None or not self.traits.pulse:
            return False
        return self._advanced(self.traits.pulse)

    def _advanced(self, by: str) -> bool:
        """Whether anything happened by itself in that time."""
        passed = self.stage.control.advance(self.world, by)
        self.now = at_home(passed["now"], self.case)
        if passed["due"]:
            self._carried()
        return bool(passed["due"])

    def _carried(self) -> None:
        """Until all that the target has to say by now is delivered."""
        until = time.monotonic() + CARRY_S
        while self.ear is not None and time.monotonic() < until:
            waiting = len(self.stage.control.state(self.world, self.traits.name)["ready"])
            if not waiting:
                return
            self.ear.heard(waiting, CARRY_LOOK_S)

    def _backlog(self) -> bool:
        """Whether something that must be booked waits still: a run may be spent on one that is left for a person."""
        if self.case.faulty:
            return False
        told = ixpole.shelf(self.stage.control.state(self.world, "ixpole")).instalments
        wanted = [each.code for each in self.case.data.instalments if each.expect == "book"]
        return any(code in told and not told[code].number for code in wanted)

    def _advance(self, step: Step) -> None:
        self._moment("clock", f"{step.args['by']} pass")
        self._advanced(step.args["by"])
        self.cursor = self._last()

    def _clock(self, step: Step) -> None:
        self._moment("clock", "the clock jumps to " + step.args["set"])
        self.stage.control.clock(self.world, set=step.args["set"])
        self.now = step.args["set"]
        self._carried()
        self.cursor = self._last()

    def _fault(self, step: Step) -> None:
        self.stage.control.arm(self.world, step.args)
        self.cursor = self._last()

    def _calm(self, step: Step) -> None:
        self.stage.control.disarm(self.world)
        self.cursor = self._last()

    def _act(self, step: Step) -> None:
        self._do(step.args["system"], (step.args["action"], step.args["params"]))
        self._carried()
        self.cursor = self._last()

    def _add(self, step: Step) -> None:
        """An instalment that becomes known only now."""
        data = self.case.data
        wanted = data.instalment(step.args["code"])
        if wanted is not None:
            self._do("ixpole", ixpole.enter_instalment(wanted, data, self.stage.target.traits.currency))
        self.cursor = self._last()

    def _wipe(self, step: Step) -> None:
        """The connector's own store is lost."""
        self._moment("note", "the connector's store is lost")
        for entry in sorted(self.folder.rglob("*"), reverse=True):
            entry.rmdir() if entry.is_dir() and not entry.is_symlink() else entry.unlink()

    def _people(self, step: Step) -> None:
        """What people do in the target with the documents of an instalment, or of all."""
        target, books = self.stage.target, books_of(self.stage, self.world)
        code, what = step.args.get("code"), step.args["what"]
        if what == "retire":
            self._retire(books.products)
            return
        done = 0
        for document in books.documents:
            owner = owner_of(document, self.case.data, books)
            if owner is None or (code is not None and owner != code):
                continue
            act = _act_of(target, document, what)
            if act is not None:
                self._do(target.traits.name, act)
                done += 1
        if not done:
            self.notes.append(f"nothing to {what}" + (f" for {code}" if code else ""))
        elif what.startswith(("pay", "unpay")) and self.traits.payments_after:
            self._moment("clock", f"{self.traits.payments_after} pass, until payments are told")
            self._advanced(self.traits.payments_after)
        self._carried()
        self.cursor = self._last()

    def _retire(self, products: Sequence[str]) -> None:
        """Each product is archived, as people do with what is no longer sold."""
        action, _, member = self.traits.retires.partition(" ")
        for code in products:
            self._do(self.traits.name, (action, {member: code}))
        if not products:
            self.notes.append("nothing to retire")
        self.cursor = self._last()

    def _kill(self, step: Step) -> None:
        """One run that is killed when its nth request is at a place: `received`, before anything is done with it;
        `after_commit`, when all is done but the answer."""
        nth = int(step.args["nth"])
        where = {"system": "ixpole"} if self.traits.unseen else {}  # elsewhere nobody could see it
        self.stage.control.arm(self.world, {"place": step.args["place"], "harm": "hold", "nth": nth, **where})
        going = self._begin()
        held = self._held(going)
        if held is not None:
            self._moment("kill", f"killed at {held['operation']}, {KILLED_AT[step.args['place']]}")
            going.kill()
            self.stage.control.release(self.world, held["id"], "drop")
        else:
            self.notes.append(f"request {nth} never came, so nothing was killed")
        self._ended(going.finish(), "killed" if held is not None else "exit")
        self.stage.control.disarm(self.world)
        self.cursor = self._last()

    def _held(self, going: Going) -> Any:
        """The exchange that waits, or None when the run has ended without one."""
        for _ in range(int(self.stage.run_limit_s / LOOK_S)):
            found = self.stage.control.held(self.world, timeout=LOOK_S)
            if found:
                return found[0]
            if going.wait(0):
                return None
        return None

    def _both(self, step: Step) -> None:
        """Two instances at the same time, on one store; where it says `at`, the first is held up there for so long that
        the second does all that it would do."""
        if "at" in step.args:
            self.stage.control.arm(self.world, {**step.args["at"], "harm": "hold"})
        first = self._begin()
        held = self._held(first) if "at" in step.args else None
        second = self._begin()
        if held is not None:
            self._moment("note", f"a second instance starts while the first waits at {held['operation']}")
            self._until_still(second)
            self.stage.control.release(self.world, held["id"], "continue")
        elif "at" in step.args:
            self.notes.append("the request that was waited for never came")
        self.stage.control.disarm(self.world)
        self._run(first)
        self._run(second)

    def _until_still(self, going: Going) -> None:
        """Until it has ended or asks nothing more: it may well wait for the other one to end."""
        last, since, began = self.cursor, time.monotonic(), time.monotonic()
        while not going.wait(LOOK_S) and time.monotonic() - began < self.stage.run_limit_s:
            now = self._last()
            if now != last:
                last, since = now, time.monotonic()
            elif time.monotonic() - since > STILL_S:
                return

    def _meanwhile(self, step: Step) -> None:
        """Something happens in a system while a request is on its way."""
        self.stage.control.arm(self.world, {**step.args["at"], "harm": "hold"})
        going = self._begin()
        held = self._held(going)
        if held is not None:
            self._moment("note", f"meanwhile, at {held['operation']}:")
            self._meant(step)
            self.stage.control.release(self.world, held["id"], "continue")
        else:
            self.notes.append("the request that was waited for never came")
        self.stage.control.disarm(self.world)
        self._run(going)

    def _meant(self, step: Step) -> None:
        if "add" in step.args:
            self._add(Step("add", {"code": step.args["add"]}))
        else:
            self._do(step.args["system"], (step.args["action"], step.args["params"]))

    # --- driving

    def _begin(self) -> Going:
        assert self.session is not None
        if self.case.running:
            self.now = at_home(self.stage.control.clock(self.world)["now"], self.case)
        self.env["IXKIT_NOW"] = self.now
        going = self.session.begin()
        if self.ear is not None:
            self.ear.pass_on()
        return going

    def _opened(self, driver: Driver, place: Place) -> Session:
        around = surroundings(self.stage, self.case, place, self.folder, self.ear)
        self.env = dict(around.env)
        return driver.open(replace(around, env=self.env))

    def _run(self, going: Going) -> Run:
        """Waits for the end of a run, and stops one that asks for ever or takes too long."""
        began, ended, asked = time.monotonic(), "exit", 0
        while not going.wait(LOOK_S):
            found, _ = self.stage.control.events(self.world, self.cursor)
            before, asked = asked, len(found)
            if asked != before:
                going.stirred(idle_polls(found))
            if asked > REQUESTS_MAX:
                ended = "loop"
                break
            if time.monotonic() - began > self.stage.run_limit_s:
                ended = "timeout"
                break
        return self._ended(going.finish(), ended)

    def _ended(self, end: Ended, ended: str) -> Run:
        self.fresh, last = self.stage.control.events(self.world, self.cursor)
        number = len(self.runs) + 1
        self.spans.append((self.cursor + 1, last, number))
        self.cursor = last
        secrets = self.place.secrets if self.place else {}
        run = Run(
            number=number,
            ended="quiet" if end.quiet and ended == "exit" else ended,
            code=end.code,
            seconds=end.seconds,
            output=without(end.output, secrets),
            output_bytes=end.output_bytes,
            leaked=end.leaked,
            left_behind=end.left_behind,
            calls=end.calls,
            step=self.at,
        )
        self.runs.append(run)
        return run

    # --- the world

    def _do(self, system: str, act: Act) -> Any:
        return self.stage.control.act(self.world, system, *act)

    def _last(self) -> int:
        return self.stage.control.events(self.world, self.cursor)[1]

    def _writes(self, event: Mapping[str, Any]) -> bool:
        """Whether the connector changed something in a system by it, as far as the kit may look."""
        if self.traits.unseen and event["system"] != "ixpole":
            return False
        own = (
            event["changed"]
            and not event["operation"].startswith("act:")
            and event["method"] not in ("HOOK", "GET")
        )
        return own and event["system"] != "control" and event["operation"] not in self.traits.registers

    def _moment(self, kind: str, text: str) -> None:
        self.moments.append(Moment(after=self.cursor, kind=kind, text=text))

    # --- what happened

    def _history(self, problem: str) -> History:
        shelf = ixpole.shelf(self.stage.control.state(self.world, "ixpole"))
        return History(
            case=self.case, exchanges=exchanges_of(self.stage, self.world, self.spans),
            runs=tuple(self.runs), books=books_of(self.stage, self.world), shelf=shelf,
            moments=tuple(self.moments), notes=tuple(self.notes), problem=problem,
        )  # fmt: skip


def play(stage: Stage, case: Case) -> History:
    """The history of a case. Raises ControlError or StartError where nothing could be played."""
    with tempfile.TemporaryDirectory(
        prefix="ixkit-conform-", dir=STORE, ignore_cleanup_errors=True
    ) as folder:
        store, heard = Path(folder) / "store", Path(folder) / "heard"
        store.mkdir()
        heard.mkdir()
        return Player(stage, case, store, heard).play()


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


def settling(backlog: int) -> int:
    """How many runs a connector may take to come to rest, for so many instalments."""
    return min(max(SETTLE_MIN, backlog + SETTLE_SPARE), SETTLE_MAX)


def _act_of(target: Target, document: Document, what: str) -> Act | None:
    if what == "post":
        return target.post(document)
    if what == "drop":
        return target.drop(document) if document.stage == "draft" else None
    if document.stage != "live":
        return None
    if what == "unpay":
        return target.unpay(document)
    if what == "pay-over":
        return target.pay(document, document.outstanding_cents + OVER_CENTS)
    if what == "pay-part":
        return target.pay(document, document.outstanding_cents // 2) if target.traits.part_payments else None
    return target.pay(document, None) if document.outstanding_cents > 0 else None


def _name() -> str:
    with _naming:
        return f"case-{os.getpid()}-{next(_names)}"


__all__ = ["ControlError", "Player", "Stage", "play"]
