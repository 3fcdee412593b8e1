"""The connector is a command that works off what is there and ends, as a scheduler would start it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ixconform.drivers.driver import Ended, Surroundings
from ixconform.drivers.process import Process, program


@dataclass(frozen=True, slots=True)
class CommandDriver:
    command: Sequence[str]
    cwd: Path | None = None
    name: str = "command"
    kills: bool = True

    def open(self, place: Surroundings) -> CommandSession:
        return CommandSession(self, place)

    def close(self) -> None:
        """Nothing outlives a session."""


@dataclass(slots=True)
class CommandSession:
    driver: CommandDriver
    place: Surroundings

    def begin(self) -> ProcessRun:
        command = [_filled(part, self.place) for part in self.driver.command]
        return ProcessRun(Process(program(command, self.driver.cwd), self.place.env, self.place.secrets))

    def close(self) -> None:
        """Nothing outlives a run."""


@dataclass(slots=True)
class ProcessRun:
    process: Process

    def wait(self, timeout: float) -> bool:
        return self.process.wait(timeout)

    def stirred(self, idle_polls: int = 0) -> None:
        """Its end is its rest; requests say nothing."""

    def kill(self) -> None:
        self.process.kill()

    def stop(self) -> None:
        self.process.stop()

    def finish(self) -> Ended:
        if not self.process.ended.is_set():
            self.process.stop()
        self.process.clean()
        return ended_of(self.process)


def ended_of(process: Process, *, quiet: bool = False) -> Ended:
    capture = process.capture
    return Ended(
        code=process.code, seconds=process.ended_after_s, output=capture.text, output_bytes=capture.bytes,
        leaked=tuple(sorted(capture.found)), left_behind=process.left_behind, quiet=quiet, calls=process.calls,
    )  # fmt: skip


def _filled(part: str, place: Surroundings) -> str:
    return part.replace("{state}", str(place.folder))
