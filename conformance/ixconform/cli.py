"""How is a connector judged from a terminal? `ixkit conform run|list|preflight|replay|verify`."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from ixconform import session
from ixconform.session import ENVIRONMENT, USAGE, Options, stop

A_FILE = click.Path(dir_okay=False, path_type=Path)
A_FOLDER = click.Path(file_okay=False, path_type=Path)
OPTIONS = (
    click.option("--config", "config_file", type=A_FILE, help="Instead of the nearest ixkit.toml."),
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
        "--seed", type=click.IntRange(0, 2**31), default=None, help="For data that is made up. Default 7."
    ),
    click.option(
        "--jobs",
        type=click.IntRange(1, 32),
        default=None,
        help="Cases at the same time. Default: one for each processor, at most 4.",
    ),
)


class Driving(click.Command):
    """Says where a connector's own options belong, when one of them was taken for ours."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        behind = "--" in args
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if behind:
                raise
            own = f"your connector's own go behind --, as in -- ./my-connector {error.option_name}"
            said = f"there is no option {error.option_name}; {own}."
            raise click.NoSuchOption(
                error.option_name, message=said, possibilities=error.possibilities, ctx=ctx
            ) from None


def _drives(function: Callable[..., Any]) -> Callable[..., Any]:
    """A command that drives a connector: its first argument are the `Options` that all of them take."""

    @functools.wraps(function)
    def called(**given: Any) -> Any:
        own = {name: given.pop(name) for name in Options.__dataclass_fields__}
        return function(Options(**own), **given)

    decorated: Callable[..., Any] = called
    for option in reversed(OPTIONS):
        decorated = option(decorated)
    return click.argument("command", nargs=-1, type=click.UNPROCESSED)(decorated)


@click.group()
def conform() -> None:
    """Judge a connector from outside, whatever language it is written in.

    \b
    ixkit conform run --profile ixpole-silvasoft-direct -- ./my-connector --once
    ixkit conform list --profile ixpole-silvasoft-draft
    ixkit conform replay k7f3a -- ./my-connector --once
    """


@conform.command(cls=Driving)
@_drives
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
@click.option("--known-failing", type=A_FILE, help="Checks that fail: P-ONE/C-061, one a line.")
@click.option("--known-flaky", type=A_FILE, help="Checks that fail now and then, one a line.")
@click.option(
    "--readings",
    type=click.Choice(["default", "all"]),
    default="default",
    help="all: also under other readings of the open rules that it touches.",
)
@click.option(
    "--report", "folder", type=A_FOLDER, help="Write report.json, a page, JUnit, SARIF and a badge here."
)
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--keep-going", is_flag=True, help="Go on to the next level although this one failed.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first check that fails.")
@click.option("--no-shrink", is_flag=True, help="Do not look for the shortest story of a failure.")
def run(
    options: Options,
    *,
    level: int | None,
    budget: str | None,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    known_failing: Path | None,
    known_flaky: Path | None,
    readings: str,
    folder: Path | None,
    shape: str,
    keep_going: bool,
    fail_fast: bool,
    no_shrink: bool,
) -> None:
    """Play all scenarios up to a level, judge them, and say how far the connector gets.

    Exit codes: 0 the level is reached; 1 it is not; 2 usage; 3 not decided; 4 the connector does not start;
    5 a defect of the kit; 130 broken off.
    """
    from ixconform.wish import Wish

    picked = session.chosen(options, level)
    session.known_scenarios("--only", only)
    session.known_scenarios("--skip", skip)
    wish = Wish(
        profile=picked.profile,
        claims=picked.config.claims,
        level=picked.level,
        seed=picked.seed,
        only=only,
        skip=skip,
        lists=session.lists(picked, known_failing, known_flaky),
        budget_s=session.seconds(budget or picked.config.budget),
        jobs=picked.jobs,
        keep_going=keep_going,
        fail_fast=fail_fast,
        shrinks=not no_shrink,
        options=session.again(options.command),
    )
    console = session.console_of(quiet=shape == "json")
    report = session.judged(picked, wish, console, readings=readings)
    session.written(report, folder or (Path(picked.config.report) if picked.config.report else None), console)
    session.summarised(report)
    if shape == "json":
        from ixconform.report.file import to_json

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

    from ixconform.profile import ProfileError, profile_of, profiles

    try:
        rows = _rows(profile_of(profile) if profile is not None else None)
    except ProfileError as error:
        stop(str(error), USAGE)
    if shape == "json":
        click.echo(json.dumps({"profiles": profiles(), "scenarios": rows}, indent=2))
        return
    for row in rows:
        note = f" (omitted: {row['omitted']})" if row["omitted"] else ""
        click.echo(f"{row['id']}  L{row['level']}  {row['title']:<28} {row['purpose']}{note}")
    click.echo(f"\nprofiles: {', '.join(profiles())}")


