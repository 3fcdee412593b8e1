"""What is done around a command: choosing between options and file, slips that are named, a kit that breaks."""

from __future__ import annotations

import signal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from conformance.report import sample
from ixconform import session
from ixconform.cli import conform
from ixconform.control import ControlError
from ixconform.drivers.process import HALT
from ixconform.runner import Result
from ixconform.session import Options, chosen

FILE = """
[connector]
command = ["./from-file"]
timeout_s = 9
[conform]
profile = "ixpole-crmcom-draft"
level = 2
seed = 11
jobs = 3
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_options_come_before_the_file_and_the_file_before_defaults(here: Path) -> None:
    plain = chosen(Options(command=("./x",), profile="ixpole-silvasoft-direct"))
    assert (plain.level, plain.seed, plain.config.command, plain.config.driver) == (4, 7, ("./x",), "command")
    (here / "ixkit.toml").write_text(FILE)
    filed = chosen(Options())
    assert (filed.profile.name, filed.level, filed.seed, filed.jobs) == ("ixpole-crmcom-draft", 2, 11, 3)
    assert filed.config.command == ("./from-file",)
    typed = chosen(Options(command=("./x",), profile="ixpole-silvasoft-direct", seed=0, jobs=1), 0)
    assert (typed.profile.name, typed.level, typed.seed, typed.jobs) == ("ixpole-silvasoft-direct", 0, 0, 1)
    assert (typed.config.command, typed.config.timeout_s) == (("./x",), 9)


def test_a_callable_behind_the_dashes_is_no_command(here: Path) -> None:
    picked = chosen(Options(command=("module:sync",), driver="python", profile="ixpole-silvasoft-direct"))
    assert (picked.config.callable, picked.config.command) == ("module:sync", ())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "--only", "C-999", "--", "true"], "--only C-999: there is no such scenario"),
        (["run", "--skip", "X*", "--", "true"], "--skip X*: there is no such scenario"),
        (["run", "./x", "--once"], "there is no option --once; your connector's own go behind --"),
        (["replay", "k1", "./x", "--once"], "your connector's own go behind --"),
        (["run", "--known-failing", "gone.txt", "--", "true"], "--known-failing gone.txt: No such file"),
        (["run", "--known-flaky", "bad.txt", "--", "true"], "--known-flaky bad.txt, line 1: 'P-ONE'"),
        (
            ["run", "--known-flaky", "one.txt", "--known-failing", "one.txt", "--", "true"],
            "and on that of known flaky",
        ),
        (["replay", "kxxxx", "--", "true"], "there is no case 'kxxxx'"),
        (["verify", "gone.json", "--", "true"], "gone.json: No such file"),
        (["verify", "bad.json", "--", "true"], "bad.json: this is no report of this kit: schema is 3"),
        (["list", "--profile", "ixpole-exact"], "there is no profile 'ixpole-exact'"),
        (["preflight", "--driver", "http"], "Driver 'http' needs --url"),
    ],
)
def test_a_slip_is_named_before_anything_is_started(here: Path, words: list[str], said: str) -> None:
    (here / "ixkit.toml").write_text('[conform]\nprofile = "ixpole-silvasoft-direct"\n')
    (here / "bad.txt").write_text("P-ONE\n")
    (here / "one.txt").write_text("P-ONE/C-010\n")
    (here / "bad.json").write_text('{"schema": 3}')
    done = CliRunner().invoke(conform, words)
    assert (done.exit_code, said in done.output) == (2, True), done.output


def test_lists_are_looked_for_beside_the_file_that_names_them(here: Path) -> None:
    (here / "sub").mkdir()
    (here / "sub" / "known.txt").write_text("P-ONE/C-010\n")
    config = here / "sub" / "ixkit.toml"
    config.write_text(
        '[connector]\ncommand = "true"\n[conform]\nprofile = "ixpole-silvasoft-direct"\nknown_flaky = "known.txt"\n'
    )
    picked = chosen(Options(config_file=config))
    assert session.lists(picked, None, None).flaky == {"P-ONE/C-010"}


def test_who_hears_no_hangup_is_not_ended_by_one() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with session.breaking_off():
            signal.raise_signal(signal.SIGHUP)
        with pytest.raises(KeyboardInterrupt), session.breaking_off():
            signal.raise_signal(signal.SIGTERM)
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
        assert not HALT.on
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_checker_that_breaks_is_told_as_the_kit_s_own_defect() -> None:
    def run() -> Any:
        return {}["missing"]

    runner: Any = SimpleNamespace(run=run, result=Result(), watch=SimpleNamespace(end=lambda: None))
    session._guarded(runner)
    kept = Path(runner.result.trouble.rpartition(" ")[2])
    assert runner.result.trouble.startswith("KeyError: 'missing'")
    assert "Traceback" in kept.read_text()
    kept.unlink()


def test_mocks_that_do_not_answer_are_no_defect() -> None:
    def run() -> Any:
        raise ControlError("no answer")

    with pytest.raises(ControlError):
        session._guarded(SimpleNamespace(run=run))  # type: ignore[arg-type]


def test_a_workflow_gets_the_summary_on_its_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "summary.md"
    page.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    session.summarised(sample.full())
    assert page.read_text().startswith("before\n## ")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "gone" / "summary.md"))
    session.summarised(sample.full())
    assert "No such file" in capsys.readouterr().err
    monkeypatch.delenv("GITHUB_STEP_SUMMARY")
    session.summarised(sample.full())
