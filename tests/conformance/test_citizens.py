"""What becomes of programs that behave badly? Advice in bounded time, and nothing left behind.

In the kit's own process, with the mocks shared; whole runs of the command line are long.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ixconform.control import Control
from ixconform.drivers.command import CommandDriver
from ixconform.drivers.driver import Driver
from ixconform.drivers.http import HttpDriver
from ixconform.drivers.service import ServiceDriver
from ixconform.preflight import preflight
from ixconform.profile import Claims, profile_of
from ixconform.report.file import from_json
from ixconform.report.model import Preflight, PreflightResult
from ixconform.scenarios.asked import Asked
from ixconform.stage import Stage
from ixconform.systems.registry import target_of

CITIZENS = Path(__file__).parent / "connectors" / "citizens.py"
PROFILE = profile_of("ixpole-silvasoft-direct")
RUN = [sys.executable, "-m", "ixmocks.cli", "conform", "run", "--profile", PROFILE.name, "--format", "json"]
SOON_S, LATE_S = 0.5, 60.0
"""How long one may run: those that never end are stopped soon, the others have all the time that they need."""
ENDLESS = frozenset({"loops", "asks-forever", "prints", "deaf", "closes-output", "hangs-in-shutdown"})
linux = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found by /proc")


def failures(
    control: Control, command: list[str], cwd: Path | None = None, limit_s: float = LATE_S
) -> dict[str, Preflight]:
    """What preflight holds against a command."""
    return held_against(control, CommandDriver(command, cwd), limit_s)


def held_against(control: Control, driver: Driver, limit_s: float = LATE_S) -> dict[str, Preflight]:
    stage = Stage(
        control=control, driver=driver, target=target_of("silvasoft"), profile=PROFILE.name,
        mode="direct", run_limit_s=limit_s,
    )  # fmt: skip
    found, good = preflight(stage, Asked(profile=PROFILE, claims=Claims()))
    failed = {each.code: each for each in found if each.result is PreflightResult.FAILED}
    assert good == (not failed)
    assert all(each.advice for each in failed.values())
    return failed


def citizen(name: str, token: Path) -> list[str]:
    """The command of one, with a word by which it and its children are known."""
    return [sys.executable, "-S", str(CITIZENS), name, str(token)]


def alive(text: str) -> list[str]:
    """Command lines of processes that hold this text."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if text in line and entry.parent.name != str(os.getpid()):
            found.append(line)
    return found


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("wrong-urls", "PRE-START", "cannot reach iXpole"),
        ("wrong-paths", "PRE-SOURCE", "/v2/instalments/new"),
        ("silent", "PRE-CALL", "it said nothing"),
        ("crashes", "PRE-START", "configuration is not readable"),
        ("falls", "PRE-START", "by signal SIGABRT"),
        ("loops", "PRE-END", "had not ended"),
        ("asks-forever", "PRE-END", "had not ended"),
        ("prints", "PRE-END", "had not ended"),
        ("forks", "PRE-CALL", "it said nothing"),
        ("deaf", "PRE-END", "had not ended"),
        ("closes-output", "PRE-END", "it said nothing"),
        ("hangs-in-shutdown", "PRE-END", "had not ended"),
        ("calls-elsewhere", "PRE-NET", "it called api.vendor.example:80"),
        ("tells-secrets", "PRE-CALL", "[IXKIT_CRMCOM_PASSWORD]"),
    ],
)
def test_a_bad_citizen_gets_advice_and_leaves_nothing(
    control: Control, tmp_path: Path, name: str, code: str, said: str
) -> None:
    failed = failures(control, citizen(name, tmp_path), limit_s=SOON_S if name in ENDLESS else LATE_S)
    assert code in failed, failed
    assert said in failed[code].found
    assert not alive(str(tmp_path))
    assert "slv_" not in str(failed)


