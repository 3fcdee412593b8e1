"""`ixkit init`: what a project needs to begin with."""

from __future__ import annotations

from pathlib import Path

import click

from ixmocks.commandline.server import says
from ixmocks.commandline.show import as_json
from ixmocks.commandline.stopping import ENVIRONMENT, stop
from ixmocks.commandline.templates import COMPOSE, CONFIG, EXAMPLE, IGNORED, WORKFLOW

CONFIG_FILE = "ixkit.toml"
FILES = {
    "pytest": ("tests/test_with_ixkit.py", EXAMPLE),
    "github": (".github/workflows/ixkit.yml", WORKFLOW),
    "compose": ("compose.ixkit.yaml", COMPOSE),
}


@click.command()
@click.option("--pytest", "wanted", flag_value="pytest", multiple=True, help="An example test.")
@click.option("--github", "wanted", flag_value="github", multiple=True, help="A workflow for GitHub Actions.")
@click.option(
    "--compose", "wanted", flag_value="compose", multiple=True, help="A service for docker compose."
)
@click.option("--force", is_flag=True, help="Overwrite files that are there already.")
@says
def init(wanted: tuple[str, ...], force: bool, output: str) -> None:
    """Set up a project to use ixkit.

    Writes ixkit.toml and entries of .gitignore; and an example test and a CI workflow, or only what is named.

    What is there already stays as it is, unless --force says otherwise.

    \b
    ixkit init
    ixkit init --pytest --github --compose
    """
    chosen = wanted or ("pytest", "github")
    files = {CONFIG_FILE: CONFIG, **dict(FILES[name] for name in FILES if name in chosen)}
    done = {name: _write(Path(name), text, force=force) for name, text in files.items()}
    done[".gitignore"] = _ignore(Path(".gitignore"))
    if output == "json":
        return as_json({"files": done})
    for name, what in done.items():
        click.echo(f"  {what:<9} {name}")
    said = "python -m pytest tests/test_with_ixkit.py" if "pytest" in chosen else "ixkit serve"
    click.echo(f"\nnext: {said}")
    return click.echo(f"or:   say in {CONFIG_FILE} how your connector is started, then ixkit conform run")


def _write(path: Path, text: str, *, force: bool) -> str:
    there = path.exists()
    if there and not force:
        return "kept"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        stop(f"{path}: cannot be written ({error.strerror or error}).", ENVIRONMENT)
    return "replaced" if there else "written"


def _ignore(path: Path) -> str:
    """Add our entries where they are missing; a line that is there stays where it is."""
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        missing = [line for line in IGNORED if line not in before.splitlines()]
        if not missing:
            return "kept"
        gap = "" if not before or before.endswith("\n") else "\n"
        path.write_text(before + gap + "".join(f"{line}\n" for line in missing), encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        stop(f"{path}: cannot be changed ({error}).", ENVIRONMENT)
    return "extended" if before else "written"
