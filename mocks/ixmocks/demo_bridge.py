"""How does the demo run the reference bridge? As its users do: a program that polls, or one that is left running.

Riverty answers by notifications, so there the bridge must listen; elsewhere it runs, ends, and runs again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from threading import Timer
from typing import Any

CHECK_FAILED, ENVIRONMENT = 1, 4
POLLS_MAX = 60
PATIENCE_S = 240
"""After so long without an end, a bridge that is left running is stopped."""

Item = Mapping[str, Any]
Done = Callable[[Mapping[str, int]], bool]
"""How many instalments there are of each status: is this what was waited for?"""
Book = Callable[[Done], list[Item]]
"""Let the bridge work; where every instalment stands then."""


class Stopped(Exception):
    """The demo cannot go on; the message says why."""

    def __init__(self, message: str, code: int = ENVIRONMENT) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class World:
    """One world of the served mocks."""

    name: str
    scenario: str
    control: str
    clock: str
    env: Mapping[str, str]


def ixkit(arguments: Iterable[str], env: Mapping[str, str] | None = None) -> str:
    """What an `ixkit` command prints. Raises Stopped where it cannot do its work."""
    done = subprocess.run(
        _command(arguments), env={**os.environ, **(env or {})}, check=False, capture_output=True, text=True,
        encoding="utf-8",
    )  # fmt: skip
    told_nothing = done.returncode == CHECK_FAILED and not done.stdout
    if done.returncode not in (0, CHECK_FAILED) or told_nothing:
        raise Stopped(done.stderr.strip() or f"ixkit ended with {done.returncode}", done.returncode)
    return done.stdout


def _command(arguments: Iterable[str]) -> list[str]:
    return [sys.executable, "-m", "ixmocks.cli", *arguments]


def _files(folder: Path, world: World, mode: str) -> list[str]:
    # The mocks' clock stands still, so nothing is gained by waiting between requests.
    pace = ["--per-second", "0", "--per-minute", "0"]
    config, journal = f"{folder}/{world.name}.yaml", f"{folder}/{world.name}.sqlite"
    return ["--config", config, "--journal", journal, "--mode", mode, *pace]


@contextmanager
def running(target: str, mode: str, world: World, folder: Path, *, listens: bool) -> Iterator[Book]:
    """A bridge with the configuration that it prints itself as an example."""
    config = folder / f"{world.name}.yaml"
    config.write_text(_example(target), encoding="utf-8")
    arguments = _files(folder, world, mode)
    if listens:
        with _watching(arguments, world, folder) as book:
            yield book
    else:
        yield _polling(arguments, world)


@cache
def _example(target: str) -> str:
    return ixkit(["bridge", "example", "--target", target])


# One run after the other.


def _polling(arguments: list[str], world: World) -> Book:
    known: dict[str, Item] = {}

    def book(done: Done) -> list[Item]:
        # The second time it asks until nothing changes, as what is paid shows only once it is numbered.
        until = ["--until-idle"] if known else []
        options = ["--clock", world.clock, *until, "--format", "json"]
        told = json.loads(ixkit(["bridge", "run", *arguments, *options], world.env), parse_float=Decimal)
        known.update({item["code"]: item for item in told["instalments"]})
        return list(known.values())

    return book


# One that is left running.


@contextmanager
def _watching(arguments: list[str], world: World, folder: Path) -> Iterator[Book]:
    options = ["--listen", "127.0.0.1:0", "--interval", "1", "--log-format", "json"]
    with subprocess.Popen(
        _command(["bridge", "watch", *arguments, *options]), env={**os.environ, **world.env}, text=True,
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, encoding="utf-8",
    ) as process:  # fmt: skip
        guard = Timer(PATIENCE_S, process.kill)
        guard.start()
        standing: dict[str, str] = {}

        def book(done: Done) -> list[Item]:
            _until(process, standing, done)
            journal = ["--journal", f"{folder}/{world.name}.sqlite", "--format", "json"]
            told = json.loads(ixkit(["bridge", "status", *journal]), parse_float=Decimal)
            return list(told["instalments"])

        try:
            yield book
        finally:
            guard.cancel()
            process.terminate()
            assert process.stderr is not None
            process.stderr.read()  # what it still says must not fill the pipe


def _until(process: subprocess.Popen[str], standing: dict[str, str], done: Done) -> None:
    """Reads what the bridge tells of its polls until that is what was waited for, and nothing changes."""
    assert process.stderr is not None
    polls = 0
    for line in process.stderr:
        told = json.loads(line) if line.startswith("{") else {"event": line.strip()}
        if told["event"] == "instalment":
            standing[told["code"]] = told["status"]
        elif told["event"] == "poll halted":
            raise Stopped(f"the bridge stopped early: {told.get('reason')}")
        elif told["event"] == "poll":
            polls += 1
            if (told["records"] == 0 and done(Counter(standing.values()))) or polls >= POLLS_MAX:
                return
    raise Stopped(f"the bridge ended with {process.wait()} before it was done")
