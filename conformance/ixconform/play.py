"""How is a case played? Makes a world, drives the connector through the steps, and gathers the history.

Nothing is judged here, and nobody sleeps: a run is over when the process is, and what happened is in the journal.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

from ixconform.control import Control, ControlError, Place, number_of
from ixconform.data import Case, Customer, Step
from ixconform.drivers.driver import Driver, Ended, Going, Session, Surroundings
from ixconform.history import Books, Document, Exchange, History, Moment, Run
from ixconform.matching import owner_of
from ixconform.systems import ixpole
from ixconform.systems.target import Act, Target

REQUESTS_MAX = 3_000
"""More in one run is a loop."""
LOOK_S = 0.5
WHOLE_MAX = 800
"""So many events of a case are read whole."""
SETTLE_MIN, SETTLE_SPARE, SETTLE_MAX = 6, 4, 24
"""Runs until it must rest: one for each instalment and a few more, as booking one a run is allowed, within bounds."""
STORE = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""Processes are killed here, not machines: a store in memory is as good as one on a disk, and fast."""
_names = count(1)
_naming = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What all cases of a run share."""

    control: Control
    driver: Driver
    target: Target
    profile: str
    mode: str
    env: Mapping[str, str] = field(default_factory=dict)
    """Names that the connector reads, to texts with placeholders such as `{silvasoft.url}`."""
    passed: tuple[str, ...] = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SYSTEMROOT", "VIRTUAL_ENV")
    """What the connector sees of the kit's own environment."""
    readings: Mapping[str, str] = field(default_factory=dict)
    run_limit_s: float = 60.0
    keep: bool = False
    """Whether worlds stay, to be looked at."""


