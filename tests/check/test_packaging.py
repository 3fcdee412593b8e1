"""Does what others take into their CI fit what we ship? As far as that shows without a container engine."""

from __future__ import annotations

import re
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from check.changes import BOOK, CONTRACT
from check.test_diff import edited
from ixcheck.checks import check
from ixcheck.diff.command import diff

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
COMMANDS = set(PROJECT["entry-points"]["ixkit.commands"])


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


def test_the_action_runs_commands_that_exist_and_treats_inputs_as_data() -> None:
    action = read("action.yml")
    assert action["runs"]["using"] == "composite"
    assert action["inputs"]["command"]["default"] in COMMANDS
    scripts = [step["run"] for step in action["runs"]["steps"] if "run" in step]
    assert scripts
    assert not [script for script in scripts if "${{" in script]
    assert all("shell" in step for step in action["runs"]["steps"] if "run" in step)
    assert any("--require-hashes" in script for script in scripts)


@pytest.mark.parametrize("hook", read(".pre-commit-hooks.yaml"), ids=lambda hook: hook["id"])
def test_a_hook_runs_a_command_that_exists_when_a_contract_changes(hook: dict[str, Any]) -> None:
    program, command = shlex.split(hook["entry"])
    assert program in PROJECT["scripts"]
    assert command in COMMANDS
    assert re.search(hook["files"], "specs/silvasoft.rules.yaml")
    assert not re.search(hook["files"], "mocks/ixmocks/cli.py")


def test_the_image_is_pinned_small_and_not_root() -> None:
    text = (ROOT / "Dockerfile").read_text("utf-8")
    bases = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert all(re.fullmatch(r"python:\d+\.\d+\.\d+-slim-\w+", base) for base in bases)
    assert "USER 10001" in text.split("FROM")[-1]
    assert "HEALTHCHECK" in text
    assert "--require-hashes" in text
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert ignored[0] == "*"
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"][
        "targets"
    ]
    needed = {package.split("/")[0] for package in packages["wheel"]["packages"]} | {
        "specs",
        "pyproject.toml",
    }
    assert needed <= {line.removeprefix("!") for line in ignored}


def test_compose_gives_a_token_and_stays_on_this_machine() -> None:
    (service,) = read("compose.yaml")["services"].values()
    assert "IXKIT_CONTROL_TOKEN" in service["environment"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert service["read_only"] is True


def test_snippets_of_the_page_are_yaml_and_name_what_exists() -> None:
    page = (ROOT / "docs" / "ci.md").read_text("utf-8")
    snippets = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]
    assert len(snippets) >= 4
    hooks = {hook["id"] for hook in read(".pre-commit-hooks.yaml")}
    assert set(re.findall(r"id: (ixkit-\w+)", page)) <= hooks
    assert set(re.findall(r"command: (\w+)", page)) <= COMMANDS


def test_a_github_job_gets_a_summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    for name, whole in (
        ("old", CONTRACT),
        ("new", edited(CONTRACT, {"paths./invoices.post.responses.409": {"description": "a|b"}})),
    ):
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(whole, sort_keys=False))
    CliRunner().invoke(diff, [str(tmp_path / "old.yaml"), str(tmp_path / "new.yaml"), "--format", "github"])
    (tmp_path / "books.rules.yaml").write_text(yaml.safe_dump(BOOK, sort_keys=False))
    CliRunner().invoke(check, [str(tmp_path / "books.rules.yaml"), "--format", "github"])
    told = page.read_text()
    assert "### ixkit diff: 0 breaking, 1 risky, 0 safe" in told
    assert "| risky | addInvoice | 409 |" in told
    assert "### ixkit check: 2 error" in told


@pytest.mark.long
def test_the_dockerfile_is_clean() -> None:
    """`make test-long` installs hadolint beside the other peers."""
    hadolint = ROOT / "tools" / "peers" / ".venv" / "bin" / "hadolint"
    if not hadolint.exists():
        pytest.skip("no tools/peers/.venv")
    done = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
