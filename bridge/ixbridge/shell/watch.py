"""How does the bridge run on its own? It polls, hears, polls again when it heard something, and stops when told.

One instalment after the other, as in a single run. A signal lets the current one finish. What is
posted meanwhile is put into the journal by the endpoint's threads; only this loop acts on it.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ixbridge.core.life import Life, after
from ixbridge.core.records import Entry, Record, is_instalment
from ixbridge.core.steps import RegisterCallback
from ixbridge.core.wire import No, Unknown, Yes
from ixbridge.shell.health import Health, Poll
from ixbridge.shell.inbox import Letterbox
from ixbridge.shell.journal import Journal, JournalError
from ixbridge.shell.report import Report

if TYPE_CHECKING:
    from ixbridge.shell.clock import Clock
    from ixbridge.shell.exchange import Exchange
    from ixbridge.shell.log import Log
    from ixbridge.shell.metrics import Metrics

SETTLE_S = 1.0
"""How long more news is waited for after the first, so that one poll serves all."""
DONE, ENVIRONMENT, DEFECT = 0, 4, 5


class Locked:
    """A journal that several threads write: the loop what it does, the endpoint what it is told."""

    def __init__(self, inner: Journal) -> None:
        self._inner, self._lock = inner, threading.RLock()

    @property
    def fence(self) -> int:
        return self._inner.fence

    def append(self, entry: Entry, *, sync: bool) -> Record:
        with self._lock:
            return self._inner.append(entry, sync=sync)

    def flush(self) -> None:
        with self._lock:
            self._inner.flush()

    def confirm(self) -> None:
        with self._lock:
            self._inner.confirm()

    def records(self) -> Sequence[Record]:
        with self._lock:
            return self._inner.records()

    def close(self) -> None:
        with self._lock:
            self._inner.close()


class Bell(Protocol):
    """What the loop waits on."""

    def wait(self, seconds: float) -> bool:
        """Until it rings, or so long; did it ring?"""
        ...

    def pause(self, seconds: float) -> None:
        """So long, unless it is time to stop; what rings meanwhile rings no more."""
        ...

    @property
    def stopped(self) -> bool: ...


class RealBell:
    """Rings when something was heard, and for good when it is time to stop."""

    def __init__(self) -> None:
        self._rung, self._stop = threading.Event(), threading.Event()

    @property
    def stopped(self) -> bool:
        return self._stop.is_set()

    def ring(self) -> None:
        self._rung.set()

    def stop(self) -> None:
        self._stop.set()
        self._rung.set()

    def wait(self, seconds: float) -> bool:
        rang = self._rung.wait(seconds)
        self._rung.clear()
        return rang

    def pause(self, seconds: float) -> None:
        self._stop.wait(seconds)
        self._rung.clear()


@dataclass(frozen=True, slots=True)
class Callback:
    """Where the target is to post its notifications."""

    url: str
    letterbox: Letterbox
    exchange: Exchange

    @property
    def digest(self) -> str:
        """What the journal remembers of the address, which holds a secret."""
        return hashlib.sha256(self.url.encode()).hexdigest()[:32]

    def register(self) -> str | None:
        """Registered once for all; why not, if that failed."""
        if self.letterbox.is_registered(self.digest):
            return None
        match self.exchange.ask(RegisterCallback(self.url)):
            case Yes():
                self.letterbox.register(self.digest)
                return None
            case No(reason=reason) | Unknown(reason=reason):
                return reason


@dataclass(slots=True)
class Watcher:
    poll: Callable[[], Report]
    journal: Journal
    bell: Bell
    clock: Clock
    log: Log
    metrics: Metrics
    health: Health
    interval_s: float
    callback: Callback | None = None

    def run(self) -> int:
        """Until it is told to stop; the exit code."""
        try:
            while not self.bell.stopped and self.health.journal:
                self._once()
                if self.bell.wait(self.interval_s):
                    self.bell.pause(SETTLE_S)
        except JournalError as error:
            self.health.note(journal=False)
            self.log.error("journal failed", reason=str(error))
        except Exception:
            self.log.defect("this is a defect of ixkit; nothing more is done")
            return DEFECT
        self.health.note(stopping=True)
        return DONE if self.health.journal else ENVIRONMENT

    def _once(self) -> None:
        if not self._registered():
            return  # a verdict is posted once: what is asked for before anybody hears would stay unanswered
        began = self.clock.monotonic()
        report = self.poll()
        took = self.clock.monotonic() - began
        self._measure(report, took)
        for item in report.items:
            if item.changed:
                self.log.info(
                    "instalment",
                    code=item.code,
                    status=item.status.value,
                    number=item.number or item.draft_number,
                    reason=item.reason,
                    message=item.message,
                )
        told = {"seconds": round(took, 3), "instalments": len(report.items), "records": report.records}
        if report.halted is None:
            self.log.info("poll", **told)
        else:
            self.log.warning("poll halted", reason=report.halted, advice=report.advice, **told)

    def _registered(self) -> bool:
        """Whether what the target posts will be heard; registers the address where that is still to be done."""
        if self.callback is None or self.health.registered:
            return True
        problem = self.callback.register()
        self.health.note(registered=problem is None)
        self.metrics.put("callback_registered", problem is None)
        if problem is None:
            self.log.info("notifications are posted here")
        else:
            self.log.warning("notifications are not posted here yet, so nothing is asked", reason=problem)
        return problem is None

    def _measure(self, report: Report, took_s: float) -> None:
        halted = report.halted is not None
        self.health.note(poll=Poll.HALTED if halted else Poll.OK)
        self.metrics.count("polls_total", result="halted" if halted else "ok")
        self.metrics.put("last_poll_seconds", took_s)
        self.metrics.put("last_poll_timestamp_seconds", self.clock.now().timestamp())
        counts: dict[str, float] = {}
        for item in report.items:
            counts[item.status.value] = counts.get(item.status.value, 0) + 1
        self.metrics.replace("instalments", "status", counts)
        self.metrics.replace("requests_total", "request", report.requests)
        records = self.journal.records()
        self.metrics.put("journal_records", len(records))
        if self.callback is not None:
            self.metrics.put("notifications_unmatched", self.callback.letterbox.unmatched(lives_in(records)))


def lives_in(records: Iterable[Record]) -> dict[str, Life]:
    lives: dict[str, Life] = {}
    for record in records:
        if is_instalment(record.subject):
            life = lives.get(record.subject, Life(record.subject))
            lives[record.subject] = after(life, record.kind, record.payload)
    return lives
