"""How is a connector judged from a terminal? `ixkit conform run|list|preflight|replay|verify`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from rich.console import Console

    from ixconform.config import Config
    from ixconform.drivers.driver import Driver
    from ixconform.play import Stage
    from ixconform.profile import Claims, Profile
    from ixconform.report.model import Report

USAGE, ENVIRONMENT, DEFECT = 2, 4, 5
FORMATS = ("html", "junit", "sarif", "badge", "statement", "github")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What the options and `ixkit.toml` together say."""

    config: Config
    profile: Profile
    level: int
    seed: int
    jobs: int


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    """What every command that drives a connector takes."""
    for option in reversed(
        (
            click.option(
                "--config",
                "config_file",
                type=click.Path(dir_okay=False, path_type=Path),
                help="Instead of the nearest ixkit.toml.",
            ),
            click.option(
                "--profile",
                default=None,
                metavar="NAME",
                help="As what it is judged, such as ixpole-silvasoft-draft.",
            ),
            click.option(
                "--driver",
                type=click.Choice(["command", "service", "http", "python"]),
                default=None,
                help="How it is started.",
            ),
            click.option("--url", default="", help="Where to post a trigger (driver http)."),
            click.option(
                "--seed",
                type=click.IntRange(0, 2**31),
                default=None,
                help="For data that is made up. Default 7.",
            ),
            click.option(
                "--jobs",
                type=click.IntRange(1, 32),
                default=None,
                help="Cases at the same time. Default: one for each processor, at most 4.",
            ),
        )
    ):
        function = option(function)
    return click.argument("command", nargs=-1, type=click.UNPROCESSED)(function)


@click.group()
def conform() -> None:
    """Judge a connector from outside, whatever language it is written in.

    \b
    ixkit conform run --profile ixpole-silvasoft-direct -- ./my-connector --once
    ixkit conform list --profile ixpole-silvasoft-draft
    ixkit conform replay k7f3a -- ./my-connector --once
    """


@conform.command()
@_options
@click.option(
    "--level",
    type=click.IntRange(0, 4),
    default=None,
    help="Up to which level. Default 4, or what ixkit.toml says.",
)
@click.option(
    "--budget", default=None, metavar="TIME", help="90s, 5m: what is not done by then is inconclusive."
)
@click.option("--only", multiple=True, metavar="ID", help="Only these scenarios (C-010, C-02*). Repeatable.")
@click.option("--skip", multiple=True, metavar="ID", help="Not these scenarios. Repeatable.")
@click.option(
    "--known-failing",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="A list of checks that fail: P-ONE/C-061, one a line.",
)
@click.option(
    "--readings",
    type=click.Choice(["default", "all"]),
    default="default",
    help="all: also under other readings of the open rules that it touches.",
)
@click.option(
    "--report",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Write report.json, a page, JUnit, SARIF and a badge here.",
)
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--keep-going", is_flag=True, help="Go on to the next level although this one failed.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first check that fails.")
@click.option("--no-shrink", is_flag=True, help="Do not look for the shortest story of a failure.")
def run(
    command: tuple[str, ...],
    config_file: Path | None,
    profile: str | None,
    driver: str | None,
    url: str,
    seed: int | None,
    jobs: int | None,
    level: int | None,
    budget: str | None,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    known_failing: Path | None,
    readings: str,
    folder: Path | None,
    shape: str,
    keep_going: bool,
    fail_fast: bool,
    no_shrink: bool,
) -> None:
    """Play all scenarios up to a level, judge them, and say how far the connector gets.

    Exit codes: 0 the level is reached; 1 it is not; 2 usage; 3 not decided; 4 the connector does not start.
    """
    from ixconform.runner import Wish

    chosen = _chosen(command, config_file, profile, driver, url, seed, jobs, level)
    wish = Wish(
        profile=chosen.profile,
        claims=chosen.config.claims,
        level=chosen.level,
        seed=chosen.seed,
        only=only,
        skip=skip,
        known_failing=_listed(known_failing or _beside(chosen.config)),
        budget_s=_seconds(budget or chosen.config.budget),
        jobs=chosen.jobs,
        keep_going=keep_going,
        fail_fast=fail_fast,
        shrinks=not no_shrink,
        options=_again(command),
    )
    console = _console(quiet=shape == "json")
    report = _judged(chosen, wish, console, readings=readings)
    _written(report, folder or (Path(chosen.config.report) if chosen.config.report else None), console)
    if shape == "json":
        from ixconform.report.model import to_json

        click.echo(to_json(report), nl=False)
    else:
        from ixconform.report.console import show

        show(report, console)
    sys.exit(report.exit_code)


