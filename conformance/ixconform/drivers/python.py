"""The connector is a Python callable `module:function`. It takes the environment, does one round and returns.

It is imported once and forked for each run, so that a run costs milliseconds and is a process all the same.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ixconform.drivers.command import ProcessRun
from ixconform.drivers.driver import Surroundings
from ixconform.drivers.process import Process, StartError
from ixconform.drivers.warden import WARDEN


class Forked:
    """A run inside the zygote's family, as a process of our own would look."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lines = connection.makefile("r")
        first = self._lines.readline()
        if not first:
            raise StartError("the Python process that holds the connector has ended")
        self.pid = int(first)

    def wait(self) -> int:
        last = self._lines.readline()
        self._lines.close()
        self._connection.close()
        return int(last) if last else -1


class PythonDriver:
    name = "python"
    kills = True

    def __init__(self, callable_name: str, cwd: Path | None = None) -> None:
        if ":" not in callable_name:
            raise StartError(f"{callable_name!r}: expected module:function, such as my_connector.sync:run")
        self._folder = tempfile.TemporaryDirectory(prefix="ixkit-zygote-")
        self._path = f"{self._folder.name}/s"
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the driver)
        command = [sys.executable, "-m", "ixconform.drivers.zygote", self._path, callable_name]
        path = os.pathsep.join([str(cwd or Path.cwd()), os.environ.get("PYTHONPATH", "")])
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self._said, text=True, start_new_session=True,
            env={**os.environ, "PYTHONPATH": path}, cwd=cwd,
        )  # fmt: skip
        WARDEN.watch(self._process.pid)
        assert self._process.stdout is not None
        if not self._process.stdout.readline():
            self._process.wait()
            self._said.seek(0)
            text = self._said.read().decode(errors="replace").strip()
            self.close()
            raise StartError(f"{callable_name} could not be imported:\n{text[-1500:]}")

    def start(self, env: Mapping[str, str], out: int) -> Forked:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(self._path)
        socket.send_fds(connection, [json.dumps(dict(env)).encode() + b"\n"], [out])
        return Forked(connection)

    def open(self, place: Surroundings) -> PythonSession:
        return PythonSession(self, place)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        WARDEN.release(self._process.pid)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._said.close()
        self._folder.cleanup()


@dataclass(slots=True)
class PythonSession:
    driver: PythonDriver
    place: Surroundings

    def begin(self) -> ProcessRun:
        return ProcessRun(Process(self.driver.start, self.place.env, self.place.secrets))

    def close(self) -> None:
        """Nothing outlives a run."""
