"""Does every snippet of the pages do what it claims, beside the commands, which tests/acceptance types?

Python runs in tests/pytest_plugin (README, pytest) and as the files themselves (cookbook). Here: settings and CI files.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from ixconform.config import read
from ixconform.profile import profile_of
from ixmocks.cli import ixkit
from ixpytest.settings import connector_of

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
MADE = re.compile(r"<!-- Made by tools/")
ELSEWHERE = {
    "console": "tests/acceptance/test_readme.py",
    "text": "shown behind a command there, or a drawing",
    "python": "tests/pytest_plugin/test_plugin.py",
    "{ .python }": "included files of tests/cookbook",
}


def snippets(*languages: str) -> Iterator[tuple[str, str, str]]:
    """Page, language and content of each block of the pages that people write."""
    for page in PAGES:
        text = page.read_text("utf-8")
        if not MADE.search(text):
            for language, content in re.findall(
                r"^``` ?(\S[^\n]*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL
            ):
                if not languages or language in languages:
                    yield page.name, language, content


def test_each_kind_of_snippet_is_tried_somewhere() -> None:
    assert {language for _, language, _ in snippets()} <= {*ELSEWHERE, "toml", "yaml"}


def test_python_stands_only_where_it_runs() -> None:
    assert {page for page, _, _ in snippets("python")} == {"README.md", "pytest.md"}
    for _, _, content in snippets("{ .python }"):
        assert re.fullmatch(r'--8<-- "tests/cookbook/test_\w+\.py"\n', content)


@pytest.mark.parametrize(("page", "content"), [(page, content) for page, _, content in snippets("toml")])
def test_settings_are_read_as_they_stand(tmp_path: Path, page: str, content: str) -> None:
    file = tmp_path / "ixkit.toml"
    file.write_text(content)
    told = tomllib.loads(content)
    config = read(file)
    if "command" in told.get("connector", {}):
        command, env, folder = connector_of(tmp_path)
        assert (config.command, folder) == (tuple(command), tmp_path)
        assert env.keys() == told["connector"].get("env", {}).keys()
    if "profile" in told.get("conform", {}):
        assert profile_of(told["conform"]["profile"])


def test_what_the_ci_pages_call_is_there() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    hooks = {each["id"] for each in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    tried = 0
    for page, _, content in snippets("yaml"):
        for node in _nodes(yaml.safe_load(content)):
            if str(node.get("uses", "")).startswith("OWNER/ixkit@"):
                assert node["with"].keys() <= action["inputs"].keys(), page
                _called(f"{node['with']['command']} {node['with'].get('args', '')}")
                tried += 1
            for line in node.get("script", ()):
                if line.startswith("ixkit "):
                    _called(line.removeprefix("ixkit "))
                    tried += 1
            for hook in node.get("hooks", ()):
                assert hook["id"] in hooks, page
                tried += 1
    assert tried >= 5


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _nodes(each)


def _called(line: str) -> None:
    """The command exists and has these options."""
    name, *words = line.partition(">")[0].split()
    command = ixkit.get_command(click.Context(ixkit), name)
    assert command is not None, line
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known, line
