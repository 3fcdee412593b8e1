"""What is done around every command that drives a connector? Choose, start the mocks, break off, clean up, write."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from types import FrameType

    from rich.console import Console

    from ixconform.config import Config
    from ixconform.drivers.driver import Driver
    from ixconform.lists import Lists
    from ixconform.profile import Claims, Profile
    from ixconform.report.model import Report
    from ixconform.runner import Runner
    from ixconform.scenarios.asked import Asked
    from ixconform.stage import Stage
    from ixconform.wish import Wish

USAGE, ENVIRONMENT = 2, 4
FORMATS = ("html", "junit", "sarif", "badge", "statement", "github")
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What every command that drives a connector takes, as it was typed."""

    command: tuple[str, ...] = ()
    config_file: Path | None = None
    profile: str | None = None
    driver: str | None = None
    url: str = ""
    seed: int | None = None
    jobs: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What the options and `ixkit.toml` together say."""

    config: Config
    profile: Profile
    level: int
    seed: int
    jobs: int


def chosen(options: Options, level: int | None = None) -> Chosen:
    """Options before `ixkit.toml`, and that before defaults. A slip ends the program with a message."""
    from ixconform import config as reading
    from ixconform.profile import ProfileError, profile_of

    path = options.config_file or reading.find(Path.cwd())
    try:
        config = reading.read(path) if path else reading.Config()
        profile = profile_of(options.profile or config.profile or _no_profile())
    except (reading.ConfigError, ProfileError) as error:
        stop(str(error), USAGE)
    config = _with_command(config, options)
    _complete(config)
    seed = next((each for each in (options.seed, config.seed) if each is not None), 7)
    wanted = next((each for each in (level, config.level) if each is not None), 4)
    jobs = options.jobs or config.jobs or min(4, os.cpu_count() or 1)
    return Chosen(config=config, profile=profile, seed=seed, level=wanted, jobs=jobs)


def _with_command(config: Config, options: Options) -> Config:
    if options.command:
        kind = options.driver or (config.driver if config.driver in ("command", "service") else "command")
        if kind == "python":
            config = replace(config, driver=kind, cwd=Path.cwd(), callable=options.command[0])
        else:
            config = replace(config, driver=kind, cwd=Path.cwd(), command=options.command)
    elif options.driver:
        config = replace(config, driver=options.driver)
    return replace(config, url=options.url) if options.url else config


def _no_profile() -> NoReturn:
    from ixconform.profile import profiles

    stop(
        "which profile? Give --profile, or `profile` under [conform] in ixkit.toml; there are: "
        + ", ".join(profiles()),
        USAGE,
    )


def _complete(config: Config) -> None:
    given = {"http": config.url, "python": config.callable}.get(config.driver, config.command)
    if not given:
        what = {"http": "--url", "python": "module:function behind --"}.get(
            config.driver, "a command behind --"
        )
        stop(f"what shall be judged? Driver {config.driver!r} needs {what}, or its line in ixkit.toml", USAGE)


def asked(picked: Chosen) -> Asked:
    from ixconform.scenarios.asked import Asked

    config = picked.config
    return Asked(
        profile=picked.profile, claims=config.claims, seed=picked.seed, upgrades=bool(config.previous)
    )


# --- the mocks and the connector, while they are there ----------------------------------------------------


@contextmanager
def stage(picked: Chosen, *, keep: bool = False) -> Iterator[Stage]:
    """Mocks and driver, until the block ends; whatever is running ends with it, also when it is broken off."""
    from ixconform.control import ControlError
    from ixconform.drivers.make import driver_of, previous_of
    from ixconform.drivers.process import StartError
    from ixconform.server import ServerError, serving
    from ixconform.stage import Stage
    from ixconform.systems.registry import target_of

    driver: Driver | None = None
    before: Driver | None = None
    try:
        with breaking_off(), serving(os.environ.get("IXKIT_URL", "")) as control:
            driver = driver_of(picked.config)
            before = previous_of(picked.config)
            yield Stage(
                control=control,
                driver=driver,
                target=target_of(picked.profile.target),
                profile=picked.profile.name,
                mode=picked.profile.mode,
                env=picked.config.env,
                readings={"SILV-31": "none"},
                run_limit_s=picked.config.timeout_s,
                keep=keep,
                hears=picked.config.hears,
                registers=picked.config.registers,
                before=before,
            )
    except (ServerError, ControlError, StartError) as error:
        stop(str(error), ENVIRONMENT)
    finally:
        for each in (driver, before):
            if each is not None:
                each.close()


@contextmanager
def breaking_off() -> Iterator[None]:
    """SIGINT, SIGTERM and SIGHUP end the connector at once, and then this program in good order."""
    from ixconform.drivers.process import HALT

    def end(number: int, frame: FrameType | None) -> None:
        HALT.halt()
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard = [number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]  # as under nohup
    before = {number: signal.signal(number, end) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        HALT.resume()


def judged(picked: Chosen, wish: Wish, console: Console, *, readings: str) -> Report:
    """A whole run. What breaks in the kit itself is told in the report, and never counts against the connector."""
    from ixconform.building import report_of
    from ixconform.preflight import preflight
    from ixconform.readings import explore
    from ixconform.report.console import Progress
    from ixconform.runner import Result, Runner

    started, began = datetime.now(UTC), time.monotonic()
    found: Any = ()
    other: Any = ()
    interrupted = False
    runner: Runner | None = None
    try:
        with stage(picked) as there:
            console.print(f"{picked.profile.name} · up to L{picked.level} · seed {picked.seed}", style="dim")
            found, good = preflight(there, asked(picked))
            if good:
                runner = Runner(there, wish, Progress(console))
                _guarded(runner)
                if readings == "all" and not runner.result.trouble:
                    other = explore(there, runner, wish)
    except KeyboardInterrupt:
        interrupted = True
    result = runner.result if runner else Result()
    return report_of(
        result,
        profile=picked.profile,
        claims=wish.claims,
        config=picked.config,
        level=picked.level,
        seed=picked.seed,
        started=started,
        seconds=time.monotonic() - began,
        preflight=found,
        readings=other,
        interrupted=interrupted,
        selection=wish.selection,
        pinned=picked.seed == 7 and not wish.selection and not wish.budget_s,
        notes=_notes(result, wish.lists),
    )


def _guarded(runner: Runner) -> None:
    from ixconform.control import ControlError

    try:
        runner.run()
    except ControlError:
        raise
    except Exception as error:
        import tempfile
        import traceback

        with tempfile.NamedTemporaryFile("w", prefix="ixkit-defect-", suffix=".txt", delete=False) as kept:
            kept.write(traceback.format_exc())
        runner.result.trouble = f"{type(error).__name__}: {error}; the whole of it is in {kept.name}"
        runner.watch.end()


def _notes(result: Any, lists: Lists) -> list[str]:
    idle = [
        f"nothing of this run answers to {entry} on the list of known failures"
        for entry in lists.idle(result.checks)
    ]
    return [*([result.trouble] if result.trouble else []), *idle]


# --- small things --------------------------------------------------------------------------------------------


def lists(picked: Chosen, failing: Path | None, flaky: Path | None) -> Lists:
    """The vendor's lists: from the options, else from beside `ixkit.toml`."""
    from ixconform.counterexample import META
    from ixconform.judge import PROPERTIES
    from ixconform.lists import ListError, both, read
    from ixconform.scenarios.catalogue import SCENARIOS

    config = picked.config
    beside = config.path.parent if config.path else Path()
    codes, scenarios = (*PROPERTIES, *META), tuple(each.id for each in SCENARIOS)
    files = (
        ("--known-failing", failing or (beside / config.known_failing if config.known_failing else None)),
        ("--known-flaky", flaky or (beside / config.known_flaky if config.known_flaky else None)),
    )
    found = []
    for option, path in files:
        try:
            found.append(read(path, codes, scenarios) if path else frozenset())
        except ListError as error:
            stop(f"{option} {error}", USAGE)
    try:
        return both(*found)
    except ListError as error:
        stop(str(error), USAGE)


