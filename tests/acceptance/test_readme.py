"""Does what the README and the pages of docs/ tell a reader to type work, and does it print what they show?"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from acceptance.conftest import Ixkit, Served, Serving, World

PROJECT = Path(__file__).parents[2]
PAGES = (PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md")))


class How(Enum):
    NAMED = "takes long or changes the checkout: its make target must exist, or its --help must answer"
    SERVED = "started as written but on free ports; it runs until the page ends, and its env is exported"
    RUN = "run as written; it must succeed and print what the page shows"


IXKIT = r"(\.venv/bin/)?ixkit"
COMMANDS: tuple[tuple[str, How], ...] = (
    (r"make( (help|demo|test|test-long|conform|check|fmt|bench|docs|clean))?( \w+=\S+)*", How.NAMED),
    (r"make (simulate|campaign) ARGS=.*", How.NAMED),
    (r"make serve( ARGS=.*)?", How.SERVED),
    (rf"{IXKIT} demo( --[^|>]*)?", How.NAMED),
    (rf"{IXKIT} (diff|check|fuzz|proxy)( [^|>]*)?", How.NAMED),
    (rf"{IXKIT} serve( --[^|>]*)?", How.SERVED),
    (rf"{IXKIT} bridge (example|run|status|resolve|audit|rebuild)( .*)?", How.RUN),
    (rf"{IXKIT} bridge watch( --[^|>]*)?", How.NAMED),
    (rf"{IXKIT} conform (run|list|preflight|replay|verify)( .*)?", How.NAMED),
    (rf"{IXKIT}.* --(help|version)", How.RUN),
    (rf"{IXKIT} coverage --file .*", How.NAMED),  # of a file that the test run before it leaves behind
    (rf"{IXKIT} (explain|rules|init|coverage) ?.*", How.RUN),
    (
        rf"{IXKIT} (journal (show|tail)|clock (show|advance)|faults (add|list)|world (create|list|instalments))( .*)?",
        How.RUN,
    ),
    (rf'eval "\$\({IXKIT} world env( \S+)?\)"', How.RUN),
    (r"pytest( .*)?", How.NAMED),
    (r"curl .*", How.RUN),
    (r"cp -r mocks/ixmocks/scenarios/[a-z-]+ [a-z-]+", How.RUN),
)
"""Every command of the pages is one of these. A new kind of command gets a row here, or the test fails."""


@dataclass(frozen=True, slots=True)
class Command:
    line: str
    shown: tuple[str, ...] = field(default=())
    """What the page shows as its output."""

    @property
    def bare(self) -> str:
        """Without the comment behind it."""
        return re.sub(r"\s+# .*$", "", self.line)

    @property
    def how(self) -> How | None:
        return next((how for pattern, how in COMMANDS if re.fullmatch(pattern, self.bare, re.DOTALL)), None)


def commands(text: str) -> Iterator[Command]:
    """The lines `$ …` of all console blocks; what follows there, or in a text block right behind, is shown."""
    blocks = list(re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
    for place, block in enumerate(blocks):
        if block[1] != "console":
            continue
        found = list(_in_block(block[2]))
        behind = blocks[place + 1] if place + 1 < len(blocks) else None
        if behind is not None and behind[1] == "text" and not text[block.end() : behind.start()].strip():
            found[-1] = replace(found[-1], shown=tuple(behind[2].splitlines()))
        yield from found


def _in_block(block: str) -> Iterator[Command]:
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        lines = part.replace("\\\n", "").splitlines()
        yield Command(lines[0], tuple(lines[1:]))


# ---- the test of the test ------------------------------------------------------------------------


def test_commands_are_found_with_what_is_shown_behind_them() -> None:
    page = "a\n```console\n$ make  # all\n$ curl a \\\n  b\nout\n```\n\n```text\nHTTP\n```\n```python\n$ no\n```\n"
    assert [(each.bare, each.shown) for each in commands(page)] == [("make", ()), ("curl a   b", ("HTTP",))]


def test_a_command_of_an_unknown_kind_is_noticed() -> None:
    kinds = {line: Command(line).how for line in ("make fly", "rm -rf /", "ixkit fly", "curl x", "make")}
    assert list(kinds.values()) == [None, None, None, How.RUN, How.NAMED]


# ---- the pages -----------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_what_a_page_tells_to_type_works(
    shell: Ixkit, serving: Serving, pytestconfig: pytest.Config, tmp_path: Path, page: Path
) -> None:
    for name in ("mocks", "specs", "Makefile"):
        (tmp_path / name).symlink_to(PROJECT / name)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    served: Served | None = None
    with ExitStack() as running:
        for command in commands(page.read_text()):
            assert command.how is not None, (
                f"{page.name}: no row of COMMANDS says how to check {command.line!r}"
            )
            if command.how is How.SERVED:
                served = running.enter_context(serving(*_options(command)))
            elif command.how is How.NAMED:
                _named(shell, pytestconfig, command)
            else:
                there = {**served.facts["env"], "IXKIT_URL": served.facts["control"]} if served else None
                done = shell(_here(command.bare, served), env=there)
                assert done.returncode == 0, f"{command.line}\n{done.stdout}{done.stderr}"
                printed = [line.rstrip() for line in done.stdout.splitlines()]
                missing = [
                    line for line in command.shown if line.strip(" …") and line.rstrip() not in printed
                ]
                assert not missing, done.stdout


def test_the_pages_hold_commands_at_all() -> None:
    assert len(list(commands(PAGES[0].read_text()))) >= 3
    assert {page.name for page in PAGES} >= {"README.md", "index.md", "scenarios.md"}


def _options(command: Command) -> list[str]:
    words = shlex.split(command.bare)
    if words[0] == "make":
        return [option for word in words[2:] for option in shlex.split(word.removeprefix("ARGS="))]
    return words[2:]


def _named(shell: Ixkit, pytestconfig: pytest.Config, command: Command) -> None:
    words = shlex.split(command.bare)
    if words[0] == "make":
        targets = re.findall(r"^([a-z][a-z-]*):.*## ", (PROJECT / "Makefile").read_text(), re.MULTILINE)
        assert set(words[1:2]) <= set(targets)
        return
    if words[0] == "pytest":
        for word in words:
            if word.startswith("--ixkit-"):
                pytestconfig.getoption(word)  # a ValueError where the plugin has no such option
        return
    own = words[: words.index("--")] if "--" in words else words  # behind it stands somebody else's command
    command_words = 3 if words[1] == "conform" else 2
    text = shell(f"{shlex.join(words[:command_words])} --help").stdout
    assert [word for word in own[command_words:] if word.startswith("--") and f"{word} " not in text] == []


def _here(line: str, served: Served | None) -> str:
    """The line with the usual ports (4710 and up) replaced by those that are really taken."""
    if served is not None:
        urls = (served.facts["control"], *(system["url"] for system in served.facts["systems"].values()))
        for offset, url in enumerate(urls):
            line = line.replace(f"127.0.0.1:{4710 + offset}", urlsplit(url).netloc)
    return line


# ---- what else the README claims -------------------------------------------------------------------

COUNTS = re.compile(r"^\| ([\w.]+)[^|]*\| (\d+) operations, (\d+) rules \|", re.MULTILINE)


def test_the_readme_counts_operations_and_rules_right(served: Served, world: World) -> None:
    claimed = {
        name.lower().replace(".", ""): (int(of), int(by))
        for name, of, by in COUNTS.findall(PAGES[0].read_text())
    }
    counted = {name: _counted(served, world, name) for name in claimed}
    assert claimed.keys() == {"ixpole", "silvasoft", "riverty", "telecomx", "crmcom"}
    assert claimed == counted


def _counted(served: Served, world: World, system: str) -> tuple[int, int]:
    paths: Mapping[str, Mapping[str, object]] = world.control.get(
        f"{served.url(system)}/openapi.json"
    ).json()["paths"]
    verbs = {"get", "put", "post", "patch", "delete"}
    operations = sum(len(verbs & path.keys()) for path in paths.values())
    rules = world.control.get("/v1/rules", params={"system": system}).json()["rules"]
    return operations, len(rules)