@conform.command("list")
@click.option("--profile", default=None, metavar="NAME", help="Only what is played for this profile.")
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True)
def list_(profile: str | None, shape: str) -> None:
    """All scenarios: id, level, and what each is about."""
    import json

    from ixconform.profile import Claims, ProfileError, profile_of, profiles
    from ixconform.scenarios.asked import Asked, Omitted
    from ixconform.scenarios.catalogue import SCENARIOS

    asked = None
    if profile is not None:
        try:
            asked = Asked(profile=profile_of(profile), claims=Claims(store_loss=True))
        except ProfileError as error:
            _stop(str(error), USAGE)
    rows = []
    for each in SCENARIOS:
        made = each.cases(asked) if asked is not None and each.level < 3 else ()
        omitted = made.reason if isinstance(made, Omitted) else ""
        rows.append(
            {
                "id": each.id,
                "level": each.level,
                "title": each.title,
                "purpose": each.purpose,
                "about": list(each.about),
                "omitted": omitted,
            }
        )
    if shape == "json":
        click.echo(json.dumps({"profiles": profiles(), "scenarios": rows}, indent=2))
        return
    for row in rows:
        note = f" (omitted: {row['omitted']})" if row["omitted"] else ""
        click.echo(f"{row['id']}  L{row['level']}  {row['title']:<28} {row['purpose']}{note}")
    click.echo(f"\nprofiles: {', '.join(profiles())}")


@conform.command()
@_options
def preflight(
    command: tuple[str, ...],
    config_file: Path | None,
    profile: str | None,
    driver: str | None,
    url: str,
    seed: int | None,
    jobs: int | None,
) -> None:
    """Only look whether the connector is set up: it starts, finds the addresses, and ends."""
    from ixconform.preflight import preflight as ask

    chosen = _chosen(command, config_file, profile, driver, url, seed, jobs, None)
    with _stage(chosen) as stage:
        found, good = ask(stage, _asked(chosen))
    for each in found:
        click.echo(f"{each.result.value:<7} {each.title}{': ' + each.found if each.found else ''}")
        if each.advice:
            click.echo(f"        try: {each.advice}")
    sys.exit(0 if good else ENVIRONMENT)


@conform.command()
@click.argument("case")
@_options
@click.option(
    "--cases",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Where cases are kept. Default .ixkit/cases.",
)
@click.option("--keep", is_flag=True, help="Leave the world in the server (with IXKIT_URL), to look at it.")
def replay(
    case: str,
    command: tuple[str, ...],
    config_file: Path | None,
    profile: str | None,
    driver: str | None,
    url: str,
    seed: int | None,
    jobs: int | None,
    folder: Path | None,
    keep: bool,
) -> None:
    """Play one kept case again, without its seed: fixed, still failing, or cannot be played."""
    from ixconform import cases
    from ixconform.replaying import again
    from ixconform.report.story import story

    try:
        kept = cases.load(case, folder or cases.FOLDER)
    except cases.CaseError as error:
        _stop(str(error), USAGE)
    chosen = _chosen(command, config_file, profile or kept.profile, driver, url, seed, jobs, None)
    with _stage(chosen, keep=keep) as stage:
        check, trouble = again(stage, kept, options=_again(command))
    if trouble:
        click.echo(f"{case}: cannot be played: {trouble}")
        sys.exit(ENVIRONMENT)
    if check is None:
        click.echo(f"{case}: fixed. {kept.check} no longer fails here (it was: {kept.actual})")
        return
    click.echo(f"{case}: still failing\n")
    click.echo(f"{check.code}  {check.title}\n{story(check)}")
    sys.exit(1)


