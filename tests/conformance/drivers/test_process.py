"""Does every process end, whatever it does, and does its output stay bounded and searched?"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from ixconform.drivers.capture import HEAD, TAIL
from ixconform.drivers.command import CommandDriver
from ixconform.drivers.driver import Ended, Surroundings
from ixconform.drivers.process import StartError

linux = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="children are found by /proc")
SECRET = "s3cret-value-of-a-key"


def surroundings(folder: Path) -> Surroundings:
    env = {"PATH": os.environ["PATH"], "WANTED": SECRET}
    return Surroundings(env=env, folder=folder, secrets={"WANTED": SECRET}, world="w")


def ran(script: str, folder: Path, *, limit_s: float = 20.0) -> Ended:
    run = CommandDriver([sys.executable, "-S", "-c", script]).open(surroundings(folder)).begin()
    run.wait(limit_s)
    return run.finish()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/status")
    return not (status.exists() and "State:\tZ" in status.read_text())


def test_exit_code_and_output_are_told(tmp_path: Path) -> None:
    end = ran("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)", tmp_path)
    assert (end.code, "out" in end.output, "err" in end.output) == (3, True, True)


def test_much_output_costs_no_memory_and_keeps_head_and_tail(tmp_path: Path) -> None:
    script = "import os\nos.write(1, b'first ')\nfor _ in range(400): os.write(1, b'x' * 100000)\nos.write(1, b' last')"
    end = ran(script, tmp_path)
    assert end.output_bytes == 40_000_011
    assert len(end.output) < HEAD + TAIL + 100
    assert end.output.startswith("first ")
    assert end.output.endswith(" last")


def test_a_secret_is_found_wherever_it_stands(tmp_path: Path) -> None:
    script = (
        "import os\nfor _ in range(20): os.write(1, b'x' * 65000)\nos.write(2, os.environ['WANTED'].encode())"
    )
    assert ran(script, tmp_path).leaked == ("WANTED",)
    assert ran("print('nothing')", tmp_path).leaked == ()


def test_whoever_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    script = (
        "import signal, threading; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True)\n"
    )
    end = ran(script + "threading.Event().wait()", tmp_path, limit_s=1.5)
    assert end.code == -9


@linux
def test_children_that_leave_the_group_are_found_and_ended(tmp_path: Path) -> None:
    half, whole = str(tmp_path / "half"), str(tmp_path / "pid")
    told = f"open({half!r}, 'w').write(str(os.getpid())); os.rename({half!r}, {whole!r})"
    child = f"import os, threading; {told}; threading.Event().wait()"
    script = (
        "import subprocess, sys, pathlib, threading\n"
        f"subprocess.Popen([sys.executable, '-S', '-c', {child!r}], start_new_session=True)\n"
        f"while not (pathlib.Path({str(tmp_path)!r}) / 'pid').exists(): threading.Event().wait(0.01)\n"
    )
    end = ran(script, tmp_path)
    assert end.left_behind == 1
    pid = int((tmp_path / "pid").read_text())
    assert not alive(pid)


@pytest.mark.parametrize(
    ("command", "said"),
    [("no-such-program-here", "was not found"), ("./not-executable", "may not be executed")],
)
def test_what_cannot_start_says_why(command: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "not-executable").write_text("")
    with pytest.raises(StartError, match=said):
        CommandDriver([command], tmp_path).open(surroundings(tmp_path)).begin()
    with pytest.raises(StartError, match="does not exist"):
        CommandDriver(["true"], tmp_path / "gone").open(surroundings(tmp_path)).begin()
