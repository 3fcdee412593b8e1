"""`ixkit coverage`: what of the contracts did a world's journal touch?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from ixmocks.commandline.server import Server, asks_world
from ixmocks.commandline.show import as_json, heading, table
from ixmocks.commandline.stopping import FAILED, stop


@click.command()
@click.option("--system", help="Only this system.")
@click.option(
    "--all", "everything", is_flag=True, help="Operations never asked and rules never broken as well."
)
@click.option(
    "--min", "least", type=click.IntRange(0, 100), metavar="PERCENT", help="Exit code 1 below this."
)
@asks_world
def coverage(server: Server, output: str, system: str | None, everything: bool, least: int | None) -> None:
    """What of the contracts a journal touched. Operations, statuses, rules, changes of status.

    \b
    ixkit coverage
    ixkit coverage --system silvasoft --all
    ixkit coverage --system silvasoft --min 30      # in CI: at least 30 % of the operations
    """
    found = server.get(server.here("/coverage"))
    if system is not None and system not in found["systems"]:
        stop(f"there is no system {system!r}; there are: {', '.join(found['systems'])}.")
    chosen = {name: each for name, each in found["systems"].items() if system in (None, name)}
    if output == "json":
        as_json({**found, "systems": chosen})
    else:
        _show(found, chosen, everything=everything, detailed=system is not None or everything)
    asked = sum(each["asked"] for each in chosen.values())
    every = sum(len(each["operations"]) for each in chosen.values())
    if least is not None and asked * 100 < least * every:
        click.echo(f"ixkit: {asked} of {every} operations were asked, that is below {least} %.", err=True)
        raise click.exceptions.Exit(FAILED)


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