@conform.command()
@click.argument("report_file", type=click.Path(dir_okay=False, path_type=Path))
@_options
def verify(
    report_file: Path,
    command: tuple[str, ...],
    config_file: Path | None,
    profile: str | None,
    driver: str | None,
    url: str,
    seed: int | None,
    jobs: int | None,
) -> None:
    """Run again what a report says was run, and compare: the same contracts, the same verdicts."""
    from ixconform.replaying import compared
    from ixconform.report.model import ReportError, from_json
    from ixconform.runner import Wish

    try:
        before = from_json(report_file.read_bytes())
    except OSError as error:
        _stop(f"{report_file}: {error.strerror}", USAGE)
    except ReportError as error:
        _stop(f"{report_file}: {error}", USAGE)
    chosen = _chosen(
        command,
        config_file,
        profile or before.profile.name,
        driver or before.connector.driver,
        url,
        before.seed if seed is None else seed,
        jobs,
        before.asked_level,
    )
    only = tuple(sorted({each.scenario for each in before.checks}))
    wish = Wish(
        profile=chosen.profile,
        claims=_claims_in(before),
        level=before.asked_level,
        seed=chosen.seed,
        only=only,
        jobs=chosen.jobs,
        keep_going=True,
        shrinks=False,
    )
    chosen = replace(chosen, config=replace(chosen.config, claims=wish.claims))
    after = _judged(chosen, wish, _console(quiet=True), readings="default")
    differences = compared(before, after)
    for each in differences:
        click.echo(each)
    click.echo(
        f"{len(after.checks)} verdicts compared: "
        + ("the same" if not differences else f"{len(differences)} differ")
    )
    sys.exit(1 if differences else 0)


# --- helpers ----------------------------------------------------------------------------------


def _judged(chosen: Chosen, wish: Any, console: Console, *, readings: str) -> Report:
    from ixconform.building import report_of
    from ixconform.preflight import preflight as ask
    from ixconform.readings import explore
    from ixconform.report.console import Progress
    from ixconform.runner import Result, Runner

    started, began = datetime.now(UTC), time.monotonic()
    found: Any = ()
    other: Any = ()
    interrupted = False
    runner: Runner | None = None
    try:
        with _stage(chosen) as stage:
            console.print(f"{chosen.profile.name} · up to L{chosen.level} · seed {chosen.seed}", style="dim")
            found, good = ask(stage, _asked(chosen))
            if good:
                runner = Runner(stage, wish, Progress(console))
                runner.run()
                other = explore(stage, runner, wish) if readings == "all" else ()
    except KeyboardInterrupt:
        interrupted = True
    return report_of(
        runner.result if runner else Result(),
        profile=chosen.profile,
        claims=wish.claims,
        config=chosen.config,
        level=chosen.level,
        seed=chosen.seed,
        started=started,
        seconds=time.monotonic() - began,
        preflight=found,
        readings=other,
        interrupted=interrupted,
        pinned=chosen.seed == 7 and not wish.only and not wish.budget_s,
    )


def _chosen(
    command: tuple[str, ...],
    config_file: Path | None,
    profile: str | None,
    driver: str | None,
    url: str,
    seed: int | None,
    jobs: int | None,
    level: int | None,
) -> Chosen:
    from ixconform import config as reading
    from ixconform.profile import ProfileError, profile_of

    path = config_file or reading.find(Path.cwd())
    try:
        config = reading.read(path) if path else reading.Config()
        chosen = profile_of(profile or config.profile or _no_profile())
    except (reading.ConfigError, ProfileError) as error:
        _stop(str(error), USAGE)
    if command:
        kind = driver or (config.driver if config.driver in ("command", "service") else "command")
        given = {"callable": command[0]} if kind == "python" else {"command": command}
        config = replace(config, driver=kind, cwd=Path.cwd(), **given)
    elif driver:
        config = replace(config, driver=driver)
    if url:
        config = replace(config, url=url)
    _complete(config)
    return Chosen(
        config=config,
        profile=chosen,
        seed=7 if (seed is None and config.seed is None) else seed or config.seed or 0,
        level=(config.level if config.level is not None else 4) if level is None else level,
        jobs=jobs or config.jobs or min(4, os.cpu_count() or 1),
    )


