"""What does ixkit do? `ixkit demo`: all mocks, the reference bridge over real HTTP, and what was booked where.

A club's season goes into each accounting system twice: invoiced at once, and as drafts that people make
final. Each of these has a world of its own in one server.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import click

from ixmocks.demo_bridge import CHECK_FAILED, Stopped, World
from ixmocks.demo_offices import OFFICES, Office, client
from ixmocks.demo_season import Season, play

MODES = ("direct", "draft")
AT_ONCE = 4
"""Seasons that are played at a time: each waits half of it, for the mocks or for news."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where everything is, as `ixkit serve` says."""

    control: str
    systems: Mapping[str, str]
    clock: str


@click.command()
@click.option(
    "--target", "targets", multiple=True, type=click.Choice(list(OFFICES)), help="Only this one. Repeatable."
)
@click.option("--mode", type=click.Choice(MODES), help="Only invoices at once, or only drafts first.")
@click.option("--scenario", help="Name or folder of a world, in place of each target's own season.")
@click.option("--all", "whole", is_flag=True, help="Show every instalment.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def demo(targets: tuple[str, ...], mode: str | None, scenario: str | None, whole: bool, output: str) -> None:
    """Book a club's season in each accounting system over HTTP, and show what became of it.

    The bridge runs twice; between the runs, people make invoices of drafts, and some customers pay. At the
    end the totals are compared with what each system lists of itself.

    \b
    ixkit demo
    ixkit demo --target telecomx --all
    ixkit demo --mode draft --format json
    """
    # Told to stop, it takes its server along.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    offices = [office for name, office in OFFICES.items() if not targets or name in targets]
    modes = [mode] if mode else list(MODES)
    try:
        with tempfile.TemporaryDirectory(prefix="ixkit-demo-") as folder, _served(scenario) as place:
            seasons = _played(place, offices, modes, scenario, Path(folder))
            if output == "json":
                done = list(seasons)
                from ixmocks.demo_show import as_json

                click.echo(json.dumps(as_json(done), ensure_ascii=False, indent=2))
            else:
                done = _shown(place, offices, modes, seasons, whole=whole)
    except Stopped as stopped:
        _stop(str(stopped), stopped.code)
    if any(season.audit.differences for season in done):
        sys.exit(CHECK_FAILED)


def _shown(
    place: Place, offices: list[Office], modes: list[str], seasons: Iterator[Season], *, whole: bool
) -> list[Season]:
    """Each target's screen as soon as its seasons are there, and one table of all at the end."""
    from ixmocks.demo_show import Screen

    screen = Screen(whole=whole)
    screen.greet(place.systems, place.control, place.clock)
    done: list[Season] = []
    for office in offices:
        own: list[Season] = []
        for _ in modes:
            with screen.waiting(len(done) + len(own), len(offices) * len(modes)):
                own.append(next(seasons))
        screen.target(office, own, first=not done)
        done += own
    screen.summary(done)
    return done


def _played(
    place: Place, offices: list[Office], modes: list[str], scenario: str | None, folder: Path
) -> Iterator[Season]:
    """All seasons in the order in which they are shown, several at once."""
    workers = ThreadPoolExecutor(AT_ONCE)
    try:
        futures: list[Future[Season]] = []
        for office in offices:
            for mode in modes:
                world = _world(place, office, mode, scenario)
                futures.append(workers.submit(play, office, mode, world, folder))
        for future in futures:
            yield future.result()
    finally:
        workers.shutdown(cancel_futures=True)


def _world(place: Place, office: Office, mode: str, scenario: str | None) -> World:
    told: dict[str, Any] = {
        "name": f"{office.name}-{mode}", "readings": dict(office.readings.get(mode, {})),
        **({} if scenario else {"scenario": office.scenario}),
    }  # fmt: skip
    with client(place.control) as http:
        answer = http.post("/v1/worlds", json=told)
    if answer.status_code != 201:
        raise Stopped(f"world {told['name']}: {answer.text}")
    made = answer.json()
    return World(made["name"], made["scenario"], place.control, made["clock"]["now"], made["env"])


@contextmanager
def _served(scenario: str | None) -> Iterator[Place]:
    """The mocks in a process of their own, until the block ends."""
    chosen = ["--scenario", scenario] if scenario else []
    command = [sys.executable, "-m", "ixmocks.cli", "serve", *chosen, "--port-base", "0", "--format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            line = server.stdout.readline()
            if not line:
                sys.exit(server.wait())  # it has said why
            facts = json.loads(line)
            urls = {name: system["url"] for name, system in facts["systems"].items()}
            yield Place(facts["control"], urls, facts["clock"]["now"])
        finally:
            server.terminate()


def _stop(message: str, code: int) -> NoReturn:
    click.echo(message if message.startswith("ixkit") else f"ixkit demo: {message}", err=True)
    sys.exit(code)
