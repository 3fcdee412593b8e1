"""Real bridge processes, quickly: one process loads everything once and forks a bridge whenever it is asked.

Run as a program it is the nursery; ``Nursery`` talks to it. A child is a process of its own with its own
sockets and its own file, and can be killed like any other.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


class Nursery:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self, words: Sequence[str], *, env: Mapping[str, str], folder: Path) -> int:
        """`ixkit bridge …` in a process of its own; its pid. What it says is in ``out`` in the folder."""
        return int(self._asked({"words": list(words), "env": dict(env), "folder": str(folder)}))

    def wait(self, pid: int) -> int:
        """Its exit code; −9 if it was killed."""
        return int(self._asked({"wait": pid}))

    def kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)

    def _asked(self, question: object) -> str:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()


@contextmanager
def nursery() -> Iterator[Nursery]:
    room = Path(__file__).parents[2] / "bridge"
    env = {**os.environ, "PYTHONPATH": str(room)}
    with subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
    ) as process:
        try:
            yield Nursery(process)
        finally:
            assert process.stdin
            process.stdin.close()
            process.wait(30)


def _child(words: list[str], env: dict[str, str], folder: str) -> None:
    os.chdir(folder)
    os.environ.update(env)
    out = os.open("out", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(out, 1)
    os.dup2(out, 2)
    from ixbridge.shell.cli import bridge

    try:
        bridge.main(args=words, prog_name="ixkit bridge")
    except SystemExit as end:
        sys.stdout.flush()
        os._exit(int(end.code or 0))
    os._exit(0)


def _main() -> None:
    import httpx  # noqa: F401
    import sqlalchemy.dialects.sqlite  # noqa: F401

    import ixbridge.shell.cli
    import ixbridge.shell.config
    import ixbridge.shell.deadline
    import ixbridge.shell.postgres
    import ixbridge.shell.runner
    import ixbridge.shell.show
    import ixbridge.shell.store  # noqa: F401

    for line in sys.stdin:
        asked = json.loads(line)
        if "wait" in asked:
            _, status = os.waitpid(asked["wait"], 0)
            print(os.waitstatus_to_exitcode(status), flush=True)
            continue
        pid = os.fork()
        if pid == 0:
            _child(asked["words"], asked["env"], asked["folder"])
        print(pid, flush=True)


if __name__ == "__main__":
    _main()
