"""How does one life go? From delivered to paid, past whatever the plan strikes, until everything rests.

The production bridge is started, polls, ends, dies, and is started again on what its disk kept; people number
and pay in between; after each event the judge looks. The same plan and seed give the same trace.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ixbridge.core.steps import Side
from ixbridge.core.wire import Heard, Kind, Reply, Request
from ixbridge.shell.journal import JournalError
from ixbridge.shell.report import Report
from ixbridge.shell.start import Parts, runner_of
from simulation import ledgers
from simulation.deeds import DEEDS
from simulation.disk import Disk, DiskFails, DiskJournal
from simulation.faults import FAULTS, Killed
from simulation.judge import CREATES, Broken, Judge, Violation
from simulation.plan import DISK, Plan, Strike
from simulation.post import Post
from simulation.sums import key_of
from simulation.wire import Exchange, Line, Wire, WorldClock
from simulation.worlds import IXPOLE, RIVERTY, SHAPES, WAYS, Stage, fresh, stage_of

PAUSE_S = 1_200
"""Between two polls: longer than anything that is waited for."""


class Chance:
    """The jitter, from the seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def share(self) -> float:
        return self._random.random()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history: which column it stands in, and what happened."""

    column: str
    text: str
    digest: bytes = b""


@dataclass(slots=True)
class Outcome:
    plan: Plan
    violation: Violation | None
    history: list[Entry]
    requests: int
    polls: int
    ends: Mapping[str, str]
    """Of each code, how it ended: paid, or the reason why it is parked."""
    points: list[tuple[str, str]]
    """Every point that was passed, with the kind of what happens there."""
    struck: int
    """How many strikes of the plan found their point."""

    @property
    def trace(self) -> str:
        """One hash of everything that was said, in its order."""
        seal = hashlib.sha256()
        for entry in self.history:
            seal.update(f"{entry.column}\0{entry.text}\0".encode())
            seal.update(entry.digest)
        return seal.hexdigest()[:16]


Draw = Callable[[str, Kind | None], str | None]
"""What is to strike at a point, drawn as the life goes; no kind: at the journal."""


@dataclass(slots=True)
class Notes:
    """Everything that is remembered of a life beside the world, the disk, the wire and the judge."""

    history: list[Entry] = field(default_factory=list)
    points: list[tuple[str, str]] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    at_disk: dict[str, int] = field(default_factory=dict)
    polls: int = 0
    struck: int = 0
    skew_s: float = 0.0

    def copy(self) -> Notes:
        return Notes(
            list(self.history), list(self.points), list(self.reports), dict(self.at_disk), self.polls, self.struck,
            self.skew_s,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A moment between two polls, when no process is alive: from here a life can be lived again."""

    step: int
    moment: Any
    written: int
    disk: Disk
    wire: Wire
    post: Post
    judge: Judge
    notes: Notes