@pytest.mark.parametrize(
    ("text", "executable", "code", "said"),
    [
        ("#!/no/such/interpreter\n", True, "PRE-START", "the interpreter '/no/such/interpreter'"),
        ("#!/bin/sh\r\necho\r\n", True, "PRE-START", r"the interpreter '/bin/sh\r'"),
        ("#!/usr/bin/env no-such-language\n", True, "PRE-START", "with exit code 127"),
        ("no first line\n", True, "PRE-START", "is no program for this machine"),
        ("#!/bin/sh\n", False, "PRE-START", "may not be executed"),
    ],
)
def test_a_script_that_cannot_run_is_told_what_it_lacks(
    control: Control, tmp_path: Path, text: str, executable: bool, code: str, said: str
) -> None:
    script = tmp_path / "connector"
    script.write_bytes(text.encode())
    script.chmod(0o755 if executable else 0o644)
    failed = failures(control, ["./connector"], tmp_path)
    assert said in failed[code].found


@pytest.mark.parametrize(
    ("driver", "code", "said", "advice"),
    [
        (HttpDriver("http://127.0.0.1:9/round"), "PRE-START", "refused", "does --url name its trigger?"),
        (
            ServiceDriver([sys.executable, "-S", "-c", "raise SystemExit(3)"]),
            "PRE-START",
            "exit code 3",
            "by hand",
        ),
    ],
    ids=["nobody listens", "a service that falls over"],
)
def test_other_drivers_are_told_what_is_missing_too(
    control: Control, driver: Driver, code: str, said: str, advice: str
) -> None:
    failed = held_against(control, driver)
    assert said in failed[code].found
    assert advice in failed[code].advice


# --- a run that is broken off -----------------------------------------------------------------------------

WAITS = """
import os, pathlib, signal, threading
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, signal.SIG_IGN)
half = pathlib.Path({half!r})
half.write_text(str(os.getpid()))
half.rename(half.with_suffix(".pid"))
threading.Event().wait()
"""


def children(pid: int) -> list[int]:
    """All processes below this one that lead a session of their own."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(words[1]) == pid:
            found.append(int(entry.parent.name))
    return found


def broken_off(folder: Path, number: signal.Signals, url: str = "") -> tuple[int, str, list[int]]:
    """A run that gets a signal while its connector runs: exit code, what it printed, and what it had started."""
    script = WAITS.format(half=str(folder / "connector.half"))
    run = subprocess.Popen(
        [*RUN, "--", sys.executable, "-S", "-c", script], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env={**os.environ, "IXKIT_URL": url},
    )  # fmt: skip
    told = folder / "connector.pid"
    assert until(told.exists)
    started = [int(told.read_text()), *children(run.pid)]
    run.send_signal(number)
    out, _ = run.communicate(timeout=60)
    return run.returncode, out, started


@linux
@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.long)])
def test_a_run_that_is_broken_off_ends_its_connector_and_says_so(
    control: Control, tmp_path: Path, number: signal.Signals
) -> None:
    code, out, started = broken_off(tmp_path, number, control.url)
    assert (code, from_json(out).outcome.value) == (130, "interrupted")
    assert until(lambda: not any(there(each) for each in started)), started


@linux
@pytest.mark.parametrize("number", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.long)])
def test_not_even_a_run_that_is_killed_leaves_its_server_behind(
    tmp_path: Path, number: signal.Signals
) -> None:
    code, _, started = broken_off(tmp_path, number)
    assert code == (-signal.SIGKILL if number is signal.SIGKILL else 130)
    assert len(started) >= 3, "connector, server, warden"
    assert until(lambda: not any(there(each) for each in started)), [name_of(each) for each in started]


def until(true: object, within_s: float = 60.0) -> bool:
    import threading
    import time

    assert callable(true)
    end, rest = time.monotonic() + within_s, threading.Event()
    while not true():
        if time.monotonic() > end:
            return False
        rest.wait(0.05)
    return True


def there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def name_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


@pytest.mark.long
@pytest.mark.parametrize("name", ["loops", "asks-forever", "prints", "deaf"])
def test_a_whole_run_of_a_bad_citizen_is_bounded_and_not_started(name: str, tmp_path: Path) -> None:
    run = subprocess.run(
        [*RUN, "--", *citizen(name, tmp_path)], cwd=tmp_path, capture_output=True, timeout=200, check=False
    )
    report = from_json(run.stdout)
    assert (run.returncode, report.outcome.value) == (4, "not-started")
    assert json.loads(run.stdout)["preflight"]
    assert not alive(str(tmp_path))
