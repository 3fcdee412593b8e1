"""The connector does a round when something is posted to it. The environment goes along in the body."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from ixconform.drivers.command import ended_of
from ixconform.drivers.driver import Ended, Surroundings
from ixconform.drivers.process import HALT, Process, StartError, program
from ixconform.drivers.service import _until_ready

TRIGGER_S = 120.0
OUTPUT_MAX = 40_000


@dataclass(frozen=True, slots=True)
class HttpDriver:
    url: str
    status: str = ""
    command: Sequence[str] = ()
    cwd: Path | None = None
    ready: str = ""
    name: str = "http"

    @property
    def kills(self) -> bool:
        """Only what the kit has started can it kill."""
        return bool(self.command)

    def open(self, place: Surroundings) -> HttpSession:
        return HttpSession(self, place)

    def close(self) -> None:
        """Nothing outlives a session."""


@dataclass(slots=True)
class HttpSession:
    driver: HttpDriver
    place: Surroundings
    process: Process | None = None

    def begin(self) -> HttpRun:
        driver = self.driver
        if driver.command and (self.process is None or self.process.ended.is_set()):
            self.process = Process(program(driver.command, driver.cwd), self.place.env, self.place.secrets)
            _until_ready(self.process, driver.ready or driver.url)
        return HttpRun(driver, dict(self.place.env), dict(self.place.secrets), self.process)

    def close(self) -> None:
        if self.process is not None:
            if not self.process.ended.is_set():
                self.process.stop()
            self.process.clean()


@dataclass(slots=True)
class HttpRun:
    """One POST. 2xx: the round is done; anything else is an error that the connector reports."""

    driver: HttpDriver
    env: dict[str, str]
    secrets: dict[str, str]
    process: Process | None
    _ended: threading.Event = field(default_factory=threading.Event)
    _began: float = field(default_factory=time.monotonic)
    _code: int | None = None
    _said: str = ""

    def __post_init__(self) -> None:
        threading.Thread(target=self._post, daemon=True).start()

    def _post(self) -> None:
        shown = {name: text for name, text in self.env.items() if name.startswith("IXKIT_")}
        try:
            with httpx.Client(timeout=TRIGGER_S, trust_env=False) as client:
                reply = client.post(self.driver.url, json={"env": shown})
                while self.driver.status and reply.is_success:
                    reply = client.get(self.driver.status)
                    if reply.status_code != 202:
                        break
            self._code = 0 if reply.is_success else 1
            self._said = reply.text[:OUTPUT_MAX]
        except httpx.HTTPError as error:
            self._code, self._said = 1, str(error)
        finally:
            self._ended.set()

    def wait(self, timeout: float) -> bool:
        return self._ended.wait(timeout) or HALT.on

    def stirred(self, idle_polls: int = 0) -> None:
        """Its end is its rest; requests say nothing."""

    def kill(self) -> None:
        if self.process is None:
            raise StartError("a connector that the kit has not started cannot be killed by it")
        self.process.kill()
        self._ended.wait(2.0)

    def stop(self) -> None:
        if self.process is not None:
            self.process.stop()

    def finish(self) -> Ended:
        leaked = tuple(sorted(name for name, value in self.secrets.items() if value in self._said))
        whole = ended_of(self.process, quiet=True) if self.process is not None else None
        return Ended(
            code=self._code,
            seconds=time.monotonic() - self._began,
            output=self._said + (whole.output if whole else ""),
            output_bytes=len(self._said),
            leaked=tuple({*leaked, *(whole.leaked if whole else ())}),
            left_behind=0,
            calls=whole.calls if whole else (),
        )