def _no_profile() -> NoReturn:
    from ixconform.profile import profiles

    _stop(
        "which profile? Give --profile, or `profile` under [conform] in ixkit.toml; there are: "
        + ", ".join(profiles()),
        USAGE,
    )


def _complete(config: Config) -> None:
    missing = {
        "command": not config.command,
        "service": not config.command,
        "http": not config.url,
        "python": not config.callable,
    }[config.driver]
    if missing:
        what = {"http": "--url", "python": "module:function behind --"}.get(
            config.driver, "a command behind --"
        )
        _stop(
            f"what shall be judged? Driver {config.driver!r} needs {what}, or its line in ixkit.toml", USAGE
        )


def _asked(chosen: Chosen) -> Any:
    from ixconform.scenarios.asked import Asked

    return Asked(
        profile=chosen.profile,
        claims=chosen.config.claims,
        seed=chosen.seed,
        upgrades=bool(chosen.config.previous),
    )


@contextmanager
def _stage(chosen: Chosen, *, keep: bool = False) -> Iterator[Stage]:
    from ixconform.control import ControlError
    from ixconform.drivers.make import driver_of, previous_of
    from ixconform.drivers.process import StartError
    from ixconform.play import Stage
    from ixconform.server import ServerError, serving
    from ixconform.systems.registry import target_of

    driver: Driver | None = None
    before: Driver | None = None
    try:
        with serving(os.environ.get("IXKIT_URL", "")) as control:
            driver = driver_of(chosen.config)
            before = previous_of(chosen.config)
            yield Stage(
                control=control,
                driver=driver,
                target=target_of(chosen.profile.target),
                profile=chosen.profile.name,
                mode=chosen.profile.mode,
                env=chosen.config.env,
                readings={"SILV-31": "none"},
                run_limit_s=chosen.config.timeout_s,
                keep=keep,
                hears=chosen.config.hears,
                registers=chosen.config.registers,
                before=before,
            )
    except (ServerError, ControlError, StartError) as error:
        _stop(str(error), ENVIRONMENT)
    finally:
        for each in (driver, before):
            if each is not None:
                each.close()


def _written(report: Report, folder: Path | None, console: Console) -> None:
    if folder is None:
        return
    from ixconform.report.render import write

    try:
        written = write(report, folder, FORMATS)
    except OSError as error:
        _stop(f"--report {folder}: {error.strerror}", ENVIRONMENT)
    console.print(
        f"written: {', '.join(str(path) for path in written.values())}", style="dim", soft_wrap=True
    )


def _claims_in(report: Report) -> Claims:
    from ixconform.config import claims_of

    texts = {each.name: each.value for each in report.capabilities}
    return claims_of({name: {"true": True, "false": False}.get(text, text) for name, text in texts.items()})


def _listed(path: Path | None) -> frozenset[str]:
    if path is None:
        return frozenset()
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        _stop(f"--known-failing {path}: {error.strerror}", USAGE)
    return frozenset(filter(None, (line.split("#")[0].strip() for line in lines)))


def _beside(config: Config) -> Path | None:
    return config.path.parent / config.known_failing if config.path and config.known_failing else None


def _seconds(span: str) -> float:
    from ixconform.config import ConfigError, seconds_of

    try:
        return seconds_of(span)
    except ConfigError as error:
        _stop(f"--budget: {error}", USAGE)


def _again(command: tuple[str, ...]) -> str:
    import shlex

    return f" -- {shlex.join(command)}" if command else ""


def _console(*, quiet: bool) -> Console:
    from rich.console import Console

    return Console(stderr=quiet, quiet=quiet, highlight=False)


def _stop(message: str, code: int) -> NoReturn:
    click.echo(f"ixkit conform: {message}", err=True)
    sys.exit(code)
