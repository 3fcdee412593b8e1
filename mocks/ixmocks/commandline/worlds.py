"""`ixkit world`: make, look at, branch and forget worlds."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click

from ixmocks.commandline.completing import scenarios, systems
from ixmocks.commandline.group import Group
from ixmocks.commandline.server import Server, asks, asks_world
from ixmocks.commandline.show import as_json, heading, table
from ixmocks.commandline.stopping import stop


@click.group(cls=Group)
def world() -> None:
    """Make, branch, rewind worlds. Each has its own data, clock, faults, journal and credentials.

    \b
    ixkit world create t1 --scenario documents --clock 2026-01-05T09:00:00+01:00
    eval "$(ixkit world env t1)"          # a connector started now meets this world
    ixkit world fork t1 what-if
    ixkit world rewind t1 e17
    """


_name = click.argument("name", envvar="IXKIT_WORLD", default="default", required=False)


@world.command("list")
@asks
def list_(server: Server, output: str) -> None:
    """All worlds of the server.

    \b
    ixkit world list
    ixkit world list --format json
    """
    found = server.get("/v1/worlds")
    if output == "json":
        return as_json(found)
    rows = [
        (w["name"], w["scenario"], w["seed"], w["clock"]["now"], w["clock"]["mode"]) for w in found["worlds"]
    ]
    return table(("world", "scenario", "#seed", "time (UTC)", "clock"), rows, wide="scenario")


@world.command()
@click.argument("code", required=False)
@click.option("--needs", is_flag=True, help="Only those with which something is not as it should be.")
@asks_world
def instalments(server: Server, output: str, code: str | None, needs: bool) -> None:
    """How far each instalment has come, across iXpole and its target, and what they come to.

    \b
    ixkit world instalments
    ixkit world instalments --needs --format json
    ixkit world instalments C-2025-0001-01 --world t1
    """
    found = server.get(server.here("/instalments"), code=code, needs=needs or None)
    if code is not None and not found["instalments"]:
        stop(f"world {server.world!r} has no instalment {code!r}; `ixkit world instalments` lists them")
    if output == "json":
        return as_json(found)
    table(
        ("instalment", "#total", "status", "number", "documents"),
        [
            (one["code"], f"{one['total']:.2f}", one["status"], one["number"] or "",
             "; ".join([*map(_document, one["documents"]), *(f"! {need}" for need in one["needs"])]))
            for one in found["instalments"]
        ],
        wide="documents",
    )  # fmt: skip
    for each in found["sums"]:
        parts = (f"{name} {each[name]:.2f}" for name in ("asked", "booked", "told", "paid"))
        click.echo(f"{each['currency']}: {', '.join(parts)}")
    return None


def _document(of: dict[str, Any]) -> str:
    kind = "" if of["kind"] == "invoice" else f" {of['kind']}"
    return f"{of['system']}{kind} {of['number'] or of['draft'] or 'without number'}, {of['status']}"


@world.command()
@click.argument("name", required=False)
@click.option(
    "--scenario", shell_complete=scenarios, help="What is in it at first; `ixkit scenario list` names them."
)
@click.option("--seed", type=click.IntRange(0, 2**53 - 1), help="For everything made up by rule.")
@click.option("--clock", help="`real`, or a time with zone to freeze at.")
@click.option(
    "--reading", "readings", multiple=True, metavar="RULE=NAME", help="Another reading. Repeatable."
)
@click.option(
    "--data", type=click.Path(exists=True, path_type=Path),
    help="A folder with <system>.yaml files: their data instead of the scenario's.",
)  # fmt: skip
@asks
def create(
    server: Server, output: str, name: str | None, scenario: str | None, seed: int | None, clock: str | None,
    readings: tuple[str, ...], data: Path | None,
) -> None:  # fmt: skip
    """Make a world; without a name, the server chooses one.

    \b
    ixkit world create
    ixkit world create t1 --scenario documents --reading IXP-19=lenient
    ixkit world create mine --data ./my-scenario
    """
    asked: dict[str, Any] = {"name": name, "scenario": scenario, "seed": seed, "clock": clock}
    told = {key: value for key, value in asked.items() if value is not None}
    brought = _brought(data) if data is not None else {}
    chosen = {**brought.get("readings", {}), **_readings(readings)}
    made = server.send("POST", "/v1/worlds", {**brought, **told, **({"readings": chosen} if chosen else {})})
    return as_json(made) if output == "json" else _whole(made)


@world.command()
@_name
@asks
def show(server: Server, output: str, name: str) -> None:
    """Where a world's systems are, how to sign in, what time it is there.

    \b
    ixkit world show
    ixkit world show t1 --format json
    """
    found = server.get(server.here(world=name))
    return as_json(found) if output == "json" else _whole(found)


@world.command()
@_name
@asks
def env(server: Server, output: str, name: str) -> None:
    """The environment that a connector needs, ready for a shell.

    \b
    eval "$(ixkit world env t1)"
    ixkit world env t1 --format json
    """
    found = server.get(server.here(world=name))["env"]
    if output == "json":
        return as_json(found)
    return click.echo("\n".join(f"export {key}={shlex.quote(value)}" for key, value in found.items()))


@world.command()
@_name
@asks
def reset(server: Server, output: str, name: str) -> None:
    """Back to the beginning: data, clock, no faults, an empty journal.

    \b
    ixkit world reset t1
    """
    _said(server.send("POST", server.here("/reset", name)), output, "is as it was at the beginning")


@world.command()
@click.argument("name")
@click.argument("new")
@asks
def fork(server: Server, output: str, name: str, new: str) -> None:
    """A second world that begins where the first one is now.

    \b
    ixkit world fork t1 what-if
    """
    made = server.send("POST", server.here("/fork", name), {"name": new})
    return as_json(made) if output == "json" else _whole(made)


@world.command()
@click.argument("name")
@click.argument("event")
@asks
def rewind(server: Server, output: str, name: str, event: str) -> None:
    """Back to the moment after an event; the journal keeps what came later.

    \b
    ixkit world rewind t1 e17
    """
    answer = server.send("POST", server.here("/rewind", name), {"event": event})
    _said(answer, output, f"is as it was after {event}")


@world.command()
@click.argument("name")
@asks
def delete(server: Server, output: str, name: str) -> None:
    """Forget a world, its journal with it. The world `default` stays.

    \b
    ixkit world delete t1
    """
    server.send("DELETE", server.here(world=name))
    return as_json({"deleted": name}) if output == "json" else click.echo(f"world {name} is gone")


@world.command()
@click.argument("system", required=False, shell_complete=systems)
@asks_world
def state(server: Server, output: str, system: str | None) -> None:
    """All that a world's systems hold, as JSON with sorted names: made to be compared.

    \b
    ixkit world state silvasoft > before.json
    """
    path = f"/state/{system}" if system else "/state"
    as_json(server.get(server.here(path)))


def _readings(pairs: tuple[str, ...]) -> dict[str, str]:
    chosen = {}
    for pair in pairs:
        code, equals, name = pair.partition("=")
        if not equals or not code or not name:
            stop(f"--reading {pair!r}: expected RULE=NAME, such as IXP-19=lenient.")
        chosen[code] = name
    return chosen


def _brought(folder: Path) -> dict[str, Any]:
    """The data of a folder, and what its scenario.yaml says of clock, seed and readings, if it has one."""
    found: dict[str, Any] = {"data": _documents(folder)}
    if (folder / "scenario.yaml").is_file():
        from ixmocks.engine import scenario as scenarios

        try:
            head = scenarios.load(str(folder.resolve()), ())
        except scenarios.ScenarioError as error:
            stop(str(error))
        found |= {"seed": head.seed, "readings": dict(head.readings)}
        found |= {"clock": head.clock} if head.clock else {}
    return found


def _documents(folder: Path) -> dict[str, str]:
    """System to the text of its file; the head of a scenario is no system's."""
    files = sorted(folder.glob("*.yaml")) if folder.is_dir() else [folder]
    found = {}
    for path in files:
        if path.stem in ("scenario", "expected"):
            continue
        try:
            found[path.stem] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            stop(f"--data {path}: cannot be read ({error}).")
    if not found:
        stop(f"--data {folder}: holds no <system>.yaml file.")
    return found


def _whole(found: dict[str, Any]) -> None:
    clock = found["clock"]
    click.echo(
        heading(f'world "{found["name"]}"')
        + f" · scenario {found['scenario']} · seed {found['seed']} · clock {clock['mode']} at {clock['now']}"
    )
    click.echo()
    for name, system in found["systems"].items():
        click.echo(f"  {name:<10} {system['url']}")
    click.echo("\ncredentials for a connector (also: ixkit world env):")
    for key, value in found["env"].items():
        click.echo(f"  export {key}={shlex.quote(value)}")


def _said(answer: Any, output: str, what: str) -> None:
    if output == "json":
        return as_json(answer)
    return click.echo(f"world {answer['name']} {what}; its clock is at {answer['clock']['now']}")