def known_scenarios(option: str, wanted: Sequence[str]) -> None:
    """Ends the program where a pattern names no scenario at all."""
    from fnmatch import fnmatch

    from ixconform.scenarios.catalogue import SCENARIOS

    names = [name for each in SCENARIOS for name in (each.id, *(f"{code}/{each.id}" for code in each.about))]
    for pattern in wanted:
        if not any(fnmatch(name, pattern) for name in names):
            there = ", ".join(each.id for each in SCENARIOS)
            stop(f"{option} {pattern}: there is no such scenario; there are {there}", USAGE)


def summarised(report: Report) -> None:
    """In a workflow of GitHub the summary stands on the page of the run; elsewhere nothing happens."""
    path = os.environ.get("GITHUB_STEP_SUMMARY", "")
    if not path:
        return
    from ixconform.report import markdown

    try:
        with open(path, "a", encoding="utf-8", errors="replace") as file:
            file.write(markdown.render(report) + "\n")
    except OSError as error:
        click.echo(f"ixkit conform: GITHUB_STEP_SUMMARY {path}: {error.strerror}", err=True)


def written(report: Report, folder: Path | None, console: Console) -> None:
    if folder is None:
        return
    from ixconform.report.render import write

    try:
        files = write(report, folder, FORMATS)
    except OSError as error:
        stop(f"--report {folder}: {error.strerror}", ENVIRONMENT)
    console.print(f"written: {', '.join(path.name for path in files.values())} in {folder}", style="dim")


def claims_in(report: Report) -> Claims:
    from ixconform.config import claims_of

    texts = {each.name: each.value for each in report.capabilities}
    return claims_of({name: {"true": True, "false": False}.get(text, text) for name, text in texts.items()})


def seconds(span: str) -> float:
    from ixconform.config import ConfigError, seconds_of

    try:
        return seconds_of(span)
    except ConfigError as error:
        stop(f"--budget: {error}", USAGE)


def again(command: tuple[str, ...]) -> str:
    return f" -- {shlex.join(command)}" if command else ""


def console_of(*, quiet: bool) -> Console:
    from rich.console import Console

    return Console(stderr=quiet, quiet=quiet, highlight=False)


def stop(message: str, code: int) -> NoReturn:
    click.echo(f"ixkit conform: {message}", err=True)
    sys.exit(code)
