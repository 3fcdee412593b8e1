"""The connector is a program that stays and polls by itself. It is at rest when it has asked nothing new for a while.

Rest cannot be seen in a process that goes on, so it is read off the connector's own polls: two in a row that change
nothing, or no request for `quiet_s` of real time, told by the server's journal.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx

from ixconform.drivers.command import ended_of
from ixconform.drivers.driver import Ended, Surroundings
from ixconform.drivers.process import Process, StartError, program

READY_S = 15.0
LOOK_S = 0.2
IDLE_POLLS = 2
FIRST_S, START_S = 15.0, 45.0
"""A service that polls now and then is waited for; after so long without any request it is at rest too. One that was
just started may take longer until its first request, on a busy machine."""


@dataclass(frozen=True, slots=True)
class ServiceDriver:
    command: Sequence[str]
    cwd: Path | None = None
    ready: str = ""
    quiet_s: float = 2.0
    name: str = "service"
    kills: bool = True

    def open(self, place: Surroundings) -> ServiceSession:
        return ServiceSession(self, place)

    def close(self) -> None:
        """Nothing outlives a session."""


@dataclass(slots=True)
class ServiceSession:
    driver: ServiceDriver
    place: Surroundings
    process: Process | None = None

    def begin(self) -> ServiceRun:
        """Starts the service where it does not run; else its next polls are the run."""
        starts = self.process is None or self.process.ended.is_set()
        if starts:
            self.process = Process(
                program(self.driver.command, self.driver.cwd), self.place.env, self.place.secrets
            )
            _until_ready(self.process, self.driver.ready)
        assert self.process is not None
        return ServiceRun(self, self.process, self.driver.quiet_s, START_S if starts else FIRST_S)

    def close(self) -> None:
        if self.process is not None:
            if not self.process.ended.is_set():
                self.process.stop()
            self.process.clean()


@dataclass(slots=True)
class ServiceRun:
    session: ServiceSession
    process: Process
    quiet_s: float
    first_s: float = FIRST_S
    _began: float = field(default_factory=time.monotonic)
    _since: float = field(default_factory=time.monotonic)
    _killed: bool = False
    _heard: bool = False
    _idle: bool = False

    def stirred(self, idle_polls: int = 0) -> None:
        """A request came: the time of quiet begins anew, unless it only polls, and finds nothing to do."""
        self._since, self._heard = time.monotonic(), True
        self._idle = idle_polls >= IDLE_POLLS

    def wait(self, timeout: float) -> bool:
        if self.process.wait(min(timeout, self.quiet_s)):
            return True
        quiet_s = self.quiet_s if self._heard else max(self.quiet_s, self.first_s)
        return self._idle or time.monotonic() - self._since >= quiet_s

    def kill(self) -> None:
        self._killed = True
        self.process.kill()

    def stop(self) -> None:
        self.process.stop()

    def finish(self) -> Ended:
        ended = self.process.ended.is_set()
        if ended:
            self.process.clean()
        took = time.monotonic() - self._began
        return replace(ended_of(self.process, quiet=not ended), seconds=took)


def _until_ready(process: Process, ready: str) -> None:
    """Until a URL answers or a pattern stands in the output; at once where neither is asked for."""
    if not ready:
        return
    until = time.monotonic() + READY_S
    waiting = threading.Event()
    with httpx.Client(timeout=1.0, trust_env=False) as client:
        while time.monotonic() < until and not process.ended.is_set():
            if _answers(client, ready) or (
                not ready.startswith("http") and re.search(ready, process.capture.text)
            ):
                return
            waiting.wait(LOOK_S)
    text = process.capture.text.strip()[-300:]
    process.stop()
    raise StartError(
        f"the service was not ready ({ready}) within {READY_S:.0f} s; it said: {text or 'nothing'}"
    )


def _answers(client: httpx.Client, ready: str) -> bool:
    if not ready.startswith("http"):
        return False
    try:
        return client.get(ready).status_code < 500
    except httpx.HTTPError:
        return False
