"""Who cleans up when the kit itself is killed? A small process that lives as long as the kit, and a moment longer.

It reads from a pipe which process groups there are. When the pipe ends, because the kit has ended (even by SIGKILL),
it ends what is still there, first with SIGTERM, then with SIGKILL, and then whatever carries a run's mark in its
environment.

    python warden.py        lines on standard input: `+ PID MARK` (MARK may be missing), `- PID`
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

MARK = "IXKIT_RUN"
"""The environment variable by which a child that has left its group is known."""
GRACE_S = 2.0
LOOK_S = 0.02


class Warden:
    """The kit's end of the pipe. Starts the process when there is something to watch."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def watch(self, pid: int, mark: str = "") -> None:
        """This process leads a group that must not outlive the kit."""
        self._tell(f"+ {pid} {mark}\n")

    def release(self, pid: int) -> None:
        """It has ended, with all of its group."""
        self._tell(f"- {pid}\n")

    def _tell(self, line: str) -> None:
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._process = subprocess.Popen(
                    [sys.executable, "-I", "-S", __file__], stdin=subprocess.PIPE, start_new_session=True,
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                )  # fmt: skip
            assert self._process.stdin is not None
            with contextlib.suppress(OSError):
                os.write(self._process.stdin.fileno(), line.encode())


WARDEN = Warden()
"""One for the whole kit."""


def main() -> None:
    groups: dict[int, str] = {}
    for line in sys.stdin:
        what, number, *mark = line.split()
        if what == "+":
            groups[int(number)] = mark[0] if mark else ""
        else:
            groups.pop(int(number), None)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in groups:
            with contextlib.suppress(OSError):
                os.killpg(pid, number)
        _until_gone(set(groups))
    for pid in marked({mark for mark in groups.values() if mark}):
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def _until_gone(groups: set[int]) -> None:
    until = time.monotonic() + GRACE_S
    while time.monotonic() < until and any(_there(pid) for pid in groups):
        threading.Event().wait(LOOK_S)


def _there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except OSError:
        return False
    return True


def marked(marks: set[str]) -> list[int]:
    """Processes whose environment carries one of the marks; none where the machine does not show environments."""
    wanted = {f"{MARK}={mark}".encode() for mark in marks}
    found: list[int] = []
    with contextlib.suppress(OSError):
        for entry in os.listdir("/proc"):
            if entry.isdigit() and wanted:
                with contextlib.suppress(OSError), open(f"/proc/{entry}/environ", "rb") as file:
                    if wanted & set(file.read().split(b"\0")):
                        found.append(int(entry))
    return found


if __name__ == "__main__":
    main()
