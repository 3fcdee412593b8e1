"""How is a process of somebody else started, and how does it surely end? In a group of its own, all of it.

A child that leaves its group is found by the mark in its environment, where the machine shows environments (Linux).
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from ixconform.drivers.capture import Capture
from ixconform.drivers.outside import LOOKOUT, Gate
from ixconform.drivers.warden import MARK, WARDEN, marked

GRACE_S = 2.0
DRAIN_S = 2.0


class StartError(Exception):
    """The connector could not be started at all. Says why."""


class Halt:
    """Whether the whole run is being broken off: then all that runs is killed, and nothing new begins."""

    def __init__(self) -> None:
        self._running: set[Process] = set()
        self.on = False

    def halt(self) -> None:
        """May be called from a signal handler: takes no lock and waits for nothing."""
        self.on = True
        for process in list(self._running):
            process.signal(signal.SIGKILL)

    def resume(self) -> None:
        self.on = False

    def add(self, process: Process) -> None:
        self._running.add(process)
        if self.on:
            process.signal(signal.SIGKILL)

    def remove(self, process: Process) -> None:
        self._running.discard(process)


HALT = Halt()


class Child(Protocol):
    """A process that leads a group of its own."""

    @property
    def pid(self) -> int: ...

    def wait(self) -> int:
        """Its exit code, once it has one; minus the signal that ended it."""
        ...


Starter = Callable[[Mapping[str, str], int], Child]
"""Starts a process with this environment, whose output goes to this file descriptor. Raises StartError."""


def program(command: Sequence[str], cwd: Path | None) -> Starter:
    """Starts a program."""

    def start(env: Mapping[str, str], out: int) -> Child:
        try:
            return subprocess.Popen(
                command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=True, close_fds=True,
            )  # fmt: skip
        except (OSError, ValueError) as error:
            raise StartError(_why(command, cwd, error)) from error

    return start


class Process:
    """One process of the connector and whatever it starts."""

    def __init__(self, start: Starter, env: Mapping[str, str], secrets: Mapping[str, str]) -> None:
        if HALT.on:
            raise StartError("the run was broken off")
        self._mark = uuid4().hex
        self._gate = Gate()
        reading, writing = os.pipe()
        self._began = time.monotonic()
        try:
            self._child = start({**self._gate.env, **env, MARK: self._mark}, writing)
        except StartError:
            os.close(reading)
            self._gate.close()
            raise
        finally:
            os.close(writing)
        self.pid = self._child.pid
        HALT.add(self)
        WARDEN.watch(self.pid, self._mark)
        LOOKOUT.watch(self.pid)
        self.code: int | None = None
        self.capture = Capture(reading, secrets)
        self.ended = threading.Event()
        self.left_behind = 0
        self.ended_after_s = 0.0
        self._calls: frozenset[str] = frozenset()
        threading.Thread(target=self._watch, daemon=True).start()

    @property
    def calls(self) -> tuple[str, ...]:
        """Whom it called beside the kit, as far as that was seen."""
        return tuple(sorted(self._calls | self._gate.asked | LOOKOUT.calls(self.pid)))

    def _watch(self) -> None:
        self.code = self._child.wait()
        self.ended_after_s = time.monotonic() - self._began
        self.ended.set()

    def wait(self, timeout: float) -> bool:
        return self.ended.wait(timeout)

    def signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def kill(self) -> None:
        """SIGKILL for the whole group, at once; nobody can prepare for it."""
        self.signal(signal.SIGKILL)
        self.ended.wait(GRACE_S)
        self.clean()

    def stop(self) -> None:
        """SIGTERM, then SIGKILL for what does not go."""
        self.signal(signal.SIGTERM)
        if not self.ended.wait(GRACE_S):
            self.signal(signal.SIGKILL)
            self.ended.wait(GRACE_S)
        self.clean()

    def clean(self) -> None:
        """Ends what the process left behind, counts it, and gathers the output."""
        self._calls |= LOOKOUT.calls(self.pid)
        LOOKOUT.leave(self.pid)
        left = [pid for pid in marked({self._mark}) if pid != self.pid]
        self.left_behind += len(left)
        self.signal(signal.SIGKILL)
        for pid in left:
            _end(pid)
        self.capture.join(DRAIN_S)
        self._gate.close()
        HALT.remove(self)
        WARDEN.release(self.pid)


def _end(pid: int) -> None:
    """SIGKILL for a process that is no child of ours, and wait until it is gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        watched = os.pidfd_open(pid)
        try:
            os.kill(pid, signal.SIGKILL)
            select.select([watched], [], [], GRACE_S)
        finally:
            os.close(watched)


def _why(command: Sequence[str], cwd: Path | None, error: Exception) -> str:
    program = command[0] if command else "(no command)"
    if isinstance(error, FileNotFoundError) and cwd is not None and not cwd.is_dir():
        return f"the folder {cwd} does not exist"
    interpreter = _interpreter((cwd or Path.cwd()) / program)
    if isinstance(error, FileNotFoundError) and interpreter is not None:
        return f"{program!r} asks for the interpreter {interpreter!r} in its first line, which was not found"
    if isinstance(error, FileNotFoundError):
        return f"{program!r} was not found; give a path, or a program that is on PATH"
    if isinstance(error, PermissionError):
        return f"{program!r} may not be executed; chmod +x it, or name its interpreter first"
    if isinstance(error, OSError) and error.errno == errno.ENOEXEC:
        return f"{program!r} is no program for this machine; a script needs `#!` and its interpreter in the first line"
    return f"{program!r} could not be started: {error}"


def _interpreter(path: Path) -> str | None:
    """What a script's first line asks for; a carriage return at its end, invisible in editors, is shown."""
    try:
        with path.open("rb") as file:
            first = file.readline(256)
    except OSError:
        return None
    return first[2:].strip(b" \n").decode(errors="replace") if first.startswith(b"#!") else None


def ended_how(code: int | None) -> str:
    """`with exit code 3`, `by signal SIGSEGV`."""
    if code is None or code >= 0:
        return f"with exit code {code}"
    try:
        return f"by signal {signal.Signals(-code).name}"
    except ValueError:
        return f"by signal {-code}"