class Player:
    """One case in one world."""

    def __init__(self, stage: Stage, case: Case, folder: Path) -> None:
        self.stage, self.case = stage, case
        self.runs: list[Run] = []
        self.moments: list[Moment] = []
        self.notes: list[str] = []
        self.spans: list[tuple[int, int, int]] = []
        """First and last event of each run, and its number."""
        self.cursor = 0
        self.at = 0
        """The step that is being played."""
        self.folder = folder
        self.world = _name()
        self.place: Place | None = None
        self.session: Session | None = None
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
            self._fill()
            self.cursor = self._last()
            self.session = self.stage.driver.open(self._surroundings(self.place))
            if case.running:
                control.clock(self.world, mode="running")
            problem = self._steps_all()
            return self._history(problem)
        finally:
            if self.session is not None:
                self.session.close()
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
            self._with_wrong_key()
        else:
            self._run(self._begin())

    def _with_wrong_key(self) -> None:
        """One run whose secrets are wrong by a letter, in a session of its own."""
        assert self.place is not None
        self._moment("note", "the secrets that the connector gets are wrong")
        session = self.stage.driver.open(self._surroundings(spoiled(self.place)))
        try:
            self._run(session.begin())
        finally:
            session.close()

    def _settle(self, step: Step) -> None:
        """Triggers until one writes nothing, as a scheduler would; a connector that never rests is stopped."""
        wrote = False
        for _ in range(int(step.args.get("most") or settling(len(self.case.data.instalments)))):
            before = self.cursor
            self._trigger(step)
            if self.runs[-1].ended not in ("exit", "quiet"):
                return
            wrote = self._wrote(before)
            if not wrote and not self._backlog():
                return
        if not wrote:
            return
        self.notes.append(f"never at rest: run {len(self.runs)} wrote again, with nothing new to do")

    def _backlog(self) -> bool:
        """Whether something that must be booked waits still: a run may be spent on one that is left for a person."""
        if self.case.faulty:
            return False
        told = ixpole.shelf(self.stage.control.state(self.world, "ixpole")).instalments
        wanted = [each.code for each in self.case.data.instalments if each.expect == "book"]
        return any(code in told and not told[code].number for code in wanted)

    def _advance(self, step: Step) -> None:
        self._moment("clock", f"{step.args['by']} pass")
        self.stage.control.advance(self.world, step.args["by"])
        self.cursor = self._last()

    def _clock(self, step: Step) -> None:
        self._moment("clock", "the clock jumps to " + step.args["set"])
        self.stage.control.clock(self.world, set=step.args["set"])
        self.cursor = self._last()

    def _fault(self, step: Step) -> None:
        self.stage.control.arm(self.world, step.args)
        self.cursor = self._last()

    def _calm(self, step: Step) -> None:
        self.stage.control.disarm(self.world)
        self.cursor = self._last()

    def _act(self, step: Step) -> None:
        self._do(step.args["system"], (step.args["action"], step.args["params"]))
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
        target, books = self.stage.target, self._books()
        code, what = step.args.get("code"), step.args["what"]
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
        self.cursor = self._last()

    def _kill(self, step: Step) -> None:
        """One run that is killed when its nth request is at a place: `received`, before anything is done with it;
        `after_commit`, when all is done but the answer."""
        nth = int(step.args["nth"])
        self.stage.control.arm(self.world, {"place": step.args["place"], "harm": "hold", "nth": nth})
        going = self._begin()
        held = self._held(going)
        if held is not None:
            what = {"received": "before it is handled", "after_commit": "after commit, before the answer"}
            self._moment("kill", f"killed at {held['operation']}, {what[step.args['place']]}")
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
        """Two instances at the same time, on one store."""
        first, second = self._begin(), self._begin()
        self._run(first)
        self._run(second)

    def _meanwhile(self, step: Step) -> None:
        """Something happens in a system while a request is on its way."""
        self.stage.control.arm(self.world, {**step.args["at"], "harm": "hold"})
        going = self._begin()
        held = self._held(going)
        if held is not None:
            self._do(step.args["system"], (step.args["action"], step.args["params"]))
            self.stage.control.release(self.world, held["id"], "continue")
        else:
            self.notes.append("the request that was waited for never came")
        self.stage.control.disarm(self.world)
        self._run(going)

    # --- driving

    def _begin(self) -> Going:
        assert self.session is not None
        return self.session.begin()

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
        last = self._last()
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

    def _fill(self) -> None:
        data, target = self.case.data, self.stage.target
        traits, name = target.traits, target.traits.name
        for customer in (*data.customers, *data.strangers):
            act = target.enter(customer) if customer.known else None
            if act is not None:
                self._do(name, act)
        for customer in data.customers:
            code = target.code_of(customer) if customer.known else None
            self._do("ixpole", ixpole.enter_customer(customer, code, traits.country))
        for product in data.products:
            self._do("ixpole", ixpole.enter_product(product, traits.currency))
        later = {step.args.get("code") for step in self.case.steps if step.kind == "add"}
        for instalment in data.instalments:
            if instalment.code not in later:
                self._do("ixpole", ixpole.enter_instalment(instalment, data, traits.currency))
        for number in data.by_hand:
            act = target.by_hand(number, _any_known(data.customers))
            if act is not None:
                self._do(name, act)

    def _do(self, system: str, act: Act) -> Any:
        return self.stage.control.act(self.world, system, *act)

    def _surroundings(self, place: Place) -> Surroundings:
        env = {name: os.environ[name] for name in self.stage.passed if name in os.environ}
        env |= {**place.env, "IXKIT_STATE_PATH": str(self.folder), "IXKIT_MODE": self.stage.mode}
        env["IXKIT_NOW"] = self.case.clock
        env["IXKIT_CLOCK"] = "running" if self.case.running else "frozen"
        env["IXKIT_PROFILE"] = self.stage.profile
        env |= mapped(self.stage.env, place, self.folder)
        return Surroundings(env=env, folder=self.folder, secrets=place.secrets, world=self.world)

    def _books(self) -> Books:
        if self.stage.target.traits.unseen:
            return Books()
        return self.stage.target.books(self.stage.control.state(self.world, self.stage.target.traits.name))

    def _last(self) -> int:
        return self.stage.control.events(self.world, self.cursor)[1]

    def _wrote(self, after: int) -> bool:
        found, _ = self.stage.control.events(self.world, after)
        return any(each["changed"] for each in found)

    def _moment(self, kind: str, text: str) -> None:
        self.moments.append(Moment(after=self.cursor, kind=kind, text=text))

    # --- what happened

    def _history(self, problem: str) -> History:
        summaries, _ = self.stage.control.events(self.world)
        if len(summaries) > WHOLE_MAX:  # a loop: its beginning and its end tell all there is to tell
            summaries = [*summaries[: WHOLE_MAX // 2], *summaries[-WHOLE_MAX // 2 :]]
        exchanges = [
            self._exchange(each)
            for each in summaries
            if each["system"] not in ("control",) and self._ours(each)
        ]
        shelf = ixpole.shelf(self.stage.control.state(self.world, "ixpole"))
        return History(
            case=self.case, exchanges=tuple(exchanges), runs=tuple(self.runs), books=self._books(), shelf=shelf,
            moments=tuple(self.moments), notes=tuple(self.notes), problem=problem,
        )  # fmt: skip

    def _ours(self, summary: Mapping[str, Any]) -> bool:
        """What the kit entered before the first run is data, not history."""
        number = number_of(summary["id"])
        return not summary["operation"].startswith("act:") or (bool(self.spans) and number > self.spans[0][0])

    def _exchange(self, summary: Mapping[str, Any]) -> Exchange:
        number = number_of(summary["id"])
        whole = self.stage.control.event(self.world, summary["id"])
        run = next((nth for first, last, nth in self.spans if first <= number <= last), 0)
        person = summary["operation"].startswith("act:")
        path = summary["path"].removeprefix(f"/w/{self.world}")  # the world is the kit's business
        return Exchange(
            number=number, at=summary["at"], system=summary["system"], operation=summary["operation"],
            method=summary["method"], path=path, query=summary["query"], status=summary["status"],
            sent=_read(whole["request"]["body"]), answered=_read(whole["answer"]["body"]),
            violations=tuple(whole["violations"]), notes=tuple(summary["notes"]), fault=summary["fault"],
            changed=summary["changed"], run=0 if person else run, sent_bytes=whole["request"]["body"]["bytes"],
        )  # fmt: skip


def play(stage: Stage, case: Case) -> History:
    """The history of a case. Raises ControlError or StartError where nothing could be played."""
    with tempfile.TemporaryDirectory(
        prefix="ixkit-conform-", dir=STORE, ignore_cleanup_errors=True
    ) as folder:
        return Player(stage, case, Path(folder)).play()


def idle_polls(events: Sequence[Mapping[str, Any]]) -> int:
    """How many polls have come and gone since something changed: equal questions for instalments, but for the last."""
    asked: Counter[str] = Counter()
    for each in events:
        if each["changed"]:
            asked.clear()
        elif each["operation"] == "getInstalments":
            asked[each["query"]] += 1
    return max(asked.values(), default=1) - 1


def settling(backlog: int) -> int:
    """How many runs a connector may take to come to rest, for so many instalments."""
    return min(max(SETTLE_MIN, backlog + SETTLE_SPARE), SETTLE_MAX)


def without(text: str, secrets: Mapping[str, str]) -> str:
    """What a connector said, fit for a report: each secret by its name."""
    for name, value in secrets.items():
        text = text.replace(value, f"[{name}]")
    return text


def spoiled(place: Place) -> Place:
    """The same world with secrets that open nothing."""
    wrong = {value: value[:-1] + ("x" if value[-1] != "x" else "y") for value in place.secrets.values()}
    systems = {
        name: {
            **found,
            "credentials": {key: wrong.get(text, text) for key, text in found["credentials"].items()},
        }
        for name, found in place.systems.items()
    }
    env = {name: wrong.get(text, text) for name, text in place.env.items()}
    return Place(place.name, systems, env, place.readings)


def mapped(names: Mapping[str, str], place: Place, folder: Path) -> dict[str, str]:
    """The connector's own variable names, filled from a world: `{silvasoft.url}`, `{ixpole.client_id}`, `{state}`."""
    values: dict[str, str] = {"state": str(folder), "world": place.name}
    for system, found in place.systems.items():
        values[f"{system}.url"] = found["url"]
        values |= {f"{system}.{name}": value for name, value in found["credentials"].items()}
    return {name: filled(text, values) for name, text in names.items()}


def filled(text: str, values: Mapping[str, str]) -> str:
    """Each `{name}` replaced; a name that nobody knows raises KeyError with the names there are."""
    parts = []
    rest = text
    while "{" in rest:
        before, _, rest = rest.partition("{")
        name, closed, rest = rest.partition("}")
        if not closed or name not in values:
            raise KeyError(f"{{{name}}} is no placeholder; there are: {', '.join(sorted(values))}")
        parts += [before, values[name]]
    return "".join([*parts, rest])


def _act_of(target: Target, document: Document, what: str) -> Act | None:
    if what == "post":
        return target.post(document)
    if what == "drop":
        return target.drop(document) if document.stage == "draft" else None
    if document.stage != "live":
        return None
    if what == "unpay":
        return target.unpay(document)
    if what == "pay-part":
        return target.pay(document, document.outstanding_cents // 2) if target.traits.part_payments else None
    return target.pay(document, None) if document.outstanding_cents > 0 else None


def _read(body: Mapping[str, Any]) -> Any:
    text = body["data"]
    if body["encoding"] != "text" or not text:
        return text
    try:
        return json.loads(text, parse_float=Decimal)
    except ValueError:
        return text


def _any_known(customers: tuple[Customer, ...]) -> Customer:
    return next(each for each in customers if each.known)


def _name() -> str:
    with _naming:
        return f"case-{os.getpid()}-{next(_names)}"


def now_of(case: Case) -> datetime:
    return datetime.fromisoformat(case.clock)


__all__ = ["ControlError", "Player", "Stage", "filled", "mapped", "play"]