class Life:
    """One life under a plan. With a checkpoint it begins there; its strikes must all lie behind it."""

    def __init__(
        self, plan: Plan, stage: Stage, *, since: Checkpoint | None = None, keep: bool = False
    ) -> None:
        fresh(stage)
        self.plan, self.stage, self.keep = plan, stage, keep
        self.checkpoints: list[Checkpoint] = []
        self.draw: Draw | None = None
        self.step = 0
        self.disk, self.wire, self.judge, self.notes = Disk(), Wire(self), Judge(stage), Notes()
        self.post = Post(self)
        self.strikes = dict(plan.by_point)
        if since is not None:
            self._begin_at(since)
        self.judge.waived = waived(plan)
        self.clock = WorldClock(stage)
        self.clock.skew_s = self.notes.skew_s

    def _begin_at(self, since: Checkpoint) -> None:
        world = self.stage.world
        world.moment, world.journal.written = since.moment, since.written
        self.step, self.disk, self.wire = since.step, since.disk.copy(), since.wire.copy(self)
        self.post = since.post.copy(self)
        self.judge, self.notes = since.judge.copy(), since.notes.copy()
        for point, _ in self.notes.points:
            self.strikes.pop(point, None)

    def _checkpoint(self) -> None:
        world = self.stage.world
        self.notes.skew_s = self.clock.skew_s
        self.checkpoints.append(
            Checkpoint(
                self.step,
                world.moment,
                world.journal.written,
                self.disk.copy(),
                self.wire.copy(self),
                self.post.copy(self),
                self.judge.copy(),
                self.notes.copy(),
            )
        )

    # --- the life ----------------------------------------------------------------------------

    def live(self, beginning: Callable[[Life], None] | None = None) -> Outcome:
        violation = None
        try:
            if beginning is not None:
                beginning(self)
            script = self.stage.way.script
            while self.step < len(script):
                if self.keep:
                    self._checkpoint()
                deed = script[self.step]
                self.step += 1
                self.poll() if deed == "poll" else self.deed(deed)
            self._come_to_rest()
        except Broken as broken:
            violation = broken.violation
            self._note("judge", str(violation))
        return self._outcome(violation)

    def _come_to_rest(self) -> None:
        self.draw = None  # no more faults: now everything must come to rest
        way = self.stage.way
        for _ in range(way.polls_max):
            self.wire.deliver_all()
            self.post.release_all()
            self.deed("number")
            self.deed("pay")
            report = self.poll(after_s=way.rest_s)
            if (
                report is not None
                and not report.changed
                and report.halted is None
                and self._is_settled(report)
            ):
                break
        report = self.notes.reports[-1] if self.notes.reports else None
        secrets = [self.stage.credentials.ixpole_client_secret, *self.stage.credentials.target.values()]
        items = report.items if report else ()
        self.judge.rest(items, self.disk, secrets=[each for each in secrets if len(each) > 8])

    def _is_settled(self, report: Report) -> bool:
        return all(item.status.value == "parked" for item in report.items)

    def poll(self, *, locks: bool = True, turn: Any = None, after_s: float = PAUSE_S) -> Report | None:
        """One start of the bridge; None where it died or could not start."""
        self.notes.polls += 1
        bridge = self.notes.polls
        self.clock.sleep(after_s)
        self._note("bridge", f"start {bridge}")
        journal = None
        try:
            journal = DiskJournal(self.disk, self.clock, self._hook, locks=locks)
            line = Line(self.wire, bridge, turn)
            self.wire.fences[bridge] = journal
            if self.stage.way.hears:
                self.post.listen(bridge, journal)
            parts = Parts(
                {Side.SOURCE: line, Side.TARGET: line}, self.stage.credentials, self.clock, Chance(self.plan.seed),
                journal, self.stage.way.policy,
            )  # fmt: skip
            report = runner_of(parts).run()
            journal.close()
        except Killed:
            self._note("bridge", "killed")
            return None
        except JournalError as error:
            self._note("bridge", f"stops: {error}")
            return None
        finally:
            if journal is not None:
                journal.died()
            self.post.deaf(bridge)
        self.notes.reports.append(report)
        halted = f", halted: {report.halted}" if report.halted else ""
        self._note(
            "bridge", "rests: " + ", ".join(f"{i.code} {i.status.value}" for i in report.items) + halted
        )
        return report

    # --- what people do ----------------------------------------------------------------------

    def deed(self, deed: str) -> None:
        """Number what waits for a number, pay a part, pay all, edit, withdraw, delete a draft."""
        system, act = self.stage.way.system, self.stage.act
        done = 0
        if deed in ("edit", "withdraw"):
            done = self._at_ixpole(deed)
        else:
            state = self.stage.world.moment.systems[system]
            for doc in ledgers.documents(system, state):
                for action, params in DEEDS[deed](system, doc):
                    done += act(system, action, **params)
        if done:
            self._note("people", deed)
            self.happened()

    def _at_ixpole(self, deed: str) -> int:
        code = self.stage.shape.codes[0]
        if deed == "withdraw":
            return self.stage.act(IXPOLE, "withdrawInstalment", instalmentCode=code)
        lines = [{"productId": 9501, "description": "Edited", "quantity": 1, "unitPriceExclVat": 55.55}]
        return self.stage.act(IXPOLE, "editInstalment", instalmentCode=code, lines=lines)

    def second_bridge(self) -> None:
        """Somebody starts another bridge on the same journal, right now."""
        self.poll()

    # --- what the wire and the disk tell -------------------------------------------------------

    def strike(self, point: str, kind: Kind | None) -> str | None:
        """What strikes here, if anything does: by the plan, or by whoever draws the plan as it goes."""
        struck = self.strikes.pop(point, None)
        if struck is None and self.draw is not None:
            struck = self.draw(point, kind)
            if struck is not None:
                self.plan = replace(self.plan, strikes=(*self.plan.strikes, Strike(point, struck)))
                self.judge.waived = waived(self.plan)
        if struck is not None:
            self.notes.struck += 1
        return struck

    def sending(self, exchange: Exchange) -> None:
        self.notes.points.append((exchange.point, exchange.kind.value))
        newest = self.wire.fences[exchange.bridge].fence == self.disk.fence
        self.judge.sending(exchange, self.disk, self.stage.world.moment.clock.now(), newest=newest)

    def heard(self, exchange: Exchange, heard: Heard | None) -> None:
        answer = heard if isinstance(heard, Reply) else None
        unknown = bool(exchange.fault) and FAULTS[exchange.fault].unknown
        self.judge.heard(exchange, unknown=unknown, answered=answer, at=self.stage.world.moment.clock.now())
        told = "killed" if heard is None else str(answer.status) if answer else "no answer"
        fault = f"  !{exchange.fault}" if exchange.fault else ""
        request = exchange.request
        said = (request.body or b"") + (answer.body if answer else b"")
        text = f"{exchange.point} {about(request)}-> {told}{fault}  by {exchange.bridge}"
        self.notes.history.append(Entry(request.system, text, said))

    def arrived(self, request: Request, heard: Heard) -> None:
        """A request whose sender gave up long ago reached its mock."""
        told = str(heard.status) if isinstance(heard, Reply) else "no answer"
        text = f"{request.system}.{request.operation} {about(request)}arrives late -> {told}"
        self.notes.history.append(Entry(request.system, text))

    def posted(self, point: str, body: bytes, struck: str | None) -> None:
        """A notification arrived, or did not."""
        self.notes.history.append(Entry(RIVERTY, point + (f"  !{struck}" if struck else ""), body))

    def happened(self) -> None:
        self.judge.step()

    def _hook(self, what: str) -> None:
        if what == "append":
            return
        nth = self.notes.at_disk[what] = self.notes.at_disk.get(what, 0) + 1
        point = f"{DISK}.{what}#{nth}"
        self.notes.points.append((point, "J"))
        struck = self.strike(point, None)
        if what == "sync":
            self.notes.history.append(Entry("bridge", f"commit {nth}" + (f"  !{struck}" if struck else "")))
        if struck is not None:
            self._strike_disk(struck)

    def _strike_disk(self, struck: str) -> None:
        name, _, count = struck.partition(":")
        if name == "full":
            raise DiskFails("the disk is full")
        if name == "locked":
            raise DiskFails("another program holds the journal")
        if name == "older":
            self.disk.lose(int(count or 1))
        raise Killed

    def _note(self, column: str, text: str) -> None:
        self.notes.history.append(Entry(column, text))

    # --- the outcome ---------------------------------------------------------------------------

    def _outcome(self, violation: Violation | None) -> Outcome:
        ends = {}
        if self.notes.reports:
            ends = {item.code: item.reason or item.status.value for item in self.notes.reports[-1].items}
        for code in self.stage.shape.codes:
            held = self.judge.instalments().get(code)
            ends.setdefault(code, "withdrawn" if held is None else "paid" if held.payment_no else "open")
        return Outcome(
            self.plan, violation, self.notes.history, self.judge.requests, self.notes.polls, ends, self.notes.points,
            self.notes.struck,
        )  # fmt: skip


