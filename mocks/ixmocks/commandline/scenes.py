"""`ixkit scenario`: what a world can begin with. No server is needed."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from ixmocks.commandline.completing import scenarios
from ixmocks.commandline.group import Group
from ixmocks.commandline.rulebooks import systems
from ixmocks.commandline.server import says
from ixmocks.commandline.show import as_json, fact, heading, table, wrapped
from ixmocks.commandline.stopping import ENVIRONMENT, stop


@click.group(cls=Group)
def scenario() -> None:
    """What a world can begin with. Scenarios are folders of YAML files, to be copied and changed.

    \b
    ixkit scenario list
    ixkit scenario new ./mine --from documents
    ixkit serve --scenario ./mine
    """


@scenario.command("list")
@says
def list_(output: str) -> None:
    """The scenarios that come with ixkit.

    \b
    ixkit scenario list
    """
    from ixmocks.engine import scenario as scenarios

    heads = [scenarios.load(name, ()) for name in scenarios.names()]
    if output == "json":
        return as_json({"scenarios": [_head(head) for head in heads]})
    rows = [(head.name, head.title, head.clock or "ixkit's own") for head in heads]
    return table(("scenario", "what it holds", "begins"), rows, wide="what it holds")


@scenario.command()
@click.argument("name", shell_complete=scenarios)
@says
def show(name: str, output: str) -> None:
    """What is in a scenario, system by system; NAME may be a folder.

    \b
    ixkit scenario show documents
    ixkit scenario show ./mine
    """
    found = _load(name)
    if output == "json":
        return as_json({**_head(found), "folder": str(found.folder), "systems": _counts(found.sections)})
    click.echo(f"{heading(found.name)}  {found.title}")
    click.echo(wrapped(str(found.folder)))
    click.echo(fact("begins", found.clock or "5 January 2026, 09:00 in Amsterdam"))
    click.echo(fact("seed", str(found.seed)))
    for code, reading in found.readings.items():
        click.echo(fact("reading", f"{code}={reading}"))
    for system, counts in _counts(found.sections).items():
        click.echo(fact(system, ", ".join(f"{number} {key}" for key, number in counts.items()) or "empty"))
    return None


@scenario.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--from", "source", default="documents", show_default=True, help="Which one to copy.")
@says
def new(folder: Path, source: str, output: str) -> None:
    """Copy a scenario into a folder of yours, to change it there.

    \b
    ixkit scenario new ./mine
    ixkit scenario new ./season --from club-season
    """
    found = _load(source)
    if folder.exists():
        stop(f"{folder} exists already; choose another name.")
    try:
        shutil.copytree(found.folder, folder)
    except OSError as error:
        stop(f"{folder}: cannot be written ({error.strerror or error}).", ENVIRONMENT)
    files = sorted(path.name for path in folder.iterdir())
    if output == "json":
        return as_json({"folder": str(folder), "files": files})
    return click.echo(f"{folder}: {', '.join(files)}\nnext: ixkit serve --scenario {_as_folder(folder)}")


def _as_folder(folder: Path) -> str:
    """A bare name would mean one that comes with ixkit."""
    return str(folder) if folder.is_absolute() or len(folder.parts) > 1 else f"./{folder}"


def _load(name: str) -> Any:
    from ixmocks.engine import scenario as scenarios

    try:
        return scenarios.load(name, systems())
    except scenarios.ScenarioError as error:
        stop(str(error))


def _head(found: Any) -> dict[str, Any]:
    return {
        "name": found.name,
        "title": found.title,
        "clock": found.clock,
        "seed": found.seed,
        "readings": found.readings,
    }


def _counts(sections: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    return {
        system: {key: len(value) for key, value in section.items() if isinstance(value, list)}
        for system, section in sections.items()
    }
