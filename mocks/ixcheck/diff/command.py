"""`ixkit diff`: what did a change of contract do to connectors?"""

from __future__ import annotations

import click

from ixcheck.finding import Level, worst
from ixcheck.formats import DIFFERENCE, FORMATS, counted, summarised, told
from ixmocks.commandline.group import Named
from ixmocks.commandline.stopping import FAILED, stop

FAIL_ON = {"breaking": Level.ERROR, "risky": Level.WARNING, "any": Level.NOTE, "never": None}


@click.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option(
    "--fail-on",
    type=Named(list(FAIL_ON)),
    default="breaking",
    show_default=True,
    help="From which changes on the exit code is 1.",
)
@click.option("--all", "everything", is_flag=True, help="Safe changes as well (text; the others have them).")
@click.option(
    "--format", "output", type=Named(FORMATS), default="text", show_default=True, help="How to say it."
)
def diff(old: str, new: str, fail_on: str, everything: bool, output: str) -> None:
    """What changed between two contracts or rule books, and what it does to connectors.

    OLD and NEW are files, folders of them, or either in a commit of git. A change is breaking where a connector that
    was right may now be refused or misread, risky where it should be looked at, else safe.

    \b
    ixkit diff main:specs specs
    ixkit diff old/silvasoft.yaml specs/silvasoft.yaml --all
    ixkit diff main:specs specs --format github --fail-on risky
    """
    from ixcheck.diff.comparing import compared
    from ixcheck.diff.places import sources
    from ixmocks.engine.document import SpecError

    try:
        found = compared(sources(old), sources(new))
    except SpecError as error:
        stop(str(error))
    least = FAIL_ON[fail_on]
    level = worst(found)
    failed = least is not None and level is not None and level >= least
    if output == "text":
        shown = found if everything else [finding for finding in found if finding.level > Level.NOTE]
        if shown:
            click.echo(told(shown, output, check="diff", words=DIFFERENCE) + "\n")
        click.echo(counted(found, DIFFERENCE) if found else "nothing changed")
    else:
        more = {"old": old, "new": new, "failed": failed}
        click.echo(told(found, output, check="diff", words=DIFFERENCE, more=more))
    if output == "github":
        summarised(found, check="diff", summary=f"{old} and {new}", words=DIFFERENCE)
    if failed:
        raise click.exceptions.Exit(FAILED)