_ABOUT = re.compile(rb'"(invoiceNumber|paymentNo|customerCode)": ?"([^"]*)"')


def about(request: Request) -> str:
    """What a write says, in a word or two."""
    if request.kind is Kind.READ:
        return ""
    words = [found[1].decode("utf-8", "replace") for found in _ABOUT.findall(request.body or b"")]
    if request.operation in CREATES:
        words = [key_of(request)[0]]
    return " ".join(words) + " " if words else ""


def waived(plan: Plan) -> frozenset[str]:
    """What cannot be kept under such a plan, by any bridge.

    A create that the network delivers twice makes two, where no key is enforced. A journal that is an older copy
    of itself has forgotten what only it knew: customers that were made, and what is neither offered by iXpole
    any more nor found by its tag; with Riverty also that a real number was told, as nobody can be asked for it.
    """
    found: set[str] = set()
    for each in plan.strikes:
        operation = each.point.partition("#")[0].partition(".")[2]
        if each.fault.startswith("twice"):
            if operation in CREATES and not WAYS[plan.way].enforced:
                found.add("I2")
            if operation in CUSTOMERS:
                found.add("I10")
        if each.fault.startswith("older"):
            found |= {"I1", "I8", "I10"}
            if WAYS[plan.way].hears:
                found.add("I5")
    return frozenset(found)


CUSTOMERS = (
    "addbusinessrelation",
    "addprivaterelation",
    "customerCreate",
    "accountsReceivableCreate",
    "productCreate",
)


def live(plan: Plan) -> Outcome:
    """Play this plan, from the beginning."""
    return Life(plan, stage_of(WAYS[plan.way], SHAPES[plan.shape])).live()


@dataclass(frozen=True, slots=True)
class Lived:
    """A life that was recorded, so that lives which begin like it need not begin again."""

    outcome: Outcome
    checkpoints: tuple[Checkpoint, ...]

    def before(self, point: str) -> Checkpoint:
        """The last checkpoint at which this point was not passed yet."""
        for each in reversed(self.checkpoints):
            if all(passed != point for passed, _ in each.notes.points):
                return each
        raise KeyError(point)


def record(plan: Plan, since: Checkpoint | None = None) -> Lived:
    life = Life(plan, stage_of(WAYS[plan.way], SHAPES[plan.shape]), since=since, keep=True)
    outcome = life.live()
    first = () if since is None else (since,)
    return Lived(outcome, (*first, *life.checkpoints))


def live_on(plan: Plan, since: Checkpoint) -> Outcome:
    """Play this plan, whose first strike lies behind the checkpoint."""
    return Life(plan, stage_of(WAYS[plan.way], SHAPES[plan.shape]), since=since).live()