def _rows(profile: Any) -> list[dict[str, Any]]:
    from ixconform.profile import Claims
    from ixconform.scenarios.asked import Asked, Omitted
    from ixconform.scenarios.catalogue import SCENARIOS

    wanted = Asked(profile=profile, claims=Claims(store_loss=True)) if profile is not None else None
    rows = []
    for each in SCENARIOS:
        made = each.cases(wanted) if wanted is not None and each.level < 3 else ()
        rows.append(
            {
                "id": each.id,
                "level": each.level,
                "title": each.title,
                "purpose": each.purpose,
                "about": list(each.about),
                "omitted": made.reason if isinstance(made, Omitted) else "",
            }
        )
    return rows


@conform.command(cls=Driving)
@_drives
def preflight(options: Options) -> None:
    """Only look whether the connector is set up: it starts, finds the addresses, and ends."""
    from ixconform.preflight import preflight as ask

    picked = session.chosen(options)
    with session.stage(picked) as there:
        found, good = ask(there, session.asked(picked))
    for each in found:
        click.echo(f"{each.result.value:<7} {each.title}{': ' + each.found if each.found else ''}")
        if each.advice:
            click.echo(f"        try: {each.advice}")
    sys.exit(0 if good else ENVIRONMENT)


@conform.command(cls=Driving)
@click.argument("case")
@_drives
@click.option("--cases", "folder", type=A_FOLDER, help="Where cases are kept. Default .ixkit/cases.")
@click.option("--keep", is_flag=True, help="Leave the world in the server (with IXKIT_URL), to look at it.")
def replay(options: Options, *, case: str, folder: Path | None, keep: bool) -> None:
    """Play one kept case again, without its seed: fixed, still failing, or cannot be played."""
    from ixconform import cases
    from ixconform.replaying import again
    from ixconform.report.story import story

    try:
        kept = cases.load(case, folder or cases.FOLDER)
    except cases.CaseError as error:
        stop(str(error), USAGE)
    picked = session.chosen(replace(options, profile=options.profile or kept.profile))
    with session.stage(picked, keep=keep) as there:
        check, trouble = again(there, kept, options=session.again(options.command))
    if trouble:
        click.echo(f"{case}: cannot be played: {trouble}")
        sys.exit(ENVIRONMENT)
    if check is None:
        click.echo(f"{case}: fixed. {kept.check} no longer fails here (it was: {kept.actual})")
        return
    click.echo(f"{case}: still failing\n")
    click.echo(f"{check.code}  {check.title}\n{story(check)}")
    sys.exit(1)


@conform.command(cls=Driving)
@click.argument("report_file", type=A_FILE)
@_drives
def verify(options: Options, *, report_file: Path) -> None:
    """Run again what a report says was run, and compare: the same contracts, the same verdicts."""
    from ixconform.replaying import compared
    from ixconform.report.file import ReportError, from_json
    from ixconform.wish import Wish

    try:
        before = from_json(report_file.read_bytes())
    except OSError as error:
        stop(
            f"{report_file}: {error.strerror}; expected the report.json that `conform run --report` wrote",
            USAGE,
        )
    except ReportError as error:
        stop(f"{report_file}: {error}", USAGE)
    seed = before.seed if options.seed is None else options.seed
    same = replace(options, profile=options.profile or before.profile.name, seed=seed)
    picked = session.chosen(
        replace(same, driver=options.driver or before.connector.driver), before.asked_level
    )
    wish = Wish(
        profile=picked.profile,
        claims=session.claims_in(before),
        level=before.asked_level,
        seed=picked.seed,
        only=tuple(sorted({each.scenario for each in before.checks})),
        jobs=picked.jobs,
        keep_going=True,
        shrinks=False,
    )
    picked = replace(picked, config=replace(picked.config, claims=wish.claims))
    after = session.judged(picked, wish, session.console_of(quiet=True), readings="default")
    if after.outcome.value in ("not-started", "kit-error", "interrupted"):
        stop(f"{report_file} could not be verified: {after.outcome.value}: {after.summary}", after.exit_code)
    differences = compared(before, after)
    for each in differences:
        click.echo(each)
    click.echo(
        f"{len(after.checks)} verdicts compared: "
        + ("the same" if not differences else f"{len(differences)} differ")
    )
    sys.exit(1 if differences else 0)
