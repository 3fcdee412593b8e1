"""How is a process of somebody else started, and how does it surely end? In a group of its own, all of it.

A child that leaves its group is found by the mark in its environment, where the machine shows environments (Linux).
"""

from __future__ import annotations

import contextlib
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

MARK = "IXKIT_RUN"
GRACE_S = 2.0
DRAIN_S = 2.0


class StartError(Exception):
    """The connector could not be started at all. Says why."""


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
        self._mark = uuid4().hex
        reading, writing = os.pipe()
        self._began = time.monotonic()
        try:
            self._child = start({**env, MARK: self._mark}, writing)
        except StartError:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        self.pid = self._child.pid
        self.code: int | None = None
        self.capture = Capture(reading, secrets)
        self.ended = threading.Event()
        self.left_behind = 0
        self.ended_after_s = 0.0
        threading.Thread(target=self._watch, daemon=True).start()

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
        left = [pid for pid in _marked(self._mark) if pid != self.pid]
        self.left_behind += len(left)
        self.signal(signal.SIGKILL)
        for pid in left:
            _end(pid)
        self.capture.join(DRAIN_S)


def _end(pid: int) -> None:
    """SIGKILL for a process that is no child of ours, and wait until it is gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        watched = os.pidfd_open(pid)
        try:
            os.kill(pid, signal.SIGKILL)
            select.select([watched], [], [], GRACE_S)
        finally:
            os.close(watched)


def _marked(mark: str) -> list[int]:
    """Processes whose environment carries the mark; none where the machine does not show environments."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if wanted in entry.read_bytes().split(b"\0"):
                found.append(int(entry.parent.name))
    return found


def _why(command: Sequence[str], cwd: Path | None, error: Exception) -> str:
    program = command[0] if command else "(no command)"
    if isinstance(error, FileNotFoundError) and cwd is not None and not cwd.is_dir():
        return f"the folder {cwd} does not exist"
    if isinstance(error, FileNotFoundError):
        return f"{program!r} was not found; give a path, or a program that is on PATH"
    if isinstance(error, PermissionError):
        return f"{program!r} may not be executed; chmod +x it, or name its interpreter first"
    return f"{program!r} could not be started: {error}"
