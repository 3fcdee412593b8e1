"""How are the mocks served from a terminal? `ixkit serve`: bind, say where everything is, answer until stopped."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from ixmocks.commandline.completing import scenarios

if TYPE_CHECKING:
    from ixmocks.engine.server import Listening
    from ixmocks.kit import Kit

PORT_BASE = 4710
USAGE, ENVIRONMENT = 2, 4


@click.command()
@click.option(
    "--scenario",
    default="club-season",
    show_default=True,
    shell_complete=scenarios,
    help="Name or folder: what is in the world at first.",
)
@click.option(
    "--clock",
    default=None,
    help="`real`, or a time with zone (2026-01-05T09:00:00+01:00) to freeze at. Default: the scenario's.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**53 - 1),
    default=None,
    help="For everything made up by rule (tokens). Default: the scenario's.",
)
@click.option(
    "--reading",
    "readings",
    multiple=True,
    metavar="RULE=NAME",
    help="Another reading of an open rule, e.g. IXP-19=lenient. Repeatable.",
)
@click.option(
    "--port-base",
    type=click.IntRange(0, 65_000),
    default=PORT_BASE,
    show_default=True,
    help="Control here, systems on the next ports; 0 takes any free ones.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on. Any but loopback needs --allow-host and --token.",
)
@click.option(
    "--allow-host",
    "allowed",
    multiple=True,
    metavar="NAME",
    help="Answer requests for this Host name as well. Repeatable.",
)
@click.option(
    "--token",
    envvar="IXKIT_CONTROL_TOKEN",
    default=None,
    help="Bearer token for the control port (better: the variable IXKIT_CONTROL_TOKEN).",
)
@click.option(
    "--ready-file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Write JSON here once everything answers: URLs, credentials, env.",
)
@click.option(
    "--faithful",
    is_flag=True,
    help="No Ixkit- headers and no /openapi.json: nothing that the real systems lack.",
)
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How to say where everything is.",
)
def serve(
    scenario: str, clock: str | None, seed: int | None, readings: tuple[str, ...], port_base: int, host: str,
    allowed: tuple[str, ...], token: str | None, ready_file: Path | None, faithful: bool, output: str,
) -> None:  # fmt: skip
    """Run the mock servers until interrupted.

    \b
    ixkit serve
    ixkit serve --scenario documents --clock 2017-05-05T09:00:00+02:00
    ixkit serve --port-base 0 --ready-file ready.json --reading IXP-19=lenient
    """
    hosts = _hosts(host, allowed, token)
    chosen = _readings(readings)
    kit = _kit(scenario, clock, seed, chosen, faithful)
    try:
        listening = bind_all(kit, host, port_base)
    except OSError as error:
        _stop(str(error), ENVIRONMENT)
    urls = {name: listens.url for name, listens in listening.items()}
    if ready_file is not None:
        with contextlib.suppress(FileNotFoundError):
            ready_file.unlink()

    def ready() -> None:
        facts = _facts(kit, urls)
        if ready_file is not None:
            _write_whole(ready_file, json.dumps(facts, indent=2) + "\n")
        click.echo(json.dumps(facts) if output == "json" else _greeting(kit, facts))

    from ixmocks.engine.server import run

    run(_until_told(kit, listening, hosts, token, urls, ready))


async def _until_told(
    kit: Kit, listening: Mapping[str, Listening], hosts: frozenset[str], token: str | None,
    urls: Mapping[str, str], ready: Callable[[], None],
) -> None:  # fmt: skip
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await serve_kit(kit, listening, hosts, token, urls, ready, stop)


async def serve_kit(
    kit: Kit, listening: Mapping[str, Listening], hosts: frozenset[str], token: str | None,
    urls: Mapping[str, str], ready: Callable[[], None], stop: asyncio.Event,
) -> None:  # fmt: skip
    """Answer for all systems and for control until `stop` is set; `ready` is called once all of them answer."""
    from ixmocks.control import ControlApp
    from ixmocks.engine.asgi import Front
    from ixmocks.engine.courier import Courier
    from ixmocks.engine.server import serve as serve_all
    from ixmocks.kit import advance

    loop = asyncio.get_running_loop()
    systems = {name: url for name, url in urls.items() if name != "control"}
    apps: dict[str, Any] = {name: Front(port, hosts) for name, port in kit.ports.items()}
    courier = Courier(kit.worlds, hosts, lambda world: advance(world, kit.worlds.systems, timedelta(0)))
    apps["control"] = ControlApp(
        kit, urls=lambda: systems, hosts=hosts, token=token, stop=lambda: leave(loop, stop),
        stir=courier.stir if courier.talkative else None,
    )  # fmt: skip
    if courier.talkative:
        # Only what can fill an outbox stirs the courier: a second busy thread would halve everybody's speed.
        for name in (*courier.talkative, "control"):
            apps[name] = courier.around(apps[name])
        courier.start()
    await serve_all(listening, apps, ready=ready, stop=stop)
    courier.leave()


def leave(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """From whatever thread a call is answered in."""
    loop.call_soon_threadsafe(stop.set)


def _kit(
    scenario: str, clock: str | None, seed: int | None, readings: Mapping[str, str], faithful: bool
) -> Kit:
    from ixmocks.engine.clock import ClockError
    from ixmocks.engine.document import SpecError
    from ixmocks.engine.scenario import ScenarioError
    from ixmocks.engine.worlds import WorldError
    from ixmocks.kit import Kit

    try:
        return Kit(scenario, clock=clock, seed=seed, readings=readings, faithful=faithful)
    except (ClockError, SpecError, ScenarioError, WorldError) as error:
        _stop(str(error), USAGE)


def bind_all(kit: Kit, host: str, port_base: int) -> dict[str, Listening]:
    """A socket for control and one for each system; 0 takes any free ports. Raises PortBusy."""
    from ixmocks.engine.server import bind

    names = ["control", *kit.ports]
    listening: dict[str, Listening] = {}
    try:
        for offset, name in enumerate(names):
            listening[name] = bind(name, host, port_base + offset if port_base else 0)
    except OSError:
        for listens in listening.values():
            listens.socket.close()
        raise
    return listening


def _facts(kit: Kit, urls: Mapping[str, str]) -> dict[str, Any]:
    """What the ready file says: where everything is, and the environment a connector needs."""
    from ixmocks.env import describe

    systems = {name: url for name, url in urls.items() if name != "control"}
    return {"control": urls["control"], "pid": os.getpid(), **describe(kit.world(), systems)}


def _greeting(kit: Kit, facts: Mapping[str, Any]) -> str:
    from ixmocks.commandline.server import DEFAULT_URL

    world = kit.world()
    clock = world.moment.clock
    elsewhere = "" if facts["control"] == DEFAULT_URL else f" --url {facts['control']}"
    lines = [
        f'ixkit · world "{world.name}" · scenario {world.scenario} · seed {world.seed} · '
        f"clock {clock.mode} at {clock.now().isoformat(timespec='seconds')}",
        "",
    ]
    for name, port in kit.ports.items():
        operations = sum(1 for _ in port.routes.operations())
        lines.append(
            f"  {name:<10} {facts['systems'][name]['url']:<26} {operations} operations, {len(port.rules.rules)} rules"
        )
    lines += [
        f"  {'control':<10} {facts['control'] + '/':<26} open it in a browser; also the control API",
        "",
        f'credentials for a connector; in another terminal: eval "$(ixkit world env{elsewhere})"',
        *(f"  export {name}={value}" for name, value in facts["env"].items()),
        "",
        "Ctrl-C stops.",
    ]
    return "\n".join(lines)


def _hosts(host: str, allowed: tuple[str, ...], token: str | None) -> frozenset[str]:
    from ixmocks.engine.asgi import LOOPBACK
    from ixmocks.engine.server import host_problem

    if host not in LOOPBACK and not (allowed and token):
        _stop(
            f"--host {host} is not loopback: anybody who reaches this machine could read and change the mocks. "
            "Give --allow-host NAME (by which clients call it) and IXKIT_CONTROL_TOKEN, or stay on 127.0.0.1.",
            USAGE,
        )
    for name in allowed:
        problem = host_problem(name)
        if problem is not None:
            _stop(f"--allow-host: {problem}.", USAGE)
    return LOOPBACK | {name.strip("[]").lower() for name in allowed}


def _readings(pairs: tuple[str, ...]) -> dict[str, str]:
    chosen = {}
    for pair in pairs:
        code, equals, name = pair.partition("=")
        if not equals or not code or not name:
            _stop(f"--reading {pair!r}: expected RULE=NAME, such as IXP-19=lenient.", USAGE)
        chosen[code] = name
    return chosen


def _write_whole(path: Path, text: str) -> None:
    """A reader finds the whole text or no file."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        draft.write_text(text)
        draft.replace(path)
    except OSError as error:
        _stop(f"--ready-file {path}: {error.strerror}.", ENVIRONMENT)


def _stop(message: str, code: int) -> NoReturn:
    click.echo(f"ixkit: {message}", err=True)
    sys.exit(code)
