"""How does one life go? From delivered to paid, past whatever the plan strikes, until everything rests.

The production bridge is started, polls, ends, dies, and is started again on what its disk kept; people number
and pay in between; after each event the judge looks. The same plan and seed give the same trace.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ixbridge.core.steps import Side
from ixbridge.core.wire import Heard, Reply
from ixbridge.shell.journal import JournalError
from ixbridge.shell.report import Report
from ixbridge.shell.start import Parts, runner_of
from simulation import ledgers
from simulation.disk import Disk, DiskFails, DiskJournal
from simulation.faults import FAULTS, Killed
from simulation.judge import Broken, Judge, Violation
from simulation.plan import DISK, Plan
from simulation.wire import Exchange, Line, Wire, WorldClock
from simulation.worlds import IXPOLE, SHAPES, WAYS, Stage, fresh, stage_of

PAUSE_S = 1_200
"""Between two polls: longer than anything that is waited for."""
POLLS_MAX = 5
"""So many polls after the last fault, everything is at rest."""
SCRIPT = ("poll", "number", "poll", "part", "poll", "pay", "poll")


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
    trace: str
    requests: int
    polls: int
    ends: Mapping[str, str]
    """Of each code, how it ended: paid, or the reason why it is parked."""
    points: list[tuple[str, str]]
    """Every point that was passed, with the kind of what happens there."""
    struck: int
    """How many strikes of the plan found their point."""


@dataclass(slots=True)
class Life:
    plan: Plan
    stage: Stage
    disk: Disk = field(default_factory=Disk)
    history: list[Entry] = field(default_factory=list)
    points: list[tuple[str, str]] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    halted: bool = False
    polls: int = 0
    last_strike: int = 0
    struck: int = 0
    _at_disk: dict[str, int] = field(default_factory=dict)
    _bridges: int = 0
    clock: WorldClock = field(init=False)
    wire: Wire = field(init=False)
    judge: Judge = field(init=False)
    _strikes: dict[str, str] = field(init=False)
    _second: bool = False

    def __post_init__(self) -> None:
        fresh(self.stage)
        self.clock = WorldClock(self.stage)
        self.wire = Wire(self)
        self.judge = Judge(self.stage, waived=_waived(self.plan))
        self._strikes = dict(self.plan.by_point)

    # --- the life ----------------------------------------------------------------------------

    def live(self) -> Outcome:
        violation = None
        try:
            for step in SCRIPT:
                if step != "poll":
                    self.deed(step)
                elif not self._skips():
                    self.poll()
            self._come_to_rest()
        except Broken as broken:
            violation = broken.violation
            self.history.append(Entry("judge", str(violation)))
        return self._outcome(violation)

    def _skips(self) -> bool:
        """Nothing happened since the last poll that it could hear of."""
        return False

    def _come_to_rest(self) -> None:
        for _ in range(POLLS_MAX):
            self.wire.deliver_all()
            self.deed("number")
            self.deed("pay")
            report = self.poll()
            if report is not None and not report.changed and report.halted is None and self._is_settled(report):
                break
        report = self.reports[-1] if self.reports else None
        secrets = [self.stage.credentials.ixpole_client_secret, *self.stage.credentials.target.values()]
        items = report.items if report else ()
        self.judge.rest(items, self.disk, secrets=[each for each in secrets if len(each) > 8])

    def _is_settled(self, report: Report) -> bool:
        return all(item.status.value == "parked" for item in report.items)

    def poll(self, *, locks: bool = True, turn: Any = None) -> Report | None:
        """One start of the bridge; None where it died or could not start."""
        self.polls += 1
        self._bridges += 1
        bridge = self._bridges
        self.clock.sleep(PAUSE_S)
        self._note("bridge", f"start {bridge}")
        journal = None
        try:
            journal = DiskJournal(self.disk, self.clock, self._hook, locks=locks)
            line = Line(self.wire, bridge, turn)
            self.wire.fences[bridge] = journal
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
            elif self.disk.holder is not None and locks and not self._second:
                self.disk.holder = None
        self.reports.append(report)
        halted = f", halted: {report.halted}" if report.halted else ""
        self._note("bridge", "rests: " + ", ".join(f"{i.code} {i.status.value}" for i in report.items) + halted)
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
        self._second = True
        try:
            self.poll()
        finally:
            self._second = False

    # --- what the wire and the disk tell -------------------------------------------------------

    def strike(self, point: str) -> str | None:
        struck = self._strikes.pop(point, None)
        if struck is not None:
            self.struck += 1
            self.last_strike = self.polls
        return struck

    def sending(self, exchange: Exchange) -> None:
        self.points.append((exchange.point, exchange.kind.value))
        newest = not self.wire.fences[exchange.bridge].is_fenced_off
        self.judge.sending(exchange, self.disk, self.stage.world.moment.clock.now(), newest=newest)

    def heard(self, exchange: Exchange, heard: Heard | None) -> None:
        answer = heard if isinstance(heard, Reply) else None
        unknown = bool(exchange.fault) and FAULTS[exchange.fault].unknown
        self.judge.heard(exchange, unknown=unknown, answered=answer, at=self.stage.world.moment.clock.now())
        told = "killed" if heard is None else str(answer.status) if answer else "no answer"
        fault = f"  !{exchange.fault}" if exchange.fault else ""
        request = exchange.request
        said = (request.body or b"") + (answer.body if answer else b"")
        self.history.append(
            Entry(request.system, f"{exchange.point} {request.method} {request.path} -> {told}{fault}", said)
        )

    def happened(self) -> None:
        self.judge.step()

    def _hook(self, what: str) -> None:
        if what == "append":
            return
        nth = self._at_disk[what] = self._at_disk.get(what, 0) + 1
        point = f"{DISK}.{what}#{nth}"
        self.points.append((point, "J"))
        struck = self.strike(point)
        if what == "sync":
            self.history.append(Entry("bridge", f"commit {nth}" + (f"  !{struck}" if struck else "")))
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
        self.history.append(Entry(column, text))

    # --- the outcome ---------------------------------------------------------------------------

    def _outcome(self, violation: Violation | None) -> Outcome:
        ends = {}
        if self.reports:
            ends = {item.code: item.reason or item.status.value for item in self.reports[-1].items}
        for code in self.stage.shape.codes:
            held = self.judge.instalments().get(code)
            ends.setdefault(code, "withdrawn" if held is None else "paid" if held.payment_no else "open")
        return Outcome(
            self.plan, violation, self.history, trace_of(self.history), self.judge.requests, self.polls, ends,
            self.points, self.struck,
        )  # fmt: skip


def trace_of(history: list[Entry]) -> str:
    """One hash of everything that was said, in its order."""
    seal = hashlib.sha256()
    for entry in history:
        seal.update(f"{entry.column}\0{entry.text}\0".encode())
        seal.update(entry.digest)
    return seal.hexdigest()[:16]


def _waived(plan: Plan) -> frozenset[str]:
    way = WAYS[plan.way]
    doubled = [each for each in plan.strikes if each.fault.startswith("twice")]
    if not way.enforced and any(_is_create(each.point) for each in doubled):
        return frozenset({"I2"})
    if any(each.point.partition("#")[0].endswith(CUSTOMERS) for each in doubled):
        return frozenset({"I10"})
    return frozenset()


CUSTOMERS = ("addbusinessrelation", "addprivaterelation", "customerCreate", "accountsReceivableCreate", "productCreate")


def _is_create(point: str) -> bool:
    from simulation.judge import CREATES

    return point.partition("#")[0].partition(".")[2] in CREATES


def _numbers(system: str, doc: ledgers.Doc) -> list[tuple[str, dict[str, Any]]]:
    if doc.number is not None and system != "crmcom":
        return []
    if system == "silvasoft":
        if not doc.is_order:
            return [("postDraft", {})]
        return [("orderToInvoice", {"OrderNumber": int(min(doc.names))}), ("postDraft", {})] if doc.live else []
    if system == "telecomx":
        return [("setInvoiceNumber", {"invoice": min(doc.names)})]
    return [("postInvoice", {"back_office_code": doc.code})] if doc.live and not doc.real else []


def _pays(system: str, doc: ledgers.Doc, *, part: bool) -> list[tuple[str, dict[str, Any]]]:
    if not doc.real or not doc.outstanding_cents:
        return []
    half = doc.outstanding_cents // 2
    if system == "silvasoft":
        amount = {"Amount": f"{half / 100:.2f}"} if part else {}
        return [("registerPayment", {"InvoiceNumber": int(doc.number or 0), **amount})]
    if system == "telecomx":
        return [] if part else [("registerPayment", {"invoice": min(doc.names)})]
    amount = {"amount": half / 100} if part else {}
    return [("registerPayment", {"back_office_code": doc.code, **amount})]


DEEDS: Mapping[str, Any] = {
    "number": _numbers,
    "part": lambda system, doc: _pays(system, doc, part=True),
    "pay": lambda system, doc: _pays(system, doc, part=False),
}


def live(plan: Plan) -> Outcome:
    """Play this plan."""
    return Life(plan, stage_of(WAYS[plan.way], SHAPES[plan.shape])).live()
