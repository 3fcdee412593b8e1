"""The other end of the python driver: imports a callable once, then runs it in a fresh fork for each trigger.

`python -m ixconform.drivers.zygote SOCKET module:function`. Each connection carries an environment and a file
descriptor for the output; the answer is the pid of the fork, and its exit code when it has one. A fork is a real
process with its own group: it can be killed at any moment, and what it leaves in memory is gone.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any

ENV_MAX = 1 << 20


def main() -> None:
    path, wanted = sys.argv[1:3]
    module, _, name = wanted.partition(":")
    try:
        sync: Callable[[Mapping[str, str]], Any] = getattr(importlib.import_module(module), name)
    except Exception as error:
        sys.exit(_told(error))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(path)
    listening.listen(64)
    print("ready", flush=True)
    while True:
        connection, _ = listening.accept()
        if os.fork() == 0:
            listening.close()
            _serve(connection, sync)
        connection.close()


def _told(error: Exception) -> str:
    """What went wrong in the connector's own lines; none of ours, nor of the import machinery."""
    told = traceback.TracebackException.from_exception(error)
    foreign = [
        each for each in told.stack if each.filename != __file__ and not each.filename.startswith("<frozen")
    ]
    told.stack = traceback.StackSummary.from_list(
        [each for each in foreign if not each.filename.endswith("importlib/__init__.py")]
    )
    return "".join(told.format() if told.stack else told.format_exception_only()).strip()


def _serve(connection: socket.socket, sync: Callable[[Mapping[str, str]], Any]) -> None:
    """One run: this process waits for it, its child is it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    body, out = _received(connection)
    pid = os.fork()
    if pid == 0:
        connection.close()
        _run(json.loads(body), out, sync)
    os.close(out)
    connection.sendall(f"{pid}\n".encode())
    _, status = os.waitpid(pid, 0)
    connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _received(connection: socket.socket) -> tuple[bytes, int]:
    body, fds, _, _ = socket.recv_fds(connection, ENV_MAX, 1)
    while not body.endswith(b"\n"):
        more = connection.recv(ENV_MAX)
        if not more:
            os._exit(1)
        body += more
    return body, fds[0]


def _run(env: dict[str, str], out: int, sync: Callable[[Mapping[str, str]], Any]) -> None:
    os.setsid()
    for stream in (1, 2):
        os.dup2(out, stream)
    os.close(out)
    signal.signal(signal.SIGTERM, _leave)
    os.environ.clear()
    os.environ.update(env)
    code = 1
    try:
        result = sync(env)
        code = result if isinstance(result, int) and not isinstance(result, bool) else 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else (0 if end.code is None else 1)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code & 0xFF)


def _leave(number: int, frame: FrameType | None) -> None:
    os._exit(128 + number)


if __name__ == "__main__":
    main()
