"""`ixkit coverage`: what of the contracts did a world's journal, or a test run, touch?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from ixmocks.commandline.server import Server, asks_world
from ixmocks.commandline.show import as_json, heading, table
from ixmocks.commandline.stopping import ENVIRONMENT, FAILED, stop
from ixmocks.reach.file import WORDS, NotCoverage, counted, html, missing, read
from ixmocks.reach.seen import Reached


@click.command()
@click.option("--system", help="Only this system.")
@click.option(
    "--all", "everything", is_flag=True, help="Operations never asked and rules never broken as well."
)
@click.option(
    "--min",
    "least",
    multiple=True,
    metavar="[KIND=]PERCENT",
    help="Exit code 1 below this; of operations, or of the KIND named. May be given several times.",
)
@click.option(
    "--file",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What a test run touched (pytest --ixkit-coverage FILE), instead of a server's journal.",
)
@click.option(
    "--html",
    "page",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a page with every item as well.",
)
@asks_world
def coverage(
    server: Server, output: str, system: str | None, everything: bool, least: tuple[str, ...], file: Path | None,
    page: Path | None,
) -> None:  # fmt: skip
    """What of the contracts a journal or a test run touched.

    Operations, statuses, parameters, keywords that refused something, rules (both sides), readings, changes of status.

    \b
    ixkit coverage
    ixkit coverage --system silvasoft --all
    ixkit coverage --system silvasoft --min 30      # in CI: at least 30 % of the operations
    ixkit coverage --file covered.json --min broken=50 --html coverage.html
    """
    demanded = [_demand(each) for each in least]
    found = server.get(server.here("/coverage")) if file is None else _of_file(file)
    if system is not None and system not in found["systems"]:
        stop(f"there is no system {system!r}; there are: {', '.join(found['systems'])}.")
    chosen = {name: each for name, each in found["systems"].items() if system in (None, name)}
    reached: dict[str, Reached] = {name: each["reached"] for name, each in chosen.items()}
    if page is not None:
        _write_page(page, reached)
    if output == "json":
        as_json({**found, "systems": chosen})
    elif file is not None:
        _show_reached(reached, everything=everything)
    else:
        _show(found, chosen, everything=everything, detailed=system is not None or everything)
    failed = False
    for kind, percent in demanded:
        counts = [counted(each)[kind] for each in reached.values() if kind in each]
        seen, every = sum(count[0] for count in counts), sum(count[1] for count in counts)
        if seen * 100 < percent * every:
            click.echo(
                f"ixkit: {seen} of {every} {WORDS[kind]} were reached, that is below {percent} %.", err=True
            )
            failed = True
    if failed:
        raise click.exceptions.Exit(FAILED)


def _demand(text: str) -> tuple[str, int]:
    """`broken=50` or `50`: kind and percent."""
    name, found, number = text.rpartition("=")
    kind = (
        next((kind for kind, word in WORDS.items() if name in (kind, word)), None) if found else "operation"
    )
    if kind is None:
        stop(f"--min {text}: there is no kind {name!r}; there are: {', '.join(WORDS)}.")
    if not number.isdecimal() or int(number) > 100:
        stop(f"--min {text}: expected a whole number of percent from 0 to 100; seen {number!r}.")
    return kind, int(number)


def _of_file(file: Path) -> dict[str, Any]:
    try:
        return {"systems": {name: {"reached": kinds} for name, kinds in read(file).items()}}
    except NotCoverage as error:
        stop(str(error))


def _write_page(page: Path, reached: Mapping[str, Reached]) -> None:
    try:
        page.write_text(html(reached, "What of the contracts was reached"), "utf-8")
    except OSError as error:
        stop(f"--html {page}: cannot be written ({error.strerror}).", ENVIRONMENT)


def _show_reached(reached: Mapping[str, Reached], *, everything: bool) -> None:
    rows = [
        (name, *(f"{seen}/{every}" for seen, every in counted(kinds).values()))
        for name, kinds in reached.items()
    ]
    table(("system", *(f"#{WORDS[kind]}" for kind in next(iter(reached.values()), {}))), rows)
    if everything:
        click.echo()
        table(("system", "kind", "never reached"), list(missing(reached)), wide="never reached")


def _show(found: Mapping[str, Any], chosen: Mapping[str, Any], *, everything: bool, detailed: bool) -> None:
    dropped = f" ({found['dropped']} older ones are no longer kept)" if found["dropped"] else ""
    click.echo(f"world {found['world']} · {found['events']} events{dropped}\n")
    rows = []
    for name, each in chosen.items():
        rules = each["rules"]
        rows.append((
            name,
            f"{each['asked']}/{len(each['operations'])}",
            f"{sum(1 for rule in rules if rule['broken'])}/{len(rules)}",
            f"{sum(1 for rule in rules if rule['obeyed'] or rule['shaped'])}/{len(rules)}",
            len(each["transitions"]),
        ))  # fmt: skip
    table(("system", "#operations", "#rules broken", "#rules obeyed", "#changes of status"), rows)
    if detailed:
        for name, each in chosen.items():
            _details(name, each, everything=everything)


def _details(name: str, each: Mapping[str, Any], *, everything: bool) -> None:
    click.echo(f"\n{heading(name)}")
    rows: list[Any] = [
        (
            op["operation"],
            op["asked"],
            " ".join(f"{s}×{n}" for s, n in op["statuses"].items()),
            " ".join(op["never"]),
        )
        for op in each["operations"]
        if op["asked"] or everything
    ]
    table(("operation", "#asked", "answered", "never"), rows, wide="never")
    broken: list[Any] = [rule for rule in each["rules"] if rule["broken"] or everything]
    if broken:
        click.echo()
        rows = [
            (rule["rule"], rule["broken"], rule["obeyed"], rule["shaped"], rule["reading"] or "")
            for rule in broken
        ]
        table(("rule", "#broken", "#obeyed", "#shaped", "reading"), rows)
    if each["transitions"]:
        click.echo()
        rows = [
            (t["of"], t["member"], f"{t['from'] or '(new)'} → {t['to']}", t["times"])
            for t in each["transitions"]
        ]
        table(("of", "member", "change", "#times"), rows, wide="change")
