"""Does a whole run tell right from wrong? Through the command line, with real processes and the real mocks."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ixconform.checks.finding import Seen
from ixconform.cli import conform as command_line
from ixconform.control import Control
from ixconform.data import Step
from ixconform.drivers.python import PythonDriver
from ixconform.judge import judge
from ixconform.likeness import differs, likeness
from ixconform.play import play
from ixconform.profile import Claims, profile_of, profiles
from ixconform.report.file import from_json
from ixconform.report.verdict import Outcome
from ixconform.scenarios.asked import Asked, recording
from ixconform.stage import Stage
from ixconform.systems.registry import target_of

HERE = Path(__file__).parent
CONNECTORS = HERE / "connectors"
BRIDGE = [name for name in profiles() if not name.endswith("source-only")]


@pytest.fixture(scope="module")
def driver() -> Iterator[PythonDriver]:
    made = PythonDriver("reference:sync", HERE)
    yield made
    made.close()


def stage_of(control: Control, driver: PythonDriver, name: str) -> Stage:
    profile = profile_of(name)
    return Stage(
        control=control,
        driver=driver,
        target=target_of(profile.target),
        profile=profile.name,
        mode=profile.mode,
        readings={"SILV-31": "none"},
    )


def conform(folder: Path, url: str, *words: str) -> subprocess.CompletedProcess[str]:
    """The command line, in this process: what it starts are processes of their own."""
    with contextlib.chdir(folder):
        done = CliRunner().invoke(
            command_line, words, env={"IXKIT_URL": url, "NO_COLOR": "1", "COLUMNS": "200"}
        )
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


def called(folder: Path, name: str) -> list[str]:
    """A connector of ours as a callable, which costs a fork and no start."""
    told = f"[connector]\ndriver = 'python'\ncwd = '{CONNECTORS}'\ncallable = '{name}'\n"
    config = folder / f"{name.replace(':', '-')}.toml"
    config.write_text(told)
    return ["--config", str(config)]


def right(target: str = "silvasoft", mode: str = "direct") -> list[str]:
    return ["--", sys.executable, str(CONNECTORS / "connector.py"), "--target", target, "--mode", mode]


def mutant(name: str) -> list[str]:
    return [
        "--",
        sys.executable,
        str(CONNECTORS / "mutants.py"),
        name,
        "--target",
        "silvasoft",
        "--mode",
        "direct",
    ]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.long)
        for name in ("ixpole-silvasoft-draft", "ixpole-crmcom-direct")
    ],
)
def test_a_lost_answer_and_a_kill_end_as_without(control: Control, driver: PythonDriver, name: str) -> None:
    stage = stage_of(control, driver, name)
    profile = profile_of(name)
    plain = recording(Asked(profile=profile, claims=Claims()))
    clean = Seen(history=play(stage, plain), target=stage.target, claims=Claims())
    assert judge(clean.history, stage.target, Claims()) == []
    assert all(end.told == "real" for end in likeness(clean).values())
    creates = sorted(
        each.operation for each in clean.history.asked if each.operation in stage.target.traits.creates
    )
    lost = Step("fault", {"place": "after_commit", "harm": "reset", "operation": creates[0]})
    place = next(n for n, each in enumerate(clean.history.asked, 1) if each.operation == creates[0])
    kill = Step("kill", {"place": "after_commit", "nth": place})
    for step in (lost, kill):
        history = play(stage, replace(plain, steps=(step, *plain.steps), faulty=True))
        seen = Seen(history=history, target=stage.target, claims=Claims())
        assert judge(history, stage.target, Claims()) == []
        assert differs(clean, seen, "P-META-2") == []
        assert any(each.fault for each in history.asked)
    assert history.runs[0].ended == "killed"


def test_where_the_kit_cannot_look_nobody_is_killed(control: Control, driver: PythonDriver) -> None:
    """The sixth request that iXpole gets, although the bridge has asked elsewhere before."""
    stage = stage_of(control, driver, "ixpole-source-only")
    plain = recording(Asked(profile=profile_of(stage.profile), claims=Claims()))
    kill = Step("kill", {"place": "received", "nth": 6})
    history = play(stage, replace(plain, steps=(kill, *plain.steps), faulty=True))
    first = [each.operation for each in history.asked if each.run == 1]
    assert [each.text for each in history.moments if each.kind == "kill"] == [
        f"killed at {first[5]}, before it is handled"
    ]
    assert judge(history, stage.target, Claims()) == []


def test_a_wrong_connector_is_told_its_shortest_story_and_a_right_one_plays_it_as_fixed(
    control: Control, tmp_path: Path
) -> None:
    wrong, good = called(tmp_path, "mutants:M23_silvasoft"), called(tmp_path, "connector:silvasoft")
    done = conform(
        tmp_path, control.url, "run", "--profile", "ixpole-silvasoft-direct", "--level", "2", "--only", "C-010",
        "--report", "out", "--format", "json", *wrong,
    )  # fmt: skip
    report = from_json(done.stdout)
    assert (done.returncode, report.outcome) == (1, Outcome.FAILED), done.stderr
    assert (report.selection, report.reached, report.pinned) == (("--only C-010",), None, False)
    failed = {each.code: each for each in report.checks if each.verdict.value == "fail"}
    assert set(failed) == {"P-SUM"}
    story = failed["P-SUM"].counterexample
    assert story is not None
    assert (story.seen, story.tried) == (3, 3)
    assert story.shrunk_to < story.shrunk_from
    assert json.loads((tmp_path / "out" / "report.json").read_text())["checks"]
    again = conform(tmp_path, control.url, "replay", story.case, *wrong)
    assert (again.returncode, "still failing" in again.stdout) == (1, True), again.stdout + again.stderr
    fixed = conform(tmp_path, control.url, "replay", story.case, *good)
    assert (fixed.returncode, "fixed" in fixed.stdout) == (0, True), fixed.stdout + fixed.stderr


@pytest.mark.long
def test_a_listed_failure_does_not_fail_the_run_and_a_listed_pass_does(
    control: Control, tmp_path: Path
) -> None:
    options = [
        "run",
        "--profile",
        "ixpole-silvasoft-direct",
        "--level",
        "2",
        "--only",
        "C-010",
        "--no-shrink",
    ]
    (tmp_path / "known.txt").write_text("# known\nP-SUM/C-010\n")
    listed = conform(tmp_path, control.url, *options, "--known-failing", "known.txt", *mutant("M23"))
    assert (listed.returncode, "known-failing" in listed.stdout) == (0, True), listed.stdout + listed.stderr
    assert "selected scenarios only · ixpole-silvasoft-direct  passed" in listed.stdout
    assert "no level is decided with --only C-010" in listed.stdout
    stale = conform(tmp_path, control.url, *options, "--known-failing", "known.txt", *right())
    assert (stale.returncode, "take it off the list" in stale.stdout) == (1, True), (
        stale.stdout + stale.stderr
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--", "no-such-connector"], "was not found"),
        pytest.param(
            ["--", sys.executable, "-S", "-c", "pass"], "not one request came", marks=pytest.mark.long
        ),
        pytest.param(
            ["--", sys.executable, "-S", "-c", "raise SystemExit(3)"], "exit code 3", marks=pytest.mark.long
        ),
    ],
)
def test_a_setup_that_is_wrong_is_no_verdict(
    control: Control, tmp_path: Path, words: list[str], said: str
) -> None:
    done = conform(tmp_path, control.url, "run", "--profile", "ixpole-silvasoft-direct", *words)
    assert (done.returncode, said in done.stdout + done.stderr) == (4, True), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--profile", "ixpole-silvasoft-direct"], "what shall be judged"),
        (["--profile", "ixpole-silvasoft-direct", "--budget", "soon", "--", "true"], "no span of time"),
        (["--profile", "ixpole-exact", "--", "true"], "there are: ixpole-silvasoft-direct"),
        (["--", "true"], "which profile"),
    ],
)
def test_a_slip_in_the_options_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(command_line, ["run", *words])
    assert (done.exit_code, said in done.output) == (2, True), done.output


def test_the_list_says_what_is_played_and_what_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(
        command_line, ["list", "--profile", "ixpole-silvasoft-direct", "--format", "json"]
    )
    rows = {each["id"]: each for each in json.loads(done.output)["scenarios"]}
    assert rows["C-030"]["omitted"] == "this profile books directly"
    assert rows["C-010"]["omitted"] == ""


@pytest.mark.long
def test_a_report_is_verified_and_another_connector_does_not_keep_its_word(
    control: Control, tmp_path: Path
) -> None:
    options = ["--profile", "ixpole-silvasoft-direct", "--level", "1", "--report", "out"]
    done = conform(tmp_path, control.url, "run", *options, *right())
    assert done.returncode == 0, done.stdout + done.stderr
    report = str(Path("out") / "report.json")
    same = conform(tmp_path, control.url, "verify", report, *right())
    assert (same.returncode, "the same" in same.stdout) == (0, True), same.stdout + same.stderr
    other = conform(tmp_path, control.url, "verify", report, *mutant("M23"))
    assert (other.returncode, "differ" in other.stdout) == (1, True), other.stdout + other.stderr


@pytest.mark.long
def test_other_readings_are_played_and_name_the_one_on_which_a_verdict_depends(
    control: Control, tmp_path: Path
) -> None:
    options = [
        "--profile",
        "ixpole-silvasoft-direct",
        "--level",
        "1",
        "--readings",
        "all",
        "--format",
        "json",
    ]
    done = conform(tmp_path, control.url, "run", *options, *right())
    report = from_json(done.stdout)
    assert done.returncode == 0, done.stderr
    assert len([each for each in report.readings if not each.chosen]) > 1
    depends = [(each.rule, each.reading) for each in report.readings if each.changes]
    assert ("SILV-53", "invoicing-only") in depends  # nothing that was booked can be looked up again


@pytest.mark.long
@pytest.mark.parametrize("name", BRIDGE)
def test_the_reference_bridge_reaches_the_highest_level(tmp_path: Path, name: str) -> None:
    command = [
        sys.executable,
        "-m",
        "ixmocks.cli",
        "conform",
        "run",
        "--profile",
        name,
        "--format",
        "json",
        "--no-shrink",
    ]
    done = subprocess.run(command, cwd=HERE, capture_output=True, check=False, timeout=3600)
    report: Any = from_json(done.stdout)
    wrong = [
        (each.id, each.reason) for each in report.checks if each.verdict.value not in ("pass", "omit", "warn")
    ]
    assert (done.returncode, report.reached, wrong) == (0, 4, [])
